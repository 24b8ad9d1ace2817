"""100,000 mails through `martlet send` and through `martlet serve`, each beside smtp-source with as many sessions."""

import shutil
import statistics
import time

import database
import measure
import people
from sink import Sink, free_port, source
from site_client import Site

# What smtp-source sends, without its head; ours are within a tenth of it, with their heads (people.template).
MESSAGE_SIZE = 4096


def beside(options, folder, ours):
    """Runs ours and smtp-source in turn, so that both see the same machine; gives lists of their costs."""
    costs, references = [], []
    for number in range(options.runs):
        with Sink() as sink:
            references.append(source(sink, options.sessions, options.messages, MESSAGE_SIZE, folder / "source.log"))
        with Sink() as sink:
            costs.append(ours(sink, number))
            arrived = sink.messages
        if arrived != options.messages:
            raise SystemExit(f"bench: {arrived} of {options.messages} messages arrived; nothing is written down")
        print(f"bench: run {number + 1}: {costs[-1].seconds:.1f} s; smtp-source {references[-1].seconds:.1f} s", flush=True)
    return costs, references


def row(what, options, costs, references):
    rate = statistics.median(options.messages / cost.seconds for cost in costs)
    reference = statistics.median(options.messages / cost.seconds for cost in references)
    cpu = statistics.median(cost.cpu for cost in costs)
    reference_cpu = statistics.median(cost.cpu for cost in references)
    spread = ", ".join(f"{options.messages / cost.seconds:,.0f}" for cost in costs)
    detail = (f"{rate / reference:.2f} × smtp-source ({reference:,.0f}/s); "
              f"CPU {cpu:.1f} s ({cpu / options.messages * 1e6:.0f} µs a message; smtp-source "
              f"{reference_cpu / options.messages * 1e6:.0f} µs: {cpu / reference_cpu:.2f} ×); "
              f"peak {max(cost.megabytes for cost in costs):.0f} MB; runs: {spread}")
    return what, f"**{rate:,.0f} messages/s**", detail


def command_line(options, folder):
    csv, template = folder / "people.csv", folder / "offer.html"
    people.write_csv(csv, options.messages)
    people.write_template(template)

    def ours(sink, number):
        return measure.run(
            [measure.MARTLET, "send", "--recipients", csv, "--template", template, "--subject", "For {first_name}",
             "--from", "Bench <bench@example.com>", "--smtp", f"smtp://127.0.0.1:{sink.port}?security=none",
             "--connections", options.sessions, "--ledger", folder / f"ledger-{number}.sqlite"],
            folder / f"send-{number}.log")

    return [row(f"`martlet send`, {options.messages:,} mails", options, *beside(options, folder, ours))]


def alone(options, folder):
    """Sending without reading the file and planning: what a closed port makes `martlet send` leave behind is gone on with."""
    csv, template, base = folder / "people.csv", folder / "offer.html", folder / "base.sqlite"
    people.write_csv(csv, options.messages)
    people.write_template(template)

    def command(port, ledger):
        return [measure.MARTLET, "send", "--recipients", csv, "--template", template, "--subject", "For {first_name}",
                "--from", "Bench <bench@example.com>", "--smtp", f"smtp://127.0.0.1:{port}?security=none",
                "--connections", options.sessions, "--ledger", ledger]

    measure.run(command(free_port(), base), folder / "prepare.log", expected=(69,))

    def ours(sink, number):
        ledger = folder / f"ledger-{number}.sqlite"
        shutil.copy(base, ledger)
        return measure.run(command(sink.port, ledger), folder / f"send-{number}.log")

    return [row(f"sending alone, {options.messages:,} mails", options, *beside(options, folder, ours))]


def server(options, folder):
    return [served(options, folder)]


def signed(options, folder):
    """The same with DKIM: smtp-source signs nothing."""
    return [served(options, folder, kind) for kind in ("rsa", "ed25519")]


def served(options, folder, key=None):
    csv = folder / "people.csv"
    people.write_csv(csv, options.messages)

    def ours(sink, number):
        data = folder / f"data-{key}-{number}"
        # With an address of its own it counts openings and links.
        with Site(data, folder / "serve.log", SITE_URL="http://127.0.0.1") as site:
            site.register()
            site.set_sender(sink.port, options.sessions)
            if key:
                site.sign_with(key)
            site.import_recipients(csv)
            template = site.add_template(people.template())
            return campaign(site, template, options.messages)

    name = f"`martlet serve`, a campaign of {options.messages:,}"
    if key:
        name += {"rsa": ", signed with RSA-2048", "ed25519": ", signed with Ed25519"}[key]
    return row(name, options, *beside(options, folder, ours))


def campaign(site, template, messages, limit=1800):
    """Starts a campaign and waits for its end; the ledger is read beside the server, which does not wait for it."""
    cpu, begin = measure.cpu_of(site.process.pid), time.monotonic()
    number = site.start_campaign(template)
    with database.Ledger(site.data) as ledger:
        ledger.wait(lambda: ledger.state(number) == "finished", "the end of the campaign", limit)
        cost = measure.Cost(time.monotonic() - begin, measure.cpu_of(site.process.pid) - cpu,
                            measure.peak_of(site.process.pid))
        tally = dict(ledger.rows(f"SELECT state, messages FROM campaign_tally WHERE campaign_id = {int(number)}"))
    delivered = tally.get("delivered", 0)
    if delivered != messages:
        raise SystemExit(f"bench: the ledger says {tally}, not {messages} delivered")
    return cost

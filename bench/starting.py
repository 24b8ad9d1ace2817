"""From the start of the process to the first page, from the click to the first mail, and a few mails beside a million."""

import pathlib
import statistics
import time

import database
import measure
import people
import yardstick
from sink import Sink
from site_client import Site

FEW = 100
STARTS, SMALL_CAMPAIGNS, YARDSTICKS = 7, 5, 5


def resident_of(pid):
    """Megabytes: resident memory of a living process, and how much of it is its own and not of files."""
    found = {}
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, value = line.partition(":")
        if name in ("VmRSS", "RssAnon"):
            found[name] = int(value.split()[0]) / 1024
    return found["VmRSS"], found["RssAnon"]


def run(options, folder):
    everybody, few = folder / "people.csv", folder / "few.csv"
    people.write_csv(everybody, options.rows)
    people.write_csv(few, FEW)
    data, log, rows = folder / "data", folder / "serve.log", []
    with Site(data, log) as site:
        site.register()
        site.import_recipients(everybody)
    bare = statistics.median(yardstick.insert_select(options.rows) for _ in range(YARDSTICKS))
    starts = []
    for _ in range(STARTS):
        with Site(data, log) as site:
            starts.append(site.first_page * 1000)
    rows.append((f"start of the process to its first page, {options.rows:,} recipients",
                 f"**{statistics.median(starts):.0f} ms**", f"runs: {', '.join(f'{start:.0f}' for start in starts)}"))
    with Site(data, log) as site, Sink() as sink, Sink() as small_sink, database.Ledger(data) as ledger:
        time.sleep(2)
        resident, own = resident_of(site.process.pid)
        rows.append(("idle memory", f"**{resident:.0f} MB**", f"{own:.0f} MB without mapped files"))
        site.log_in()
        site.set_sender(sink.port)
        template = site.add_template(people.template())

        other = site.somebody_else()
        other.register("small")
        other.set_sender(small_sink.port)
        other.import_recipients(few, name="small")
        small_template = other.add_template(people.template())

        def small_campaign():
            seen = small_sink.messages
            begin = time.monotonic()
            other.start_campaign(small_template)
            first = ledger.wait(lambda: small_sink.messages > seen, "the first of a few mails", pause=0.005)
            ledger.wait(lambda: small_sink.messages >= seen + FEW, "a few mails", pause=0.005)
            return first, time.monotonic() - begin

        def small_campaigns():
            """Medians of some, one after the other."""
            return [statistics.median(times) for times in zip(*(small_campaign() for _ in range(SMALL_CAMPAIGNS)))]

        small_campaign()
        alone = small_campaigns()
        begin = time.monotonic()
        cpu = measure.cpu_of(site.process.pid)
        number = site.start_campaign(template)
        clicked = time.monotonic() - begin
        ledger.wait(lambda: sink.messages > 0, "the first mail", pause=0.005)
        rows.append((f"start of a campaign of {options.rows:,}: click to first mail",
                     f"**{time.monotonic() - begin:.2f} s**", f"{clicked:.2f} s of it until the page answered"))
        ledger.wait(lambda: ledger.state(number) != "planning", "the plan", pause=0.005)
        seconds, sent = time.monotonic() - begin, sink.messages
        rows.append((f"planning {options.rows:,} messages while sending goes on", f"**{seconds:.1f} s**",
                     f"{sent:,} mails left meanwhile; CPU of the process {measure.cpu_of(site.process.pid) - cpu:.1f} s; "
                     f"{yardstick.said(bare, options.rows)}"))
        beside = small_campaigns()
        rows.append((f"{FEW} mails of one account beside {options.rows:,} of another",
                     f"**first after {beside[0]:.2f} s, all after {beside[1]:.2f} s**",
                     f"alone: {alone[0]:.2f} s and {alone[1]:.2f} s; ratio {beside[1] / alone[1]:.1f}; medians of {SMALL_CAMPAIGNS}"))
        rows.append(("peak memory until then", f"{measure.peak_of(site.process.pid):.0f} MB", ""))
    return rows

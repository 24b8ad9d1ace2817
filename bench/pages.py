"""How long pages take in an account with a million recipients and a million messages, while a campaign is sent at full
speed and afterwards."""

import re
import statistics
import time

import database
import measure
import people
from sink import Sink
from site_client import Site

# Looks at each page, in turn with the others.
LOOKS = 200


def timed(site, path):
    begin = time.monotonic()
    status, page, _ = site.get(path)
    seconds = time.monotonic() - begin
    if status != 200:
        raise SystemExit(f"bench: {path} answered {status}")
    return seconds, page


def run(options, folder):
    csv = folder / "people.csv"
    people.write_csv(csv, options.rows)
    with Site(folder / "data", folder / "serve.log") as site, Sink() as sink:
        site.register()
        site.set_sender(sink.port)
        site.import_recipients(csv)
        template = site.add_template(people.template())
        cpu, begin = measure.cpu_of(site.process.pid), time.monotonic()
        number = site.start_campaign(template)
        with database.Ledger(site.data) as ledger:
            ledger.wait(lambda: ledger.delivered(number) > options.rows / 50, "the first mails", pause=0.05)
            before, began = ledger.delivered(number), time.monotonic()
            during = looks(site, options)
            sent, seconds = ledger.delivered(number) - before, time.monotonic() - began
            if ledger.state(number) == "finished":
                raise SystemExit("bench: the campaign ended before the pages had been looked at; more --rows are needed")
            rows = [(f"beside this: messages of a campaign of {options.rows:,}", f"{sent / seconds:,.0f} messages/s",
                     f"{sent:,} in {seconds:.0f} s")]
            rows += [figure(name, path, times, "while sending") for (name, path), times in during.items()]
            ledger.wait(lambda: ledger.state(number) == "finished", "the end of the campaign", pause=0.05)
            seconds = time.monotonic() - begin
        rows.append((f"a campaign of {options.rows:,} from start to finished, looked at meanwhile",
                     f"{options.rows / seconds:,.0f} messages/s",
                     f"{seconds:.0f} s; CPU {measure.cpu_of(site.process.pid) - cpu:.0f} s with the pages"))
        rows += [figure(name, path, times, "at rest") for (name, path), times in looks(site, options).items()]
        rows += before_the_start(site, template)
        rows.append(("memory of the server after all that", f"{measure.peak_of(site.process.pid):.0f} MB", "peak"))
    return rows


def before_the_start(site, template):
    """The page before a campaign's start, which is there at once, and what it then asks for: all recipients, counted once."""
    location = site.post("/campaigns/create/", [("name", "Look"), ("template", template), ("selection", "all"), ("scheduled_time", ""),
                                                ("time_zone", "UTC"), ("tracking", "both"), ("action", "draft")])
    path = location.rstrip("/") + "/preflight/"
    rows = []
    for name, part in [("before the start, the page", ""), ("before the start, its audience counted", "panel/"),
                       ("before the start, counted a moment ago", "panel/")]:
        cpu = measure.cpu_of(site.process.pid)
        seconds = timed(site, path + part)[0]
        rows.append((f"{name}: `{path}{part}`", f"**{seconds * 1000:.0f} ms**", f"one look; CPU {measure.cpu_of(site.process.pid) - cpu:.2f} s"))
        print(f"bench: {' '.join(rows[-1])}", flush=True)
    site.post(f"{location.rstrip('/')}/delete/", [], form=location)
    return rows


def looks(site, options):
    pages = addresses(site)
    times = {page: [] for page in pages}
    for _ in range(LOOKS):
        for page in pages:
            times[page].append(timed(site, page[1])[0])
    return times


def figure(name, path, times, when):
    times = sorted(times)
    percentile = times[min(len(times) - 1, int(len(times) * 0.99))]
    row = (f"{name}, {when}: `{path}`", f"**{statistics.median(times) * 1000:.0f} ms**",
           f"p99 {percentile * 1000:.0f} ms, longest {times[-1] * 1000:.0f} ms, {len(times)} looks")
    print(f"bench: {' '.join(row)}", flush=True)
    return row


def addresses(site):
    """The pages that a person opens, and the next page of each list by its own link."""
    found = [("dashboard", "/"), ("recipients", "/recipients/"), ("search", "/recipients/?q=person777777"),
             ("search for an address that is not there", "/recipients/?q=nobody%40example"), ("search for two letters", "/recipients/?q=99"),
             ("search by a common name", "/recipients/?q=Lovelace"), ("filter", "/recipients/?city=Wien&company=Company+7"),
             ("queue", "/emails/"), ("log", "/logs/"), ("campaigns", "/campaigns/"), ("campaign", "/campaigns/1/"), ("its messages", "/campaigns/1/messages/"),
             ("by company, sorted", "/recipients/?sort=company"), ("templates", "/templates/")]
    for name, path in [("recipients, next page", "/recipients/"), ("queue, next page", "/emails/"), ("log, next page", "/logs/"),
                       ("messages of the campaign, next page", "/campaigns/1/messages/")]:
        foot = re.search(r'<nav class="pagination".*?</nav>', site.get(path)[1], re.S)
        links = re.findall(r'<a\b[^>]* href="([^"]+)"', foot.group(0)) if foot else []
        if links:
            found.append((name, links[-1].replace("&amp;", "&")))
    return found

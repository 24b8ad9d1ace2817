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

# Looks at each page, in turn with the others; fewer where the campaign would end before them.
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
    # Both campaigns together are what the sender may send within an hour.
    people.write_csv(csv, options.rows - options.rows // 1000)
    with Site(folder / "data", folder / "serve.log") as site, Sink() as sink:
        site.register()
        site.set_sender(sink.port)
        site.import_recipients(csv)
        template = site.add_template(people.template())
        # A small one whose entries lie below those of the large one.
        small = site.start_campaign(template, audience=[("company", "Company 777")])
        with database.Ledger(site.data) as ledger:
            ledger.wait(lambda: ledger.state(small) == "finished", "the end of the small campaign", pause=0.05)
        cpu, begin = measure.cpu_of(site.process.pid), time.monotonic()
        number = site.start_campaign(template)
        with database.Ledger(site.data) as ledger:
            ledger.wait(lambda: ledger.delivered(number) > options.rows / 50, "the first mails", pause=0.05)
            before, began = ledger.delivered(number), time.monotonic()
            during = looks(site, options, number, small)
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
        rows += [figure(name, path, times, "at rest") for (name, path), times in looks(site, options, number, small).items()]
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


def looks(site, options, large, small):
    pages = addresses(site, large, small)
    times = {page: [] for page in pages}
    for _ in range(min(LOOKS, max(options.rows // 5000, 10))):
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


def addresses(site, large, small):
    """The pages that a person opens, and the next page of each list by its own link."""
    messages = f"/campaigns/{large}/messages/"
    found = [("dashboard", "/"), ("recipients", "/recipients/"), ("search", "/recipients/?q=person777777"),
             ("search for an address that is not there", "/recipients/?q=nobody%40example"), ("search for two letters", "/recipients/?q=99"),
             ("search by a common name", "/recipients/?q=Lovelace"), ("filter", "/recipients/?city=Wien&company=Company+7"),
             ("queue", "/emails/"), ("log", "/logs/"), ("campaigns", "/campaigns/"), ("campaign", f"/campaigns/{large}/"), ("its messages", messages),
             ("by company, sorted", "/recipients/?sort=company"), ("templates", "/templates/")]
    for state in ["ready", "claimed", "delivered", "failed"]:
        found += [(f"queue, {state}", f"/emails/?state={state}"), (f"its messages, {state}", f"{messages}?state={state}")]
    found += [(f"its messages, {what}", f"{messages}?{query}") for what, query in [
        ("an address", "q=person77777"), ("an address that is not there", "q=nobody%40example"), ("two digits", "q=99"),
        ("what all have", "q=example.org"), ("an address that waits", "state=ready&q=person77777"),
        ("an address that is delivered", "state=delivered&q=person77777")]]
    found += [(f"queue, {what}", f"/emails/?{query}") for what, query in [
        ("an address", "q=person77777"), ("an address that is not there", "q=nobody%40example"), ("two digits", "q=99"),
        ("what all have", "q=example.org"), ("an address that waits", "state=ready&q=person77777"),
        ("an address that is delivered", "state=delivered&q=person77777"), ("an address that failed", "state=failed&q=person77777")]]
    found += [(f"log, {what}", f"/logs/?{query}") for what, query in [
        ("failed", "outcome=failed"), ("delivered", "outcome=delivered"), ("of the campaign", f"campaign={large}"),
        ("of a small one before it", f"campaign={small}"), ("of the campaign, failed", f"campaign={large}&outcome=failed"),
        ("of the small one, delivered", f"campaign={small}&outcome=delivered"), ("an address", "email=person7777"),
        ("an address that is not there", "email=nobody%40example"), ("what all have", "email=example.org"),
        ("an address of the campaign", f"campaign={large}&email=person7777"), ("an address, delivered", "outcome=delivered&email=person7777")]]
    found += [("statistics", f"/campaigns/{large}/statistics/")]
    found += [(f"its recipients, {kind}", f"/campaigns/{large}/statistics/recipients/?show={kind}")
              for kind in ["all", "unopened", "opened", "clicked", "bounced"]]
    found += [("one mail, suggestions", "/emails/create/recipients/?recipient=person77777"), ("suppression list", "/suppressions/"),
              ("files", "/files/")]
    for name, path in [("recipients, next page", "/recipients/"), ("queue, next page", "/emails/"), ("log, next page", "/logs/"),
                       ("messages of the campaign, next page", messages), ("those that wait, next page", f"{messages}?state=ready"),
                       ("queue of those that wait, next page", "/emails/?state=ready")]:
        foot = re.search(r'<nav class="pagination".*?</nav>', site.get(path)[1], re.S)
        links = re.findall(r'<a\b[^>]* href="([^"]+)"', foot.group(0)) if foot else []
        if links:
            found.append((name, links[-1].replace("&amp;", "&")))
    return found

"""How long pages take in an account with a million recipients and a million messages."""

import re
import statistics
import time

import measure
import people
from sending import campaign
from sink import Sink
from site_client import Site

LOOKS = 15


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
        sent = campaign(site, site.add_template(people.template()), options.rows)
        print(f"bench: {options.rows:,} messages in {sent.seconds:.0f} s", flush=True)
        rows = [(f"a campaign of {options.rows:,} from start to finished",
                 f"{options.rows / sent.seconds:,.0f} messages/s",
                 f"{sent.seconds:.0f} s; CPU {sent.cpu:.0f} s; peak {sent.megabytes:.0f} MB")]
        for name, path in addresses(site):
            times = [timed(site, path)[0] for _ in range(LOOKS)]
            rows.append((f"{name}: `{path}`", f"**{statistics.median(times) * 1000:.0f} ms**",
                         f"longest {max(times) * 1000:.0f} ms"))
            print(f"bench: {rows[-1][0]} {rows[-1][1]}", flush=True)
        rows.append(("memory of the server after all that", f"{measure.peak_of(site.process.pid):.0f} MB", "peak"))
    return rows


def addresses(site):
    """The pages that a person opens, and the next page of each list by its own link."""
    found = [("dashboard", "/"), ("recipients", "/recipients/"), ("search", "/recipients/?q=person777777"),
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

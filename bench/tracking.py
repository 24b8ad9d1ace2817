"""Pictures and links of mails, asked for by wrk: at rest, and with campaigns under way on the same two cores."""

import base64
import hmac
import pathlib
import random
import re
import statistics
import subprocess
import time

import database
import measure
import people
from sink import Sink
from site_client import Site

SECONDS, CONNECTIONS = 10, 32
FULL_SPEED = 1_000_000
# Mails an hour of the campaign that is under way, which are spread evenly unless they are too many for that.
CASES = [("at rest", 0), ("with a campaign of 100,000 mails an hour under way", 100_000), ("with a campaign at full speed", FULL_SPEED)]
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
SCRIPT = """
local paths, next = {}, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
wrk.headers["User-Agent"] = "%s"
request = function()
  next = next %% #paths + 1
  return wrk.format("GET", paths[next])
end
"""


class Tokens:
    """Signs as the server does (Sources/Vault/Signer.swift): what stands in its mails, without sending them first."""

    def __init__(self, data):
        text = (pathlib.Path(data) / "secrets.env").read_text()
        secret = re.search(r"^SECRET_KEY=(.*)$", text, re.M).group(1)
        self.main = self.code(b"martlet signer", secret.encode())

    @staticmethod
    def code(key, message):
        return hmac.digest(key, message, "sha256")

    def token(self, purpose, *numbers):
        packed = b""
        for number in numbers:
            while number >= 0x80:
                packed += bytes([number & 0x7F | 0x80])
                number >>= 7
            packed += bytes([number])
        code = self.code(self.code(self.main, purpose.encode()), packed)[:16]
        return base64.urlsafe_b64encode(packed + code).rstrip(b"=").decode()

    def pixels(self, messages):
        return [f"/track/pixel/{self.token('pixel', 1, message)}/" for message in messages]

    def clicks(self, messages, content):
        return [f"/track/click/{self.token('click', 1, content, message, 0)}/" for message in messages]


def ask(site, folder, name, paths):
    """Asks for ten seconds; gives requests, requests a second, and the 99th percentile in milliseconds."""
    random.Random(1).shuffle(paths)
    file, script = folder / f"{name}.txt", folder / f"{name}.lua"
    file.write_text("".join(path + "\n" for path in paths))
    script.write_text(SCRIPT % (file, AGENT))
    done = subprocess.run(["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script),
                           f"http://127.0.0.1:{site.port}/"], capture_output=True, text=True, timeout=120)
    text = done.stdout
    requests = re.search(r"(\d+) requests in", text)
    if not requests or "Socket errors" in text:
        raise SystemExit(f"bench: wrk says\n{text}{done.stderr}")
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if wrong:
        raise SystemExit(f"bench: {wrong.group(1)} answers were no pictures\n{text}")
    amount, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", text).groups()
    milliseconds = float(amount) * {"us": 0.001, "ms": 1, "s": 1000}[unit]
    return int(requests.group(1)), float(re.search(r"Requests/sec:\s+([\d.]+)", text).group(1)), milliseconds


def counted(site, ledger):
    """Requests that are in the ledger, and those that were dropped, once all are written."""
    while True:
        figures = dict(re.findall(r"^(martlet_tracking\w+) (\d+)$", site.get("/metrics")[1], re.M))
        if int(figures["martlet_tracking_waiting_messages"]) == 0:
            break
        time.sleep(0.2)
    hits = ledger.one("SELECT COALESCE(SUM(hits), 0) FROM reading_tally WHERE name IN ('opens', 'clicks')")
    return hits, int(figures["martlet_tracking_dropped_total"])


def sent(site, ledger, template, options):
    """Campaigns with and without counting, in turn; gives what a mail costs in each case."""
    costs = {"nothing": [], "both": []}
    for _ in range(options.runs):
        for tracking in costs:
            number = site.start_campaign(template, tracking)
            begin, cpu = time.monotonic(), measure.cpu_of(site.process.pid)
            ledger.wait(lambda: ledger.delivered(number) >= options.messages, "a campaign")
            costs[tracking].append((options.messages / (time.monotonic() - begin),
                                    (measure.cpu_of(site.process.pid) - cpu) / options.messages * 1e6))
    rows = []
    for tracking, name in (("nothing", "nothing counted"), ("both", "openings and five links counted")):
        rates, cpus = zip(*costs[tracking])
        rows.append((f"a campaign of {options.messages:,}, {name}", f"**{statistics.median(rates):,.0f} messages/s**",
                     f"CPU of the server {statistics.median(cpus):.0f} µs a message; runs: " + ", ".join(f"{rate:,.0f}" for rate in rates)))
        print(f"bench: {' '.join(rows[-1])}", flush=True)
    return rows, number


class Look:
    """What the server's processor and a campaign did in the meantime."""

    def __init__(self, site, ledger, campaign):
        self.site, self.ledger, self.campaign = site, ledger, campaign
        self.before = ledger.delivered(campaign) if campaign else 0
        self.cpu = measure.cpu_of(site.process.pid)

    def end(self, requests):
        """Microseconds of the processor for a request, and mails a second; the mails are in the microseconds."""
        cpu = measure.cpu_of(self.site.process.pid) - self.cpu
        left = self.ledger.delivered(self.campaign) - self.before if self.campaign else 0
        return cpu / requests * 1e6, left / SECONDS


def figure(what, when, runs):
    rates, slowest, cpu, mails = zip(*runs)
    detail = f"{CONNECTIONS} connections; CPU of the server {statistics.median(cpu):.0f} µs a request"
    if any(mails):
        detail += f", with {statistics.median(mails):,.0f} mails/s that left beside it"
    return (f"{what}, {when}", f"**{statistics.median(rates):,.0f} requests/s, p99 {statistics.median(slowest):.1f} ms**",
            f"{detail}; runs: {', '.join(f'{rate:,.0f}' for rate in rates)}")


def run(options, folder):
    csv = folder / "people.csv"
    people.write_csv(csv, options.messages)
    asked = 0
    with Site(folder / "data", folder / "serve.log", SITE_URL="http://127.0.0.1") as site, Sink() as sink, database.Ledger(site.data) as ledger:
        site.register()
        site.set_sender(sink.port)
        site.import_recipients(csv)
        template = site.add_template(people.template())
        rows, first = sent(site, ledger, template, options)
        tokens = Tokens(site.data)
        content = ledger.one(f"SELECT content_id FROM campaign WHERE id = {int(first)}")
        (begin, end), = ledger.rows(f"SELECT MIN(id), MAX(id) FROM message WHERE campaign_id = {int(first)}")
        messages = range(begin, end + 1)
        cases = [("pixel", "the picture of a mail", tokens.pixels(messages)),
                 ("click", "a link of a mail", tokens.clicks(messages, content))]
        # The campaigns under way are another account's, so that no limit knows of what was sent before.
        busy = site.somebody_else()
        busy.register("busy")
        busy.import_recipients(csv, name="busy")
        busy.set_sender(sink.port)
        busy_template = busy.add_template(people.template())
        found = {}
        # In turn, because a machine is faster in one minute than in another.
        for _ in range(options.runs):
            for when, hourly in CASES:
                for name, what, paths in cases:
                    number = None
                    if hourly:
                        busy.set_sender(sink.port, hourly=hourly, spreads=hourly != FULL_SPEED)
                        number = busy.start_campaign(busy_template)
                        ledger.wait(lambda: ledger.delivered(number) > 0, "the first mails")
                    look = Look(site, ledger, number)
                    requests, rate, slowest = ask(site, folder, f"{name}-{hourly}", paths)
                    asked += requests
                    found.setdefault((what, when), []).append((rate, slowest, *look.end(requests)))
                    print(f"bench: {what}, {when}: {rate:,.0f} requests/s, p99 {slowest:.1f} ms", flush=True)
                    if hourly:
                        if ledger.state(number) == "finished":
                            raise SystemExit("bench: the campaign ended before the last request; more --messages are needed")
                        busy.post(f"/campaigns/{number}/cancel/", [], form=f"/campaigns/{number}/")
                        ledger.wait(lambda: ledger.state(number) not in ("planning", "sending"), "the end of the campaign")
        rows += [figure(what, when, runs) for (what, when), runs in found.items()]
        begin = time.monotonic()
        written, dropped = counted(site, ledger)
        # wrk leaves without the last answers of its connections.
        if not asked <= written + dropped <= asked + options.runs * len(CASES) * len(cases) * CONNECTIONS:
            raise SystemExit(f"bench: {asked} requests, but {written} counted and {dropped} dropped")
        rows.append(("of these requests", f"**{written:,} counted, {dropped:,} dropped**",
                     f"all of them written {time.monotonic() - begin:.1f} s after the last one"))
    return rows

"""Pictures and links of mails, asked for by wrk: at rest, and with a campaign under way on the same two cores."""

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
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.4.0"
LINKS = "".join(f'<p><a href="https://shop.example/offer{query}">Offer</a></p>\n'
                for query in ["", "/1?for={company}", "/2?for={company}", "/3?for={city}", "/4"])

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


def delivered(site, number):
    rows = database.rows(site.data, "SELECT messages FROM campaign_tally WHERE state = 'delivered'"
                                    f" AND campaign_id = {int(number)}")
    return rows[0][0] if rows else 0


def counted(site):
    """Requests that are in the ledger, and those that were dropped, once all are written."""
    while True:
        figures = dict(re.findall(r"^(martlet_tracking\w+) (\d+)$", site.get("/metrics")[1], re.M))
        if int(figures["martlet_tracking_waiting_messages"]) == 0:
            break
        time.sleep(0.2)
    rows = database.rows(site.data, "SELECT SUM(hits) FROM reading_tally WHERE name IN ('opens', 'clicks')")
    return int(rows[0][0] or 0), int(figures["martlet_tracking_dropped_total"])


def sent(site, template, options):
    """Campaigns with and without counting, in turn; gives what a mail costs in each case."""
    costs = {"nothing": [], "both": []}
    for _ in range(options.runs):
        for tracking in costs:
            number = site.start_campaign(template, tracking)
            begin, cpu = time.monotonic(), measure.cpu_of(site.process.pid)
            while delivered(site, number) < options.messages:
                time.sleep(0.02)
            costs[tracking].append((options.messages / (time.monotonic() - begin),
                                    (measure.cpu_of(site.process.pid) - cpu) / options.messages * 1e6))
    rows = []
    for tracking, name in (("nothing", "nothing counted"), ("both", "openings and five links counted")):
        rates, cpus = zip(*costs[tracking])
        rows.append((f"a campaign of {options.messages:,}, {name}", f"**{statistics.median(rates):,.0f} messages/s**",
                     f"CPU of the server {statistics.median(cpus):.0f} µs a message; runs: " + ", ".join(f"{rate:,.0f}" for rate in rates)))
        print(f"bench: {' '.join(rows[-1])}", flush=True)
    return rows, number


def run(options, folder):
    csv = folder / "people.csv"
    people.write_csv(csv, options.messages)
    asked = 0
    with Site(folder / "data", folder / "serve.log", SITE_URL="http://127.0.0.1") as site, Sink() as sink:
        site.register()
        site.set_sender(sink.port)
        site.import_recipients(csv)
        template = site.add_template(people.template() + LINKS)
        rows, first = sent(site, template, options)
        tokens = Tokens(site.data)
        content = database.rows(site.data, f"SELECT content_id FROM campaign WHERE id = {int(first)}")[0][0]
        (begin, end), = database.rows(site.data, f"SELECT MIN(id), MAX(id) FROM message WHERE campaign_id = {int(first)}")
        messages = range(begin, end + 1)
        cases = [("pixel", "the picture of a mail", tokens.pixels(messages)),
                 ("click", "a link of a mail", tokens.clicks(messages, content))]
        for is_busy in (False, True):
            for name, what, paths in cases:
                number = site.start_campaign(template) if is_busy else None
                before = 0
                if is_busy:
                    while not (before := delivered(site, number)):
                        time.sleep(0.01)
                cpu = measure.cpu_of(site.process.pid)
                requests, rate, slowest = ask(site, folder, f"{name}-{is_busy}", paths)
                cpu = measure.cpu_of(site.process.pid) - cpu
                asked += requests
                detail = f"{requests:,} requests of {options.messages:,} mails, {CONNECTIONS} connections; CPU of the server {cpu:.1f} s"
                if is_busy:
                    left = delivered(site, number) - before
                    detail += f"; {left / SECONDS:,.0f} mails/s left beside it" + (
                        " (the campaign ended before)" if delivered(site, number) == options.messages else "")
                rows.append((f"{what}, {'with a campaign under way' if is_busy else 'at rest'}",
                             f"**{rate:,.0f} requests/s, p99 {slowest:.1f} ms**", detail))
                print(f"bench: {' '.join(rows[-1])}", flush=True)
                if is_busy:
                    while delivered(site, number) < options.messages:
                        time.sleep(0.2)
        begin = time.monotonic()
        written, dropped = counted(site)
        # wrk leaves without the last answers of its connections.
        if not asked <= written + dropped <= asked + 2 * len(cases) * CONNECTIONS:
            raise SystemExit(f"bench: {asked} requests, but {written} counted and {dropped} dropped")
        rows.append(("of these requests", f"**{written:,} counted, {dropped:,} dropped**",
                     f"all of them written {time.monotonic() - begin:.1f} s after the last one"))
    return rows

"""One campaign, sent by one node and by three on one PostgreSQL with all of its flushes, to a server that takes 20 ms to
answer each message: then the server is the limit, not the processor."""

import os
import pathlib
import site
import statistics
import subprocess
import sys
import time

import measure

CRASH = pathlib.Path(__file__).resolve().parents[1] / "Tests/Crash"
ANSWER = 0.02
# Of each node, for the one sender.
CONNECTIONS = 10
SECONDS = 20


class SlowSink:
    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, pathlib.Path(__file__).with_name("slow_sink.py"), str(ANSWER)],
                                        stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()


def run(options, folder):
    # What the crash tests use, and the driver that is installed for them.
    sys.path.append(str(CRASH))
    for packages in (measure.ROOT / ".venv").glob("lib/*/site-packages"):
        site.addsitedir(packages)
    os.environ["MARTLET"] = str(measure.MARTLET)
    from server import Postgres
    rates = {1: [], 3: []}
    for number in range(options.runs):
        for count in rates:
            here = folder / f"{number}-{count}"
            here.mkdir()
            with Postgres() as database, SlowSink() as sink:
                rates[count].append(rate(here, database, sink, count))
            print(f"bench: run {number + 1}, {count} node(s): {rates[count][-1]:,.0f} messages/s", flush=True)
    one, three = (statistics.median(rates[count]) for count in (1, 3))
    shown = "; ".join(f"{count}: {', '.join(f'{rate:,.0f}' for rate in found)}" for count, found in rates.items())
    return [(f"three nodes beside one, PostgreSQL, {ANSWER * 1000:.0f} ms an answer", f"**{three / one:.2f} ×**",
             f"{three:,.0f} and {one:,.0f} messages/s, of one campaign; {CONNECTIONS} connections a node; runs {shown}")]


def rate(folder, database, sink, count):
    """Messages a second while all nodes are at work: over some seconds in the middle of a campaign."""
    from cluster import KEYS, Node
    from patience import until
    from product import write_recipients
    nodes = []
    try:
        for number in range(count):
            (folder / str(number)).mkdir()
            node = Node(folder / str(number), DATABASE_URL=database.url, MARTLET_CONNECTIONS=str(CONNECTIONS), **KEYS)
            node.start()
            nodes.append(node)
        first = nodes[0]
        first.create_user()
        people = folder / "people.csv"
        write_recipients(people, int(CONNECTIONS * count / ANSWER * (SECONDS + 10)))
        assert first.import_recipients(people) == 0, first.tail()
        first.log_in()
        first.set_sender(sink, limit=1_000_000, connections=CONNECTIONS * count)
        first.start_campaign(first.add_template())
        done = "SELECT COALESCE(SUM(messages), 0) FROM campaign_tally WHERE state = 'delivered'"
        at_work = "SELECT COUNT(*) FROM sender_work WHERE open_connections >= %d" % CONNECTIONS
        until(lambda: database.ask(at_work)[0][0] == count, 60, lambda: "not all nodes are at work", 0.2)
        began, before = time.monotonic(), int(database.ask(done)[0][0])
        time.sleep(SECONDS)
        after, seconds = int(database.ask(done)[0][0]), time.monotonic() - began
        return (after - before) / seconds
    finally:
        for node in nodes:
            node.kill()

#!/usr/bin/env python3
"""waiting.py [--messages N] [--kills K]: how long from a start after a kill to the first message, with N that wait (rule 6).

Starts MARTLET=path with N recipients and a campaign to all, lets it plan, kills it while it sends, starts it again, and
measures from the start of the process to what the sink accepts first, and to the first page.
"""

import argparse
import contextlib
import pathlib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from auditor import opened
from patience import until
from scenarios import Scene


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="martlet-waiting-") as folder:
        began = time.monotonic()
        with Scene(pathlib.Path(folder), options.messages) as scene:
            print(f"waiting: {options.messages:,} recipients are imported after {time.monotonic() - began:.0f} s", flush=True)
            scene.start_campaign()
            begun = time.monotonic()
            scene.await_accepted(1, limit=600)
            print(f"waiting: first message {time.monotonic() - begun:.2f} s after the click", flush=True)
            until(lambda: state(scene.martlet.database) == "sending", 600, lambda: "not all are planned")
            print(f"waiting: all planned {time.monotonic() - begun:.1f} s after the click, while sending", flush=True)
            for number in range(options.kills):
                scene.martlet.kill()
                scene.reader.settle()
                known, began = len(scene.reader.read().entries), time.time()
                scene.martlet.start(limit=120)
                page = time.time() - began
                scene.await_accepted(known + 1, limit=120)
                first = scene.reader.read().entries
                first = min(entry.time for entry in first if entry.time > began) - began
                print(f"waiting: kill {number + 1}: first page {page:.2f} s, first message {first:.2f} s, "
                      f"{left(scene.martlet.database):,} waiting", flush=True)
                scene.martlet.wait(1)


def state(database):
    with contextlib.closing(opened(database)) as connection:
        return connection.execute("SELECT state FROM campaign").fetchone()[0]


def left(database):
    with contextlib.closing(opened(database)) as connection:
        return connection.execute("SELECT SUM(messages) FROM campaign_tally WHERE state = 'ready'").fetchone()[0]


main()

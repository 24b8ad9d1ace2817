#!/usr/bin/env python3
"""A server that serves fewer connections than the sender may have: how much it refuses while its limit is learned.

crowded.py [--places 5] [--connections 20] [--seconds 100] [--answer 0.05] [--crowded connect mail rcpt]

The program sends a campaign to a sink that serves five connections and refuses the others at that step. What counts is
what the sink refused beside what it took, in the first minute and after it, and what the ledger deferred.
"""

import argparse
import contextlib
import json
import pathlib
import sqlite3
import sys
import tempfile

from scenarios import Scene

MINUTE = 60.0
# Of what was asked: in the first minute, and after it.
MOST_REFUSED = (0.17, 0.05)


def figures(journal, database):
    """Accepted and refused, before and after the first minute; deferrals in the ledger; connections open at most."""
    entries = [json.loads(line) for line in pathlib.Path(journal).read_text().splitlines()]
    first = next(entry["time"] for entry in entries if entry["kind"] == "opened")
    found = {"accepted": [0, 0], "refused": [0, 0]}
    for entry in entries:
        if entry["kind"] in found:
            found[entry["kind"]][entry["time"] - first >= MINUTE] += 1
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as ledger:
        one = lambda sql: ledger.execute(sql).fetchone()[0]
        found["deferred"] = one("SELECT COUNT(*) FROM attempt WHERE outcome = 'deferred'")
        found["attempts"] = one("SELECT MAX(attempts) FROM message")
    found["seconds"] = max(entry["time"] for entry in entries if entry["kind"] == "accepted") - first
    return found


def run(folder, crowded, messages, *, places=5, connections=20, answer=0.05):
    """Sends so many, and gives the figures. Everybody has it at the end, by one attempt."""
    rules = [{"at": "dot", "do": "delay", "seconds": answer}]
    with Scene(folder, messages, rules=rules, connections=connections, places=places, crowded=crowded) as scene:
        scene.start_campaign()
        # What was refused at first comes again after some seconds.
        scene.await_accepted(messages, limit=60 + 3 * messages * answer / places)
        audited = scene.audited()
        found = figures(scene.journal, scene.martlet.database)
        assert audited["messages delivered"] == messages and found["attempts"] == 1, (audited, found)
    for period, most in enumerate(MOST_REFUSED):
        refused, accepted = found["refused"][period], found["accepted"][period]
        assert refused <= most * (refused + accepted), f"{found}: more than {most:.0%} refused"
    assert found["deferred"] <= MOST_REFUSED[0] * messages, found
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--places", type=int, default=5)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=100)
    parser.add_argument("--answer", type=float, default=0.05, help="seconds that the sink takes for a message")
    parser.add_argument("--crowded", nargs="+", choices=("connect", "mail", "rcpt"), default=["connect", "mail", "rcpt"])
    options = parser.parse_args()
    for crowded in options.crowded:
        messages = int(options.seconds * options.places / options.answer)
        with tempfile.TemporaryDirectory() as folder:
            found = run(pathlib.Path(folder), crowded, messages, places=options.places,
                        connections=options.connections, answer=options.answer)
        shares = [f"{refused} of {refused + accepted} ({refused / (refused + accepted):.2%})" if refused + accepted else "none"
                  for refused, accepted in zip(found["refused"], found["accepted"])]
        print(f"refused at {crowded}: {shares[0]} in the first minute, {shares[1]} later; {found['deferred']} deferred in "
              f"the ledger; {messages} messages in {found['seconds']:.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())

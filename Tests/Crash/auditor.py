#!/usr/bin/env python3
"""Compares a Martlet database, read offline, with what a recording sink has written down.

auditor.py DATABASE JOURNAL [--policy hold|resend|assume] [--connections N] [--final] [--audience N]

DATABASE is the path of an SQLite file or the address of a PostgreSQL database. It knows only the schema and the promises (docs/reliability.md), no code of Martlet's. Each rule that does not hold gives a
sentence and some examples; the exit code is 1 when there is one.
"""

import argparse
import collections
import pathlib
import sqlite3
import sys
from dataclasses import dataclass, field

from journal import Reader

OPEN = ("ready", "claimed", "dotted")
HELD = ("unknown", "quarantined")
ENDED = ("delivered", "failed", "cancelled") + HELD
# What the ledger calls an entry that a person or the sender's policy made, not a mail server.
DECIDED = ("person", "policy")
# How often the policy sends a message again before it holds it after all.
MOST_RESENDS = 3


@dataclass
class Breach:
    rule: int
    sentence: str
    examples: list = field(default_factory=list)

    def __str__(self):
        more = f" For example: {'; '.join(map(str, self.examples[:3]))}." if self.examples else ""
        return f"rule {self.rule}: {self.sentence}{more}"


@dataclass
class Message:
    id: int
    campaign: int
    email: str
    state: str
    epoch: int | None
    attempts: int
    ended_at: int | None
    reason: str
    # (outcome, step, time, reply), in order.
    log: list = field(default_factory=list)

    def __str__(self):
        return f"message {self.id} to {self.email} ({self.state})"

    def was(self, outcome, *steps):
        return any(entry[0] == outcome and (not steps or entry[1] in steps) for entry in self.log)


def is_server(place):
    return str(place).startswith("postgres")


def opened(path):
    if is_server(path):
        # Only where there is one: the other tests do without the driver.
        import psycopg
        connection = psycopg.connect(path, connect_timeout=20)
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        return connection
    return sqlite3.connect(f"{pathlib.Path(path).absolute().as_uri()}?mode=ro", uri=True, timeout=20)


class Ledger:
    """A consistent picture of the database."""

    def __init__(self, path):
        self.is_server = is_server(path)
        self.connection = opened(path)
        if not self.is_server:
            self.connection.execute("BEGIN")
        self.campaigns = {row[0]: row for row in self.rows(
            "SELECT id, state, audience, plan_cursor, account_id, name FROM campaign")}
        self.messages = {row[0]: Message(*row) for row in self.rows(
            "SELECT id, campaign_id, email, state, epoch, attempts, ended_at, reason FROM message")}
        for message, *entry in self.rows("SELECT message_id, outcome, step, at, reply FROM attempt ORDER BY id"):
            if message in self.messages:
                self.messages[message].log.append(tuple(entry))
        self.by_key = collections.defaultdict(list)
        self.counted = collections.defaultdict(collections.Counter)
        for message in self.messages.values():
            self.by_key[message.campaign, message.email].append(message)
            self.counted[message.campaign][message.state] += 1

    def rows(self, sql, *values):
        return self.connection.execute(sql, values).fetchall()

    def one(self, sql, *values):
        return self.connection.execute(sql, values).fetchone()[0]

    def counts(self, campaign=None):
        """How many messages are in each state."""
        if campaign is not None:
            return self.counted[campaign]
        return sum(self.counted.values(), collections.Counter())

    def close(self):
        self.connection.close()


class Audit:
    """One look at the ledger and the journal. `breaches` says what does not hold, `figures` what was counted."""

    def __init__(self, ledger, records, *, policy="hold", connections=8, final=False, audience=None, lives=(), grace=5.0):
        self.ledger, self.records = ledger, records
        self.policy, self.connections, self.final = policy, connections, final
        self.audience, self.lives, self.grace = audience, list(lives), grace
        self.breaches, self.figures = [], collections.Counter()

    def run(self):
        self.nobody_is_lost()
        self.both_sides_agree()
        self.little_is_ambiguous()
        self.duplicates_follow_the_policy()
        self.sums_agree()
        self.the_file_is_whole()
        self.nothing_is_sent_by_the_dead()
        states = self.ledger.counts()
        self.figures.update({f"messages {state}": count for state, count in states.items()})
        self.figures["messages"] = len(self.ledger.messages)
        self.figures["accepted by the sink"] = len(self.records.entries)
        return self

    def refuse(self, rule, bad, sentence):
        """A breach when there is a bad example."""
        bad = list(bad)
        if bad:
            self.breaches.append(Breach(rule, f"{len(bad)} × {sentence}", bad))

    # Rule 1

    def nobody_is_lost(self):
        ledger = self.ledger
        self.refuse(1, (m for m in ledger.messages.values() if m.state not in OPEN + ENDED), "a state that is none")
        self.refuse(1, (f"campaign {key[0]} to {key[1]}" for key, found in ledger.by_key.items() if len(found) > 1),
                    "more than one message of a campaign for one address")
        for number, state, audience, *_ in ledger.campaigns.values():
            made = sum(ledger.counts(number).values())
            if made != audience:
                self.breaches.append(Breach(
                    1, f"campaign {number} ({state}) has an audience of {audience} and {made} messages"))
            if self.audience is not None and state in ("sending", "finished") and audience != self.audience:
                self.breaches.append(Breach(1, f"campaign {number} has {audience} of {self.audience} recipients"))
            if self.final and state != "finished":
                self.breaches.append(Breach(1, f"campaign {number} is {state} at the end"))
        if self.final:
            self.refuse(1, (m for m in ledger.messages.values() if m.state not in ENDED),
                        "a message without an end at the end")
        self.refuse(1, (m for m in ledger.messages.values() if m.state == "delivered" and not self.accepted(m)
                        and not m.was("delivered", *DECIDED)),
                    "a message that counts as delivered and was never accepted")

    def accepted(self, message):
        return self.records.accepted.get((message.campaign, message.email), [])

    # Rule 2

    def both_sides_agree(self):
        messages = self.ledger.messages.values()
        self.refuse(2, (m for m in messages if m.was("delivered") and not m.was("delivered", *DECIDED)
                        and not self.accepted(m)), "an attempt recorded as delivered that the sink did not accept")
        self.refuse(2, (m for m in messages if sum(entry[0] == "delivered" and entry[1] not in DECIDED for entry in m.log)
                        > len(self.accepted(m))), "a message with more deliveries in the log than at the sink")
        self.refuse(2, (m for m in messages if self.accepted(m) and m.state not in ("dotted", "delivered", "unknown")
                        and not m.was("unknown") and not m.was("delivered")),
                    "a message that the sink accepted and the ledger does not know as sent, not even as unknown")
        self.refuse(2, (f"campaign {key[0]} to {key[1]}" for key in self.records.accepted if key not in self.ledger.by_key),
                    "an accepted message that the ledger has never heard of")

    # Rule 3

    def little_is_ambiguous(self):
        messages = self.ledger.messages.values()
        dotted = [m for m in messages if m.state == "dotted"]
        self.figures["ambiguous now"] = len(dotted)
        if len(dotted) > self.connections:
            self.breaches.append(Breach(
                3, f"{len(dotted)} messages may or may not have been sent, with {self.connections} connections", dotted))
        unknown = [m for m in messages if m.state == "unknown"]
        self.refuse(3, (m for m in unknown if not m.reason or not m.ended_at),
                    "an unknown message without reason or time")
        self.refuse(3, (m for m in unknown if not m.was("unknown")), "an unknown message that the log does not have")
        if self.final:
            self.refuse(3, dotted, "a message that is still dotted at the end")

    # Rule 4

    def duplicates_follow_the_policy(self):
        duplicates = self.records.duplicates
        self.figures["duplicates"] = sum(len(entries) - 1 for entries in duplicates.values())
        if self.policy != "resend":
            self.refuse(4, (f"campaign {key[0]} to {key[1]}, {len(entries)} times" for key, entries in duplicates.items()
                            if not self.was_resent(key, "person")), f"a duplicate, though the policy is {self.policy}")
        self.refuse(4, (f"campaign {key[0]} to {key[1]}" for key, entries in duplicates.items()
                        if len({(e.sha256, e.message_id, e.date) for e in entries}) > 1),
                    "a duplicate that is not the same to the byte")
        self.refuse(4, (f"campaign {key[0]} to {key[1]}" for key in duplicates if not self.was_resent(key, *DECIDED)),
                    "a duplicate that the log does not mark as sent again")
        identities = collections.defaultdict(set)
        for key, entries in self.records.accepted.items():
            for entry in entries:
                identities[entry.message_id].add(key)
        self.refuse(4, (identity for identity, keys in identities.items() if len(keys) > 1 or not identity),
                    "a Message-ID that is shared or missing")
        messages = self.ledger.messages.values()
        self.figures["assumed delivered"] = sum(m.was("delivered", "policy") for m in messages)
        self.figures["sent again"] = sum(
            entry[0] == "deferred" and entry[1] == "policy" for m in messages for entry in m.log)
        if self.policy != "hold" and self.final:
            self.refuse(4, (m for m in messages if m.state == "unknown"
                            and sum(entry[1] == "policy" for entry in m.log) < MOST_RESENDS),
                        f"a message held as unknown, though the policy is {self.policy}")

    def was_resent(self, key, *steps):
        return any(m.was("deferred", *steps) for m in self.ledger.by_key.get(key, []))

    # Rule 5

    def sums_agree(self):
        tallies = collections.defaultdict(collections.Counter)
        for campaign, state, count in self.ledger.rows("SELECT campaign_id, state, messages FROM campaign_tally"):
            tallies[campaign][state] += count
        for number in self.ledger.campaigns:
            counted, told = +self.ledger.counts(number), +tallies[number]
            if counted != told:
                self.breaches.append(Breach(5, f"campaign {number}: the tally says {dict(told)}, the rows {dict(counted)}"))
        for account, told, counted in self.ledger.rows(
                "SELECT a.id, a.recipients, (SELECT COUNT(*) FROM recipient r WHERE r.account_id = a.id) FROM account a"):
            if told != counted:
                self.breaches.append(Breach(5, f"account {account} counts {told} recipients and has {counted}"))

        told = {outcome: int(count) for outcome, count in self.ledger.rows(
            "SELECT outcome, SUM(messages) FROM daily GROUP BY outcome")}
        counted = dict(self.ledger.rows(
            "SELECT outcome, COUNT(*) FROM attempt WHERE step NOT IN ('person', 'policy') GROUP BY outcome"))
        if told != counted:
            self.breaches.append(Breach(5, f"the days' figures are {told}, the log has {counted}"))

    # Rule 7

    def the_file_is_whole(self):
        if not self.ledger.is_server:
            problems = [row[0] for row in self.ledger.rows("PRAGMA integrity_check") if row[0] != "ok"]
            self.refuse(7, problems, "a problem that integrity_check found")
            self.refuse(7, self.ledger.rows("PRAGMA foreign_key_check"), "a foreign key that points nowhere")
        over = {row[0] for row in self.ledger.rows("SELECT id FROM epoch WHERE rescued_at IS NOT NULL")}
        self.refuse(7, (m for m in self.ledger.messages.values()
                        if m.state in ("claimed", "dotted") and (m.epoch is None or m.epoch in over)),
                    "a message in the hands of a start that is over")
        self.refuse(7, (m for m in self.ledger.messages.values() if m.state in ENDED and m.epoch is not None),
                    "an ended message that still has an epoch")

    def nothing_is_sent_by_the_dead(self):
        if not self.lives:
            return
        late = []
        for entry in self.records.entries:
            opened = self.records.opened.get(entry.connection, entry.time)
            life = next((life for life in self.lives if life[0] <= opened <= (life[1] or opened)), None)
            # The sink may still read what the kernel had taken when the process died.
            if life is None or (life[1] and entry.time > life[1] + self.grace):
                late.append(f"campaign {entry.campaign} to {entry.recipient} at {entry.time:.1f}")
        self.refuse(7, late, "a message accepted from a process that was not alive")


def most_in_an_hour(entries):
    """The most messages that were accepted within any 3,600 seconds."""
    times = sorted(entry.time for entry in entries)
    most = start = 0
    for end, time in enumerate(times):
        while time - times[start] >= 3600:
            start += 1
        most = max(most, end - start + 1)
    return most


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("database")
    parser.add_argument("journal")
    parser.add_argument("--policy", choices=("hold", "resend", "assume"), default="hold")
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--audience", type=int, help="recipients that each campaign must have")
    parser.add_argument("--final", action="store_true", help="everything has come to its end")
    options = parser.parse_args()
    audit = Audit(Ledger(options.database), Reader(options.journal).read(), policy=options.policy, final=options.final,
                  connections=options.connections, audience=options.audience).run()
    for name, count in sorted(audit.figures.items()):
        print(f"{name}: {count}")
    for breach in audit.breaches:
        print(breach)
    sys.exit(1 if audit.breaches else 0)


if __name__ == "__main__":
    main()

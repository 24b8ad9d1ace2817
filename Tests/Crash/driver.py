"""Kills Martlet again and again while it sends, and has every state that it leaves behind audited."""

import collections
import contextlib
import json
import random
import time
from dataclasses import dataclass, field

from auditor import Audit, Breach, Ledger, opened
from journal import Reader
from power import PowerCut
from product import CONNECTIONS, Gone, Martlet, SinkProcess, write_recipients

# Fail points, and how late in a process each one is reached at most.
POINTS = {"after-claim": 6, "before-intent": 120, "after-intent": 120, "after-dot": 400, "before-outcome": 120,
          "after-outcome": 120, "during-planning": 2, "during-rescue": 1}
# What happens at the sink while we kill: most is taken, little is not.
RULES = [
    {"at": "rcpt", "do": "5yz", "share": 0.003},
    {"at": "rcpt", "do": "4yz", "share": 0.002, "times": 1},
    {"at": "dot", "do": "reset", "share": 0.001, "times": 1},
    {"at": "dot", "do": "half", "share": 0.001, "times": 1},
    {"at": "dot", "do": "reset", "share": 0.001, "times": 1, "loses": True},
    {"at": "dot", "do": "4yz", "share": 0.001, "times": 1},
    {"at": "dot", "do": "delay", "share": 0.01, "seconds": 0.05},
]


@dataclass
class Plan:
    kills: int = 10
    recipients: int = 2000
    seed: int = 1
    points: tuple = tuple(POINTS)
    policy: str = "hold"
    # Of ten kills, how many are at a random instant; the others are at a fail point, in turn.
    random_of_ten: int = 5
    # The longest that a process lives before a random kill, in seconds.
    longest_life: float = 2.0
    rules: list = field(default_factory=lambda: list(RULES))
    most_messages: int = 500
    # Whether each kill is the machine's: what was not flushed to the disk is gone, too.
    power_loss: bool = False
    # Names of files whose flush that disk acknowledges without doing it.
    lying_about: str = ""


@dataclass
class Result:
    kills: collections.Counter = field(default_factory=collections.Counter)
    campaigns: int = 0
    breaches: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)
    # The most messages that one kill left ambiguous, and all kills together.
    most_ambiguous: int = 0
    ambiguous: int = 0
    first_message: list = field(default_factory=list)
    # What power cuts took away: see PowerCut.
    lost_power: dict = field(default_factory=dict)
    seconds: float = 0

    def __str__(self):
        lines = [f"{sum(self.kills.values())} kills ({', '.join(f'{n} {p}' for p, n in sorted(self.kills.items()))})",
                 f"{self.campaigns} campaigns; {self.seconds:.0f} s",
                 f"ambiguous: {self.most_ambiguous} after one kill at most, {self.ambiguous} in all"]
        if self.first_message:
            times = sorted(self.first_message)
            lines.append(f"from start to first message: median {times[len(times) // 2]:.2f} s, most {times[-1]:.2f} s")
        if self.lost_power:
            lines.append("each kill was a power cut: {writes} writes and {names} names were not durable, "
                         "{kept} of these writes survived whole or torn".format(**self.lost_power))
        lines += [f"{name}: {count}" for name, count in sorted(self.figures.items())]
        return "\n".join(lines + list(map(str, self.breaches)))


# What was in hand in two crashes comes back in small groups for some seconds; a refused mail waits for minutes.
SOON = 120


def has_work(database, within=0):
    """Whether a campaign has something to do now, or within so many seconds."""
    with contextlib.closing(opened(database)) as database:
        return database.execute(
            """SELECT EXISTS (SELECT 1 FROM campaign WHERE state IN ('scheduled', 'planning'))
                OR EXISTS (SELECT 1 FROM message WHERE state IN ('claimed', 'dotted'))
                OR EXISTS (SELECT 1 FROM message WHERE state = 'ready' AND next_at <= ?)""",
            (int((time.time() + within) * 1e6),)).fetchone()[0]


class Drive:
    """One account, one sender to a recording sink, and campaigns to everybody, until enough kills have been survived."""

    def __init__(self, folder, plan):
        self.folder, self.plan = folder, plan
        self.random = random.Random(plan.seed)
        self.martlet = Martlet(folder)
        self.disk = PowerCut(self.martlet.data, plan.seed) if plan.power_loss else None
        self.journal = folder / "journal"
        self.reader = Reader(self.journal)
        self.result = Result()
        self.turn = self.pointed = 0

    def run(self):
        began = time.monotonic()
        plan = self.plan
        with self.disk or contextlib.nullcontext(), SinkProcess(
                self.journal, seed=plan.seed, rules=json.dumps(plan.rules), most_messages=plan.most_messages) as sink:
            try:
                self.prepare(sink)
                while sum(self.result.kills.values()) < plan.kills:
                    self.live_and_die()
                    self.audit()
                self.come_to_an_end()
            finally:
                self.martlet.kill()
        self.result.seconds = time.monotonic() - began
        return self.result

    # The set-up, as a person does it

    def prepare(self, sink):
        people = self.folder / "people.csv"
        write_recipients(people, self.plan.recipients)
        self.martlet.create_user()
        self.lose_power()
        assert self.martlet.import_recipients(people) == 0, self.martlet.tail()
        self.lose_power()
        self.martlet.start()
        self.martlet.log_in()
        self.martlet.set_sender(sink, policy=None if self.plan.policy == "hold" else self.plan.policy)
        self.template = self.martlet.add_template()
        if self.disk is None:
            self.martlet.stop()
        else:
            # What was answered is durable, however the process ends.
            self.martlet.kill()
            self.disk.ignored = self.plan.lying_about
            self.lose_power()

    def lose_power(self):
        """Where a kill is the machine's: takes away what was not flushed. No process has the disk open now."""
        if self.disk is not None:
            self.disk.cut()
            self.result.lost_power = self.disk.lost

    # Kills

    def live_and_die(self):
        point, environment = self.next_death()
        began = time.time()
        known = len(self.reader.read().entries)
        self.martlet.start(wait=False, **environment)
        try:
            self.martlet.await_start()
            if not has_work(self.martlet.database):
                self.start_campaign()
        except Gone:
            if self.martlet.process is not None:
                self.martlet.wait(5)
        if self.martlet.process is not None:
            if point is None:
                self.martlet.wait(self.random.uniform(0, self.plan.longest_life))
            elif not self.await_point():
                # It does not come there, whatever it is given to do.
                point = None
        if self.martlet.process is not None:
            self.martlet.kill()
        self.result.kills[point or "random"] += 1
        self.lose_power()
        self.reader.settle()
        fresh = [entry.time for entry in self.reader.read().entries[known:]]
        if fresh:
            self.result.first_message.append(min(fresh) - began)

    def next_death(self):
        self.turn += 1
        points = self.plan.points
        if not points or self.turn % 10 < self.plan.random_of_ten:
            return None, {}
        point = points[self.pointed % len(points)]
        if point == "during-rescue" and not self.has_strays():
            point = "after-claim"
        else:
            self.pointed += 1
        return point, {"MARTLET_FAIL_POINT": f"{point}:{self.random.randint(1, POINTS[point])}"}

    def start_campaign(self):
        self.martlet.start_campaign(self.template)
        self.result.campaigns += 1

    def await_point(self, limit=30):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.martlet.wait(0.2) is not None:
                return True
            if not has_work(self.martlet.database):
                with contextlib.suppress(Gone):
                    self.start_campaign()
        return False

    def has_strays(self):
        with contextlib.closing(opened(self.martlet.database)) as database:
            return database.execute(
                "SELECT EXISTS (SELECT 1 FROM message WHERE state IN ('claimed', 'dotted'))").fetchone()[0]

    # Looks

    def audit(self, final=False):
        ledger = Ledger(self.martlet.database)
        audit = Audit(ledger, self.reader.read(), policy=self.plan.policy, connections=CONNECTIONS, final=final,
                      audience=self.plan.recipients, lives=self.martlet.lives).run()
        ledger.close()
        ambiguous = audit.figures.pop("ambiguous now")
        self.result.most_ambiguous = max(self.result.most_ambiguous, ambiguous)
        self.result.ambiguous += ambiguous
        self.result.figures = audit.figures
        if audit.breaches:
            self.result.breaches = audit.breaches
            where = f"after kill {sum(self.result.kills.values())}" if not final else "at the end"
            raise AssertionError(f"{where}, data in {self.folder}:\n" + "\n".join(map(str, audit.breaches)))

    # The end

    def come_to_an_end(self, limit=900):
        martlet = self.martlet
        martlet.start()
        end = time.monotonic() + limit
        while True:
            waiting = self.waiting()
            if waiting is None:
                break
            for message in waiting:
                martlet.send_now(message)
            if time.monotonic() > end:
                raise AssertionError(f"the campaigns did not end within {limit} s:\n{martlet.tail()}")
            time.sleep(0.2)
        self.compare_pages()
        martlet.stop()
        self.reader.settle()
        self.audit(final=True)

    def waiting(self):
        """None when all campaigns are finished; else some messages that wait for a later try."""
        with contextlib.closing(opened(self.martlet.database)) as database:
            if not database.execute("SELECT COUNT(*) FROM campaign WHERE state <> 'finished'").fetchone()[0]:
                return None
            return [row[0] for row in database.execute(
                "SELECT id FROM message WHERE state = 'ready' AND next_at > ? LIMIT 50", (int((time.time() + SOON) * 1e6),))]

    def compare_pages(self):
        """Rule 5: what people and programs read is what the database says, and what the auditor counts."""
        ledger = Ledger(self.martlet.database)
        self.martlet.make_token()
        problems = []
        for campaign in ledger.campaigns:
            page, rows = self.martlet.campaign_page(campaign), dict(+ledger.counts(campaign))
            if page != rows:
                problems.append(Breach(5, f"the page of campaign {campaign} says {page}, the rows {rows}"))
            told = states_of(self.martlet.api(f"/campaigns/{campaign}")["messages"])
            if told != rows:
                problems.append(Breach(5, f"the API says of campaign {campaign} {told}, the rows {rows}"))
        board, rows = self.martlet.dashboard(), ledger.counts()
        told = [board.get(name) for name in ("Delivered", "Waiting", "Failed", "Unknown", "Recipients")]
        counted = [rows["delivered"], rows["ready"] + rows["claimed"] + rows["dotted"], rows["failed"], rows["unknown"],
                   ledger.one("SELECT COUNT(*) FROM recipient")]
        if told != counted:
            problems.append(Breach(5, f"the dashboard says {told}, the rows {counted}"))
        account = self.martlet.api("/account")
        if (states_of(account["messages"]), account["recipients"]) != (dict(+rows), counted[-1]):
            problems.append(Breach(5, f"the API says of the account {account}, the rows {dict(+rows)}"))
        problems += self.compare_messages(ledger)
        ledger.close()
        if problems:
            self.result.breaches = problems
            raise AssertionError("\n".join(map(str, problems)))

    def compare_messages(self, ledger):
        """Rules 3 and 5: each message that is not simply delivered has the state, reason and time of its row in the API;
        those that are unknown have their entry in the log there."""
        problems = []
        for state in ("unknown", "quarantined", "failed", "cancelled"):
            told = {item["id"]: (item["email"], item["reason"], item["ended_at"] is not None)
                    for item in self.martlet.api_items(f"/messages?state={state}&limit=200")}
            rows = {m.id: (m.email, m.reason, m.ended_at is not None)
                    for m in ledger.messages.values() if m.state == state}
            if told != rows:
                odd = [message for message in told.keys() | rows.keys() if told.get(message) != rows.get(message)]
                problems.append(Breach(5, f"the API lists other {state} messages than the rows", sorted(odd)))
            if state == "unknown":
                logged = {item["message_id"] for item in self.martlet.api_items("/attempts?outcome=unknown&limit=200")}
                missing = rows.keys() - logged
                if missing:
                    problems.append(Breach(3, "unknown messages that the API's log does not have", sorted(missing)))
        return problems


def states_of(tally):
    """A tally of the API without its sum and without what there is none of."""
    assert tally["total"] == sum(count for state, count in tally.items() if state != "total")
    return {state: count for state, count in tally.items() if state != "total" and count}

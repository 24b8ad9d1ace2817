"""Three nodes on one PostgreSQL, and what may happen to them while they send."""

import collections
import contextlib
import json
import os
import pathlib
import random
import signal
import time
from dataclasses import dataclass, field

import psycopg

from auditor import Audit, Breach, Ledger
from journal import Reader
from patience import until
from product import Martlet, SinkProcess, write_recipients
from server import Postgres, Replicated

KEYS = {"SECRET_KEY": "the same on all nodes, and long enough", "FIELD_ENCRYPTION_KEY": "bWFydGxldCBtYXJ0bGV0IG1hcnRsZXQgbWFydGxldCE="}
# Of the sender, over all nodes.
CONNECTIONS = 12
# A dead node's work is in other hands after so many seconds.
TAKEN_OVER = 20
# Messages of one group commit that PostgreSQL may leave open when it breaks off.
GROUP = 64
# "failover", which needs a standby, is asked for by name.
TROUBLES = ("kill", "kill for long", "zombie", "restart", "database", "kill all")


@dataclass
class Plan:
    rounds: int = 6
    recipients: int = 4000
    seed: int = 1
    troubles: tuple = TROUBLES
    # How long a zombie is stopped, in seconds.
    stopped: float = 60
    # How long the sink takes for an answer to a message.
    answer: float = 0.05
    # At the sink, beside the answer's time.
    rules: list = field(default_factory=lambda: [
        {"at": "rcpt", "do": "5yz", "share": 0.003},
        {"at": "dot", "do": "reset", "share": 0.001, "times": 1},
        {"at": "dot", "do": "reset", "share": 0.001, "times": 1, "loses": True}])


@dataclass
class Result:
    troubles: collections.Counter = field(default_factory=collections.Counter)
    campaigns: int = 0
    # Messages that one trouble left with a node that was dead, or cut off, and may have sent them.
    most_ambiguous: int = 0
    ambiguous: int = 0
    taken_over: list = field(default_factory=list)
    # From the start of a killed node to the first message that it sends.
    back: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)
    seconds: float = 0

    def __str__(self):
        lines = [f"{sum(self.troubles.values())} troubles ({', '.join(f'{n} {t}' for t, n in sorted(self.troubles.items()))})",
                 f"{self.campaigns} campaigns; {self.seconds:.0f} s",
                 f"ambiguous: {self.most_ambiguous} after one trouble at most, {self.ambiguous} in all"]
        if self.taken_over:
            lines.append(f"taken over after at most {max(self.taken_over):.1f} s")
        if self.back:
            lines.append(f"a killed node is at work again after at most {max(self.back):.1f} s")
        return "\n".join(lines + [f"{name}: {count}" for name, count in sorted(self.figures.items())])


class Node(Martlet):
    """One process with a data folder of its own; what counts is in the database that all share."""

    def start(self, **more):
        self.stopped_at = None
        return super().start(**more)

    def stop_in_its_tracks(self):
        self.ports = local_ports(self.process.pid)
        os.kill(self.process.pid, signal.SIGSTOP)
        self.stopped_at = time.time()

    def go_on(self):
        os.kill(self.process.pid, signal.SIGCONT)

    def said(self, words):
        return self.log.exists() and words in self.log.read_text(errors="replace")


def local_ports(process):
    """The ports on this side of a process's connections."""
    sockets = set()
    for entry in pathlib.Path(f"/proc/{process}/fd").iterdir():
        with contextlib.suppress(OSError):
            sockets.add(os.readlink(entry))
    ports = set()
    for line in pathlib.Path(f"/proc/{process}/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if f"socket:[{fields[9]}]" in sockets:
            ports.add(int(fields[1].split(":")[1], 16))
    return ports


class Cluster:
    """One account, one sender to a recording sink, campaigns to everybody, three nodes, and one trouble after the other."""

    def __init__(self, folder, plan):
        self.folder, self.plan = folder, plan
        self.random = random.Random(plan.seed)
        self.reader = Reader(folder / "journal")
        self.result = Result()

    def __enter__(self):
        with contextlib.ExitStack() as self.stack:
            self.begin()
            self.stack = self.stack.pop_all()
        return self

    def begin(self):
        plan = self.plan
        self.server = self.stack.enter_context(Replicated() if "failover" in plan.troubles else Postgres())
        rules = [*plan.rules, {"at": "dot", "do": "delay", "seconds": plan.answer}]
        self.sink = self.stack.enter_context(
            SinkProcess(self.folder / "journal", seed=plan.seed, rules=json.dumps(rules), most_messages=500))
        self.nodes = []
        for name in ("a", "b", "c"):
            (self.folder / name).mkdir()
            node = Node(self.folder / name, DATABASE_URL=self.server.url, **KEYS)
            self.stack.callback(self.end, node)
            self.nodes.append(node)
        self.prepare()

    def __exit__(self, *_):
        self.stack.close()

    @staticmethod
    def end(node):
        if node.process is not None:
            node.go_on()
        node.kill()

    # The set-up, as a person does it, at whichever node

    def prepare(self):
        first, second, third = self.nodes
        write_recipients(self.folder / "people.csv", self.plan.recipients)
        # Three at once find an empty database.
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            node.await_start()
        first.create_user()
        assert second.import_recipients(self.folder / "people.csv") == 0, second.tail()
        first.log_in()
        # One session, whoever answers.
        for node in self.nodes:
            node.cookies = first.cookies
        second.set_sender(self.sink, connections=CONNECTIONS)
        self.template = third.add_template()

    @property
    def alive(self):
        return [node for node in self.nodes if node.process is not None and node.stopped_at is None]

    def start_campaign(self):
        number = self.random.choice(self.alive).start_campaign(self.template)
        self.result.campaigns += 1
        return number

    @property
    def accepted(self):
        return len(self.reader.read().entries)

    def tail(self):
        return "\n".join(f"-- {node.folder.name}\n{node.tail(12)}" for node in self.nodes)

    def await_accepted(self, more, limit=60):
        wanted = self.accepted + more
        until(lambda: self.accepted >= wanted, limit, lambda: f"{self.accepted} of {wanted} accepted\n{self.tail()}")

    # Troubles

    def run(self):
        began = time.monotonic()
        for number in range(self.plan.rounds):
            trouble = self.plan.troubles[number % len(self.plan.troubles)]
            self.start_campaign()
            self.await_accepted(self.random.randint(1, self.plan.recipients // 8))
            getattr(self, trouble.replace(" ", "_"))()
            self.result.troubles[trouble] += 1
            self.come_to_rest()
            self.audit(f"after {trouble}, round {number + 1}")
        self.compare_pages()
        self.result.seconds = time.monotonic() - began
        return self.result

    def kill(self):
        """One node, which starts again at once and knows what it had."""
        node = self.random.choice(self.nodes)
        self.die(node)
        began = time.time()
        node.start()
        self.await_own_mail(node, began)

    def await_own_mail(self, node, began, limit=60):
        def first():
            ports = local_ports(node.process.pid)
            records = self.reader.read()
            mine = {number for number, port in records.ports.items() if port in ports and records.opened[number] >= began}
            return min((e.time for e in records.entries if e.connection in mine), default=None)

        end = time.monotonic() + limit
        while time.monotonic() < end and self.has_work():
            if found := first():
                self.result.back.append(found - began)
                return
            time.sleep(0.02)

    def kill_for_long(self):
        """One node, which does not come back before others have taken over."""
        node = self.random.choice(self.nodes)
        died = self.die(node)
        self.await_taken_over(died, [self.epoch_of(node)])
        node.start()

    def kill_all(self):
        for node in self.nodes:
            node.process.kill()
        for node in self.nodes:
            node.ended()
        self.count_ambiguous([self.epoch_of(node) for node in self.nodes], CONNECTIONS)
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            node.await_start()

    def zombie(self):
        """A node stands still for longer than its lease, and goes on when its work is others'."""
        node = self.random.choice(self.nodes)
        stopped, epoch = self.stand_still(node)
        self.await_taken_over(stopped, [epoch])
        self.wake_after(node, stopped + self.plan.stopped)

    def stand_still(self, node):
        node.stop_in_its_tracks()
        epoch = self.epoch_of(node)
        self.count_ambiguous([epoch], CONNECTIONS)
        return node.stopped_at, epoch

    def wake_after(self, node, when):
        """Nothing is sent by what the node had begun before; it notices, and begins anew."""
        time.sleep(max(0, when - time.time()))
        records = self.reader.read()
        stale = {number for number, port in records.ports.items()
                 if port in node.ports and records.opened[number] < node.stopped_at}
        woken = time.time()
        node.go_on()
        node.stopped_at = None
        until(lambda: node.said("This node was taken for dead; it begins anew"), 30, node.tail)
        late = [e for e in self.reader.read().entries if e.connection in stale and e.time > woken + 0.5]
        assert not late, f"sent by a zombie: {late[:5]}"

    def restart(self):
        """Each node in turn, as an upgrade does: nothing is left unknown."""
        for node in self.nodes:
            code, seconds = node.stop()
            assert code == 0 and seconds < 30, (code, seconds)
            self.count_ambiguous([self.epoch_of(node)], 0)
            node.start()

    def database(self):
        """PostgreSQL breaks off as in a power cut, and comes back."""
        self.server.restart("immediate")
        self.await_accepted(1)

    def failover(self):
        """The machine with the primary is lost for good; its synchronous standby is promoted."""
        self.server.fail_over()
        self.await_accepted(1)

    def die(self, node):
        epoch = self.epoch_of(node)
        node.kill()
        self.count_ambiguous([epoch], CONNECTIONS)
        return time.time()

    def epoch_of(self, node):
        found = self.server.ask(f"SELECT MAX(id) FROM epoch WHERE identity = '{self.identity(node)}'")
        return found[0][0]

    @staticmethod
    def identity(node):
        return (node.data / "node.id").read_text().strip()

    def count_ambiguous(self, epochs, most):
        numbers = ", ".join(map(str, epochs))
        count = self.server.ask(f"SELECT COUNT(*) FROM message WHERE state = 'dotted' AND epoch IN ({numbers})")[0][0]
        self.result.most_ambiguous = max(self.result.most_ambiguous, count)
        self.result.ambiguous += count
        assert count <= (most + GROUP if most else 0), f"{count} messages may or may not have been sent"

    def await_taken_over(self, since, epochs):
        numbers = ", ".join(map(str, epochs))
        until(lambda: not self.server.ask(f"SELECT 1 FROM epoch WHERE id IN ({numbers}) AND rescued_at IS NULL"),
              TAKEN_OVER + 10, lambda: f"not taken over\n{self.tail()}", 0.1)
        taken = time.time() - since
        self.result.taken_over.append(taken)
        assert taken <= TAKEN_OVER, f"taken over after {taken:.1f} s"

    # Looks

    def has_work(self, within=0):
        try:
            return self.server.ask(f"""
                SELECT EXISTS (SELECT 1 FROM campaign WHERE state IN ('scheduled', 'planning'))
                    OR EXISTS (SELECT 1 FROM message WHERE state IN ('claimed', 'dotted'))
                    OR EXISTS (SELECT 1 FROM message WHERE state = 'ready' AND next_at <= {int((time.time() + within) * 1e6)})
                """)[0][0]
        except psycopg.OperationalError:
            return True

    def come_to_rest(self, limit=300):
        until(lambda: not self.has_work(120), limit, lambda: f"still at work\n{self.tail()}", 0.1)

    def audit(self, where):
        ledger = Ledger(self.server.url)
        try:
            audit = Audit(ledger, self.reader.read(), connections=0, audience=self.plan.recipients).run()
        finally:
            ledger.close()
        audit.figures.pop("ambiguous now")
        self.result.figures = audit.figures
        if audit.breaches:
            raise AssertionError(f"{where}:\n" + "\n".join(map(str, audit.breaches)))

    def compare_pages(self):
        """Rule 5: what people read at each node is what the database says."""
        ledger, problems = Ledger(self.server.url), []
        for node in self.nodes:
            for campaign in ledger.campaigns:
                page, rows = node.campaign_page(campaign), dict(+ledger.counts(campaign))
                if page != rows:
                    problems.append(Breach(5, f"{node.folder.name}: the page of campaign {campaign} says {page}, the rows {rows}"))
        ledger.close()
        assert not problems, "\n".join(map(str, problems))

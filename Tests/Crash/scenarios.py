"""Single troubles: one after the other, each with an account, a sender and a campaign of its own."""

import contextlib
import json
import pathlib
import subprocess

from auditor import Audit, Ledger
from driver import SOON, has_work
from journal import Reader
from patience import until
from product import CONNECTIONS, Martlet, SinkProcess, write_recipients


FAKETIME = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class Clock:
    """The machine's clock as one process sees it, some hours off. Time spans stay as they are.

    libfaketime would make its own shared memory and note it in the environment, which moves, and Swift then cannot find
    its arguments; so another process makes it, and ours is told where it is."""

    def __init__(self, file):
        self.file = file
        self.set(0)

    def set(self, hours):
        self.file.write_text(f"{hours * 3600:+d}")

    def __enter__(self):
        self.holder = subprocess.Popen(["faketime", "-f", "+0", "cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        self.environment = {
            "FAKETIME_SHARED": until(self.shared, 10, lambda: "faketime did not start"), "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self.file), "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return self

    def shared(self):
        """The name of the shared memory, once the other process has made it."""
        children = pathlib.Path(f"/proc/{self.holder.pid}/task/{self.holder.pid}/children").read_text().split()
        for child in children:
            for entry in pathlib.Path(f"/proc/{child}/environ").read_text().split("\0"):
                name, _, value = entry.partition("=")
                if name == "FAKETIME_SHARED":
                    return value
        return None

    def __exit__(self, *_):
        self.holder.stdin.close()
        self.holder.wait(10)


class Scene:
    """A Martlet with recipients and a template, a sink, and what the auditor says about both."""

    def __init__(self, folder, recipients, *, rules=(), limit=1_000_000, policy=None, data=None, connections=None,
                 places=0, crowded="connect", **environment):
        self.folder, self.recipients = folder, recipients
        self.limit, self.policy, self.connections = limit, policy, connections
        self.martlet = Martlet(folder, **environment)
        if data:
            self.martlet.data = data
        self.journal = folder / "journal"
        self.reader = Reader(self.journal)
        self.sink = SinkProcess(self.journal, rules=json.dumps(list(rules)), seed="scene", places=places,
                                crowded=crowded)

    def __enter__(self):
        people = self.folder / "people.csv"
        write_recipients(people, self.recipients)
        self.sink.__enter__()
        self.martlet.create_user()
        assert self.martlet.import_recipients(people) == 0, self.martlet.tail()
        self.martlet.start()
        self.martlet.log_in()
        self.martlet.set_sender(self.sink, self.limit, self.policy, self.connections)
        self.template = self.martlet.add_template()
        return self

    def __exit__(self, *_):
        self.martlet.kill()
        self.sink.__exit__()

    def start_campaign(self):
        self.campaign = self.martlet.start_campaign(self.template)

    @property
    def accepted(self):
        return len(self.reader.read().entries)

    def await_accepted(self, count, limit=60):
        """Until the sink has accepted so many."""
        until(lambda: self.accepted >= count, limit, lambda: f"{self.accepted} of {count} accepted\n{self.martlet.tail()}")

    def await_rest(self, limit=120):
        """Until nothing is to be done within minutes."""
        until(lambda: not has_work(self.martlet.database, SOON), limit, lambda: f"still at work\n{self.martlet.tail()}", 0.1)

    def states(self):
        with contextlib.closing(Ledger(self.martlet.database)) as ledger:
            return dict(+ledger.counts())

    def audited(self, final=True):
        """Stops, and fails with what the auditor finds; gives its figures."""
        if self.martlet.process is not None:
            code, _ = self.martlet.stop()
            assert code == 0, self.martlet.tail()
        self.reader.settle()
        with contextlib.closing(Ledger(self.martlet.database)) as ledger:
            audit = Audit(ledger, self.reader.read(), policy=self.policy or "hold",
                          connections=self.connections or CONNECTIONS, final=final,
                          audience=self.recipients, lives=self.martlet.lives).run()
        assert not audit.breaches, "\n".join(map(str, audit.breaches))
        return audit.figures

"""`martlet send` from the command line, killed and called again with the same command."""

import contextlib
import random

from auditor import Audit, Ledger
from journal import Reader
from product import CONNECTIONS, Martlet, SinkProcess, write_recipients

POINTS = ["during-planning:1", "after-claim:1", "after-dot:40", None, "after-outcome:9"]


def test_the_same_command_goes_on_after_each_kill_and_mails_nobody_twice(tmp_path):
    people, template = tmp_path / "people.csv", tmp_path / "letter.html"
    write_recipients(people, 500)
    template.write_text("<p>Dear {first_name} {last_name}, greetings to {city}.</p>\n" * 30)
    martlet, reader, chance = Martlet(tmp_path), Reader(tmp_path / "journal"), random.Random(3)
    with SinkProcess(tmp_path / "journal", most_messages=100) as sink:
        command = ["send", "--recipients", people, "--template", template, "--subject", "For {last_name}",
                   "--from", "crash@example.com", "--smtp", f"smtp://127.0.0.1:{sink.port}?security=none"]
        for point in POINTS:
            if point:
                martlet.command(*command, MARTLET_FAIL_POINT=point)
            else:
                killed_after(martlet, command, chance.uniform(0.1, 1))
            reader.settle()
            audit(tmp_path, reader, final=False)
        assert martlet.command(*command) in (0, 3), martlet.tail()
        reader.settle()
    figures = audit(tmp_path, reader, final=True)
    assert figures["duplicates"] == 0
    assert figures["messages delivered"] + figures["messages unknown"] + figures["messages quarantined"] == 500
    assert figures["messages delivered"] > 300


def killed_after(martlet, command, seconds):
    with contextlib.suppress(Exception):
        martlet.command(*command, limit=seconds)


def audit(folder, reader, final):
    with contextlib.closing(Ledger(folder / "people.csv.martlet-ledger")) as ledger:
        found = Audit(ledger, reader.read(), connections=CONNECTIONS, final=final, audience=500).run()
    assert not found.breaches, "\n".join(map(str, found.breaches))
    return found.figures

"""An auditor that cannot fail proves nothing: each promise is broken once on purpose."""

import json
import shutil

import pytest
import sqlite3

from auditor import Audit, Ledger, most_in_an_hour
from driver import Drive, Plan
from journal import Entry, Reader


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A whole run with one kill."""
    folder = tmp_path_factory.mktemp("audited")
    drive = Drive(folder, Plan(kills=1, recipients=60, points=("after-dot",), random_of_ten=0, rules=[]))
    drive.run()
    return drive


def audited(run, folder, sql="", change=lambda lines: lines, **more):
    database = folder / "martlet.sqlite"
    shutil.copy(run.martlet.database, database)
    connection = sqlite3.connect(database)
    connection.executescript(sql)
    connection.close()
    lines = [json.loads(line) for line in run.journal.read_text().splitlines()]
    (folder / "journal").write_text("".join(json.dumps(line) + "\n" for line in change(lines)))
    return Audit(Ledger(database), Reader(folder / "journal").read(), final=True, audience=60, lives=run.martlet.lives,
                 **more).run()


def first_accepted(lines):
    return next(line for line in lines if line["kind"] == "accepted")


def without_first(lines):
    return [line for line in lines if line is not first_accepted(lines)]


def twice(lines, **changes):
    return lines + [first_accepted(lines) | changes]


def late(lines):
    first_accepted(lines)["time"] += 1e6
    return lines


ONE = "(SELECT MIN(id) FROM message WHERE state = 'delivered')"
BREAKS = [
    (1, f"DELETE FROM message WHERE id = {ONE}", None),
    (1, f"UPDATE message SET state = 'ready' WHERE id = {ONE}", None),
    (1, "UPDATE campaign SET audience = audience + 1", None),
    (1, "UPDATE campaign SET state = 'sending'", None),
    (2, "", without_first),
    (2, f"DELETE FROM attempt; UPDATE message SET state = 'failed' WHERE id = {ONE}", None),
    (2, f"UPDATE message SET email = 'else@example.org' WHERE id = {ONE}", None),
    (3, f"UPDATE message SET state = 'unknown', reason = '' WHERE id = {ONE}", None),
    (3, f"UPDATE message SET state = 'unknown', reason = 'why' WHERE id = {ONE}", None),
    (3, "UPDATE message SET state = 'dotted'", None),
    (4, "", twice),
    (4, "", lambda lines: twice(lines, sha256="0")),
    (4, "", lambda lines: twice(lines, recipient="p59@example.org")),
    (5, "UPDATE campaign_tally SET messages = messages + 1 WHERE state = 'delivered'", None),
    (5, "DELETE FROM daily", None),
    (5, "UPDATE account SET recipients = 1", None),
    (7, f"UPDATE message SET state = 'claimed', epoch = 1 WHERE id = {ONE}", None),
    (7, "PRAGMA foreign_keys = OFF; DELETE FROM sender", None),
    (7, "", late),
]


def test_a_sound_run_has_no_breach(run, tmp_path):
    audit = audited(run, tmp_path)
    assert not audit.breaches
    assert audit.figures["messages"] >= 60


@pytest.mark.parametrize("rule, sql, change", BREAKS, ids=[f"{rule}-{n}" for n, (rule, *_) in enumerate(BREAKS)])
def test_a_broken_promise_is_found(run, tmp_path, rule, sql, change):
    audit = audited(run, tmp_path, sql, change or (lambda lines: lines))
    assert rule in {breach.rule for breach in audit.breaches}


def test_a_duplicate_is_allowed_only_when_marked_and_equal(run, tmp_path):
    mark = f"""INSERT INTO attempt (account_id, campaign_id, message_id, at, outcome, reply, step, email)
        SELECT account_id, campaign_id, id, 1, 'deferred', 'again', 'policy', email FROM message;
        UPDATE message SET state = 'failed' WHERE state = 'unknown'; DELETE FROM campaign_tally;
        INSERT INTO campaign_tally SELECT account_id, campaign_id, state, COUNT(*) FROM message GROUP BY 1, 2, 3"""
    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    assert not audited(run, tmp_path / "a", mark, twice, policy="resend").breaches
    assert audited(run, tmp_path / "b", mark, twice, policy="hold").breaches


def test_the_most_in_an_hour_is_counted_over_any_hour():
    entries = [Entry(time, 1, "", "", "", 1, "", 0, "250") for time in (0, 10, 3599, 3600, 3609, 7300)]
    assert most_in_an_hour(entries) == 4

"""What may happen to a server that sends, beside being killed."""

import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

import crowded
from auditor import most_in_an_hour
from patience import until
from product import CONNECTIONS, HERE, Gone, Martlet, free_port, write_recipients
from scenarios import FAKETIME, Clock, Scene


FIU = pathlib.Path("/usr/lib/fiu")
LONG = os.environ.get("MARTLET_LONG") == "1"


def may_mount():
    """Whether this user may have a mount namespace of their own."""
    return subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode == 0


def test_sigterm_under_load_leaves_nothing_unknown_and_ends_soon(tmp_path):
    with Scene(tmp_path, 1000) as scene:
        scene.start_campaign()
        scene.await_accepted(100)
        code, seconds = scene.martlet.stop()
        assert (code, seconds < 30) == (0, True)
        states = scene.states()
        assert set(states) <= {"ready", "delivered"} and states["ready"] > 0, states
        scene.martlet.start()
        scene.await_rest()
        assert scene.audited()["messages delivered"] == 1000


@pytest.mark.skipif(not LONG, reason="takes 20 s; DeliveryTests has it with less patience (MARTLET_LONG=1 runs it)")
def test_sigterm_does_not_wait_for_a_server_that_never_answers(tmp_path):
    with Scene(tmp_path, 20, rules=[{"at": "dot", "do": "silence", "match": "^p7@"}]) as scene:
        scene.start_campaign()
        scene.await_accepted(20)
        code, seconds = scene.martlet.stop()
        assert (code, seconds < 30) == (0, True)
        assert scene.states() == {"delivered": 19, "unknown": 1}
        scene.audited()


@pytest.mark.parametrize("do", ["reset", "half"])
@pytest.mark.parametrize("loses", [False, True], ids=["kept", "lost"])
def test_a_swallowed_answer_makes_a_mail_unknown_and_nobody_tries_again(tmp_path, do, loses):
    rules = [{"at": "dot", "do": do, "share": 0.05, "loses": loses}]
    with Scene(tmp_path, 400, rules=rules) as scene:
        scene.start_campaign()
        scene.await_rest()
        records = scene.reader.read()
        swallowed = records.lost if loses else [e.recipient for e in records.entries if e.answer != "250"]
        assert 5 <= len(swallowed) <= 50
        assert scene.states() == {"delivered": 400 - len(swallowed), "unknown": len(swallowed)}
        assert scene.martlet.campaign_page(scene.campaign) == scene.states()
        listed = scene.martlet.get(f"/campaigns/{scene.campaign}/messages/?state=unknown")
        assert all(recipient in listed for recipient in swallowed[:10])
        logged = scene.martlet.get("/logs/?outcome=unknown")
        assert any(recipient in logged for recipient in swallowed)
        assert scene.audited()["duplicates"] == 0


@pytest.mark.parametrize("policy", ["resend", "assume"])
def test_after_a_kill_the_policy_of_the_sender_is_followed(tmp_path, policy):
    with Scene(tmp_path, 600, policy=policy, rules=[{"at": "dot", "do": "delay", "seconds": 0.02}]) as scene:
        scene.start_campaign()
        scene.await_accepted(60)
        scene.martlet.kill()
        scene.reader.settle()
        # What is sent again is what was frozen then, whatever happens to the recipients.
        write_recipients(tmp_path / "edition.csv", 600, edition=1)
        assert scene.martlet.import_recipients(tmp_path / "edition.csv") == 0
        scene.martlet.start()
        scene.await_rest()
        figures = scene.audited()
        if policy == "resend":
            assert figures["sent again"] > 0 and figures["messages delivered"] == 600
        else:
            assert figures["assumed delivered"] > 0 and figures["duplicates"] == 0


def test_the_hourly_limit_holds_over_kills(tmp_path):
    with Scene(tmp_path, 400, limit=150) as scene:
        scene.start_campaign()
        for count in (30, 60, 90):
            scene.await_accepted(count)
            scene.martlet.kill()
            scene.martlet.start()
        scene.await_accepted(120)
        until(lambda: sum(scene.states().get(state, 0) for state in ("delivered", "unknown")) >= 150, 60, scene.states)
        scene.martlet.kill()
        scene.martlet.start()
        scene.martlet.wait(2)
        scene.audited(final=False)
        assert most_in_an_hour(scene.reader.read().entries) <= 150


@pytest.mark.parametrize("place", ["connect", "mail", "rcpt"] if LONG else ["mail"])
def test_a_server_that_serves_five_connections_is_learned_where_twenty_are_allowed(tmp_path, place):
    """MARTLET_LONG=1 goes on for 100 s each, so that what is refused after the first minute is seen as well."""
    found = crowded.run(tmp_path, place, 10_000 if LONG else 300)
    assert sum(found["refused"]) > 0, "the limit was never met"


def test_a_stopped_process_keeps_its_lock_and_goes_on(tmp_path):
    """SIGSTOP: for other processes it is as alive as before, so that no second one sends beside it."""
    with Scene(tmp_path, 1000) as scene:
        scene.start_campaign()
        scene.await_accepted(100)
        os.kill(scene.martlet.process.pid, signal.SIGSTOP)
        began = time.monotonic()
        serve = ["serve", "--data", scene.martlet.data, "--port", free_port()]
        assert scene.martlet.command(*serve, limit=20) == 75
        before = scene.accepted
        scene.martlet.must("send-emails", "--data", scene.martlet.data, limit=20)
        assert scene.accepted <= before + CONNECTIONS
        time.sleep(max(0, (60 if LONG else 2) - (time.monotonic() - began)))
        os.kill(scene.martlet.process.pid, signal.SIGCONT)
        scene.await_rest()
        assert scene.audited()["messages delivered"] == 1000


def test_a_kill_during_an_import_leaves_whole_rows_and_the_next_import_ends(tmp_path):
    with Scene(tmp_path, 3000) as scene:
        martlet = scene.martlet
        martlet.stop()
        write_recipients(tmp_path / "more.csv", 6000, edition=1)
        kills = 0
        for number in range(1, 60, 3):
            if martlet.import_recipients(tmp_path / "more.csv", MARTLET_FAIL_POINT=f"during-import:{number}") == 0:
                break
            kills += 1
            scene.recipients = None
            scene.audited(final=False)
        assert 3 <= kills < 19
        # What the killed ones left is worked off by the server.
        martlet.start()
        until(lambda: not unfinished(martlet), 60, lambda: unfinished(martlet))
        assert martlet.dashboard()["Recipients"] == 6000


def unfinished(martlet):
    with sqlite3.connect(f"file:{martlet.database}?mode=ro", uri=True) as database:
        return database.execute(
            "SELECT id, state FROM import WHERE state NOT IN ('finished', 'failed', 'cancelled', 'receiving', 'ready')"
        ).fetchall()


def test_a_kill_during_a_migration_leaves_a_whole_version(tmp_path):
    schemas = {}
    for number in range(1, 200, 4):
        martlet = Martlet(tmp_path / str(number))
        martlet.folder.mkdir()
        code = martlet.command("migrate", "--data", martlet.data, MARTLET_FAIL_POINT=f"during-migration:{number}")
        version, schema = schema_of(martlet.database)
        # However far the next version had come: what is there is what that version always is.
        assert schemas.setdefault(version, schema) == schema
        martlet.must("migrate", "--data", martlet.data)
        assert schema_of(martlet.database)[0] > version or code == 0
        if code == 0:
            break
        assert code == -9
    assert len(schemas[0]) == 1 and len(schemas) > 2


def schema_of(path):
    """The version that a database says it has, and all that is in its schema."""
    with sqlite3.connect(path) as database:
        assert database.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        version = database.execute("SELECT COALESCE(MAX(number), 0) FROM schema_migration").fetchone()[0]
        return version, set(database.execute(
            "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall())


@pytest.mark.skipif(not may_mount(), reason="unshare -rm is not allowed here, so no small disk can be made")
@pytest.mark.parametrize("more", [[], ["--kill"]], ids=["goes on", "killed"])
def test_a_full_disk_stops_sending_and_loses_nobody(tmp_path, more):
    done = subprocess.run(["unshare", "-rm", sys.executable, HERE / "full_disk.py", tmp_path, *more],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


@pytest.mark.skipif(not FIU.exists(), reason="libfiu (Debian: fiu-utils) is not installed")
def test_a_disk_that_fails_now_and_then_loses_and_doubles_nobody(tmp_path):
    """EIO from one write of fifty and one flush of twenty: to the database, its log, and nothing else."""
    failing = {"LD_PRELOAD": f"{FIU / 'fiu_run_preload.so'} {FIU / 'fiu_posix_preload.so'}",
               "FIU_ENABLE": "enable_random name=posix/io/rw/pwrite,probability=0.02\n"
                             "enable_random name=posix/io/sync/fdatasync,probability=0.05"}
    with Scene(tmp_path, 600) as scene:
        scene.start_campaign()
        scene.await_accepted(20)
        scene.martlet.stop()
        for count in (200, 400):
            # A start that meets the error ends with a sentence; the next one goes on.
            while not started(scene.martlet, **failing):
                assert "input/output error" in scene.martlet.tail(3), scene.martlet.tail()
            scene.await_accepted(count)
            scene.martlet.kill()
        assert 'input/output error' in scene.martlet.log.read_text(), "no write has failed"
        scene.martlet.start()
        scene.await_rest()
        figures = scene.audited()
        assert figures["messages unknown"] <= 2 * CONNECTIONS


def started(martlet, **environment):
    try:
        martlet.start(**environment)
        return True
    except Gone:
        return False


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime (Debian: faketime) is not installed")
def test_a_clock_that_goes_back_and_forth_by_an_hour_loses_and_doubles_nobody(tmp_path):
    with Clock(tmp_path / "clock") as clock, \
            Scene(tmp_path, 1000, rules=[{"at": "dot", "do": "delay", "seconds": 0.005}], **clock.environment) as scene:
        scene.start_campaign()
        for count, hours in ((150, -1), (350, 1), (550, -1)):
            scene.await_accepted(count)
            clock.set(hours)
        scene.await_accepted(700)
        scene.martlet.kill()
        clock.set(-2)
        scene.martlet.start()
        scene.await_accepted(900)
        clock.set(0)
        scene.await_rest()
        figures = scene.audited()
        assert figures["messages delivered"] + figures["messages unknown"] == 1000

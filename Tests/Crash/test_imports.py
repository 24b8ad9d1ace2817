"""Imports on PostgreSQL, whose steps do not wait for the disk and are made beside each other: the command is killed, or the
server loses its power."""

import contextlib
import json
import subprocess

import pytest

pytest.importorskip("psycopg")
import psycopg

from patience import until
from product import BINARY, NAME, Martlet, clean_environment, write_recipients
from server import Postgres

ROWS = 10_000


def test_a_power_cut_of_the_database_during_an_import_loses_no_row_and_doubles_none(tmp_path):
    # It flushes by itself once in ten seconds only: everything since the last commit that waited for it is lost.
    with Postgres("--option", "wal_writer_delay=10000") as server:
        martlet = Martlet(tmp_path, DATABASE_URL=server.url)
        martlet.create_user()
        there = None
        for edition, when in enumerate(["applying", "receiving", "analysing", "applying"]):
            write_recipients(tmp_path / "people.csv", ROWS, edition=edition)
            with importing(martlet, tmp_path / "people.csv") as command:
                until(lambda: command.poll() is not None or shown(server)[0] == when, 60, lambda: shown(server))
                assert command.poll() is None, martlet.tail()
                server.restart("immediate")
                command.wait(120)
            state, details, error = end(martlet, server)
            if state == "finished":
                there = edition
                assert details["rows"] == details["done"] == ROWS and details["wrong"] == details["repeated"] == 0
            rows = server.ask("SELECT city, COUNT(*), COUNT(DISTINCT email_key) FROM recipient GROUP BY city")
            assert rows == ([] if there is None else [(f"Town {there}", ROWS, ROWS)]), (when, state, error)
            assert server.ask("SELECT recipients FROM account") == [(0 if there is None else ROWS,)]
        assert there == 3


def test_a_kill_of_the_command_at_any_step_leaves_an_import_that_ends_as_if_undisturbed(tmp_path):
    with Postgres() as server:
        martlet = Martlet(tmp_path, DATABASE_URL=server.url)
        martlet.create_user()
        # Three batches, two of them beside each other.
        write_recipients(tmp_path / "people.csv", 25_000)
        states = []
        for step in range(5, 60, 2):
            code = martlet.import_recipients(tmp_path / "people.csv", MARTLET_FAIL_POINT=f"during-import:{step}")
            states.append(shown(server)[0])
            state, details, error = end(martlet, server)
            if state == "finished":
                assert details["rows"] == details["new"] == details["done"] == 25_000
            rows = server.ask("SELECT COUNT(*), COUNT(DISTINCT email_key), COUNT(DISTINCT last_name) FROM recipient")
            whole = 25_000 if state == "finished" else 0
            assert rows == [(whole, whole, whole)] and server.ask("SELECT recipients FROM account") == [(whole,)], (state, error)
            if code == 0:
                break
            with psycopg.connect(server.url) as connection:
                connection.execute("DELETE FROM recipient")
                connection.execute("UPDATE account SET recipients = 0")
        assert code == 0 and states.count("applying") >= 2, states


def end(martlet, server):
    """A server goes on where a command is gone, once that has been silent for ten seconds; here they are over at once."""
    with psycopg.connect(server.url) as connection:
        connection.execute("UPDATE import SET updated_at = 0 WHERE state <> 'receiving'")
    martlet.start()
    until(lambda: shown(server)[0] in ("finished", "failed", "receiving", "ready"), 60, lambda: shown(server))
    martlet.stop()
    return shown(server)


@contextlib.contextmanager
def importing(martlet, file):
    with open(martlet.log, "ab") as log:
        command = subprocess.Popen(
            [str(BINARY), "recipients", "import", str(file), "--user", NAME, "--data", str(martlet.data)], stdout=log, stderr=log,
            env=clean_environment(**martlet.environment))
        try:
            yield command
        finally:
            command.kill()
            command.wait()


def shown(server):
    """State, report and sentence of the last import."""
    found = server.ask("SELECT state, details, error FROM import ORDER BY id DESC LIMIT 1")
    return (found[0][0], json.loads(found[0][1] or "{}"), found[0][2]) if found else ("", {}, "")

"""What the database gives in the same minute, with no program around it: rows of a queue by one bare INSERT … SELECT.

A machine's speed changes from hour to hour; a figure that is mostly the database's can only be compared beside this one.
SQLite: WAL, synchronous=FULL, no index but the row's number (the targets are of a machine where a million took 0.4 s).
PostgreSQL: a primary key and two indexes (2.3 to 2.7 s).
"""

import contextlib
import pathlib
import sqlite3
import tempfile
import time

import database

QUEUE = ("CREATE TABLE queue (id INTEGER PRIMARY KEY, campaign_id INTEGER NOT NULL, recipient_id INTEGER NOT NULL, "
         "state TEXT NOT NULL, attempts INTEGER NOT NULL, due_at BIGINT NOT NULL)")
PEOPLE = "CREATE TABLE person (id INTEGER PRIMARY KEY, email TEXT NOT NULL)"
FILL = "INSERT INTO queue SELECT id, 1, id, 'ready', 0, 1750000000 + id FROM person"


def insert_select(rows):
    """Seconds."""
    return _in_postgres(rows) if database.ON_POSTGRES else _in_sqlite(rows)


def _in_sqlite(rows):
    with tempfile.TemporaryDirectory(prefix="martlet-yardstick-") as folder:
        with contextlib.closing(sqlite3.connect(pathlib.Path(folder) / "yardstick.sqlite", isolation_level=None)) as file:
            file.execute("PRAGMA journal_mode = WAL")
            file.execute("PRAGMA synchronous = FULL")
            file.execute(PEOPLE)
            file.execute(QUEUE)
            file.execute("WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?) "
                         "INSERT INTO person SELECT n, printf('person%d@example.org', n) FROM number", (rows,))
            begin = time.monotonic()
            file.execute(FILL)
            return time.monotonic() - begin


def _in_postgres(rows):
    """In a database of its own, from the statement's begin to its answer; starting psql is not counted."""
    with database.scratch() as ask:
        for statement in (PEOPLE, QUEUE, "CREATE INDEX ON queue (campaign_id, recipient_id)",
                          "CREATE INDEX ON queue (state, due_at)",
                          f"INSERT INTO person SELECT n, 'person' || n || '@example.org' FROM generate_series(1, {rows}) n"):
            ask(statement)
        begin = time.monotonic()
        ask(FILL)
        return time.monotonic() - begin


def said(seconds, rows):
    return f"a bare INSERT … SELECT of {rows:,} rows beside it {seconds:.2f} s"

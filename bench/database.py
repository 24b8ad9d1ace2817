"""The database under measurement: an SQLite file in the data folder or, with DATABASE_URL, one of its own on that server."""

import os
import sqlite3
import subprocess
import urllib.parse

SERVER = os.environ.get("DATABASE_URL", "")
ON_POSTGRES = SERVER.startswith("postgres")
NAME = "PostgreSQL" if ON_POSTGRES else "SQLite"

_made = {}


def environment(data):
    """What a Martlet with this data folder is started with; its database is made at the first call."""
    if not ON_POSTGRES:
        return {}
    if data not in _made:
        name = f"bench_{os.getpid()}_{len(_made)}"
        _psql(SERVER, f"CREATE DATABASE {name}")
        _made[data] = urllib.parse.urlsplit(SERVER)._replace(path="/" + name).geturl()
    return {"DATABASE_URL": _made[data]}


def drop(data):
    if address := _made.pop(data, None):
        _psql(SERVER, f"DROP DATABASE {urllib.parse.urlsplit(address).path[1:]} WITH (FORCE)")


def rows(data, query):
    """Read beside the server, which does not wait for it."""
    if ON_POSTGRES:
        answer = _psql(_made[data], query)
        return [tuple(int(cell) if cell.lstrip("-").isdigit() else cell for cell in line.split("\t"))
                for line in answer.splitlines()]
    ledger = sqlite3.connect(f"file:{data}/martlet.sqlite?mode=ro", uri=True)
    try:
        return ledger.execute(query).fetchall()
    finally:
        ledger.close()


def _psql(address, query):
    return subprocess.run(["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", address, "-c", query], check=True,
                          capture_output=True, text=True).stdout

"""The database under measurement: an SQLite file in the data folder or, with DATABASE_URL, one of its own on that server."""

import contextlib
import os
import sqlite3
import subprocess
import time
import urllib.parse

SERVER = os.environ.get("DATABASE_URL", "")
ON_POSTGRES = SERVER.startswith("postgres")
NAME = "PostgreSQL" if ON_POSTGRES else "SQLite"

_made = {}

# Ends an answer of psql.
END = "\x1e"


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


@contextlib.contextmanager
def scratch():
    """Asks statements of a new database on the server, which is dropped afterwards; one after the other."""
    name = f"bench_{os.getpid()}_scratch"
    _psql(SERVER, f"CREATE DATABASE {name}")
    address = urllib.parse.urlsplit(SERVER)._replace(path="/" + name).geturl()
    psql = _Conversation(address)
    try:
        yield psql.ask
    finally:
        psql.end()
        _psql(SERVER, f"DROP DATABASE {name} WITH (FORCE)")


class _Conversation:
    """One psql for all statements: a new one each time would be felt by what is being measured."""

    def __init__(self, address):
        self.psql = subprocess.Popen(["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", address], text=True,
                                     stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, statement):
        """The lines of its answer."""
        self.psql.stdin.write(f"{statement};\n\\echo {END}\n")
        self.psql.stdin.flush()
        found = []
        while (line := self.psql.stdout.readline()) != f"{END}\n":
            if not line:
                raise SystemExit(f"bench: psql ended at {statement}")
            found.append(line.rstrip("\n"))
        return found

    def end(self):
        self.psql.communicate()


class Ledger:
    """What stands in the database, read beside the server, which does not wait for it."""

    def __init__(self, data):
        if ON_POSTGRES:
            self.psql = _Conversation(_made[data])
        else:
            self.file = sqlite3.connect(f"file:{data}/martlet.sqlite?mode=ro", uri=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if ON_POSTGRES:
            self.psql.end()
        else:
            self.file.close()

    def rows(self, query):
        if not ON_POSTGRES:
            return self.file.execute(query).fetchall()
        return [tuple(int(cell) if cell.lstrip("-").isdigit() else cell for cell in line.split("\t"))
                for line in self.psql.ask(query)]

    def one(self, query, default=0):
        """The first cell of the first row."""
        found = self.rows(query)
        return found[0][0] if found else default

    # Of a campaign

    def state(self, campaign):
        return self.one(f"SELECT state FROM campaign WHERE id = {int(campaign)}")

    def delivered(self, campaign):
        return self.one(f"SELECT messages FROM campaign_tally WHERE campaign_id = {int(campaign)} AND state = 'delivered'")

    def wait(self, condition, what, limit=1800, pause=0.02):
        """Waits until it holds; gives how long that took."""
        begin = time.monotonic()
        while not condition():
            if time.monotonic() - begin > limit:
                raise SystemExit(f"bench: {what}: not within {limit} s")
            time.sleep(pause)
        return time.monotonic() - begin


def _psql(address, query):
    return subprocess.run(["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", address, "-c", query], check=True,
                          capture_output=True, text=True).stdout

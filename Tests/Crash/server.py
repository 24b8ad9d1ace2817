"""A private PostgreSQL with all of its flushes, which can be broken off like a machine that loses power."""

import os
import pathlib
import pwd
import subprocess

import psycopg

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Postgres:
    """Runs while the block lasts; its folder is gone afterwards."""

    def __init__(self, *options):
        self.command = [ROOT / "scripts/with-postgres", *options, "sh", "-c",
                        'echo "$DATABASE_URL"; echo "$POSTGRES_FOLDER"; echo "$POSTGRES_BIN"; exec cat >/dev/null']

    def __enter__(self):
        self.process = subprocess.Popen(list(map(str, self.command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url, self.folder, self.bin = (self.process.stdout.readline().strip() for _ in range(3))
        assert self.url.startswith("postgres"), "PostgreSQL did not start"
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def restart(self, mode="immediate"):
        """`immediate`: no clean end, and the log is replayed at the start."""
        self.control("-m", mode, "-w", "stop")
        port = self.url.rsplit(":", 1)[1].split("/")[0]
        self.control("-w", "-t", "60", "-l", f"{self.folder}/../server.log", "-o", f"-p {port}", "start")

    def control(self, *arguments):
        done = subprocess.run([*self.as_user(), f"{self.bin}/pg_ctl", "-D", self.folder, *arguments], cwd="/",
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=90)
        assert done.returncode == 0, done.stderr

    def as_user(self):
        owner = pwd.getpwuid(os.stat(self.folder).st_uid)
        if owner.pw_uid == os.getuid():
            return []
        return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]

    def ask(self, sql):
        """The rows of a query, each in a connection of its own."""
        with psycopg.connect(self.url, connect_timeout=5) as connection:
            return connection.execute(sql).fetchall()

"""A private PostgreSQL with all of its flushes, which can be broken off like a machine that loses power."""

import contextlib
import os
import pathlib
import pwd
import socket
import subprocess

import psycopg

from patience import until

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
        self.port = int(self.url.rsplit(":", 1)[1].split("/")[0])
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def restart(self, mode="immediate"):
        """`immediate`: no clean end, and the log is replayed at the start."""
        self.control("-m", mode, "-w", "stop")
        self.control("-w", "-t", "60", "-l", f"{self.folder}/../server.log", "-o", f"-p {self.port}", "start")

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


class Replicated(Postgres):
    """A primary whose commits wait until a standby has them as well. `url` names both; whichever takes changes is used."""

    def __enter__(self):
        super().__enter__()
        self.root, self.number = pathlib.Path(self.folder).parent, 0
        self.running = {self.folder: self.port}
        other = free_port()
        self.url = f"postgres://martlet:martlet@127.0.0.1:{self.port},127.0.0.1:{other}/martlet?target_session_attrs=read-write"
        try:
            self.add_standby(other)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for folder in self.running:
            self.folder = folder
            with contextlib.suppress(AssertionError):
                self.control("-m", "immediate", "-w", "stop")
        super().__exit__()

    def add_standby(self, port):
        self.number += 1
        folder = str(self.root / f"standby-{self.number}")
        environment = {**os.environ, "PGPASSWORD": "martlet"}
        done = subprocess.run([*self.as_user(), f"{self.bin}/pg_basebackup", "-h", "127.0.0.1", "-p", str(self.port),
                               "-U", "martlet", "-D", folder, "-R", "-X", "stream", "-c", "fast"],
                              cwd="/", env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=90)
        assert done.returncode == 0, done.stderr
        self.start(folder, port)
        self.standby = folder
        self.ask_primary("ALTER SYSTEM SET synchronous_standby_names = '*'")
        self.ask_primary("SELECT pg_reload_conf()")
        until(lambda: self.ask("SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'"), 30,
              lambda: "the standby does not follow", 0.1)

    def start(self, folder, port):
        primary, self.folder = self.folder, folder
        self.control("-w", "-t", "60", "-l", f"{self.root}/{pathlib.Path(folder).name}.log", "-o", f"-p {port}", "start")
        self.running[folder] = port
        self.folder = primary

    def ask_primary(self, sql):
        with psycopg.connect(self.url, connect_timeout=5, autocommit=True) as connection:
            connection.execute(sql)

    def fail_over(self):
        """The primary breaks off and never comes back; the standby takes its place, and gets a new standby."""
        self.control("-m", "immediate", "-w", "stop")
        free = self.running.pop(self.folder)
        self.folder = self.standby
        self.port = self.running[self.folder]
        self.control("-w", "-t", "60", "promote")
        self.add_standby(free)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]

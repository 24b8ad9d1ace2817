"""A real Martlet and a real SMTP receiver for the browser test: started, watched, stopped."""

import email
import email.policy
import os
import pathlib
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

from aiosmtpd.controller import Controller

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("MARTLET_BINARY", ROOT / ".build/debug/martlet"))


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Martlet:
    """`martlet serve` on a free port with an empty data folder."""

    def __init__(self, data, log, environment=None, command="serve"):
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.data = data
        self.log = log
        self.environment = environment or {}
        self.command = command
        self.process = None

    def start(self, limit=30):
        environment = {name: value for name, value in os.environ.items()
                       if name not in ("DATABASE_URL", "SECRET_KEY", "SITE_URL", "ALLOWED_HOSTS", "DEBUG")}
        # Where recipients reach it: links of mails are counted only where that is known.
        environment |= {"MARTLET_ASSETS": str(ROOT / ".assets/static"), "SITE_URL": self.address} | self.environment
        command = [str(BINARY), self.command, "--data", str(self.data), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT,
                                        env=environment, cwd=self.data)
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"martlet ended with {self.process.returncode}:\n{self.tail()}")
            try:
                urllib.request.urlopen(self.address + "/health", timeout=2).close()
                return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                self.process_wait(0.1)
        raise AssertionError(f"martlet did not answer within {limit} s:\n{self.tail()}")

    def process_wait(self, seconds):
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            pass

    def stop(self, limit=20):
        """SIGTERM; it must end by itself."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(limit)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"martlet did not end within {limit} s of SIGTERM:\n{self.tail()}") from None

    def tail(self, lines=30):
        return "\n".join(pathlib.Path(self.log).read_text(errors="replace").splitlines()[-lines:])


class Receiver:
    """aiosmtpd on a free port: keeps every mail, parsed by Python's email package; `wait(n)` waits for n of them."""

    def __init__(self):
        self.mails = []
        self.changed = threading.Condition()
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(), ready_timeout=10)

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.changed:
            self.mails.append((envelope.rcpt_tos[0], message))
            self.changed.notify_all()
        return "250 2.0.0 taken"

    @property
    def port(self):
        return self.controller.port

    def __enter__(self):
        self.controller.start()
        return self

    def __exit__(self, *_):
        self.controller.stop()

    def wait(self, count, limit=60):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.mails) >= count, limit), \
                f"{len(self.mails)} of {count} mails arrived within {limit} s"
            return list(self.mails)

"""Postfix's smtp-sink and smtp-source on loopback."""

import os
import re
import socket
import subprocess
import tempfile
import time

import measure

SINK, SOURCE = "/usr/sbin/smtp-sink", "/usr/sbin/smtp-source"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Sink:
    """Accepts everything, keeps nothing, counts the messages."""

    def __enter__(self):
        self.port = free_port()
        self.output = tempfile.NamedTemporaryFile(prefix="martlet-sink-")
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = subprocess.Popen([SINK, *user, "-c", f"127.0.0.1:{self.port}", "1000"], stdout=self.output,
                                        stderr=subprocess.STDOUT)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return self
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise SystemExit("bench: smtp-sink did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.output.close()

    @property
    def messages(self):
        """How many it has taken, by its own running counter."""
        with open(self.output.name, "rb") as file:
            file.seek(max(0, os.path.getsize(self.output.name) - 400))
            found = re.findall(rb"mesg=(\d+)", file.read())
        return int(found[-1]) if found else 0


def source(sink, sessions, messages, size, log):
    """smtp-source with sessions that are reused, as ours are: the cost of the wire alone."""
    return measure.run([SOURCE, "-d", "-s", sessions, "-m", messages, "-l", size, "-f", "bench@example.com",
                        "-t", "person@example.org", f"127.0.0.1:{sink.port}"], log)

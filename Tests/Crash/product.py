"""Martlet as those see it who use it: its commands, its process, its pages; and the sink beside it."""

import contextlib
import csv
import http.client
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import time
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
BINARY = pathlib.Path(os.environ.get("MARTLET") or os.environ.get("MARTLET_BINARY") or ROOT / ".build/debug/martlet")
NAME, PASSWORD = "crash", "a long enough passphrase"
CONNECTIONS = 8  # of a sender, unless told otherwise


class Gone(Exception):
    """The process ended while it was asked."""


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def clean_environment(**more):
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return keep | {"LOG_LEVEL": "info", "SWIFT_BACKTRACE": "enable=no", "MARTLET_ASSETS": str(ROOT / ".assets/static")} | more


def write_recipients(path, count, edition=0):
    """Invented people. A later edition has the same addresses and another city, so that an import changes rows."""
    with open(path, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["email", "first_name", "last_name", "company", "city"])
        for number in range(count):
            rows.writerow([f"p{number}@example.org", "Zoë", f"Müller {number}", f"Company {number % 100}", f"Town {edition}"])


class SinkProcess:
    def __init__(self, journal, *, seed="0", rules="[]", most_messages=0, port=0, places=0, crowded="connect"):
        self.journal = journal
        self.command = [sys.executable, HERE / "sink.py", journal, "--seed", str(seed), "--rules", rules,
                        "--most-messages", str(most_messages), "--port", str(port), "--places", str(places), "--crowded", crowded]

    def __enter__(self):
        self.process = subprocess.Popen(list(map(str, self.command)), stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(10)
        self.process.stdout.close()


class Martlet:
    """One data folder, and the process that works on it now and then."""

    def __init__(self, folder, **environment):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.log = self.folder / "martlet.log"
        self.port = free_port()
        self.environment = environment
        self.process = None
        self.cookies = {}
        # When each process was started, and when it had ended.
        self.lives = []

    @property
    def database(self):
        return self.data / "martlet.sqlite"

    # Processes

    def command(self, *arguments, limit=600, wrap=(), **environment):
        """Runs a command to its end; gives its exit code."""
        with open(self.log, "ab") as log:
            process = subprocess.Popen(
                [*map(str, wrap), str(BINARY), *map(str, arguments)], stdout=log, stderr=log, cwd=self.folder,
                env=clean_environment(**self.environment, **environment))
            try:
                return process.wait(limit)
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def must(self, *arguments, **more):
        code = self.command(*arguments, **more)
        if code != 0:
            raise AssertionError(f"martlet {' '.join(map(str, arguments))} ended with {code}:\n{self.tail()}")

    def start(self, *, wait=True, limit=60, wrap=(), **environment):
        assert self.process is None, "a process is running"
        command = [*map(str, wrap), str(BINARY), "serve", "--data", str(self.data), "--port", str(self.port)]
        began = time.time()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder,
                                            env=clean_environment(**self.environment, **environment))
        self.lives.append([began, None])
        if wait:
            self.await_start(limit)
        return self

    def await_start(self, limit=60):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            if self.process.poll() is not None:
                code = self.ended()
                raise Gone(f"martlet serve ended with {code}:\n{self.tail()}")
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.ask("GET", "/health")[0] == 200:
                    return
            time.sleep(0.02)
        raise AssertionError(f"martlet serve did not answer within {limit} s:\n{self.tail()}")

    def wait(self, limit):
        """Its exit code; None while it runs on after so many seconds."""
        try:
            self.process.wait(limit)
        except subprocess.TimeoutExpired:
            return None
        return self.ended()

    def ended(self):
        code = self.process.wait()
        self.process = None
        self.lives[-1][1] = time.time()
        return code

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.ended()

    def stop(self, limit=30):
        """SIGTERM. Gives the exit code and how many seconds it took."""
        began = time.monotonic()
        self.process.terminate()
        code = self.wait(limit)
        if code is None:
            self.kill()
            raise AssertionError(f"martlet did not end within {limit} s of SIGTERM:\n{self.tail()}")
        return code, time.monotonic() - began

    def tail(self, lines=25):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    # Pages

    def ask(self, method, path, body=None, headers=None, limit=60):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=limit)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | (headers or {})
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, value = header.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer.status, text, answer.headers.get("Location", "")

    def get(self, path):
        status, page, _ = self.asked("GET", path)
        assert status == 200, f"{path} answered {status}"
        return page

    def asked(self, *arguments):
        try:
            return self.ask(*arguments)
        except (OSError, http.client.HTTPException) as error:
            raise Gone(f"while asking {arguments[1]}: {error}") from error

    def post(self, path, fields, form=None):
        """Fills in a form; gives where it led to."""
        page = self.get(form or path)
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token, f"no form on {form or path}:\n{page[:1000]}"
        body = urllib.parse.urlencode([("csrfmiddlewaretoken", token.group(1)), *fields])
        status, page, location = self.asked("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        told = re.findall(r'role="alert"[^>]*>(.*?)</', page, re.S)
        assert status in (302, 303), f"{path} answered {status}: {told or page[:1000]}"
        return location

    # What a person does

    def create_user(self):
        self.must("user", "create", NAME, "--email", "crash@example.com", "--data", self.data, MARTLET_PASSWORD=PASSWORD)

    def import_recipients(self, csv_file, **more):
        return self.command("recipients", "import", csv_file, "--user", NAME, "--data", self.data, **more)

    def log_in(self):
        self.cookies.clear()
        self.post("/accounts/login/", [("username", NAME), ("password", PASSWORD)])

    def set_sender(self, sink, limit=1_000_000, policy=None, connections=None):
        fields = [("kind", "smtp"), ("smtp_host", "127.0.0.1"), ("smtp_port", str(sink.port)),
                  ("verifies_certificate", "on"), ("from_name", "Crash"), ("from_email", "crash@example.com"),
                  ("max_emails_per_hour", str(limit))]
        if policy:
            fields.append(("unknown_policy", policy))
        if connections:
            fields.append(("max_connections", str(connections)))
        self.post("/profile/edit/", fields)

    def add_template(self):
        html = "<h1>Dear {first_name} {last_name},</h1>\n" + "<p>Greetings to {city} and {company}.</p>\n" * 20
        self.post("/templates/create/", [("name", "Letter"), ("subject", "For {last_name}"), ("body", html),
                                         ("plain_text", "")])
        return re.search(r"/templates/(\d+)/", self.get("/templates/")).group(1)

    def start_campaign(self, template):
        location = self.post("/campaigns/create/", [
            ("name", "Crash"), ("template", template), ("selection", "all"), ("scheduled_time", ""), ("time_zone", "UTC"),
            ("action", "start")])
        return int(re.search(r"/campaigns/(\d+)/", location).group(1))

    def campaign_page(self, campaign):
        """State → count, as the campaign's page says."""
        page = self.get(f"/campaigns/{campaign}/")
        found = re.findall(r'<dt><span class="badge" data-state="(\w+)">.*?</dt>\s*<dd><a [^>]*>([\d,]+)</a>', page, re.S)
        return {state: int(number.replace(",", "")) for state, number in found if number != "0"}

    def dashboard(self):
        """Title → count, as the dashboard says."""
        found = re.findall(r'<dt>.*?<a [^>]*>(\w+)</a></dt>\s*<dd>([\d,]+)</dd>', self.get("/"), re.S)
        return {title: int(number.replace(",", "")) for title, number in found}

    # What a program does

    def make_token(self):
        """Makes an API token on its page, as a person does; it is shown once."""
        page = self.get(self.post("/profile/tokens/", [("name", "crash"), ("scope", "read"), ("password", PASSWORD)]))
        self.token = re.search(r"martlet_[\w-]{43}", page).group()

    def api(self, path):
        status, text, _ = self.asked(
            "GET", f"/api/v1{path}", None, {"Authorization": f"Bearer {self.token}", "Cookie": ""})
        assert status == 200, f"{path} answered {status}: {text}"
        return json.loads(text)

    def api_items(self, path):
        """All rows of a list, page by page."""
        while path:
            page = self.api(path)
            yield from page["items"]
            path = page["next"] and page["next"].removeprefix("/api/v1")

    def send_now(self, message):
        self.post(f"/email_send_candidate/{message}/send_now/", [], form=f"/emails/{message}/")

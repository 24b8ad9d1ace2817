"""A real Martlet for measuring: started on a free port, and a person who uses it through its forms."""

import copy
import http.client
import re
import subprocess
import time
import urllib.parse

import database
import measure
from sink import free_port

NAME, PASSWORD = "bench", "a long enough passphrase"


class Site:
    def __init__(self, data, log, **environment):
        self.port = free_port()
        self.environment = environment
        self.data, self.log = data, log
        self.cookies = {}

    def __enter__(self):
        begin = time.monotonic()
        command = [str(measure.MARTLET), "serve", "--data", str(self.data), "--port", str(self.port)]
        self.process = subprocess.Popen(command, stdout=open(self.log, "ab"), stderr=subprocess.STDOUT, cwd=measure.ROOT,
                                        env=measure.clean_environment(ALLOW_PRIVATE_RELAYS="everyone",
                                                                      **self.environment,
                                                                      **database.environment(self.data)))
        while time.monotonic() - begin < 30:
            try:
                if self.get("/accounts/login/")[0] == 200:
                    # Seconds from the start of the process to its first page.
                    self.first_page = time.monotonic() - begin
                    return self
            except ConnectionRefusedError:
                pass
            if self.process.poll() is not None:
                raise SystemExit(f"bench: martlet serve ended:\n{open(self.log).read()[-2000:]}")
            time.sleep(0.002)
        raise SystemExit("bench: martlet serve does not answer")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)

    # Requests

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | (headers or {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, value = header.split(";")[0].split("=", 1)
            self.cookies[name] = value
        connection.close()
        return answer.status, text.decode(errors="replace"), answer.headers.get("Location", "")

    def get(self, path):
        return self.request("GET", path)

    def token(self, path):
        page = self.get(path)[1]
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        if not found:
            raise SystemExit(f"bench: no form on {path}:\n{page[:1500]}")
        return found.group(1)

    def post(self, path, fields, form=None):
        """Fills in a form; gives where it led to. A form that comes back is an end with its messages."""
        body = urllib.parse.urlencode([("csrfmiddlewaretoken", self.token(form or path)), *fields])
        status, page, location = self.request("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        if status not in (302, 303):
            told = re.findall(r'role="alert"[^>]*>(.*?)</', page, re.S)
            raise SystemExit(f"bench: {path} answered {status}: {told or page[:1500]}")
        return location

    # Steps of a person

    def somebody_else(self):
        """Another browser, that is not logged in."""
        other = copy.copy(self)
        other.cookies = {}
        return other

    def register(self, name=NAME):
        self.post("/accounts/register/", [("username", name), ("email", f"{name}@example.com"),
                                          ("password1", PASSWORD), ("password2", PASSWORD)])

    def log_in(self):
        self.post("/accounts/login/", [("username", NAME), ("password", PASSWORD)])

    def set_sender(self, port, connections=8, hourly=1_000_000, spreads=False):
        """No encryption, and as many mails an hour as may be asked for, unless it says how many."""
        self.post("/profile/edit/", [
            ("kind", "smtp"), ("smtp_host", "127.0.0.1"), ("smtp_port", str(port)), ("verifies_certificate", "on"),
            ("from_name", "Bench"), ("from_email", "bench@example.com"), ("max_emails_per_hour", str(hourly)),
            ("max_connections", str(connections))] + [("spreads_evenly", "on")] * spreads)

    def sign_with(self, kind):
        """Makes a key for the sender's domain and lets it sign."""
        self.post("/profile/domain/keys/", [("kind", kind), ("selector", "bench")], form="/profile/domain/")
        for key in set(re.findall(r"/profile/domain/keys/(\d+)/start/", self.get("/profile/domain/")[1])):
            self.post(f"/profile/domain/keys/{key}/start/", [], form="/profile/domain/")

    def import_recipients(self, csv, log=None, name=NAME):
        """By the command, into the account of a user; gives its cost."""
        return measure.run([measure.MARTLET, "recipients", "import", csv, "--user", name, "--data", self.data],
                           log or f"{self.log}.import", **database.environment(self.data))

    def add_template(self, html):
        location = self.post("/templates/create/", [
            ("name", "Offer"), ("subject", "For {first_name}"), ("body", html), ("plain_text", "")])
        found = re.search(r"/templates/(\d+)/", location) or re.search(r"/templates/(\d+)/", self.get("/templates/")[1])
        return found.group(1)

    def start_campaign(self, template, tracking="both", audience=()):
        location = self.post("/campaigns/create/", [("name", "Bench"), ("template", template), ("selection", "all"), ("scheduled_time", ""),
                                                    ("time_zone", "UTC"), ("tracking", tracking), ("action", "start"), *audience])
        return re.search(r"/campaigns/(\d+)/", location).group(1)

"""What the Dockerfile says, for those who look at it or do it without a container engine."""

import json
import pathlib
import re
import shlex

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Stage:
    def __init__(self, base):
        self.base = base
        self.commands, self.copies, self.environment = [], [], {}
        self.user, self.health, self.entrypoint, self.command = "root", [], [], []

    @property
    def suite(self):
        """The Debian release of the image it begins with."""
        return re.search(r"(bookworm|trixie|forky)", self.base).group(1)

    @property
    def packages(self):
        """What apt-get installs."""
        found = re.search(r"apt-get install -y --no-install-recommends ((?:[a-z0-9][a-z0-9.+-]* ?)+)", " ".join(self.commands))
        return set(found.group(1).split())


def stages(text=None):
    """The stages in their order."""
    text = text if text is not None else (ROOT / "Dockerfile").read_text()
    # Comments first: they may stand between two lines of one instruction.
    text = re.sub(r"\\\n", " ", re.sub(r"^[ \t]*#.*\n", "", text, flags=re.M))
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, rest = line.split(None, 1)
        if word == "FROM":
            found.append(Stage(rest.split()[0]))
            continue
        stage = found[-1]
        if word == "RUN":
            stage.commands.append(" ".join(rest.split()))
        elif word == "COPY":
            stage.copies.append(rest.split())
        elif word == "ENV":
            stage.environment.update(pair.split("=", 1) for pair in shlex.split(rest))
        elif word == "USER":
            stage.user = rest
        elif word == "HEALTHCHECK":
            stage.health = json.loads(rest[rest.index("CMD") + 3:])
        elif word == "ENTRYPOINT":
            stage.entrypoint = json.loads(rest)
        elif word == "CMD":
            stage.command = json.loads(rest)
        elif word not in ("WORKDIR", "VOLUME", "EXPOSE", "STOPSIGNAL"):
            raise ValueError(f"what does {word} do?")
    return found

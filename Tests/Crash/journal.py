"""What the sink has written down, read while it writes on."""

import json
from dataclasses import dataclass, field

from patience import until


@dataclass
class Entry:
    """One message that the sink accepted."""
    time: float
    connection: int
    recipient: str
    message_id: str
    date: str
    campaign: int
    sha256: str
    size: int
    answer: str


@dataclass
class Records:
    # (campaign, recipient) → the entries, in order.
    accepted: dict = field(default_factory=dict)
    refused: list = field(default_factory=list)
    # What came whole and was thrown away on purpose, unanswered: recipients.
    lost: list = field(default_factory=list)
    # Connection → when it opened and closed.
    opened: dict = field(default_factory=dict)
    closed: dict = field(default_factory=dict)
    # Connection → the port that it came from.
    ports: dict = field(default_factory=dict)

    @property
    def entries(self):
        return [entry for entries in self.accepted.values() for entry in entries]

    @property
    def duplicates(self):
        return {key: entries for key, entries in self.accepted.items() if len(entries) > 1}


class Reader:
    """Reads on where it stopped; a line that is not whole yet is left for the next time."""

    def __init__(self, path):
        self.path, self.place = path, 0
        self.records = Records()

    def read(self):
        try:
            with open(self.path, "rb") as file:
                file.seek(self.place)
                data = file.read()
        except FileNotFoundError:
            return self.records
        end = data.rfind(b"\n") + 1
        self.place += end
        for line in data[:end].splitlines():
            self.take(json.loads(line))
        return self.records

    def settle(self, limit=15):
        """Until the sink has read all that ended processes left in the kernel."""
        until(lambda: self.read().opened.keys() <= self.records.closed.keys(), limit,
              lambda: "the sink still has connections of a process that is gone")

    def take(self, line):
        kind, records = line.pop("kind"), self.records
        if kind == "accepted":
            line.pop("number")
            entry = Entry(**line)
            records.accepted.setdefault((entry.campaign, entry.recipient), []).append(entry)
        elif kind == "refused":
            records.refused.append(line)
        elif kind == "lost":
            records.lost.append(line["recipient"])
        elif kind == "opened":
            records.opened[line["connection"]] = line["time"]
            records.ports[line["connection"]] = line.get("port")
        elif kind == "closed":
            records.closed[line["connection"]] = line["time"]

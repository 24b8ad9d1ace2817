#!/usr/bin/env python3
"""A recording SMTP receiver: what it has accepted is on the disk before it says so.

sink.py JOURNAL [--port N] [--seed TEXT] [--rules JSON] [--most-messages N] [--places N --crowded connect|mail|rcpt]

Prints its port. Appends one JSON line to JOURNAL for each message that it accepted (kind "accepted", with time, connection,
recipient, Message-ID, Date, the campaign from Feedback-ID and SHA-256 of the bytes), for each refusal, and for each
connection that opened or closed. Rules are a list of objects:

    {"at": "connect|ehlo|mail|rcpt|data|dot", "do": ACTION, "share": 0.01, "match": REGEX, "times": N, "seconds": S}

ACTION is delay, silence, reset, half (half a reply, then the end), 4yz, 5yz or 421. `share` is decided by the seed, the
recipient and how often the rule has seen it, so a run can be repeated; `times` ends a rule for a recipient after N times.
`--places` connections are served at once: whoever has none of them is refused at the step that `--crowded` names.
At the dot, silence, reset and half come after the message was accepted; with "loses": true the message is not kept.
"""

import argparse
import asyncio
import hashlib
import json
import os
import random
import re
import signal
import socket
import struct
import time


class Journal:
    """Appends lines; many that wait at the same time share one flush to the disk."""

    def __init__(self, path):
        self.file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        self.lines, self.waiting = [], []
        self.wake = asyncio.Event()

    def note(self, **entry):
        self.lines.append(json.dumps({"time": time.time(), **entry}) + "\n")
        self.wake.set()

    async def keep(self, **entry):
        """Returns when the entry is on the disk."""
        kept = asyncio.get_running_loop().create_future()
        self.waiting.append(kept)
        self.note(**entry)
        await kept

    def write(self):
        lines, self.lines = self.lines, []
        os.write(self.file, "".join(lines).encode())

    async def run(self):
        loop = asyncio.get_running_loop()
        while True:
            await self.wake.wait()
            self.wake.clear()
            waiting, self.waiting = self.waiting, []
            self.write()
            if waiting:
                await loop.run_in_executor(None, os.fdatasync, self.file)
            for kept in waiting:
                if not kept.done():
                    kept.set_result(None)


class Rule:
    def __init__(self, number, seed, values):
        self.at, self.do = values["at"], values["do"]
        self.share, self.times = values.get("share", 1.0), values.get("times")
        self.seconds, self.loses = values.get("seconds", 0.0), values.get("loses", False)
        self.match = re.compile(values.get("match", ""))
        self.seed = f"{seed}/{number}"
        self.seen, self.done = {}, {}

    def holds(self, at, subject):
        if at != self.at or not self.match.search(subject):
            return False
        self.seen[subject] = self.seen.get(subject, 0) + 1
        if self.times is not None and self.done.get(subject, 0) >= self.times:
            return False
        if random.Random(f"{self.seed}/{subject}/{self.seen[subject]}").random() >= self.share:
            return False
        self.done[subject] = self.done.get(subject, 0) + 1
        return True


class End(Exception):
    """The connection is over."""


class Conversation:
    def __init__(self, sink, reader, writer):
        self.sink, self.reader, self.writer = sink, reader, writer
        self.number = sink.connections
        self.buffer = b""
        self.recipient, self.messages = None, 0
        self.has_place = False

    async def more(self):
        data = await self.reader.read(262144)
        if not data:
            raise End
        self.buffer += data

    async def line(self):
        while b"\r\n" not in self.buffer:
            await self.more()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        return line.decode("utf-8", "replace")

    async def message(self):
        """The bytes before the final dot, with doubled dots undone."""
        start = 0
        while True:
            if self.buffer.startswith(b".\r\n"):
                self.buffer = self.buffer[3:]
                return b""
            end = self.buffer.find(b"\r\n.\r\n", start)
            if end >= 0:
                body, self.buffer = self.buffer[:end + 2], self.buffer[end + 5:]
                return (body[1:] if body.startswith(b".") else body).replace(b"\r\n..", b"\r\n.")
            start = max(0, len(self.buffer) - 4)
            await self.more()

    def say(self, text):
        self.writer.write(text.encode() + b"\r\n")

    async def act(self, at, subject):
        """Does what the rules say at this step.
        Returns the code of a refusal, or None for going on; a swallowed answer ends the connection."""
        for rule in self.sink.rules:
            if not rule.holds(at, subject):
                continue
            if rule.do == "delay":
                await asyncio.sleep(rule.seconds)
            elif rule.do in ("silence", "reset", "half"):
                await self.swallow(rule)
            else:
                code = {"4yz": 451, "5yz": 550}.get(rule.do) or int(rule.do)
                self.sink.journal.note(kind="refused", connection=self.number, recipient=self.recipient, step=at, code=code)
                self.say(f"{code} {code // 100}.3.0 as the rule says")
                if code == 421:
                    await self.writer.drain()
                    raise End
                return code
        return None

    async def swallow(self, rule):
        if rule.do == "silence":
            # Reads on, so that the other side's end is noticed; never answers again.
            while True:
                self.buffer = b""
                await self.more()
        if rule.do == "half":
            self.writer.write(b"250 2.0.0 acce")
            await self.writer.drain()
            raise End
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        raise End

    async def is_one_too_many(self, at):
        """Whether all places are taken, at the step where this sink says so; then it has said so."""
        sink = self.sink
        if not sink.places or self.has_place or at not in ("connect", sink.crowded):
            return False
        if sink.taken < sink.places:
            sink.taken += 1
            self.has_place = True
            return False
        if at != sink.crowded:
            return False
        code = 421 if at == "connect" else 451
        sink.journal.note(kind="refused", connection=self.number, recipient=None, step=at, code=code)
        self.say(f"{code} 4.3.2 too many connections, try again later")
        if code == 421:
            await self.writer.drain()
            raise End
        return True

    async def run(self):
        await self.is_one_too_many("connect")
        await self.act("connect", str(self.number))
        self.say("220 sink.example ESMTP recording")
        while True:
            await self.writer.drain()
            line = await self.line()
            verb = line.split(" ")[0].split(":")[0].upper()
            if verb in ("EHLO", "HELO"):
                if not await self.act("ehlo", str(self.number)):
                    self.say("250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SIZE 50000000\r\n"
                             "250 ENHANCEDSTATUSCODES")
            elif verb == "MAIL":
                await self.mail(line)
            elif verb == "RCPT":
                await self.rcpt(line)
            elif verb == "DATA":
                await self.data()
            elif verb == "RSET":
                self.recipient = None
                self.say("250 2.0.0 ok")
            elif verb == "NOOP":
                self.say("250 2.0.0 ok")
            elif verb == "QUIT":
                self.say("221 2.0.0 bye")
                await self.writer.drain()
                raise End
            else:
                self.say("500 5.5.1 what?")

    async def mail(self, line):
        self.recipient = None
        if self.sink.most_messages and self.messages >= self.sink.most_messages:
            self.sink.journal.note(kind="refused", connection=self.number, recipient=None, step="mail", code=421)
            self.say("421 4.7.0 enough for one connection")
            await self.writer.drain()
            raise End
        if not await self.is_one_too_many("mail") and not await self.act("mail", line):
            self.say("250 2.1.0 ok")

    async def rcpt(self, line):
        found = re.match(r"RCPT TO:\s*<([^>]*)>", line, re.I)
        recipient = found.group(1) if found else ""
        self.recipient = recipient
        if await self.is_one_too_many("rcpt") or await self.act("rcpt", recipient):
            self.recipient = None
        else:
            self.say("250 2.1.5 ok")

    async def data(self):
        if self.recipient is None:
            self.say("554 5.5.1 no valid recipient")
            return
        if await self.act("data", self.recipient):
            return
        self.say("354 go ahead")
        await self.writer.drain()
        body = await self.message()
        if not body:
            self.say("554 5.6.0 an empty message")
            return
        self.messages += 1
        recipient, self.recipient = self.recipient, None
        for rule in self.sink.rules:
            if rule.at == "dot" and rule.do in ("silence", "reset", "half") and rule.holds("dot", recipient):
                if rule.loses:
                    self.sink.journal.note(kind="lost", connection=self.number, recipient=recipient, answer=rule.do)
                else:
                    await self.accept(recipient, body, rule.do)
                await self.swallow(rule)
        for rule in self.sink.rules:
            if rule.at != "dot" or rule.do in ("silence", "reset", "half") or not rule.holds("dot", recipient):
                continue
            if rule.do == "delay":
                await asyncio.sleep(rule.seconds)
                continue
            code = {"4yz": 451, "5yz": 550}.get(rule.do) or int(rule.do)
            self.sink.journal.note(kind="refused", connection=self.number, recipient=recipient, step="dot", code=code)
            self.say(f"{code} {code // 100}.3.0 as the rule says")
            if code == 421:
                await self.writer.drain()
                raise End
            return
        await self.accept(recipient, body, "250")
        self.say("250 2.0.0 kept")

    async def accept(self, recipient, body, answer):
        head = body.split(b"\r\n\r\n", 1)[0].decode("utf-8", "replace").replace("\r\n ", " ").replace("\r\n\t", " ")
        fields = dict(reversed([line.split(": ", 1) for line in head.split("\r\n") if ": " in line]))
        await self.sink.journal.keep(
            kind="accepted", connection=self.number, number=self.messages, recipient=recipient,
            message_id=fields.get("Message-ID", ""), date=fields.get("Date", ""),
            campaign=int(fields.get("Feedback-ID", "0").split(":")[0]), size=len(body),
            sha256=hashlib.sha256(body).hexdigest(), answer=answer)


class Sink:
    def __init__(self, options):
        self.journal = Journal(options.journal)
        self.rules = [Rule(number, options.seed, rule) for number, rule in enumerate(json.loads(options.rules))]
        self.most_messages = options.most_messages
        self.places, self.crowded, self.taken = options.places, options.crowded, 0
        self.connections = 0

    async def serve(self, reader, writer):
        self.connections += 1
        conversation = Conversation(self, reader, writer)
        self.journal.note(kind="opened", connection=conversation.number, port=writer.get_extra_info("peername")[1])
        try:
            await conversation.run()
        except (End, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self.taken -= conversation.has_place
            self.journal.note(kind="closed", connection=conversation.number)
            writer.close()

    async def run(self, port):
        loop = asyncio.get_running_loop()
        stopped = asyncio.Event()
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        writing = loop.create_task(self.journal.run())
        server = await asyncio.start_server(self.serve, "127.0.0.1", port, limit=1 << 20, backlog=256)
        print(server.sockets[0].getsockname()[1], flush=True)
        await stopped.wait()
        server.close()
        writing.cancel()
        self.journal.write()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("journal")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--seed", default="0")
    parser.add_argument("--rules", default="[]")
    parser.add_argument("--most-messages", type=int, default=0, help="in one connection; 0 for no limit")
    parser.add_argument("--places", type=int, default=0, help="connections that are served at once; 0 for all")
    parser.add_argument("--crowded", choices=("connect", "mail", "rcpt"), default="connect")
    options = parser.parse_args()
    asyncio.run(Sink(options).run(options.port))


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""slow_sink.py SECONDS: an SMTP receiver that takes so long to answer a message, as a distant server does, and keeps nothing.

Prints its port. smtp-sink can only wait for whole seconds.
"""

import asyncio
import sys


class Receiver(asyncio.Protocol):
    def __init__(self, delay):
        self.delay, self.buffer, self.in_message, self.is_waiting = delay, bytearray(), False, False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 slow.example ESMTP\r\n")

    def data_received(self, data):
        self.buffer += data
        self.work()

    def work(self):
        answers = []
        while not self.is_waiting:
            if self.in_message:
                end = self.buffer.find(b"\r\n.\r\n")
                if end < 0:
                    break
                del self.buffer[:end + 5]
                self.in_message, self.is_waiting = False, True
                asyncio.get_running_loop().call_later(self.delay, self.accept)
                break
            end = self.buffer.find(b"\r\n")
            if end < 0:
                break
            verb = bytes(self.buffer[:4]).upper()
            del self.buffer[:end + 2]
            if verb == b"DATA":
                self.in_message = True
                answers.append(b"354 go ahead\r\n")
            elif verb == b"EHLO":
                answers.append(b"250-slow.example\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            elif verb == b"QUIT":
                answers.append(b"221 bye\r\n")
            else:
                answers.append(b"250 ok\r\n")
        if answers:
            self.transport.write(b"".join(answers))

    def accept(self):
        self.is_waiting = False
        self.transport.write(b"250 kept\r\n")
        self.work()


async def main():
    delay = float(sys.argv[1])
    server = await asyncio.get_running_loop().create_server(lambda: Receiver(delay), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())

#!/usr/bin/env python3
"""full_disk.py FOLDER [--kill]: fills the disk under a Martlet that sends, and gives it room again.

Run it in a mount namespace of its own (`unshare -rm`): it puts a small file system of memory under FOLDER/data. Ends with 0
when nobody was lost or mailed twice, and when a start on a full disk said so.
"""

import contextlib
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from patience import until
from product import Gone
from scenarios import Scene


def fill(folder):
    filler = os.open(folder / "filler", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    for size in (65536, 4096, 1):
        with contextlib.suppress(OSError):
            while os.write(filler, b"x" * size):
                pass
    os.close(filler)


def main():
    folder, kills = pathlib.Path(sys.argv[1]), "--kill" in sys.argv
    data = folder / "data"
    data.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "tmpfs", data], check=True)
    rules = [{"at": "dot", "do": "delay", "seconds": 0.01}]
    with Scene(folder, 1500, rules=rules) as scene:
        scene.start_campaign()
        scene.await_accepted(200)
        fill(data)
        # The write-ahead log has room of its own for a while. Then nothing new may begin: no intent can be written.
        until(lambda: "The ledger cannot be written" in scene.martlet.tail(200), 30, lambda: "the disk was never full", 0.1)
        assert scene.accepted < 1500
        assert scene.martlet.process.poll() is None, scene.martlet.tail()
        if kills:
            scene.martlet.kill()
            scene.reader.settle()
            try:
                scene.martlet.start()
                scene.martlet.kill()
            except Gone:
                assert "disk is full" in scene.martlet.tail(3), scene.martlet.tail()
        (data / "filler").unlink()
        if kills:
            scene.martlet.start()
        scene.await_rest()
        figures = scene.audited()
        assert figures["messages unknown"] <= (8 if kills else 0), figures
        print(dict(figures))


main()

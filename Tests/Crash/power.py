"""A disk whose power can be cut, under the data folder of a Martlet."""

import json
import os
import pathlib
import subprocess

from product import HERE

# pyfuse3 is Debian's, and so is the Python that knows it.
PYTHON = "/usr/bin/python3"
HOWS = ("none", "prefix", "pages")


def missing():
    """A sentence that says why no such disk can be made here; None when it can."""
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        return "/dev/fuse cannot be used here, so no disk can be made that loses what was not flushed"
    found = subprocess.run([PYTHON, "-c", "import pyfuse3, trio"], capture_output=True)
    if found.returncode != 0:
        return "pyfuse3 (Debian: python3-pyfuse3, fuse3) is not installed"
    return None


class PowerCut:
    """Mounted at a folder from `plug_in` on; `cut` takes the power away and leaves what was durable, mounted anew."""

    def __init__(self, mountpoint, seed=0):
        self.mountpoint, self.seed = pathlib.Path(mountpoint), seed
        # From the next cut on: files (a pattern of their names) whose flush is acknowledged and not done.
        self.ignored = ""
        self.kept = self.mountpoint.with_name(self.mountpoint.name + ".kept")
        self.process, self.cuts = None, 0
        # Of all cuts together: changes that were not durable, and those of them that survived by chance.
        self.lost = {"writes": 0, "names": 0, "kept": 0}

    def __enter__(self):
        self.mountpoint.mkdir(mode=0o700)
        self.kept.mkdir(mode=0o700)
        self.plug_in()
        return self

    def __exit__(self, *_):
        self.pull("end")

    def plug_in(self):
        command = [PYTHON, HERE / "lossy_disk.py", self.kept, self.mountpoint, "--seed", f"{self.seed}/{self.cuts}",
                   f"--ignore-sync={self.ignored}"]
        self.process = subprocess.Popen(list(map(str, command)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline()
        assert ready == "ready\n", "the lossy disk could not be mounted"

    def pull(self, how):
        if self.process is None:
            return None
        process, self.process = self.process, None
        told, _ = process.communicate(how + "\n", timeout=60)
        assert process.returncode == 0, f"the lossy disk ended with {process.returncode}"
        return json.loads(told)

    def cut(self):
        """After the processes on it were killed: their machine has lost its power in that instant."""
        told = self.pull(HOWS[self.cuts % len(HOWS)])
        for name, number in told.items():
            self.lost[name] += number
        self.cuts += 1
        self.plug_in()
        return told

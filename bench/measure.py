"""What a process costs: wall time, CPU seconds of user and system, the peak of its resident memory."""

import os
import pathlib
import subprocess
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
MARTLET = pathlib.Path(os.environ.get("MARTLET_BINARY", ROOT / ".build/release/martlet"))
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    seconds: float
    cpu: float
    megabytes: float


def clean_environment(**more):
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    return keep | {"LOG_LEVEL": "warning"} | more


def run(command, log, limit=1800, expected=(0,), **environment):
    """Runs to its end and gives its cost; the kernel's own account of it (wait4), so nothing is sampled."""
    with open(log, "wb") as output:
        begin = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=subprocess.STDOUT,
                                   env=clean_environment(**environment), cwd=ROOT)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() - begin > limit:
                process.kill()
                os.wait4(process.pid, 0)
                raise SystemExit(f"bench: {command[0]} was still running after {limit} s; its output is in {log}")
            time.sleep(0.005)
        seconds = time.monotonic() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        tail = pathlib.Path(log).read_text(errors="replace")[-2000:]
        raise SystemExit(f"bench: {' '.join(map(str, command))} ended with {process.returncode}:\n{tail}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def cpu_of(pid):
    """CPU seconds of a living process so far."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_of(pid):
    """Megabytes: the most of resident memory a living process has had."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0

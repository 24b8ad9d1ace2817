"""Adds rows to docs/performance.md, oldest first, each with its date, machine and command."""

import datetime
import os
import pathlib
import subprocess

import database

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/performance.md"


def machine():
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = " ".join(line.split(":", 1)[1].split())
            break
    memory = int(pathlib.Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    return f"{os.cpu_count()} × {model}, {memory:.0f} GiB"


def commit():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT)
    return done.stdout.strip() or "?"


def load():
    """The other work on this machine just now, which makes the figures worse: the 1-minute load average."""
    return f"{os.getloadavg()[0]:.1f}"


def write(rows, options):
    date = datetime.date.today().isoformat()
    arguments = f"messages={options.messages:,} rows={options.rows:,} runs={options.runs} sessions={options.sessions}"
    text = DOCUMENT.read_text()
    # Whichever it is for the others, those of several nodes have it on PostgreSQL.
    stores = {"nodes": "PostgreSQL"}
    where = f"{machine()}; load {load()}" + (f"; {options.note}" if options.note else "")
    for area, what, figure, *detail in rows:
        line = f"| {date} | {commit()} | {what} | {figure} | {' '.join(detail)} | {arguments}; {stores.get(area, database.NAME)}; {where} |"
        print(line)
        marker = f"<!-- {area} -->\n"
        assert marker in text, f"docs/performance.md has no place for {area}"
        text = text.replace(marker, line + "\n" + marker, 1)
    if not options.dry:
        DOCUMENT.write_text(text)

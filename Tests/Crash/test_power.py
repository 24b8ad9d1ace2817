"""The power goes: only what was flushed to the disk is left. The short version of `make crash-test ARGS=--power-loss`."""

import os
import sqlite3

import pytest

import power
from driver import Drive, Plan
from power import PowerCut

pytestmark = pytest.mark.skipif(power.missing() is not None, reason=power.missing() or "")


def write(path, data, *, flushes=False, at=0):
    file = os.open(path, os.O_CREAT | os.O_WRONLY)
    os.pwrite(file, data, at)
    if flushes:
        os.fdatasync(file)
    os.close(file)


def flush_names(folder):
    directory = os.open(folder, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


@pytest.fixture
def disk(tmp_path):
    with PowerCut(tmp_path / "disk") as disk:
        disk.cuts = power.HOWS.index("none")
        yield disk


def test_the_disk_keeps_what_was_flushed_and_nothing_else(disk):
    folder = disk.mountpoint
    write(folder / "flushed", b"first", flushes=True)
    write(folder / "named only", b"lost")
    flush_names(folder)
    write(folder / "flushed", b"second")
    write(folder / "without a name", b"x", flushes=True)
    assert (folder / "flushed").read_bytes() == b"second"
    assert disk.cut() == {"writes": 2, "names": 1, "kept": 0}
    assert {entry.name: entry.read_bytes() for entry in folder.iterdir()} == {"flushed": b"first", "named only": b""}


def test_a_name_that_was_given_or_taken_is_durable_with_its_folder(disk):
    folder = disk.mountpoint
    write(folder / "old", b"a", flushes=True)
    flush_names(folder)
    (folder / "old").rename(folder / "new")
    disk.cut()
    assert [entry.name for entry in folder.iterdir()] == ["old"]
    disk.cuts = power.HOWS.index("none")
    (folder / "old").rename(folder / "new")
    flush_names(folder)
    disk.cut()
    assert [entry.name for entry in folder.iterdir()] == ["new"]


@pytest.mark.parametrize("how", ["prefix", "pages"])
def test_some_of_what_was_not_flushed_may_survive_torn(disk, how):
    path = disk.mountpoint / "file"
    write(path, bytes(64 * 4096), flushes=True)
    flush_names(disk.mountpoint)
    for page in range(64):
        write(path, bytes([page + 1]) * 4096, at=page * 4096)
    disk.cuts = power.HOWS.index(how)
    assert 0 < disk.cut()["kept"] < 64
    data = path.read_bytes()
    found = [page for page in range(64) if data[page * 4096] == page + 1]
    assert 0 < len(found) < 64 and len(data) == 64 * 4096
    assert (found == list(range(len(found)))) == (how == "prefix")


def test_power_cuts_lose_nobody_and_nothing_that_was_promised(tmp_path):
    result = Drive(tmp_path, Plan(kills=3, recipients=400, seed=4, power_loss=True, points=("after-intent", "after-outcome"),
                                  random_of_ten=2, longest_life=1.0)).run()
    assert result.lost_power["writes"] > 0, "the cuts took nothing away, so they have shown nothing"
    assert result.figures["duplicates"] == 0


def test_a_disk_that_lies_about_the_log_is_found_out(tmp_path):
    """As with `synchronous=NORMAL`: what was committed is not on the disk. If the auditor were content, so were it always."""
    drive = Drive(tmp_path, Plan(kills=4, recipients=400, seed=5, power_loss=True, lying_about="-wal$",
                                 points=("after-outcome",), random_of_ten=0))
    # A log that is gone may leave a file behind that cannot even be read.
    with pytest.raises((AssertionError, sqlite3.DatabaseError), match="rule [12347]|malformed"):
        drive.run()

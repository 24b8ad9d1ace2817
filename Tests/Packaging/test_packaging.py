"""What is handed to others to run Martlet with holds together. `scripts/package-test` does all of it for real, as root."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "packaging"))
import image

UNIT = ROOT / "packaging/martlet.service"


def run(*command, **options):
    return subprocess.run([str(part) for part in command], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                          **options)


@pytest.fixture
def unit(tmp_path):
    """The unit with a program that is there."""
    text = UNIT.read_text()
    assert "ExecStart=/usr/local/bin/martlet serve\n" in text
    copy = tmp_path / UNIT.name
    copy.write_text(text.replace("ExecStart=/usr/local/bin/martlet serve", "ExecStart=/bin/true"))
    return copy


def test_systemd_has_nothing_to_say_about_the_unit(unit):
    told = run("systemd-analyze", "--man=no", "verify", unit)
    lines = [line for line in told.stdout.splitlines() if UNIT.name in line]
    assert told.returncode == 0 and not lines, told.stdout


def test_the_unit_is_exposed_to_little(unit):
    told = run("systemd-analyze", "--no-pager", "--offline=true", "--threshold=15", "security", unit)
    assert told.returncode == 0, told.stdout


@pytest.mark.skipif(not shutil.which("docker-compose"), reason="there is no docker-compose here")
def test_the_compose_file_is_one(tmp_path):
    told = run("docker-compose", "-f", ROOT / "compose.yaml", "config", env={"PATH": "/usr/bin:/bin", "MARTLET_ADMIN_PASSWORD": "x"})
    assert told.returncode == 0 and "read_only: true" in told.stdout, told.stdout
    told = run("docker-compose", "-f", ROOT / "compose.yaml", "config", env={"PATH": "/usr/bin:/bin"})
    assert told.returncode != 0 and "first password" in told.stdout


def test_the_image_builds_with_what_make_builds_with():
    setup = (ROOT / "scripts/setup").read_text()
    packages = re.search(r"^packages=\((.*?)\)", setup, re.M | re.S).group(1).split()
    assert image.stages()[0].packages == set(packages)


def test_the_image_has_the_libraries_that_the_program_is_linked_to():
    package = (ROOT / "Package.swift").read_text()
    built_with = set(re.findall(r'\.apt\(\["lib([a-z0-9]+)-dev"\]\)', package)) | {"sqlite3"}
    has = {re.sub(r"[-\d]+$", "", name.removeprefix("lib")) for name in image.stages()[-1].packages if name.startswith("lib")}
    assert {re.sub(r"\d+$", "", name) for name in built_with} <= has, (built_with, has)


def test_the_image_runs_as_nobody_in_particular_and_builds_and_runs_on_one_release():
    first, last = image.stages()[0], image.stages()[-1]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", last.user)
    assert first.suite == last.suite
    assert last.health and last.entrypoint == ["martlet"] and last.command == ["serve"]


def test_the_database_of_compose_is_not_newer_than_what_makes_its_backups():
    server = int(re.search(r"image: postgres:(\d+)", (ROOT / "compose.yaml").read_text()).group(1))
    assert server <= {"bookworm": 15, "trixie": 17}[image.stages()[-1].suite]


def test_without_root_nothing_is_claimed():
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder)
        for name in ("scripts/package-test", "packaging/image.py", "Dockerfile"):
            (copy / name).parent.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, copy / name)
        for path in [copy, *copy.rglob("*")]: path.chmod(0o755)
        somebody = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}
        told = run(copy / "scripts/package-test", env={"PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1"}, **somebody)
    assert told.returncode != 0 and "needs root" in told.stdout, told.stdout

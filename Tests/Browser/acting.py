"""What several journeys begin with."""

import re

from playwright.sync_api import expect

PASSWORD = "correct horse battery"


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def register(page, name="mary"):
    """A new user, who is logged in and on the dashboard then."""
    page.goto("/accounts/register/")
    page.fill("[name=username]", name)
    page.fill("[name=email]", f"{name}@example.com")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.click("main button.btn")
    expect(page).to_have_url(re.compile("/$"))


def start_it(page):
    """On the page before the start."""
    # What the DNS says about the domain depends on where the test runs; it may say so only after the first look.
    for _ in range(3):
        if page.url.endswith("/preflight/"):
            with page.expect_navigation():
                page.get_by_role("main").get_by_role("button", name=re.compile("^Start (now|anyway)$")).first.click()

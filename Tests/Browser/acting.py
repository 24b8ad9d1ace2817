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

"""What was written is not lost when the session ends before it is sent."""

import re

import pytest
from playwright.sync_api import expect

from acting import PASSWORD, press, register

pytestmark = pytest.mark.journey


def log_in(page, name="mary"):
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    press(page, "Log in")


def test_what_was_written_comes_back_after_a_new_login(mary):
    page = mary.page
    register(page)
    page.goto("/recipients/create/")
    page.fill("[name=email]", "zoe@example.com")
    page.fill("[name=first_name]", "Zoë")
    page.context.clear_cookies()
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("You were logged out meanwhile")
    mary.look("login-unsent")
    log_in(page)
    expect(page).to_have_url(re.compile("/recipients/create/$"))
    expect(page.locator("form [role=status]")).to_contain_text("This is what you wrote")
    expect(page.locator("[name=first_name]")).to_have_value("Zoë")
    mary.look("form-unsent")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/recipients/(\?.*)?$"))
    # It was taken: nothing comes back any more.
    page.goto("/recipients/create/")
    expect(page.locator("[name=first_name]")).to_have_value("")


def test_what_was_written_before_a_login_in_another_tab_comes_back(mary):
    page = mary.page
    page.goto("/recipients/create/")
    page.fill("[name=email]", "ann@example.com")
    other = page.context.new_page()
    other.goto("/")
    other.evaluate("document.getElementById('logout').requestSubmit()")
    other.wait_for_url(re.compile("/accounts/login/"))
    log_in(other)
    expect(other).to_have_url(re.compile("/$"))
    other.close()
    press(page, "Save")
    expect(page.locator("h1")).to_have_text("Not saved yet")
    page.get_by_role("link", name="Back to the form").click()
    expect(page.locator("[name=email]")).to_have_value("ann@example.com")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/recipients/(\?.*)?$"))


def test_what_one_person_wrote_is_not_shown_to_another_one(mary):
    page = mary.page
    page.goto("/recipients/create/")
    page.fill("[name=email]", "private@example.com")
    page.context.clear_cookies()
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("You were logged out meanwhile")
    register(page, "eve")
    page.goto("/recipients/create/")
    expect(page.locator("[name=email]")).to_have_value("")
    assert page.evaluate("sessionStorage.getItem('martlet-unsent')") is None

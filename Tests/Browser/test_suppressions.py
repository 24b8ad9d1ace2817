"""The suppression list, from many addresses to what is taken off together; and how return mail is set up."""

import re

import pytest
from playwright.sync_api import expect

from acting import press, register

pytestmark = pytest.mark.journey


def test_addresses_are_put_on_the_list(mary):
    page = mary.page
    register(page)
    page.goto("/suppressions/add/")
    page.fill("[name=addresses]", "\n".join(f"gone{number}@example.org" for number in range(14)))
    page.fill("[name=note]", "550 5.1.1 User unknown in virtual mailbox table")
    press(page, "Suppress")
    expect(page.get_by_role("status").filter(has_text="14 addresses").first).to_be_visible()
    mary.look("suppressions")


def test_those_of_a_reason_and_a_time_are_found(mary):
    page = mary.page
    page.select_option("[name=reason]", "blocked")
    page.fill("[name=since]", "2026-01-31T14:00")
    press(page, "Search")
    expect(page.locator("[name=since]")).to_have_value("2026-01-31T14:00")
    expect(page.locator("main tbody tr")).to_have_count(14)
    mary.look("suppressions-found")


@pytest.mark.look
def test_a_phone_shows_them(mary, phone):
    phone.page.goto(mary.page.url)
    phone.look("suppressions-found")


def test_they_are_taken_off_together(mary, phone):
    page = mary.page
    page.get_by_role("link", name="Remove matches").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Take 14 addresses off the list?")
    mary.look("suppressions-question")
    phone.page.goto(page.url)
    phone.look("suppressions-question")
    page.fill("[name=why]", "The relay was out of order.")
    press(page, "Take 14 off")
    expect(page.get_by_text("14 addresses are off the list and can get mails again.").first).to_be_visible()
    page.goto("/suppressions/removed/")
    expect(page.locator("main tbody tr")).to_have_count(14)
    expect(page.locator("main tbody tr").first).to_contain_text("The relay was out of order.")


def test_what_there_is_to_do_for_return_mail_stands_in_the_settings(mary, phone):
    for looker in (mary, phone):
        page = looker.page
        page.goto("/profile/edit/")
        # A rehearsal has no use for it.
        expect(page.get_by_text("How to set it up")).to_be_hidden()
        page.select_option("[name=kind]", "smtp")
        page.get_by_text("How to set it up").click()
        expect(page.get_by_text("martlet receive-mail RECIPIENT")).to_be_visible()
        looker.look("return-mail-set-up")


def test_a_new_template_is_saved_with_its_files(mary, phone):
    looker = phone
    page = looker.page
    page.goto("/templates/create/")
    page.fill("[name=name]", "With a file")
    page.fill("[name=subject]", "Hello")
    page.frame_locator(".tox-edit-area iframe").locator("body").click()
    page.keyboard.type("See the file.")
    page.set_input_files("[name=attachment]", {"name": "terms.txt", "mimeType": "text/plain", "buffer": b"Terms"})
    # What is shown beside it needs no upload.
    expect(page.frame_locator("iframe.preview-frame").get_by_text("See the file.")).to_be_visible()
    looker.look("template-new-with-files")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/templates/\d+/edit/"))
    expect(page.locator("#attachments table")).to_contain_text("terms.txt")
    looker.look("template-saved-with-files")

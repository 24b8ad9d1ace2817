"""Small things that many pages share: what is copied, what a question's buttons say, and what fits on a phone."""

import re

import pytest
from playwright.sync_api import expect

from acting import press, register, start_it

pytestmark = pytest.mark.journey

LONG = "Autumn offer of the " + "Donaudampfschifffahrt" * 8
ADDRESS = "a" * 60 + "@" + "mail." * 20 + "example.org"


def test_records_are_copied_on_pages_without_encryption_too(mary):
    page = mary.page
    register(page)
    page.goto("/profile/domain/")
    press(page, "Make")
    value = page.locator("pre[id$='-value']").first
    expect(value).to_contain_text("v=DKIM1")
    # As browsers have it on a page that comes over plain HTTP from another machine.
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    button = page.locator("[data-copy$='-value']").first
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_contain_text("Copied")
    expect(button).to_be_focused()
    expect(button).to_contain_text("Copy")
    key = page.locator("[name=private_key]")
    key.focus()
    page.keyboard.press("Control+V")
    expect(key).to_have_value(value.inner_text().strip())


def test_a_long_name_leaves_room_for_everything_else(mary, phone):
    page = mary.page
    page.goto("/recipients/create/")
    page.fill("[name=email]", ADDRESS)
    page.fill("[name=first_name]", LONG)
    page.fill("[name=company]", LONG)
    press(page, "Save")
    page.goto("/templates/create/")
    page.fill("[name=name]", LONG)
    page.fill("[name=subject]", LONG)
    page.wait_for_selector(".tox-tinymce")
    page.get_by_role("button", name="Source").click()
    page.fill("[name=body]", "<p>Hello</p>")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/templates/\d+/edit/"))
    page.goto("/campaigns/create/")
    page.fill("[name=name]", LONG)
    press(page, "Save as draft")
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    small = phone.page
    small.goto(page.url)
    # What the way here ends with is cut off with a mark, and not by the edge of something else.
    name = small.locator("ol.breadcrumb [aria-current]")
    assert name.evaluate("e => getComputedStyle(e).textOverflow == 'ellipsis' && e.scrollWidth > e.clientWidth")
    phone.look("campaign-long-name")
    small.goto(page.url + "mail/")
    choice = small.locator("label", has_text="Phone")
    card = small.locator(".card", has=choice).first.bounding_box()
    label = choice.bounding_box()
    assert label["x"] + label["width"] <= card["x"] + card["width"], "the last choice is beyond the card"
    phone.look("campaign-mail-long-name")
    for path, name in [("/recipients/", "recipients"), ("/templates/", "templates"), ("/campaigns/", "campaigns"),
                       ("/templates/1/edit/", "template"), ("/campaigns/1/statistics/recipients/", "readers")]:
        for looker in (mary, phone):
            looker.page.goto(path)
            looker.look(f"{name}-long-name")
    page.goto("/campaigns/1/")


def test_the_state_of_mails_is_beside_long_names_in_the_queue(mary):
    page = mary.page
    page.get_by_role("link", name="Check and start").click()
    page.wait_for_url(re.compile("/preflight/$"))
    start_it(page)
    expect(page.locator("main .badge[data-state=finished]").first).to_be_visible(timeout=30_000)
    page.goto("/emails/")
    badge = page.locator("main tbody .badge:visible").first
    expect(badge).to_be_visible()
    box = badge.bounding_box()
    assert box["x"] + box["width"] < 1280
    mary.look("queue-long-name")


def test_lists_show_what_matters_on_a_desk_and_on_a_phone(mary, phone):
    page = mary.page
    for number in range(3):
        page.goto("/recipients/create/")
        page.fill("[name=email]", f"wilhelmina.featherstonehaugh{number}@post.example.org")
        page.fill("[name=first_name]", "Wilhelmina Alexandra")
        page.fill("[name=last_name]", "Featherstonehaugh-Cholmondeley")
        page.fill("[name=company]", "Consolidated Engineering and Development Company of Northern Europe")
        page.fill("[name=city]", "Frankfurt am Main")
        page.fill("[name=country]", "United Kingdom of Great Britain")
        press(page, "Save")
    for looker, width in ((mary, 1280), (phone, 390)):
        page = looker.page
        page.goto("/recipients/")
        row = page.locator("main tbody tr", has_text="wilhelmina").first
        for seen in (row.locator(".table-actions a").last, row.get_by_text("Active").locator("visible=true")):
            box = seen.bounding_box()
            assert box["x"] + box["width"] <= width, f"{box} on {width}"
        looker.look("recipients-ordinary-names")
        page.goto("/emails/")
        box = page.locator("main tbody .badge:visible").first.bounding_box()
        assert box["x"] + box["width"] <= width
        looker.look("queue-state")


def test_a_form_is_checked_before_anything_is_asked_and_begins_with_what_is_wrong(mary, phone):
    for looker in (mary, phone):
        page = looker.page
        page.goto("/campaigns/create/")
        press(page, "Check and start")
        expect(page.locator("#confirm")).not_to_be_visible()
        summary = page.locator("main .alert[data-variant=destructive]")
        expect(summary).to_be_focused()
        expect(summary).to_contain_text("Name: Please fill in this field.")
        looker.look("campaign-form-faulty")
        summary.get_by_role("link", name="Name").click()
        expect(page.locator("[name=name]")).to_be_focused()


def test_whoever_does_not_want_to_cancel_a_campaign_is_not_offered_cancel(mary):
    page = mary.page
    # One that waits for its time can be cancelled.
    page.goto("/campaigns/create/")
    page.fill("[name=name]", "Later")
    page.fill("[name=scheduled_time]", "2030-01-31T14:00")
    press(page, "Check and start")
    page.wait_for_url(re.compile("/preflight/$"))
    question = page.locator("#preflight .alert").first
    expect(question).to_contain_text("not started yet", ignore_case=True)
    expect(question).to_contain_text("It is planned for 31 Jan 2030, 14:00.")
    mary.look("start-question")
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("^Start as planned")).click()
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/$"))
    expect(page.get_by_role("button", name="Back to draft")).to_be_visible()
    mary.look("campaign-scheduled")
    page.get_by_role("main").get_by_role("link", name="Edit").click()
    press(page, "Save changes")
    page.wait_for_url(re.compile(r"/campaigns/\d+/(preflight/)?$"))
    page.goto(re.search(r"/campaigns/\d+/", page.url).group())
    press(page, "Cancel")
    expect(page.locator("#confirm [value=no]")).to_have_text("Do not cancel")
    expect(page.locator("#confirm [data-confirm-yes]")).to_have_text("Cancel the campaign")
    page.locator("#confirm [value=no]").click()
    # Other questions have their own words again.
    page.goto("/templates/")
    page.get_by_role("button", name=re.compile("Delete")).first.click()
    expect(page.locator("#confirm [value=no]")).to_have_text("Cancel")

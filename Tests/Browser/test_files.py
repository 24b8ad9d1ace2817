"""Attachments and pictures, from the editor to the mail that a real server receives."""

import base64
import re

import pytest
from playwright.sync_api import expect

from acting import press, register

pytestmark = pytest.mark.journey

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 800
PROGRAM = b"MZ\x90\x00" + bytes(500)
NAME = "Übersicht 日本.pdf"


def test_somebody_who_has_a_recipient_and_a_mail_server(mary, receiver):
    page = mary.page
    register(page)
    page.goto("/recipients/create/")
    page.fill("[name=email]", "reader@example.org")
    page.fill("[name=first_name]", "Renée")
    press(page, "Save")
    page.goto("/profile/edit/")
    page.select_option("[name=kind]", "smtp")
    page.fill("[name=smtp_host]", "127.0.0.1")
    page.fill("[name=smtp_port]", str(receiver.port))
    page.select_option("[name=smtp_security]", "none")
    page.fill("[name=from_email]", "mary@example.com")
    press(page, "Save")
    expect(page.locator("[name=smtp_host]")).to_have_value("127.0.0.1")


def test_a_picture_is_put_into_the_text_and_shown(mary, tmp_path_factory):
    page = mary.page
    file = tmp_path_factory.mktemp("pictures") / "our-garden.png"
    file.write_bytes(PNG)
    page.goto("/templates/create/")
    page.fill("[name=name]", "With files")
    page.fill("[name=subject]", "Files for {first_name}")
    editor = page.frame_locator(".tox-edit-area iframe")
    editor.locator("body").click()
    page.keyboard.type("Dear {first_name}, look: ")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Picture from this computer").click()
    chooser.value.set_files(file)
    picture = editor.locator("img[alt='our garden']")
    expect(picture).to_have_attribute("src", re.compile("^/pictures/[0-9a-f]{32}/$"))
    assert picture.evaluate("async (image) => { await image.decode(); return image.naturalWidth }") == 1
    mary.look("template-with-picture")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/templates/\d+/edit/"))
    assert "cid:" in page.locator("[name=body]").input_value()
    expect(page.frame_locator(".tox-edit-area iframe").locator("img[src^='/pictures/']")).to_have_count(1)
    shown = page.frame_locator("iframe.preview-frame").locator("img")
    expect(shown).to_have_attribute("src", re.compile("^data:image/png"))


def test_files_are_attached_beside_what_is_being_written(mary, tmp_path_factory):
    page = mary.page
    folder = tmp_path_factory.mktemp("attachments")
    (folder / NAME).write_bytes(PDF)
    (folder / "invoice.pdf").write_bytes(PROGRAM)
    page.fill("[name=name]", "With files, unsaved")
    page.set_input_files("[name=attachment]", folder / "invoice.pdf")
    press(page, "Attach")
    expect(page.locator("#attachments [role=alert]")).to_contain_text("a program for Windows")
    mary.look("attachment-refused")
    page.set_input_files("[name=attachment]", folder / NAME)
    press(page, "Attach")
    expect(page.locator("#attachments table")).to_contain_text(NAME)
    expect(page.locator("[name=name]")).to_have_value("With files, unsaved")
    mary.look("attachments")
    page.set_input_files("[name=attachment]", {"name": "note.txt", "mimeType": "text/plain", "buffer": b"A note"})
    press(page, "Attach")
    expect(page.locator("#attachments tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Remove note.txt").click()
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.locator("#attachments tbody tr")).to_have_count(1)


def test_the_mail_brings_them(mary, receiver):
    page = mary.page
    page.goto("/emails/create/")
    page.fill("[name=recipient]", "reader@example.org")
    page.select_option("[name=template]", label="With files")
    page.set_input_files("[name=attachment]", {"name": "own.csv", "mimeType": "text/csv", "buffer": b"a;b\r\n1;2\r\n"})
    mary.look("single-mail-with-files")
    press(page, "Queue mail")
    with receiver.changed:
        arrived = lambda: [mail for to, mail in receiver.mails if to == "reader@example.org"]
        assert receiver.changed.wait_for(arrived, 60), "the mail did not arrive"
        mail, = arrived()
    assert mail.get_content_type() == "multipart/mixed"
    related, pdf, csv = mail.get_payload()
    assert related.get_content_type() == "multipart/related"
    alternative, picture = related.get_payload()
    assert [part.get_content_type() for part in alternative.get_payload()] == ["text/plain", "text/html"]
    assert picture.get_payload(decode=True) == PNG and picture.get_content_disposition() == "inline"
    assert f"cid:{picture['Content-ID'].strip('<>')}" in alternative.get_payload()[1].get_content()
    assert (pdf.get_filename(), pdf.get_content_type(), pdf.get_payload(decode=True)) == (NAME, "application/pdf", PDF)
    assert (csv.get_filename(), csv.get_payload(decode=True)) == ("own.csv", b"a;b\r\n1;2\r\n")
    assert not [defect for part in mail.walk() for defect in part.defects]


def test_whoever_looks_at_it_sees_the_picture(mary):
    page = mary.page
    page.goto("/emails/")
    page.locator("main tbody a").first.click()
    expect(page.frame_locator("main iframe").locator("img[alt='our garden']")).to_have_attribute(
        "src", re.compile("^data:image/png"))
    mary.look("mail-with-files")


def test_room_is_made_by_removing_what_ended_campaigns_were_sent_with(mary, opened):
    page = mary.page
    page.goto("/")
    page.locator("#account-menu-trigger").click()
    page.get_by_role("menuitem", name="Files").click()
    expect(page.locator("h1")).to_have_text("Files")
    mary.look("files")
    needed = page.locator("main tbody tr", has_text=NAME)
    expect(needed).to_contain_text("Template With files")
    expect(needed.locator("input[type=checkbox]")).to_have_count(0)
    own = page.locator("main tbody tr", has_text="own.csv")
    expect(own).to_contain_text("Single mail (ended)")
    own.get_by_label("Select own.csv").check()
    phone = opened("phone", like=mary)
    phone.page.goto("/files/")
    phone.look("files")
    press(page, "Remove selected")
    expect(page.locator("#confirm")).to_contain_text("cannot be undone")
    page.locator("#confirm [data-confirm-yes]").click()
    expect(page.locator("main tbody tr", has_text="own.csv")).to_have_count(0)
    expect(page.locator("#toaster")).to_contain_text("1 file is removed: 10 bytes.")
    page.goto("/emails/")
    page.locator("main tbody a").first.click()
    expect(page.get_by_role("note")).to_contain_text("own.csv (10 bytes)")
    mary.look("mail-without-its-file")


def test_a_page_with_text_that_is_not_saved_is_not_left_unasked(mary):
    page = mary.page
    asked = []

    def ask(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", ask)
    page.goto("/templates/")
    page.locator("main tbody a").first.click()
    page.wait_for_selector(".tox-tinymce")
    page.get_by_role("link", name="Templates").first.click()
    expect(page).to_have_url(re.compile("/templates/$"))
    assert asked == []
    page.locator("main tbody a").first.click()
    page.frame_locator(".tox-edit-area iframe").locator("body").click()
    page.keyboard.type("Not saved. ")
    page.get_by_role("link", name="Templates").first.click()
    expect(page).to_have_url(re.compile("/templates/$"))
    assert asked == ["beforeunload"]
    page.locator("main tbody a").first.click()
    page.fill("[name=subject]", "Saved")
    press(page, "Save")
    expect(page.locator("#toaster")).to_contain_text("is saved")
    assert asked == ["beforeunload"]
    page.remove_listener("dialog", ask)

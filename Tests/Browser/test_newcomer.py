"""A newcomer's way, from registration to the finished campaign, in a real browser against a real server.

The steps build on each other. Each page on the way is looked at: screenshot, axe, width, console, markup.
"""

import json
import re
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect

from acting import start_it
from looking import markup_errors

pytestmark = pytest.mark.journey

PASSWORD = "correct horse battery"
PEOPLE = [
    ("ada@example.org", "Ada", "Lovelace", "Analytical Engines", "United Kingdom", "London"),
    ("grace@example.org", "Grace", "Hopper", "Navy", "United States", "New York"),
    ("zoe@example.org", "Zoë", "Müller", "", "Austria", "Wien"),
    ("jose@example.org", "José", "García", "Acme; Sons, \"Ltd\"", "Spain", "Málaga"),
]
CSV = "Email;First Name;last_name;Company;country;city\r\n" + "".join(
    ";".join('"' + field.replace('"', '""') + '"' for field in person) + "\r\n" for person in PEOPLE
) + "not-an-address;Nobody;;;;\r\n"

BODY = "<p>Dear {first_name|friend},</p><p>an offer{#company} for {company}{/company}, delivered to {city}.</p>"
# Where a link of the mail leads: a page of the server itself, because there is no other one in a test.
LINK = '<p><a href="SITE/accounts/login/?for={company}">Have a look</a></p>'
# What a person's browser calls itself; a headless one is a machine.
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36"


@pytest.fixture(scope="module")
def ada(opened):
    """The newcomer's browser, kept through all steps."""
    return opened("desktop")


def press(page, name):
    page.get_by_role("main").get_by_role("button", name=name, exact=False).first.click()


def test_a_newcomer_registers_and_finds_first_steps(ada):
    page = ada.page
    page.goto("/")
    expect(page).to_have_url(re.compile("/accounts/login/"))
    ada.look("login")
    page.goto("/accounts/register/")
    page.fill("[name=username]", "ada")
    page.fill("[name=email]", "ada@example.com")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", "something else")
    ada.look("register")
    page.click("main button.btn")
    expect(page.locator("[name=password2]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=username]")).to_have_value("ada")
    ada.look("register-problem")
    page.fill("[name=password1]", PASSWORD)
    page.fill("[name=password2]", PASSWORD)
    page.click("main button.btn")
    expect(page).to_have_url(re.compile("/$"))
    expect(page.locator("main")).to_contain_text("Rehearsal")
    ada.look("dashboard-empty")


@pytest.mark.look
@pytest.mark.parametrize("path,name", [
    ("/recipients/", "recipients-empty"), ("/templates/", "templates-empty"), ("/campaigns/", "campaigns-empty"),
    ("/emails/", "queue-empty"), ("/logs/", "log-empty"), ("/profile/edit/", "sender")])
def test_an_empty_page_says_what_to_do(ada, path, name):
    assert ada.page.goto(path).status == 200
    expect(ada.page.locator("h1")).to_be_visible()
    ada.look(name)


def test_an_upload_shows_what_will_happen_and_then_does_it(ada, tmp_path_factory):
    page = ada.page
    file = tmp_path_factory.mktemp("upload") / "people.csv"
    file.write_bytes(CSV.encode("utf-8-sig"))
    page.goto("/recipients/upload/")
    ada.look("upload")
    page.set_input_files("[name=csv_file]", file)
    expect(page.locator("[data-upload-name]")).to_contain_text("people.csv")
    press(page, "Upload")
    page.wait_for_url(re.compile(r"/recipients/upload/\d+/"))
    expect(page.get_by_role("button", name=f"Import {len(PEOPLE)} recipients")).to_be_visible()
    expect(page.locator("main")).to_contain_text("not-an-address")
    ada.look("import-preview")
    press(page, "Import")
    expect(page.locator("main")).to_contain_text(f"{len(PEOPLE)} imported, 1 row left out")
    ada.look("import-finished")
    page.goto("/recipients/")
    for person in PEOPLE:
        expect(page.locator("main table")).to_contain_text(person[0])
    expect(page.locator("main table")).not_to_contain_text("not-an-address")
    ada.look("recipients")


def test_the_same_people_in_other_letters_are_nobody_new(ada, tmp_path_factory):
    page = ada.page
    file = tmp_path_factory.mktemp("upload") / "again.csv"
    file.write_bytes(CSV.replace("ada@", "ADA@").encode("utf-16"))
    page.goto("/recipients/upload/")
    page.set_input_files("[name=csv_file]", file)
    press(page, "Upload")
    page.wait_for_url(re.compile(r"/recipients/upload/\d+/"))
    expect(page.locator("main")).to_contain_text("First rows")
    ada.look("import-again")
    press(page, "Import" if page.get_by_role("button", name="Import").count() else "Finish")
    page.goto("/recipients/")
    expect(page.locator("main tbody tr")).to_have_count(len(PEOPLE))


def test_recipients_are_found_filtered_and_edited(ada):
    page = ada.page
    page.goto("/recipients/?q=müller")
    expect(page.locator("main tbody tr")).to_have_count(1)
    page.goto("/recipients/?city=Wien")
    expect(page.locator("main tbody tr")).to_have_count(1)
    link = page.locator("main tbody tr a[href^='/recipients/']").first.get_attribute("href")
    page.goto(re.match(r"/recipients/\d+/", link).group() + "edit/")
    expect(page.locator("[name=email]")).to_have_value("zoe@example.org")
    page.fill("[name=free_field1]", "likes tea")
    ada.look("recipient")
    press(page, "Save")
    page.goto("/recipients/?q=tea")
    expect(page.locator("main tbody")).to_contain_text("zoe@example.org")


def test_a_template_is_written_and_seen_with_a_real_recipient(ada, server):
    page = ada.page
    page.goto("/templates/create/")
    page.fill("[name=name]", "Offer")
    page.fill("[name=subject]", "Tea for {first_name|you}")
    page.wait_for_selector(".tox-tinymce")
    page.get_by_role("button", name="Source").click()
    page.fill("[name=body]", BODY + LINK.replace("SITE", server.address))
    ada.look("template-edit")
    press(page, "Save")
    page.wait_for_url(re.compile(r"/templates/\d+/edit/"))
    preview = page.frame_locator("iframe.preview-frame")
    expect(preview.locator("body")).to_contain_text("an offer")
    page.goto("/templates/")
    expect(page.locator("main")).to_contain_text("Offer")
    ada.look("templates")


def test_an_unknown_merge_tag_is_told_when_it_is_saved(ada):
    page = ada.page
    page.goto("/templates/create/")
    page.fill("[name=name]", "Typo")
    page.fill("[name=subject]", "For {frist_name}")
    page.wait_for_selector(".tox-tinymce")
    press(page, "Save")
    expect(page.locator("main")).to_contain_text("frist_name")
    ada.look("template-problem")


def create_campaign(ada, name, shot):
    page = ada.page
    page.goto("/campaigns/create/")
    page.fill("[name=name]", name)
    page.select_option("[name=template]", label="Offer")
    ada.look(shot)
    press(page, "Check and start")
    page.wait_for_url(re.compile(r"/campaigns/\d+/preflight/$"))
    checked = page.url
    # Whoever goes back is led to the campaign that there is, and makes no second one.
    page.go_back()
    page.wait_for_url(re.compile(r"/campaigns/\d+/edit/$"))
    expect(page.locator("[name=name]")).to_have_value(name)
    press(page, "Check and start")
    page.wait_for_url(checked)
    expect(page.locator("#preflight .alert").first).to_contain_text("not started yet", ignore_case=True)
    expect(page.locator("#preflight .alert").first).to_contain_text(re.compile(r"It goes to \d+ recipients?\. .+ It begins"))
    ada.look(f"{shot}-question")
    start_it(page)
    expect(page).to_have_url(re.compile(r"/campaigns/\d+/$"))


def test_a_rehearsal_shows_what_would_have_been_sent(ada):
    page = ada.page
    create_campaign(ada, "Rehearsal", "campaign-create")
    expect(page.locator("main .badge[data-state=finished]").first).to_be_visible(timeout=30_000)
    expect(page.locator("dl.facts dt", has_text="Finished")).to_be_visible()
    ada.look("campaign-rehearsed")
    page.goto("/emails/1/")
    expect(page.locator("main")).to_contain_text("Message-ID")
    ada.look("message-rehearsed")


def test_the_sender_is_tried_before_it_is_used(ada, receiver):
    page = ada.page
    page.goto("/profile/edit/")
    page.select_option("[name=kind]", "smtp")
    page.fill("[name=smtp_host]", "smtp.invalid")
    page.select_option("[name=smtp_security]", "none")
    press(page, "Test connection")
    expect(page.locator("#sender-test [role=alert]")).to_contain_text("smtp.invalid", timeout=30_000)
    ada.look("sender-test-failed")
    page.fill("[name=smtp_host]", "127.0.0.1")
    page.fill("[name=smtp_port]", str(receiver.port))
    page.fill("[name=from_email]", "ada@example.com")
    page.fill("[name=max_emails_per_hour]", "1000")
    press(page, "Test connection")
    expect(page.locator("#sender-test [role=status]")).to_be_visible()
    press(page, "Send me a test mail")
    (to, mail), = receiver.wait(1)
    assert to == "ada@example.com" and mail["From"].addresses[0].addr_spec == "ada@example.com"
    ada.look("sender-tested")
    press(page, "Save")
    expect(page.locator("[name=smtp_host]")).to_have_value("127.0.0.1")
    expect(page.locator("main")).not_to_contain_text("Rehearsal: nothing leaves")


def test_the_postal_address_is_asked_for_and_kept(ada):
    page = ada.page
    page.goto("/")
    page.get_by_role("link", name="Write down your postal address").click()
    page.fill("[name=postal_address]", "{city}")
    press(page, "Save")
    expect(page.locator("[name=postal_address]")).to_have_attribute("aria-invalid", "true")
    ada.look("account-problem")
    page.fill("[name=postal_address]", "Ada Ltd\n1 Main Street\nLondon")
    press(page, "Save")
    expect(page.locator("[name=postal_address]")).to_have_value("Ada Ltd\n1 Main Street\nLondon")
    ada.look("account")


def test_a_campaign_reaches_everybody_exactly_once(ada, receiver):
    page = ada.page
    create_campaign(ada, "Tea", "campaign-create-smtp")
    mails = receiver.wait(1 + len(PEOPLE))[1:]
    assert sorted(to.lower() for to, _ in mails) == sorted(person[0] for person in PEOPLE)
    expect(page.locator("main .badge[data-state=finished]").first).to_be_visible(timeout=30_000)
    ada.look("campaign-finished")
    by_address = dict(mails)
    zoe, jose = by_address["zoe@example.org"], by_address["jose@example.org"]
    assert zoe["Subject"] == "Tea for Zoë"
    assert zoe["To"].addresses[0].addr_spec == "zoe@example.org"
    html = jose.get_body(("html",)).get_content()
    assert "an offer for Acme; Sons, &quot;Ltd&quot;, delivered to Málaga" in html.replace("&#34;", "&quot;")
    assert " for " not in zoe.get_body(("html",)).get_content().split("an offer")[1].split(",")[0]
    assert "Dear Zoë," in zoe.get_body(("plain",)).get_content()
    for kind in ("html", "plain"):
        text = zoe.get_body((kind,)).get_content()
        assert "1 Main Street" in text and "/unsubscribe/" in text
    assert zoe["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_who_opens_and_clicks_is_in_the_statistics(ada, receiver, chromium, server):
    page = ada.page
    page.goto("/campaigns/2/statistics/")
    expect(page.locator("main")).to_contain_text("Nobody has opened it yet")
    ada.look("statistics-empty")
    jose = dict(receiver.wait(1 + len(PEOPLE))[1:])["jose@example.org"]
    html = jose.get_body(("html",)).get_content()
    (link,) = re.findall(r'href="([^"]+/track/click/[^"]+)"', html)
    assert link.startswith(server.address) and "login" not in html
    with chromium.new_context(user_agent=AGENT) as reader:
        mail = reader.new_page()
        with mail.expect_response(re.compile("/track/pixel/")) as picture:
            mail.set_content(html)
        assert picture.value.ok and picture.value.headers["content-type"] == "image/gif"
        mail.goto(link)
        expect(mail).to_have_url(f"{server.address}/accounts/login/?for=Acme;%20Sons,%20%22Ltd%22")
    for _ in range(40):
        page.goto("/campaigns/2/statistics/")
        if page.locator(".chart canvas").count():
            break
        page.wait_for_timeout(250)
    expect(page.locator(".chart canvas")).to_be_visible()
    expect(page.locator("main")).to_contain_text("/accounts/login/?for={company}")
    opened_by, clicked_by = (page.locator(".stat", has_text=name).first.locator("dd").first for name in ("Opened", "Clicked"))
    expect(opened_by).to_have_text("1")
    expect(clicked_by).to_have_text("1")
    ada.look("statistics")
    page.get_by_role("link", name="By recipient").click()
    page.get_by_role("link", name="Clicked", exact=True).click()
    expect(page.locator("main tbody tr")).to_have_count(1)
    expect(page.locator("main tbody")).to_contain_text("jose@example.org")
    ada.look("readers")


def test_statistics_are_printed_light_and_without_what_one_does_with_them(ada):
    page = ada.page
    page.goto("/campaigns/2/statistics/")
    expect(page.locator(".chart canvas")).to_be_visible()
    page.evaluate("martletTheme.set('dark'); window.print = () => { document.body.dataset.printed = '1'; }")
    page.get_by_role("button", name="Print or save as PDF").click()
    expect(page.locator("body[data-printed]")).to_have_count(1)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert page.evaluate("document.getAnimations().length") == 0, "paper does not wait for a transition"
    expect(page.locator("html:not(.dark)")).to_have_count(1)
    for hidden in (".sidebar", ".topbar", ".page-actions"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".chart canvas")).to_be_visible()
    assert page.locator("main").bounding_box()["x"] == 0
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.locator("html.dark")).to_have_count(1)
    page.evaluate("martletTheme.set('system')")


def test_queue_log_and_dashboard_agree(ada):
    page = ada.page
    page.goto("/logs/")
    for person in PEOPLE:
        expect(page.locator("main")).to_contain_text(person[0], ignore_case=True)
    ada.look("log")
    page.goto("/emails/")
    ada.look("queue")
    page.goto("/campaigns/")
    ada.look("campaigns")
    page.goto("/")
    expect(page.locator(".chart canvas")).to_be_visible()
    ada.look("dashboard")


def test_a_draft_is_checked_and_seen_as_each_recipient_gets_it(ada, receiver, server):
    page = ada.page
    page.goto("/templates/create/")
    page.fill("[name=name]", "Gaps")
    page.fill("[name=subject]", "News for {first_name|you}")
    page.wait_for_selector(".tox-tinymce")
    page.get_by_role("button", name="Source").click()
    page.fill("[name=body]", f'<p>{{company}}: <a href="/offers">offers</a></p><p><img src="{server.address}/track/pixel/none/"></p>')
    press(page, "Save")
    page.wait_for_url(re.compile(r"/templates/\d+/edit/"))
    page.goto("/campaigns/create/")
    page.fill("[name=name]", "Gaps")
    page.select_option("[name=template]", label="Gaps")
    press(page, "Save as draft")
    page.wait_for_url(re.compile(r"/campaigns/\d+/$"))
    path = re.search(r"/campaigns/\d+/", page.url).group()
    page.get_by_role("link", name="Check and start").click()
    main = page.locator("main")
    expect(main).to_contain_text("1 recipient has no “company”")
    expect(main.get_by_role("link", name="zoe@example.org")).to_be_visible()
    expect(main).to_contain_text("“/offers” leads nowhere")
    expect(main).to_contain_text("1 picture has no description")
    ada.look("preflight")
    page.get_by_role("link", name="Preview", exact=False).first.click()
    page.fill("[name=q]", "zoe")
    press(page, "Show")
    expect(main.locator("h2").first).to_have_text("News for Zoë")
    frame = page.frame_locator("iframe.preview-frame")
    expect(frame.locator("body")).to_contain_text("1 Main Street")
    wide = page.locator("iframe.preview-frame").bounding_box()["width"]
    page.check("#preview-phone")
    assert page.locator("iframe.preview-frame").bounding_box()["width"] < 400 < wide
    ada.look("campaign-preview")
    page.get_by_role("tab", name="Source").click()
    expect(page.locator("#mail-panel-4")).to_contain_text("Content-Type: multipart/alternative")
    page.get_by_role("tab", name="Headers").click()
    expect(page.locator("#mail-panel-3")).to_contain_text("List-Unsubscribe")
    ada.look("campaign-preview-headers")
    before = len(receiver.mails)
    page.fill("[name=to]", "boss@example.com")
    press(page, "Send the test")
    expect(page.locator("#test [role=status]")).to_contain_text("accepted")
    to, mail = receiver.wait(before + 1)[-1]
    assert (to, mail["Subject"], mail["X-Martlet-Test"]) == ("boss@example.com", "[Test] News for Zoë", "yes")
    ada.look("campaign-test")
    page.goto(path + "mail/")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"recipient=\d+"))


def test_addresses_are_suppressed_imported_and_taken_off_again(ada, tmp_path_factory):
    page = ada.page
    page.goto("/suppressions/")
    ada.look("suppressions-empty")
    page.get_by_role("link", name="Add addresses").click()
    page.fill("[name=addresses]", "old@example.org\nnobody")
    press(page, "Suppress")
    expect(page.locator("[name=addresses]")).to_have_attribute("aria-invalid", "true")
    ada.look("suppressions-add-problem")
    page.fill("[name=addresses]", "old@example.org, José <jose@example.org>")
    page.fill("[name=note]", "asked by phone")
    press(page, "Suppress")
    expect(page.locator("main table")).to_contain_text("asked by phone")
    ada.look("suppressions")
    file = tmp_path_factory.mktemp("upload") / "unsubscribed.csv"
    file.write_text("email,reason\ngone@example.org,unsubscribed\nnobody,\n")
    page.goto("/suppressions/import/")
    page.set_input_files("[name=csv_file]", file)
    press(page, "Import")
    expect(page.locator("main")).to_contain_text("1 address was added.")
    expect(page.locator("main")).to_contain_text("Line 3")
    ada.look("suppressions-imported")
    page.goto("/campaigns/create/")
    expect(page.locator("main")).to_contain_text("1 of them suppressed")
    page.goto("/suppressions/?q=gone")
    page.get_by_role("link", name="Take gone@example.org off the list").click()
    page.fill("[name=why]", "She wrote to us")
    press(page, "Take it off")
    expect(page.locator("main")).to_contain_text("This person decided")
    ada.look("suppressions-remove")
    page.check("[name=asked]")
    press(page, "Take it off")
    page.get_by_role("link", name="What was taken off this list").click()
    expect(page.locator("main table")).to_contain_text("She wrote to us")
    ada.look("suppressions-removed")


def test_a_program_gets_a_token_until_it_is_revoked(ada, server):
    page = ada.page
    page.goto("/")
    page.get_by_role("link", name="API tokens").click()
    expect(page.locator("h1")).to_have_text("API tokens")
    ada.look("tokens-empty")
    page.fill("[name=name]", "Shop")
    page.fill("[name=password]", "wrong")
    press(page, "Make the token")
    expect(page.locator("[name=password]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=name]")).to_have_value("Shop")
    ada.look("token-problem")
    page.fill("[name=password]", PASSWORD)
    press(page, "Make the token")
    token = page.locator("#new-token").inner_text().strip()
    ada.look("token-made")

    def delivered():
        return asked(f"{server.address}/api/v1/account", token)

    status, account = delivered()
    assert (status, account["messages"]["delivered"]) == (200, 2 * len(PEOPLE))
    page.goto("/profile/tokens/")
    expect(page.locator("main")).not_to_contain_text(token)
    expect(page.locator("main table")).to_contain_text("Shop")
    ada.look("tokens")
    press(page, "Revoke")
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(page.locator("main")).to_contain_text("No tokens yet")
    status, problem = delivered()
    assert (status, problem["error"]["code"]) == (401, "bad_token")


def asked(address, token):
    """What the API answers to a program."""
    request = urllib.request.Request(address, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


EVERY_PAGE = ["/", "/recipients/", "/recipients/upload/", "/recipients/create/", "/recipients/1/edit/", "/recipients/upload/1/", "/templates/", "/templates/designs/", "/templates/create/", "/templates/create/?design=offer", "/templates/1/edit/",
              "/campaigns/", "/campaigns/calendar/", "/notices/", "/campaigns/compare/", "/campaigns/create/", "/campaigns/1/", "/campaigns/1/messages/", "/campaigns/2/statistics/", "/campaigns/2/statistics/recipients/", "/emails/", "/emails/1/", "/emails/create/", "/logs/",
              "/profile/edit/", "/profile/domain/", "/profile/tokens/", "/profile/tracking/", "/profile/account/", "/suppressions/", "/suppressions/add/", "/suppressions/import/",
              "/suppressions/removed/", "/campaigns/3/", "/campaigns/3/preflight/", "/campaigns/3/mail/",
              "/accounts/password_change/", "/not-there/"]


@pytest.mark.look
@pytest.mark.parametrize("kind", ["phone", "dark"])
@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_page_is_good_on_a_phone_and_in_the_dark(opened, ada, views, kind, path):
    looker = views(kind, ada)
    assert looker.page.goto(path).status == (404 if path == "/not-there/" else 200)
    if kind == "phone" and path == "/":
        looker.page.get_by_role("button", name="Menu").click()
        expect(looker.page.locator("#sidebar nav")).to_be_in_viewport()
        looker.page.keyboard.press("Escape")
    if kind == "phone" and path == "/logs/":
        expect(looker.page.locator("main tbody tr .badge").first).to_be_in_viewport(ratio=1)
    looker.look("page" + (path.replace("/", "-").rstrip("-") or "-dashboard"))


@pytest.fixture(scope="module")
def views(opened):
    known = {}
    return lambda kind, like: known.get(kind) or known.setdefault(kind, opened(kind, like=like))


# Each would set `hacked` if anything of it ran. Known ways around sanitisers, broken nesting and foreign content among them.
HOSTILE = [
    "<script>hacked=1</script>", "<img src=x onerror=hacked=1>", "<svg onload=hacked=1>", "<svg><script>hacked=1</script></svg>",
    "<body onload=hacked=1>", "<p style='background:url(javascript:hacked=1)'>", "<iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<a href='javascript:hacked=1' id=link>x</a>", "<a href='java\tscript:hacked=1' id=link>x</a>", "<a href='&#1;javascript:hacked=1' id=link>x</a>",
    "<a href='data:text/html,<script>opener.hacked=1</script>' id=link>x</a>", "<meta http-equiv=refresh content='0;url=javascript:hacked=1'>",
    "<base href='javascript:hacked=1//'><a href='/x' id=link>x</a>", "<form action='javascript:hacked=1'><button id=link>x</button></form>",
    "<button form=f formaction='javascript:hacked=1' id=link>x</button><form id=f></form>", "<input autofocus onfocus=hacked=1>",
    "<details open ontoggle=hacked=1>", "<video><source onerror=hacked=1></video>", "<marquee onstart=hacked=1>x</marquee>",
    "<style>@import 'data:text/css,x';</style><style><img src=x onerror=hacked=1></style>", "<object data='javascript:hacked=1'></object>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=hacked=1&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror=hacked=1>'>", "<noscript><p title='</noscript><img src=x onerror=hacked=1>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=hacked=1>", "<xmp><p title='</xmp><img src=x onerror=hacked=1>'>",
    "<table><td><svg><desc><td><title><a id='</title><img src=x onerror=hacked=1>'>", "<select><template><style><!--</style><a rel='--></style></template></select><img src=x onerror=hacked=1>'>",
    "<svg><![CDATA[><img src=x onerror=hacked=1>]]>", "<![CDATA[<img src=x onerror=hacked=1>]]>", "<?xml <img src=x onerror=hacked=1> ?>",
    "<!--><img src=x onerror=hacked=1>-->", "<!--[if gte IE 4]><script>hacked=1</script><![endif]-->", "<img src='x' style='x:expression(hacked=1)'>",
    "<img src=`x`onerror=hacked=1>", "<img/src/onerror=hacked=1>", "<a/href=javascript&colon;hacked=1 id=link>x", "<image src=x onerror=hacked=1>",
    "<textarea><img title='</textarea><img src=x onerror=hacked=1>'>", "<title><img title='</title><img src=x onerror=hacked=1>'>",
    "<plaintext><img src=x onerror=hacked=1>", "<img src=x on{city}error=hacked=1>", "<{first_name|script}>hacked=1</{first_name|script}>",
    "<img src=x {first_name|onerror=hacked=1}>", "<a href='{free_field1}' id=link>x</a>", "<a href='{first_name|javascript:hacked=1}' id=link>x</a>",
    "<div><b><i><p></b></i></div></p><img src=x onerror=hacked=1", "<" * 500 + "img src=x onerror=hacked=1>", "<p>" * 3000 + "<img src=x onerror=hacked=1>",
]


@pytest.mark.look
def test_no_html_runs_anything_in_a_preview_even_without_its_policy(ada, chromium):
    page = ada.page
    page.goto("/recipients/1/edit/")
    page.fill("[name=free_field1]", "javascript:hacked=1")
    press(page, "Save")
    page.goto("/templates/create/")
    token = page.locator("[name=csrfmiddlewaretoken]").first.get_attribute("value")
    context = chromium.new_context()
    bare = context.new_page()
    for html in HOSTILE:
        answer = page.request.post("/templates/preview/frame/", headers={"Origin": page.url.split("/templates")[0]}, form={
            "csrfmiddlewaretoken": token, "subject": "x" * 2000, "body": html, "preview_recipient": "ada@example.org"})
        assert answer.status == 200, html[:100]
        # Without sandbox and policy, so that only what the sanitiser left counts.
        bare.goto("about:blank")
        bare.set_content(answer.text(), wait_until="load")
        # A link that leads into the web, to this very page or to no address runs nothing.
        bare.evaluate("""() => { for (const e of document.querySelectorAll('#link'))
            if (!/^(https?|about)?:$/.test(e.protocol)) e.click(); }""")
        assert bare.evaluate("() => new Promise(done => setTimeout(() => done(window.hacked === undefined), 20))"), html[:200]
        found = bare.evaluate("""() => [...document.querySelectorAll('*')].filter(e =>
            /^(script|iframe|object|embed|form|input|button|select|textarea|svg|math|base|link|template|noscript|video|audio)$/
                .test(e.localName) || [...e.attributes].some(a => /^on/.test(a.name) ||
                    (/^(href|src|action|formaction)$/.test(a.name) && /^[\\x00-\\x20]*((javascript|vbscript)[\\x00-\\x20]*:|data:text)/i.test(a.value))
                    )).map(e => e.outerHTML.slice(0, 100))""")
        assert found == [], html[:200]
    context.close()


@pytest.mark.look
def test_another_account_sees_nothing_of_it(opened):
    eve = opened("desktop")
    page = eve.page
    page.goto("/accounts/register/")
    for name, value in [("username", "eve"), ("email", "eve@example.com"), ("password1", PASSWORD), ("password2", PASSWORD)]:
        page.fill(f"[name={name}]", value)
    page.click("main button.btn")
    expect(page).to_have_url(re.compile("/$"))
    for path in ["/recipients/1/", "/recipients/1/edit/", "/recipients/upload/1/", "/templates/1/edit/", "/campaigns/1/",
                 "/campaigns/1/edit/", "/campaigns/2/statistics/", "/emails/1/"]:
        assert page.goto(path).status == 404, path
    page.goto("/recipients/")
    expect(page.locator("main")).not_to_contain_text("ada@example.org")


@pytest.mark.look
def test_every_page_seen_is_valid_html():
    assert markup_errors() == []

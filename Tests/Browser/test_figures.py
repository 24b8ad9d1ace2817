"""The cards of figures, by the style sheet itself: how many there are differs by campaign and account."""

import pathlib

import pytest

STYLES = pathlib.Path(__file__).parents[2] / ".assets" / "static" / "app.css"


@pytest.fixture(scope="module")
def sheet(chromium):
    page = chromium.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("width", [390, 900, 1280])
def test_no_card_is_alone_beside_nothing(sheet, width):
    sheet.set_viewport_size({"width": width, "height": 900})
    for count in range(2, 11):
        cards = "<div class=stat><dt>Delivered</dt><dd>7</dd></div>" * count
        sheet.set_content(f"<dl class=stats>{cards}</dl>")
        sheet.add_style_tag(path=STYLES)
        boxes = [card.bounding_box() for card in sheet.locator(".stat").all()]
        last = [box for box in boxes if box["y"] == boxes[-1]["y"]]
        whole = sheet.locator(".stats").bounding_box()["width"]
        assert len(last) > 1 or last[0]["width"] > 0.9 * whole, f"{count} cards at {width} pixels"

"""René comes from Nantes with nothing but the pass that Anna sent him. At the lobby he types who he
is with the screen's own keys, and signs the registration form with his finger on the glass.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import expect

from node.base.ids import id_text
from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone, eight_signs
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
ARRIVES = datetime(2026, 11, 26, 15, tzinfo=UTC)
SIGNS = {" ": "Leerzeichen", "-": "Bindestrich"}
ACCENTS = "éèñçøč"
SHIFT, DELETE, MARKED = "Großbuchstaben", "Löschen", "éñ: Buchstaben mit Akzenten"
TWO_STROKES = re.compile("^[^;]+;[^;]+$")
INK = """canvas => {
  const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let inked = 0;
  for (let at = 3; at < data.length; at += 4) if (data[at]) inked += 1;
  return inked;
}"""


def stays(town: Town) -> str:
    return id_text(town.cast.files.id_of("reservation", "R-4"))


def comes(town: Town, opens: Opens) -> Screen:
    """The lobby with the pass of the stay, on the day of arrival."""
    phone, lobby = opens("phone"), opens("lobby")
    at_the_phone(town, phone, "anna")
    phone.open(f"/mine/{stays(town)}/pass")
    signs = eight_signs(phone)
    town.clock.set(ARRIVES)
    lobby.open("/kiosk/check-in")
    lobby.page.locator("#code").tap()
    types(lobby, signs.lower())
    lobby.touch("Weiter", within=".scan")
    lobby.is_titled("Willkommen.")
    lobby.touch("Gäste und Meldeschein")
    return lobby


def types(lobby: Screen, text: str) -> None:
    """Touch the keys of the screen, one after the other."""
    for sign in text:
        if sign.lower() in ACCENTS:
            lobby.press(MARKED)
        lobby.press(SIGNS.get(sign, sign))


def in_field(lobby: Screen, label: str, text: str) -> None:
    lobby.field(label).tap()
    types(lobby, text)


def fingers(page: Any, *strokes: list[tuple[float, float]], palm: bool = False) -> None:
    """Draw on the glass as a touchscreen tells of it; a palm may lie there meanwhile."""
    touch = page.context.new_cdp_session(page)
    resting = [{"x": 900, "y": 1750, "id": 7}] if palm else []

    def tell(kind: str, points: list[dict[str, float]]) -> None:
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    for stroke in strokes:
        down, *on = [{"x": x, "y": y, "id": 1} for x, y in stroke]
        tell("touchStart", [down])
        if resting:
            box = page.locator("canvas").bounding_box()
            resting = [{"x": box["x"] + box["width"] - 30, "y": box["y"] + 30, "id": 7}]
            tell("touchStart", [down, *resting])
        for number, point in enumerate(on):
            moved = [{**each, "x": each["x"] - 10 * number} for each in resting]
            tell("touchMove", [point, *moved])
        # A hand stops before it leaves the glass: lifted on the way it is a fling to the browser,
        # which then makes no click of the next touch.
        page.wait_for_timeout(200)
        tell("touchEnd", [])
        page.wait_for_timeout(400)
    touch.detach()


def signature(page: Any) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Two strokes over the field: a wave, and a line below it."""
    field = page.locator("canvas")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    left, top = box["x"] + 40, box["y"] + 60
    wave = [(left + 15 * step, top + (step % 5) * 14) for step in range(40)]
    line = [(left + 20 * step, top + 120 + step) for step in range(25)]
    return wave, line


def test_a_name_is_typed_with_the_screens_own_keys(town: Town, opens: Opens) -> None:
    town.start("home")
    lobby = comes(town, opens)
    lobby.touch("Person 1")
    name = lobby.field("Vor- und Familienname")
    name.tap()
    lobby.is_well()
    keys = lobby.page.locator(".keyboard")
    expect(keys.get_by_role("button", name=SHIFT)).to_have_attribute("aria-pressed", "true")
    types(lobby, "Rebé")
    lobby.press(DELETE)
    lobby.press(DELETE)
    types(lobby, "né Müßig-")
    expect(name).to_have_value("René Müßig-")
    # Each part of a name begins with a capital; one touch makes it a small letter.
    lobby.press(SHIFT)
    types(lobby, "de Ø")
    expect(name).to_have_value("René Müßig-de Ø")
    for _ in range(4):
        lobby.press(DELETE)
    lobby.press(MARKED)
    lobby.is_well()
    boxes = [key.bounding_box() for key in keys.get_by_role("button").all()]
    assert all(box["width"] >= 72 and box["height"] >= 72 for box in boxes if box)
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 1080 for box in boxes if box)
    field = name.bounding_box()
    assert field is not None
    assert field["y"] + field["height"] < min(box["y"] for box in boxes if box)
    lobby.press("Č")
    expect(name).to_have_value("René Müßig-Č")
    lobby.touch("Deutsche Staatsangehörigkeit")
    lobby.is_titled("Danke, alles ist gesagt.")
    lobby.sees("René Müßig-Č")


def test_where_german_is_not_the_language_its_letters_are_there_too(
    town: Town, opens: Opens
) -> None:
    town.start("home")
    lobby = comes(town, opens)
    for language, code, typed in (
        ("English", "en", "Jürgen Weiß"),
        ("Türkçe", "tr", "Çağrı Jäger"),
    ):
        lobby.touch(language)
        expect(lobby.page.locator("html")).to_have_attribute("lang", code)
        lobby.page.wait_for_load_state()
        lobby.page.goto(f"{lobby.address}/kiosk/check-in/guests/0")
        lobby.page.locator("#name").tap()
        for sign in typed:
            row = lobby.page.locator(".keyboard")
            space = row.locator(".keyboard-space")
            (space if sign == " " else row.get_by_text(sign, exact=True)).tap()
        expect(lobby.page.locator("#name")).to_have_value(typed)
        boxes = [key.bounding_box() for key in lobby.page.locator(".keyboard-key").all()]
        assert all(box["width"] >= 72 and box["x"] + box["width"] <= 1080 for box in boxes if box)
        lobby.page.goto(f"{lobby.address}/kiosk/check-in/guests")


def test_a_form_is_signed_with_a_finger_on_the_glass(town: Town, opens: Opens) -> None:
    town.start("home")
    lobby, desk = comes(town, opens), opens("desk")
    page = lobby.page
    lobby.touch("Person 1")
    in_field(lobby, "Vor- und Familienname", "René Petit")
    lobby.touch("Nur eine andere Staatsangehörigkeit")
    lobby.touch("Meldeschein")
    expect(lobby.field("Familienname")).to_have_value("Petit")
    expect(lobby.field("Vornamen")).to_have_value("René")
    lobby.field("Geburtsdatum").tap()
    types(lobby, "29")
    lobby.press("123: Zahlen und Zeichen")
    types(lobby, ".02.1984")
    in_field(lobby, "Staatsangehörigkeiten", "französisch")
    in_field(lobby, "Anschrift", "12 rue du port nantes")
    in_field(lobby, "Seriennummer des Passes", "22ab12345")
    lobby.is_well()
    lobby.touch("Weiter zur Unterschrift")
    lobby.is_titled("Meldeschein unterschreiben")
    lobby.sees("René", "29.02.1984", "22ab12345")
    lobby.is_well()
    lobby.touch("Unterschreiben")
    lobby.sees("In dem Feld steht noch keine Unterschrift.")
    signs(page)
    lobby.picture()
    lobby.touch("Unterschreiben")
    lobby.is_titled("Danke, alles ist gesagt.")
    lobby.is_well()
    # What was said belongs to him: the next person at this screen sees none of it.
    page.goto(f"{lobby.address}/kiosk/check-in/guests/0/form")
    lobby.does_not_see("22ab12345", "29.02", "rue du port")
    at_the_desk(desk)
    desk.open(f"/desk/guests/{stays(town)}")
    desk.sees("René Petit", "unterschrieben")


def signs(page: Any) -> None:
    """Once for nothing, then again with a palm on the glass; what the field keeps of it."""
    box = page.locator("canvas").bounding_box()
    assert box["y"] > 1920 / 3, "within reach from a wheelchair"
    assert box["y"] + box["height"] < 1920, "and without scrolling"
    assert box["width"] > 800
    wave, line = signature(page)
    kept = page.locator("[name=strokes]")
    fingers(page, wave, line)
    expect(kept).to_have_value(TWO_STROKES)
    assert page.locator("canvas").evaluate(INK) > 2000
    page.get_by_role("button", name="Noch einmal").tap()
    # A touch is a click only a moment later.
    expect(kept).to_have_value("")
    assert page.locator("canvas").evaluate(INK) == 0
    fingers(page, wave, line, palm=True)
    # The palm draws nothing.
    expect(kept).to_have_value(TWO_STROKES)
    wave_kept = kept.input_value().partition(";")[0]
    across = [int(point.partition(",")[0]) for point in wave_kept.split()]
    assert all(before < after for before, after in pairwise(across)), "nor bends what is drawn"
    # The dot of an i is a touch that goes nowhere.
    fingers(page, [(box["x"] + 700, box["y"] + 40)])
    expect(kept).to_have_value(re.compile(";.*;"))

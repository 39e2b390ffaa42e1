"""Demir has a queue in front of him and his hands on the keys: the plan, the search, the list."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.keys import BY_HAND, Keys
from tests.browser.people import at_the_desk, at_the_phone, books
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
HERE = "document.activeElement"
ROW = f"() => {HERE}.closest('tr').rowIndex"


def focused(desk: Screen, what: str = "href") -> str:
    found = desk.page.evaluate(f"() => {HERE}.getAttribute('{what}') ?? ''")
    assert isinstance(found, str)
    return found


def keys(desk: Screen, *names: str) -> None:
    for name in names:
        desk.page.keyboard.press(name)


def test_the_plan_is_one_stop_and_the_arrow_keys_go_through_it(town: Town, opens: Opens) -> None:
    town.start("home")
    desk = opens("desk")
    at_the_desk(desk)
    desk.open("/desk/plan?day=2026-12-01")
    desk.is_well()
    stops = desk.page.locator("[data-grid] td a[tabindex='0']")
    assert stops.count() == 1
    desk.page.locator("[data-grid] td a[href*='kind=room']").first.focus()
    first = focused(desk)
    keys(desk, "ArrowRight")
    second = focused(desk)
    assert "/desk/find?kind=room&day=2026-12-01" in second
    assert second != first
    keys(desk, "ArrowLeft")
    assert focused(desk) == first
    row = desk.page.evaluate(ROW)
    keys(desk, "ArrowDown")
    assert desk.page.evaluate(ROW) == row + 1, "the next place, at about the same hour"
    keys(desk, "ArrowUp", "Home")
    assert focused(desk) == first
    keys(desk, "End", "Home")
    assert focused(desk) == first
    assert desk.page.locator("[data-grid] td a[tabindex='0']").count() == 1
    keys(desk, "ArrowRight", "n")
    desk.page.wait_for_url("**/desk/find?*")
    desk.is_well()


def test_what_is_found_is_opened_by_keys_alone(town: Town, opens: Opens) -> None:
    town.start("home")
    desk = opens("desk")
    at_the_desk(desk)
    desk.is_well()
    keys(desk, "/")
    assert focused(desk, "id") == "query"
    desk.page.keyboard.type("Gartenz")
    keys(desk, "Enter")
    desk.page.wait_for_url("**/desk/search?*")
    desk.is_well()
    assert "/desk/plan?space=" in focused(desk)
    keys(desk, "ArrowUp")
    assert focused(desk, "id") == "query", "above the first is the field"
    desk.open("/desk")
    keys(desk, "8")
    desk.is_titled("Reinigung")
    desk.is_well()


def test_the_board_follows_while_the_hands_stay_where_they_are(town: Town, opens: Opens) -> None:
    """Demir stands on a link of the board while somebody else books: it comes, he stays."""
    town.start("home")
    board, other = opens("desk"), opens("desk")
    for each in (board, other):
        at_the_desk(each)
    board.open("/desk")
    board.is_well()
    link = board.page.locator("#board a[href='/desk/turnover']")
    link.focus()
    other.open("/desk/search?query=Clara")
    other.touch("Clara Moreau", within="[aria-labelledby=found-persons]")
    other.touch("Für diese Person buchen")
    other.type("Tag", "2026-11-24")
    other.type("Von", "18:00")
    other.type("Bis", "20:00")
    other.type("Personen", "12")
    other.touch("Suchen", within="form.panel")
    other.touch("Buchen Hofsaal")
    board.page.locator("#board").get_by_text("Clara Moreau").first.wait_for()
    assert focused(board) == "/desk/turnover"
    board.is_well()


def test_somebody_in_the_queue_is_served_by_keys_alone(town: Town, opens: Opens) -> None:
    """Demir finds Clara, books for her, gives it up and takes that back."""
    town.start("home")
    desk = opens("desk")
    at_the_desk(desk)
    hands, signing_in = Keys(desk), desk.touches
    desk.open("/desk")
    keys(desk, "/")
    desk.page.keyboard.type("Clara", delay=BY_HAND)
    keys(desk, "Enter")
    desk.page.wait_for_url("**/desk/search?query=Clara")
    hands.presses("Clara Moreau")
    desk.is_titled("Clara Moreau")
    hands.presses("Für diese Person buchen")
    desk.page.wait_for_url("**/desk/find?*")
    hands.types_day("Tag", 24, 11, 2026)
    hands.types("Von", "1500")
    hands.types("Bis", "1900")
    hands.goes_to("Personen")
    keys(desk, "Control+a")
    desk.page.keyboard.type("12", delay=BY_HAND)
    keys(desk, "Enter")
    desk.page.wait_for_url("**/desk/find?*starts=15*")
    hands.presses("Buchen Hofsaal")
    desk.is_titled("Hofsaal")
    desk.sees("bestätigt")
    hands.presses("Buchung absagen")
    desk.sees("abgesagt")
    hands.presses("Zurücknehmen")
    desk.sees("bestätigt")
    desk.is_well()
    assert desk.touches == signing_in


def test_after_each_press_the_answer_has_the_focus_and_undoing_is_next(
    town: Town, opens: Opens
) -> None:
    """Nobody goes through all the ways again to take back what a key did by mistake."""
    town.start("home")
    phone, desk = opens("phone"), opens("desk")
    at_the_phone(town, phone, "anna")
    books(phone, "2026-11-24", "14:00", "16:00")
    town.clock.set(town.clock.now().replace(hour=13, minute=0))
    at_the_desk(desk)
    hands = Keys(desk)
    hands.presses("Einchecken")
    desk.sees("Eingecheckt.", "ist da")
    assert "Eingecheckt." in desk.page.evaluate(f"() => {HERE}.innerText")
    keys(desk, "Tab")
    assert desk.page.evaluate(f"() => {HERE}.innerText.trim()") == "Rückgängig"
    keys(desk, "Enter")
    desk.page.wait_for_url("**did=undo*")
    desk.does_not_see("ist da")
    assert desk.page.evaluate(f"() => {HERE}.matches('[data-flash]')")
    desk.is_well()
    keys(desk, "Tab", "Enter")
    desk.page.wait_for_selector("[data-flash]", state="detached")
    assert focused(desk, "id") == "content", "the focus is not lost with what was put away"
    keys(desk, "1")
    desk.page.wait_for_url("**/desk")

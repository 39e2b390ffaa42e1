"""The hall's floor is ground on Saturday. Demir shuts it, sees whom that hits, moves Clara with one
press and gives Anna's time back; until both are settled they stand on the board.
"""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone, books
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
FREE = "Nichts wartet."
TO_DO = "geschlossen: anderes anbieten"


def test_demir_settles_everybody_whom_a_closure_hits(town: Town, opens: Opens) -> None:
    town.start("home")
    clara, anna, desk = opens("phone"), opens("phone"), opens("desk")
    at_the_phone(town, clara, "clara")
    booked = books(clara, "2026-11-28", "15:00", "19:00")
    at_the_phone(town, anna, "anna")
    books(anna, "2026-11-28", "10:00", "12:00")
    shuts_the_hall(desk)
    desk.sees("Clara Moreau", "Anna Linde", "Der Boden wird geschliffen", "Dorthin verlegen")
    desk.is_well()

    desk.open("/desk")
    desk.sees(TO_DO, "Hofsaal: Clara Moreau", "Hofsaal: Anna Linde")
    desk.is_well()
    before = desk.touches
    desk.touch("Hofsaal: Clara Moreau")
    desk.page.locator("section", has_text="Clara Moreau").get_by_role(
        "button", name="Dorthin verlegen"
    ).first.click()
    assert desk.touches - before <= 1, "from the board one way and one press"
    desk.sees("Verlegt. Der Ausweis gilt weiter.", "Anna Linde")
    desk.does_not_see("Clara Moreau")
    desk.is_well()
    is_told(clara, booked)

    desk.open("/desk")
    desk.does_not_see("Hofsaal: Clara Moreau")
    desk.touch("Hofsaal: Anna Linde")
    desk.touch("Kostenlos zurücknehmen")
    desk.sees("Zurückgenommen, ohne Kosten.", "Keine Schließung trifft eine Buchung.")
    desk.is_well()
    desk.open("/desk")
    desk.does_not_see(TO_DO)


def shuts_the_hall(desk: Screen) -> None:
    """Demir shuts the hall for Saturday, and stands before what that hits."""
    at_the_desk(desk)
    desk.open("/desk/closures")
    desk.page.select_option("#target", label="Hofsaal")
    desk.type("Vom", "2026-11-28")
    desk.type("Bis zum", "2026-11-28")
    desk.type("Warum, für alle zu lesen", "Der Boden wird geschliffen")
    desk.touch("Schließen", within="form[action='/desk/closures']")
    desk.is_titled("Betroffene Buchungen")


def is_told(clara: Screen, booked: str) -> None:
    """She reads before and now with the reason, and is not told again what she understood."""
    clara.open(booked)
    clara.sees("bestätigt", "Geändert durch", "Das Team hat Ihre Buchung verlegt")
    clara.sees("Sa 28. Nov.", "Der Boden wird geschliffen")
    clara.is_well()
    clara.touch("Verstanden")
    clara.does_not_see("Das Team hat Ihre Buchung verlegt")
    clara.sees("bestätigt", "So 29. Nov.")
    clara.does_not_see("Sa 28. Nov.")


def test_clara_moves_by_herself_and_anna_gives_her_time_back(town: Town, opens: Opens) -> None:
    town.start("home")
    clara, anna, desk = opens("phone"), opens("phone"), opens("desk")
    at_the_phone(town, clara, "clara")
    hers = books(clara, "2026-11-28", "15:00", "19:00")
    at_the_phone(town, anna, "anna")
    annas = books(anna, "2026-11-28", "10:00", "12:00")
    shuts_the_hall(desk)

    clara.open(hers)
    clara.touch("Umziehen oder zurückgeben")
    clara.is_titled("Zu Ihrer Zeit ist dort geschlossen")
    clara.sees("Der Boden wird geschliffen", "Das geht stattdessen, ohne Mehrkosten", "vorher:")
    clara.is_well()
    clara.page.get_by_role("button", name="Dorthin umziehen").first.click()
    clara.sees("bestätigt")
    clara.does_not_see("Sa 28. Nov.", "Umziehen oder zurückgeben")
    clara.is_well()

    anna.open(annas)
    anna.touch("Umziehen oder zurückgeben")
    anna.sees("Das kostet Sie nichts.")
    anna.is_well()
    anna.touch("Kostenlos zurückgeben")
    anna.sees("abgesagt")
    anna.is_well()
    desk.open("/desk/displaced")
    desk.sees("Keine Schließung trifft eine Buchung.")

"""No apartment has all the nights. Anna books two at her phone, one after the other; another time
the team moves the rest of her stay, and the link that she gave to her guests shows both.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from node.base.clock import FrozenClock
from node.registry import REGISTRY
from node.store import Core
from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone, books
from tests.browser.screens import Screen
from tests.journeys.test_splitting import two_apartments
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SEARCH = "/find?kind=guest_apartment&people=2&day="
BOTH = "3 Nächte in Gartenzimmer, dann 2 Nächte in Hofzimmer"


def with_two_apartments(town: Town) -> None:
    """Before the node starts."""
    clock = FrozenClock(town.clock.now())
    core = Core.open(town.folder / "home" / "quarter.db", REGISTRY, clock=clock)
    try:
        two_apartments(core, town.cast.files, clock.now())
    finally:
        core.close()


def test_anna_books_five_nights_in_two_apartments_and_gives_all_of_it_up(
    town: Town, opens: Opens
) -> None:
    with_two_apartments(town)
    town.start("home")
    anna = opens("phone")
    at_the_phone(town, anna, "anna")
    anna.open(f"{SEARCH}2027-02-05&until=2027-02-10")
    anna.sees(BOTH)
    anna.is_well()
    anna.touch(BOTH)
    anna.is_titled("Aufenthalt mit Umzug")
    anna.sees("Alles zusammen", "Am Umzugstag geben Sie die erste Wohnung ab")
    anna.is_well()
    anna.page.fill("#guests", "Ruth Beispiel")
    anna.touch("Zahlungspflichtig buchen")
    anna.sees("bestätigt", f"Ein Aufenthalt: {BOTH}", "Ruth Beispiel")
    anna.is_well()
    anna.open("/mine")
    anna.sees("Gartenzimmer", "Hofzimmer")
    anna.touch("Hofzimmer")
    anna.touch("Den ganzen Aufenthalt absagen")
    anna.sees("Gartenzimmer", "Hofzimmer", "Absagen kostet nichts.")
    anna.is_well()
    anna.touch("Alle absagen")
    anna.sees("abgesagt")
    anna.open(f"{SEARCH}2027-02-05&until=2027-02-10")
    anna.sees(BOTH)


def books_for_guests(anna: Screen, his: Screen, *, until: str) -> str:
    """She books nights from the 5th of March and gives him the link; the booking's address."""
    anna.open(f"{SEARCH}2027-03-05&until={until}")
    anna.touch("Gartenzimmer", within=".offers")
    anna.touch("Zahlungspflichtig buchen")
    anna.sees("Gebucht.")
    booked = anna.page.url.partition("?")[0]
    anna.open(f"{booked}/guest")
    anna.touch("Link machen")
    his.open(anna.page.input_value("#address"))
    his.sees("Gartenzimmer", "Fr 5. März")
    return booked


def test_the_team_moves_the_rest_and_the_guests_link_shows_both(town: Town, opens: Opens) -> None:
    with_two_apartments(town)
    town.start("home")
    anna, his, desk = opens("phone"), opens("phone"), opens("desk")
    at_the_phone(town, anna, "anna")
    booked = books_for_guests(anna, his, until="2027-03-10")
    his.does_not_see("Umzug")
    at_the_desk(desk)
    desk.open(f"/desk/reservations/{booked.rpartition('/')[2]}")
    desk.touch("Rest verlegen")
    desk.page.select_option("#day", value="2027-03-08")
    desk.page.get_by_label("Das Haus bittet darum: kostet nicht mehr als vereinbart").check()
    desk.touch("Was käme dabei heraus?")
    desk.sees("Hofzimmer", "Der Preis bleibt gleich.")
    desk.is_well()
    desk.page.locator("tr", has_text="Hofzimmer").get_by_role("button").click()
    desk.sees("Hofzimmer", "bestätigt", "Das Haus bat um den Umzug")
    desk.is_well()
    his.page.reload()
    his.sees("Ihr Aufenthalt mit Umzug", "Gartenzimmer", "Hofzimmer")
    his.is_well()
    his.touch("Hofzimmer")
    his.is_titled("Hofzimmer")
    his.sees("Mo 8. März", "Ihr Ausweis")
    his.is_well()
    anna.open("/mine")
    anna.sees("Gartenzimmer", "Hofzimmer")


def test_guests_of_a_stay_that_is_given_up_read_so_behind_their_link(
    town: Town, opens: Opens
) -> None:
    town.start("home")
    anna, his = opens("phone"), opens("phone")
    at_the_phone(town, anna, "anna")
    booked = books_for_guests(anna, his, until="2027-03-08")
    anna.open(booked)
    anna.touch("Absagen")
    anna.touch("Absagen", within="form.act")
    anna.sees("abgesagt")
    his.page.reload()
    his.is_titled("Ihr Aufenthalt ist abgesagt")
    his.sees("Bitte reisen Sie nicht an.", "Gartenzimmer", "Was Sie tun können")
    his.does_not_see("Anna", "Einchecken")
    his.is_well()


def test_anna_stays_longer_while_she_is_in(town: Town, opens: Opens) -> None:
    town.start("home")
    anna, desk = opens("phone"), opens("desk")
    at_the_phone(town, anna, "anna")
    booked = books(anna, "2026-11-28", "15:00", "17:00")
    town.clock.set(datetime(2026, 11, 28, 14, tzinfo=UTC))
    at_the_desk(desk)
    desk.open(f"/desk/reservations/{booked.rpartition('/')[2]}")
    desk.touch("Einchecken")
    anna.open(booked)
    anna.touch("Länger bleiben oder ändern")
    anna.does_not_see("Anreise")
    anna.type("Bis", "18:30")
    anna.touch("Was käme dabei heraus?")
    anna.sees("So wäre es", "15 bis 18:30 Uhr", "bisher:")
    anna.is_well()
    anna.touch("Zahlungspflichtig ändern")
    anna.sees("15 bis 18:30 Uhr", "ist da")
    anna.is_well()
    desk.open("/desk")
    desk.sees("Hofsaal", "18:30")

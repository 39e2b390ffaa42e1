"""Anna has the hall. Clara waits for it with the page open, and is told when Anna gives it up."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_clara_is_told_at_once_sees_the_bill_and_takes_it(town: Town, opens: Opens) -> None:
    town.start("home")
    anna, clara = opens("phone"), opens("phone")
    at_the_phone(town, anna, "anna")
    booked = books(anna, "2026-11-28", "15:00", "19:00")
    at_the_phone(town, clara, "clara")
    clara.open("/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12")
    clara.page.locator("form[action='/wait'] button", has_text="Hofsaal").tap()
    clara.is_titled("Hofsaal")
    clara.sees("Sa 28. Nov., 15 bis 19 Uhr", "Warteliste verlassen")
    clara.does_not_see("Ansehen und annehmen", "Anna")
    clara.is_well()

    anna.open(booked)
    anna.touch("Absagen")
    anna.touch("Absagen", within="form.act")
    anna.sees("abgesagt")

    clara.page.get_by_role("link", name="Ansehen und annehmen").wait_for(timeout=90_000)
    clara.is_well()
    clara.touch("Ansehen und annehmen")
    clara.sees("Für Sie frei geworden: bis", "104,00 €")
    clara.is_well()
    clara.touch("Zahlungspflichtig buchen")
    clara.sees("Gebucht.", "Hofsaal")
    clara.is_well()

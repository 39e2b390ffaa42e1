"""Clara is called away while a place is held for her: the page says that the time is up, also to
who took the phone out of the pocket again, and what she can do; another may have been quicker.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books
from tests.browser.screens import Screen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
OVER = "Die Zeit ist um. Buchen Sie trotzdem: Oft ist der Platz noch frei."


def holds_the_hall(town: Town, clara: Screen) -> None:
    """She stands before the summary, and goes away for eleven minutes; her phone sleeps."""
    at_the_phone(town, clara, "clara")
    clara.page.clock.install()
    clara.open("/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12")
    clara.touch("Hofsaal", within=".offers")
    clara.page.clock.run_for(2_000)
    clara.sees("Noch 9:5")
    clara.is_well()
    town.clock.set(town.clock.now() + timedelta(minutes=11))
    clara.page.clock.fast_forward(11 * 60_000)
    clara.sees(OVER)
    clara.is_well()


def test_nobody_took_it_and_one_press_books_it_still(town: Town, opens: Opens) -> None:
    town.start("home")
    clara = opens("phone")
    holds_the_hall(town, clara)
    clara.touch("Zahlungspflichtig buchen")
    clara.sees("Gebucht.", "Hofsaal")
    clara.is_well()


def test_anna_was_quicker_and_clara_reads_what_is_free_instead(town: Town, opens: Opens) -> None:
    town.start("home")
    clara, anna = opens("phone"), opens("phone")
    holds_the_hall(town, clara)
    at_the_phone(town, anna, "anna")
    books(anna, "2026-11-28", "15:00", "19:00")
    clara.touch("Zahlungspflichtig buchen")
    clara.does_not_see("Gebucht.", "Anna")
    clara.sees("Hofsaal")
    clara.is_well()
    clara.open("/mine")
    clara.does_not_see("28. Nov.")

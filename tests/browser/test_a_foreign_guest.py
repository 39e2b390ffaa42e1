"""Luc comes from Nantes to visit Anna. The desk gives him a link: he says who he is on his phone,
signs the registration form with his finger on the day of arrival, and comes in.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from node.base.ids import id_text
from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_luc_signs_on_his_phone_and_comes_in(town: Town, opens: Opens) -> None:
    town.start("home")
    desk, his = opens("desk"), opens("phone")
    at_the_desk(desk)
    stay = id_text(town.cast.files.id_of("reservation", "R-4"))
    desk.open(f"/desk/reservations/{stay}/guest")
    desk.touch("Link machen")
    desk.is_well()
    his.open(desk.page.input_value("#address"))
    his.sees("Gartenzimmer", "Do 26. Nov.")
    his.does_not_see("Anna")
    his.is_well()
    his.touch("Wer kommt, und wann")
    his.type("Vor- und Familienname", "Luc Petit")
    his.page.select_option("#nation_0", "other")
    his.touch("Angaben senden")
    his.sees("noch offen")
    his.touch("Meldeschein")
    his.page.fill("#born", "1984-02-29")
    his.type("Staatsangehörigkeiten", "französisch")
    his.type("Anschrift", "12 rue du Port, Nantes, Frankreich")
    his.type("Seriennummer des Passes", "22AB12345")
    his.is_well()
    his.touch("Weiter zur Unterschrift")
    his.sees("Unterschrieben wird am Tag der Anreise", "29.02.1984")
    assert his.page.locator("canvas").count() == 0
    town.clock.set(datetime(2026, 11, 26, 15, tzinfo=UTC))
    his.page.reload()
    his.is_well()
    _sign(his.page)
    his.touch("Unterschreiben")
    his.sees("unterschrieben")
    his.touch("Einchecken")
    his.sees("Willkommen.")
    his.is_well()
    # A shift ends with the day; the next begins.
    at_the_desk(desk)
    desk.does_not_see("Meldeschein offen")
    desk.open(f"/desk/guests/{stay}")
    desk.sees("Luc Petit", "unterschrieben")
    desk.is_well()


def _sign(page: object) -> None:
    """A stroke across the field, as a finger draws it."""
    field = page.locator("canvas")  # type: ignore[attr-defined]
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    mouse = page.mouse  # type: ignore[attr-defined]
    mouse.move(box["x"] + 20, box["y"] + 40)
    mouse.down()
    for step in range(1, 30):
        mouse.move(box["x"] + 20 + 9 * step, box["y"] + 40 + (step % 5) * 8)
    mouse.up()

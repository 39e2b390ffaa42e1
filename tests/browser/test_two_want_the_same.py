"""Anna and Clara both see Saturday afternoon free; Anna is faster."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.people import at_the_desk, at_the_phone
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

SATURDAY = "/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12"


def test_the_later_one_gets_a_plain_no_and_three_that_would_do(town: Town, opens: Opens) -> None:
    town.start("home")
    annas, claras, desk = opens("phone"), opens("phone"), opens("desk")
    for name, phone in (("anna", annas), ("clara", claras)):
        at_the_phone(town, phone, name)
        phone.open(SATURDAY)
        phone.sees("Das ist frei")
    at_the_desk(desk)
    desk.open("/desk/people?query=Sam")
    desk.touch("Sam Sommer")
    desk.touch("Für diese Person buchen")
    desk.type("Tag", "2026-11-28")
    desk.type("Von", "15:00")
    desk.type("Bis", "19:00")
    desk.touch("Suchen", within="form.panel")
    desk.sees("Hofsaal")
    annas.touch("Hofsaal", within=".offers")
    annas.touch("Zahlungspflichtig buchen")
    annas.sees("Gebucht.")
    claras.touch("Hofsaal", within=".offers")
    claras.sees("Da ist schon jemand", "Das käme dem am nächsten")
    near = claras.page.locator(".helps button")
    assert near.count() == 3
    claras.is_well()
    near.first.tap()
    claras.is_titled("Stimmt alles?")
    claras.touch("Zahlungspflichtig buchen")
    claras.sees("Gebucht.")
    desk.touch("Buchen Hofsaal")
    desk.sees("Da ist schon jemand", "für Sam Sommer", "Das ginge stattdessen")
    assert desk.page.locator(".work-main table tbody tr").count() == 3
    desk.is_well()

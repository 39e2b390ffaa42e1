"""Taxes at the desk: a new levy from a day on, who is exempt, and what is filed with the city."""

from __future__ import annotations

import pytest

from tests.app_client import Browser, House
from tests.portal.guest_kit import stay_of
from tests.portal.test_guest_forms import at_the_desk

pytestmark = pytest.mark.asyncio


async def test_a_levy_from_a_day_on_an_exemption_and_the_book(house: House, anna: Browser) -> None:
    desk = await at_the_desk(house)
    page = await desk.get("/desk/taxes")
    assert "3,00 €" in page.text
    assert "niemand" in page.text
    page = await desk.submit(
        "/desk/taxes/levy", valid_from="2026-12-01", cents="3,50", exempt_business="1"
    )
    assert page.path == "/desk/taxes"
    for words in ("ab 01.12.2026", "kommt noch", "3,50 €", "beruflicher Aufenthalt", "Demir"):
        assert words in page.text, words
    mine = await stay_of(house, "anna", 14, 17, people=2)
    assert "21,00 €" in (await anna.get(f"/mine/{mine}")).text
    page = await desk.get(f"/desk/reservations/{mine}")
    page = await desk.get(page.link("Von der Steuer befreien"))
    page = await desk.submit(f"/desk/reservations/{mine}/levy", people="3", reason="business")
    assert page.status == 422
    assert "Es sind 2." in page.text
    page = await desk.submit(f"/desk/reservations/{mine}/levy", people="1", reason="business")
    assert page.path == f"/desk/reservations/{mine}"
    assert "Von der Beherbergungssteuer befreit (Erwachsene: 1)" in page.text
    assert "10,50 €" in page.text
    shown = await anna.get(f"/mine/{mine}")
    assert "10,50 €" in shown.text
    assert "beruflich" not in shown.text
    page = await desk.get(f"/desk/reservations/{mine}/levy")
    assert "Zuletzt vermerkt: Demir Aksoy" in page.text
    page = await desk.get("/desk/stays?quarter=2026-4")
    assert "Frei: beruflicher Aufenthalt 3" in page.text
    table = await desk.get("/desk/stays.csv?quarter=2026-4")
    (line,) = (each for each in table.html.splitlines() if "2026-12-14" in each)
    cells = [cell.strip('"') for cell in line.split(";")]
    assert cells[9:15] == ["3", "10,50", "0", "0", "3", "beruflicher Aufenthalt"]


async def test_value_added_tax_from_a_day_on_and_back(house: House, anna: Browser) -> None:
    desk = await at_the_desk(house)
    await desk.get("/desk/taxes")
    page = await desk.submit("/desk/taxes/vat", vat_code="stay", vat_from="1.12.2026", percent="19")
    assert "19 %" in page.text
    mine = await stay_of(house, "anna", 14, 17)
    assert "19 %" in (await anna.get(f"/mine/{mine}")).text
    await desk.get("/desk/taxes")
    page = await desk.submit("/desk/taxes/withdraw", press="Zurücknehmen")
    assert "ab 01.12.2026" not in page.text
    # What is booked keeps its bill.
    assert "19 %" in (await anna.get(f"/mine/{mine}")).text


@pytest.mark.parametrize(
    ("path", "fields", "field"),
    [
        ("levy", {"valid_from": "32.1.2027"}, "valid_from"),
        ("levy", {"valid_from": "1.1.2027", "cents": "viel"}, "cents"),
        ("levy", {"valid_from": "1.1.2027", "days_max": "-1"}, "days_max"),
        ("vat", {"vat_from": "1.1.2027", "percent": "120"}, "percent"),
        ("vat", {"vat_from": "", "percent": "7"}, "vat_from"),
    ],
)
async def test_what_was_typed_wrong_is_said_at_its_field(
    house: House, path: str, fields: dict[str, str], field: str
) -> None:
    desk = await at_the_desk(house)
    await desk.get("/desk/taxes")
    page = await desk.submit(f"/desk/taxes/{path}", **fields)
    assert page.status == 422
    assert f'href="#{field}"' in page.html.replace("&#x2f;", "/") or field in page.html
    assert "Bitte noch einmal ansehen" in page.text


async def test_residents_and_rooms_have_no_business_with_it(house: House, anna: Browser) -> None:
    assert "Steuern" not in (await anna.get("/desk/taxes")).title
    mine = await stay_of(house, "anna", 14, 17)
    assert "Befreiung" not in (await anna.get(f"/desk/reservations/{mine}/levy")).title

"""The stay book at the desk: what is filed with the city, in a page and in a table."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.papers import pages_of
from tests.portal.guest_kit import link_of, stay_of
from tests.portal.test_guest_forms import LUC, STROKES, at_the_desk

pytestmark = pytest.mark.asyncio


async def test_the_quarter_as_page_and_as_table(house: House, anna: Browser) -> None:
    mine = await stay_of(house, "anna", 14, 17, people=4, ages=(9, 5))
    link = await link_of(anna, mine)
    guest = house.browser()
    await guest.get(f"{link}/arrival")
    await guest.submit(f"{link}/arrival", name_0="Luc Petit", nation_0="other")
    for _ in range(2):
        await guest.get(f"{link}/form/0")
        await guest.submit(f"{link}/form/0", **LUC)
        again = {**LUC, "passport": "99"}
        await guest.get(f"{link}/form/0")
        await guest.submit(f"{link}/form/0", **again)
    house.clock.set(datetime(2026, 12, 14, 15, tzinfo=UTC))
    await guest.get(f"{link}/sign/0")
    await guest.submit(f"{link}/sign/0", strokes=STROKES)
    demir = await at_the_desk(house)
    page = await demir.get("/desk/stays?quarter=2026-4")
    for words in ("4. Quartal 2026", "18,00 €", "14.12. – 17.12.", "24.12."):
        assert words in page.text, words
    assert "Ausgefüllt 1 Unterschrieben 1" in page.text
    assert "Petit" not in page.html
    table = await demir.get("/desk/stays.csv?quarter=2026-4")
    (line,) = (each for each in table.html.splitlines() if "2026-12-14" in each)
    cells = [cell.strip('"') for cell in line.split(";")]
    assert cells[2:7] == ["2026-12-14", "2026-12-17", "3", "3", "4"]
    assert cells[9:13] == ["6", "18,00", "6", "0"]
    page = await demir.get("/desk/stays?quarter=2027-1")
    assert "In diesem Quartal beginnt kein Aufenthalt." in page.text


async def test_forms_of_a_quarter_as_list_table_and_paper(house: House, anna: Browser) -> None:
    """With each form behind the list, and for nobody who does not check guests in."""
    mine = await stay_of(house, "anna", 14, 17)
    link = await link_of(anna, mine)
    guest = house.browser()
    await guest.get(f"{link}/arrival")
    said = {"name_0": "Luc Petit", "nation_0": "other", "name_1": "=1+1", "nation_1": "other"}
    await guest.submit(f"{link}/arrival", **said)
    await guest.get(f"{link}/form/0")
    await guest.submit(f"{link}/form/0", **LUC)
    demir = await at_the_desk(house)
    page = await demir.get("/desk/stays/forms?quarter=2026-4")
    for words in ("Luc Petit", "Unterschrift fehlt", "noch offen", "14.12.2027"):
        assert words in page.text, words
    table = await demir.get("/desk/stays/forms.csv?quarter=2026-4")
    assert "Luc Petit" in table.html
    assert '"\'=1+1"' in table.html, "no spreadsheet takes a guest's name for a formula"
    paper = await demir.get("/desk/stays/forms/paper?quarter=2026-4")
    listed, form = pages_of(paper.answer.content)
    assert "Luc Petit" in listed
    assert "=1+1" in listed, "who has filled in nothing yet is on the list, too"
    assert f"Seriennummer des Passes {LUC['passport']}" in form
    sizes = re.findall(rb"/MediaBox \[0 0 ([0-9]+)\.[0-9]+ ", paper.answer.content)
    assert sizes == [b"841", b"595"], "the list lies, the form stands"
    assert paper.answer.headers["cache-control"] == "private, no-store"
    page = await demir.get("/desk/stays/forms?quarter=2027-1")
    assert "In diesem Quartal gibt es keinen Meldeschein." in page.text
    for path in ("/desk/stays/forms", "/desk/stays/forms/paper", "/desk/stays/forms.csv"):
        page = await (await at_the_desk(house, "eva")).get(path)
        assert page.status == 403
        assert "Petit" not in page.whole


async def test_the_stay_book_on_paper_is_as_long_as_it_takes(house: House, anna: Browser) -> None:
    await stay_of(house, "anna", 14, 17)
    demir = await at_the_desk(house)
    paper = await demir.get("/desk/stays/paper?quarter=2026-4")
    assert paper.answer.headers["content-type"] == "application/pdf"
    assert 'filename="belegungsbuch-2026-4.pdf"' in paper.answer.headers["content-disposition"]
    (page,) = pages_of(paper.answer.content)
    assert "Belegungsbuch" in page
    assert "Gartenzimmer" in page
    assert not (await anna.get("/desk/stays/paper")).answer.content.startswith(b"%PDF")


@pytest.mark.parametrize("quarter", ["", "2026-5", "٢٠٢٦-1", "9999-1", "x"])
async def test_any_other_quarter_is_that_of_today(house: House, quarter: str) -> None:
    demir = await at_the_desk(house)
    page = await demir.get(f"/desk/stays?quarter={quarter}")
    assert page.status == 200
    assert "4. Quartal 2026" in page.text


async def test_residents_have_no_business_with_it(house: House, anna: Browser) -> None:
    page = await anna.get("/desk/stays")
    assert "Belegungsbuch" not in page.title


async def test_a_housing_id_is_twelve_figures_and_stands_where_the_place_is_offered(
    house: House, anna: Browser
) -> None:
    place = id_text(house.cast.files.id_of("space", "gartenzimmer"))
    demir = await at_the_desk(house)
    for typed in ("1234-5678", "12345", "TEST-00000001"):
        await demir.get(f"/desk/places/{place}")
        page = await demir.submit(f"/desk/places/{place}", registration_number=typed)
        assert page.status == 422
        assert "Eine Wohnraum-ID hat zwölf Ziffern." in page.text
    await demir.get(f"/desk/places/{place}")
    page = await demir.submit(
        f"/desk/places/{place}",
        registration_number="9990 0000-0017",
        nights_per_year="90",
        act="save",
    )
    assert "saved=now" in page.path, page.text
    page = await anna.get(f"/spaces/{place}")
    assert "Wohnraum-ID 999000000017" in page.text
    page = await demir.get("/desk/stays?quarter=2026-4")
    assert "3 von 90" in page.text

"""What a place costs, said before anybody picks a time: its rules in words, for who looks."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.journeys.test_series import dates_form
from tests.journeys.test_together import hidden
from tests.kiosk.conftest import at_the_desk
from tests.portal.guest_kit import stay_of

HOFSAAL = "/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12"


def said(page_text: str) -> str:
    return page_text.replace("\xa0", " ")


@pytest.mark.asyncio
async def test_the_list_and_the_place_say_what_it_costs_whom(anna: Browser, clara: Browser) -> None:
    mine, hers = said((await anna.get("/find")).text), said((await clara.get("/find")).text)
    assert "18,00 € je Stunde" in mine
    assert "26,00 € je Stunde" in hers
    assert "26,00 €" not in mine
    page = await anna.get((await anna.get("/find")).link("Hofsaal"))
    for words in (
        "18,00 € je Stunde, höchstens 120,00 € am Tag",
        "kostenlos bis 3 Tage vorher; danach 50 % des Preises",
        "Kosten, wenn niemand kommt 100 % des Preises",
        "Kaution 100,00 €",
        ": kostenlos",
    ):
        assert words in said(page.text), page.text


@pytest.mark.asyncio
async def test_nights_are_said_with_what_comes_on_top(anna: Browser) -> None:
    page = await anna.get("/find?kind=guest_apartment")
    assert "erste Nacht 99,00 €, jede weitere 59,00 €, dazu die Steuer der Stadt" in said(page.text)
    page = await anna.get(page.link("Gartenzimmer"))
    assert "3,00 € je erwachsene Person und Nacht" in said(page.text)
    assert "8,00 € je Nacht, 2 im Preis" in said(page.text)
    by_when = "kostenlos bis 14 Tage vorher; 50 % des Preises bis 24 Stunden vorher; danach 100 %"
    assert by_when in said(page.text)
    assert "des Preises. Die Reinigung zahlen Sie dann nicht. Die Steuer" in said(page.text)
    assert "Kosten, wenn niemand kommt" not in said(page.text), "it is kept all the time"


@pytest.mark.asyncio
async def test_the_lobby_tells_who_is_not_signed_in_by_which_rules(house: House) -> None:
    lobby = house.browser()
    page = await lobby.get("/kiosk/spaces?day=2026-11-28&from=15:00&until=19:00&people=12")
    assert "mit Servicevertrag: 18,00 € je Stunde" in said(page.text)
    assert "ohne: 26,00 € je Stunde" in said(page.text)
    assert "72,00 €" not in said(page.text)


@pytest.mark.asyncio
async def test_late_the_summary_says_the_sum(house: House) -> None:
    house.clock.set(datetime(2026, 11, 26, 9, tzinfo=UTC))
    anna = house.browser()
    await anna.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    await anna.get(HOFSAAL)
    page = await anna.submit("/hold", press="Hofsaal")
    assert "Absagen kostet jetzt 36,00 €" in said(page.text)
    assert "Kosten der Absage 36,00 €" in said(page.text)


@pytest.mark.asyncio
async def test_the_share_of_a_stay_is_of_what_can_stay_due(house: House, anna: Browser) -> None:
    """Of 259.00 EUR not the cleaning, and the levy only of all of it: what is named as the price
    makes the sum."""
    mine = await stay_of(house, "anna", 14, 17)
    house.clock.set(datetime(2026, 12, 10, 9, tzinfo=UTC))
    page = said((await anna.get(f"/mine/{mine}/cancel")).text)
    assert "Das sind 50 % des Preises von " in page
    assert "Die Steuer der Stadt zahlen Sie nur mit dem vollen Preis." in page
    house.clock.set(datetime(2026, 12, 14, 9, tzinfo=UTC))
    page = said((await anna.get(f"/mine/{mine}/cancel")).text)
    fee = re.search(r"Absagen kostet ([\d,]+ €)\.", page)
    assert fee is not None, page
    assert f"Das sind 100 % des Preises von {fee[1]}." in page
    assert "Die Reinigung zahlen Sie dann nicht." in page
    assert "Die Steuer der Stadt" not in page


def csrf_of(page: Page) -> dict[str, str]:
    return {"csrf": next(form.fields["csrf"] for form in page.forms if "csrf" in form.fields)}


LATE = datetime(2026, 11, 26, 9, tzinfo=UTC)


async def late_anna(house: House) -> Browser:
    house.clock.set(LATE)
    anna = house.browser()
    await anna.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    await anna.get(HOFSAAL)
    await anna.submit("/hold", press="Hofsaal")
    return anna


@pytest.mark.asyncio
async def test_of_a_series_each_date_and_all_of_it_say_what_giving_up_costs(house: House) -> None:
    anna = await late_anna(house)
    assert anna.at is not None
    await anna.get(anna.at.link("regelmäßig buchen"))
    page = await anna.submit("/series", rhythm="weekly", count="2")
    assert said(page.text).count("Absage: ") == 2
    assert "Absage: 36,00 €." in said(page.text), "the first is late already"
    assert "Absage: kostenlos bis Mi 2. Dez., 15 Uhr; danach 36,00 €." in said(page.text)
    assert "Alles absagen, bevor es beginnt: 36,00 €." in said(page.text)
    sent = {**dates_form(page.answer), **csrf_of(page)}
    booked = Page(await anna.client.post("/series", data=sent))
    end = await anna.get(f"{booked.path.partition('?')[0]}/cancel-series")
    assert "36,00 €" in said(end.text), "and so it is"


@pytest.mark.asyncio
async def test_of_what_is_booked_together_too(house: House) -> None:
    anna = await late_anna(house)
    assert anna.at is not None
    page = await anna.get(anna.at.link("Noch etwas dazu"))
    assert "Absage: 36,00 €." in said(page.text)
    assert "Alles absagen, bevor es beginnt: 36,00 €." in said(page.text)
    tick = re.search(r'name="(with_\w+)"', page.html)
    assert tick is not None
    sent = {**hidden(unescape(page.html)), tick[1]: "1"}
    page = Page(await anna.client.post("/together", data={**sent, "recount": "1"}))
    whole = said(page.text).partition("Alles absagen, bevor es beginnt: ")[2].partition(" €")[0]
    sent |= {"total": hidden(unescape(page.html))["total"]}
    booked = Page(await anna.client.post("/together", data=sent))
    end = await anna.get(f"{booked.path.partition('?')[0]}/cancel-series")
    assert f"{whole} €" in said(end.text), "as it was said before"


@pytest.mark.asyncio
async def test_the_desk_reads_it_beside_each_offer(house: House) -> None:
    desk = await at_the_desk(house)
    clara = id_text(house.cast.id("clara"))
    page = await desk.get(
        f"/desk/find?person={clara}&search=1&day=2026-11-28&starts=15:00&ends=19:00&people=12"
    )
    assert "Absage: kostenlos bis morgen, 15 Uhr; danach " in said(page.text)

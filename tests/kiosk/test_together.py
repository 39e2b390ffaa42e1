"""At the lobby a feast takes the workroom along, and a course is booked week by week."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from node import spaces
from node.base.ids import id_text
from node.spaces import Line, Status
from tests.app_client import Browser, House, Page
from tests.kiosk.conftest import booked, utc
from tests.kiosk.test_changing import touch

pytestmark = pytest.mark.asyncio
MORNING = "/kiosk/spaces?day=2026-11-28&from=10:00&until=12:00&people=4"


async def ahead(house: House) -> list[Line]:
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    found = await house.node.store.read(
        lambda read: spaces.coming_up(read, actor, now=house.clock.now())
    )
    made = [line for line in found if line.reservation.details.series]
    assert all(line.status is Status.CONFIRMED for line in made)
    return made


def rows_of(page: Page) -> list[str]:
    """Where the rows lead that something can be taken or left by."""
    return [
        html.unescape(href) for href in re.findall(r'class="lobby-offer" href="([^"]*)"', page.html)
    ]


async def at_the_summary(anna: Browser, house: House) -> None:
    await anna.get(MORNING)
    assert anna.at is not None
    hall = id_text(house.cast.files.id_of("space", "hofsaal"))
    forms = [form for form in anna.at.forms if form.action == "/kiosk/hold"]
    offers = [button["value"] for form in forms for button in form.buttons]
    offer = next(value for value in offers if value.startswith(hall))
    await anna.post("/kiosk/hold", csrf=forms[0].fields["csrf"], people="4", offer=offer)


async def test_a_touch_takes_a_second_room_along_for_one_sum(house: House, anna: Browser) -> None:
    await at_the_summary(anna, house)
    page = await touch(anna, "Etwas dazubuchen")
    assert page.title == "Was soll dazu?"
    alone = re.search(r"Alles zusammen: ([\d,]+)", page.text)
    assert alone is not None
    rows = re.findall(r'<a class="lobby-offer" href="([^"]*)"', page.html)
    assert rows, page.text
    page = await anna.get(html.unescape(rows[0]))
    both = re.search(r"Alles zusammen: ([\d,]+)", page.text)
    assert both is not None
    assert both[1] != alone[1]
    assert await ahead(house) == [], "looking books nothing"
    page = await anna.submit("/kiosk/together")
    assert page.title == "Gebucht."
    lines = await ahead(house)
    assert len({line.space.id for line in lines}) == 2
    assert len({line.reservation.period for line in lines}) == 1
    assert len({line.reservation.details.series for line in lines}) == 1


async def test_a_sum_that_was_never_shown_books_nothing(house: House, anna: Browser) -> None:
    await at_the_summary(anna, house)
    await touch(anna, "Etwas dazubuchen")
    page = await anna.submit("/kiosk/together", total="1")
    assert page.status == 409
    assert await ahead(house) == []


async def test_what_was_booked_together_moves_together_or_is_left_by_a_touch(
    house: House, anna: Browser
) -> None:
    await at_the_summary(anna, house)
    page = await touch(anna, "Etwas dazubuchen")
    row = re.search(r'<a class="lobby-offer" href="([^"]*)"', page.html)
    assert row is not None
    await anna.get(html.unescape(row[1]))
    page = await anna.submit("/kiosk/together")
    mine = urlsplit(page.path).path
    page = await anna.get(f"{mine}/change?search=1&starts=13:00&ends=15:00")
    assert "Nicht alles kann mitkommen." in page.text
    assert page.forms[0].action != f"{mine}/change"
    without = await anna.get(rows_of(page)[0])
    assert "Kommt nicht mit." in without.text
    assert "Verbindlich ändern" in without.text
    page = await anna.get(f"{mine}/change?search=1&starts=16:00&ends=18:00")
    assert "Kommt mit." in page.text, page.text
    left = await anna.get(rows_of(page)[0])
    assert "Kommt nicht mit." in left.text
    page = await anna.get(rows_of(left)[0])
    assert "Kommt mit." in page.text
    page = await anna.submit(f"{mine}/change")
    assert page.title == "Geändert."
    assert {line.reservation.period.starts_at for line in await ahead(house)} == {utc(28, 15)}


async def test_a_course_is_booked_week_by_week_and_a_taken_date_is_left_out(
    house: House, anna: Browser
) -> None:
    week = timedelta(days=7)
    await booked(house, "clara", utc(28, 9) + week, utc(28, 11) + week)
    await at_the_summary(anna, house)
    page = await touch(anna, "Regelmäßig buchen")
    assert page.title == "Wie oft?"
    page = await touch(anna, "jede Woche")
    assert page.title == "Wie viele Termine?"
    page = await touch(anna, "3")
    assert page.title == "Die Termine"
    assert "2 von 3 Terminen" in page.text
    assert "Da ist schon jemand" in page.text
    page = await touch(anna, "Sa 12. Dez.")
    assert "1 von 3 Terminen" in page.text
    page = await touch(anna, "Sa 12. Dez.")
    assert "2 von 3 Terminen" in page.text
    assert await ahead(house) == []
    page = await anna.submit("/kiosk/series")
    assert page.title == "Gebucht.", page.text
    starts = sorted(line.reservation.period.starts_at for line in await ahead(house))
    assert starts == [utc(28, 9), utc(28, 9) + 2 * week]


async def test_a_course_may_take_the_nearest_time_instead(house: House, anna: Browser) -> None:
    week = timedelta(days=7)
    await booked(house, "clara", utc(28, 9) + week, utc(28, 11) + week)
    await at_the_summary(anna, house)
    await touch(anna, "Regelmäßig buchen")
    await touch(anna, "jede Woche")
    await touch(anna, "2")
    page = await touch(anna, "Stattdessen:")
    assert "2 von 2 Terminen" in page.text
    await anna.submit("/kiosk/series")
    assert len(await ahead(house)) == 2


@pytest.mark.parametrize("page", ["together", "series"])
async def test_what_no_page_offers_is_refused(house: House, anna: Browser, page: str) -> None:
    assert (await anna.get(f"/kiosk/{page}")).path == "/kiosk/spaces"
    assert (await anna.get(f"/kiosk/{page}?offer=nichts")).status == 400
    room = id_text(house.cast.files.id_of("space", "hofsaal"))
    answer = await anna.get(f"/kiosk/series?offer={room}.1.2&rhythm=nie&count=3")
    assert answer.status in {400, 409, 422}


async def test_who_is_not_signed_in_is_asked_to(house: House, lobby: Browser) -> None:
    for page in ("together", "series"):
        answer = await lobby.get(f"/kiosk/{page}?offer=x")
        assert answer.path.startswith("/kiosk/sign-in") or answer.status in {401, 403}

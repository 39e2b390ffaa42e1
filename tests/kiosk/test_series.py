"""What is left of a course is given up at the lobby: all at once, for the sum that was shown."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from node import people, spaces
from node.base.actors import Actor, Face
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import Refusal
from node.kiosk.series import LINES_A_PAGE, LINES_SHOWN
from node.spaces import Reservation, Wish
from node.store import Write
from tests.app_client import Browser, House, Page
from tests.cast import PINS
from tests.kiosk.conftest import booked, utc, with_card
from tests.kiosk.test_changing import touch
from tests.kiosk.test_together import ahead, at_the_summary

pytestmark = pytest.mark.asyncio


async def a_course(anna: Browser, house: House, count: str) -> None:
    """Booked at the lobby, every week."""
    await at_the_summary(anna, house)
    await touch(anna, "Regelmäßig buchen")
    await touch(anna, "jede Woche")
    await touch(anna, count)
    page = await anna.submit("/kiosk/series")
    assert page.title == "Gebucht.", page.text


async def by_the_desk(house: House, weeks: int) -> list[Reservation]:
    """A longer course than anybody books alone."""
    wishes = [
        Wish(
            space_id=house.cast.files.id_of("space", "hofsaal"),
            period=Period(utc(28, 9) + timedelta(weeks=week), utc(28, 11) + timedelta(weeks=week)),
            people=4,
            purpose="private",
            series=b"a course at nine",
        )
        for week in range(weeks)
    ]
    signer, now = house.node.store.core.identity, house.clock.now()

    def run(write: Write) -> list[Reservation] | Refusal:
        staff = house.cast.actor(write, "demir", face=Face.DESK)
        actor = people.act_for(write, staff, house.cast.id("anna"), now=now)
        assert isinstance(actor, Actor)
        seen = spaces.preview_series(write, actor, [(each, None) for each in wishes], now=now)
        cents = sum(each.bill.total_cents for each in seen)
        return spaces.reserve_series(
            write, actor, wishes, total_cents=cents, now=now, signer=signer
        )

    made = await house.node.store.write(run)
    assert not isinstance(made, Refusal), made
    return made


async def test_what_is_left_of_a_course_is_given_up_with_one_button(
    house: House, anna: Browser
) -> None:
    _, second, *_ = await by_the_desk(house, 8)
    mine = f"/kiosk/mine/{id_text(second.id)}"
    page = await anna.get(f"{mine}/cancel")
    assert "Gehört zu einer Serie: noch 8 Termine." in page.text
    page = await touch(anna, "Alle Termine der Serie absagen")
    assert page.title == "Möchten Sie alle diese Termine absagen?"
    assert page.text.count("Hofsaal") == LINES_SHOWN == 6
    assert "… und noch 2 Termine, der letzte: Sa 16. Jan." in page.text
    assert "Absagen kostet nichts." in page.text
    assert len(await ahead(house)) == 8
    page = await anna.submit(f"{mine}/cancel-series")
    assert page.title == "Abgesagt."
    assert "alles, was dazugehörte" in page.text
    assert await ahead(house) == []
    again = await anna.get(f"{mine}/cancel-series")
    assert again.path == mine, "nothing is left to give up"


async def test_what_it_costs_is_shown_first_and_nothing_else_is_taken(
    house: House, anna: Browser
) -> None:
    """Somebody stood before the page while the free time ran out: it is shown again, dearer."""
    await a_course(anna, house, "2")
    soonest = min(await ahead(house), key=lambda line: line.reservation.period.starts_at)
    mine = f"/kiosk/mine/{id_text(soonest.reservation.id)}"
    page = await anna.get(f"{mine}/cancel-series")
    assert "Absagen kostet nichts." in page.text
    begins = soonest.reservation.period.starts_at
    house.clock.advance(begins - timedelta(hours=1) - house.clock.now())
    await with_card(anna, house.cards["anna"], PINS["anna"])
    page = await anna.post(f"{mine}/cancel-series", fee="0", **await token(anna, mine))
    assert page.status == 409
    assert "Absagen kostet 18,00 €." in page.text, page.text
    assert len(await ahead(house)) == 2
    page = await anna.submit(f"{mine}/cancel-series")
    assert page.title == "Abgesagt."
    assert await ahead(house) == []


async def test_nobody_gives_up_anothers_course(house: House, anna: Browser) -> None:
    made = await booked(house, "clara", utc(28, 9), utc(28, 11))
    for method in (anna.get, anna.post):
        answer = await method(f"/kiosk/mine/{id_text(made.id)}/cancel-series")
        assert answer.status in {403, 404}
    assert not made.details.series


async def token(anna: Browser, mine: str) -> dict[str, str]:
    page = await anna.get(f"{mine}/cancel-series")
    return {"csrf": page.form(f"{mine}/cancel-series").fields["csrf"]}


# As many dates as at the phone


async def as_often_as_one_likes(house: House) -> None:
    """The hall asks for no limits of a household, for a year."""
    space_id, now = house.cast.files.id_of("space", "hofsaal"), house.clock.now()

    def run(write: Write) -> object:
        demir = house.cast.actor(write, "demir", face=Face.DESK)
        space = spaces.find_space(write, space_id)
        assert space is not None
        row = replace(space.row, limits=(), horizon_days=dict.fromkeys(space.row.horizon_days, 400))
        return spaces.set_rules(write, demir, space_id, row, now=now)

    assert not isinstance(await house.node.store.write(run), Refusal)


def dates_on(page: Page) -> list[str]:
    """The days of the dates that stand there, one after another."""
    rows = re.findall(r'<span class="offer-name">([^<]*)</span>', page.html)
    return [html.unescape(row) for row in rows]


async def test_every_date_of_a_long_course_is_seen_before_it_is_booked(
    house: House, anna: Browser
) -> None:
    """Twenty weeks, of which Clara has the fifteenth: page by page, the button at the end."""
    await as_often_as_one_likes(house)
    taken = utc(28, 9) + timedelta(weeks=14)
    await booked(house, "clara", taken, taken + timedelta(hours=2))
    await at_the_summary(anna, house)
    await touch(anna, "Regelmäßig buchen")
    await touch(anna, "jede Woche")
    page = await touch(anna, "20")
    seen = dates_on(page)
    assert len(seen) == LINES_A_PAGE
    assert "Termine 1 bis 6 von 20." in page.text
    assert "Termine, die nicht gehen: 1" in page.text, "known before its page is reached"
    assert "Zahlungspflichtig buchen" not in page.text
    while "Weitere Termine" in page.text:
        page = await touch(anna, "Weitere Termine")
        seen += dates_on(page)
    assert len(seen) == len(set(seen)) == 20
    assert "19 von 20 Terminen" in page.text
    # To the one that cannot be had, which stands with its reason and what could be instead.
    page = await touch(anna, "Termine, die nicht gehen: 1")
    assert "offer-off" in page.html
    assert "Stattdessen:" in page.text
    # The first of this page is left out, and the page stays where it is.
    first = dates_on(page)[0]
    page = await touch(anna, first)
    assert dates_on(page)[0] == first
    assert "18 von 20 Terminen" in page.text
    while "Weitere Termine" in page.text:
        page = await touch(anna, "Weitere Termine")
    page = await anna.submit("/kiosk/series")
    assert page.title == "Gebucht.", page.text
    assert len(await ahead(house)) == 18


async def test_a_changed_language_keeps_the_page_and_what_was_left_out(
    house: House, anna: Browser
) -> None:
    await as_often_as_one_likes(house)
    await at_the_summary(anna, house)
    await touch(anna, "Regelmäßig buchen")
    await touch(anna, "jede Woche")
    await touch(anna, "53")
    page = await touch(anna, "Weitere Termine")
    page = await touch(anna, dates_on(page)[0])
    page = await anna.submit("/kiosk/prefs", lang="en")
    assert "Dates 7 to 12 of 53." in page.text, page.text
    assert "52 of 53" in page.text

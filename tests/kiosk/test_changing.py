"""Anna changes a booking at the lobby by touches; she sees what it costs before the one button."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node import spaces
from node.base.ids import id_text
from node.base.refusals import Refusal
from node.kiosk.asking import DAY_MINUTES, minute_text, read_asked
from node.kiosk.changing import _Wish
from node.spaces import Reservation, Status
from tests.app_client import Browser, House, Page
from tests.kiosk.conftest import booked, pass_of, utc

MINUTE = st.integers(0, 47).map(lambda half: half * 30)


def words_of(inner: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inner)).split())


async def touch(lobby: Browser, words: str) -> Page:
    """Touch the link that says this, among other things."""
    assert lobby.at is not None
    main = lobby.at.html.partition("<main")[2].partition("</main>")[0]
    for href, inner in re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', main, re.DOTALL):
        if words_of(inner).startswith(words):
            return await lobby.get(html.unescape(href))
    raise AssertionError(f"nothing to touch named {words!r} at {lobby.at.path}: {lobby.at.text}")


async def now_of(house: House, reservation: Reservation) -> Reservation:
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    found = await house.node.store.read(
        lambda read: spaces.own_reservation(read, actor, reservation.id)
    )
    assert isinstance(found, Reservation), found
    return found


@pytest.mark.asyncio
async def test_anna_moves_her_hall_by_touches_and_pays_what_was_shown(
    house: House, anna: Browser
) -> None:
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    await anna.get(f"/kiosk/mine/{id_text(made.id)}")
    page = await touch(anna, "Ändern")
    assert page.title == "Was soll anders sein?"
    assert "Zahlungspflichtig" not in page.text, "nothing is changed yet"
    page = await touch(anna, "bis 19")
    assert page.title == "Bis wann?"
    page = await touch(anna, "20")
    assert page.title == "So wäre es"
    assert "15 bis 20 Uhr" in page.text
    assert "bisher: Sa 28. Nov., 15 bis 19 Uhr" in page.text
    assert "Es kommen 18,00 € dazu." in page.text
    page = await touch(anna, "4 Personen")
    page = await touch(anna, "bis 12")
    assert "12 Personen" in page.text
    assert (await now_of(house, made)).period == made.period, "looking changes nothing"
    page = await anna.submit(f"/kiosk/mine/{id_text(made.id)}/change")
    assert page.title == "Geändert."
    now = await now_of(house, made)
    assert (now.period.ends_at, now.details.people) == (utc(28, 19), 12)
    assert now.decision is not None
    assert made.decision is not None
    assert now.decision.pass_ == made.decision.pass_, "the pass in her hand stays good"


@pytest.mark.asyncio
async def test_another_day_keeps_the_length_and_a_taken_one_says_so(
    house: House, anna: Browser
) -> None:
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    await booked(house, "clara", utc(27, 14), utc(27, 18))
    await anna.get(f"/kiosk/mine/{id_text(made.id)}/change")
    await touch(anna, "Sa 28. Nov.")
    page = await touch(anna, "Fr 27. Nov.")
    assert page.status == 409
    assert "Da ist schon jemand" in page.text
    assert f"/kiosk/mine/{id_text(made.id)}/change" not in [form.action for form in page.forms]
    await touch(anna, "Fr 27. Nov.")
    page = await touch(anna, "So 29. Nov.")
    assert "So 29. Nov., 15 bis 19 Uhr" in page.text
    assert "Der Preis bleibt gleich." in page.text
    await touch(anna, "ab 15")
    page = await touch(anna, "13")
    assert "So 29. Nov., 13 bis 17 Uhr" in page.text


@pytest.mark.asyncio
async def test_a_total_that_was_never_shown_changes_nothing(house: House, anna: Browser) -> None:
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    address = f"/kiosk/mine/{id_text(made.id)}/change"
    await anna.get(f"{address}?search=1&ends=21:00")
    page = await anna.submit(address, total="1")
    assert page.status == 409
    assert "Der Preis der Änderung ist inzwischen ein anderer." in page.text
    assert "36,00 €" in page.text, "the page says what it comes to now"
    assert (await now_of(house, made)).period == made.period


@pytest.mark.asyncio
async def test_who_is_in_may_stay_longer_but_not_move(house: House, anna: Browser) -> None:
    made = await booked(house, "anna", utc(24, 9), utc(24, 11))
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    keys = [house.node.store.core.identity.public_key]
    text, _ = await pass_of(house, made)
    done = await house.node.store.write(
        lambda write: spaces.check_in(write, actor, text, now=house.clock.now(), keys=keys)
    )
    assert not isinstance(done, Refusal), done
    house.clock.advance(timedelta(seconds=30))
    address = f"/kiosk/mine/{id_text(made.id)}/change"
    page = await anna.get(address)
    assert "ab 10" not in page.text
    assert "Hofsaal" not in page.text.partition("Berühren Sie")[2]
    page = await anna.get(f"{address}?ask=starts")
    assert page.title == "Was soll anders sein?", "a beginning that is past is not asked for"
    await touch(anna, "bis 12")
    page = await touch(anna, "13")
    page = await anna.submit(address)
    assert page.title == "Geändert."
    now = await now_of(house, made)
    assert (now.period.starts_at, now.period.ends_at) == (utc(24, 9), utc(24, 12))
    assert now.status_at(house.clock.now()) is Status.CHECKED_IN


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("search=1&day=neulich", 400),
        ("search=1&starts=99:00", 400),
        ("search=1&space=nirgends", 400),
        ("search=1&people=0", 422),
        ("ask=people&space=nirgends", 400),
        ("ask=ages", 200),
        ("search=1&ends=14:00", 422),
    ],
)
async def test_an_address_of_nobodys_making_changes_nothing(
    house: House, anna: Browser, asked: str, status: int
) -> None:
    made = await booked(house, "anna", utc(28, 14), utc(28, 18))
    page = await anna.get(f"/kiosk/mine/{id_text(made.id)}/change?{asked}")
    assert page.status == status
    assert (await now_of(house, made)).period == made.period


@pytest.mark.asyncio
async def test_a_neighbours_booking_is_not_there(house: House, anna: Browser) -> None:
    clara = await booked(house, "clara", utc(28, 14), utc(28, 18))
    page = await anna.get(f"/kiosk/mine/{id_text(clara.id)}/change")
    assert page.status in {403, 404}


@given(starts=MINUTE, length=st.integers(1, 48), later=MINUTE)
def test_a_time_that_is_moved_within_its_day_keeps_its_length(
    starts: int, length: int, later: int
) -> None:
    """As far as the day goes: what would reach beyond midnight ends there."""
    ends = min(starts + length * 30, DAY_MINUTES)
    wish = _Wish(
        "/kiosk/mine/x/change",
        {"day": "2026-11-28", "starts": minute_text(starts), "ends": minute_text(ends % 1440)},
        by_night=False,
    )
    address = wish.from_minute(later)
    found = dict(re.findall(r"(\w+)=([\d:%A]+)", address))
    moved = {name: value.replace("%3A", ":") for name, value in found.items()}
    asked = read_asked(
        {"day": "2026-11-28", "from": moved["starts"], "until": moved["ends"]},
        today=wish.day,
    )
    assert asked.starts == later
    end = _Wish("", {"ends": moved["ends"]}, by_night=False).minute("ends")
    assert end == min(later + ends - starts, DAY_MINUTES)

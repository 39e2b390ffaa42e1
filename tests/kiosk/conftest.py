"""A running node of the small quarter and its lobby screen."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.periods import Period
from node.spaces import Reservation, Wish
from tests.app_client import Browser, Furnished, House, Page, furnish, running
from tests.cast import PASSWORDS, PINS

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnish(tmp_path_factory.mktemp("furnished"), FrozenClock(START))


@pytest_asyncio.fixture
async def house(furnished: Furnished, tmp_path: Path, clock: FrozenClock) -> AsyncIterator[House]:
    async with running(furnished, tmp_path / "node", clock) as opened:
        yield opened


@pytest.fixture
def lobby(house: House) -> Browser:
    """The screen in the lobby, at rest."""
    return house.browser()


async def with_card(lobby: Browser, token: str, pin: str) -> Page:
    """Hold a card to the reader and type a PIN."""
    await lobby.get("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=token)
    return await lobby.submit("/kiosk/pin", pin=pin)


@pytest_asyncio.fixture
async def anna(house: House, lobby: Browser) -> Browser:
    """Anna at the lobby, signed in with her card."""
    page = await with_card(lobby, house.cards["anna"], PINS["anna"])
    assert page.path == "/kiosk/home", page.text
    return lobby


def utc(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of November 2026 by UTC; the small quarter is one hour ahead."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


async def booked(
    house: House,
    who: str,
    start: datetime,
    end: datetime,
    *,
    space: str = "hofsaal",
    by: str = "",
) -> Reservation:
    """A confirmed reservation, as if made on somebody's phone; or `by` somebody of the team."""
    wish = Wish(
        space_id=house.cast.files.id_of("space", space),
        period=Period(start, end),
        people=4,
        purpose="private" if space != "gartenzimmer" else "",
    )
    now, signer = house.clock.now(), house.node.store.core.identity
    actor = await house.node.store.read(lambda read: house.cast.actor(read, who, face=Face.PORTAL))
    actor = replace(actor, staff_id=house.cast.id(by)) if by else actor
    done = await house.node.store.write(
        lambda write: spaces.reserve(write, actor, wish, now=now, signer=signer)
    )
    assert isinstance(done, Reservation), done
    return done


async def pass_of(house: House, reservation: Reservation) -> tuple[str, str]:
    """The text of the pass's QR and its eight characters."""
    assert reservation.decision is not None
    text = spaces.pass_text(reservation.decision.pass_)
    keys = [house.node.store.core.identity.public_key]
    line = await house.node.store.read(lambda read: spaces.find_by_pass(read, text, keys=keys))
    assert isinstance(line, spaces.Line), line
    return f"HTTP://LOCALHOST:8080/P/{text}", line.code


async def at_the_desk(house: House) -> Browser:
    """Demir at his computer."""
    desk = house.browser()
    await desk.get("/desk/sign-in")
    await desk.submit("/desk/sign-in", name="demir", password=PASSWORDS["demir"])
    return desk


async def code_for(house: House, space: str = "hofsaal") -> tuple[Browser, str]:
    """The code that the desk makes for a device."""
    desk = await at_the_desk(house)
    shown = await desk.get("/desk/displays")
    place = id_text(house.cast.files.id_of("space", space))
    csrf = shown.form("/desk/displays").fields["csrf"]
    page = await desk.post("/desk/displays", csrf=csrf, place=place)
    found = re.search(r">([0-9A-Z]{4}) ([0-9A-Z]{4})<", page.html)
    assert found, page.text
    return desk, found[1] + found[2]


async def hung(house: House, space: str = "hofsaal") -> Browser:
    """A tablet at a door, showing its board."""
    _, code = await code_for(house, space)
    tablet = house.browser()
    await tablet.get(f"/door/open/{code}")
    page = await tablet.submit("/door/open")
    assert page.path == "/door", page.text
    return tablet

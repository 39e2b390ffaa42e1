"""The code of a key safe: never before its time, never to others, never after, and then changed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_deposits import board
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import ALL_FITS, anna_is_in, seen
from tests.journeys.test_series import at_portal

pytestmark = pytest.mark.asyncio
CODE = "K 8305"  # No random token of a page can hold this by chance.


async def set_code(town: Town, code: str = CODE, **more: str) -> Person:
    demir = await at_desk(town)
    page = f"/desk/places/{town.space('hofsaal')}/code"
    await demir.get(page)
    await demir.post(page, code=code, **more)
    assert "Gespeichert." in demir.seen
    return demir


async def test_the_code_is_shown_once_they_are_in_and_know_the_rules(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await set_code(town)
        assert CODE in demir.seen
        anna, number = await anna_is_in(town, clock)
        page = f"/mine/{number}/code"
        await anna.get(f"/mine/{number}")
        assert page in seen(anna)
        assert CODE not in anna.seen
        first = await anna.get(page)
        assert CODE not in first.text
        assert first.headers["cache-control"] == "private, no-store"
        shown = await anna.post(page)
        assert CODE in shown.text
        assert shown.headers["cache-control"] == "private, no-store"
        # Others of the quarter find nothing, and the desk's own people neither, as neighbours.
        clara, bilal = await at_portal(town, "clara"), await at_portal(town, "bilal")
        await clara.get("/mine")
        assert (await clara.get(page)).status_code == 404
        await clara.get("/mine")
        assert (await clara.post(page)).status_code == 404
        assert CODE in (await bilal.get(page)).text, "her household is in with her"
        assert "Code des Schlüsselsafes" not in (await board(town)).seen, "they are in"


async def test_not_before_they_are_in_and_not_after_their_time(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await set_code(town)
        program = await town.program("anna")
        made = (await program.post("/api/reservations", json=town.wish())).json()
        anna = await at_portal(town, "anna")
        page = f"/mine/{made['id']}/code"
        assert "sobald Sie eingecheckt sind" in (await anna.get(page)).text
        early = await anna.post(page)
        assert early.status_code == 409
        assert CODE not in early.text
        clock.set(datetime(2026, 11, 28, 14, 5, tzinfo=UTC))
        anna = await at_portal(town, "anna")
        await anna.get(f"/at/{town.space('hofsaal')}")
        await anna.post(f"/at/{town.space('hofsaal')}/check-in", figures="")
        assert CODE in (await anna.post(page)).text
        # She forgets to check out: the code is gone an hour after the end all the same.
        clock.set(datetime(2026, 11, 28, 19, 1, tzinfo=UTC))
        anna = await at_portal(town, "anna")
        late = await anna.get(page)
        assert CODE not in late.text
        assert "wird nicht mehr gezeigt" in late.text
        assert (await anna.post(page)).status_code == 409


async def test_where_it_is_wanted_the_arrival_is_signed_first(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await set_code(town, asks_protocol="1")
        anna, number = await anna_is_in(town, clock)
        page, come = f"/mine/{number}/code", f"/mine/{number}/hand-over/in"
        await anna.get(page)
        refused = await anna.post(page)
        assert refused.status_code == 409
        assert "zuerst die Übergabe" in seen(anna)
        assert CODE not in refused.text
        await anna.get(come)
        await anna.post(come, act="sign", **ALL_FITS, number_power="1")
        assert CODE in (await anna.post(page)).text


async def test_the_desk_is_reminded_of_another_code_when_they_have_left(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await set_code(town)
        anna, number = await anna_is_in(town, clock)
        await anna.get(f"/mine/{number}/code")
        await anna.post(f"/mine/{number}/code")
        demir = await board(town)
        await demir.post(f"/desk/reservations/{number}/check-out")
        demir = await board(town)
        assert "Code des Schlüsselsafes ändern" in seen(demir)
        await set_code(town, "1122")
        assert "Code des Schlüsselsafes ändern" not in seen(await board(town))
        assert CODE not in (await anna.get(f"/mine/{number}/code")).text
        eva = await at_desk(town, "eva")
        hidden = await eva.get(f"/desk/places/{town.space('hofsaal')}/code")
        assert hidden.status_code == 403, "who lets nobody in need not know it"

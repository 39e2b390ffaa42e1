"""Somebody stands before the desk: their booking is found by whatever they can say of it."""

from __future__ import annotations

from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.clock import FrozenClock
from node.base.ids import parse_id
from node.spaces import add_note, number_of
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk


@pytest.mark.asyncio
async def test_a_booking_is_found_by_name_guest_number_place_and_pass(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        guests = "Familie Özdemir, Jürgen Weiß"
        await town.node.store.write(
            lambda write: add_note(write, parse_id(made["id"]), note="", guest_names=guests)
        )
        address, demir = f"/desk/reservations/{made['id']}", await at_desk(town)
        number = number_of(parse_id(made["id"]))
        assert number in (await demir.get(address)).text
        # A number alone, however it is typed, and a guest, with or without the dots.
        for typed in (number, number.lower().replace("-", ""), number.replace("-", " ")):
            assert (await demir.get(f"/desk/search?query={typed}")).url.path == address, typed
        for typed in ("özdemir", "Weiss jürg", "oezdem"):
            assert (await demir.get(f"/desk/search?query={typed}")).url.path == address, typed
        code = made["code"]
        assert (await demir.get(f"/desk/search?query={code}")).url.path == address
        # A person: their bookings, and they themselves.
        by_name = unescape((await demir.get("/desk/search?query=Clara")).text)
        assert address in by_name
        assert number in by_name
        assert "/desk/people/" in by_name
        assert "/desk/plan?space=" in unescape((await demir.get("/desk/search?query=Hofs")).text)
        nothing = await demir.get("/desk/search?query=Qqqqq")
        assert "Nichts gefunden." in nothing.text
        assert 'value="Qqqqq"' in nothing.text, "what was typed is not lost"


@given(st.binary(min_size=16, max_size=16))
def test_a_number_is_six_signs_that_cannot_be_taken_for_others(id_: bytes) -> None:
    first, last = number_of(id_).split("-")
    assert len(first) == len(last) == 3
    assert not set("ILOU") & set(first + last)

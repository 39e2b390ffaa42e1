"""Clara books, does not come, and owes half of it: the same sum before, after and on every face."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest

from node import spaces
from node.base.clock import FrozenClock
from node.base.ids import parse_id
from tests.journeys.conftest import Person, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_place_rules import form_of
from tests.journeys.test_series import at_portal
from tests.spaces.conftest import utc


def seen(person: Person) -> str:
    """What stands on the page that was seen last, as it is read."""
    return unescape(person.seen).replace("\xa0", " ")


async def read(person: Person, path: str) -> str:
    """What stands on a page, as it is read."""
    await person.get(path)
    return seen(person)


@pytest.mark.asyncio
async def test_half_is_due_of_what_nobody_came_to_and_all_of_it_again_if_somebody_did(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir, place = await at_desk(town), f"/desk/places/{town.space('hofsaal')}"
        form = form_of(await demir.get(place))
        await demir.post(place, act="save", **{**form, "no_show": "50"})

        clara = await at_portal(town, "clara")
        program = await town.program("clara")
        made = (await program.post("/api/reservations", json=town.wish())).json()
        assert (made["bill"]["total_cents"], made["due_cents"]) == (10_400, 10_400)
        number = made["id"]
        assert "Kosten, wenn niemand kommt" in await read(clara, f"/mine/{number}")
        assert "52,00 €" in seen(clara), "before it begins"

        clock.set(utc(28, 14) + timedelta(minutes=21))
        clara, demir = await at_portal(town, "clara"), await at_desk(town)
        program = await town.program("clara")
        assert "52,00 € bleiben fällig" in await read(clara, f"/mine/{number}")
        assert "Niemand kam: 50 % des Preises von 104,00 €" in seen(clara)
        assert "52,00 €" in await read(clara, "/mine")
        assert "104,00 €" not in seen(clara)
        told = (await program.get(f"/api/reservations/{number}")).json()
        assert (told["status"], told["due_cents"]) == ("no_show", 5200)
        assert "52,00 € bleiben fällig" in await read(demir, f"/desk/reservations/{number}")
        assert "52,00 €" in await read(demir, "/desk/income?month=2026-11")
        table = await demir.get("/desk/income.csv?month=2026-11")
        rows = csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";")
        (row,) = (row for row in rows if row[-1] == number)
        assert row[3:8] == ["", "", "", "52.00" if "." in row[6] else "52,00", ""]
        now, clara_id = clock.now(), town.cast.id("clara")
        held = await town.node.store.read(lambda read: spaces.told_about(read, clara_id, now))
        (mine,) = (each for each in held if parse_id(each["number"]) == parse_id(number))
        assert mine["due_cents"] == 5200

        await demir.get(f"/desk/reservations/{number}")
        await demir.post(f"/desk/reservations/{number}/undo-no-show")
        assert "104,00 €" in seen(demir)
        assert "Nicht erschienen zurückgenommen" in seen(demir)
        told = (await program.get(f"/api/reservations/{number}")).json()
        assert (told["status"], told["due_cents"]) == ("confirmed", 10_400)
        assert "104,00 €" in await read(clara, f"/mine/{number}")
        assert "52,00 € bleiben fällig" not in seen(clara)

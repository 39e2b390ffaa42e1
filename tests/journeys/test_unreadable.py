"""A faulty box writes nonsense into one cell: pages go on without it, and somebody is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from node import quarter, spaces
from node.base.clock import FrozenClock
from node.base.ids import parse_id
from node.base.refusals import Refusal
from node.store import Read, Write
from node.web.unreadable import troubles_of_cells
from tests.cast import small_quarter
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_desk import at_desk

DEEP = "[" * 5000
BROKEN = ("{", "null", "[7]", DEEP, "\u0000")

CELLS = {
    "the quarter": ("update quarter_profile set profile = :text", "quarter_profile profile"),
    "its clock": ("update quarter_profile set profile = :clock", "quarter_profile profile"),
    "the desk": ("update quarter_profile set desk = :text", "quarter_profile desk"),
    "the rules": ("update quarter_profile set rules = :text", "quarter_profile rules"),
    "a house": ("update building set details = :text where id = :house", "building"),
    "flats": ("update flat set details = :text", "flat"),
    "a place": ("update space set details = :text where id = :place", "space"),
    "a closure": ("update closure set reason = :text", "closure"),
}
PAGES = ("/", "/find", "/mine", "/account")
DESK = ("/desk", "/desk/places", "/desk/plan", "/desk/week", "/desk/closures", "/desk/health")


def spoil(town: Town, sql: str, text: str) -> None:
    files = small_quarter()
    values = {
        "text": text,
        "clock": '{"key": "a", "name": "b", "city": "c", "timezone": "Mond/Krater"}',
        "house": files.id_of("building", files.buildings[0].key),
        "place": parse_id(town.space("hofsaal")),
    }
    asked = {name: value for name, value in values.items() if f":{name}" in sql}

    def run(write: Write) -> int:
        return write.execute(sql, **asked)

    changed = town.node.store.core.write(run)
    assert not isinstance(changed, Refusal), changed
    assert changed


@pytest.mark.asyncio
@pytest.mark.parametrize("what", CELLS)
async def test_one_broken_cell_stops_no_page_and_is_told(
    tmp_path: Path, clock: FrozenClock, what: str
) -> None:
    sql, named = CELLS[what]
    async with a_town(tmp_path, clock) as town:
        clara, demir = await town.program("clara"), await at_desk(town)
        clara.headers["accept"] = "text/html"
        if what == "a closure":
            await demir.post(
                "/desk/closures",
                target=f"space.{town.space('hofsaal')}",
                reason="Bau",
                first="2026-12-01",
                last="2026-12-02",
            )
        assert town.node.store.core.read(troubles_of_cells) == []
        for text in BROKEN:
            spoil(town, sql, text)
            for page in PAGES:
                assert (await clara.get(page, follow_redirects=True)).status_code == 200, (
                    text[:9],
                    page,
                )
            for page in DESK:
                assert (await demir.get(page)).status_code == 200, (text[:9], page)
            told = await demir.get("/desk/health")
            assert "kann Angaben nicht lesen" in told.text
            assert named in told.text


@pytest.mark.asyncio
async def test_only_what_is_broken_is_missing_and_what_is_shut_stays_shut(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        core, count = town.node.store.core, len(small_quarter().spaces)

        def names(read: Read) -> set[str]:
            return {each.row.key for each in spaces.list_spaces(read)}

        assert len(core.read(names)) == count
        spoil(town, CELLS["a place"][0], "{")
        assert core.read(names) == {row.key for row in small_quarter().spaces} - {"hofsaal"}
        houses = core.read(quarter.list_buildings)
        spoil(town, CELLS["a house"][0], "{")
        assert len(core.read(quarter.list_buildings)) == len(houses) - 1
        assert core.read(quarter.get_profile).name == small_quarter().profile.name

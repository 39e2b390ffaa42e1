"""Who let a box in is written down once, in the house alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.store import Core, NodeRole, new_identity
from node.sync.arrivals import Arrival, Way, note_arrival, read_arrivals
from node.sync.joining import join_quarter
from node.sync.pairing import Code
from node.sync.transport import parse_address
from tests.files import bytes_beside
from tests.sync.hand import CLOCK, REGISTRY, close, quarter_of
from tests.sync.test_anew import holds_all_of
from tests.sync.wired import Wired, quarter, until

DEMIR = b"d" * 16


async def join(folder: Path, home: Wired, **invited: bytes) -> bytes:
    """A new box joins by a code; its site."""
    folder.mkdir()  # noqa: ASYNC240 - a test's own folder
    code = Code.read(await home.sync.invite(name=folder.name, role=NodeRole.KIOSK, **invited))
    database = folder / "quarter.db"
    await join_quarter(parse_address(home.address), code, database, REGISTRY, clock=CLOCK)
    core = Core.open(database, REGISTRY, clock=CLOCK)
    core.close()
    return core.site_id


@pytest.mark.asyncio
async def test_a_code_tells_who_had_it_shown_and_central_hears_nothing_of_it(
    tmp_path: Path,
) -> None:
    async with quarter(tmp_path, "home", "central") as nodes:
        home, central = nodes.values()
        foyer = await join(tmp_path / "Foyer", home, staff_id=DEMIR)
        cellar = await join(tmp_path / "Keller", home)
        at = int(CLOCK.now().timestamp())
        assert await home.store.read(read_arrivals) == {
            foyer: Arrival(Way.CODE, at, DEMIR),
            cellar: Arrival(Way.SHELL, at, None),
        }
        await until(lambda: holds_all_of(central, home))
        assert await central.store.read(read_arrivals) == {}
        assert DEMIR in bytes_beside(home.folder / "quarter.db"), "the search sees what is there"
        assert DEMIR not in bytes_beside(central.folder / "quarter.db")


def test_it_is_written_once_and_behind_a_door_only(tmp_path: Path) -> None:
    home, kiosk, central = quarter_of(tmp_path)
    key = new_identity().public_key
    for box in (kiosk, central, home, home):
        box.core.write(lambda write: note_arrival(write, key, way=Way.CODE, staff_id=DEMIR, now=7))
    home.core.write(lambda write: note_arrival(write, key, way=Way.SHEET, staff_id=None, now=8))
    assert kiosk.core.read(read_arrivals) == central.core.read(read_arrivals) == {}
    assert [*home.core.read(read_arrivals).values()] == [Arrival(Way.CODE, 7, DEMIR)]
    close(home, kiosk, central)

"""A new box for the lobby: Demir has a code shown, the box joins, later it is lost and let go."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.store import new_identity
from node.sync import Code
from node.sync.pairing import accept
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


async def test_demir_pairs_a_box_renames_it_and_lets_it_go(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        await demir.get("/desk/nodes")
        shown = await demir.post("/desk/nodes/invite", name="Foyer", role="kiosk")
        assert "Code für Foyer" in shown.text
        found = re.search(r'class="code-large">([^<]+)<', shown.text)
        assert found is not None
        newcomer = new_identity()
        store, sync = town.node.store, town.node.sync
        here = store.core.identity.public_key
        joined = await store.on_writer(
            lambda core: accept(core, Code.read(found[1]).ask(newcomer, here))
        )
        assert joined is not None
        await sync.refresh_roster()
        boxes = await demir.get("/desk/nodes")
        assert "Foyer" in boxes.text
        where = f"/desk/nodes/{id_text(newcomer.site_id)}"
        await demir.post(f"{where}/rename", name="Eingang")
        assert "Eingang" in (await demir.get("/desk/nodes")).text
        assert "nicht zurücknehmen" in (await demir.get(f"{where}/revoke")).text
        await demir.post(f"{where}/revoke")
        assert "gehört nicht mehr dazu" in (await demir.get("/desk/nodes")).text
        assert (await demir.get(f"{where}/revoke")).status_code == 404
        assert town.node.sync.roster.active(newcomer.site_id) is None


async def test_a_box_needs_a_name_and_a_known_task(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        await demir.get("/desk/nodes")
        number = town.node.sync.roster.number
        for fields in ({"name": "", "role": "kiosk"}, {"name": "Foyer", "role": "central"}):
            answer = await demir.post("/desk/nodes/invite", **fields)
            assert answer.status_code == 400
        assert town.node.sync.roster.number == number


async def test_the_sixth_open_code_is_refused_in_words(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        await demir.get("/desk/nodes")
        for number in range(5):
            await demir.post("/desk/nodes/invite", name=f"Box {number}", role="kiosk")
        answer = await demir.post("/desk/nodes/invite", name="zu viel", role="kiosk")
        assert answer.status_code == 409
        assert "schon fünf Codes offen" in answer.text

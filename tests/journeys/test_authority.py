"""Ole fetches the list of the boxes back with the emergency sheet, where central keeps it."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.store import NodeRole, new_identity
from node.sync import new_sheet, sheet_keys, sheet_lines
from node.sync.authority import handover_to, set_recovery, sign_roster
from node.sync.roster import read_root, read_roster
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_caretaker import as_operator
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


async def test_ole_fetches_the_list_back_with_the_sheet(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        sheet = new_sheet()
        await town.node.store.on_writer(lambda core: set_recovery(core, sheet_keys(sheet)))
        await town.node.sync.refresh_roster()
        await central_keeps_the_list(town)
        ole = await as_operator(town)
        seen = html.unescape((await ole.get("/desk/nodes")).text)
        assert "Liste hierher holen" in seen
        assert "Code zeigen" in seen, "the house still lets new boxes in"
        lines = "\n".join(sheet_lines(sheet))
        refused = await ole.post("/desk/nodes/take-back", sheet=lines)
        assert refused.status_code == 422, "over the Wi-Fi others could read it"
        wrong = await ole.post("/desk/nodes/take-back", sheet="AAAA", own_network="1")
        assert "Auf dem Notfallblatt stehen 4 Zeilen" in wrong.text
        other = "\n".join(sheet_lines(new_sheet()))
        strange = await ole.post("/desk/nodes/take-back", sheet=other, own_network="1")
        assert strange.status_code == 409
        assert not town.node.sync.is_authority
        await ole.get("/desk/nodes")
        done = await ole.post("/desk/nodes/take-back", sheet=lines, own_network="1")
        assert "Umbenennen" in done.text
        assert town.node.sync.is_authority
        assert lines.splitlines()[0] not in done.text


async def test_only_the_operator_moves_the_list(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir, ole = await at_desk(town), await as_operator(town)
        await demir.get("/desk/nodes")
        assert (await demir.post("/desk/nodes/hand-over")).status_code == 403
        assert (await demir.post("/desk/nodes/take-back", sheet="x")).status_code == 403
        await ole.get("/desk/nodes")
        alone = await ole.post("/desk/nodes/hand-over")
        assert alone.status_code == 409
        assert "Zentrale wurde im Netz noch nicht gefunden" in html.unescape(alone.text)
        assert town.node.sync.is_authority


async def central_keeps_the_list(town: Town) -> None:
    """As after a handover: the roster is signed by central's key."""
    central, sync = new_identity(), town.node.sync
    await sync.add_node(central.public_key, name="Zentrale", role=NodeRole.CENTRAL)

    def hand_over(core) -> None:
        import msgspec

        known = read_roster(core)
        handover = handover_to(core, central.public_key)
        body = msgspec.structs.replace(
            known.body, authority=central.public_key, number=known.number + 1
        )
        own, core.identity = core.identity, central
        try:
            sign_roster(core, body, (*known.signed.handovers, handover), read_root(core))
        finally:
            core.identity = own

    await town.node.store.on_writer(hand_over)
    await sync.refresh_roster()

"""A box that came to central with a code waits; Demir lets it in, at the desk or at the lobby."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text, new_id
from node.base.periods import to_epoch
from node.store import Identity, NodeRole, new_identity
from node.sync import countersign, sealing_public_key
from tests.cast import PINS
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_caretaker import at_the_lobby, card_of, with_card
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


async def a_box_waits(town: Town, box: Identity, name: str = "Foyer") -> str:
    """What central tells of a box that came to it; its id as pages carry it."""
    core = town.node.store.core
    newcomer_id, now = new_id(), to_epoch(town.clock.now())
    core.role, before = NodeRole.CENTRAL, core.role
    try:
        await town.node.store.write(
            lambda write: write.insert(
                "box_waiting",
                id=newcomer_id,
                public_key=box.public_key,
                sealing_key=sealing_public_key(box),
                mark=countersign.mark_of(box),
                name=name,
                asked_at=now,
                ends_at=now + 3600,
            )
        )
    finally:
        core.role = before
    return id_text(newcomer_id)


async def test_demir_lets_a_box_in_at_the_desk(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        box, demir = new_identity(), await at_desk(town)
        where = f"/desk/nodes/waiting/{await a_box_waits(town, box)}"
        assert "„Foyer“ wartet auf das Haus" in (await demir.get("/desk/health")).text
        await demir.get("/desk/nodes")
        wrong = await demir.post(where, countersign="ABCD-EFGH-JKMN")
        assert wrong.status_code == 422
        assert "nicht der Gegencode dieser Box" in wrong.text
        assert town.node.sync.roster.active(box.site_id) is None
        let_in = await demir.post(where, countersign=countersign.countersign_of(box).lower())
        assert "wartet auf das Haus" not in let_in.text
        assert "hereingelassen von Demir Aksoy mit dem Gegencode" in let_in.text
        node = town.node.sync.roster.active(box.site_id)
        assert node is not None
        assert (node.name, node.role, bool(node.voucher)) == ("Foyer", NodeRole.KIOSK, True)
        assert (await demir.post(where, countersign="x")).status_code == 404, "decided once"


async def test_demir_lets_one_in_and_turns_one_away_at_the_lobby(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        box, other = new_identity(), new_identity()
        demir = await at_the_lobby(town, "demir")
        where = f"/kiosk/health/waiting/{await a_box_waits(town, box)}"
        strange = f"/kiosk/health/waiting/{await a_box_waits(town, other, 'Keller')}"
        page = html.unescape((await demir.get("/kiosk/health")).text)
        assert where in page
        assert "Es ist nichts zu tun" not in page
        await demir.get(where)
        swapped = await demir.post(where, countersign=countersign.countersign_of(other))
        assert swapped.status_code == 422
        await demir.post(where, countersign=countersign.countersign_of(box))
        await demir.get(strange)
        page = html.unescape((await demir.post(strange, turn_away="1")).text)
        assert "wartet auf das Haus" not in page
        roster = town.node.sync.roster
        assert roster.active(box.site_id) is not None
        assert roster.active(other.site_id) is None
        assert (await demir.get(strange)).status_code == 404


async def test_a_resident_lets_nobody_in(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        box = new_identity()
        newcomer_id = await a_box_waits(town, box)
        anna = await with_card(town, await card_of(town, "anna"), PINS["anna"])
        for path in (f"/kiosk/health/waiting/{newcomer_id}", f"/desk/nodes/waiting/{newcomer_id}"):
            for fields in ({"countersign": countersign.countersign_of(box)}, {"turn_away": "1"}):
                answer = await anna.post(path, **fields)
                assert answer.status_code == 403 or "sign-in" in answer.url.path
        assert town.node.sync.roster.active(box.site_id) is None
        assert len(await town.node.sync.waiting.listed()) == 1

"""The line of the house is cut: the desk's first page says what goes on, and what to look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.sync import LineSwitch
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import seen

pytestmark = pytest.mark.asyncio
ROUTER = "Bitte Strom und Kabel am Router prüfen."


async def test_the_board_says_what_to_do_while_the_line_is_cut(
    tmp_path: Path, clock: FrozenClock
) -> None:
    line = LineSwitch(tmp_path)
    async with a_town(tmp_path, clock, demo=True) as town:
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        await demir.get("/desk")
        assert ROUTER not in seen(demir)
        line.cut()
        # Somebody books meanwhile: it holds, and is counted as waiting.
        program = await town.program("anna")
        made = await program.post("/api/reservations", json=town.wish())
        assert made.json()["status"] == "confirmed"
        await demir.get("/desk")
        assert ROUTER in seen(demir)
        assert "Im Haus gilt alles weiter." in seen(demir)
        assert "wartet auf die Leitung" in seen(demir)
        assert seen(demir).count(ROUTER) == 1
        await eva.get("/desk")
        row = seen(eva).partition(ROUTER)
        assert row[1], "management sees it, too"
        line.join()
        await demir.get("/desk")
        assert ROUTER not in seen(demir)

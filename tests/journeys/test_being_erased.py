"""House management erases somebody who moved out; the desk sees how far it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


async def test_eva_gives_clara_her_data_and_erases_her_when_she_moves_out(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        eva = await at_desk(town, "eva")
        clara = town.cast.id("clara")
        path = f"/desk/people/{id_text(clara)}"
        await eva.get(path)
        given = await eva.post(f"{path}/data", kind="text")
        assert "Vorname: Clara" in given.text
        await eva.get(path)
        told = (await eva.post(f"{path}/data", kind="json")).json()
        assert [act["what"] for act in told["acts"]] == ["disclosed"], "the first one is on record"
        page = await eva.get(f"{path}/erase")
        assert "acht Jahre" in page.text
        page = await eva.post(f"{path}/erase", reason="moved_out")
        assert page.status_code == 422, "nobody is erased by a slip"
        page = await eva.post(f"{path}/erase", reason="moved_out", sure="yes")
        assert page.url.path == "/desk/erasures"
        assert "Auszug" in page.text
        assert "Eva" in page.text, "who did it is recorded"
        assert (await eva.get(path)).status_code == 404
        found = await eva.get("/desk/search?query=Clara")
        assert "Nichts gefunden" in found.text
        await eva.get(f"/desk/people/{id_text(town.cast.id('demir'))}/erase")
        refused = await eva.post(f"/desk/people/{id_text(town.cast.id('demir'))}/erase", sure="yes")
        assert refused.status_code == 409, "the team goes only after its task has ended"

"""A box that has just joined shows the quarter as soon as it has heard of it, without a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from node.app import open_node
from node.base.clock import FrozenClock
from node.quarter import import_quarter
from node.registry import REGISTRY
from node.settings import Settings
from node.store import Core, Founding, NodeRole
from node.sync import add_node, found_roster, join_roster, sealing_public_key
from node.sync.roster import read_root
from tests.cast import small_quarter
from tests.journeys.conftest import Cast, Town

pytestmark = pytest.mark.asyncio


def a_home_and_a_newcomer(folder: Path, clock: FrozenClock) -> Core:
    """The home node knows the quarter; the newcomer's file belongs to it and is empty."""
    home = Core.open(folder / "home.db", REGISTRY, clock=clock)
    found_roster(home, name="Service-Point")
    import_quarter(home, small_quarter(), now=clock.now())
    founding = Founding(home.quarter, home.epoch)
    new = Core.open(folder / "quarter.db", REGISTRY, clock=clock, founding=founding)
    key = sealing_public_key(new.identity)
    roster = add_node(
        home, new.identity.public_key, name="Foyer", role=NodeRole.KIOSK, sealing_key=key
    )
    join_roster(new, roster.signed, root=read_root(home))
    new.close()
    return home


async def test_the_name_of_the_quarter_arrives_while_pages_are_served(
    tmp_path: Path, clock: FrozenClock
) -> None:
    files = small_quarter()
    home = a_home_and_a_newcomer(tmp_path, clock)
    node = await open_node(Settings(data=tmp_path, discovery=False), clock=clock)
    town = Town(node, clock, Cast(files, clock.now()))
    try:
        browser = town.browser()
        assert files.profile.name not in (await browser.get("/sign-in")).text
        chain = (home.site_id, "quarter")
        told = home.changesets(chain, after=0, max_bytes=10**8)
        await node.store.receive(told, node.sync.roster.members)
        for _ in range(100):
            await asyncio.sleep(0.02)
            if files.profile.name in (await browser.get("/sign-in")).text:
                break
        assert files.profile.name in (await browser.get("/sign-in")).text
    finally:
        home.close()
        for http in town.browsers:
            await http.aclose()
        await node.close()

"""Boxes as real processes on networks of their own: they find each other by multicast alone.

Every box is in a network namespace with one cable to a common bridge; nobody is told an address.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

import pytest

from tests.lan import CENTRAL, Lan, Socket, lan
from tests.sync.processes import Lone, make_quarter

pytestmark = [pytest.mark.provisioning, pytest.mark.asyncio]
ANYWHERE = "::"


@pytest.fixture
def network() -> Iterator[Lan]:
    with lan() as made:
        yield made


@contextlib.asynccontextmanager
async def boxes(
    folders: Mapping[str, Path], sockets: Mapping[str, Socket], *given: str, host: str = ANYWHERE
) -> AsyncIterator[dict[str, Lone]]:
    """The nodes of these folders at these places, started together."""
    made = {name: Lone(folder, host=host) for name, folder in folders.items()}
    try:
        await asyncio.gather(
            *(node.start(*given, within=sockets[name].within) for name, node in made.items())
        )
        yield made
    finally:
        for node in made.values():
            with contextlib.suppress(AssertionError, ProcessLookupError):
                await node.kill()


async def all_see(nodes: Mapping[str, Lone], *texts: str, seconds: float = 30) -> None:
    await asyncio.gather(*(node.until_sees(*texts, seconds=seconds) for node in nodes.values()))


async def test_two_boxes_meet_lose_the_cable_and_move(tmp_path: Path, network: Lan) -> None:
    sockets = {
        "home": network.plug("home", "10.77.0.1/24"),
        "kiosk": network.plug("kiosk", "10.77.0.2/24"),
    }
    async with boxes(make_quarter(tmp_path, "home", "kiosk"), sockets) as nodes:
        home, kiosk = nodes["home"], nodes["kiosk"]
        await home.wish("eins")
        await kiosk.until_sees("eins")
        # The cable is pulled, both write, the cable is back.
        sockets["kiosk"].pull_out()
        await home.wish("am Haus")
        await kiosk.wish("am Foyer")
        await asyncio.sleep(2)
        assert "am Haus" not in kiosk.sees
        sockets["kiosk"].plug_in()
        await all_see(nodes, "am Haus", "am Foyer", seconds=40)
        # Another address, as after a change of the router: found again without any setting.
        sockets["kiosk"].move("10.77.0.2/24", "10.77.0.22/24")
        await home.wish("nach dem Umzug")
        await kiosk.wish("auch von hier")
        await all_see(nodes, "nach dem Umzug", "auch von hier", seconds=60)


async def test_five_boxes_two_of_one_name_and_a_foreign_quarter_beside_them(
    tmp_path: Path, network: Lan
) -> None:
    """The neighbours' quarter on the same switch is neither called nor disturbed."""
    (tmp_path / "ours").mkdir()
    (tmp_path / "theirs").mkdir()
    names = ("home", "north", "south", "east", "west")
    ours = make_quarter(tmp_path / "ours", *names, called={"north": "Foyer", "south": "Foyer"})
    theirs = make_quarter(tmp_path / "theirs", "other", "screen", quarter=b"N" * 16)
    places = {
        name: network.plug(name, f"10.77.0.{number}/24")
        for number, name in enumerate((*names, "other", "screen"), 1)
    }
    async with contextlib.AsyncExitStack() as stack:
        # Alone at first, so that whoever calls here is a stranger.
        strangers = await stack.enter_async_context(boxes({"other": theirs["other"]}, places))
        nodes = await stack.enter_async_context(boxes(ours, places))
        for name, node in nodes.items():
            await node.wish(f"von {name}")
        await all_see(nodes, *(f"von {name}" for name in names))
        assert places["other"].was_called() == 0
        more = await stack.enter_async_context(boxes({"screen": theirs["screen"]}, places))
        strangers.update(more)
        await strangers["other"].wish("nebenan")
        await strangers["screen"].until_sees("nebenan")
        await nodes["west"].wish("hier")
        await all_see(nodes, "hier")
        assert all(stranger.sees == {"nebenan"} for stranger in strangers.values())
        assert all("nebenan" not in node.sees for node in nodes.values())


async def test_boxes_meet_where_there_is_nothing_but_ipv6(tmp_path: Path, network: Lan) -> None:
    """No router, no address but the one that each cable gives: fe80::..., bound to the socket."""
    sockets = {name: network.plug(name) for name in ("home", "kiosk")}
    async with boxes(make_quarter(tmp_path, "home", "kiosk"), sockets) as nodes:
        await nodes["home"].wish("eins")
        await nodes["kiosk"].wish("zwei")
        await all_see(nodes, "eins", "zwei")
        sockets["kiosk"].pull_out()
        await nodes["kiosk"].wish("ohne Kabel")
        await asyncio.sleep(1)
        sockets["kiosk"].plug_in()
        await all_see(nodes, "ohne Kabel", seconds=40)


async def test_a_box_that_loses_its_ipv4_address_goes_on_by_ipv6(
    tmp_path: Path, network: Lan
) -> None:
    sockets = {
        "home": network.plug("home", "10.77.0.1/24", "fd77::1/64"),
        "kiosk": network.plug("kiosk", "10.77.0.2/24", "fd77::2/64"),
    }
    async with boxes(make_quarter(tmp_path, "home", "kiosk"), sockets) as nodes:
        await nodes["home"].wish("eins")
        await all_see(nodes, "eins")
        sockets["kiosk"].ip("address", "del", "10.77.0.2/24", "dev", "eth0")
        await nodes["home"].wish("zwei")
        await nodes["kiosk"].wish("drei")
        await all_see(nodes, "zwei", "drei", seconds=60)


async def test_the_line_to_central_goes_up_and_down_while_all_write(
    tmp_path: Path, network: Lan
) -> None:
    places = {
        "home": network.plug("home", "10.77.0.1/24"),
        "kiosk": network.plug("kiosk", "10.77.0.2/24"),
        "central": network.to_central(),
    }
    folders = make_quarter(tmp_path, "home", "kiosk", "central")
    world = f"central={CENTRAL}:8443"
    async with boxes(folders, places, world) as nodes:
        house = {name: nodes[name] for name in ("home", "kiosk")}
        await nodes["central"].plan("Anfang")
        await all_see(nodes, "Anfang")
        told = []
        for times in range(3):
            network.cut_line()
            for name, node in nodes.items():
                told.append(f"{name} ohne Leitung {times}")
                await node.plan(told[-1])
            await house["kiosk"].wish(f"privat {times}")
            # The house itself goes on at once, whatever the line does.
            await all_see(house, f"home ohne Leitung {times}", f"privat {times}", seconds=5)
            await asyncio.sleep(1.5)
            assert f"home ohne Leitung {times}" not in nodes["central"].sees
            network.join_line()
            for name, node in nodes.items():
                told.append(f"{name} mit Leitung {times}")
                await node.plan(told[-1])
        await all_see(nodes, *told, seconds=60)
        assert not any(text.startswith("privat") for text in nodes["central"].sees)

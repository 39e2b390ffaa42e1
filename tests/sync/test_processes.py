"""Real processes: killed at any moment under load, and apart in network namespaces."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.store import Core
from node.store.doctor import examine
from node.sync.roster import read_roster
from tests.sync.hand import CLOCK, REGISTRY
from tests.sync.processes import Lone, make_quarter
from tests.sync.wired import free_port


@pytest.mark.slow
@pytest.mark.asyncio
@pytest.mark.timeout(300)
async def test_nodes_killed_under_load_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    chance = random.Random(1)
    folders = make_quarter(tmp_path, "home", "kiosk")
    home, kiosk = (Lone(folder, port=free_port()) for folder in folders.values())
    pair = {home: kiosk, kiosk: home}
    for node, other in pair.items():
        await node.start(other.address)
    number = 0
    for _ in range(20):
        for _ in range(chance.randrange(5, 40)):
            number += 1
            await chance.choice((home, kiosk)).wish(f"Zeile {number}")
        await asyncio.sleep(chance.random() * 0.3)
        victim = chance.choice((home, kiosk))
        await victim.kill()
        await victim.start(pair[victim].address)
    acknowledged = home.done | kiosk.done
    assert len(acknowledged) > 50
    for node in pair:
        await node.until_sees(*acknowledged, seconds=30)
        assert await node.end() == 0
    assert home.sees == kiosk.sees
    for folder in folders.values():
        core = Core.open(folder / "quarter.db", REGISTRY, clock=CLOCK)
        roster = read_roster(core)
        assert roster is not None
        assert examine(core, roster.members) == []
        core.close()


NETS = ("quartier-a", "quartier-b", "quartier-c")


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture
def namespaces() -> Iterator[tuple[str, ...]]:
    """Three network namespaces on one bridge, which is a network of its own."""
    if os.geteuid() != 0 or shutil.which("ip") is None:
        pytest.skip("needs root and iproute2")
    _remove()
    try:
        ip("netns", "add", "quartier-lan")
        ip("-n", "quartier-lan", "link", "add", "lan", "type", "bridge", "mcast_snooping", "0")
        ip("-n", "quartier-lan", "link", "set", "lan", "up")
    except subprocess.CalledProcessError as error:
        _remove()
        pytest.skip(f"no network namespaces here: {error.stderr.decode().strip()}")
    for number, name in enumerate(NETS, 1):
        ip("netns", "add", name)
        ip(
            *("link", "add", "eth0", "netns", name, "type", "veth"),
            *("peer", "name", f"port{number}", "netns", "quartier-lan"),
        )
        ip("-n", "quartier-lan", "link", "set", f"port{number}", "master", "lan", "up")
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "addr", "add", f"10.77.0.{number}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "route", "add", "224.0.0.0/4", "dev", "eth0")
    yield NETS
    _remove()


def _remove() -> None:
    for name in (*NETS, "quartier-lan"):
        subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def netns(name: str) -> tuple[str, ...]:
    return ("ip", "netns", "exec", name)


@pytest.mark.provisioning
@pytest.mark.asyncio
async def test_nodes_on_a_lan_meet_move_and_ignore_a_foreign_quarter(
    tmp_path: Path, namespaces: tuple[str, ...]
) -> None:
    a, b, c = namespaces
    (tmp_path / "ours").mkdir()
    (tmp_path / "foreign").mkdir()
    ours = make_quarter(tmp_path / "ours", "home", "kiosk")
    foreign = make_quarter(tmp_path / "foreign", "other")
    home = Lone(ours["home"], host="0.0.0.0", port=8443)  # noqa: S104 - a network of its own
    kiosk = Lone(ours["kiosk"], host="0.0.0.0", port=8443)  # noqa: S104
    other = Lone(foreign["other"], host="0.0.0.0", port=8443)  # noqa: S104
    try:
        await home.start(within=netns(a))
        await other.start(within=netns(c))
        await kiosk.start(within=netns(b))
        await home.wish("eins")
        await kiosk.until_sees("eins")
        began = time.perf_counter()
        await home.wish("zwei")
        await kiosk.until_sees("zwei")
        print(f"{(time.perf_counter() - began) * 1000:.0f} ms from asking to the other's telling")
        # The cable is pulled, both write, the cable is back.
        ip("-n", b, "link", "set", "eth0", "down")
        await home.wish("am Haus")
        await kiosk.wish("am Foyer")
        await asyncio.sleep(2)
        assert "am Haus" not in kiosk.sees
        ip("-n", b, "link", "set", "eth0", "up")
        ip("-n", b, "route", "replace", "224.0.0.0/4", "dev", "eth0")
        await kiosk.until_sees("am Haus", seconds=40)
        await home.until_sees("am Foyer", seconds=40)
        # Another address, as after a change of the router: found again without any setting.
        ip("-n", b, "addr", "del", "10.77.0.2/24", "dev", "eth0")
        ip("-n", b, "addr", "add", "10.77.0.22/24", "dev", "eth0")
        ip("-n", b, "route", "replace", "224.0.0.0/4", "dev", "eth0")
        await home.wish("nach dem Umzug")
        await kiosk.until_sees("nach dem Umzug", seconds=60)
        assert other.sees == set()
    finally:
        for node in (home, kiosk, other):
            with contextlib.suppress(AssertionError, ProcessLookupError):
                await node.kill()

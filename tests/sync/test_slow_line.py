"""A house at the end of a bad line: 64 kbit/s, 800 ms there and back, every 20th frame lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from node.store.connection import open_reader
from tests.badline import BadLine, Shape, bad_line
from tests.lan import CENTRAL, Lan, lan
from tests.sync.processes import Lone, make_quarter

pytestmark = [pytest.mark.provisioning, pytest.mark.asyncio]

CHANGES = 130
"""What a house of some hundred homes writes for central on a busy day."""


@pytest.fixture
def network() -> Iterator[Lan]:
    with lan() as made:
        yield made


def held(folder: Path, scope: str) -> int:
    """How many changesets of a scope lie in a node's file, read beside its process."""
    with closing(open_reader(folder / "quarter.db")) as reader:
        found = reader.execute("select sum(held) from head where scope = ?", (scope,)).fetchone()
    return int(found[0] or 0)


async def a_day(home: Lone) -> list[str]:
    """Write a day's changes; the words are of the length of real ones, and as hard to pack."""
    chance = random.Random(7)
    texts = [f"{number} {chance.randbytes(60).hex()}" for number in range(CHANGES)]
    for text in texts:
        await home.plan(text)
    await home.until_done(*texts, seconds=60)
    return texts


async def until_held(folder: Path, scope: str, least: int) -> None:
    async with asyncio.timeout(90):
        while held(folder, scope) < least:  # noqa: ASYNC110 - another process's file
            await asyncio.sleep(0.1)


@pytest.mark.timeout(240)
async def test_a_day_comes_over_a_bad_line_goes_on_after_a_cut_and_idle_is_cheap(
    tmp_path: Path, network: Lan
) -> None:
    folders = make_quarter(tmp_path, "home", "central")
    with bad_line(Shape()) as line:
        places = {"home": network.plug("home", "10.77.0.1/24"), "central": network.to_central(line)}
        central = Lone(folders["central"], host="::")
        home = Lone(folders["home"], host="::")
        try:
            await central.start(within=places["central"].within)
            await home.start(f"central={CENTRAL}:8443", within=places["home"].within)
            texts = await a_day(home)
            await meets_a_cut(line, folders["central"], central, texts)
            await home.wish("privat")
            await until_held(folders["central"], "sealed", 1)
            assert "privat" not in central.sees
            await idles(line)
        finally:
            await home.kill()
            await central.kill()


async def meets_a_cut(line: BadLine, folder: Path, central: Lone, texts: list[str]) -> None:
    await until_held(folder, "quarter", CHANGES // 3)
    line.is_cut = True
    before, carried = held(folder, "quarter"), line.bytes_carried
    await asyncio.sleep(3)
    line.is_cut = False
    await central.until_sees(*texts, seconds=120)
    after = line.bytes_carried - carried
    print(f"{carried} bytes until the cut at {before} of {CHANGES} changes, {after} after it")
    # What had arrived is not sent again.
    assert after < 2 * (CHANGES - before) * carried / before + 4000


async def idles(line: BadLine) -> None:
    # What was still on its way arrives, and the waiting request begins.
    await asyncio.sleep(3)
    before = line.bytes_carried
    await asyncio.sleep(4)
    print(f"{line.bytes_carried - before} bytes in 4 idle seconds")
    assert line.bytes_carried - before < 1000

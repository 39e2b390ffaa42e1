"""The plug is pulled while somebody opens a door and goes through the list behind it: what was
acknowledged is there, and no touch opens twice, though each form is sent again after every death.
"""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from node.app import open_node
from node.base.clock import FrozenClock
from node.base.ids import derived_id, id_text, parse_id
from node.registry import REGISTRY
from node.settings import Settings
from node.spaces import unlocking
from node.spaces.unlock import UnlockKind
from node.store import Core
from node.store.doctor import examine
from tests.cast import Cast, small_quarter
from tests.crash.dying import Dying
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_guest_stay import a_stay, come, december, furnish

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
LOCKS = ("gartenzimmer = file",)
TOUCHES = 6
KILLS = 10
ANSWERS = "select fact from hand_over where reservation_id = :id"
TAKER = """
import pathlib, sys, time
orders, taken = pathlib.Path(sys.argv[1]), open(sys.argv[2], "a")
while True:
    for path in orders.glob("*.json"):
        try:
            path.rename(path.with_suffix(".taken"))
        except FileNotFoundError:
            continue
        print(path.stem, file=taken, flush=True)
    time.sleep(0.005)
"""
"""Another program on the box, which opens doors and does not die with it."""


@contextmanager
def a_taker(folder: Path, taken: Path) -> Iterator[None]:
    command = [sys.executable, "-c", TAKER, str(folder / "locks" / "orders"), str(taken)]
    program = subprocess.Popen(command)
    try:
        yield
    finally:
        program.kill()
        program.wait()


def test_no_touch_opens_twice_and_nothing_that_was_said_is_lost(tmp_path: Path) -> None:
    clock = FrozenClock(december(10, 9))
    number, link = asyncio.run(_moved_in(tmp_path, clock))
    said, taken = tmp_path / "acknowledged", tmp_path / "taken"
    said.touch()
    dying = Dying(tmp_path / "said.log", random.SystemRandom().randrange(10**6))

    def work(turn: int) -> None:
        asyncio.run(_go_through(tmp_path, clock, link, said, turn))

    def look() -> None:
        _oracle(tmp_path, number, said, taken)

    with a_taker(tmp_path, taken):
        dying.measure(lambda: work(0))
        turn = 1
        while dying.kills < KILLS:
            # Sent again and again until all of it gets through, and then what comes next.
            dying.until_done(lambda turn=turn: work(turn), look)
            turn += 1
        look()
    print(f"killed {dying.kills} times in {turn} turns")
    assert len(taken.read_text().split()) >= TOUCHES, "the first turn was not disturbed"
    assert len(said.read_text().split()) >= 2 * TOUCHES * turn


async def _moved_in(folder: Path, clock: FrozenClock) -> tuple[bytes, str]:
    async with a_town(folder, clock, locks=LOCKS) as town:
        await furnish(town)
        number, link = await a_stay(town, "anna", 14, 17)
        clock.set(december(14, 15))
        await come(town, link)
        return number, link


async def _go_through(folder: Path, clock: FrozenClock, link: str, said: Path, turn: int) -> None:
    """Say a number and open the door, again and again; note what was answered to."""
    settings = Settings(data=folder, discovery=False, locks=LOCKS)
    node = await open_node(settings, clock=clock)
    town = Town(node, clock, Cast(small_quarter(), clock.now()))
    guest = town.browser()
    log = os.open(said, os.O_WRONLY | os.O_APPEND)
    for number in range(turn * TOUCHES, turn * TOUCHES + TOUCHES):
        touch = id_text(derived_id("touch", number))
        page = f"{link}/hand-over/in"
        await guest.get(page)
        kept = await guest.post(
            page, act="keep", is_beds="differs", number_beds=str(number + 10), words_beds="Betten"
        )
        assert kept.status_code == 200, kept.text
        os.write(log, f"answer-{number + 10}\n".encode())
        await guest.get(f"{link}/open")
        opened = await guest.post(f"{link}/open", touch=touch)
        assert opened.status_code == 200, opened.text
        os.write(log, f"touch-{touch}\n".encode())
    for http in town.browsers:
        await http.aclose()
    await node.close()


def _oracle(folder: Path, number: bytes, said: Path, taken: Path) -> None:
    opened = taken.read_text().split() if taken.exists() else []
    assert len(opened) == len(set(opened)), "a touch opened twice"
    core = Core.open(folder / "quarter.db", REGISTRY, clock=FrozenClock(december(14, 15)))
    try:
        facts = core.read(lambda read: unlocking.openings_since(read, december(1, 0)))
        known = {id_text(each.id) for each in facts}
        # A door opens only for a touch that was noted before.
        assert set(opened) <= known
        answered = core.read(lambda read: [row["fact"] for row in read.rows(ANSWERS, id=number)])
        for line in said.read_text().split():
            kind, _, what = line.partition("-")
            if kind == "answer":
                assert any(f'"number":{what}' in fact for fact in answered), line
            else:
                touched = core.read(
                    lambda read, what=what: unlocking.find_touch(read, number, parse_id(what))
                )
                assert touched is not None, line
                # One that was cut off is never sent again, and stays unclear.
                was_open = touched.outcome is UnlockKind.OPENED
                assert not was_open or id_text(touched.id) in opened
        assert examine(core) == []
    finally:
        core.close()

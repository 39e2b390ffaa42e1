"""Messages that Hypothesis and the fuzzer made, thrown at a live node over TLS.

It answers each in bounded time, grows no further than a bound, and no row changes. The corpus holds
what the coverage-guided fuzzer (`make fuzz`) found to go somewhere new.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from node.sync.transport import SCHEME
from tests.fuzz.messages import thrown
from tests.fuzz.target import MEMORY_BYTES_MAX, Target, memory_bytes
from tests.sync.test_hostile import line
from tests.sync.test_hostile import path as place_of
from tests.sync.wired import quarter

CORPUS = Path(__file__).with_name("corpus")
MESSAGES = 400
FLOOD = 800
PLACE = place_of()


@contextlib.asynccontextmanager
async def target(path: Path, *, by_door: bool = False) -> AsyncIterator[Target]:
    """A node that is asked over TLS; by its own door where that would only cost time."""
    async with quarter(path, "home", "kiosk") as nodes:
        await nodes["home"].wish("gut")
        await nodes["kiosk"].sees("gut")
        # By hand from now on: what the kiosk itself writes is not what is looked for.
        await nodes["kiosk"].sync.stop()
        async with line(nodes["home"]) as client:

            async def ask(token: bytes, body: bytes) -> tuple[int, bytes]:
                headers = {"authorization": f"{SCHEME} {token.hex()}"} if token else {}
                answer = await client.post(PLACE, content=body, headers=headers)
                return answer.status_code, answer.content

            yield Target(nodes["home"], nodes["kiosk"], None if by_door else ask)


async def throw_all(at: Target, messages: Iterable[bytes]) -> set[int]:
    """All of them, one after the other, with nothing changed by any."""
    before, statuses = await at.state(), set()
    for data in messages:
        statuses.add(await at.throw(data))
        await at.forgive()
    assert await at.state() == before
    return statuses


def test_what_hypothesis_makes_changes_nothing(tmp_path: Path) -> None:
    made: list[bytes] = []

    @settings(
        max_examples=MESSAGES, database=None, suppress_health_check=list(HealthCheck), deadline=None
    )
    @given(thrown)
    def collect(data: bytes) -> None:
        made.append(data)

    collect()

    async def run() -> None:
        async with target(tmp_path) as at:
            assert await throw_all(at, made) == {200, 403}

    asyncio.run(run())


def test_what_the_fuzzer_found_changes_nothing(tmp_path: Path) -> None:
    found = [path.read_bytes() for path in sorted(CORPUS.iterdir())]
    assert len(found) > 20

    async def run() -> None:
        async with target(tmp_path) as at:
            assert await throw_all(at, found) == {200, 403}

    asyncio.run(run())


@pytest.mark.parametrize("token", [False, True])
def test_a_flood_of_rubbish_does_not_make_it_grow(tmp_path: Path, token: bool) -> None:
    found = [path.read_bytes() for path in sorted(CORPUS.iterdir())]

    async def run() -> None:
        async with target(tmp_path) as at:
            flood = [bytes([token]) + data[1:] for data in found]
            await throw_all(at, flood)
            before = memory_bytes()
            for number in range(FLOOD):
                await at.throw(flood[number % len(flood)])
            assert memory_bytes() - before < MEMORY_BYTES_MAX

    asyncio.run(run())

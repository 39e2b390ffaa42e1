"""Nodes with somebody between them and central who is slow, or ends every connection soon."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from node.sync import patience, routes, transport
from tests.relay import Relay, relay
from tests.sync.wired import Wired, quarter, until

pytestmark = pytest.mark.asyncio
LIFETIME = 1.5
"""Of a connection: a twentieth of what proxies allow, and of what a waiting request waits."""


@contextlib.asynccontextmanager
async def through(path: Path, **how: float) -> AsyncIterator[tuple[Wired, Wired, Relay]]:
    """Home and central, and a relay of this kind on the only way between them."""
    async with quarter(path, "home", "central", start=False) as nodes:
        home, central = nodes["home"], nodes["central"]
        await central.start()
        async with relay(Relay(central.port, **how)) as between:  # type: ignore[arg-type]
            await home.start(central=between.address)
            yield home, central, between
            await home.stop()


async def test_connections_that_are_all_cut_soon_cost_no_more_than_one_each_time(
    tmp_path: Path,
) -> None:
    """News still comes at once, for the next waiting request stands a moment later."""
    async with through(tmp_path, lifetime=LIFETIME) as (home, central, between):
        await central.plan("Anfang")
        await home.sees("Anfang", "plan", "what")
        loop = asyncio.get_running_loop()
        began, opened = loop.time(), between.opened
        for number in range(4):
            await central.plan(f"Neues {number}")
            await home.sees(f"Neues {number}", "plan", "what", seconds=LIFETIME + 3)
            await home.plan(f"von hier {number}")
            await central.sees(f"von hier {number}", "plan", "what", seconds=LIFETIME + 3)
            await asyncio.sleep(LIFETIME)
        lifetimes = (loop.time() - began) / LIFETIME
        assert between.cut >= 3
        # One that waits and one for rounds beside it.
        assert between.opened - opened <= 2 * lifetimes + 2


async def test_on_a_line_that_is_cut_when_silent_requests_learn_to_wait_for_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds for what is half a minute outside: 1 to wait at first, 4 later, 2 of silence."""
    monkeypatch.setattr(patience, "SHORT_SECONDS", 1)
    monkeypatch.setattr(patience, "LONG_SECONDS", 4)
    async with through(tmp_path, silence=2.0) as (home, central, between):
        caller, _ = home.sync._callers[central.site]
        await until(lambda: caller._patience.seconds == 4, 30)
        await until(lambda: caller._patience.seconds == 1, 30)
        # Twice as much quiet is needed now before it is tried again: nothing is cut meanwhile.
        opened = between.opened
        await asyncio.sleep(4)
        assert between.opened - opened <= 1
        assert caller._patience.seconds == 1
        await central.plan("Neues")
        await home.sees("Neues", "plan", "what")


async def test_what_takes_longer_than_a_silence_may_last_arrives_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # More than a TLS record takes here, less than a page.
    monkeypatch.setattr(transport, "REPLY_SECONDS", 1.5)
    monkeypatch.setattr(routes, "BODY_SECONDS", 1.5)
    async with through(tmp_path, bytes_a_second=20_000.0) as (home, central, between):
        # Hex packs to half: three seconds each way at this speed.
        there, back = secrets.token_hex(60_000), secrets.token_hex(60_000)
        await home.plan(there)
        await central.sees(there, "plan", "what", seconds=20)
        await central.plan(back)
        await home.sees(back, "plan", "what", seconds=20)
        assert between.carried < 3 * 60_000

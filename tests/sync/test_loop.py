"""Running nodes over real TLS sockets: news travels at once, a cut line is made good."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

import pytest

from tests.sync.wired import quarter

pytestmark = pytest.mark.asyncio


async def test_a_write_at_one_node_is_seen_at_all_that_may_see_it(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.wish("privat")
        await kiosk.sees("privat")
        await kiosk.plan("Chor")
        await home.sees("Chor", "plan", "what")
        await central.sees("Chor", "plan", "what")
        await central.plan("von der Zentrale")
        await home.sees("von der Zentrale", "plan", "what")
        await kiosk.sees("von der Zentrale", "plan", "what")
        assert await central.texts() == set()


async def test_one_row_is_there_within_a_moment(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("erste")
        await kiosk.sees("erste")
        took = []
        for number in range(20):
            writer, reader = (home, kiosk) if number % 2 else (kiosk, home)
            began = time.perf_counter()
            await writer.wish(f"Zeile {number}")
            await reader.sees(f"Zeile {number}")
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
        print(f"median {statistics.median(took) * 1000:.1f} ms, most {max(took) * 1000:.1f} ms")
        assert statistics.median(took) < 0.5

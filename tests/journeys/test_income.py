"""Demir looks what the month came to; residents do not."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from tests.journeys.conftest import a_town
from tests.journeys.test_desk import at_desk


@pytest.mark.asyncio
async def test_the_page_and_the_table_say_the_same(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        clara, demir = await town.program("clara"), await at_desk(town)
        assert (await clara.get("/desk/income")).status_code in {303, 401, 403}
        page = await demir.get("/desk/income?month=2026-11")
        assert page.status_code == 200
        assert "November 2026" in page.text
        data = await demir.http.get(
            "/desk/income?month=2026-11", headers={"accept": "application/json"}
        )
        told = data.json()
        table = await demir.http.get("/desk/income.csv?month=2026-11")
        rows = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig")), delimiter=";"))
        used = [row for row in rows[1:] if row[3] or row[7]]
        gross = sum(round(float(row[6].replace(",", ".")) * 100) for row in used)
        assert used
        words = f"{gross / 100:.2f}".replace(".", ",")
        assert told["total"]["gross"].replace(".", "").startswith(words)
        assert (await demir.get("/desk/income?month=nonsense")).status_code == 200
        assert (await demir.get("/desk/income?month=2031-02")).status_code == 200

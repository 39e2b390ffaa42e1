"""A day with far more on it than the desk sees at once: what comes next stays within reach."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from node import spaces
from node.base.clock import FrozenClock
from node.base.ids import new_id, parse_id, random_id
from node.base.periods import Period
from node.desk.today import MOST_ROWS
from node.spaces import passes, tables
from node.spaces.folding import project_new
from node.spaces.model import DecisionFact, RequestDetails, RequestFact, Verdict
from node.spaces.terms import Terms
from node.store import Write
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio
FIRST = datetime(2026, 11, 28, 8, tzinfo=UTC)


async def booked_full(town: Town, count: int) -> None:
    """So many quarters of an hour of the hall, one after the other, each somebody's."""
    hall = parse_id(town.space("hofsaal"))
    signer = town.node.house.signer

    def book(write: Write) -> None:
        space = spaces.find_space(write, hall)
        assert space is not None
        for number in range(count):
            begin = FIRST + number * timedelta(minutes=15)
            request = RequestFact(
                id=new_id(),
                space_id=hall,
                household_id=random_id(),
                person_id=random_id(),
                period=Period(begin, begin + timedelta(minutes=15)),
                requested_at=town.clock.now(),
                details=RequestDetails(people=4, purpose="private"),
            )
            decision = DecisionFact(
                id=new_id(),
                reservation_id=request.id,
                site=write.site_id,
                term=1,
                number=number + 1,
                verdict=Verdict.CONFIRMED,
                pass_=passes.issue(signer, quarter_id=write.quarter_id, reservation_id=request.id),
                upon=request,
                terms=Terms(),
            )
            tables.insert_decision(write, decision, space_id=hall)
            project_new(write, request, decision, space)

    await town.node.store.write(book)


def rows_of(page: str, heading: str) -> list[str]:
    section = re.search(rf'aria-labelledby="{heading}".*?</section>', page, re.DOTALL)
    assert section is not None
    return re.findall(r'<tr><td class="numbers nowrap">([\d:]+)', section[0])


async def test_a_busy_day_shows_what_comes_first_and_all_of_it_at_a_press(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await booked_full(town, 45)
        clock.set(FIRST - timedelta(hours=1))
        demir = await at_desk(town)
        page = unescape((await demir.get("/desk")).text).replace("&#x2f;", "/")
        assert len(rows_of(page, "arrivals")) == MOST_ROWS
        assert "Alle 45 zeigen" in page
        assert 'href="/desk?all=1#arrivals"' in page
        assert rows_of(page, "arrivals")[-1] == "10:15", "the earliest stand there"
        whole = unescape((await demir.get("/desk?all=1")).text).replace("&#x2f;", "/")
        assert len(rows_of(whole, "arrivals")) == 45
        assert 'data-live-from="/desk?all=1"' in whole, "and stays whole while it follows"
        assert "zeigen" not in whole
        table = await demir.get("/desk.csv")
        assert table.text.count('"Kommen"') == 45

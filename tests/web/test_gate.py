"""Which answers the gate keeps, and which never."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import HttpMethod, Litestar, route
from litestar.di import Provide

from node.app import visit_of
from node.base.actors import Face
from node.web.gate import Gate
from node.web.line import line_now
from node.web.visit import Visit
from tests.app_client import House
from tests.portal.conftest import START, furnished, house

__all__ = ["furnished", "house"]

LATER = START + timedelta(days=1)
Handler = Callable[[Visit], Any]


async def _plain(visit: Visit) -> None:
    await visit.read(lambda read: read.value("select count(*) from space"))


async def _asks_for_the_sender(visit: Visit) -> None:
    assert visit.request.client is None or visit.request.client.host


async def _goes_past_the_door(visit: Visit) -> None:
    await visit.store.read(lambda read: read.value("select count(*) from space"))


async def _reads_the_stores_own(visit: Visit) -> None:
    await visit.read(lambda read: read.value("select count(*) from meta"))


async def _writes(visit: Visit) -> None:
    await visit.write(lambda write: write.value("select 1"))


async def _sets_a_cookie(visit: Visit) -> None:
    visit.keep("seen", "1")


async def _tells_of_the_line(visit: Visit) -> None:
    await line_now(visit)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("look", "kept"),
    [
        (_plain, True),
        (_asks_for_the_sender, False),
        (_goes_past_the_door, False),
        (_reads_the_stores_own, False),
        (_writes, False),
        (_sets_a_cookie, False),
        (_tells_of_the_line, False),
    ],
)
async def test_what_looked_beyond_its_visit_is_not_kept(
    house: House, look: Handler, kept: bool
) -> None:
    answers = await ask_twice(house, look, until=LATER)
    assert len(set(answers)) == (1 if kept else 2)


@pytest.mark.asyncio
async def test_a_page_that_does_not_say_until_when_is_not_kept(house: House) -> None:
    assert len(set(await ask_twice(house, _plain))) == 2


@pytest.mark.asyncio
@pytest.mark.parametrize(("method", "status"), [("POST", 200), ("GET", 404), ("GET", 500)])
async def test_only_good_answers_to_get_are_kept(house: House, method: str, status: int) -> None:
    answers = await ask_twice(house, _plain, until=LATER, method=method, status=status)
    assert len(set(answers)) == 2


async def ask_twice(house: House, look: Handler, *, method: str = "GET", **said: Any) -> list[str]:
    """Ask twice for a page that numbers its answers, at the node's own gate."""
    numbers = iter(range(10))

    @route("/counted", http_method=[HttpMethod.GET, HttpMethod.POST])
    async def counted(visit: Visit) -> Any:
        await look(visit)
        return visit.page("gallery.html", {"number": next(numbers)}, **said)

    async def nobody(_: str, __: Face, ___: datetime) -> None:
        return None

    app = Litestar([counted], dependencies={"visit": Provide(visit_of, sync_to_thread=False)})
    gate = Gate(app, house.node.pages._house, nobody, frozenset())  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(app=gate)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        headers = {"accept": "application/json"}
        return [(await client.request(method, "/counted", headers=headers)).text for _ in range(2)]

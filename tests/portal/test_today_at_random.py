"""Whatever happens to a quarter: what a page remembers is what would be drawn."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.base.clock import FrozenClock
from node.base.periods import Period
from node.web.prefs import PREFS_COOKIE
from tests.app_client import Browser, Furnished, running
from tests.portal.conftest import START
from tests.portal.home import SATURDAY, Home

TODAY = Period(
    datetime.fromisoformat("2026-11-24T12:00Z"), datetime.fromisoformat("2026-11-24T13:00Z")
)
NAMES = ("anna", "bilal", "clara")
STEP = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from((1, 29, 60, 599, 600, 3600, 7 * 3600, 86400))),
    st.tuples(st.just("set_back"), st.integers(1, 90)),
    st.tuples(st.just("trust"), st.booleans()),
    st.tuples(st.just("reserve"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("hold"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("cancel"), st.integers(0, 3)),
    st.tuples(st.just("merge"), st.sampled_from(NAMES), st.integers(0, 3)),
    st.tuples(st.just("shut"), st.sampled_from(("Rohrbruch", "Inventur", "Frost"))),
    st.tuples(st.just("end_role"), st.sampled_from(NAMES), st.sampled_from((0, 45, 3600))),
    st.tuples(st.just("sign_in"), st.sampled_from(NAMES)),
    st.tuples(st.just("wish"), st.sampled_from(NAMES), st.sampled_from(("de", "en"))),
)


class Story:
    """Steps by name, and after each a look at what everybody is given."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.phones: dict[str, Browser] = {}
        self.made: list[tuple[str, bytes]] = []
        self.asked = 0

    async def wait(self, seconds: int) -> None:
        self.home.house.clock.advance(timedelta(seconds=seconds))

    async def set_back(self, seconds: int) -> None:
        self.home.house.clock.advance(timedelta(seconds=-seconds))

    async def trust(self, is_trusted: bool) -> None:
        self.home.house.clock.trusted = is_trusted

    async def reserve(self, name: str, hour: int) -> None:
        self._note(name, await self.home.reserve(name, later_today(hour)))

    async def hold(self, name: str, hour: int) -> None:
        self._note(name, await self.home.reserve(name, later_today(hour), hold=True))

    def _note(self, name: str, reservation: bytes | None) -> None:
        self.made.extend([(name, reservation)] if reservation else [])

    async def cancel(self, number: int) -> None:
        if self.made:
            await self.home.cancel(*self.made[number % len(self.made)])

    async def merge(self, name: str, hour: int) -> None:
        start = SATURDAY.starts_at - timedelta(hours=2 * hour)
        await self.home.ask_at_the_lobby(name, Period(start, start + timedelta(hours=1)))

    async def shut(self, words: str) -> None:
        await self.home.shut(words)

    async def end_role(self, name: str, seconds: int) -> None:
        await self.home.end_role(name, after=timedelta(seconds=seconds))

    async def sign_in(self, name: str) -> None:
        if (phone := await self.home.phone(name)) is not None:
            self.phones[name] = phone

    async def wish(self, name: str, lang: str) -> None:
        self.phones[name].client.cookies.set(PREFS_COOKIE, f"{lang}.auto.1.auto")

    async def look(self, after: str) -> None:
        """What each is given once and again, and what is drawn for a request never made before."""
        for name, phone in self.phones.items():
            for accept in ("text/html", "application/json"):
                self.asked += 1
                pages = [
                    await phone.get("/", accept=said)
                    for said in (accept, accept, f"{accept};n={self.asked}")
                ]
                assert len({(page.path, page.html) for page in pages}) == 1, (after, name, accept)


def later_today(hour: int) -> Period:
    return TODAY.moved(timedelta(hours=2 * hour))


@settings(max_examples=20)
@given(steps=st.lists(STEP, min_size=2, max_size=12))
def test_what_is_remembered_is_what_would_be_drawn(
    steps: list[tuple[Any, ...]],
    furnished: Furnished,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    asyncio.run(tell(steps, furnished, tmp_path_factory.mktemp("today")))


async def tell(steps: list[tuple[Any, ...]], furnished: Furnished, folder: Path) -> None:
    async with running(furnished, folder / "node", FrozenClock(START)) as house:
        story = Story(Home(house, folder))
        for name in NAMES:
            await story.sign_in(name)
        await story.look("at first")
        for number, (what, *how) in enumerate(steps):
            await getattr(story, what)(*how)
            await story.look(f"step {number}, {what}")

"""A running node of the small quarter, and the browsers of its people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from node.base.clock import FrozenClock
from tests.app_client import Browser, Furnished, House, furnish, running
from tests.cast import PINS

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Furnished:
    return furnish(tmp_path_factory.mktemp("furnished"), FrozenClock(START))


@pytest_asyncio.fixture
async def house(furnished: Furnished, tmp_path: Path, clock: FrozenClock) -> AsyncIterator[House]:
    async with running(furnished, tmp_path / "node", clock) as opened:
        yield opened


@pytest_asyncio.fixture
async def anna(house: House) -> Browser:
    """Anna's phone, signed in."""
    phone = house.browser()
    page = await phone.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    assert page.path == "/", page.text
    return phone


@pytest_asyncio.fixture
async def clara(house: House) -> Browser:
    """Clara's phone, signed in; she lives in the other house without a contract."""
    phone = house.browser()
    page = await phone.sign_in(house.codes["clara"], "Clara Moreau", PINS["clara"])
    assert page.path == "/", page.text
    return phone

"""People are greeted by the hour: after midnight it is still evening, until early birds get up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.app_client import House
from tests.cast import PINS
from tests.portal.conftest import furnished, house  # noqa: F401

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize(
    ("hour", "minute", "words"),
    [
        (0, 20, "Guten Abend"),
        (3, 59, "Guten Abend"),
        (4, 0, "Guten Morgen"),
        (10, 59, "Guten Morgen"),
        (11, 0, "Guten Tag"),
        (18, 0, "Guten Abend"),
    ],
)
async def test_on_the_phone_and_on_the_board_alike(
    house: House,  # noqa: F811
    hour: int,
    minute: int,
    words: str,
) -> None:
    # The quarter is one hour ahead in November.
    house.clock.set(datetime(2026, 11, 25, hour, minute, tzinfo=UTC) - timedelta(hours=1))
    phone = house.browser()
    page = await phone.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    assert f"{words}, Anna" in page.text
    assert f"{words} · " in (await house.browser().get("/kiosk")).text

"""A stay in the small quarter's guest apartment, and the link to it, for tests of guests."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

from node import spaces
from node.base.actors import Face
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import Refusal
from node.quarter.files import HandoverRow
from node.spaces import Reservation, Wish
from node.store import Write
from tests.app_client import Browser, House, Page

LINK = re.compile(r'id="address" value="http://localhost(/guest/[0-9a-z]+)"')


async def stay_of(
    house: House, name: str, first: int, last: int, *, people: int = 2, ages: tuple[int, ...] = ()
) -> str:
    """Nights of December for somebody; the reservation's id as pages have it."""
    period = Period(
        datetime(2026, 12, first, 14, tzinfo=UTC), datetime(2026, 12, last, 10, tzinfo=UTC)
    )
    space_id = house.cast.files.id_of("space", "gartenzimmer")
    wish = Wish(space_id=space_id, period=period, people=people, ages=ages)
    signer, now = house.node.house.signer, house.clock.now()
    made = await house.node.store.write(
        lambda write: spaces.reserve(
            write, house.cast.actor(write, name), wish, now=now, signer=signer
        )
    )
    assert isinstance(made, Reservation), made
    return id_text(made.id)


async def link_of(phone: Browser, reservation: str) -> str:
    """The path of the link that its booker makes."""
    await phone.get(f"/mine/{reservation}/guest")
    page = await phone.submit(f"/mine/{reservation}/guest")
    return address_on(page)


def address_on(page: Page) -> str:
    found = LINK.search(unescape(page.html))
    assert found is not None, page.text
    return found[1]


async def furnish(house: House, listed: tuple[HandoverRow, ...], code: str) -> None:
    """The garden room has a list that is to be signed before its key safe's code is shown."""
    space_id, now = house.cast.files.id_of("space", "gartenzimmer"), house.clock.now()

    def set_(write: Write) -> Refusal | None:
        demir = house.cast.actor(write, "demir", face=Face.DESK)
        space = spaces.find_space(write, space_id)
        assert space is not None
        row = replace(space.row, handover=listed)
        assert not isinstance(spaces.set_rules(write, demir, space_id, row, now=now), Refusal)
        done = spaces.set_safe_code(write, demir, space_id, code, asks_protocol=True, now=now)
        return done if isinstance(done, Refusal) else None

    assert await house.node.store.write(set_) is None

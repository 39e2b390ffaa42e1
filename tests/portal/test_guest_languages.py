"""A guest's pages by their link in each partial language: told, filled in, signed, come in."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import pytest

from node.quarter.files import HandoverKind, HandoverRow
from node.quarter.model import LocalText
from tests.app_client import Browser, House
from tests.foreign import is_whole
from tests.portal.guest_kit import furnish, link_of, stay_of
from tests.portal.test_guest_forms import LUC, STROKES

pytestmark = pytest.mark.asyncio
LANGUAGES = ("tr", "uk", "ar", "de-simple")
LISTED: Final = (
    HandoverRow(
        key="beds", kind=HandoverKind.COUNT, name=LocalText(de="Betten", en="Beds"), count=2
    ),
    HandoverRow(
        key="power", kind=HandoverKind.METER, name=LocalText(de="Strom", en="Power"), unit="kWh"
    ),
)


def december(day: int, hour: int) -> datetime:
    return datetime(2026, 12, day, hour, tzinfo=UTC)


async def tells(guest: Browser, link: str, language: str) -> None:
    """Who comes; a name forgotten first."""
    is_whole(await guest.get(f"{link}/arrival"), language)
    page = await guest.submit(f"{link}/arrival", nation_0="other", arrives="23:00")
    assert page.status == 422
    is_whole(page, language)
    page = await guest.submit(
        f"{link}/arrival", name_0="Luc Petit", nation_0="other", arrives="16:30"
    )
    assert page.path == link, page.text
    is_whole(page, language)


async def fills_in(guest: Browser, link: str, language: str) -> None:
    """The form, half of it first."""
    is_whole(await guest.get(f"{link}/form/0"), language)
    page = await guest.submit(f"{link}/form/0", born="2099-01-01")
    assert page.status == 422
    is_whole(page, language)
    page = await guest.submit(f"{link}/form/0", **LUC)
    assert page.path == f"{link}/sign/0", page.text
    is_whole(page, language)


async def signs(guest: Browser, link: str, language: str) -> None:
    is_whole(await guest.get(f"{link}/sign/0"), language)
    page = await guest.submit(f"{link}/sign/0", strokes="")
    assert page.status == 422
    is_whole(page, language)
    page = await guest.submit(f"{link}/sign/0", strokes=STROKES)
    assert page.path == link
    is_whole(page, language)
    is_whole(await guest.get(f"{link}/sign/0"), language)


async def goes_through_the_list(guest: Browser, link: str, language: str) -> None:
    """Refused while something is open, then signed; then there is the code."""
    page = await guest.get(f"{link}/code")
    is_whole(page, language)
    page = await guest.get(f"{link}/hand-over/in")
    is_whole(page, language)
    page = await guest.submit(f"{link}/hand-over/in", press="sign")
    assert page.status == 422
    is_whole(page, language)
    said = {"is_beds": "differs", "words_beds": "1", "number_power": "1234,5"}
    page = await guest.submit(f"{link}/hand-over/in", press="sign", **said)
    assert page.status == 200, page.text
    is_whole(page, language)
    is_whole(await guest.get(f"{link}/code"), language)
    page = await guest.submit(f"{link}/code")
    assert "4711" in page.text
    is_whole(page, language)
    is_whole(await guest.get(f"{link}/hand-over/out"), language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_guest_comes_in_and_leaves_in_their_language(
    house: House, anna: Browser, language: str
) -> None:
    await furnish(house, LISTED, "4711")
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser(**{"accept-language": f"{language},en;q=0.5"})
    is_whole(await guest.get(link), language)
    await tells(guest, link, language)
    await fills_in(guest, link, language)
    house.clock.set(december(14, 15))
    await signs(guest, link, language)
    await guest.get(link)
    page = await guest.submit(f"{link}/check-in")
    assert page.path == link
    assert "checked_in" not in page.text
    is_whole(page, language)
    await goes_through_the_list(guest, link, language)
    await guest.get(link)
    is_whole(await guest.submit(f"{link}/check-out"), language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_link_that_opens_nothing_says_so_in_their_language(
    house: House, language: str
) -> None:
    guest = house.browser(**{"accept-language": language})
    page = await guest.get("/guest/0123456789abcdefghjkmnpqrs")
    assert page.status == 404
    is_whole(page, language)

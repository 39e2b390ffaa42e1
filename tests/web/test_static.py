"""How static files travel: packed where the browser takes it, the same bytes either way."""

from __future__ import annotations

import gzip
import re

import httpx
import pytest

from node.web.assets import STATIC_DIR, read_asset, static_url
from tests.app_client import House
from tests.portal.conftest import furnished, house

__all__ = ["furnished", "house"]

SHEET = "css/components.css"
FONT = "vendor/font/atkinson-hyperlegible-latin-400-normal.woff2"


async def ask(house: House, path: str, accepted: str) -> tuple[httpx.Response, bytes]:
    """An answer, and its body as it came over the line."""
    transport = httpx.ASGITransport(app=house.node.pages)  # type: ignore[arg-type]
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
        client.stream("GET", f"/static/{path}", headers={"accept-encoding": accepted}) as answer,
    ):
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.asyncio
async def test_a_sheet_travels_packed_and_is_the_same(house: House) -> None:
    whole = read_asset(STATIC_DIR / SHEET)
    answer, body = await ask(house, SHEET, "gzip, deflate, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert len(body) < len(whole) / 3
    assert gzip.decompress(body) == whole


@pytest.mark.asyncio
@pytest.mark.parametrize("accepted", ["identity", "br", "gzip;q=0", "gzip; q=0.0, br"])
async def test_who_takes_no_gzip_gets_none(house: House, accepted: str) -> None:
    answer, body = await ask(house, SHEET, accepted)
    assert "content-encoding" not in answer.headers
    assert body == read_asset(STATIC_DIR / SHEET)
    assert answer.headers["vary"] == "accept-encoding"


@pytest.mark.asyncio
async def test_a_font_is_packed_already(house: House) -> None:
    answer, body = await ask(house, FONT, "gzip")
    assert "content-encoding" not in answer.headers
    assert body == (STATIC_DIR / FONT).read_bytes()


@pytest.mark.asyncio
async def test_the_letters_that_a_sheet_loads_may_be_kept_for_ever(house: House) -> None:
    _, sheet = await ask(house, "css/base.css", "identity")
    loaded = re.findall(rb'url\("([^"]+)"\)', sheet)
    assert len(loaded) == 4
    assert static_url(FONT).encode() in loaded
    for address in loaded:
        answer, _ = await ask(house, address.decode().removeprefix("/static/"), "gzip")
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"], address

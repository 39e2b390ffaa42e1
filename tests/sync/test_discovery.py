"""Finding each other by multicast DNS, on this machine's own interfaces."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from node.sync import discovery
from node.sync.discovery import SERVICE, Discovery, found_nearby
from node.sync.interfaces import needs_zone, own_addresses, with_zone
from node.sync.transport import Address, quarter_tag
from tests.sync.wired import quarter, until

pytestmark = pytest.mark.asyncio

TAG = quarter_tag(secrets.token_bytes(16))
"""Of this run alone: the network's multicast is shared with whoever else runs these tests."""
RUN = secrets.token_bytes(8)


class Finder:
    """A node that only announces and looks."""

    def __init__(self, name: str, port: int, tag: str = TAG, host: str = "127.0.0.1") -> None:
        self.site = name.encode().ljust(8, b".") + RUN
        self.seen: dict[bytes, list[Address]] = {}
        self.discovery = Discovery(tag=tag, site=self.site, host=host, port=port, found=self._found)

    def _found(self, site: bytes, addresses: Sequence[Address]) -> None:
        self.seen[site] = list(addresses)


@contextlib.asynccontextmanager
async def finders(*made: Finder) -> AsyncIterator[None]:
    try:
        for finder in made:
            await finder.discovery.start()
        yield
    finally:
        for finder in made:
            await finder.discovery.stop()


async def test_nodes_of_a_quarter_find_each_other_and_foreign_ones_are_ignored() -> None:
    one, two = Finder("one", 7001), Finder("two", 7002)
    foreign = Finder("foreign", 7003, tag=quarter_tag(b"another quarter "))
    async with finders(one, two, foreign):
        await until(lambda: two.site in one.seen and one.site in two.seen, 10)
        await asyncio.sleep(0.5)
    assert one.seen == {two.site: [Address("127.0.0.1", 7002)]}
    assert two.seen == {one.site: [Address("127.0.0.1", 7001)]}
    assert foreign.seen == {}


async def test_a_box_that_begins_looks_without_being_seen() -> None:
    """It does not listen yet: whoever heard of it would knock in vain."""
    one, foreign = (
        Finder("one", 7005),
        Finder("foreign", 7006, tag=quarter_tag(b"yet another one ")),
    )
    async with finders(one, foreign):
        found = await found_nearby(TAG, host="127.0.0.1", seconds=4)
    assert found == [Address("127.0.0.1", 7005)]
    assert one.seen == {}


async def test_nothing_but_marks_is_announced() -> None:
    one = Finder("one", 7011)
    async with finders(one):
        asking = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
        info = AsyncServiceInfo(SERVICE, f"{one.site.hex()}.{SERVICE}")
        assert await info.async_request(asking.zeroconf, 3000)
        assert info.decoded_properties == {"q": TAG, "k": one.site.hex()}
        assert info.server == f"quartier-{one.site.hex()}.local."
        await asking.async_close()


async def test_a_node_that_moved_is_found_where_it_is_now() -> None:
    one, before = Finder("one", 7021), Finder("two", 7022)
    async with finders(one):
        async with finders(before):
            await until(lambda: before.site in one.seen, 10)
        after = Finder("two", 7023)
        async with finders(after):
            await until(lambda: one.seen[after.site] == [Address("127.0.0.1", 7023)], 10)


async def test_another_address_of_the_machine_is_announced_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(discovery, "_POLL_SECONDS", 0.2)
    monkeypatch.setattr(discovery, "_SETTLE_SECONDS", 0.05)
    monkeypatch.setattr(discovery, "_address_changes", lambda: contextlib.nullcontext(None))
    addresses = ["127.0.0.1"]
    monkeypatch.setattr(discovery, "own_addresses", lambda _: list(addresses))
    one, two = Finder("one", 7031), Finder("two", 7032)
    async with finders(one, two):
        await until(lambda: two.site in one.seen, 10)
        addresses[:] = ["127.0.0.1", "127.0.0.2"]
        await until(lambda: Address("127.0.0.2", 7032) in one.seen[two.site], 10)


async def test_rubbish_in_the_announcements_is_ignored() -> None:
    one = Finder("one", 7041)
    async with finders(one):
        shouting = AsyncZeroconf(interfaces=["127.0.0.1"], ip_version=IPVersion.V4Only)
        for number, properties in enumerate(
            ({}, {"q": TAG}, {"q": TAG, "k": "not hex"}, {"q": TAG, "k": "00"}, {"q": b"\xff\xfe"})
        ):
            name = f"rubbish{number}.{SERVICE}"
            info = AsyncServiceInfo(
                SERVICE, name, addresses=[b"\x7f\x00\x00\x01"], port=1, properties=properties
            )
            await shouting.async_register_service(info)
        two = Finder("two", 7042)
        async with finders(two):
            await until(lambda: two.site in one.seen, 10)
        await shouting.async_close()
    assert set(one.seen) == {two.site}


async def test_running_nodes_meet_without_any_address_in_their_settings(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", start=False) as nodes:
        for node in nodes.values():
            await node.start(discovery=True)
        await nodes["home"].wish("gefunden")
        await nodes["kiosk"].sees("gefunden")


async def test_own_addresses_are_those_that_others_can_call() -> None:
    assert own_addresses("192.0.2.9") == ["192.0.2.9"]
    assert own_addresses("localhost") == ["127.0.0.1"]
    every = own_addresses("0.0.0.0")  # noqa: S104
    assert every
    assert every == ["127.0.0.1"] or not [ip for ip in every if ip.startswith("127.")]


async def test_an_address_of_one_cable_needs_the_socket_that_the_cable_is_at() -> None:
    assert needs_zone("fe80::1")
    assert not any(map(needs_zone, ("fe80::1%2", "fd00::1", "192.168.1.1", "box.example")))
    assert with_zone("fd00::1") == "fd00::1"
    assert with_zone("box.example") == "box.example"
    assert own_addresses("fd00::9") == ["fd00::9"]

"""A line to central that is paid by volume: few rounds, nothing held open, urgent things first."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from node.base.hours import Hours
from node.store import NO_HEAD, SEALED
from node.sync import metrics_text
from node.sync.metering import DAY_BYTES
from tests.relay import Relay, relay
from tests.sync.hand import CLOCK
from tests.sync.wired import Wired, quarter, until

pytestmark = pytest.mark.asyncio


@contextlib.asynccontextmanager
async def metered(
    path: Path, *names: str, setting: bool = True, night: str = ""
) -> AsyncIterator[tuple[dict[str, Wired], Relay]]:
    """Central and a house that reaches it through somebody who counts."""
    async with quarter(path, *names, "central", start=False) as nodes:
        central = nodes["central"]
        await central.start()
        async with relay(Relay(central.port)) as between:
            for name in names:
                others = tuple(nodes[n].address for n in names if n != name)
                hours = Hours.read(night)
                await nodes[name].start(
                    central=between.address, peers=others, metered=setting, metered_night=hours
                )
            yield nodes, between
            for name in names:
                await nodes[name].stop()


async def rested(node: Wired, central: Wired) -> None:
    """Wait until a round with central is done and nothing is open.

    A box that is given the house key tells all that it has it: this round comes first.
    """
    await until(lambda: node.sync.holds_house_key)
    await asyncio.sleep(0.3)

    async def is_done() -> bool:
        peer = next(p for p in (await node.sync.health()).peers if p.site_id == central.site)
        caller, _ = node.sync._callers[central.site]
        return peer.last_success_at is not None and caller._link is None

    await until(is_done)


async def test_a_metered_line_is_silent_until_somebody_asks(tmp_path: Path) -> None:
    async with metered(tmp_path, "home") as (nodes, between):
        home, central = nodes["home"], nodes["central"]
        await rested(home, central)
        carried, opened = between.carried, between.opened
        for number in range(3):
            await home.plan(f"von hier {number}")
            await central.plan(f"von dort {number}")
            await asyncio.sleep(0.3)
        assert (between.carried, between.opened) == (carried, opened)
        home.sync.metering.call_now()
        await central.sees("von hier 2", "plan", "what")
        await home.sees("von dort 2", "plan", "what")
        await rested(home, central)
        # All of it went in one round, over connections that are closed again.
        assert between.opened == opened + 1
        peer = (await home.sync.health()).peers[0]
        assert (peer.is_metered, peer.is_well) == (True, True)
        assert "quartier_peer_metered" in metrics_text(await home.sync.health())


async def test_what_is_urgent_goes_at_once_and_takes_along_what_waits(tmp_path: Path) -> None:
    async with metered(tmp_path, "home") as (nodes, _):
        home, central = nodes["home"], nodes["central"]
        home.sync.metering.urgent = frozenset({"rule"})
        await rested(home, central)
        await home.plan("kann warten")
        await asyncio.sleep(0.3)
        assert await central.texts("plan", "what") == set()
        await home.store.write(lambda write: write.insert("rule", id=b"R" * 16, text="eilig"))
        await central.sees("eilig", "rule")
        await central.sees("kann warten", "plan", "what")


async def test_a_box_that_was_let_go_is_told_to_central_at_once(tmp_path: Path) -> None:
    async with metered(tmp_path, "home", "kiosk") as (nodes, _):
        home, kiosk, central = nodes["home"], nodes["kiosk"], nodes["central"]
        for node in (home, kiosk):
            await rested(node, central)
        await home.sync.revoke_node(kiosk.site)
        await until(lambda: central.sync.roster.active(kiosk.site) is None)


async def test_inside_the_house_nothing_changes(tmp_path: Path) -> None:
    async with metered(tmp_path, "home", "kiosk") as (nodes, _):
        home, kiosk, central = nodes["home"], nodes["kiosk"], nodes["central"]
        for node in (home, kiosk):
            await rested(node, central)
        await home.wish("eins")
        await kiosk.sees("eins")
        await kiosk.plan("zwei")
        await home.sees("zwei", "plan", "what")
        assert await central.texts("plan", "what") == set()


async def test_what_people_choose_counts_more_than_the_setting_and_is_kept(tmp_path: Path) -> None:
    async with metered(tmp_path, "home", setting=False) as (nodes, between):
        home, central = nodes["home"], nodes["central"]
        await home.plan("offen")
        await central.sees("offen", "plan", "what")
        assert not home.sync.metering.holds_copies_back
        await home.sync.choose_metered(metered=True)
        await rested(home, central)
        await home.plan("wartet")
        await asyncio.sleep(0.3)
        assert await central.texts("plan", "what") == {"offen"}
        assert home.sync.metering.holds_copies_back
        await home.sync.stop()
        await home.sync.start()
        assert home.sync.metering.is_on
        await central.sees("wartet", "plan", "what")
        # Free again: at once, and news of central comes without asking.
        await home.sync.choose_metered(metered=False)
        await home.plan("wieder offen")
        await central.sees("wieder offen", "plan", "what")
        await central.plan("von dort")
        await home.sees("von dort", "plan", "what")
        assert between.opened >= 2


async def test_what_both_can_read_crosses_before_what_the_house_seals(tmp_path: Path) -> None:
    """Cut after a tenth of the sealed backlog, the round has brought the plans of both."""
    async with metered(tmp_path, "home") as (nodes, between):
        home, central = nodes["home"], nodes["central"]
        await rested(home, central)
        for _ in range(10):
            await home.wish(secrets.token_hex(40_000))
        await home.plan("von hier")
        await central.plan("von dort")
        carried, wishes = between.carried, 10 * 40_000
        between.left = wishes // 10
        home.sync.metering.call_now()
        await central.sees("von hier", "plan", "what")
        await home.sees("von dort", "plan", "what")
        assert between.carried - carried < wishes // 2
        held = await central.store.heads()
        mine = (await home.store.heads())[home.site, "house"].n
        assert (home.site, SEALED) not in held or held[home.site, SEALED].n < mine
        between.left = None
        home.sync.metering.call_now()
        await until(lambda: between.carried - carried > wishes)
        await rested(home, central)
        assert (await central.store.heads())[home.site, SEALED].n == mine


async def test_what_piled_up_crosses_at_night_and_by_day_only_a_little(tmp_path: Path) -> None:
    began = CLOCK.now()
    try:
        CLOCK.set(began.replace(hour=12))
        async with metered(tmp_path, "home", night="01:00-05:00") as (nodes, between):
            home, central = nodes["home"], nodes["central"]
            metering = home.sync.metering
            await rested(home, central)
            keeping = asyncio.create_task(metering.keep_night(looks_every_seconds=0.02))
            for _ in range(10):
                await home.wish(secrets.token_hex(20_000))
            await home.plan("von hier")
            mine = (await home.store.heads())[home.site, "house"].n
            carried = between.carried
            called_when_due(home)
            await central.sees("von hier", "plan", "what")
            await rested(home, central)
            assert metering.holds_copies_back
            assert not metering.is_night
            assert (await central.store.heads())[home.site, SEALED].n < mine
            assert between.carried - carried < 3 * DAY_BYTES
            CLOCK.set(began.replace(hour=1, minute=30))
            await until(lambda: holds_sealed(central, home, mine))
            assert not metering.holds_copies_back
            CLOCK.set(began.replace(hour=5))
            await until(lambda: [peer.holds_large for peer in home.sync._peers] == [True])
            assert metering.holds_copies_back
            keeping.cancel()
    finally:
        CLOCK.set(began)


async def test_by_day_all_crosses_where_somebody_asks_or_the_box_was_restored(
    tmp_path: Path,
) -> None:
    began = CLOCK.now()
    try:
        CLOCK.set(began.replace(hour=12))
        async with metered(tmp_path, "home", night="01:00-05:00") as (nodes, _):
            home, central = nodes["home"], nodes["central"]
            await rested(home, central)
            caller, _task = home.sync._callers[central.site]
            assert caller._sealed_bytes == DAY_BYTES
            home.store.core._must_catch_up = True
            assert caller._sealed_bytes is None
            home.store.core._must_catch_up = False
            for _number in range(10):
                await home.wish(secrets.token_hex(20_000))
            mine = (await home.store.heads())[home.site, "house"].n
            home.sync.metering.call_now()
            await until(lambda: holds_sealed(central, home, mine))
            await rested(home, central)
            assert caller._sealed_bytes == DAY_BYTES, "once"
    finally:
        CLOCK.set(began)


async def test_the_night_is_meant_by_the_quarters_clock(tmp_path: Path) -> None:
    async with metered(tmp_path, "home", night="01:00-05:00") as (nodes, _):
        metering, began = nodes["home"].sync.metering, CLOCK.now()
        try:
            CLOCK.set(began.replace(hour=0, minute=30))
            assert not metering.is_night
            metering.zone = ZoneInfo("Europe/Berlin")
            assert metering.is_night
        finally:
            CLOCK.set(began)


def called_when_due(home: Wired) -> None:
    """The next round's time has come, by itself."""
    for peer in home.sync._peers:
        peer.call_now()


async def holds_sealed(central: Wired, home: Wired, n: int) -> bool:
    heads = await central.store.heads()
    return heads.get((home.site, SEALED), NO_HEAD).n >= n

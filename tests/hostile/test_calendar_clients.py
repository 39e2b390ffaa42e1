"""Calendars as a CalDAV client reads them: vdirsyncer, over a real line, from a running node.

It splits a feed into entries as a CalDAV server keeps them, by their own numbers, and tells from an
entry's content whether it is another one than last time.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from vdirsyncer.storage.http import HttpStorage
from vdirsyncer.vobject import Item, split_collection

from node import spaces
from node.base.clock import FrozenClock
from node.base.ids import id_text, parse_id
from node.base.periods import Period
from node.spaces import Reservation, Wish
from node.store import Core
from tests.hostile.live import LiveNode, listening
from tests.hostile.test_calendar_addresses import made
from tests.hostile.town import Town

BERLIN = ZoneInfo("Europe/Berlin")
MARCH = datetime(2027, 3, 1, 9, tzinfo=BERLIN)
"""Four weeks before the clocks go forward, on Sunday the 28th at two."""
PROGRAM = Path(sys.executable).with_name("vdirsyncer")


class Feed(HttpStorage):
    """The client's reader, which keeps the entries' own numbers as it does for CalDAV."""

    _ignore_uids = False


def entries(address: str) -> dict[str, tuple[Item, str]]:
    """What the client has after asking: each entry and its mark, by the entry's number."""

    async def ask() -> dict[str, tuple[Item, str]]:
        async with aiohttp.TCPConnector() as connector:
            feed = Feed(address, connector=connector)
            hrefs = [href async for href, _ in feed.list()]
            assert len(hrefs) == len(set(hrefs))
            return {href: await feed.get(href) for href in hrefs}

    return asyncio.run(ask())


def said(item: Item) -> dict[str, str]:
    """What one entry says, as the client reads it."""
    (found,) = [each for each in item.parsed.subcomponents if each.name == "VEVENT"]
    names = ("UID", "DTSTART", "DTEND", "STATUS", "SEQUENCE", "SUMMARY")
    return {name: found.get(name, "") for name in names}


def utc(*at: int) -> str:
    """An instant of Berlin's clocks as a feed writes it."""
    instant = datetime(*at, tzinfo=BERLIN)  # type: ignore[arg-type]
    return instant.astimezone(ZoneInfo("UTC")).strftime("%Y%m%dT%H%M%SZ")


@pytest.fixture
def spring(town: Town, tmp_path: Path) -> Iterator[LiveNode]:
    with listening(town, tmp_path / "node", FrozenClock(MARCH)) as running:
        running.sign_everybody_in()
        yield running


def stored(live: LiveNode, act: Any) -> Reservation:
    """Do something as the person does, at the node that decides."""

    def run(core: Core) -> Any:
        return core.write(lambda write: act(write, core))

    done = live.run(live.node.store.on_writer(run))
    assert isinstance(done, Reservation), done
    return done


def booked(live: LiveNode, key: str, begins: datetime, ends: datetime) -> str:
    """Anna's, confirmed at once."""
    space_id = parse_id(live.town.ids[f"space {key}"])
    wish = Wish(space_id=space_id, period=Period(begins, ends), people=2, purpose="private")
    anna, now = live.read(lambda read: live.cast.actor(read, "anna")), live.clock.now()
    reservation = stored(
        live, lambda write, core: spaces.reserve(write, anna, wish, now=now, signer=core.identity)
    )
    return f"{id_text(reservation.id)}@quartier"


def feeds_of(live: LiveNode) -> dict[str, str]:
    """An address of each kind, made on the pages that make them."""
    ahorn = id_text(live.cast.files.id_of("building", "B-AHO"))
    hofsaal = live.town.ids["space hofsaal"]
    asked = {
        "mine": ("anna", "/account/calendars", {"view": "mine"}),
        "space": ("clara", "/account/calendars", {"view": "space", "about": hofsaal}),
        "house": ("bilal", "/account/calendars", {"view": "house", "about": ahorn}),
        "desk": ("demir", "/desk/calendars", {"view": "desk", "about": hofsaal}),
    }
    return {
        kind: f"{live.address}/calendar/{made(live, name, path, **fields)}.ics"
        for kind, (name, path, fields) in asked.items()
    }


def test_each_booking_stands_once_in_each_feed_at_its_time_over_the_change_of_the_clocks(
    spring: LiveNode,
) -> None:
    before = booked(
        spring,
        "hofsaal",
        datetime(2027, 3, 27, 10, tzinfo=BERLIN),
        datetime(2027, 3, 27, 12, tzinfo=BERLIN),
    )
    after = booked(
        spring,
        "hofsaal",
        datetime(2027, 3, 28, 10, tzinfo=BERLIN),
        datetime(2027, 3, 28, 12, tzinfo=BERLIN),
    )
    stay = booked(
        spring,
        "gartenzimmer",
        datetime(2027, 3, 27, 15, tzinfo=BERLIN),
        datetime(2027, 3, 29, 11, tzinfo=BERLIN),
    )
    feeds = feeds_of(spring)
    read = {kind: entries(address) for kind, address in feeds.items()}
    spans = {
        kind: sorted((said(item)["DTSTART"], said(item)["DTEND"]) for item, _ in found.values())
        for kind, found in read.items()
    }
    saturday = (utc(2027, 3, 27, 10), utc(2027, 3, 27, 12))
    sunday = (utc(2027, 3, 28, 10), utc(2027, 3, 28, 12))
    assert (saturday[0][9:], sunday[0][9:]) == ("090000Z", "080000Z")
    for kind in feeds:
        for span in (saturday, sunday):
            assert spans[kind].count(span) == 1, (kind, span, spans[kind])
    for kind in ("mine", "desk"):
        for uid, span in ((before, saturday), (after, sunday)):
            entry = said(read[kind][uid][0])
            assert (entry["DTSTART"], entry["DTEND"]) == span
    entry = said(read["mine"][stay][0])
    assert entry["DTSTART"] == utc(2027, 3, 27, 15)
    assert entry["DTEND"] == utc(2027, 3, 29, 11)
    # For neighbours it is whole days, and the day of departure is free again.
    assert spans["house"].count(("20270327", "20270329")) == 1
    own = {before, after, stay}
    assert own.isdisjoint(read["space"] | read["house"]), "a neighbour's calendar has others"


def test_an_entry_keeps_its_number_over_a_change_and_a_cancellation_and_tells_both(
    spring: LiveNode,
) -> None:
    begins = datetime(2027, 3, 28, 10, tzinfo=BERLIN)
    uid = booked(spring, "hofsaal", begins, begins + timedelta(hours=2))
    address = feeds_of(spring)["mine"]
    (item, mark), others = entries(address)[uid], len(entries(address))
    spring.clock.advance(timedelta(hours=1))
    assert entries(address)[uid][1] == mark, "nothing happened, and time alone is no change"

    reservation_id = parse_id(uid.partition("@")[0])
    now = spring.clock.now()
    anna = spring.read(lambda read: spring.cast.actor(read, "anna"))
    wish = Wish(
        space_id=parse_id(spring.town.ids["space hofsaal"]),
        period=Period(begins + timedelta(hours=3), begins + timedelta(hours=5)),
        people=2,
        purpose="private",
    )

    def change(write: Any, core: Core) -> Any:
        offer = spaces.preview_change(write, anna, reservation_id, wish, now=now)
        total = offer.bill.total_cents
        return spaces.change(
            write, anna, reservation_id, wish, total_cents=total, now=now, signer=core.identity
        )

    stored(spring, change)
    moved, changed = entries(address)[uid]
    assert len(entries(address)) == others
    assert changed != mark
    assert said(moved)["DTSTART"] == utc(2027, 3, 28, 13)
    assert int(said(moved)["SEQUENCE"]) > int(said(item)["SEQUENCE"])

    stored(spring, lambda write, _: spaces.cancel(write, anna, reservation_id, now=now))
    gone, last = entries(address)[uid]
    assert last != changed
    assert said(gone)["STATUS"] == "CANCELLED"
    assert int(said(gone)["SEQUENCE"]) > int(said(moved)["SEQUENCE"])
    single = spring.visitor("anna").get(f"/mine/{id_text(reservation_id)}/calendar.ics")
    (one,) = split_collection(single.text)
    assert said(Item(one)) == said(gone), "the single file says what the calendar says"


def test_the_client_itself_keeps_a_folder_in_step_and_finds_nothing_new_where_nothing_is(
    spring: LiveNode, tmp_path: Path
) -> None:
    """The whole program as people run it, from its settings to its files."""
    begins = datetime(2027, 3, 28, 10, tzinfo=BERLIN)
    booked(spring, "hofsaal", begins, begins + timedelta(hours=2))
    address, disk = feeds_of(spring)["space"], tmp_path / "disk"
    settings = tmp_path / "config"
    settings.write_text(
        f"""
[general]
status_path = "{tmp_path}/status/"
[pair hofsaal]
a = "node"
b = "disk"
collections = null
[storage node]
type = "http"
url = "{address}"
[storage disk]
type = "filesystem"
path = "{disk}"
fileext = ".ics"
""",
        encoding="utf-8",
    )
    disk.mkdir()

    def run(*words: str) -> str:
        told = subprocess.run(
            [PROGRAM, "-c", settings, *words], capture_output=True, text=True, check=False
        )
        assert told.returncode == 0, told.stderr
        return told.stderr + told.stdout

    def kept() -> dict[str, str]:
        return {file.name: file.read_text("utf-8") for file in disk.iterdir()}

    run("discover")
    assert "Copying" in run("sync")
    first = kept()
    assert len(first) == len(entries(address))
    spring.clock.advance(timedelta(hours=1))
    assert "Copying" not in run("sync")
    assert kept() == first
    day = date(2027, 3, 27)
    ten = datetime(day.year, day.month, day.day, 10, tzinfo=BERLIN)
    booked(spring, "hofsaal", ten, ten + timedelta(hours=2))
    assert run("sync").count("Copying") == 1
    assert len(kept()) == len(first) + 1

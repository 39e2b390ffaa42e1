"""Copies of backups at central: whole or not at all, rotated, for the holder of the sheet only."""

from __future__ import annotations

import asyncio
import hashlib
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from node.base.refusals import RefusedError
from node.store import NodeRole, new_identity
from node.store.rotation import backup_name
from node.sync import (
    RosterError,
    Trouble,
    TroubleError,
    fetch_copy,
    list_copies,
    new_sheet,
    sheet_keys,
)
from node.sync.authority import handover_by_sheet, set_recovery, take_authority
from node.sync.central_wire import GiveCopy, TakeOver, TellCopy
from node.sync.copies import KEEPING, PART_BYTES, CopyKeeper
from node.sync.handing import propose
from node.sync.joining import join_quarter
from node.sync.paging import FIRST_BYTES
from node.sync.pairing import Code, CodeError
from node.sync.roster import Handover
from node.sync.transport import Link, parse_address
from tests.sync.hand import CLOCK, REGISTRY
from tests.sync.wired import Wired, quarter, until

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
SITE = b"\x01\x02\x03\x04" + b"\x00" * 12


def told(data: bytes, at: datetime = AT, site: bytes = SITE) -> TellCopy:
    return TellCopy(backup_name(site, at), len(data), hashlib.sha256(data).digest())


def give(keeper: CopyKeeper, data: bytes, at: datetime = AT) -> bool:
    """Tell and give the whole of it."""
    tell = told(data, at)
    state = keeper.answer(SITE, tell)
    assert state is not None
    while state is not None and not state.is_whole:
        part = data[state.held : state.held + 1000]
        state = keeper.answer(SITE, GiveCopy(tell.name, state.held, part))
    return state is not None


@pytest.fixture
def keeper(tmp_path: Path) -> CopyKeeper:
    return CopyKeeper(tmp_path / "copies", lambda: AT)


def test_a_copy_that_was_cut_off_goes_on_where_it_was(keeper: CopyKeeper) -> None:
    data = os.urandom(5000)
    tell = told(data)
    keeper.answer(SITE, tell)
    state = keeper.answer(SITE, GiveCopy(tell.name, 0, data[:3000]))
    assert state is not None
    assert (state.held, state.is_whole) == (3000, False)
    assert keeper.listed().found == ()
    again = keeper.answer(SITE, tell)
    assert again is not None
    assert again.held == 3000
    done = keeper.answer(SITE, GiveCopy(tell.name, 3000, data[3000:]))
    assert done is not None
    assert done.is_whole
    assert keeper.listed().found == ((tell.name, 5000),)
    assert keeper.part(tell.name, 4990).data == data[4990:]


def test_what_is_not_what_was_told_is_thrown_away(keeper: CopyKeeper, tmp_path: Path) -> None:
    data = os.urandom(2000)
    tell = told(data)
    keeper.answer(SITE, tell)
    state = keeper.answer(SITE, GiveCopy(tell.name, 0, bytes(2000)))
    assert state is not None
    assert (state.held, state.is_whole) == (0, False)
    assert list((tmp_path / "copies").iterdir()) == []


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "quartier-01020304-x.age", backup_name(b"\x09" * 16, AT), "x" * 80, ""],
)
def test_a_node_keeps_only_its_own_backups_there(keeper: CopyKeeper, name: str) -> None:
    assert keeper.answer(SITE, TellCopy(name, 10, b"h" * 32)) is None
    assert keeper.answer(SITE, GiveCopy(name, 0, b"x")) is None
    assert keeper.part(name, 0).data == b""


def test_more_than_was_told_and_holes_are_not_taken(keeper: CopyKeeper) -> None:
    data = os.urandom(100)
    tell = told(data)
    keeper.answer(SITE, tell)
    for offset, part in ((50, data[50:]), (0, data + b"more")):
        state = keeper.answer(SITE, GiveCopy(tell.name, offset, part))
        assert state is not None
        assert (state.held, state.is_whole) == (0, False)


def test_old_copies_go(keeper: CopyKeeper, tmp_path: Path) -> None:
    days = 100
    for day in range(days):
        assert give(keeper, bytes([day]) * 10, AT - timedelta(days=days - day))
    kept = len(keeper.listed().found)
    assert KEEPING.daily < kept <= KEEPING.daily + KEEPING.weekly
    assert keeper.listed().found[0][0] == backup_name(SITE, AT - timedelta(days=1))


def a_backup(home: Wired, size: int = PART_BYTES + 1000) -> Path:
    """A sealed file as the node would have made it; central cannot tell the difference."""
    path = home.folder / backup_name(home.site, AT)
    path.write_bytes(os.urandom(size))
    return path


@pytest.mark.asyncio
async def test_the_holder_of_the_sheet_gets_back_what_the_house_sent(tmp_path: Path) -> None:
    sheet = new_sheet()
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.store.on_writer(lambda core: set_recovery(core, sheet_keys(sheet)))
        await home.sync.refresh_roster()
        number = home.sync.roster.number
        await until(lambda: _knows(central, number))
        path = a_backup(home)
        await home.sync.offsite.send(path)
        await home.sync.offsite.send(path)
        address = parse_address(central.address)
        [(name, size)] = await list_copies(address, sheet)
        assert (name, size) == (path.name, path.stat().st_size)
        target, seen = tmp_path / "back", []
        target.write_bytes(path.read_bytes()[:700])
        await fetch_copy(address, sheet, name, size, target, told=lambda *far: seen.append(far))
        assert target.read_bytes() == path.read_bytes()
        assert seen[0] == (700, size)
        assert seen[-1] == (size, size)
        with pytest.raises(RefusedError, match="no_copies"):
            await list_copies(address, new_sheet())
        with pytest.raises(RefusedError, match="no_copies"):
            await list_copies(parse_address(kiosk.address), sheet)
        with pytest.raises(TroubleError):
            await fetch_copy(address, new_identity(), name, size, tmp_path / "x", told=print)


async def _knows(node: Wired, number: int) -> bool:
    return node.sync.roster.number >= number


@pytest.mark.asyncio
async def test_a_line_that_breaks_is_a_trouble_and_the_next_try_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with quarter(tmp_path, "home", "central") as nodes:
        home, central = nodes.values()
        path = a_backup(home, 3 * PART_BYTES)
        whole, given = Link.ask, []

        async def breaks(link: Link, request: object, **more: object) -> object:
            given.append(request)
            if len([each for each in given if isinstance(each, GiveCopy)]) == 2:
                raise TroubleError(Trouble.UNREACHABLE)
            return await whole(link, request, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(Link, "ask", breaks)
        with pytest.raises(TroubleError):
            await home.sync.offsite.send(path)
        monkeypatch.setattr(Link, "ask", whole)
        copies = central.folder / "copies"
        assert [part.stat().st_size for part in copies.iterdir()] == [FIRST_BYTES]
        await home.sync.offsite.send(path)
        assert [part.read_bytes() for part in copies.iterdir()] == [path.read_bytes()]


@pytest.mark.asyncio
async def test_a_house_takes_no_copies(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, _ = nodes.values()
        assert not home.sync.offsite.has_central
        with pytest.raises(TroubleError):
            await home.sync.offsite.send(a_backup(home))
        await asyncio.sleep(0)


@pytest.mark.asyncio
async def test_the_house_hands_the_authority_to_central_and_the_sheet_takes_it_back(
    tmp_path: Path,
) -> None:
    sheet = new_sheet()
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.store.on_writer(lambda core: set_recovery(core, sheet_keys(sheet)))
        await home.sync.refresh_roster()
        number = home.sync.roster.number
        await until(lambda: _knows(central, number))
        await home.sync.offsite.hand_over()
        assert central.sync.is_authority
        assert not home.sync.is_authority
        with pytest.raises(RosterError):
            await home.sync.offsite.hand_over()
        kiosk_node = central.sync.roster.nodes[kiosk.site]
        await central.sync.add_node(kiosk_node.public_key, name="Eingang", role=kiosk_node.role)
        await until(lambda: _is_called(home, kiosk, "Eingang"))
        await home.wish("noch im Haus")
        await kiosk.sees("noch im Haus")
        await kiosk.store.on_writer(
            lambda core: take_authority(core, handover_by_sheet(core, sheet))
        )
        await kiosk.sync.refresh_roster()
        assert kiosk.sync.is_authority
        await until(lambda: _is_none(central))


async def _is_called(node: Wired, other: Wired, name: str) -> bool:
    return node.sync.roster.nodes[other.site].name == name


async def _is_none(node: Wired) -> bool:
    return not node.sync.is_authority


@pytest.mark.asyncio
async def test_nobody_else_hands_the_authority_on(tmp_path: Path) -> None:
    """A kiosk that signs a handover itself, and a house without a central."""
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        with pytest.raises(RosterError):
            await kiosk.sync.offsite.hand_over()
        forged = Handover(central.sync.roster.nodes[central.site].public_key, False, b"\x00" * 64)
        assert await central.sync._own._assume(TakeOver(forged)) is None
        assert home.sync.is_authority


@pytest.mark.asyncio
async def test_the_house_lets_boxes_in_while_central_keeps_the_list(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.sync.offsite.hand_over()
        await until(lambda: _is_none(home))
        assert home.sync.offsite.may_take_in
        assert not kiosk.sync.offsite.may_take_in
        with pytest.raises(RosterError):
            await kiosk.sync.invite(name="Keller", role=NodeRole.STANDBY)
        with pytest.raises(RosterError):
            await home.sync.invite(name="Andere Zentrale", role=NodeRole.CENTRAL)
        code = await home.sync.invite(name="Keller", role=NodeRole.STANDBY)
        database = tmp_path / "new" / "quarter.db"
        database.parent.mkdir()
        address = parse_address(home.address)
        await central.stop()
        with pytest.raises(TroubleError):
            await join_quarter(address, Code.read(code), database, REGISTRY, clock=CLOCK)
        assert not database.exists()


@pytest.mark.asyncio
async def test_central_lists_whom_the_house_vouches_for_and_nobody_else(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.sync.offsite.hand_over()
        code = await home.sync.invite(name="Keller", role=NodeRole.STANDBY)
        database = tmp_path / "new" / "quarter.db"
        database.parent.mkdir()
        address = parse_address(home.address)
        roster = await join_quarter(address, Code.read(code), database, REGISTRY, clock=CLOCK)
        keller = next(node for node in roster.body.nodes if node.name == "Keller")
        assert keller.voucher
        assert central.sync.roster.nodes[keller.site_id] == keller
        again = tmp_path / "again" / "quarter.db"
        again.parent.mkdir()
        with pytest.raises(CodeError):
            await join_quarter(address, Code.read(code), again, REGISTRY, clock=CLOCK)
        stranger = msgspec.structs.replace(
            keller, public_key=new_identity().public_key, name="Dieb"
        )
        peer = next(p for p in kiosk.sync._peers if p.node.role is NodeRole.CENTRAL)
        with pytest.raises(TroubleError):
            await propose(kiosk.sync._own, peer, kiosk.sync.tag, stranger)
        peer = next(p for p in home.sync._peers if p.node.role is NodeRole.CENTRAL)
        for wrong in (
            msgspec.structs.replace(stranger, voucher=b""),
            msgspec.structs.replace(stranger, role=NodeRole.HOME),
            msgspec.structs.replace(stranger, role=NodeRole.CENTRAL),
        ):
            with pytest.raises(TroubleError):
                await propose(home.sync._own, peer, home.sync.tag, wrong)
        assert "Dieb" not in {node.name for node in central.sync.roster.body.nodes}

"""A dead box is replaced by the sheet and whoever is alive; what it had not told does not count."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest

from node.store import NodeRole, Store
from node.store.doctor import examine
from node.sync.arrivals import Way, read_arrivals
from node.sync.asking import insist
from node.sync.authority import add_node, set_recovery, sheet_keys
from node.sync.fetching import begin_from_snapshot
from node.sync.house_key import read_house_key
from node.sync.joining import join_quarter
from node.sync.pairing import Code, CodeError
from node.sync.recovery import candidates, recover_quarter, stand_in
from node.sync.roster import RosterError, read_roster
from node.sync.round import Round
from node.sync.sheet import SheetError, new_sheet, read_sheet, sheet_lines
from node.sync.transport import Link, parse_address, quarter_tag
from node.sync.trouble import TroubleError
from node.sync.wire import AskSnapshot, SnapshotOffer
from tests.sync.hand import CLOCK, REGISTRY
from tests.sync.wired import Wired, free_port, quarter, until

pytestmark = pytest.mark.asyncio


async def opened(folder: Path) -> Wired:
    store = await Store.open(folder / "quarter.db", REGISTRY, clock=CLOCK)
    return Wired(folder, store, free_port())


async def test_a_new_box_joins_by_a_code_and_is_told_all(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home") as nodes:
        home = nodes["home"]
        await home.wish("vorher")
        code = Code.read(await home.sync.invite(name="Foyer", role=NodeRole.KIOSK))
        folder = tmp_path / "new"
        folder.mkdir()
        address = parse_address(home.address)
        with pytest.raises(CodeError, match="shown_elsewhere"):
            await join_quarter(
                address, Code(code.secret, "0000"), folder / "quarter.db", REGISTRY, clock=CLOCK
            )
        other = Code.read(await home.sync.invite(name="Keller", role=NodeRole.STANDBY))
        await home.sync.withdraw_invitations()
        with pytest.raises(CodeError, match="code_void"):
            await join_quarter(address, other, folder / "quarter.db", REGISTRY, clock=CLOCK)
        code = Code.read(await home.sync.invite(name="Foyer", role=NodeRole.KIOSK))
        await join_quarter(address, code, folder / "quarter.db", REGISTRY, clock=CLOCK)
        assert sorted(path.name for path in folder.iterdir()) == ["quarter.db"]
        kiosk = await opened(folder)
        await kiosk.start(peers=(home.address,))
        try:
            await kiosk.sees("vorher")
            await kiosk.wish("vom Foyer")
            await home.sees("vom Foyer")
            await until(lambda: kiosk.sync.holds_house_key)
        finally:
            await kiosk.stop()


async def test_a_box_begins_with_a_snapshot_and_goes_on_with_journals(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "central") as nodes:
        home, central = nodes.values()
        for number in range(200):
            await home.wish(f"vorher {number}")
        await home.plan("Chor")
        code = Code.read(await home.sync.invite(name="Foyer", role=NodeRole.KIOSK))
        database = tmp_path / "new" / "quarter.db"
        database.parent.mkdir()
        address = parse_address(home.address)
        await join_quarter(address, code, database, REGISTRY, clock=CLOCK)
        seen: list[tuple[int, int]] = []
        given = await begin_from_snapshot(
            address, database, REGISTRY, clock=CLOCK, told=lambda *at: seen.append(at)
        )
        assert given
        assert seen[-1][0] == seen[-1][1] > 0
        assert list(database.parent.rglob("*.arriving")) == []
        kiosk = await opened(database.parent)
        try:
            assert await kiosk.texts() == await home.texts()
            assert await kiosk.store.on_writer(examine) == []
            assert not await kiosk.store.on_writer(lambda core: core.must_catch_up)
            await kiosk.start(peers=(home.address,))
            await kiosk.wish("vom Foyer")
            await home.sees("vom Foyer")
            await home.wish("nachher")
            await kiosk.sees("nachher")
        finally:
            await kiosk.stop()
        # Central is a member too, and is given none.
        with pytest.raises(TroubleError):
            await ask_as(central, home)


async def ask_as(central: Wired, home: Wired) -> None:
    """Central asks the home node for a snapshot as a box that begins would."""
    core = central.store.core
    node = central.sync.roster.nodes[home.site]
    link = Link(parse_address(home.address), quarter_tag(core.quarter), node.public_key.__eq__)
    meeting = Round(central.sync._own.here, node, secrets.token_bytes(32))

    async def ask(request):
        return await link.ask(request, token=meeting.token)

    try:
        await central.sync._own.drive(meeting.greet(), ask)
        insist(await link.ask(AskSnapshot(), token=meeting.token), SnapshotOffer)
    finally:
        await link.close()


async def test_the_house_comes_back_from_central_and_the_sheet_alone(tmp_path: Path) -> None:
    sheet = new_sheet()
    async with quarter(tmp_path, "home", "central", "kiosk") as nodes:
        home, central, kiosk = nodes.values()
        await home.store.on_writer(lambda core: set_recovery(core, sheet_keys(sheet)))
        await home.sync.refresh_roster()
        await home.wish("privat")
        await home.plan("Chor")
        await kiosk.wish("vom Foyer")
        await home.sees("vom Foyer")
        await until(lambda: holds_all_of(central, home))
        await kiosk.stop()
        await home.stop()
        new = await replaced(tmp_path / "new", central, read_sheet(" ".join(sheet_lines(sheet))))
        try:
            assert await new.texts() == {"privat", "vom Foyer"}
            assert await new.texts("plan", "what") == {"Chor"}
            assert new.store.core.role is NodeRole.HOME
            roster = new.sync.roster
            assert roster.nodes[home.site].revoked_after is not None
            assert roster.nodes[new.site].name == "home"
            (came,) = (await new.store.read(read_arrivals)).values()
            assert (came.way, came.staff_id) == (Way.SHEET, None)
            await new.store.write(
                lambda write: write.insert("rule", id=b"r" * 16, text="neu entschieden")
            )
            back = await opened(tmp_path / "kiosk")
            await back.start(central=central.address)
            await back.sees("neu entschieden", "rule")
            await back.wish("nach dem Tausch")
            await new.sees("nach dem Tausch")
            await back.stop()
            await late_words_of_the_dead_do_not_count(tmp_path / "home", central, new)
        finally:
            await new.stop()


async def late_words_of_the_dead_do_not_count(folder: Path, central: Wired, new: Wired) -> None:
    """The dead box wakes up without having heard, and goes on deciding."""
    dead = await opened(folder)
    await dead.start()
    await dead.store.write(lambda write: write.insert("rule", id=b"d" * 16, text="zu spät"))
    await dead.stop()
    dead = await opened(folder)
    await dead.start(central=central.address)
    await until(lambda: dead.sync.is_revoked)
    await dead.stop()
    assert "zu spät" not in await central.texts("rule")
    assert "zu spät" not in await new.texts("rule")


async def replaced(folder: Path, alive: Wired, sheet) -> Wired:
    """What `quartier replace` does."""
    folder.mkdir()  # noqa: ASYNC240 - a test's own folder
    address = parse_address(alive.address)
    await recover_quarter(address, sheet, folder / "quarter.db", REGISTRY, clock=CLOCK)
    new = await opened(folder)
    await new.start(central=alive.address)
    await new.sync.copy_all(lambda _: None)
    dead = next(n for n in candidates(new.sync.roster, new.site) if n.role is NodeRole.HOME)
    await new.store.on_writer(lambda core: stand_in(core, dead))
    await new.sync.refresh_roster()
    return new


async def holds_all_of(central: Wired, home: Wired) -> bool:
    there, here = await central.store.heads(), await home.store.heads()
    return all(
        there.get((site, "sealed" if scope == "house" else scope)) == head
        for (site, scope), head in here.items()
    )


async def test_another_sheet_opens_nothing(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "central") as nodes:
        home, central = nodes.values()
        await home.store.on_writer(lambda core: set_recovery(core, sheet_keys(new_sheet())))
        await home.sync.refresh_roster()
        folder = tmp_path / "new"
        folder.mkdir()
        for node in (home, central):
            with pytest.raises(SheetError, match="unknown_sheet"):
                await recover_quarter(
                    parse_address(node.address),
                    new_sheet(),
                    folder / "quarter.db",
                    REGISTRY,
                    clock=CLOCK,
                )
        assert not (folder / "quarter.db").exists()
        nobody = parse_address(f"127.0.0.1:{free_port()}")
        with pytest.raises(TroubleError):
            await recover_quarter(nobody, new_sheet(), folder / "quarter.db", REGISTRY, clock=CLOCK)


async def test_the_sheet_outranks_a_stolen_authority(tmp_path: Path) -> None:
    """The thief of the founding box signs on; whoever holds the sheet is believed."""
    sheet = new_sheet()
    async with quarter(tmp_path, "home", "central") as nodes:
        home, central = nodes.values()
        await home.store.on_writer(lambda core: set_recovery(core, sheet_keys(sheet)))
        await home.sync.refresh_roster()
        await home.wish("privat")
        await until(lambda: holds_all_of(central, home))
        await home.stop()
        new = await replaced(tmp_path / "new", central, sheet)
        try:
            stolen = await opened(tmp_path / "home")
            with pytest.raises(RosterError, match="one_sheet"):
                await stolen.store.on_writer(
                    lambda core: set_recovery(core, sheet_keys(new_sheet()))
                )
            for _ in range(20):
                await stolen.store.on_writer(
                    lambda core: add_node(core, b"x" * 32, name="Spitzel", role=NodeRole.CENTRAL)
                )
            await stolen.start(central=central.address)
            await until(lambda: stolen.sync.is_revoked)
            await stolen.stop()
            known = await central.store.on_writer(read_roster)
            assert known is not None
            assert known.body.authority == new.store.core.identity.public_key
            assert all(node.name != "Spitzel" for node in known.nodes.values())
            key = await new.store.on_writer(read_house_key)
            assert key is not None
            assert key.newest == 2, "who was stolen knows the first generation"
        finally:
            await new.stop()

"""Running nodes compare what they hold, put right what was changed past the store, and say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node.store.connection import close_writer, open_writer
from node.store.doctor import examine
from node.store.pruning import prune_piece
from node.sync import audits, caller
from node.sync.audits import Audited, find_differences, is_due, keep_audit
from node.sync.metrics import metrics_text
from tests.sync.hand import CLOCK
from tests.sync.wired import Wired, quarter, until

SPOIL = "update {table} set {column} = 'gefälscht' where {column} = '{text}'"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nodes look whether an audit is due as often as tests can wait for."""
    monkeypatch.setattr(caller, "AUDIT_LOOKS_EVERY_SECONDS", 0.2)


def spoil(node: Wired, statement: str) -> None:
    """As a bad card or a curious hand does it, while the node runs."""
    connection = open_writer(node.folder / "quarter.db")
    connection.execute("select crsql_internal_sync_bit(1)")
    assert connection.execute(statement).rowcount == 1
    close_writer(connection)


async def audited(node: Wired) -> dict[str, Audited]:
    known = await node.sync._own.auditor.known()
    return {node.sync.roster.nodes[site].name: done for site, done in known.items()}


async def fill(home: Wired, *others: Wired) -> None:
    for number in range(20):
        await home.wish(f"Wunsch {number}")
        await home.plan(f"Plan {number}")
    for other in others:
        await other.sees("Plan 19", "plan", "what")


@pytest.mark.asyncio
async def test_a_cell_changed_past_the_store_is_found_told_and_put_right(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", start=False) as nodes:
        home, kiosk = nodes.values()
        await home.start(peers=(kiosk.address,))
        await kiosk.start(peers=(home.address,))
        await home.wish("unberührt")
        await kiosk.sees("unberührt")
        await until(lambda: holds(kiosk, "home"))
        await home.wish("Blumen giessen")
        await kiosk.sees("Blumen giessen")
        spoil(kiosk, SPOIL.format(table="wish", column="text", text="Blumen giessen"))
        assert await kiosk.texts() == {"unberührt", "gefälscht"}
        await home.sync._own.auditor.forget()
        await until(lambda: found_by(home, "kiosk"))
        assert await kiosk.texts() == await home.texts() == {"unberührt", "Blumen giessen"}
        assert await kiosk.store.on_writer(examine) == []
        done = (await audited(home))["kiosk"]
        assert (done.tables, done.mended, done.unsure) == (("wish",), 1, ())
        for node, other in ((home, "kiosk"), (kiosk, "home")):
            health = await node.sync.health()
            assert not health.is_well
            told = {each.name: each for each in health.audits}[other]
            assert "wish" in str(told.problem)
            assert str(told.remedy)
            assert "quartier_audit_mended_rows" in metrics_text(health)


async def holds(node: Wired, name: str) -> bool:
    return name in await audited(node)


async def found_by(node: Wired, name: str) -> bool:
    done = (await audited(node)).get(name)
    return done is not None and done.found_at > 0


@pytest.mark.asyncio
async def test_what_the_journals_tell_no_more_is_told_and_left_alone(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", start=False) as nodes:
        home, kiosk = nodes.values()
        await home.start(peers=(kiosk.address,))
        await kiosk.start(peers=(home.address,))
        await home.wish("Blumen giessen")
        await home.wish("danach")
        await kiosk.sees("danach")
        for node in (home, kiosk):
            chains = dict.fromkeys(await node.store.heads(), 10**9)
            while await node.store.on_writer(lambda core, c=chains: prune_piece(core, c)):
                pass
        spoil(home, SPOIL.format(table="wish", column="text", text="Blumen giessen"))
        await home.sync._own.auditor.forget()
        await until(lambda: found_by(home, "kiosk"))
        done = (await audited(home))["kiosk"]
        assert (done.mended, done.unsure) == (0, ("wish",))
        assert await home.texts() == {"gefälscht", "danach"}
        findings = await home.store.on_writer(find_differences)
        assert ["wish" in finding.said for finding in findings] == [True]
        health = await home.sync.health()
        assert not health.is_well
        assert "quartier_audit_differing_tables{" in metrics_text(health)


@pytest.mark.asyncio
async def test_with_central_what_both_may_read_is_compared(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "central", start=False) as nodes:
        home, central = nodes.values()
        await central.start()
        await home.start(central=central.address)
        await fill(home)
        await central.sees("Plan 19", "plan", "what")
        spoil(central, SPOIL.format(table="plan", column="what", text="Plan 7"))
        await home.sync._own.auditor.forget()
        await until(lambda: found_by(home, "central"))
        assert "Plan 7" in await central.texts("plan", "what")
        assert (await audited(home))["central"].tables == ("plan",)
        # Nothing of the house is told, whatever is asked.
        assert home.sync._own.auditor.mend("wish", (1,), scopes={"quarter"}) == 0
        assert (await audited(central))["home"].tables == ("plan",)


@pytest.mark.asyncio
async def test_a_difference_that_is_gone_is_told_for_a_week(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", start=False) as nodes:
        home, kiosk = nodes.values()
        await home.start(peers=(kiosk.address,))
        auditor, now = home.sync._own.auditor, int(CLOCK.now().timestamp())
        day = 86_400
        for found_at, unsure, is_well in (
            (now, (), False),
            (0, (), False),
            (now - 7 * day, (), True),
            (now - 70 * day, ("wish",), False),
        ):
            done = Audited(kiosk.site, now, found_at, ("wish",) if found_at else (), 2, unsure)
            await home.store.on_writer(lambda core, done=done: keep_audit(core, done))
            auditor._known = None
            assert (await home.sync.health()).audits[0].is_well is is_well


@pytest.mark.asyncio
async def test_where_two_never_stand_at_the_same_place_it_is_tried_again_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People write all day: counting everything again every two minutes would only cost."""
    monkeypatch.setattr(audits, "TRIES", 0)
    async with quarter(tmp_path, "home", "kiosk", start=False) as nodes:
        home, kiosk = nodes.values()
        await kiosk.start()
        await home.start(peers=(kiosk.address,))
        await home.wish("eins")
        await kiosk.sees("eins")
        calling = home.sync._callers[kiosk.site][0]
        await until(lambda: calling._no_audit_before > 0)
        assert not await calling.audit()
        assert await audited(home) == {}
        monkeypatch.setattr(audits, "TRIES", 5)
        assert not await calling.audit()
        calling._no_audit_before = 0.0
        await until(lambda: holds(home, "kiosk"))


def test_an_audit_is_due_once_a_night_or_once_a_day_where_the_box_sleeps() -> None:
    night = datetime(2026, 11, 25, 2, tzinfo=UTC)

    def done(hours: float, now: datetime) -> Audited:
        return Audited(b"s" * 16, int((now - timedelta(hours=hours)).timestamp()))

    assert is_due(None, night)
    assert is_due(done(21, night), night)
    assert not is_due(done(3, night), night)
    noon = night.replace(hour=12)
    assert not is_due(done(21, noon), noon)
    assert is_due(done(26, noon), noon)
    # A clock that was put back must not put audits off for years.
    assert is_due(done(-5, noon), noon)

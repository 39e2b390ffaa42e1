"""What Demir reads about the backups on the health page, and who can look in while a box waits."""

from __future__ import annotations

import asyncio
import html
from datetime import timedelta
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.registry import REGISTRY
from node.store import Core
from node.sync import read_roster
from tests.journeys.conftest import Town, a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio


def members(core: Core) -> object:
    roster = read_roster(core)
    return roster.members if roster else None


async def health(town: Town, language: str = "de") -> str:
    demir = await at_desk(town)
    demir.http.cookies.set("prefs", f"{language}.auto.1.auto")
    return html.unescape((await demir.get("/desk/health")).text)


async def test_the_health_page_tells_when_was_backed_up_and_rehearsed(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        backups = town.node.backups
        before = await health(town)
        assert "Letzte Sicherung" in before
        assert "noch nie" in before
        assert "Von diesem Knoten gibt es noch keine Sicherung." in before
        await asyncio.to_thread(backups.back_up, now=clock.now())
        drilled = await asyncio.to_thread(backups.drill, REGISTRY, clock=clock, members_of=members)
        after = await health(town)
        assert "noch nie" not in after
        assert f"und {drilled.rows} Zeilen kamen unverändert zurück" in after
        assert str(tmp_path / "backups") in after
        assert "Die Sicherungen kann nur diese Box öffnen" in after
        assert "Die Sicherungen liegen auf demselben Speicher" in after
        assert "rows came back unchanged" in await health(town, "en")
        clock.advance(timedelta(days=50))
        late = await health(town)
        assert "Seitdem kam keine Sicherung mehr zustande." in late
        assert "Seitdem wurde keine Wiederherstellung mehr geprobt." in late


async def test_a_backup_that_would_lose_something_is_told(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        spoil = "delete from journal where n = 2 and scope = 'quarter'"
        await town.node.store.write(lambda write: write.execute(spoil))
        backups = town.node.backups
        await asyncio.to_thread(backups.back_up, now=clock.now())
        await asyncio.to_thread(backups.drill, REGISTRY, clock=clock, members_of=members)
        page = await health(town)
        assert "würde nicht alles zurückbringen" in page
        assert "mit Fehlern" in page


async def test_who_works_at_a_restored_box_signs_in_and_reads_what_it_waits_for(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await town.node.store.on_writer(Core.note_restored)
        page = await health(town)
        assert "wartet auf ihre Nachbarn" in page
        assert "quartier alone" in page


async def test_a_file_that_was_found_damaged_is_told_and_checked_at_the_next_start(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        store = town.node.store
        page = await store.read(
            lambda read: read.value("select rootpage from sqlite_master where name = 'meta'")
        )
        await store.on_writer(
            lambda core: core._connection.execute("pragma wal_checkpoint").fetchall()
        )
        with (tmp_path / "quarter.db").open("r+b") as file:
            file.seek((page - 1) * 4096)
            file.write(b"\xff" * 4096)
        with pytest.raises(Exception, match="malformed"):
            await store.read(lambda read: read.value("select count(*) from meta"))
        assert "Die Datenbank dieser Box ist beschädigt." in await health(town)

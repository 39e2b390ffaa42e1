"""Running nodes over real TLS sockets: news travels at once, a cut line is made good."""

from __future__ import annotations

import asyncio
import statistics
import time
from pathlib import Path

import pytest

from node.store import Store
from node.store.refusals import FULL
from node.sync import LineSwitch, Trouble, metrics_text
from node.sync.transport import Link
from tests.sync.hand import CLOCK, REGISTRY
from tests.sync.wired import Wired, quarter, until

pytestmark = pytest.mark.asyncio


async def test_a_write_at_one_node_is_seen_at_all_that_may_see_it(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.wish("privat")
        await kiosk.sees("privat")
        await kiosk.plan("Chor")
        await home.sees("Chor", "plan", "what")
        await central.sees("Chor", "plan", "what")
        await central.plan("von der Zentrale")
        await home.sees("von der Zentrale", "plan", "what")
        await kiosk.sees("von der Zentrale", "plan", "what")
        assert await central.texts() == set()


async def test_one_row_is_there_within_a_moment(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("erste")
        await kiosk.sees("erste")
        took = []
        for number in range(20):
            writer, reader = (home, kiosk) if number % 2 else (kiosk, home)
            began = time.perf_counter()
            await writer.wish(f"Zeile {number}")
            await reader.sees(f"Zeile {number}")
            took.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
        print(f"median {statistics.median(took) * 1000:.1f} ms, most {max(took) * 1000:.1f} ms")
        assert statistics.median(took) < 0.5


async def test_a_cut_line_is_made_good_and_says_so(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, _ = nodes.values()
        await home.wish("vorher")
        await kiosk.sees("vorher")
        assert kiosk.sync.line is not None
        kiosk.sync.line.cut()
        await until(lambda: _trouble(kiosk, home, Trouble.CUT))
        await home.wish("am Haus")
        await kiosk.wish("am Foyer")
        await kiosk.wish("noch eins")
        await asyncio.sleep(0.8)
        assert await kiosk.texts() == {"vorher", "am Foyer", "noch eins"}
        assert await home.texts() == {"vorher", "am Haus"}
        line = next(p for p in (await kiosk.sync.health()).peers if p.site_id == home.site)
        assert (line.waiting_out, line.is_cut) == (2, True)
        assert str(line.waiting) == "2 Änderungen warten auf home."
        assert str(line.problem) == "Die Leitung zu home ist in der Vorführung getrennt."
        kiosk.sync.line.join()
        await kiosk.sees("am Haus")
        await home.sees("noch eins")
        await until(lambda: _is_made_good(kiosk, home))


async def test_a_full_disk_takes_nothing_says_so_and_catches_up_when_it_is_freed(
    tmp_path: Path,
) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("vorher")
        await kiosk.sees("vorher")
        kiosk.store.core.storage.spare_bytes = 1 << 62
        assert await kiosk.store.write(lambda _: None) is FULL
        await home.wish("solange voll")
        await until(lambda: _trouble(kiosk, home, Trouble.STORE))
        assert await kiosk.texts() == {"vorher"}
        kiosk.store.core.storage.spare_bytes = 0
        await kiosk.sees("solange voll")
        await until(lambda: _trouble(kiosk, home, None))


async def _is_made_good(node: Wired, peer: Wired) -> bool:
    line = next(p for p in (await node.sync.health()).peers if p.site_id == peer.site)
    return line.is_well and str(line.waiting) == "Mit home ist alles abgeglichen."


async def _trouble(node: Wired, peer: Wired, trouble: Trouble | None) -> bool:
    health = await node.sync.health()
    return next(p.trouble for p in health.peers if p.site_id == peer.site) is trouble


async def test_the_switch_is_kept_over_a_restart_and_thrown_by_another_process(
    tmp_path: Path,
) -> None:
    one = LineSwitch(tmp_path)
    one.cut(b"P" * 16)
    other = LineSwitch(tmp_path)
    assert other.is_cut(b"P" * 16)
    assert not other.is_cut(b"X" * 16)
    other.cut()
    assert one.is_cut(b"X" * 16)
    one.join()
    assert other.state() == (False, frozenset())
    (tmp_path / "line.json").write_text("{broken")
    assert not LineSwitch(tmp_path).is_cut()


async def test_a_cut_node_does_not_answer_either(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("vorher")
        await kiosk.sees("vorher")
        assert home.sync.line is not None
        home.sync.line.cut(kiosk.site)
        await asyncio.sleep(0.7)
        await kiosk.wish("wartet")
        await asyncio.sleep(0.5)
        assert "wartet" not in await home.texts()
        home.sync.line.join(kiosk.site)
        await home.sees("wartet")


async def test_a_box_that_cannot_hold_what_it_is_given_does_not_ask_in_circles(
    tmp_path: Path,
) -> None:
    """Its file lost a table: whatever it is told of that, nothing here changes."""
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("vorher")
        await kiosk.sees("vorher")
        await kiosk.store.on_writer(
            lambda core: core._connection.execute("alter table wish rename to lost")
        )
        asked: list[bytes] = []
        answer = home.sync.door.answer

        async def counted(token: bytes, body: bytes) -> tuple[int, bytes]:
            asked.append(body)
            return await answer(token, body)

        home.sync.door.answer = counted  # type: ignore[method-assign]
        await home.wish("danach")
        await asyncio.sleep(4)
        assert 0 < len(asked) < 40


async def test_a_node_that_was_away_catches_up_when_it_is_back(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("vorher")
        await kiosk.sees("vorher")
        await until(lambda: _nothing_waits(home))
        await kiosk.stop()
        for number in range(50):
            await home.wish(f"inzwischen {number}")
        health = await home.sync.health()
        assert health.waiting_out == 50
        kiosk.store = await Store.open(kiosk.folder / "quarter.db", REGISTRY, clock=CLOCK)
        await kiosk.start(peers=(home.address,))
        # What the peer last told is remembered, so that people see the truth at once.
        first = (await kiosk.sync.health()).peers[0]
        assert first.last_success_at is not None
        await kiosk.sees("inzwischen 49")
        await kiosk.wish("wieder da")
        await home.sees("wieder da")
        await until(lambda: _nothing_waits(home))


async def _nothing_waits(node: Wired) -> bool:
    return (await node.sync.health()).waiting_out == 0


async def test_a_box_with_another_key_at_the_address_is_not_spoken_to(tmp_path: Path) -> None:
    (tmp_path / "true").mkdir()
    (tmp_path / "false").mkdir()
    async with (
        quarter(tmp_path / "true", "home", "central", start=False) as nodes,
        quarter(tmp_path / "false", "central") as impostors,
    ):
        home, central = nodes.values()
        impostor = impostors["central"]
        await home.start(central=impostor.address)
        await home.plan("wartet")
        await until(lambda: _trouble(home, central, Trouble.WRONG_KEY))
        assert await impostor.texts("plan", "what") == set()
        line = (await home.sync.health()).peers[0]
        assert str(line.problem) == "An der Adresse von central antwortet eine andere Box."
        assert line.waiting_out == 1


async def test_a_node_that_is_revoked_is_shut_out_at_once_and_told_nothing(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, _ = nodes.values()
        await kiosk.wish("vorher")
        await home.sees("vorher")
        await home.sync.revoke_node(kiosk.site)
        await home.wish("nachher")
        await kiosk.wish("zu spät")
        await until(lambda: kiosk.sync.is_revoked)
        await asyncio.sleep(0.3)
        assert "nachher" not in await kiosk.texts()
        assert "zu spät" not in await home.texts()


async def test_a_node_that_joins_later_is_met_without_a_restart(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk", "hof", start=False) as nodes:
        home, kiosk, hof = nodes.values()
        for node in (home, kiosk):
            others = tuple(o.address for o in nodes.values() if o is not node)
            await node.start(peers=others)
        await kiosk.wish("schon da")
        await home.sees("schon da")
        await hof.start(peers=(home.address,))
        await hof.sees("schon da")
        await hof.wish("neu hier")
        await kiosk.sees("neu hier")


async def test_metrics_are_prometheus_text(tmp_path: Path) -> None:
    async with quarter(tmp_path, "home", "kiosk") as nodes:
        home, kiosk = nodes.values()
        await home.wish("eins")
        await kiosk.sees("eins")
        await until(lambda: _nothing_waits(home))
        text = metrics_text(await home.sync.health())
        assert text.endswith("\n")
        values = {}
        for line in text.splitlines():
            if not line.startswith("#"):
                name, _, value = line.rpartition(" ")
                values[name.partition("{")[0]] = float(value)
        assert values["quartier_well"] == 1
        assert values["quartier_peer_waiting_out"] == 0
        assert values["quartier_peer_last_success_seconds"] > 0
        assert values["quartier_journal_head"] == 1


async def test_an_idle_line_is_quiet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    ask = Link.ask

    async def counted(self, request, **options):
        asked.append(type(request).__name__)
        return await ask(self, request, **options)

    monkeypatch.setattr(Link, "ask", counted)
    async with quarter(tmp_path, "home", "kiosk", "central") as nodes:
        home, kiosk, central = nodes.values()
        await home.plan("eins")
        await kiosk.sees("eins", "plan", "what")
        await central.sees("eins", "plan", "what")

        async def is_quiet() -> bool:
            asked.clear()
            await asyncio.sleep(1.5)
            return not asked

        # The house key is given and greetings are exchanged first; then nothing moves.
        await until(is_quiet)

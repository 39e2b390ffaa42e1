"""What intake refuses before it looks at rows, and the store's small doors for sync."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from node.base.ids import new_id
from node.store import (
    Column,
    Core,
    Member,
    NodeRole,
    Registry,
    Scope,
    SignedChangeset,
    Store,
    Table,
    Verdict,
)
from node.store import core as cores
from node.store.changeset import MAX_BODY_BYTES, decode, sign
from tests.store.test_core import (
    CLOCK,
    FOUNDING,
    add_note,
    all_changesets,
    dump,
    members,
    open_core,
    tampered,
)


def test_central_does_not_even_quarantine_what_belongs_to_the_house(tmp_path: Path) -> None:
    home, central = open_core(tmp_path, "home"), open_core(tmp_path, "central")
    central.role = NodeRole.CENTRAL
    home.write(add_note("privat"))
    home.write(lambda write: write.insert("plan", day=1, place="Salon", what="Chor"))
    (house, quarter) = all_changesets(home)
    broken = tampered(home, house, tables=[])
    report = central.receive([house, broken, quarter], members(home))
    assert report.verdicts == [Verdict.NOT_FOR_US, Verdict.NOT_FOR_US, Verdict.APPLIED]
    assert central.quarantined() == []
    assert {scope for _, scope in central.heads()} == {"quarter"}
    assert b"privat" not in central.path.read_bytes()
    assert b"privat" not in Path(f"{central.path}-wal").read_bytes()
    home.close()
    central.close()


def test_deep_nesting_and_absurd_numbers_change_nothing(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(add_note("gut"))
    (good,) = all_changesets(a)
    deep = good.body.replace(b"\xa3gut", b"\x91" * 100_000 + b"\xc0")
    no_text = good.body.replace(b"\xa3gut", b"\xa3\xff\xfe\xfd")
    for body in (deep, no_text, bytes(MAX_BODY_BYTES + 1)):
        assert b.receive([SignedChangeset(body, good.signature)], members(a)).verdicts == [
            Verdict.STOPPED
        ]
    for schema in (-1, 2**63):
        c = open_core(tmp_path, f"c{schema}")
        report = c.receive([tampered(a, good, schema=schema)], members(a))
        assert report.verdicts == [Verdict.QUARANTINED]
        assert c.quarantined()[0].reason.startswith("schema number")
        c.close()
    assert b.receive([good], members(a)).applied == 1
    a.close()
    b.close()


def test_nan_is_no_number(tmp_path: Path) -> None:
    table = Table(
        "reading",
        key=("id",),
        columns=(Column("id", "blob"), Column("value", "real", default=0.0)),
        scope=Scope.HOUSE,
        about="A test's reading.",
    )
    registry = Registry(1, (table,))
    a, b = open_core(tmp_path, "a", registry), open_core(tmp_path, "b", registry)
    a.write(lambda write: write.insert("reading", id=new_id(), value=1.0))
    (good,) = all_changesets(a)
    content = decode(good)
    row = msgspec.structs.replace(content.tables[0].rows[0], cells=[("value", 1, float("nan"))])
    change = msgspec.structs.replace(content.tables[0], rows=[row])
    bad = sign(msgspec.structs.replace(content, tables=[change]), a.identity.key)
    assert b.receive([bad], members(a)).verdicts == [Verdict.QUARANTINED]
    a.close()
    b.close()


def test_other_rooms_keep_small_things_in_the_file_under_their_own_names(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    assert core.kept("sync.thing") is None
    core.keep("sync.thing", b"\x01")
    core.keep("sync.thing", b"\x02")
    with pytest.raises(ValueError, match=r"room\.thing"):
        core.keep("identity", b"x")
    core.close()
    core = open_core(tmp_path)
    assert core.kept("sync.thing") == b"\x02"
    core.close()


@pytest.mark.asyncio
async def test_heads_and_ranges_are_read_while_the_writer_is_busy(tmp_path: Path) -> None:
    other = open_core(tmp_path, "other")
    for number in range(60):
        other.write(add_note("x" * 5000 + str(number)))
    everything = all_changesets(other)
    store = await Store.open(
        tmp_path / "busy.db", Registry(1, other.registry.tables.values()), clock=CLOCK,
        founding=FOUNDING,
    )  # fmt: skip
    told: list[frozenset[str]] = []
    store.subscribe(told.append)
    report = await store.receive(
        everything, {other.site_id: Member(other.identity.public_key, NodeRole.KIOSK)}
    )
    assert report.applied == 60
    assert told == [frozenset({"note"})]
    heads = await store.heads()
    assert heads == other.heads()
    assert (
        await store.changesets((other.site_id, "house"), after=57, max_bytes=10**6)
        == (everything[57:])
    )
    assert await store.quarantined() == []
    assert dump(other, "note") == dump(store.core, "note")
    await store.close()
    other.close()


def test_an_unforeseen_error_leaves_no_open_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(add_note("gut"))
    monkeypatch.setattr(Core, "_note_merged", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        b.receive(all_changesets(a), members(a))
    monkeypatch.undo()
    assert b.receive(all_changesets(a), members(a)).applied == 1
    a.close()
    b.close()


def test_what_waited_for_an_update_and_breaks_a_law_stops_only_its_own_chain(
    tmp_path: Path,
) -> None:
    newer = Registry(2, tuple(open_core(tmp_path, "scratch").registry.tables.values()))
    a, c = open_core(tmp_path, "a", newer), open_core(tmp_path, "c", newer)
    a.write(add_note("falsch"))
    c.write(add_note("gut"))
    (good,) = all_changesets(a)
    content = decode(good)
    row = msgspec.structs.replace(content.tables[0].rows[0], cells=[("count", 1, "viele")])
    change = msgspec.structs.replace(content.tables[0], rows=[row])
    bad = sign(msgspec.structs.replace(content, tables=[change]), a.identity.key)
    b = open_core(tmp_path, "b")
    who = members(a, b, c)
    assert b.receive([bad, *all_changesets(c)], who).verdicts == [Verdict.HELD, Verdict.HELD]
    b.close()
    b = open_core(tmp_path, "b", newer)
    assert b.apply_waiting({**members(b, c)}).applied == 1
    assert b.quarantined() == []
    assert b.apply_waiting(who).applied == 0
    assert [found.site for found in b.quarantined()] == [a.site_id]
    assert {row[1] for row in dump(b, "note")} == {"gut"}
    for core in (a, b, c):
        core.close()


def test_much_that_waited_for_an_update_is_applied_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = Registry(2, tuple(open_core(tmp_path, "scratch").registry.tables.values()))
    a, b = open_core(tmp_path, "a", newer), open_core(tmp_path, "b")
    for number in range(40):
        a.write(add_note(f"n{number}"))
    assert b.receive(all_changesets(a), members(a)).verdicts == [Verdict.HELD] * 40
    b.close()
    b = open_core(tmp_path, "b", newer)
    monkeypatch.setattr(cores, "PART_BYTES", 1000)
    merged: list[int] = []
    monkeypatch.setattr(b, "_note_merged", lambda _: merged.append(len(dump(b, "note"))))
    assert b.apply_waiting(members(a)).applied == 40
    assert merged[0] < 20
    assert merged == sorted(merged)
    assert dump(a, "note") == dump(b, "note")
    a.close()
    b.close()

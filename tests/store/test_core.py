"""The write door, the journal in the same transaction, and what must not get in."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pysqlite3 import dbapi2 as driver

from node.base.clock import FrozenClock
from node.base.ids import new_id
from node.base.refusals import Refusal, RefusedError
from node.store import (
    Column,
    Core,
    Founding,
    Member,
    NodeRole,
    Registry,
    Scope,
    Table,
    Write,
    Writers,
)
from node.store.changeset import SignedChangeset, decode, sign
from node.store.intake import Verdict
from node.store.journal import BrokenJournalError
from node.store.migration import FutureDatabaseError
from node.store.packing import unpack

NOTE = Table(
    "note",
    key=("id",),
    columns=(
        Column("id", "blob"),
        Column("text", "text", default=""),
        Column("count", "integer", default=0, low=0, high=1000),
    ),
    scope=Scope.HOUSE,
    about="A test's note.",
)
PLAN = Table(
    "plan",
    key=("day", "place"),
    columns=(
        Column("day", "integer"),
        Column("place", "text"),
        Column("what", "text", nullable=True),
    ),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    about="A test's plan.",
)
SEEN = Table(
    "seen",
    key=("id",),
    columns=(Column("id", "blob"), Column("times", "integer", default=0)),
    scope=Scope.LOCAL,
    about="A test's projection.",
)
REGISTRY = Registry(1, (NOTE, PLAN, SEEN))
CLOCK = FrozenClock(datetime(2026, 11, 24, tzinfo=UTC))
FOUNDING = Founding(b"Q" * 16, b"E" * 16)


def open_core(path: Path, name: str = "a", registry: Registry = REGISTRY) -> Core:
    return Core.open(path / f"{name}.db", registry, clock=CLOCK, founding=FOUNDING)


def fill_and_close(core: Core) -> None:
    """More notes than a process may hold whose memory is capped: over 70 MB."""
    for number in range(20):
        core.write(
            lambda write, text=f"{number:6}" * 10_000: [
                write.insert("note", id=os.urandom(16), text=text, count=1) for _ in range(30)
            ]
        )
    core.close()
    assert core.path.stat().st_size > 70_000_000


def members(*cores: Core, role: NodeRole = NodeRole.HOME) -> dict[bytes, Member]:
    return {core.site_id: Member(core.identity.public_key, role) for core in cores}


def add_note(text: str, count: int = 1) -> bytes:
    return lambda write: write.insert("note", id=new_id(), text=text, count=count)


def all_changesets(core: Core) -> list[SignedChangeset]:
    return [
        signed
        for chain in sorted(core.heads())
        for signed in core.changesets(chain, after=0, max_bytes=10**9)
    ]


def dump(core: Core, table: str) -> list[tuple]:
    return sorted(
        (tuple(r) for r in core.read(lambda read: read.rows(f"select * from {table}"))), key=repr
    )


def test_a_write_makes_one_signed_changeset_a_scope(tmp_path: Path) -> None:
    core = open_core(tmp_path)

    def both(write: Write) -> None:
        write.insert("note", id=new_id(), text="Leiter", count=2)
        write.insert("plan", day=1, place="Salon", what="Chor")
        write.insert("seen", id=new_id(), times=1)

    core.write(both)
    heads = core.heads()
    assert {scope for _, scope in heads} == {"house", "quarter"}
    assert all(head.n == 1 and head.applied == 1 for head in heads.values())
    core.close()


def test_the_journal_says_what_crsql_changes_says(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    ids = [new_id() for _ in range(4)]

    def several(write: Write) -> None:
        for number, key in enumerate(ids):
            write.insert("note", id=key, text=f"n{number}", count=number)
        write.insert("plan", day=200, place="Küche", what=None)

    core.write(several)
    core.write(
        lambda write: write.execute("update note set text = 'neu' where id = :id", id=ids[0])
    )
    core.write(lambda write: write.execute("delete from note where id = :id", id=ids[1]))
    core.write(lambda write: write.insert("note", id=ids[1], text="wieder", count=5))
    core.write(lambda write: write.execute("update note set count = 7 where id = :id", id=ids[2]))
    told: dict[tuple, tuple] = {}
    for signed in all_changesets(core):
        for change in decode(signed).tables:
            for row in change.rows:
                if row.length % 2 == 0 or any(c[0] == "-1" for c in row.cells):
                    told = {k: v for k, v in told.items() if k[:2] != (change.table, row.key)}
                for name, version, value in row.cells:
                    told[(change.table, row.key, name)] = (value, version, row.length)
    found = core._connection.execute(
        'select "table", pk, cid, val, col_version, cl from crsql_changes'
    ).fetchall()
    assert told == {(r[0], r[1], r[2]): (r[3], r[4], r[5]) for r in found}
    core.close()


def test_a_refusal_and_an_error_change_nothing(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    no = Refusal("test.no", "Nein.")

    def refused(write: Write) -> Refusal:
        add_note("weg")(write)
        return no

    def raised(write: Write) -> None:
        add_note("weg")(write)
        raise RefusedError(no)

    def broken(write: Write) -> None:
        add_note("weg")(write)
        raise KeyError("programmer")

    assert core.write(refused) is no
    assert core.write(raised) is no
    with pytest.raises(KeyError):
        core.write(broken)
    assert dump(core, "note") == []
    assert core.heads() == {}
    core.close()


def test_the_write_door_checks_ranges(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    with pytest.raises(Exception, match="count"):
        core.write(add_note("zu viel", count=1001))
    assert dump(core, "note") == []
    core.close()


def test_two_nodes_converge_and_a_second_delivery_is_known(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    who = members(a, b)
    merged: list[frozenset[str]] = []
    b.after_merge = lambda _, touched: merged.append(touched)
    a.write(add_note("von a"))
    b.write(add_note("von b"))
    report = b.receive(all_changesets(a), who)
    assert report.verdicts == [Verdict.APPLIED]
    assert merged == [frozenset({"note"})]
    again = b.receive(all_changesets(a), who)
    assert again.verdicts == [Verdict.KNOWN]
    a.receive(all_changesets(b), who)
    assert dump(a, "note") == dump(b, "note")
    assert len(dump(a, "note")) == 2
    assert a.heads() == b.heads()
    assert all_changesets(a) == all_changesets(b)
    a.close()
    b.close()


def test_a_gap_is_not_filled_with_later_things(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    for text in ("eins", "zwei", "drei"):
        a.write(add_note(text))
    first, second, third = all_changesets(a)
    assert b.receive([third], members(a)).verdicts == [Verdict.GAP]
    assert b.receive([first, third, second], members(a)).verdicts == [
        Verdict.APPLIED,
        Verdict.GAP,
        Verdict.APPLIED,
    ]
    a.close()
    b.close()


def tampered(core: Core, signed: SignedChangeset, **changes: object) -> SignedChangeset:
    """The origin's own key signs something that the law forbids."""
    return sign(msgspec.structs.replace(decode(signed), **changes), core.identity.key)


def first_row(signed: SignedChangeset):
    return decode(signed).tables[0].rows[0]


def hostile(a: Core, good: SignedChangeset) -> dict[str, SignedChangeset]:
    """Every way to break the law that FACTS and SYNC name, signed by a valid key."""
    table = decode(good).tables[0]
    row = table.rows[0]

    def with_row(**changes: object) -> SignedChangeset:
        changed = msgspec.structs.replace(row, **changes)
        return tampered(a, good, tables=[msgspec.structs.replace(table, rows=[changed])])

    def with_table(name: str) -> SignedChangeset:
        return tampered(a, good, tables=[msgspec.structs.replace(table, table=name)])

    return {
        "empty key": with_row(key=b""),
        "key of another arity": with_row(key=b"\x02" + row.key[1:] + b"\x05"),
        "wide integer key": with_row(key=bytes.fromhex("01f9") + bytes(31)),
        "key of another type": with_row(key=bytes.fromhex("010901")),
        "key with bytes left over": with_row(key=row.key + b"\0"),
        "key with a padded length": with_row(key=b"\x01\x14\0\x10" + row.key[3:]),
        "null key": with_row(key=b"\x01\x05"),
        "unknown column": with_row(cells=[("haha", 1, 1)]),
        "key as cell": with_row(cells=[("id", 1, b"x")]),
        "wrong type": with_row(cells=[("count", 1, "viele")]),
        "out of range": with_row(cells=[("count", 1, 1001)]),
        "null in not null": with_row(cells=[("text", 1, None)]),
        "oversize": with_row(cells=[("text", 1, "x" * 300_000)]),
        "absurd version": with_row(cells=[("text", 2**62, "x")]),
        "negative version": with_row(cells=[("text", -1, "x")]),
        "version far ahead": with_row(cells=[("text", 2**31 - 1, "x")]),
        "cell twice": with_row(cells=[("text", 1, "x"), ("text", 2, "y")]),
        "no cells": with_row(cells=[]),
        "absurd causal length": with_row(length=2**40 + 1),
        "length zero": with_row(length=0),
        "deleted with cells": with_row(length=2),
        "false sentinel": with_row(cells=[("-1", 5, None)]),
        "sentinel with a list": with_row(cells=[("-1", 1, [])]),
        "sentinel with a map": with_row(cells=[("-1", 1, {"a": []})]),
        "a list": with_row(cells=[("text", 1, ["x"])]),
        "table of the box": with_table("seen"),
        "the journal itself": with_table("journal"),
        "sqlite's own table": with_table("sqlite_master"),
        "clock table": with_table("note__crsql_clock"),
        "table of another scope": with_table("plan"),
        "no tables": tampered(a, good, tables=[]),
        "row twice": tampered(a, good, tables=[msgspec.structs.replace(table, rows=[row, row])]),
        "table twice": tampered(a, good, tables=[table, table]),
        "no rows": tampered(a, good, tables=[msgspec.structs.replace(table, rows=[])]),
        "other quarter": tampered(a, good, quarter=b"X" * 16),
        "other epoch": tampered(a, good, epoch=b"X" * 16),
        "unknown scope": tampered(a, good, scope="local"),
        "other format": tampered(a, good, format=99),
        "chain does not join": tampered(a, good, previous=b"\1" * 32),
    }


def test_no_hostile_changeset_changes_a_row_or_stops_another_site(tmp_path: Path) -> None:
    a = open_core(tmp_path, "a")
    a.write(add_note("gut"))
    (good,) = all_changesets(a)
    c = open_core(tmp_path, "c")
    c.write(add_note("von c"))
    for number, (name, bad) in enumerate(hostile(a, good).items()):
        b = open_core(tmp_path, f"b{number}")
        report = b.receive([bad], members(a, c))
        assert report.applied == 0, name
        assert Verdict.APPLIED not in report.verdicts, name
        assert dump(b, "note") == [], name
        assert b.receive(all_changesets(c), members(a, c)).applied == 1, name
        b.write(add_note("lokal"))
        assert len(dump(b, "note")) == 2, name
        assert len([h for h in b.heads() if h[0] == b.site_id]) == 1, name
        b.close()
    a.close()
    c.close()


def test_forged_truncated_and_foreign_bytes_do_not_stop_the_true_chain(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(add_note("gut"))
    (good,) = all_changesets(a)
    thief = open_core(tmp_path, "thief")
    forged = sign(decode(good), thief.identity.key)
    for bad in (
        forged,
        SignedChangeset(good.body[:-3], good.signature),
        SignedChangeset(good.body, b""),
        SignedChangeset(b"", b""),
        SignedChangeset(b"\xc1" * 100, good.signature),
        SignedChangeset(b"\xdd\xff\xff\xff\xff", good.signature),
    ):
        assert b.receive([bad], members(a)).applied == 0
    assert b.receive([good], {}).verdicts == [Verdict.UNKNOWN_SITE]
    assert b.receive([good], members(a)).applied == 1
    for core in (a, b, thief):
        core.close()


def test_only_the_home_node_may_write_what_is_its(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(lambda write: write.insert("plan", day=1, place="Salon", what="Chor"))
    report = b.receive(all_changesets(a), members(a, role=NodeRole.KIOSK))
    assert report.verdicts == [Verdict.QUARANTINED]
    assert "may not write plan" in next(iter(report.reasons.values()))
    a.close()
    b.close()


def test_central_may_not_send_what_belongs_to_the_house(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    a.write(add_note("privat"))
    report = b.receive(all_changesets(a), members(a, role=NodeRole.CENTRAL))
    assert report.verdicts == [Verdict.QUARANTINED]
    a.close()
    b.close()


def test_a_newer_schema_waits_and_applies_after_the_update(tmp_path: Path) -> None:
    wider = Table(
        "note",
        key=NOTE.key,
        columns=(*NOTE.columns, Column("colour", "text", default="weiß")),
        scope=Scope.HOUSE,
        about="A test's note.",
    )
    newer = Registry(2, (wider, PLAN, SEEN))
    a, b = open_core(tmp_path, "a", newer), open_core(tmp_path, "b")
    a.write(lambda write: write.insert("note", id=new_id(), text="neu", colour="rot"))
    assert b.receive(all_changesets(a), members(a)).verdicts == [Verdict.HELD]
    assert dump(b, "note") == []
    b.close()
    b = open_core(tmp_path, "b", newer)
    assert b.apply_waiting(members(a)).applied == 1
    assert dump(a, "note") == dump(b, "note")
    assert a.heads() == b.heads()
    a.close()
    b.close()
    with pytest.raises(FutureDatabaseError, match="from_the_future"):
        open_core(tmp_path, "b")


def test_writing_past_the_store_is_noticed_at_the_next_start(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    core.write(add_note("gut"))
    core._connection.execute("insert into note (id, text) values (x'01', 'heimlich')")
    core.close()
    with pytest.raises(BrokenJournalError, match="past_the_store"):
        open_core(tmp_path)


def test_a_plain_connection_cannot_write_a_replicated_table(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    plain = driver.connect(str(core.path))
    with pytest.raises(driver.OperationalError):
        plain.execute("insert into note (id) values (x'01')")
    plain.close()
    core.close()


def test_the_identity_survives_and_is_the_site_id_of_the_changes(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    site = core.site_id
    core.write(add_note("eins"))
    found = core._connection.execute("select distinct site_id from crsql_changes").fetchall()
    assert [row[0] for row in found] == [site]
    core.close()
    core = open_core(tmp_path)
    assert core.site_id == site
    core.write(add_note("zwei"))
    assert core.heads()[(site, "house")].n == 2
    core.close()


def test_a_key_of_every_kind_is_unpacked_as_it_was_packed(tmp_path: Path) -> None:
    core = open_core(tmp_path)
    values = [
        0,
        1,
        127,
        128,
        255,
        256,
        2**31,
        2**63 - 1,
        -1,
        -(2**63),
        1.5,
        "",
        "ü" * 200,
        b"",
        b"\xff" * 300,
    ]
    for value in values:
        packed = core._connection.execute(
            "select crsql_pack_columns(?, ?)", (value, "x")
        ).fetchone()[0]
        assert unpack(packed) == (value, "x")
    core.close()

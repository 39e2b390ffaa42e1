"""Journals that end: what was dropped is missed by nobody, and a chain begins at a known head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from node.store import Core, PrunedError, Write
from node.store import journal as journals
from node.store.changeset import decode
from node.store.doctor import examine
from node.store.installing import Arriving, install_snapshot
from node.store.pruning import KEPT_DAYS, PIECE, note_day, old_enough, prune_piece
from node.store.snapshot import make_snapshot, read_part
from tests.store.histories import IDENTITIES, MEMBERS, TABLES, Template, everything, keys, values
from tests.store.test_core import (
    CLOCK,
    REGISTRY,
    add_note,
    all_changesets,
    dump,
    members,
    open_core,
)
from tests.store.test_doctor import with_history
from tests.store.test_snapshot import HOUSE

ALL = 10**9


def prune_all(core: Core, upto: dict[Any, int] | None = None) -> int:
    asked = dict.fromkeys(core.heads(), ALL) if upto is None else upto
    total = 0
    while dropped := prune_piece(core, asked):
        total += dropped
    return total


def numbers(core: Core, chain: journals.Chain) -> list[int]:
    after = journals.read_horizons(core._connection).get(chain, journals.NO_HORIZON).n
    found = core.changesets(chain, after=after, max_bytes=ALL)
    return [decode(signed).n for signed in found]


def test_the_newest_always_stays_and_the_chain_begins_at_a_known_head(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    rows, heads = dump(a, "note"), a.heads()
    assert prune_all(a) > 5
    assert (dump(a, "note"), a.heads()) == (rows, heads)
    for chain, head in heads.items():
        assert numbers(a, chain) == [head.n]
        with pytest.raises(PrunedError):
            a.changesets(chain, after=0, max_bytes=ALL)
    assert examine(a, members(a, b)) == []
    a.write(add_note("danach"))
    assert examine(a, members(a, b)) == []
    chain = (a.site_id, "house")
    b.receive(a.changesets(chain, after=heads[chain].n, max_bytes=ALL), members(a, b))
    assert dump(a, "note") == dump(b, "note")
    a.close()
    again = Core.open(tmp_path / "a.db", REGISTRY, clock=CLOCK)
    assert examine(again, members(again, b)) == []
    again.close()
    b.close()


def test_nothing_touches_a_clock(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    sql = "select * from note__crsql_clock order by key, col_name"
    before = a._connection.execute(sql).fetchall()
    prune_all(a)
    assert a._connection.execute(sql).fetchall() == before
    a.close()
    b.close()


def test_work_is_done_in_pieces_that_may_be_cut_anywhere(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    for number in range(PIECE + 20):
        a.write(add_note(f"{number}"))
    chain = (a.site_id, "house")
    assert prune_piece(a, {chain: PIECE + 10}) == PIECE
    a.close()
    a = open_core(tmp_path)
    assert prune_piece(a, {chain: PIECE + 10}) == 10
    assert prune_piece(a, {chain: PIECE + 10}) == 0
    assert numbers(a, chain) == list(range(PIECE + 11, PIECE + 21))
    assert examine(a, members(a)) == []
    a.close()


def test_what_came_within_the_last_days_is_kept_whatever_its_writers_clock_said(
    tmp_path: Path,
) -> None:
    a = open_core(tmp_path)
    chain = (a.site_id, "house")
    for day in range(100, 100 + KEPT_DAYS + 5):
        a.write(add_note(f"{day}"))
        note_day(a, day)
        note_day(a, day)
        found = old_enough(a, day)
        assert found == ({} if day < 100 + KEPT_DAYS else {chain: day - KEPT_DAYS - 99})
    # A box that was off for long has notes of before it only.
    assert old_enough(a, 500) == {chain: KEPT_DAYS + 5}
    a.write(add_note("wieder da"))
    note_day(a, 500)
    assert old_enough(a, 501) == {chain: KEPT_DAYS + 5}
    # A clock that was put back notes nothing, and makes nothing older.
    note_day(a, 400)
    assert old_enough(a, 400) == {chain: KEPT_DAYS + 5}
    a.close()


def test_a_restored_file_drops_nothing_before_it_has_caught_up(tmp_path: Path) -> None:
    a = open_core(tmp_path)
    for number in range(5):
        a.write(add_note(f"{number}"))
    a.note_restored()
    assert prune_all(a) == 0
    a.note_caught_up()
    assert prune_all(a) == 4
    a.close()


def test_what_waits_for_a_newer_release_is_kept(tmp_path: Path) -> None:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    for number in range(4):
        a.write(add_note(f"{number}"))
    b.receive(all_changesets(a), members(a, b))
    b._connection.execute("update head set applied = 2")
    assert prune_all(b) == 2
    a.close()
    b.close()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("update horizon set hash = zeroblob(32)", "was davor steht"),
        ("delete from horizon", "was davor steht"),
        ("update horizon set n = n - 1", "was davor steht"),
        ("delete from journal", "vermerkt ist"),
    ],
)
def test_the_doctor_knows_a_dropped_beginning_from_a_lost_one(
    tmp_path: Path, spoil: str, found: str
) -> None:
    a, b = with_history(tmp_path)
    prune_all(a, {chain: head.n - 2 for chain, head in a.heads().items()})
    assert examine(a, members(a, b)) == []
    a._connection.execute(spoil)
    assert any(found in finding.said for finding in examine(a, members(a, b)))
    a.close()
    b.close()


def test_a_cell_whose_changeset_is_still_here_is_compared(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    a.write(add_note("neu geschrieben"))
    prune_all(a)
    a._connection.execute("select crsql_internal_sync_bit(1)")
    a._connection.execute("update note set text = 'x' where text = 'neu geschrieben'")
    a._connection.execute("select crsql_internal_sync_bit(0)")
    assert any("nicht, was unterschrieben wurde" in f.said for f in examine(a, members(a, b)))
    a.close()
    b.close()


def test_a_snapshot_of_a_pruned_file_makes_a_node_like_any_other(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    prune_all(a, {chain: head.n - 2 for chain, head in a.heads().items()})
    given = make_snapshot(a.path, REGISTRY, scopes=HOUSE, folder=tmp_path / "given", at_ms=1)
    arriving = Arriving(given.manifest, tmp_path / "new")
    while not arriving.complete:
        arriving.add(read_part(given.path, arriving.offset, 100_000))
    arriving.close()
    target, identity = tmp_path / "c.db", IDENTITIES[0]
    who = {**members(a, b)}
    install_snapshot(
        arriving.path, given.manifest, target, REGISTRY, who, identity=identity, clock=CLOCK
    )
    c = Core.open(target, REGISTRY, clock=CLOCK)
    assert dump(c, "note") == dump(a, "note")
    assert examine(c, who) == []
    a.write(add_note("danach"))
    chain = (a.site_id, "house")
    c.receive(a.changesets(chain, after=c.heads()[chain].n, max_bytes=ALL), who)
    assert dump(c, "note") == dump(a, "note")
    for core in (a, b, c):
        core.close()


# A history: who writes what, who hears of whom, and who drops how much meanwhile.
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(0, 2), keys, values),
        st.tuples(st.just("delete"), st.integers(0, 2), keys),
        st.tuples(st.just("meet"), st.integers(0, 2), st.integers(0, 2)),
        st.tuples(st.just("prune"), st.integers(0, 2), st.integers(0, 4)),
    ),
    min_size=5,
    max_size=60,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    return Template(tmp_path_factory.mktemp("pruned"))


class Trio:
    """Three sites that drop what the other two hold, beside three of the same that never do."""

    def __init__(self, template: Template) -> None:
        self.pruned = [template.core(identity) for identity in IDENTITIES[:3]]
        self.whole = [template.core(identity) for identity in IDENTITIES[:3]]
        self.dropped = 0

    def write(self, site: int, fn: Any) -> None:
        for cores in (self.pruned, self.whole):
            cores[site].write(fn)

    def meet(self, origin: int, target: int) -> None:
        for cores in (self.pruned, self.whole):
            source, sink = cores[origin], cores[target]
            for chain in sorted(source.heads()):
                after = sink.heads().get(chain, journals.NO_HEAD).n
                batch = source.changesets(chain, after=after, max_bytes=ALL)
                report = sink.receive(batch, MEMBERS)
                assert not report.reasons, report.reasons

    def prune(self, site: int, kept: int) -> None:
        """As the rule has it: what everybody holds, and some of it longer."""
        heads = [core.heads() for core in self.pruned]
        upto = {
            chain: min(each.get(chain, journals.NO_HEAD).n for each in heads) - kept
            for chain in heads[site]
        }
        self.dropped += prune_all(self.pruned[site], upto)


def set_value(key: tuple[str, tuple[Any, ...]], value: int) -> Any:
    name, row = key

    def write(write: Write) -> None:
        marks = ", ".join(f":k{number}" for number in range(len(row)))
        columns = ", ".join(f'"{c.name}"' for c in TABLES[name].key_columns)
        write.execute(
            f'insert into "{name}" ({columns}, text) values ({marks}, :text)'
            f" on conflict ({columns}) do update set text = :text",
            text=f"{value}",
            **{f"k{number}": each for number, each in enumerate(row)},
        )

    return write


def remove(key: tuple[str, tuple[Any, ...]]) -> Any:
    name, row = key

    def write(write: Write) -> None:
        where = " and ".join(
            f'"{column.name}" = :k{number}'
            for number, column in enumerate(TABLES[name].key_columns)
        )
        write.execute(
            f'delete from "{name}" where {where}',
            **{f"k{number}": each for number, each in enumerate(row)},
        )

    return write


def in_order(core: Core) -> dict[str, Any]:
    """What the site holds, its local `db_version`s by their order.

    cr-sqlite leaves out a number when it counts on from memory instead of from the file, as after
    a restart: which numbers a site takes is its own affair, only their order means something.
    """
    found: dict[str, Any] = dict(everything(core))
    taken = sorted({change[7] for change in found["changes"]})
    found["changes"] = [(*c[:7], taken.index(c[7]), *c[8:]) for c in found["changes"]]
    for name, table in TABLES.items():
        at = len(table.key) + 2
        found[f"{name} clocks"] = [
            (*c[:at], taken.index(c[at]), *c[at + 1 :]) for c in found[f"{name} clocks"]
        ]
    return found


# The row comes back after the others dropped what made and removed it.
RETURNING: list[Any] = [
    ("write", 1, ("by_blob", (b"",)), 0),
    ("delete", 1, ("by_blob", (b"",))),
    ("meet", 1, 0),
    ("meet", 0, 2),
    ("prune", 0, 0),
    ("write", 0, ("by_blob", (b"",)), 0),
]


@settings(max_examples=60)
@given(steps)
@example(RETURNING)
def test_whoever_drops_what_all_have_ends_as_whoever_keeps_everything(
    template: Template, steps: list[Any]
) -> None:
    trio = Trio(template)
    for what, *told in steps:
        if what == "write":
            trio.write(told[0], set_value(told[1], told[2]))
        elif what == "delete":
            trio.write(told[0], remove(told[1]))
        elif what == "meet":
            trio.meet(*told)
        else:
            trio.prune(*told)
    for _ in range(2):
        for origin, target in ((0, 1), (1, 2), (2, 0)):
            trio.meet(origin, target)
    for site in range(3):
        trio.prune(site, 0)
        assert in_order(trio.pruned[site]) == in_order(trio.whole[site])
        assert examine(trio.pruned[site], MEMBERS) == []
    assert trio.pruned[0].heads() == trio.pruned[1].heads() == trio.pruned[2].heads()
    template.close(*trio.pruned, *trio.whole)

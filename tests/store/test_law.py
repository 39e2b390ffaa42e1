"""The law for rows: quick for a few of one's own, by columns for many of others', and the same."""

from __future__ import annotations

from typing import Any

from hypothesis import event, example, given
from hypothesis import strategies as st

from node.store import Column, NodeRole, Registry, Scope, Table, Writers
from node.store.changeset import FORMAT, NO_HASH, Changeset, RowChange, TableChange
from node.store.law import SENTINEL, LawBrokenError, check_own, read_rows

THING = Table(
    "thing",
    key=("id",),
    columns=(
        Column("id", "blob", max_bytes=4),
        Column("size", "integer", default=0, low=0, high=9),
        Column("word", default="", max_bytes=4),
        Column("part", "blob", nullable=True, max_bytes=4),
    ),
    scope=Scope.HOUSE,
    about="x",
)
OTHER = Table(
    "other",
    key=("id",),
    columns=(Column("id", "blob"), Column("word", default="")),
    scope=Scope.QUARTER,
    writers=Writers.HOME,
    about="x",
)
REGISTRY = Registry(1, [THING, OTHER])

GOOD = {"size": st.integers(0, 9), "word": st.text("ab", max_size=1), "part": st.none()}
NAMES = st.sampled_from(["size", "word", "part", "size", "word", "part", SENTINEL, "id", "no"])
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-1, 10), st.text("aä", max_size=5), st.binary(max_size=5)
)
VERSIONS = st.sampled_from([1, 1, 1, 2, 0, 2**31])


def packed(key: bytes) -> bytes:
    """A key of one short blob, as cr-sqlite packs it."""
    return b"\x01\x0c" + bytes([len(key)]) + key if key else b"\x01\x04"


def mostly(usual: st.SearchStrategy[Any], strange: st.SearchStrategy[Any]) -> Any:
    return st.integers(0, 30).flatmap(lambda n: strange if n == 30 else usual)


@st.composite
def cells(draw: Any) -> list[tuple[str, int, Any]]:
    names = draw(
        mostly(
            st.lists(st.sampled_from([*GOOD]), unique=True, min_size=1),
            st.lists(NAMES, max_size=4),
        )
    )
    return [
        (name, draw(mostly(st.just(1), VERSIONS)), draw(mostly(GOOD.get(name, VALUES), VALUES)))
        for name in names
    ]


@st.composite
def rows(draw: Any) -> RowChange:
    key = draw(mostly(st.binary(max_size=4).map(packed), st.binary(max_size=6)))
    length = draw(mostly(st.just(1), st.sampled_from([0, 1, 2, 3, 20_001])))
    usual = st.just([(SENTINEL, length, None)]) if length % 2 == 0 else cells()
    return RowChange(key, length, draw(mostly(usual, cells())))


CHANGES = st.lists(
    st.builds(
        TableChange,
        mostly(st.just("thing"), st.sampled_from(["other", "no"])),
        mostly(st.lists(rows(), min_size=1, max_size=3), st.lists(rows(), max_size=12)),
    ),
    min_size=1,
    max_size=2,
)


def broken(check: Any) -> bool:
    try:
        check()
    except LawBrokenError:
        return True
    return False


@given(CHANGES)
@example([TableChange("thing", [RowChange(packed(b"x"), 2, [(SENTINEL, 2, None)])])])
@example([TableChange("thing", [RowChange(packed(b"x"), 1, [("size", 1, 10)])])])
def test_what_a_node_may_write_is_what_others_take(tables: list[TableChange]) -> None:
    said = {change.table: change for change in tables}
    changeset = Changeset(
        FORMAT, b"q", b"e", b"s" * 16, Scope.HOUSE, 1, NO_HASH, 1, 0, True, list(said.values())
    )
    mine = broken(lambda: check_own(changeset, REGISTRY, NodeRole.HOME))
    theirs = broken(lambda: read_rows([changeset], REGISTRY, NodeRole.HOME))
    event("broken" if theirs else "kept")
    assert mine == theirs

"""The schema law holds for what is declared, and the release's schema is recorded."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from node.registry import REGISTRY, SCHEMA_NUMBER
from node.store import Column, Erased, Registry, SchemaError, Scope, Table

KEY = Column("id", "blob")
RECORD = Path(__file__).resolve().parents[2] / "docs" / "schema.md"


def declaration() -> str:
    """All replicated declarations as one text."""
    return "\n".join(
        f"{table.name} {table.scope} {table.writers} {table.create_sql}"
        for table in REGISTRY.replicated
    )


ABOUT = (
    "Generated from the registry by `python -m tests.tidy.test_schema_law`; a test keeps it "
    "true. What each scope means: `house` never leaves the building readable, `quarter` is "
    "readable at central, `local` stays on one box. Who writes: `home` the home node alone, "
    "`office` also its reserve, `house` every node of the house, `any` central too."
)


def generated() -> str:
    digest = hashlib.sha256(declaration().encode()).hexdigest()[:16]
    lines = [
        "# Tables, scopes and writers",
        "",
        ABOUT,
        "",
        f"Schema number {SCHEMA_NUMBER}, digest `{digest}`.",
        "",
        "| table | scope | who writes | what a row means | when a person is erased |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| `{table.name}` | {table.scope} | {table.writers if table.replicated else 'this box'} "
        f"| {table.about} | {at_erasure(table)} |"
        for table in sorted(REGISTRY.tables.values(), key=lambda t: (t.scope, t.name))
    ]
    return "\n".join(lines) + "\n"


def at_erasure(table: Table) -> str:
    erased = table.erased
    assert erased is not None, f"{table.name}: say what happens to it when a person is erased"
    if not erased.rows:
        return f"nothing: {erased.why}"
    what = ", ".join(f"`{name}`" for name in erased.columns)
    return f"{f'{what} overwritten' if what else 'rows deleted'}: {erased.why}"


def test_every_table_says_what_an_erasure_does_to_it() -> None:
    """A new table without this answer fails here; each says why, and in words."""
    for table in REGISTRY.tables.values():
        assert table.erased is not None, f"{table.name} lacks `erased`: see `Erased`"
        assert table.erased.why, table.name


@pytest.mark.parametrize(
    ("erased", "remedy"),
    [
        (Erased.blank("id", rows="true", why="x"), "beside the key"),
        (Erased.blank("b", rows="true", why="x"), "beside the key"),
        (Erased.delete(rows="true", why="x"), "not deleted"),
    ],
)
def test_an_erasure_that_cannot_travel_is_refused(erased: Erased, remedy: str) -> None:
    table = Table(
        "thing", ("id",), (KEY, Column("a", default="")), Scope.HOUSE, about="x", erased=erased
    )
    with pytest.raises(SchemaError, match=remedy):
        Registry(1, [table])


def test_the_recorded_schema_is_the_declared_one() -> None:
    """A changed declaration needs a decision about the schema number, then a new record."""
    assert RECORD.read_text(encoding="utf-8") == generated()


@pytest.mark.parametrize(
    ("columns", "key", "remedy"),
    [
        ((KEY, Column("a", "text")), ("id",), "default"),
        ((KEY, Column("a", "money", default=0)), ("id",), "type"),
        ((Column("id", "blob", nullable=True), Column("a", default="")), ("id",), "nullable"),
        ((KEY, Column("a", default="")), (), "no key"),
        ((KEY, Column("a", default="")), ("other",), "not declared"),
        ((KEY,), ("id",), "only key columns"),
        ((KEY, Column("A", default="")), ("id",), "lower-case"),
        ((KEY, Column("a", "integer", default=5, high=3)), ("id",), "bounds"),
        ((Column("id", "real"), Column("a", default="")), ("id",), "real"),
    ],
)
def test_each_breach_names_its_remedy(
    columns: tuple[Column, ...], key: tuple[str, ...], remedy: str
) -> None:
    with pytest.raises(SchemaError, match=remedy):
        Registry(1, [Table("thing", key=key, columns=columns, scope=Scope.HOUSE, about="x")])


def test_a_table_that_travels_keeps_its_rowids() -> None:
    """They tell in which order its rows came."""
    table = Table("thing", ("id",), (KEY, Column("a", default="")), Scope.HOUSE, about="x")
    with pytest.raises(SchemaError, match="rowids"):
        Registry(1, [replace(table, compact=True)])


def test_two_tables_of_one_name_are_refused() -> None:
    table = Table(
        "thing", key=("id",), columns=(KEY, Column("a", default="")), scope=Scope.HOUSE, about="x"
    )
    with pytest.raises(SchemaError, match="twice"):
        Registry(1, [table, table])


def test_no_replicated_table_of_persons_leaves_the_house() -> None:
    """Whatever has a column that could hold a name is of scope house."""
    for table in REGISTRY.replicated:
        names = {column.name for column in table.columns}
        if names & {"profile", "note", "name", "email", "hash"} and table.scope is not Scope.HOUSE:
            assert table.name in {"quarter_profile", "waste_collection", "box_waiting"}, table.name


if __name__ == "__main__":
    RECORD.write_text(generated(), encoding="utf-8")

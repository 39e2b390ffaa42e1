"""Bringing a file to the declared schema, by comparing the two. Additive only.

New tables, columns and indexes are made; what a newer declaration no longer names stays in the
file. A file from a newer release is refused, because an older program would drop what it does
not know. Local tables that changed shape are projections: dropped and rebuilt by their rooms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from node.base.refusals import RefusedError
from node.store.journal import get_meta, set_meta
from node.store.refusals import FROM_THE_FUTURE
from node.store.schema import Registry, SchemaError, Table

INTERNAL_SQL = """
create table if not exists meta (name text primary key, value blob) without rowid;
create table if not exists journal (
    site blob not null, scope text not null, n integer not null, hash blob not null,
    schema integer not null, applied integer not null, body blob not null,
    signature blob not null);
create unique index if not exists journal_by_chain on journal (site, scope, n);
drop index if exists journal_waiting;
create table if not exists head (
    site blob not null, scope text not null, held integer not null, hash blob not null,
    applied integer not null, primary key (site, scope)) without rowid;
create table if not exists horizon (
    site blob not null, scope text not null, n integer not null, hash blob not null,
    primary key (site, scope)) without rowid;
create table if not exists set_aside (
    site blob not null, scope text not null, n integer not null, law text not null,
    reason text not null, by text not null, at integer not null,
    primary key (site, scope, n)) without rowid;
create table if not exists quarantine (
    site blob not null, scope text not null, n integer not null, reason text not null,
    at integer not null, body blob not null, signature blob not null,
    primary key (site, scope)) without rowid;
"""
"""The store's own tables: local; `meta` holds identity and settings of the file."""


class FutureDatabaseError(RefusedError):
    """The file was written by a newer release."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(replace(FROM_THE_FUTURE, values={"found": found, "known": known}))


MADE = "made"
"""Where the file notes which tables a migration made: until the rooms have rebuilt their
projections the note stays, whatever becomes of the process."""


def migrate(connection: Any, registry: Registry, *, is_new: bool = False) -> None:
    """Make the file hold the declared schema and note which tables were made or remade.

    A file that `is_new` has nothing to rebuild. Runs in one transaction; writes nothing where
    nothing changes. Raises `FutureDatabaseError` or `SchemaError`.
    """
    connection.execute("begin immediate")
    try:
        for statement in filter(str.strip, INTERNAL_SQL.split(";")):
            connection.execute(statement)
        found = get_meta(connection, "schema")
        if found is not None and int(found) > registry.number:
            raise FutureDatabaseError(int(found), registry.number)
        made = frozenset(
            table.name for table in registry.tables.values() if _bring_about(connection, table)
        )
        if made and not is_new:
            known = (get_meta(connection, MADE) or "").split()
            set_meta(connection, MADE, " ".join(sorted(made.union(known))))
        if found is None or int(found) != registry.number:
            set_meta(connection, "schema", registry.number)
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _bring_about(connection: Any, table: Table) -> bool:
    """Make or widen one table; whether it was made anew."""
    have = {
        row[1]: str(row[2]).lower()
        for row in connection.execute(f'pragma table_info("{table.name}")').fetchall()
    }
    made = not have
    if have and not table.replicated and have.keys() != table.by_name.keys():
        connection.execute(f'drop table "{table.name}"')
        made = True
    if made:
        connection.execute(table.create_sql)
        if table.replicated:
            connection.execute("select crsql_as_crr('main', ?)", (table.name,))
    else:
        _add_columns(connection, table, have)
    for columns in table.indexes:
        wanted = ", ".join(f'"{name}"' for name in columns)
        connection.execute(
            f'create index if not exists "{table.index_name(columns)}" on "{table.name}" ({wanted})'
        )
    return made


def _add_columns(connection: Any, table: Table, have: dict[str, str]) -> None:
    for name, kind in have.items():
        declared = table.by_name.get(name)
        if declared is not None and declared.type != kind:
            raise SchemaError(
                f"{table.name}.{name} is {kind} in the file and {declared.type} as declared: "
                "add a column of another name instead"
            )
    missing = [column for column in table.columns if column.name not in have]
    if not missing:
        return
    if any(column.name in table.key for column in missing):
        raise SchemaError(f"{table.name}: a key never changes; declare another table")
    if table.replicated:
        connection.execute("select crsql_begin_alter('main', ?)", (table.name,))
    for column in missing:
        connection.execute(f'alter table "{table.name}" add column {column.definition}')
    if table.replicated:
        connection.execute("select crsql_commit_alter('main', ?)", (table.name,))

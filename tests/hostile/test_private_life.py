"""Private life stays in the building: nothing of scope house is at central, wherever one looks.

Real processes, and a mark in every text and blob of every table. What must not be found at central
is found at home by the same search, and what may be there is found there: so the search can see.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from node.demo import NODES
from node.registry import REGISTRY
from node.settings import FILE, load
from node.store import Column, Core, NodeRole, Scope, Table, Write
from node.store.roles import may_write
from node.store.sealed import SEALED
from tests.nodes import Blueprint, Town, built
from tests.relay import Relay, relay

ROWS = 20
"""Of each table: more than a page of the database holds."""

BEGINS = {Scope.HOUSE: b"vXh0us", Scope.QUARTER: b"vXqu4r"}
"""How every mark of a scope begins; bytes of chance follow, as they are or in hex."""

CHANCE_BYTES = 10


def marked(column: Column, begin: bytes) -> Any:
    """A value like no other where the column has room for one, else an ordinary one."""
    if column.type == "text" and column.max_bytes >= 32:
        return begin.decode() + secrets.token_hex(CHANCE_BYTES)
    if column.type == "blob" and column.max_bytes >= 16:
        return begin + secrets.token_bytes(CHANCE_BYTES)
    return column.default if column.default is not None or column.nullable else column.low


def mark(core: Core, table: Table) -> int:
    """Write rows into a table; how many marks are now in it."""
    begin = BEGINS[table.scope]
    rows = [{column.name: marked(column, begin) for column in table.columns} for _ in range(ROWS)]
    if all(column.type == "integer" for column in table.key_columns):
        rows = rows[:1]

    def write(write: Write) -> None:
        for row in rows:
            write.insert(table.name, **row)

    core.write(write)
    return sum(str(value).find(begin.decode()) >= 0 for row in rows for value in row.values())


def mark_all(town: Town) -> dict[Scope, int]:
    """Mark whatever the home node may write; how many marks there are of each scope."""
    marks = dict.fromkeys(BEGINS, 0)
    core = Core.open(town.folder / "home" / "quarter.db", REGISTRY, clock=town.clock)
    core.role = NodeRole.HOME
    try:
        for table in REGISTRY.replicated:
            if table.scope in marks and may_write(NodeRole.HOME, table):
                marks[table.scope] += mark(core, table)
    finally:
        core.close()
    return marks


def count_in(scope: Scope, *places: bytes) -> int:
    """How many marks of a scope are in these places, whichever way they are written."""
    begin = BEGINS[scope]
    plain = re.escape(begin) + b".{%d}" % CHANCE_BYTES
    in_hex = begin.hex().encode() + b".{%d}" % (2 * CHANCE_BYTES)
    return len(
        {
            found
            for place in places
            for found in re.findall(plain + b"|" + in_hex, place, re.DOTALL | re.IGNORECASE)
        }
    )


def memory_of(pid: int) -> bytes:
    """All that a process of ours has in its memory and could write into a core dump."""
    held = bytearray()
    maps = Path(f"/proc/{pid}/maps").read_text(encoding="ascii")
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for start, end in re.findall(r"^(\w+)-(\w+) rw", maps, re.MULTILINE):
            memory.seek(int(start, 16))
            held += memory.read(int(end, 16) - int(start, 16))
    return bytes(held)


def files_of(folder: Path) -> list[bytes]:
    """The database, its log, backups, what it wrote down."""
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


@asynccontextmanager
async def watched(town: Town, name: str) -> AsyncIterator[Relay]:
    """A node listens elsewhere; where the others know it stands somebody who takes notes."""
    settings, known = town.folder / name / FILE, load(town.folder / name, {}).sync_port
    told = settings.read_text("utf-8")
    settings.write_text(told.replace(f"sync_port = {known}", f"sync_port = {known + 5}"), "utf-8")
    async with relay(Relay(known + 5, port=known, kept=bytearray())) as line:
        yield line


async def until_kept(town: Town) -> None:
    """Wait until central keeps for the house all that the home node wrote, without reading it."""
    question = "select sum(held) from head where scope = '{}'"
    while town.rows("home", question.format(Scope.HOUSE)) != town.rows(  # noqa: ASYNC110 - a file
        "central", question.format(SEALED)
    ):
        await asyncio.sleep(0.1)


@pytest.fixture
def town(blueprint: Blueprint, tmp_path: Path) -> Iterator[Town]:
    with built(blueprint, tmp_path / "town") as copied:
        yield copied


@pytest.mark.asyncio
async def test_no_value_of_the_house_is_in_centrals_files_logs_memory_or_traffic(
    town: Town,
) -> None:
    marks = mark_all(town)
    assert min(marks.values()) > 100, marks
    async with AsyncExitStack() as lines:
        watches = [await lines.enter_async_context(watched(town, name)) for name in NODES]
        await asyncio.to_thread(town.start, "home", "kiosk", "central")
        await asyncio.to_thread(town.until_even)
        async with asyncio.timeout(60):
            await until_kept(town)
        memory = {name: memory_of(process.pid) for name, process in town.processes.items()}
        traffic = [bytes(line.kept or b"") for line in watches]
    files = {name: files_of(town.folder / name) for name in ("home", "kiosk", "central")}
    # The search sees: all of the house at its nodes, all of the quarter at central.
    for scope, name in (
        (Scope.HOUSE, "home"),
        (Scope.HOUSE, "kiosk"),
        (Scope.QUARTER, "central"),
    ):
        assert count_in(scope, *files[name]) >= marks[scope], name
        assert count_in(scope, memory[name]) > 10, name
    # The kiosk got all of both, whoever called: that much of chance cannot be packed smaller.
    went_by, least = sum(map(len, traffic)), CHANCE_BYTES * sum(marks.values())
    assert went_by > least, "the lines were not those that were watched"
    # And there it sees nothing.
    assert count_in(Scope.HOUSE, *files["central"]) == 0
    assert count_in(Scope.HOUSE, memory["central"]) == 0
    assert count_in(Scope.HOUSE, *traffic) + count_in(Scope.QUARTER, *traffic) == 0

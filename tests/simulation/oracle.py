"""What must be true: at any moment, and once all nodes have met again."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from node.base.periods import Period
from node.registry import REGISTRY
from node.spaces import decide_waiting, find_reservation, rebuild
from node.spaces import tables as facts
from node.spaces.standing import taken_period
from node.store import Core, Read
from node.store.doctor import examine
from node.store.journal import NO_HEAD
from node.store.roles import scopes_of
from node.sync.house_key import read_house_key
from node.sync.roster import read_roster
from node.sync.sealing import heads_told
from tests.spaces.test_no_overlap import GONE, occupancy

SECRET = "streng-vertraulich"
"""Stands in every note that residents add: must be found nowhere at central."""


def at_any_moment(core: Core, now: datetime) -> None:
    """No two hold the same time, and nothing lies where it may not."""
    no_overlap(core, now)
    scopes = scopes_of(core.role)
    assert {scope for _, scope in core.heads()} <= scopes
    for table in REGISTRY.replicated:
        if table.scope not in scopes:
            assert count(core, table.name) == 0, f"{table.name} at {core.role}"
    assert core.quarantined() == []


def no_overlap(core: Core, now: datetime) -> None:
    """No two reservations that count keep the same time of a place, buffers included."""

    def held(read: Read) -> dict[bytes, list[tuple[Period, bytes]]]:
        found: dict[bytes, list[tuple[Period, bytes]]] = {}
        for (key,) in read.rows("select id from reservation_request"):
            reservation = find_reservation(read, key)
            assert reservation is not None
            # A request may arrive before its place: it counts when the two have met.
            space = facts.select_space(read, reservation.space_id)
            taken = taken_period(space.row, reservation) if space else None
            if space and taken and reservation.status_at(now) not in GONE:
                found.setdefault(space.id, []).append((taken, key))
        return found

    for periods in core.read(held).values():
        for (first, one), (second, other) in pairwise(sorted(periods)):
            assert not first.overlaps(second), (one.hex(), other.hex(), first, second)


def once_connected(cores: dict[str, Core], now: datetime) -> None:
    """Equal heads, equal cells and clocks in what each may hold, projections true."""
    home = cores["home"]
    for name, core in cores.items():
        at_any_moment(core, now)
        shared = scopes_of(core.role)
        assert shared_heads(core, shared) == shared_heads(home, shared), f"heads of {name}"
        for table in REGISTRY.replicated:
            if table.scope in shared:
                here, there = cells(core, table.name), cells(home, table.name)
                assert here == there, f"{table.name} at {name}: {here ^ there}"
        before = occupancy(core)
        core.write(rebuild)
        assert occupancy(core) == before, f"projections of {name}"


def nothing_acknowledged_is_lost(
    cores: dict[str, Core], requests: set[bytes], notes: set[bytes]
) -> None:
    """Every request that somebody was told of is everywhere, every note in the house."""
    for name, core in cores.items():
        held = ids(core, "reservation_request")
        assert requests <= held, f"{len(requests - held)} requests lost at {name}"
        if name != "central":
            assert notes <= ids(core, "reservation_note"), f"notes lost at {name}"


def no_secret_at_central(path: Path) -> None:
    """Not a byte of what residents wrote for the house alone."""
    for file in path.parent.glob("central*"):
        assert SECRET.encode() not in file.read_bytes(), file.name


def all_is_decided(home: Core, now: datetime) -> None:
    """The home node has judged every request that it may judge without the desk."""
    heads = home.heads()
    home.write(lambda write: decide_waiting(write, now=now, signer=home.identity))
    assert home.heads() == heads, "the home node had left something undecided"


def journals_agree(cores: dict[str, Core]) -> None:
    """What the doctor says of each file: chains, signatures, every cell a signed one."""
    for name, core in cores.items():
        roster = read_roster(core)
        assert roster is not None
        assert examine(core, roster.members) == [], name


def shared_heads(core: Core, scopes: frozenset[str]) -> dict[Any, Any]:
    told = heads_told(core.heads(), read_house_key(core))
    return {chain: head for chain, head in told.items() if chain[1] in scopes} or NO_HEAD


def cells(core: Core, table: str) -> set[tuple[Any, ...]]:
    """Every cell with its version and causal length, as cr-sqlite tells them.

    Without its writer: where two nodes wrote the same value under a derived id, each keeps the
    one that it heard of first.
    """
    rows = core._connection.execute(
        'select pk, cid, val, col_version, cl from crsql_changes where "table" = ?',
        (table,),
    )
    return {tuple(row) for row in rows}


def ids(core: Core, table: str) -> set[bytes]:
    return {row[0] for row in core.read(lambda read: read.rows(f"select id from {table}"))}


def count(core: Core, table: str) -> int:
    return core.read(lambda read: read.value(f'select count(*) from "{table}"'))

"""What must be true: at any moment, and once all nodes have met again."""

from __future__ import annotations

from collections import defaultdict
from contextlib import closing
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.base.periods import Period
from node.registry import REGISTRY
from node.spaces import decide_waiting, find_reservation, place_tables, rebuild
from node.spaces.standing import taken_period
from node.store import Core, Head, Read
from node.store.connection import driver
from node.store.doctor import examine
from node.store.roles import scopes_of
from node.sync.house_key import read_house_key
from node.sync.roster import read_roster
from node.sync.sealing import heads_told
from tests.facts import NOTES, RESERVATIONS
from tests.spaces.test_no_overlap import GONE, occupancy

if TYPE_CHECKING:
    from tests.simulation.nodes import Node
    from tests.simulation.world import World

SECRET = "streng-vertraulich"
"""Stands in every note that residents add: must be found nowhere at central."""


def at_any_moment(world: World) -> None:
    """No two hold the same time, and nothing lies where it may not.

    What a copy wrote waits at others for the roster that names it: so that it gave something up may
    be known there later than who got it then.
    """
    has_two_lives = "copy" in world.nodes or world.restored
    for node in world.honest.values():
        if node.is_up and (node.name == "home" or not has_two_lives or world.is_over):
            no_overlap(node.core, world.clock.now())
        if node.is_up:
            nothing_is_out_of_place(node.core, suspects=world.suspects)


def nothing_is_out_of_place(core: Core, *, suspects: frozenset[bytes]) -> None:
    """Scopes are kept, and only what a box wrote that is not to be trusted is in quarantine."""
    scopes = scopes_of(core.role)
    assert {scope for _, scope in core.heads()} <= scopes
    for table in REGISTRY.replicated:
        if table.scope not in scopes:
            assert count(core, table.name) == 0, f"{table.name} at {core.role}"
    stopped = [each for each in core.quarantined() if each.site not in suspects]
    assert stopped == []


def no_overlap(core: Core, now: datetime) -> None:
    """No two reservations that count keep the same time of a place, buffers included."""

    def held(read: Read) -> dict[bytes, list[tuple[Period, bytes]]]:
        found: dict[bytes, list[tuple[Period, bytes]]] = {}
        for (key,) in read.rows(RESERVATIONS):
            reservation = find_reservation(read, key)
            assert reservation is not None
            # A request may arrive before its place: it counts when the two have met.
            space = place_tables.select_space(read, reservation.space_id)
            taken = taken_period(reservation) if space else None
            if space and taken and reservation.status_at(now) not in GONE:
                found.setdefault(space.id, []).append((taken, key))
        return found

    for periods in core.read(held).values():
        for (first, one), (second, other) in pairwise(sorted(periods)):
            assert not first.overlaps(second), (one.hex(), other.hex(), first, second)


def once_connected(world: World) -> None:
    """Equal heads, equal cells and clocks in what each may hold, projections true."""
    at_any_moment(world)
    home = world.nodes["home"]
    wanted = cells(home, since=world.version_of(home))
    for name, node in world.honest.items():
        shared = scopes_of(node.core.role)
        here = heads_of(node.core, shared, without=world.suspects)
        assert here == heads_of(home.core, shared, without=world.suspects), f"heads of {name}"
        if node is not home:
            found = cells(node, since=world.version_of(node))
            for table in REGISTRY.replicated:
                if table.scope in shared:
                    differs = found[table.name] ^ wanted[table.name]
                    assert not differs, f"{table.name} at {name}: {differs}"
        before = occupancy(node.core)
        node.core.write(rebuild)
        assert occupancy(node.core) == before, f"projections of {name}"


def nothing_acknowledged_is_lost(world: World, requests: set[bytes], notes: set[bytes]) -> None:
    """Every reservation that somebody was told of is everywhere, every note in the house."""
    for name, node in world.honest.items():
        held = ids(node.core, RESERVATIONS)
        assert requests <= held, f"{len(requests - held)} requests lost at {name}"
        if name != "central":
            assert notes <= ids(node.core, NOTES), f"notes lost at {name}"


def no_secret_at_central(path: Path) -> None:
    """Not a byte of what residents wrote for the house alone."""
    for file in path.parent.glob("central*"):
        assert SECRET.encode() not in file.read_bytes(), file.name


def all_is_decided(world: World) -> None:
    """The home node has judged every request that it may judge without the desk."""
    home, now = world.nodes["home"].core, world.clock.now()
    heads = home.heads()
    home.write(lambda write: decide_waiting(write, now=now, signer=home.identity))
    assert home.heads() == heads, "the home node had left something undecided"


def journals_agree(world: World) -> None:
    """What the doctor says of each file: chains, signatures, every cell a signed one."""
    for name, node in world.honest.items():
        roster = read_roster(node.core)
        assert roster is not None
        assert examine(node.core, roster.members) == [], name


def heads_of(core: Core, scopes: frozenset[str], *, without: frozenset[bytes]) -> dict[Any, Head]:
    """The heads as peers are told them, of all sites but those that are not to be trusted."""
    told = heads_told(core.heads(), read_house_key(core))
    return {
        chain: head
        for chain, head in told.items()
        if chain[1] in scopes and chain[0] not in without
    }


def cells(node: Node, *, since: int) -> dict[str, set[tuple[Any, ...]]]:
    """By table every cell with its version and causal length, as cr-sqlite tells them, that came
    after this version of the file.

    Without its writer: where two nodes wrote the same value under a derived id, each keeps the
    one that it heard of first.
    """
    found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    rows = node.core._connection.execute(
        'select "table", pk, cid, val, col_version, cl from crsql_changes where db_version > ?',
        (since,),
    )
    for table, *cell in rows:
        found[table].add(tuple(cell))
    return found


def ids(core: Core, question: str) -> set[bytes]:
    return {row[0] for row in core.read(lambda read: read.rows(question))}


def ids_in(path: Path, question: str) -> set[bytes]:
    """The same of a file that no node has open."""
    with closing(driver.connect(str(path))) as connection:
        return {row[0] for row in connection.execute(question)}


def count(core: Core, table: str) -> int:
    return core.read(lambda read: read.value(f'select count(*) from "{table}"'))

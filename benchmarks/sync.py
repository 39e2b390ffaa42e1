"""Figures of sync: catching up, one row, memory, and what an idle or old quarter costs."""

from __future__ import annotations

import functools
import shutil
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, against_limit, against_peer
from benchmarks.load import Asker, answer_times
from benchmarks.nodes import home, prepared
from benchmarks.nodes import running as serving
from benchmarks.peer import CELLS, REGISTRY
from benchmarks.town import (
    ROWS_A_WRITE,
    Pair,
    Relay,
    Running,
    applied,
    edit_rows,
    make_pair,
    open_core,
    reading,
    running,
    scratch,
    wait_for,
)
from node.base.clock import SystemClock
from node.base.ids import new_id, random_id
from node.registry import REGISTRY as FULL_REGISTRY
from node.store import Core, NodeRole, Write
from node.store.connection import close_writer, open_writer
from node.store.installing import Arriving, install_snapshot
from node.store.pruning import prune_piece
from node.store.snapshot import check_manifest, make_snapshot, read_part
from node.sync import read_roster

ROWS = 100_000
EDITED_ROWS = 25_000
EDITS = 100_000
AT_ONCE = 4
"""What a person's write changes, roughly."""

RAW_CELLS = 2_000
"""cr-sqlite merges quickest in transactions of about this size."""

BULK_ROWS = 20_000
CHANGES = 1_000_000
CARD_CELLS = 4
SETTLING_SECONDS = 135.0
"""By then two nodes have compared all that they hold, as they do once a night, and trust the line
to keep a waiting request for nearly a minute."""

IDLE_SECONDS = 165.0
SMALL_ROUNDS = 200


@functools.cache
def old() -> Pair:
    """A million changes of history at the giver, nothing at the taker."""
    return make_pair("old", rows=CHANGES // CELLS)


def catchup_vs_raw_merge() -> Figure:
    """Rows a second over TLS from process to process, checks and journal included, to cr-sqlite's
    own merge of the same rows."""
    pair = make_pair("fresh", rows=ROWS)
    took = catch_up(copy_of(pair, "catchup"))
    raw = merge_raw(changes_of(pair.giver), into=pair.taker)
    return against_peer(
        "catchup_vs_raw_merge", ROWS / took, "rows/s", "raw merge rows/s", ROWS / raw, at_least=1.5
    )


def edits_vs_raw_merge() -> Figure:
    """The same for changes of cells that both sides had, some of them changed by both."""
    pair = make_pair("edits", rows=EDITED_ROWS)
    with closing(open_core(pair.giver)) as giver, closing(open_core(pair.taker)) as taker:
        hand_over(giver, taker)
        since = last_version(giver)
        edit_rows(giver, EDITS, seed=1)
        edit_rows(taker, EDITS // 5, seed=2)
    took = catch_up(copy_of(pair, "edits-run"))
    changes = changes_of(pair.giver, since=since)
    raw = merge_raw(changes, into=pair.taker)
    rate = len(changes) / raw
    return against_peer(
        "edits_vs_raw_merge", EDITS / took, "1/s", "raw merge 1/s", rate, at_least=0.7
    )


def bytes_per_row() -> Figure:
    """What a small row costs on the wire in bulk, both directions, TLS included."""
    pair = make_pair("bytes", rows=BULK_ROWS)
    site, last = pair.chain, length_of(pair.giver)
    with running(pair.giver) as giver, Relay(giver.port).open() as relay:
        with running(pair.taker, relay.port), reading(pair.taker) as reader:
            wait_for(reader, site, last)
        return against_limit("bytes_per_row", relay.bytes / BULK_ROWS, "B", at_most=40)


def lan_row_ms() -> Figure:
    """One row, committed at one node to seen at the other, median."""
    pair = make_pair("row", rows=100)
    with (
        running(pair.giver) as giver,
        running(pair.taker, giver.port),
        reading(pair.taker) as reader,
    ):
        times = [one_row(giver, reader) for _ in range(60)][10:]
    return against_limit("lan_row_ms", statistics.median(times) * 1000, "ms", at_most=50)


def catchup_memory_mb() -> Figure:
    """How far a node's memory rises over idle while it takes a million changes."""
    pair = copy_of(old(), "memory")
    site, last = pair.chain, length_of(pair.giver)
    with running(pair.taker) as alone:
        time.sleep(2)
        idle = alone.memory["VmRSS"]
    with running(pair.giver) as giver, running(pair.taker, giver.port) as taker:
        with reading(pair.taker) as reader:
            wait_for(reader, site, last)
        peak = taker.memory["VmHWM"]
    return against_limit("catchup_memory_mb", peak - idle, "MB", at_most=60)


def catchup_page_p99_ms() -> Figure:
    """How long the one in a hundred waits for a page, drawn anew each time, while the home node
    of the demo quarter takes a million changes from the lobby's."""
    quarter = prepared()
    with closing(open_registry_core(quarter.folder / "kiosk", NodeRole.KIOSK)) as kiosk:
        site = kiosk.site_id
        for start in range(0, CHANGES // CARD_CELLS, ROWS_A_WRITE):
            number = min(ROWS_A_WRITE, CHANGES // CARD_CELLS - start)
            kiosk.write(functools.partial(add_cards, count=number))
        last = kiosk.heads()[site, "house"].n
    askers = [
        Asker(quarter.home_port, "/", cookie=cookie, is_fresh=True) for cookie in quarter.cookies
    ]
    data = str(quarter.folder / "kiosk")
    times: list[float] = []
    with home(), reading(quarter.folder / "home") as reader:
        # What a node does once after its start is no part of this: see `cold_start_s`.
        answer_times(askers[:10], seconds=1.0)
        began = applied(reader, site)
        with serving("node", "serve", "--data", data, port=quarter.kiosk_port, path="/health"):
            while applied(reader, site) < last:
                times += answer_times(askers[:10], seconds=1.0)
    print_aside(f"catchup_page_p99_ms: {last - began} changesets, {len(times)} pages meanwhile")
    times.sort()
    return against_limit(
        "catchup_page_p99_ms", times[len(times) * 99 // 100] * 1000, "ms", at_most=100
    )


def open_registry_core(folder: Path, role: NodeRole) -> Core:
    """The file of a real node, to write in its name."""
    core = Core.open(folder / "quarter.db", FULL_REGISTRY, clock=SystemClock())
    core.role = role
    return core


def add_cards(write: Write, *, count: int) -> None:
    """Cards of nobody: small rows that any node of the house writes."""
    for _ in range(count):
        write.insert("card", id=new_id(), person_id=new_id(), digest=random_id(), at=1_795_000_000)


def snapshot_vs_replay() -> Figure:
    """How many times quicker a box begins with a snapshot, given as a node has it whose peers have
    long held the same, than with all that ever happened: 100,000 edits of 25,000 rows, a few in
    each write, as people write."""
    pair = make_pair("history", rows=EDITED_ROWS, at_once=AT_ONCE)
    with closing(open_core(pair.giver)) as giver:
        edit_rows(giver, EDITS, seed=3, at_once=AT_ONCE)
    everything = copy_of(pair, "everything")
    with closing(open_core(pair.giver)) as giver:
        upto = {chain: head.n for chain, head in giver.heads().items()}
        while prune_piece(giver, upto):
            pass
    by_snapshot = begin_with_snapshot(pair)
    with (
        closing(open_core(everything.giver)) as giver,
        closing(open_core(everything.taker)) as taker,
    ):
        began = time.perf_counter()
        hand_over(giver, taker)
        by_replay = time.perf_counter() - began
    return against_peer(
        "snapshot_vs_replay", 1 / by_snapshot, "1/s", "replays 1/s", 1 / by_replay, at_least=20
    )


def idle_link() -> Figure:
    """Bytes a minute over an idle link: one round of 1 kB at most."""
    pair = make_pair("idle", rows=100)
    with (
        running(pair.giver) as giver,
        Relay(giver.port).open() as relay,
        running(pair.taker, relay.port),
    ):
        time.sleep(SETTLING_SECONDS)
        before, bursts = relay.bytes, relay.bursts
        time.sleep(IDLE_SECONDS)
        minutes = IDLE_SECONDS / 60
        said = (relay.bursts - bursts) / minutes
        value = (relay.bytes - before) / minutes / 1000
    print_aside(f"idle_link: something was said {said:g} times a minute")
    return against_limit("idle_link", value, "kB/min", at_most=1)


def round_vs_history() -> Figure:
    """What both nodes work for a round of one row with a million changes of history, to the same
    with a thousand."""
    young = make_pair("young", rows=1000 // CELLS)
    aged = copy_of(old(), "aged")
    with closing(open_core(aged.giver)) as giver, closing(open_core(aged.taker)) as taker:
        hand_over(giver, taker)
    costs: dict[str, list[float]] = {"young": [], "aged": []}
    for _ in range(3):
        for name, pair in (("young", young), ("aged", aged)):
            costs[name].append(cost_of_rounds(pair))
    little, much = (statistics.median(costs[name]) for name in ("young", "aged"))
    print_aside(f"round_vs_history: {little * 1000:.2f} and {much * 1000:.2f} ms of work a round")
    return against_limit("round_vs_history", much / little, "times", at_most=1.2)


# What is measured


def catch_up(pair: Pair) -> float:
    """Seconds from the taker's being ready until it has applied all that the giver had."""
    site, last = pair.chain, length_of(pair.giver)
    with running(pair.giver) as giver, running(pair.taker, giver.port):
        began = time.perf_counter()
        with reading(pair.taker) as reader:
            return wait_for(reader, site, last) - began


def merge_raw(changes: list[tuple[Any, ...]], *, into: Path) -> float:
    """Seconds that cr-sqlite takes to merge changes into a copy of a node's file."""
    folder = scratch() / "raw"
    shutil.copytree(into, folder)
    connection = open_writer(folder / "quarter.db")
    began = time.perf_counter()
    for start in range(0, len(changes), RAW_CELLS):
        connection.execute("begin immediate")
        connection.executemany(
            "insert into crsql_changes values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            changes[start : start + RAW_CELLS],
        )
        connection.execute("commit")
    took = time.perf_counter() - began
    close_writer(connection)
    shutil.rmtree(folder)
    return took


def changes_of(folder: Path, *, since: int = 0) -> list[tuple[Any, ...]]:
    """A file's own changes of `fact` as cr-sqlite tells them."""
    connection = open_writer(folder / "quarter.db")
    found = connection.execute(
        'select "table", pk, cid, val, col_version, db_version, site_id, cl, seq'
        " from crsql_changes where \"table\" = 'fact' and db_version > ?",
        (since,),
    ).fetchall()
    close_writer(connection)
    return [tuple(row) for row in found]


def last_version(core: Core) -> int:
    """cr-sqlite's version of the newest change."""
    return int(core.read(lambda read: read.value("select crsql_db_version()")))


def hand_over(giver: Core, taker: Core) -> None:
    """Let the taker take all that the giver has, without a network."""
    roster = read_roster(taker)
    assert roster is not None
    for chain, head in giver.heads().items():
        after = 0
        while after < head.n:
            page = giver.changesets(chain, after=after, max_bytes=256 * 1024)
            taker.receive(page, roster.members)
            after += len(page)


def begin_with_snapshot(pair: Pair) -> float:
    """Seconds from asking for a snapshot until a box has it in its database's place."""
    with closing(open_core(pair.taker)) as taker:
        roster, identity, quarter = read_roster(taker), taker.identity, taker.quarter
    assert roster is not None
    folder = scratch() / "arriving"
    scopes = {"house", "quarter", "fleet"}
    began = time.perf_counter()
    made = make_snapshot(
        pair.giver / "quarter.db",
        REGISTRY,
        scopes=scopes,
        folder=folder / "made",
        at_ms=int(time.time() * 1000),
    )
    manifest = check_manifest(made.signed, roster.members, quarter=quarter, scopes=scopes)
    arriving = Arriving(manifest, folder / "in")
    while part := read_part(made.path, arriving.offset, 1024 * 1024):
        arriving.add(part)
    install_snapshot(
        arriving.path,
        manifest,
        folder / "quarter.db",
        REGISTRY,
        roster.members,
        identity=identity,
        clock=SystemClock(),
    )
    return time.perf_counter() - began


def one_row(giver: Running, reader: Any) -> float:
    """Seconds until a row that the giver wrote is seen in the other's file."""
    row_id, at = giver.write()
    while True:
        found = reader.execute("select 1 from fact where id = ?", (row_id,)).fetchone()
        if found is not None:
            return time.perf_counter() - at
        time.sleep(0.001)


def cost_of_rounds(pair: Pair) -> float:
    """Seconds of work of both nodes for each of some rows that travel alone."""
    with (
        running(pair.giver) as giver,
        running(pair.taker, giver.port) as taker,
        reading(pair.taker) as reader,
    ):
        for _ in range(20):
            one_row(giver, reader)
        before = giver.cpu_seconds + taker.cpu_seconds
        for _ in range(SMALL_ROUNDS):
            one_row(giver, reader)
            time.sleep(0.01)
        return (giver.cpu_seconds + taker.cpu_seconds - before) / SMALL_ROUNDS


def copy_of(pair: Pair, name: str) -> Pair:
    """The same two nodes once more, to be changed by one figure alone."""
    folder = scratch() / name
    shutil.copytree(pair.giver.parent, folder)
    return Pair(folder / "giver", folder / "taker")


def length_of(folder: Path) -> int:
    """How many changesets of the house a node has written."""
    with closing(open_core(folder)) as core:
        return core.heads()[core.site_id, "house"].n


def print_aside(text: str) -> None:
    """Tell what has no line of its own."""
    print(text, file=sys.stderr)

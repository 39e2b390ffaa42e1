"""Boxes come and go: inviting, joining, printing the sheet, standing in for a dead box.

What the command line does with a node that does not run; a running one offers the same on the
desk's page of boxes.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import TypeVar

from node.app import open_node
from node.base.clock import SystemClock
from node.base.periods import from_epoch
from node.registry import REGISTRY
from node.serving import listener
from node.settings import FILE, Settings
from node.store import Core, NodeRole
from node.sync import (
    Code,
    Health,
    Roster,
    RosterError,
    RosterNode,
    TroubleError,
    begin_from_snapshot,
    candidates,
    grant_house_key,
    invite,
    join_quarter,
    listener_options,
    new_sheet,
    parse_address,
    read_roster,
    read_sheet,
    recover_quarter,
    revoke_node,
    set_recovery,
    sheet_keys,
    sheet_lines,
    stand_in,
)
from node.web.qr import qr_terminal

COPY_SECONDS = 3600.0
"""A quarter that has not arrived by then does not come over this line; the next try goes on."""

T = TypeVar("T")
Say = Callable[[str], object]


def invite_box(settings: Settings, *, name: str, role: NodeRole, address: str) -> str:
    """A pairing code with what to do with it."""

    def make(core: Core) -> str:
        return invite(core, name=name, role=role, address=address)

    code = _on_core(settings, make)
    here = f"{settings.sync_host}:{settings.sync_port}"
    return (
        f"Code for {name}: {code}\n\n{qr_terminal(f'{here} {code}')}\n"
        f"Start this node, then on the new box, within 15 minutes:\n"
        f"  quartier join {here} {code}"
    )


def join(settings: Settings, address: str, code: str, *, say: Say) -> str:
    """Make this box's file by a code, note where the quarter was found, bring it over."""
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    roster = asyncio.run(
        join_quarter(
            parse_address(address),
            Code.read(code),
            settings.database,
            REGISTRY,
            clock=SystemClock(),
        )
    )
    own = _on_core(settings, lambda core: roster.nodes[core.site_id])
    _note_neighbour(settings, address, own)
    _take_snapshot(settings, address, say)
    return f"This box is {own.name} of the quarter now. Next: quartier serve."


def print_sheet(settings: Settings) -> str:
    """Make the emergency sheet of a quarter that has none; its secret is shown this once."""
    sheet = new_sheet()

    def name_it(core: Core) -> None:
        set_recovery(core, sheet_keys(sheet))
        # Without this the sheet would open nothing until the node has run once.
        grant_house_key(core)

    _on_core(settings, name_it)
    lines = sheet_lines(sheet)
    return (
        "EMERGENCY SHEET. Print it twice, keep it locked away, never photograph it.\n"
        "Whoever holds it can bring the quarter back when its boxes are gone, and read all.\n"
        "It is shown this once and kept nowhere.\n\n"
        + "\n".join(f"  {number}  {line}" for number, line in enumerate(lines, start=1))
        + f"\n\n{qr_terminal(' '.join(lines))}"
    )


def replace(settings: Settings, address: str, secret: str, *, dead: str, say: Say) -> str:
    """Put this new box in the place of a dead one; a try that was cut off goes on.

    Raises `SheetError`, `CodeError`, `TroubleError` and `RosterError` with what to do.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not settings.database.exists():
        sheet = read_sheet(secret)
        asyncio.run(
            recover_quarter(
                parse_address(address), sheet, settings.database, REGISTRY, clock=SystemClock()
            )
        )
    chosen = _on_core(settings, lambda core: _dead_box(core, dead))
    _take_snapshot(settings, address, say)
    say(f"In the place of {chosen.name} ({chosen.role}). Copying what the others hold ...")
    there = dataclasses.replace(settings, peers=(address,))
    asyncio.run(_copy(there, say))
    roster = _on_core(settings, lambda core: stand_in(core, chosen))
    own = next(node for node in roster.body.nodes if node.name == chosen.name and node.is_active)
    _note_neighbour(settings, address, own)
    return f"\nThis box is {own.name} now; the dead one counts no more. Next: quartier serve."


def revoke(settings: Settings, name: str) -> str:
    """Let a box that was lost or stolen belong to the quarter no more."""

    def let_go(core: Core) -> Roster:
        return revoke_node(core, _named(_roster(core), name).site_id)

    _on_core(settings, let_go)
    return f"{name} does not belong to the quarter any more."


def listed(settings: Settings) -> str:
    """The boxes of the quarter."""
    kept = _on_core(settings, _roster).body
    return "\n".join(
        f"{node.name:<24} {node.role:<8} {from_epoch(node.since):%Y-%m-%d}"
        f"{'' if node.is_active else '  revoked'}"
        for node in kept.nodes
    )


def _dead_box(core: Core, name: str) -> RosterNode:
    roster = _roster(core)
    listed = candidates(roster, core.site_id)
    if name:
        return _named(roster, name)
    homes = [node for node in listed if node.role is NodeRole.HOME]
    if len(homes) != 1:
        names = ", ".join(node.name for node in listed)
        raise RosterError(f"say which box is dead with --for NAME: {names}")
    return homes[0]


def _named(roster: Roster, name: str) -> RosterNode:
    found = [node for node in roster.body.nodes if node.is_active and node.name == name]
    if len(found) != 1:
        names = ", ".join(node.name for node in roster.body.nodes if node.is_active)
        raise RosterError(f"there is no one box {name!r}: {names}")
    return found[0]


def _roster(core: Core) -> Roster:
    roster = read_roster(core)
    if roster is None:
        raise RosterError("this node belongs to no quarter yet")
    return roster


def _take_snapshot(settings: Settings, address: str, say: Say) -> None:
    """Begin with all that a sister holds; without one everything comes as journals, slower."""

    def told(here: int, all_: int) -> None:
        say(f"{100 * here // max(all_, 1)} % of {all_ / 1e6:.1f} MB")

    try:
        asyncio.run(
            begin_from_snapshot(
                parse_address(address),
                settings.database,
                REGISTRY,
                clock=SystemClock(),
                told=told,
            )
        )
    except (TroubleError, TimeoutError) as error:
        say(f"No snapshot could be had ({error}): the rest comes when the node serves.")


async def _copy(settings: Settings, say: Say) -> None:
    """Meet the others without serving pages until everything they hold is here."""
    node = await open_node(settings)
    server = listener(
        node.peers,
        host=settings.sync_host,
        port=settings.sync_port,
        **listener_options(node.store.core.identity),
    )
    serving = asyncio.create_task(server.serve())
    try:
        await node.start()
        async with asyncio.timeout(COPY_SECONDS):
            await node.sync.copy_all(lambda health: say(_progress(health)))
    finally:
        server.should_exit = True
        await serving
        await node.close()


def _progress(health: Health) -> str:
    held = sum(head.n for head in health.heads.values())
    left = sum(peer.waiting_back for peer in health.peers)
    return f"{held} of {held + left} changes"


def _note_neighbour(settings: Settings, address: str, own: RosterNode) -> None:
    """Write the settings of a box that has just begun, where there are none."""
    path = settings.data / FILE
    if not path.exists():
        told = dataclasses.replace(settings, name=own.name, peers=(address,))
        path.write_text(told.to_toml(), encoding="utf-8")


def _on_core(settings: Settings, fn: Callable[[Core], T]) -> T:
    core = Core.open(settings.database, REGISTRY, clock=SystemClock())
    try:
        return fn(core)
    finally:
        core.close()

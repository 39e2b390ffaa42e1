"""Boxes come and go: inviting, joining, printing the sheet, standing in for a dead box.

What the command line does with a node that does not run; a running one offers the same on the
desk's page of boxes.
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from node.app import open_node
from node.base.clock import SystemClock
from node.base.ids import id_text
from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal
from node.registry import REGISTRY
from node.serving import bound, listener
from node.settings import FILE, Settings
from node.store import Core, Identity, NodeRole
from node.sync import (
    Address,
    Code,
    Health,
    Roster,
    RosterError,
    RosterNode,
    TroubleError,
    begin_from_snapshot,
    candidates,
    found_nearby,
    grant_house_key,
    handover_by_sheet,
    invite,
    join_quarter,
    key_at,
    listener_options,
    new_sheet,
    own_addresses,
    parse_address,
    quarter_tag,
    read_sheet,
    recover_quarter,
    revoke_node,
    roster_of,
    set_recovery,
    sheet_keys,
    sheet_lines,
    stand_in,
    take_authority,
)
from node.terminal import say as say_here
from node.web.inviting import ONLY_HERE, is_only_here
from node.web.qr import qr_terminal
from node.web.roles import ROLES

ASKING = N_("Die andere Box wird gefragt.")
WAITING = N_(
    "Diese Box wartet auf das Haus. Jemand vom Service-Point lässt sie herein: am Rechner unter"
    " „Zustand“, dann „Boxen“, mit diesem Gegencode."
)
LOOKING = N_("Im Netz wird nach den Boxen des Hauses gesucht.")
SNAPSHOT = N_("{done} von {all} MB sind kopiert.")
NO_SNAPSHOT = N_("Eine Kopie im Ganzen war nicht zu haben. Was fehlt, kommt Stück für Stück.")
CHANGES = N_("{done} von {all} Änderungen sind kopiert.")

NEARBY_SECONDS = 4.0
"""So long boxes of the house have to say on the network that they are there."""

COPY_SECONDS = 3600.0
"""A quarter that has not arrived by then does not come over this line; the next try goes on."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far long work has come: a German sentence, and how much of all is done (0: unknown).

    `code` is what somebody elsewhere must be told for it to go on.
    """

    text: str
    values: Mapping[str, Any] = field(default_factory=dict)
    done: int = 0
    all: int = 0
    code: str = ""


Say = Callable[[Progress], object]


def invite_box(settings: Settings, *, name: str, role: NodeRole, address: str) -> str:
    """A pairing code with what to do with it."""

    def make(core: Core) -> str:
        return invite(core, name=name, role=role, address=address)

    code = _on_core(settings, make)
    here = str(Address(own_addresses(settings.sync_host)[0], settings.sync_port))
    lines = [
        say_here(CODE_FOR, name=name, code=code),
        "",
        qr_terminal(f"{here} {code}"),
        say_here(THEN_JOIN),
        f"  quartier join {here} {code}",
    ]
    if is_only_here(here):
        lines += ["", f"{say_here(ONLY_HERE.message)} {say_here(ONLY_HERE.remedy)}"]
    return "\n".join(lines)


def join(settings: Settings, address: str, code: str, *, say: Say) -> RosterNode:
    """Make this box's file by a code, note where the quarter was found, bring it over.

    What this box is now. Raises `CodeError` and `TroubleError`.
    """
    typed = Code.read(code)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    say(Progress(ASKING))
    roster = asyncio.run(
        join_quarter(
            parse_address(address),
            typed,
            settings.database,
            REGISTRY,
            clock=SystemClock(),
            waits=lambda code: say(Progress(WAITING, code=code)),
        )
    )
    own = _on_core(settings, lambda core: roster.nodes[core.site_id])
    _note_neighbour(settings, address, own)
    _take_any_snapshot(settings, address, say)
    return own


def name_sheet(settings: Settings, sheet: Identity) -> None:
    """Let a sheet count from now on; raises `RosterError` where there is one already."""

    def name_it(core: Core) -> None:
        set_recovery(core, sheet_keys(sheet))
        # Without this the sheet would open nothing until the node has run once.
        grant_house_key(core)

    _on_core(settings, name_it)


def print_sheet(settings: Settings) -> str:
    """Make the emergency sheet of a quarter that has none; its secret is shown this once."""
    sheet = new_sheet()
    name_sheet(settings, sheet)
    lines = sheet_lines(sheet)
    return (
        f"{say_here(SHEET)}\n\n"
        + "\n".join(f"  {number}  {line}" for number, line in enumerate(lines, start=1))
        + f"\n\n{qr_terminal(' '.join(lines))}"
    )


def recover(settings: Settings, address: str, secret: str) -> list[RosterNode]:
    """Prove the sheet to a living node and make this box's file; whom it could stand in for.

    A try that was cut off needs no sheet again. Raises `SheetError`, `CodeError`, `TroubleError`.
    """
    if not settings.database.exists():
        sheet = read_sheet(secret)
        settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        asyncio.run(
            recover_quarter(
                parse_address(address), sheet, settings.database, REGISTRY, clock=SystemClock()
            )
        )
    # Whoever answers there is alive.
    living = asyncio.run(key_at(parse_address(address)))
    listed = _on_core(settings, lambda core: candidates(roster_of(core), core.site_id))
    return [node for node in listed if node.public_key != living]


def replace(settings: Settings, address: str, *, dead: str, say: Say) -> RosterNode:
    """Put this box, which was recovered, in the place of a dead one; a cut-off try goes on.

    What it is now. Raises `TroubleError` and `RosterError` with what to do.
    """
    chosen = _on_core(settings, lambda core: _dead_box(core, dead))
    _take_snapshot(settings, address, say)
    there = dataclasses.replace(settings, peers=(address,))
    asyncio.run(_copy(there, say))
    roster = _on_core(settings, lambda core: stand_in(core, chosen))
    own = next(node for node in roster.body.nodes if node.name == chosen.name and node.is_active)
    _note_neighbour(settings, address, own)
    return own


def hand_over(settings: Settings) -> str:
    """Give central the authority over the list of boxes; the node must not run.

    Raises `TroubleError` where central is not reached and `RosterError` where it is not ours.
    """

    async def run() -> Roster:
        node = await open_node(settings)
        try:
            await node.sync.start()
            return await node.sync.offsite.hand_over()
        finally:
            await node.close()

    asyncio.run(run())
    return say_here(AT_CENTRAL)


def take_back(settings: Settings, secret: str) -> str:
    """With the emergency sheet, let this box keep the list from now on."""
    sheet = read_sheet(secret)
    _on_core(settings, lambda core: take_authority(core, handover_by_sheet(core, sheet)))
    return say_here(TAKEN_BACK)


def revoke(settings: Settings, name: str) -> str:
    """Let a box that was lost or stolen belong to the quarter no more."""

    def let_go(core: Core) -> Roster:
        return revoke_node(core, _named(roster_of(core), name).site_id)

    _on_core(settings, let_go)
    return say_here(LET_GO, name=name)


def listed(settings: Settings) -> str:
    """The boxes of the quarter."""
    kept = _on_core(settings, roster_of).body
    return "\n".join(
        f"{node.name:<24} {say_here(ROLES[node.role]):<12} {from_epoch(node.since):%Y-%m-%d}"
        f"  {id_text(node.site_id)}{'' if node.is_active else f'  {say_here(GONE)}'}"
        for node in kept.nodes
    )


CODE_FOR = N_("Code für {name}: {code}")
THEN_JOIN = N_("Starten Sie diesen Knoten, dann an der neuen Box, innerhalb von 15 Minuten:")
SHEET = N_(
    "NOTFALLBLATT. Drucken Sie es zweimal, schließen Sie es weg, fotografieren Sie es nie.\n"
    "Wer es hat, bringt das Quartier zurück, wenn seine Boxen weg sind, und kann alles lesen.\n"
    "Es wird nur dieses eine Mal gezeigt und nirgends aufgehoben."
)
AT_CENTRAL = N_("Die Zentrale führt jetzt die Liste der Boxen. Das Notfallblatt holt sie zurück.")
TAKEN_BACK = N_("Diese Box führt jetzt die Liste der Boxen.")
LET_GO = N_("{name} gehört nicht mehr zum Quartier.")
GONE = N_("abgemeldet")
WHICH_IS_DEAD = Refusal(
    "boxes.which_is_dead",
    N_("Welche Box ist kaputt?"),
    N_("Nennen Sie sie mit {option}: {names}."),
)
NO_SUCH = Refusal(
    "boxes.no_such",
    N_("Keine Box heißt „{name}“."),
    N_("Es gibt: {names}."),
)
SEVERAL = Refusal(
    "boxes.several",
    N_("Mehrere Boxen heißen „{name}“."),
    N_("Nennen Sie statt des Namens die Kennung, wie `quartier nodes` sie zeigt."),
)


def _dead_box(core: Core, name: str) -> RosterNode:
    roster = roster_of(core)
    listed = candidates(roster, core.site_id)
    if name:
        return _named(roster, name)
    homes = [node for node in listed if node.role is NodeRole.HOME]
    if len(homes) != 1:
        names = ", ".join(node.name for node in listed)
        values = {"option": "--for NAME", "names": names}
        raise RosterError(dataclasses.replace(WHICH_IS_DEAD, values=values))
    return homes[0]


def _named(roster: Roster, name: str) -> RosterNode:
    """By name, or by id where two bear the same one."""
    found = [
        node
        for node in roster.body.nodes
        if node.is_active and name in {node.name, id_text(node.site_id)}
    ]
    if len(found) != 1:
        names = ", ".join(node.name for node in roster.body.nodes if node.is_active)
        which = SEVERAL if found else NO_SUCH
        raise RosterError(dataclasses.replace(which, values={"name": name, "names": names}))
    return found[0]


def _take_any_snapshot(settings: Settings, address: str, say: Say) -> None:
    """Begin with a snapshot of the node at `address`; central gives none, so of a box nearby."""
    if _take_snapshot(settings, address, say) or not settings.discovery:
        return
    say(Progress(LOOKING))
    tag = _on_core(settings, lambda core: quarter_tag(core.quarter))
    nearby = asyncio.run(found_nearby(tag, host=settings.sync_host, seconds=NEARBY_SECONDS))
    for each in nearby:
        if _take_snapshot(settings, str(each), say):
            return


def _take_snapshot(settings: Settings, address: str, say: Say) -> bool:
    """Begin with all that a sister holds; without one everything comes as journals, slower."""

    def told(here: int, all_: int) -> None:
        megabytes = {"done": f"{here / 1e6:.1f}", "all": f"{all_ / 1e6:.1f}"}
        say(Progress(SNAPSHOT, megabytes, here, all_))

    try:
        return asyncio.run(
            begin_from_snapshot(
                parse_address(address),
                settings.database,
                REGISTRY,
                clock=SystemClock(),
                told=told,
            )
        )
    except (TroubleError, TimeoutError):
        say(Progress(NO_SNAPSHOT))
        return False


async def _copy(settings: Settings, say: Say) -> None:
    """Meet the others without serving pages until everything they hold is here."""
    node = await open_node(settings)
    server = listener(node.peers, **listener_options(node.store.core.identity))
    sock = bound(settings.sync_host, settings.sync_port, prefix="sync_")
    serving = asyncio.create_task(server.serve(sockets=[sock]))
    try:
        await node.start()
        async with asyncio.timeout(COPY_SECONDS):
            await node.sync.copy_all(lambda health: say(_progress(health)))
    finally:
        server.should_exit = True
        await serving
        await node.close()


def _progress(health: Health) -> Progress:
    held = sum(head.n for head in health.heads.values())
    all_ = held + sum(peer.waiting_back for peer in health.peers)
    return Progress(CHANGES, {"done": held, "all": all_}, held, all_)


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

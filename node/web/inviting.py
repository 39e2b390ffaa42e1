"""What every page has in common that shows a pairing code, or a box that waits for its house."""

from __future__ import annotations

from typing import Any

from node import people
from node.base.ids import id_text
from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal, RefusedError
from node.store import NodeRole, Read
from node.sync import (
    WORDS,
    Arrival,
    CodeError,
    Newcomer,
    Roster,
    RosterError,
    Sync,
    TroubleError,
    Way,
    read_arrivals,
)
from node.web.errors import words
from node.web.forms import path_id, read_fields
from node.web.roles import ROLES
from node.web.showing import moment
from node.web.visit import Visit

NAME_CHARS_MAX = 40
INVITED = (NodeRole.KIOSK, NodeRole.STANDBY)
"""What a new box of the house can be; central has a page of its own."""


def taken_in_at(roster: Roster) -> str:
    """The box that lets new ones of the house in: who keeps the list, or the house's main box."""
    body = roster.body
    keeper = next((n for n in body.nodes if n.public_key == body.authority), None)
    if keeper is not None and keeper.role is not NodeRole.CENTRAL:
        return keeper.name
    return next((n.name for n in body.nodes if n.is_active and n.role is NodeRole.HOME), "")


async def waiting_rows(visit: Visit, sync: Sync) -> list[dict[str, str]]:
    """The boxes that came to central with a code and wait until the house lets them in."""
    return [
        {
            "id": id_text(each.id),
            "name": each.name,
            "role": visit.say(ROLES[each.role]),
            "since": moment(visit, from_epoch(each.asked_at)),
        }
        for each in await sync.waiting.listed()
    ]


def told_arrivals(visit: Visit, read: Read) -> dict[bytes, str]:
    """How each box came, and who of the team let it in, by site, as far as it was written down."""
    return {site: _arrived(visit, read, each) for site, each in read_arrivals(read).items()}


def _arrived(visit: Visit, read: Read, arrival: Arrival) -> str:
    staff = people.find_person(read, arrival.staff_id) if arrival.staff_id else None
    name = staff.name if staff is not None else visit.say(N_("jemand vom Team"))
    return visit.say(ARRIVED[arrival.way], name=name, when=moment(visit, from_epoch(arrival.at)))


ARRIVED = {
    Way.CODE: N_("hereingelassen von {name} mit einem Code des Hauses, {when}"),
    Way.CENTRAL_CODE: N_(
        "mit einem Code der Zentrale gekommen, hereingelassen von {name} mit dem Gegencode, {when}"
    ),
    Way.SHEET: N_("mit dem Notfallblatt an die Stelle einer anderen getreten, {when}"),
    Way.SHELL: N_("mit einem Code vom Betrieb gekommen (`quartier invite`), {when}"),
}


async def find_waiting(sync: Sync, newcomer_id: str) -> Newcomer:
    """One of them; raises `RefusedError` where it waits no more."""
    wanted = path_id(newcomer_id)
    found = next((each for each in await sync.waiting.listed() if each.id == wanted), None)
    if found is None:
        raise RefusedError(WAITS_NO_MORE)
    return found


async def decide_waiting(visit: Visit, newcomer_id: str) -> tuple[Newcomer, Refusal | None]:
    """Do what a form says of a box that waits: let it in, or turn it away; the box, and why it was
    not let in, if so.
    """
    fields = await read_fields(visit)
    sync = visit.house.service(Sync)
    newcomer = await find_waiting(sync, newcomer_id)
    if fields.given.get("turn_away") == "1":
        await sync.waiting.turn_away(newcomer)
        return newcomer, None
    typed = fields.text("countersign", longest=COUNTERSIGN_CHARS_MAX)
    return newcomer, await _let_in(visit, newcomer, typed)


async def _let_in(visit: Visit, newcomer: Newcomer, typed: str) -> Refusal | None:
    """Let a box into the house whose screen shows what was typed; why not, if so."""
    try:
        waiting = visit.house.service(Sync).waiting
        await waiting.let_in(newcomer, typed, staff_id=visit.actor.person_id)
    except CodeError as error:
        return error.refusal
    except TroubleError as error:
        said, name = WORDS[error.trouble], visit.say(ROLES[NodeRole.CENTRAL])
        code = f"sync.{error.trouble}"
        return Refusal(code, said.message, said.remedy, status=409, values={"name": name})
    except RosterError as error:
        return error.refusal or NOT_HERE
    return None


COUNTERSIGN_CHARS_MAX = 40
WAITS_NO_MORE = Refusal(
    "sync.waits_no_more",
    N_("Diese Box wartet nicht mehr."),
    N_("Sie wurde schon hereingelassen oder abgewiesen, oder ihre Zeit ist um."),
    status=404,
)
NOT_HERE = Refusal(
    "desk.not_here",
    N_("Die Liste der Boxen kann so nicht geändert werden."),
    N_("Geändert wird sie an der Box, die sie führt."),
    status=409,
)

ONLY_HERE = Refusal(
    "sync.only_here",
    N_("Andere Boxen erreichen diese Adresse nicht: Sie gilt nur auf dieser Box selbst."),
    N_('Stellen Sie in node.toml sync_host = "::" ein, und starten Sie den Knoten neu.'),
)


def only_here(visit: Visit, address: str) -> dict[str, Any] | None:
    """Why no other box can come with a code that names this address, if so; in the demo all are
    on one machine.
    """
    return words(visit, ONLY_HERE) if is_only_here(address) and not visit.house.demo else None


def is_only_here(address: str) -> bool:
    """Whether an address at which a new box is to call is good on this very machine only."""
    return address.startswith(("127.", "[::1]", "localhost"))

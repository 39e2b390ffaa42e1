"""The team shuts the quarter, its desk, a house or a space for a time, and opens it again.

What it shuts stands beside the closures of the operator's files and is none of an import's
business (`origin`). Only the home node writes closures, as with everything about places.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import msgspec

from node.base.actors import Actor, Permission, may
from node.base.ids import new_id
from node.base.periods import Period, to_epoch
from node.base.refusals import N_, Refusal
from node.quarter import tables
from node.quarter.model import Closure, TargetKind
from node.quarter.reads import closure_of, find_building
from node.store import NodeRole, Read, Write

FROM_TEAM = "team"


@dataclass(frozen=True, slots=True)
class ListedClosure:
    """A closure with who may end it: the team its own, the operator those of the files."""

    closure: Closure
    is_of_team: bool
    staff_id: bytes = b""


def shut(write: Write, actor: Actor, wanted: Closure, *, now: datetime) -> Closure | Refusal:
    """Shut something for a time; the closure gets its id here.

    What is reserved for that time stays until the team speaks with those people.
    """
    refusal = _why_not(write, actor)
    if refusal is not None:
        return refusal
    if wanted.ends_at <= now:
        return PAST
    kind, target_id = wanted.target_kind, wanted.target_id
    if kind is TargetKind.BUILDING and find_building(write, target_id) is None:
        return NO_SUCH_TARGET
    made = replace(wanted, id=new_id())
    values = {
        "target_kind": str(kind),
        "target_id": target_id,
        "starts_at": to_epoch(made.starts_at),
        "ends_at": to_epoch(made.ends_at),
        "reason": msgspec.json.encode(made.reason).decode(),
        "origin": FROM_TEAM,
        "staff_id": actor.person_id,
    }
    tables.insert_row(write, tables.CLOSURE, made.id, values)
    return made


def open_again(write: Write, actor: Actor, closure_id: bytes, *, now: datetime) -> Refusal | None:
    """End a closure of the team, at once or before it began."""
    refusal = _why_not(write, actor)
    if refusal is not None:
        return refusal
    found = tables.select_closure(write, closure_id)
    if found is None:
        return NO_SUCH_CLOSURE
    if found["origin"] != FROM_TEAM:
        return FROM_FILES
    tables.update_row(write, tables.CLOSURE, closure_id, {"ended_at": to_epoch(now)})
    return None


def list_closures(read: Read, period: Period) -> list[ListedClosure]:
    """Everything that is shut in a period, by start."""
    rows = tables.select_closures(read, to_epoch(period.starts_at), to_epoch(period.ends_at))
    return [
        ListedClosure(closure, row["origin"] == FROM_TEAM, bytes(row["staff_id"]))
        for row in rows
        if (closure := closure_of(row)) is not None
    ]


def _why_not(write: Write, actor: Actor) -> Refusal | None:
    if not may(actor, Permission.MANAGE_SPACES):
        return NOT_ALLOWED
    return None if write.role is NodeRole.HOME else SHUT_ELSEWHERE


NOT_ALLOWED = Refusal(
    "quarter.not_allowed",
    N_("Dafür haben Sie keine Berechtigung."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
SHUT_ELSEWHERE = Refusal(
    "quarter.shut_elsewhere",
    N_("Das geht nur an der Box des Service-Points."),
    N_("Bitte melden Sie sich dort an."),
)
PAST = Refusal(
    "quarter.closure_past",
    N_("Diese Zeit ist schon vorbei."),
    N_("Bitte wählen Sie ein späteres Ende."),
    status=422,
    field="until",
)
NO_SUCH_TARGET = Refusal(
    "quarter.no_such_target",
    N_("Was hier geschlossen werden soll, gibt es nicht."),
    N_("Bitte wählen Sie aus der Liste."),
    status=422,
    field="target",
)
NO_SUCH_CLOSURE = Refusal(
    "quarter.no_such_closure",
    N_("Diese Schließung gibt es nicht oder nicht mehr."),
    N_("Die Liste zeigt, was noch geschlossen ist."),
    status=404,
)
FROM_FILES = Refusal(
    "quarter.closure_from_files",
    N_("Diese Schließung steht in den Unterlagen des Betreibers."),
    N_("Nur der Betreiber kann sie dort ändern."),
)

"""The team sets the rules of a place: in force at once, before those of the operator's files.

What was reserved before keeps its bill and its terms. Only the place's home node sets rules, so
they change in one order with its decisions.
"""

from __future__ import annotations

from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.quarter.files import SpaceRow, find_contradictions, find_in_stay
from node.spaces import place_tables
from node.spaces.actions import NOT_YOURS
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.changing import differences
from node.spaces.deciding import is_home
from node.spaces.model import Space
from node.spaces.place_facts import InstructionFact, RulesFact
from node.spaces.tables import encoded
from node.store import OFFICE_ROLES, Read, Write

RULES_CHARS_MAX = 12_000
"""What fits into a fact beside who and when; twenty prices and ten seasons come to 6,000."""


def set_rules(
    write: Write, actor: Actor, space_id: bytes, wanted: SpaceRow, *, now: datetime
) -> Space | Refusal:
    """Let these rules and prices hold for a place from now on; the rest of `wanted` is not looked
    at. The operator's own rules come back with `find_file_row`.
    """
    found = _to_set(write, actor, space_id)
    if isinstance(found, Refusal):
        return found
    space, base = found
    wrong = check_rules(wanted)
    if wrong is not None:
        return wrong
    changes = differences(base, wanted)
    if len(encoded(changes)) > RULES_CHARS_MAX:
        return TOO_MANY_RULES
    said = place_tables.select_rules(write, space_id)
    if changes != (said[0][1].changes if said else {}):
        number = said[0][0] + 1 if said else 1
        fact = RulesFact(at=kept_instant(now), staff_id=id_text(actor.person_id), changes=changes)
        place_tables.insert_rules(write, new_id(), space_id, number, fact)
    return place_tables.select_space(write, space_id) or space


def check_rules(wanted: SpaceRow) -> Refusal | None:
    """Why these rules cannot hold together, or None."""
    found = [*find_contradictions(wanted), *(find_in_stay(wanted.stay) if wanted.stay else ())]
    if not found:
        return None
    first = found[0]
    return Refusal(
        "spaces.rules_contradict",
        first.message,
        first.remedy,
        status=422,
        values=first.values,
        field=first.field,
    )


def _to_set(read: Read, actor: Actor, space_id: bytes) -> tuple[Space, SpaceRow] | Refusal:
    if not may(actor, Permission.MANAGE_SPACES):
        return NOT_YOURS
    space = place_tables.select_space(read, space_id)
    base = place_tables.select_file_row(read, space_id)
    if space is None or base is None:
        return UNKNOWN_SPACE
    return (space, base) if is_home(read, space) else SET_ELSEWHERE


def find_file_row(read: Read, space_id: bytes) -> SpaceRow | None:
    """A place as the operator's files describe it."""
    return place_tables.select_file_row(read, space_id)


def rules_history(read: Read, space_id: bytes) -> list[RulesFact]:
    """What the team set for a place, the latest first."""
    return [fact for _, fact in place_tables.select_rules(read, space_id)]


def note_instruction(
    write: Write, actor: Actor, person_id: bytes, space_id: bytes, *, holds: bool, now: datetime
) -> Space | Refusal:
    """The desk notes that somebody was instructed at a place, or that it counts no more."""
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    space = place_tables.select_space(write, space_id)
    if space is None or not space.row.qualification:
        return UNKNOWN_SPACE
    if write.role not in OFFICE_ROLES:
        return SET_ELSEWHERE
    if place_tables.is_instructed(write, person_id, space_id) != holds:
        fact = InstructionFact(at=kept_instant(now), staff_id=id_text(actor.person_id), holds=holds)
        place_tables.insert_instruction(write, new_id(), person_id, space_id, fact)
    return space


def instructions_of(read: Read, person_id: bytes) -> list[tuple[Space, bool]]:
    """The places that ask for instruction, and whether somebody has it there."""
    held = place_tables.select_instructions(read, person_id)
    places = (each for each in place_tables.select_spaces(read) if each.row.qualification)
    return [(space, space.id in held) for space in places]


TOO_MANY_RULES = Refusal(
    "spaces.too_many_rules",
    N_("Das sind mehr Regeln, als ein Ort haben kann."),
    N_("Bitte fassen Sie Preise oder Jahreszeiten zusammen."),
    status=422,
    field="hours",
)
SET_ELSEWHERE = Refusal(
    "spaces.set_elsewhere",
    N_("Das geht nur an der Box des Service-Points."),
    N_("Bitte melden Sie sich dort an."),
)

"""The team sets the rules of a place, at once or from a day on, before those of the files.

What was reserved before keeps its bill and its terms; what is reserved goes by the rules of the day
on which it starts. Only the place's home node sets rules, so they change in one order with its
decisions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant
from node.base.refusals import N_, Refusal
from node.quarter import zone_of
from node.quarter.files import SpaceRow, find_contradictions, find_in_stay
from node.spaces import place_tables
from node.spaces.actions import NOT_YOURS
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.changing import changed, differences, in_force, row_on, spells_of
from node.spaces.deciding import is_home
from node.spaces.model import Space
from node.spaces.place_facts import InstructionFact, RulesFact
from node.spaces.spells import Spells
from node.spaces.tables import encoded
from node.store import OFFICE_ROLES, Read, Write

RULES_CHARS_MAX = 12_000
"""What fits into a fact beside who and when; twenty prices and ten seasons come to 6,000."""


RULES_AHEAD = timedelta(days=1100)
"""No change is set further ahead: somebody mistyped the year."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A change that holds from a day on: who said it, the rules before it and those with it."""

    fact: RulesFact
    since: date
    before: SpaceRow
    row: SpaceRow


def set_rules(
    write: Write,
    actor: Actor,
    space_id: bytes,
    wanted: SpaceRow,
    *,
    now: datetime,
    valid_from: date | None = None,
    instead_of: date | None = None,
) -> Space | Refusal:
    """Let these rules and prices hold for a place, at once or from a day on; the rest of `wanted`
    is not looked at. The operator's own rules come back with `find_file_row`.

    `wanted` is written against the rules of today, or against the change of the day `instead_of`,
    which is then taken back: only what differs from these is changed on the day it is to hold from.
    """
    found = _to_set(write, actor, space_id)
    if isinstance(found, Refusal):
        return found
    space, base = found
    plan = plan_rules(
        write, space, base, wanted, now=now, valid_from=valid_from, instead_of=instead_of
    )
    if isinstance(plan, Refusal):
        return plan
    _write(write, actor, space_id, plan)
    return place_tables.select_space(write, space_id) or space


def withdraw_rules(
    write: Write, actor: Actor, space_id: bytes, valid_from: date, *, now: datetime
) -> Space | Refusal:
    """Take back a change that has not begun: what holds before its day holds on."""
    found = _to_set(write, actor, space_id)
    if isinstance(found, Refusal):
        return found
    space, base = found
    said = _said(write, space_id)
    _, dated = in_force(said)
    if valid_from <= _today(write, now) or valid_from not in dated:
        return NOT_COMING
    fact = RulesFact(at=kept_instant(now), valid_from=valid_from, withdrawn=True)
    wrong = _check_all(base, [*said, fact], now=_today(write, now))
    if wrong is not None:
        return wrong
    _write(write, actor, space_id, [fact])
    return place_tables.select_space(write, space_id) or space


def plan_rules(
    read: Read,
    space: Space,
    base: SpaceRow,
    wanted: SpaceRow,
    *,
    now: datetime,
    valid_from: date | None = None,
    instead_of: date | None = None,
) -> list[RulesFact] | Refusal:
    """What would be noted so that these rules hold; see `set_rules`. Empty where they do."""
    today, said = _today(read, now), _said(read, space.id)
    day = None if valid_from is None or valid_from == today else valid_from
    if day is not None and not today < day <= today + RULES_AHEAD:
        return NO_DAY_AHEAD
    facts: list[RulesFact] = []
    seen = row_on(spells_of(base, said), today)
    _, dated = in_force(said)
    if instead_of is not None:
        if instead_of <= today or instead_of not in dated:
            return NOT_COMING
        facts.append(RulesFact(at=kept_instant(now), valid_from=instead_of, withdrawn=True))
        seen = row_on(spells_of(base, [*said, *facts]), instead_of)
    changes = differences(seen, wanted)
    fact = _fact(base, [*said, *facts], changes, day, today=today, now=now)
    if fact is not None:
        facts.append(fact)
    wrong = check_rules(wanted) or _check_all(base, [*said, *facts], now=today)
    if wrong is not None:
        return wrong
    if any(len(encoded(each.changes)) > RULES_CHARS_MAX for each in facts):
        return TOO_MANY_RULES
    return _without_nothing(facts, dated)


def _fact(
    base: SpaceRow,
    said: Sequence[RulesFact],
    changes: dict[str, Any],
    day: date | None,
    *,
    today: date,
    now: datetime,
) -> RulesFact | None:
    """What to note so that these changes hold; None where nothing would be different."""
    at_once, dated = in_force(said)
    if day is None:
        target = changed(row_on(spells_of(base, said), today), changes)
        whole = differences(base, target)
        begun = any(each <= today for each in dated)
        if not begun and whole == (at_once.changes if at_once else {}):
            return None
        return RulesFact(at=kept_instant(now), changes=whole, said_on=today)
    others = [each for each in said if each.valid_from != day]
    target = changed(row_on(spells_of(base, said), day), changes)
    whole = differences(row_on(spells_of(base, others), day), target)
    if not whole and day not in dated:
        return None
    return RulesFact(at=kept_instant(now), changes=whole, valid_from=day, withdrawn=not whole)


def _without_nothing(facts: list[RulesFact], dated: dict[date, RulesFact]) -> list[RulesFact]:
    """The facts without a change that is taken back only to be said again as it was."""
    if len(facts) > 1 and facts[0].valid_from == facts[1].valid_from:
        last, day = facts[1], facts[1].valid_from
        same = day is not None and last.changes == dated[day].changes and not last.withdrawn
        return [] if same else [last]
    return facts


def _write(write: Write, actor: Actor, space_id: bytes, facts: Sequence[RulesFact]) -> None:
    said = place_tables.select_rules(write, space_id)
    number = said[0][0] if said else 0
    by = id_text(actor.person_id)
    for count, fact in enumerate(facts, start=1):
        place_tables.insert_rules(
            write, new_id(), space_id, number + count, replace(fact, staff_id=by)
        )


def _check_all(base: SpaceRow, said: Sequence[RulesFact], *, now: date) -> Refusal | None:
    """Why the rules of some day to come could not hold together; None where all can."""
    for spell in spells_of(base, said):
        wrong = check_rules(spell.row) if spell.since > now else None
        if wrong is not None:
            return replace(CONTRADICTS_LATER, values={"day": spell.since}, field=wrong.field)
    return None


def _said(read: Read, space_id: bytes) -> list[RulesFact]:
    """All that the team said of a place, in the order in which it was."""
    return [fact for _, fact in reversed(place_tables.select_rules(read, space_id))]


def _today(read: Read, now: datetime) -> date:
    return now.astimezone(zone_of(read)).date()


def coming_rules(read: Read, space_id: bytes, *, now: datetime) -> list[Coming]:
    """The changes of a place's rules that have not begun, in order of their days."""
    base, today = place_tables.select_file_row(read, space_id), _today(read, now)
    if base is None:
        return []
    said = _said(read, space_id)
    _, dated = in_force(said)
    pairs = pairwise(spells_of(base, said))
    return [
        Coming(dated[after.since], after.since, before.row, after.row)
        for before, after in pairs
        if after.since > today
    ]


def place_as_planned(read: Read, space: Space, facts: Sequence[RulesFact]) -> Space:
    """A place as it would be once these facts were noted."""
    base = place_tables.select_file_row(read, space.id) or space.row
    spells = spells_of(base, [*_said(read, space.id), *facts])
    return replace(space, row=spells[0].row, spells=Spells(zone_of(read), spells))


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


def unreadable_spaces(read: Read) -> list[bytes]:
    """The places whose description this box cannot read, so that they are nowhere to be found."""
    return place_tables.unreadable_spaces(read)


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


NO_DAY_AHEAD = Refusal(
    "spaces.no_day_ahead",
    N_("Neue Regeln gelten ab jetzt oder ab einem späteren Tag, höchstens drei Jahre voraus."),
    N_("Bitte wählen Sie einen Tag, der noch kommt, oder lassen Sie das Feld leer."),
    status=422,
    field="valid_from",
)
NOT_COMING = Refusal(
    "spaces.not_coming",
    N_("Diese Änderung gibt es nicht, oder sie gilt schon."),
    N_("Was gilt und was noch kommt, steht auf der Seite des Ortes."),
)
CONTRADICTS_LATER = Refusal(
    "spaces.rules_contradict_later",
    N_("Ab {day} passten die Regeln dann nicht mehr zueinander."),
    N_("Bitte ändern Sie zuerst, was ab diesem Tag gelten soll, oder nehmen Sie es zurück."),
    status=422,
    field="valid_from",
)
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

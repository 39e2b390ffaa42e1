"""The rules of a place as the team sets them: laid over those of the operator's files. Pure.

Only what differs is kept, field by field, so that the files go on saying the rest, and what holds
from a day on changes only what it says: docs/decisions/0025.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from typing import Any

import msgspec

from node.quarter.files import SpaceRow
from node.spaces.place_facts import RulesFact
from node.spaces.spells import Spell

RULES = frozenset(
    {
        "hours",
        "seasons",
        "holiday_hours",
        "purposes",
        "buffer_before_minutes",
        "buffer_after_minutes",
        "step_minutes",
        "minutes_min",
        "minutes_max",
        "horizon_days",
        "lead_minutes",
        "lead_desk_minutes",
        "limits",
        "qualification",
        "room_prices",
        "stay_prices",
        "deposit_cents",
        "cancellation",
        "no_show_percent",
        "release_after_minutes",
        "offer_hours",
        "approval",
        "quiet_from",
        "quiet_source",
        "stay",
        "handover",
        "lock_after_handover",
    }
)
"""The fields of a row that are rules or prices; the others say what the place is."""


def differences(base: SpaceRow, wanted: SpaceRow) -> dict[str, Any]:
    """The rules in which `wanted` differs from `base`, as JSON has them."""
    return {
        each.name: msgspec.to_builtins(getattr(wanted, each.name))
        for each in fields(SpaceRow)
        if each.name in RULES and getattr(wanted, each.name) != getattr(base, each.name)
    }


def changed(base: SpaceRow, changes: Mapping[str, Any]) -> SpaceRow:
    """The row with these rules; one that this release cannot read leaves the base as it is."""
    known = {name: value for name, value in changes.items() if name in RULES}
    try:
        return msgspec.convert({**msgspec.to_builtins(base), **known}, SpaceRow)
    except msgspec.ValidationError:
        return base


def in_force(said: Iterable[RulesFact]) -> tuple[RulesFact | None, dict[date, RulesFact]]:
    """What counts of all that the team said, in the order in which it was: what holds at once, and
    what from a day on."""
    at_once: RulesFact | None = None
    dated: dict[date, RulesFact] = {}
    for fact in said:
        if fact.valid_from is None:
            begun = fact.said_on or fact.at.date()
            at_once = fact
            dated = {day: each for day, each in dated.items() if day > begun}
        elif fact.withdrawn:
            dated.pop(fact.valid_from, None)
        else:
            dated[fact.valid_from] = fact
    return at_once, dict(sorted(dated.items()))


def spells_of(base: SpaceRow, said: Iterable[RulesFact]) -> tuple[Spell, ...]:
    """The rules of a place on all days: those of the files with what the team said, by day."""
    at_once, dated = in_force(said)
    row = base if at_once is None else changed(base, at_once.changes)
    found = [Spell(date.min, row)]
    for day, fact in dated.items():
        row = changed(row, fact.changes)
        found.append(Spell(day, row))
    return tuple(found)


def row_on(spells: Sequence[Spell], day: date) -> SpaceRow:
    """The rules of a local day."""
    return next((each for each in reversed(spells) if each.since <= day), spells[0]).row

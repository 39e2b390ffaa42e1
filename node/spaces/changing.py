"""The rules of a place as the team sets them: laid over those of the operator's files. Pure.

Only what differs is kept, field by field, so that the files go on saying the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import msgspec

from node.quarter.files import SpaceRow

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

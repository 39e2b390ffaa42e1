"""What of a place's rules holds from a day on: as the rules page lists it, and taking it back."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Response, post

from node import people
from node.base.actors import Permission
from node.base.ids import parse_id
from node.base.refusals import N_, Refusal
from node.quarter.files import SpaceRow
from node.spaces import Space
from node.spaces.changing import differences
from node.spaces.setting import Coming, coming_rules, withdraw_rules
from node.store import Read, Write
from node.web.forms import path_id, read_day, read_fields
from node.web.guest_forms import dated
from node.web.showing import moment
from node.web.visit import Visit

FIELDS = {
    "hours": N_("Öffnungszeiten"),
    "seasons": N_("Jahreszeiten"),
    "holiday_hours": N_("Feiertage"),
    "purposes": N_("Zwecke"),
    "buffer_before_minutes": N_("Vorbereiten"),
    "buffer_after_minutes": N_("Reinigen"),
    "step_minutes": N_("Schritte"),
    "minutes_min": N_("Mindestdauer"),
    "minutes_max": N_("Höchstdauer"),
    "horizon_days": N_("Tage im Voraus"),
    "lead_minutes": N_("Vorlauf"),
    "lead_desk_minutes": N_("Vorlauf des Service-Points"),
    "limits": N_("Grenzen je Haushalt"),
    "qualification": N_("Einweisung"),
    "room_prices": N_("Preise"),
    "stay_prices": N_("Preise"),
    "deposit_cents": N_("Kaution"),
    "cancellation": N_("Absagen"),
    "no_show_percent": N_("Wer nicht kommt"),
    "release_after_minutes": N_("Frei, wenn niemand kommt"),
    "offer_hours": N_("Warteliste"),
    "approval": N_("Zustimmung"),
    "quiet_from": N_("Ruhezeit"),
    "quiet_source": N_("Ruhezeit"),
    "stay": N_("Aufenthalt"),
    "handover": N_("Übergabeliste"),
    "lock_after_handover": N_("Türschloss"),
}


def changed_words(visit: Visit, before: SpaceRow, after: SpaceRow) -> str:
    """Which rules differ, in words."""
    names = dict.fromkeys(FIELDS[name] for name in differences(before, after))
    return visit.list_words(*(visit.say(name) for name in names))


def coming_rows(visit: Visit, read: Read, space: Space) -> list[dict[str, str]]:
    """The changes of a place that have not begun, as its page lists them."""
    return [_row(visit, read, each) for each in coming_rules(read, space.id, now=visit.now)]


def _row(visit: Visit, read: Read, each: Coming) -> dict[str, str]:
    fact = each.fact
    who = people.find_person(read, parse_id(fact.staff_id)) if fact.staff_id else None
    return {
        "day": each.since.isoformat(),
        "since": visit.say(N_("ab {day}"), day=dated(visit.prefs.lang, each.since)),
        "what": changed_words(visit, each.before, each.row),
        "who": visit.list_words(who.name if who else visit.say(N_("Team")), moment(visit, fact.at)),
    }


def day_of(text: str) -> date | None:
    """A day that an address or a hidden field names; None where it names none."""
    try:
        return read_day(text)
    except (ValueError, OverflowError):
        return None


@post("/desk/places/{place:str}/withdraw", include_in_schema=False)
async def withdraw(visit: Visit, place: str) -> Response[Any]:
    """Take back a change that has not begun."""
    actor, space_id = visit.allowed(Permission.MANAGE_SPACES), path_id(place)
    fields = await read_fields(visit)
    day = day_of(fields.text("day", longest=10)) or date.min

    def run(write: Write) -> Space | Refusal:
        return withdraw_rules(write, actor, space_id, day, now=visit.now)

    await visit.write(run)
    return visit.go(f"/desk/places/{place}?saved=back")


ROUTES = (withdraw,)

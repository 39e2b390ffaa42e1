"""Who comes to stay, as fields: the same for the guest and for the desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from node.base.refusals import N_
from node.spaces import guests
from node.spaces.guests import Guest, GuestList, Stay
from node.web.forms import Fields
from node.web.visit import Visit

ADULT_YEARS = 18
NATIONS = {"german": N_("ja, deutsch"), "other": N_("nein, eine andere")}


@dataclass(frozen=True, slots=True)
class ShownList:
    """See `_guests.html`."""

    hours: str
    rows: list[dict[str, Any]]
    nations: list[dict[str, str]]


def given_of(stay: Stay) -> dict[str, str]:
    """What was said so far, as the form holds it; children as they were booked at first."""
    said = stay.guests
    if said is None:
        children = [age for age in stay.line.reservation.details.ages if age < ADULT_YEARS]
        first_child = stay.people - len(children)
        return {f"child_{number}": "1" for number in range(first_child, stay.people)}
    given = {"arrives": said.arrives}
    for number, each in said.named:
        given[f"name_{number}"] = each.name
        given[f"child_{number}"] = "1" if each.is_child else ""
        given[f"nation_{number}"] = "other" if each.is_foreign else "german"
    return given


def list_page(visit: Visit, stay: Stay) -> ShownList:
    """The fields for all who were booked."""
    rules = stay.line.space.row.stay
    hours = (
        visit.say(
            N_("Ankommen können Sie von {first} bis {last} Uhr."),
            first=rules.arrival_from,
            last=rules.arrival_until,
        )
        if rules is not None
        else ""
    )
    return ShownList(
        hours=hours,
        rows=[
            {
                "number": str(number),
                "title": visit.say(N_("Person {number}"), number=number + 1),
                "is_optional": number > 0,
            }
            for number in range(stay.people)
        ],
        nations=[{"value": "", "text": visit.say(N_("Bitte wählen"))}]
        + [{"value": value, "text": visit.say(text)} for value, text in NATIONS.items()],
    )


def read_guests(fields: Fields, stay: Stay) -> GuestList:
    """Who comes as the form says; rows without a name are nobody."""
    found = []
    for number in range(stay.people):
        name = fields.text(f"name_{number}", longest=guests.NAME_MAX)
        nation = fields.given.get(f"nation_{number}", "")
        if name and nation not in NATIONS:
            fields.problem(f"nation_{number}", N_("Bitte wählen Sie eine der Möglichkeiten."))
        is_child = bool(name and fields.given.get(f"child_{number}"))
        found.append(Guest(name, is_child, bool(name and nation == "other")))
    at = fields.clock("arrives") if fields.given.get("arrives", "").strip() else None
    return GuestList(tuple(found), f"{at:%H:%M}" if at is not None else "")

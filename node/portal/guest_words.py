"""What a guest must know of the place: house rules, quiet hours, whom to ask, what is kept."""

from __future__ import annotations

from dataclasses import dataclass

from node import quarter
from node.base.refusals import N_
from node.portal.house import quiet_row, rule_rows
from node.spaces.guests import Stay
from node.store import Read
from node.web.showing import money
from node.web.visit import Visit


@dataclass(frozen=True, slots=True)
class Welcome:
    """What a guest reads of the house."""

    about: str
    rules_text: str
    quiet: list[dict[str, str]]
    rules: list[dict[str, str]]
    desk: dict[str, str]
    more: list[dict[str, str]]


def welcome_of(read: Read, visit: Visit, stay: Stay) -> Welcome:
    """The house in the guest's language."""
    row = stay.line.space.row
    book = quarter.get_rules(read)
    return Welcome(
        about=visit.local(row.about),
        rules_text=visit.local(row.rules_text),
        quiet=[quiet_row(visit, rule) for rule in book.quiet_hours],
        rules=rule_rows(visit, book),
        desk=desk_of(read, visit),
        more=_more(visit, stay),
    )


def desk_of(read: Read, visit: Visit) -> dict[str, str]:
    """Whom to ask, where and by telephone."""
    desk = quarter.get_desk(read)
    return {"name": desk.name, "where": visit.local(desk.where), "phone": desk.phone}


def _more(visit: Visit, stay: Stay) -> list[dict[str, str]]:
    rules = stay.line.space.row.stay
    if rules is None:
        return []
    first, last = rules.arrival_from, rules.arrival_until
    rows = [
        (N_("Ankommen"), visit.say(N_("von {first} bis {last} Uhr"), first=first, last=last)),
        (N_("Abreisen"), visit.say(N_("bis {last} Uhr"), last=rules.departure_until)),
    ]
    if rules.lost_key_cents:
        rows.append((N_("Schlüssel verloren"), money(visit, rules.lost_key_cents)))
    return [{"label": visit.say(label), "value": value} for label, value in rows]

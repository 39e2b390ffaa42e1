"""Pure decisions about guests: what they may say before they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from node.base.refusals import N_, Refusal
from node.quarter.files import StayRules
from node.spaces.guests.model import NAME_MAX, GuestList, Kind, Stay, Why
from node.spaces.model import Status

CAME_TO_NOTHING = frozenset(
    {Status.CANCELLED, Status.DECLINED, Status.DISPLACED, Status.EXPIRED, Status.NO_SHOW}
)
NAMES_KEPT = timedelta(days=30)
"""So long after departure names are kept: for what was lost, found or left undone."""
REST_KEPT = timedelta(days=365)
"""What a newer release may have asked guests for."""
OPEN_FOR_WORDS = frozenset({Status.CONFIRMED, Status.CHECKED_IN})
"""While a stay is so, its guests may say who they are."""


def check_guests(stay: Stay, said: GuestList) -> Refusal | None:
    """Whether this may be said of a stay's guests: at least one, no more than were booked, and an
    hour at which somebody can come."""
    if stay.line.status not in OPEN_FOR_WORDS:
        return TOO_LATE
    named = said.named
    if not named:
        return NOBODY_NAMED
    if len(said.guests) > stay.people:
        return replace(TOO_MANY, values={"people": stay.people})
    if any(len(guest.name) > NAME_MAX for _, guest in named):
        return NAME_TOO_LONG
    rules = stay.line.space.row.stay
    return check_hour(rules, said.arrives) if rules is not None and said.arrives else None


def ends_on(kind: str, stay: Stay, *, now: datetime) -> tuple[date, Why]:
    """From which local day on a record of a stay is overwritten, and why."""
    if stay.line.reservation.status_at(now) in CAME_TO_NOTHING:
        return stay.leaves_on, Why.NEVER_CAME
    return stay.leaves_on + (NAMES_KEPT if kind == Kind.GUESTS else REST_KEPT), Why.DATE


def check_hour(rules: StayRules, arrives: str) -> Refusal | None:
    """Whether somebody can come at this time of day ("16:30")."""
    first, last = rules.arrival_from, rules.arrival_until
    try:
        at = time.fromisoformat(arrives)
    except ValueError:
        at = None
    if at is not None and first <= at <= last:
        return None
    return replace(NOT_AT_THIS_HOUR, values={"first": f"{first:%H:%M}", "last": f"{last:%H:%M}"})


TOO_LATE = Refusal(
    "guests.too_late",
    N_("Dazu lässt sich jetzt nichts mehr angeben."),
    N_("Der Aufenthalt ist vorbei oder abgesagt. Fragen beantwortet der Service-Point."),
    status=409,
)
NOBODY_NAMED = Refusal(
    "guests.nobody_named",
    N_("Bitte nennen Sie mindestens eine Person."),
    N_("Vor- und Familienname genügen."),
    status=422,
    field="name_0",
)
TOO_MANY = Refusal(
    "guests.too_many",
    N_("So viele Gäste sind gebucht: {people}. Mehr können Sie hier nicht eintragen."),
    N_("Kommen mehr, sagen Sie es bitte der Person, die für Sie gebucht hat."),
    status=422,
)
NAME_TOO_LONG = Refusal(
    "guests.name_too_long",
    N_("Ein Name ist zu lang."),
    N_("Bitte höchstens 80 Zeichen."),
    status=422,
)
NOT_AT_THIS_HOUR = Refusal(
    "guests.not_at_this_hour",
    N_("Ankommen können Sie von {first} bis {last} Uhr."),
    N_("Kommen Sie später, rufen Sie bitte vorher den Service-Point an."),
    status=422,
    field="arrives",
)

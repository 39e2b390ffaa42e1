"""Pure decisions about guests: what they may say before they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from node.base.figures import whole_number
from node.base.refusals import N_, Refusal
from node.quarter.files import StayRules
from node.spaces.guests.model import NAME_MAX, Form, GuestList, Kind, Stay, Why
from node.spaces.model import Status

CAME_TO_NOTHING = frozenset(
    {Status.CANCELLED, Status.DECLINED, Status.DISPLACED, Status.EXPIRED, Status.NO_SHOW}
)
NAMES_KEPT = timedelta(days=30)
"""So long after departure names are kept: for what was lost, found or left undone."""
GROUP_OVER = 10
"""Of a larger group only the leader fills in a form (BMG s.29(2))."""
FIELD_MAX = 200
STROKES_MAX = 8000
POINTS_MIN = 8
"""Fewer points are a touch by mistake, no signature."""
OLDEST = date(1900, 1, 1)


def check_guests(stay: Stay, said: GuestList) -> Refusal | None:
    """Whether this may be said of a stay's guests: at least one, no more than were booked, and an
    hour at which somebody can come."""
    if not stay.is_open:
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
    """From which local day on a record of a stay is overwritten, and why: by the days of the
    whole stay, however many apartments it was spent in."""
    lines = stay.parts or [stay.line]
    if all(line.reservation.status_at(now) in CAME_TO_NOTHING for line in lines):
        return stay.last_day, Why.NEVER_CAME
    if kind == Kind.GUESTS:
        return stay.last_day + NAMES_KEPT, Why.DATE
    return a_year_after(stay.first_day), Why.DATE


def a_year_after(day: date) -> date:
    """The same day a year later; after 29 February 1 March. So long registration forms are kept
    (BMG s.30(4): a year from the day of arrival, then destroyed within three months)."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return date(day.year + 1, 3, 1)


def forms_open(stay: Stay) -> list[int]:
    """The numbers of the guests whose form is still to be filled in or signed."""
    forms = stay.forms
    return [n for n in forms_needed(stay) if n not in forms or not forms[n].is_signed]


def forms_needed(stay: Stay) -> list[int]:
    """The numbers of the guests who must fill in a form, or have: foreigners whom nobody else's
    form counts. Minors are counted by whom they travel with, if there is a foreign adult."""
    named = dict(stay.guests.named) if stay.guests else {}
    filed = {number for number in stay.forms if number in named}
    if filed and len(named) > GROUP_OVER:
        return sorted(filed)
    counted = {each for number in filed for each in stay.forms[number].form.fellows}
    open_ = [n for n, guest in named.items() if guest.is_foreign and n not in counted]
    if any(not named[number].is_child for number in open_):
        open_ = [number for number in open_ if not named[number].is_child]
    elif filed:
        open_ = []
    needed = sorted(filed | set(open_))
    return needed[:1] if len(named) > GROUP_OVER else needed


def check_form(stay: Stay, form: Form, *, today: date) -> Refusal | None:
    """Whether this is a form that s.30 BMG would take."""
    if not stay.is_open:
        return TOO_LATE
    if form.number not in forms_needed(stay):
        return NO_FORM
    texts = {
        "family_name": form.family_name,
        "given_names": form.given_names,
        "nationalities": form.nationalities,
        "address": form.address,
        "passport": form.passport,
    }
    if form.fellows:
        texts["fellow_nationalities"] = form.fellow_nationalities
    for name, text in texts.items():
        if not text or len(text) > FIELD_MAX:
            return replace(FIELD_MISSING, field=name)
    if not OLDEST <= _day(form.born) <= today:
        return replace(NOT_BORN, field="born")
    return _check_fellows(stay, form)


def _check_fellows(stay: Stay, form: Form) -> Refusal | None:
    """Husband or wife and minor children, no one else."""
    named = dict(stay.guests.named) if stay.guests else {}
    others = set(form.fellows)
    if form.number in others or not others <= named.keys():
        return NO_FORM
    grown_up = [number for number in others if not named[number].is_child]
    is_group = len(named) > GROUP_OVER
    return TOO_MANY_FELLOWS if len(grown_up) > 1 and not is_group else None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date.max


def check_signing(stay: Stay, *, today: date) -> Refusal | None:
    """Whether a form can be signed today: from the day of arrival on (BMG s.29(2))."""
    if not stay.is_open:
        return TOO_LATE
    return replace(NOT_YET, values={"day": stay.first_day}) if today < stay.first_day else None


def read_strokes(text: str) -> list[list[tuple[int, int]]]:
    """Strokes as points in thousandths of the field's width and height: "12,40 15,42;80,10 ...".

    Raises `ValueError` for anything else, and for what is too little to be a signature.
    """
    if len(text) > STROKES_MAX:
        raise ValueError("too long")
    strokes = [
        [(_part(x), _part(y)) for x, _, y in (point.partition(",") for point in stroke.split())]
        for stroke in text.split(";")
    ]
    if sum(map(len, strokes)) < POINTS_MIN:
        raise ValueError("too little")
    return strokes


def _part(text: str) -> int:
    number = whole_number(text, most=1000)
    if number is None:
        raise ValueError(text)
    return number


def check_hour(rules: StayRules, arrives: str) -> Refusal | None:
    """Whether somebody can come at this time of day ("16:30")."""
    first, last = rules.arrival_from, rules.arrival_until
    try:
        at = time.fromisoformat(arrives)
    except ValueError:
        at = None
    if at is not None and first <= at <= last:
        return None
    return replace(NOT_AT_THIS_HOUR, values={"first": first, "last": last})


TOO_LATE = Refusal(
    "guests.too_late",
    N_("Dazu lässt sich jetzt nichts mehr angeben."),
    N_("Der Aufenthalt ist vorbei oder abgesagt. Fragen beantwortet der Service-Point."),
    status=409,
)
NO_FORM = Refusal(
    "guests.no_form",
    N_("Diese Person braucht hier keinen Meldeschein."),
    N_("Er ist nur für Gäste ohne deutsche Staatsangehörigkeit."),
    status=404,
)
FIELD_MISSING = Refusal(
    "guests.field_missing",
    N_("Bitte füllen Sie dieses Feld aus, mit höchstens 200 Zeichen."),
    N_("Das Gesetz verlangt diese Angabe von Gästen ohne deutsche Staatsangehörigkeit."),
    status=422,
)
NOT_BORN = Refusal(
    "guests.not_born",
    N_("Bitte ein Geburtsdatum, zum Beispiel 28.11.1984."),
    N_("Es steht im Pass."),
    status=422,
)
TOO_MANY_FELLOWS = Refusal(
    "guests.too_many_fellows",
    N_("Auf einem Meldeschein stehen nur Eheleute und minderjährige Kinder."),
    N_("Andere Erwachsene füllen einen eigenen aus."),
    status=422,
    field="fellows",
)
NOT_YET = Refusal(
    "guests.not_yet",
    N_("Unterschrieben wird am Tag der Anreise: {day}."),
    N_("Ausfüllen können Sie den Meldeschein schon vorher."),
    status=409,
)
SIGNED_ALREADY = Refusal(
    "guests.signed_already",
    N_("Dieser Meldeschein ist unterschrieben und ändert sich nicht mehr."),
    N_("Ist etwas falsch, hilft der Service-Point."),
    status=409,
)
NO_SIGNATURE = Refusal(
    "guests.no_signature",
    N_("In dem Feld steht noch keine Unterschrift."),
    N_("Unterschreiben Sie mit dem Finger. Oder tun Sie es am Service-Point auf Papier."),
    status=422,
    field="strokes",
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

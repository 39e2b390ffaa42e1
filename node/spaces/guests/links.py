"""A guest's own link: made by who booked or by the desk, ended by them, ended by itself.

Whoever holds it reads one stay and says for its guests what must be said; nothing else. A stay that
is spread over several apartments has one link to all of it, whichever part it was made for. The
token is answered once, when it is made; here lies only its digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from node.base.actors import Actor, Permission, may
from node.base.figures import whole_number
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant, local_day
from node.base.refusals import N_, Refusal
from node.people.hashing import new_short_token, read_short_token, token_digest
from node.quarter import zone_of
from node.spaces.folding import find_reservation
from node.spaces.guests import tables
from node.spaces.guests.forms import forms_of
from node.spaces.guests.model import GuestLink, GuestList, Kind, LinkFact, Stay
from node.spaces.guests.tables import Record
from node.spaces.model import Line, Reservation, Status
from node.spaces.reads import get_line, lines_of
from node.spaces.splitting import all_parts_of, parts_of
from node.store import NodeRole, Read, Write

COUNTS_WHILE = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT, Status.OVER})
"""What a reservation is while a guest may open the link to it."""
PART = "-"
"""Between a token and the number of a part; no token has it."""
MADE_FOR = frozenset({Status.CONFIRMED, Status.CHECKED_IN})


def make_link(write: Write, actor: Actor, reservation_id: bytes, *, now: datetime) -> str | Refusal:
    """Make a link to a stay; its token, answered this once. An older one counts no more."""
    line = _stay_to_link(write, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    if write.role is NodeRole.CENTRAL:
        return AT_HOME
    if line.status not in MADE_FOR:
        return NOT_NOW
    _end_all(write, actor, line.reservation, now=now)
    token = new_short_token()
    fact = LinkFact(kept_instant(now), id_text(actor.person_id))
    tables.insert_link(write, new_id(), reservation_id, token_digest(token), fact)
    return token


def end_link(write: Write, actor: Actor, reservation_id: bytes, *, now: datetime) -> Refusal | None:
    """End the link to a stay, if there is one."""
    line = _stay_to_link(write, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    _end_all(write, actor, line.reservation, now=now)
    return None


def open_link(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> GuestLink | Refusal | None:
    """The link to a stay that counts now, for who may make one."""
    line = _stay_to_link(read, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    parts = _parts(read, line.reservation, now)
    found = _links_of(read, line.reservation)
    return found[-1] if found and _counts(read, parts, now) else None


def belongs(read: Read, token: str, reservation_id: bytes) -> bool:
    """Whether this is the token of a link to this stay: for printing one that was just made."""
    found = tables.select_link(read, token_digest(read_short_token(token)))
    asked = find_reservation(read, reservation_id)
    if found is None or asked is None:
        return False
    return any(each.id == found.reservation_id for each in all_parts_of(read, asked))


def find_stay(read: Read, token: str, *, now: datetime) -> Stay | None:
    """The stay that a token opens now; None where it opens nothing, or no more.

    Of a stay in several apartments "TOKEN-2" is its second part, and without a number it is the
    part that matters now: where people are in, else the next.
    """
    secret, _, number = token.partition(PART)
    link = tables.select_link(read, token_digest(read_short_token(secret)))
    linked = find_reservation(read, link.reservation_id) if link else None
    parts = _parts(read, linked, now) if linked else []
    if not parts or not parts[0].space.is_by_night or not _counts(read, parts, now):
        return None
    if not number:
        return stay_of(read, _current(parts), now=now)
    part = whole_number(number, most=len(parts))
    return stay_of(read, parts[part - 1], now=now) if part else None


def _current(parts: Sequence[Line]) -> Line:
    inside = [line for line in parts if line.status is Status.CHECKED_IN]
    ahead = [line for line in parts if line.status is Status.CONFIRMED]
    return [*inside[-1:], *ahead, parts[-1]][0]


def stay_of(read: Read, line: Line, *, now: datetime) -> Stay:
    """A reservation of a guest apartment as a stay, with what was said of the whole stay."""
    zone = zone_of(read)

    def days(*lines: Line) -> list[date]:
        periods = [each.reservation.period for each in lines]
        at = [moment for each in periods for moment in (each.starts_at, each.ends_at)]
        return [each.astimezone(zone).date() for each in at]

    whole = all_parts_of(read, line.reservation)
    parts = _parts(read, line.reservation, now) or [line]
    records = [each for part in whole for each in tables.select_records(read, part.id)]
    records.sort(key=lambda each: each.id)
    out = line.reservation.check_out
    first, last = days(line)
    return Stay(
        line=line,
        arrives_on=first,
        leaves_on=last,
        first_day=min(days(*parts)),
        last_day=max(days(*parts)),
        left_on=out.at.astimezone(zone).date() if out else None,
        guests=_guest_list(records),
        forms=forms_of(records),
        parts=tuple(parts),
        keeper_id=whole[0].id,
    )


def _parts(read: Read, reservation: Reservation, now: datetime) -> list[Line]:
    """Every part of a stay that counts, in order; all where none does."""
    parts = parts_of(read, reservation, now=now)
    return list(lines_of(read, [each.id for each in parts], now=now))


def _links_of(read: Read, reservation: Reservation) -> list[GuestLink]:
    """The links to any part of a stay that nobody ended, the oldest first."""
    parts = all_parts_of(read, reservation)
    found = [link for part in parts for link in tables.select_links_of(read, part.id)]
    return sorted(found, key=lambda link: link.made_at)


def _guest_list(records: Iterable[Record]) -> GuestList | None:
    """Who comes, as it was said last."""
    lists = [each.reading(GuestList) for each in records if each.kind == Kind.GUESTS]
    return lists[-1] if lists else None


def _counts(read: Read, parts: Sequence[Line], now: datetime) -> bool:
    """Whether a link may be followed: until midnight of the day on which the guests leave the
    last of the apartments."""
    return any(_is_lived_in(read, line.reservation, now) for line in parts)


def _is_lived_in(read: Read, reservation: Reservation, now: datetime) -> bool:
    if reservation.status_at(now) not in COUNTS_WHILE:
        return False
    out = reservation.check_out
    left = reservation.period.ends_at if out is None else min(out.at, reservation.period.ends_at)
    zone = zone_of(read)
    return now < local_day(left.astimezone(zone).date(), zone).ends_at


def _stay_to_link(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> Line | Refusal:
    if actor.is_away:
        return AT_HOME
    line = get_line(read, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    is_own = bool(actor.household_id) and actor.household_id == line.reservation.household_id
    if not is_own and not may(actor, Permission.CHECK_IN_OTHERS):
        return NOT_YOURS
    return line if line.space.is_by_night else NO_STAY


def _end_all(write: Write, actor: Actor, reservation: Reservation, *, now: datetime) -> None:
    fact = LinkFact(kept_instant(now), id_text(actor.person_id))
    for link in _links_of(write, reservation):
        tables.insert_link_end(write, link.id, fact)


def told_about(read: Read, reservation_id: bytes) -> dict[str, object]:
    """What is held of a stay's guests, for who booked it: of others only how many."""
    records = tables.select_records(read, reservation_id)
    found = _guest_list(records)
    links = tables.select_links_of(read, reservation_id)
    return {
        "guest_link_at": links[-1].made_at if links else None,
        "guests_named": len(found.named) if found else 0,
        "forms_filed": len(forms_of(records)),
    }


NOT_YOURS = Refusal(
    "guests.not_allowed",
    N_("Das kann nur, wer gebucht hat, oder der Service-Point."),
    N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
NO_STAY = Refusal(
    "guests.no_stay",
    N_("Einen Link für Gäste gibt es nur zu einem Gästeapartment."),
    N_("Für einen Raum reicht der Ausweis."),
    status=404,
)
NOT_NOW = Refusal(
    "guests.not_now",
    N_("Zu dieser Buchung gibt es jetzt keinen Link für Gäste."),
    N_("Es gibt ihn, sobald die Buchung bestätigt ist, und bis zur Abreise."),
    status=409,
)
AT_HOME = Refusal(
    "guests.at_home",
    N_("Von unterwegs geht das nicht: Was Gäste von sich sagen, bleibt im Haus."),
    N_("Bitte machen Sie den Link im Haus, am Telefon im WLAN oder am Service-Point."),
    status=403,
)
NO_PAGE = Refusal(
    "guests.no_page",
    N_("Diese Seite für Gäste gibt es nicht oder nicht mehr."),
    N_("Sie gilt bis zum Abend der Abreise. Einen neuen Link macht, wer für Sie gebucht hat."),
    status=404,
)

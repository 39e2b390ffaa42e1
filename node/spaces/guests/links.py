"""A guest's own link: made by who booked or by the desk, ended by them, ended by itself.

Whoever holds it reads one stay and says for its guests what must be said; nothing else. The token
is answered once, when it is made; here lies only its digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from node.base.actors import Actor, Permission, may
from node.base.ids import id_text, new_id
from node.base.periods import kept_instant, local_day
from node.base.refusals import N_, Refusal
from node.people.hashing import new_short_token, read_short_token, token_digest
from node.quarter import zone_of
from node.spaces.guests import tables
from node.spaces.guests.forms import forms_of
from node.spaces.guests.model import GuestLink, GuestList, Kind, LinkFact, Stay
from node.spaces.guests.tables import Record
from node.spaces.model import Line, Reservation, Status
from node.spaces.reads import get_line, lines_of
from node.store import NodeRole, Read, Write

COUNTS_WHILE = frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.CHECKED_OUT, Status.OVER})
"""What a reservation is while a guest may open the link to it."""
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
    _end_all(write, actor, reservation_id, now=now)
    token = new_short_token()
    fact = LinkFact(kept_instant(now), id_text(actor.person_id))
    tables.insert_link(write, new_id(), reservation_id, token_digest(token), fact)
    return token


def end_link(write: Write, actor: Actor, reservation_id: bytes, *, now: datetime) -> Refusal | None:
    """End the link to a stay, if there is one."""
    line = _stay_to_link(write, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    _end_all(write, actor, reservation_id, now=now)
    return None


def open_link(
    read: Read, actor: Actor, reservation_id: bytes, *, now: datetime
) -> GuestLink | Refusal | None:
    """The link to a stay that counts now, for who may make one."""
    line = _stay_to_link(read, actor, reservation_id, now=now)
    if isinstance(line, Refusal):
        return line
    found = tables.select_links_of(read, reservation_id)
    return found[-1] if found and _counts(read, line.reservation, now) else None


def belongs(read: Read, token: str, reservation_id: bytes) -> bool:
    """Whether this is the token of a link to this stay: for printing one that was just made."""
    found = tables.select_link(read, token_digest(read_short_token(token)))
    return found is not None and found.reservation_id == reservation_id


def find_stay(read: Read, token: str, *, now: datetime) -> Stay | None:
    """The stay that a token opens now; None where it opens nothing, or no more."""
    link = tables.select_link(read, token_digest(read_short_token(token)))
    line = next(iter(lines_of(read, [link.reservation_id], now=now)), None) if link else None
    if line is None or not line.space.is_by_night or not _counts(read, line.reservation, now):
        return None
    return stay_of(read, line)


def stay_of(read: Read, line: Line) -> Stay:
    """A reservation of a guest apartment as a stay."""
    zone, period = zone_of(read), line.reservation.period
    first, last = (at.astimezone(zone).date() for at in (period.starts_at, period.ends_at))
    records = tables.select_records(read, line.reservation.id)
    out = line.reservation.check_out
    left = out.at.astimezone(zone).date() if out else None
    return Stay(line, first, last, left, _guest_list(records), forms_of(records))


def _guest_list(records: Iterable[Record]) -> GuestList | None:
    """Who comes, as it was said last."""
    lists = [each.reading(GuestList) for each in records if each.kind == Kind.GUESTS]
    return lists[-1] if lists else None


def _counts(read: Read, reservation: Reservation, now: datetime) -> bool:
    """Whether a link may be followed: until midnight of the day on which the guests leave."""
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


def _end_all(write: Write, actor: Actor, reservation_id: bytes, *, now: datetime) -> None:
    fact = LinkFact(kept_instant(now), id_text(actor.person_id))
    for link in tables.select_links_of(write, reservation_id):
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

"""Who is to be told what the team did to their reservation, and that they know.

What is to be told follows from the facts of the reservation (`by_team.py`); only that somebody
knows of it is written down. People read it themselves, once on whatever device. Whoever does not
look by themselves, or would stand before a wrong door before they do, the desk tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from node import people
from node.base.actors import Actor, Permission, may
from node.base.ids import derived_id, id_text
from node.base.periods import kept_instant
from node.base.refusals import Refusal
from node.spaces import place_tables, projections, seen_tables, tables, undo_tables
from node.spaces.actions import NOT_YOURS, own_reservation
from node.spaces.by_team import ANSWERS, Act, ActKind, Told, acts_of, as_known, differs, unread
from node.spaces.deciding import UNKNOWN, decline_words
from node.spaces.folding import find_reservation
from node.spaces.model import Reservation, Space, Status
from node.spaces.offering import finds_by_themselves
from node.spaces.reads import RECENT
from node.spaces.seen_tables import SeenFact
from node.spaces.splitting import all_parts_of
from node.spaces.waiting_list import reached_by
from node.store import Read, Write

SOON = timedelta(days=2)
"""What begins so soon somebody is called about, also who would look by themselves."""
GUESTS = b""
"""As whom the guests of a stay know of something: their link names nobody."""


def told_to(read: Read, actor: Actor, *, now: datetime) -> list[Told]:
    """What the actor is to be told of their household's reservations, by start."""
    party = projections.party_of(actor.household_id, actor.person_id)
    if not party or actor.bearer_of:
        return []
    ids = projections.select_ids_by_team(read, since=now - RECENT, party=party)
    found = (told_of(read, actor, each) for each in ids)
    return [told for told in found if told is not None]


def told_of(read: Read, actor: Actor, reservation_id: bytes) -> Told | None:
    """What the actor is to be told of one of their reservations; None where they know it all.

    Once whoever booked knows of it, their household does.
    """
    reservation = own_reservation(read, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return None
    return _told(read, reservation, by=frozenset({actor.person_id, reservation.person_id}))


def told_to_guests(read: Read, reservation: Reservation) -> Told | None:
    """What the guests of a stay are to be told of it."""
    return _told(read, reservation, by=frozenset({GUESTS}))


def _told(read: Read, reservation: Reservation, *, by: frozenset[bytes]) -> Told | None:
    space = place_tables.select_space(read, reservation.space_id)
    acts = _acts(read, reservation)
    if by == {GUESTS}:
        acts = [act for act in acts if act.kind not in ANSWERS]
    open_acts = unread(acts, seen_tables.select_seen(read, reservation.id), by=by) if acts else []
    if space is None or not differs(open_acts, as_known(reservation)):
        return None
    words = [tables.select_note(read, words_id(act.id)).get("note", "") for act in open_acts]
    if open_acts[-1].kind is ActKind.DECLINED:
        words.append(decline_words(read, reservation.id))
    told = Told(reservation, space, tuple(open_acts), words=" ".join(filter(None, words)))
    before = told.before
    was_in = place_tables.select_space(read, before.space_id) if before else None
    return Told(
        reservation,
        space.at(reservation.period.starts_at),
        told.acts,
        was_in,
        told.words,
        _goes_on(read, told)
        if before and before.period.ends_at > told.now.period.ends_at
        else None,
    )


def _acts(read: Read, reservation: Reservation) -> list[Act]:
    return acts_of(
        reservation.id,
        tables.select_decisions(read, reservation.id),
        reservation.cancellation,
        undo_tables.select_undone(read, reservation.id),
        reservation.check_in,
    )


def _goes_on(read: Read, told: Told) -> tuple[Reservation, Space] | None:
    """The part of a stay that begins where this one ends."""
    if not told.space.is_by_night:
        return None
    day = told.reservation.period.ends_at.date()
    for part in all_parts_of(read, told.reservation):
        space = place_tables.select_space(read, part.space_id)
        is_next = part.id != told.reservation.id and part.period.starts_at.date() == day
        if is_next and space is not None and part.base_status is Status.CONFIRMED:
            return part, space
    return None


# Knowing of it


def acknowledge(
    write: Write, actor: Actor, reservation_id: bytes, act_id: bytes, *, now: datetime
) -> Reservation | Refusal:
    """The actor has read all that was done up to an act; what came after it they have not seen."""
    reservation = own_reservation(write, actor, reservation_id)
    if isinstance(reservation, Refusal):
        return reservation
    if actor.bearer_of or not actor.is_signed_in:
        return NOT_YOURS
    _see(write, reservation, act_id, actor.person_id, SeenFact(kept_instant(now)))
    return reservation


def acknowledge_as_guest(
    write: Write, reservation: Reservation, act_id: bytes, *, now: datetime
) -> Reservation:
    """The guests of a stay have read it; who booked it is told all the same."""
    _see(write, reservation, act_id, GUESTS, SeenFact(kept_instant(now)))
    return reservation


def note_told(
    write: Write, actor: Actor, reservation_id: bytes, act_id: bytes, *, now: datetime
) -> Reservation | Refusal:
    """The team has told whoever booked, in person or on paper."""
    if not may(actor, Permission.RESERVE_FOR_OTHERS):
        return NOT_YOURS
    reservation = find_reservation(write, reservation_id)
    if reservation is None:
        return UNKNOWN
    fact = SeenFact(kept_instant(now), id_text(actor.person_id))
    _see(write, reservation, act_id, reservation.person_id, fact)
    return reservation


def _see(
    write: Write, reservation: Reservation, act_id: bytes, person_id: bytes, fact: SeenFact
) -> None:
    acts = _acts(write, reservation)
    ids = [act.id for act in acts]
    for act in acts[: ids.index(act_id) + 1] if act_id in ids else []:
        seen_tables.insert_seen(write, reservation.id, act.id, person_id, fact)


def add_words(write: Write, reservation_id: bytes, words: str) -> None:
    """Keep what the team wrote to what it just did; it stays in the building."""
    reservation = find_reservation(write, reservation_id)
    acts = _acts(write, reservation) if reservation is not None and words else []
    if acts:
        note = tables.encoded({"note": words, "guests": ""})
        tables.insert_note(write, words_id(acts[-1].id), reservation_id, note)


def with_words(write: Write, done: Reservation | Refusal, words: str) -> Reservation | Refusal:
    """What the team just did, with what it wrote to it; nothing is kept where nothing was done."""
    if not isinstance(done, Refusal):
        add_words(write, done.id, words)
    return done


def words_id(act_id: bytes) -> bytes:
    """Where the team's words to an act lie."""
    return derived_id(act_id, "words")


# The desk's list of calls


@dataclass(frozen=True, slots=True)
class ToTell:
    """Somebody whom the team tells itself, and how they are reached."""

    told: Told
    name: str
    flat: str
    phone: str
    email: str


def to_tell(read: Read, *, now: datetime) -> list[ToTell]:
    """Whom the team tells itself, by what begins first; only of times that are not over."""
    return sorted(_to_tell(read, now), key=lambda each: _first(each.told))


def _to_tell(read: Read, now: datetime) -> Iterator[ToTell]:
    for reservation_id in projections.select_ids_by_team(read, since=now):
        found = find_reservation(read, reservation_id)
        told = _told(read, found, by=frozenset({found.person_id})) if found else None
        if told is None or found is None:
            continue
        if _first(told) < now + SOON or not finds_by_themselves(read, found.household_id):
            name, flat = people.name_and_place(read, found.person_id)
            yield ToTell(told, name, flat, *reached_by(read, found.person_id, found.household_id))


def _first(told: Told) -> datetime:
    """When they would come, whether they know of it or not."""
    starts = told.now.period.starts_at
    return min(starts, told.before.period.starts_at) if told.before else starts


# What is told of a person


def told_words(read: Read, reservation: Reservation) -> list[str]:
    """All that others did to a reservation, and since when who booked it knows: for what is held
    of a person."""
    seen = seen_tables.select_seen(read, reservation.id)
    known = {each.act_id: each.at for each in seen if each.person_id == reservation.person_id}
    return [_act_words(read, act, known.get(act.id)) for act in _acts(read, reservation)]


def _act_words(read: Read, act: Act, seen_at: datetime | None) -> str:
    words = tables.select_note(read, words_id(act.id)).get("note", "")
    seen = f"seen {seen_at:%Y-%m-%d %H:%M}Z" if seen_at else ""
    return ", ".join(filter(None, (f"{act.at:%Y-%m-%d %H:%M}Z {act.kind}", words, seen)))

"""Guests on the stage: a stay that begins today, the link to it, and what was said of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from node import people, spaces
from node.base.actors import Actor, Face
from node.base.ids import id_text
from node.base.periods import Period
from node.base.refusals import granted
from node.quarter import Closure, TargetKind, shut
from node.quarter.model import LocalText
from node.spaces import Line, Reservation, Status, Wish, guests, moving_rest
from node.spaces.guests import Form, Guest, GuestList
from node.spaces.passes import Signer
from node.store import Core, Read, Write


def invite(core: Core, staff_id: bytes, own_id: bytes, *, now: datetime) -> dict[str, str]:
    """What pictures need to know of stays: one of which is told who comes, one of which nothing is
    told, one for whose guests the desk makes a link, and one of somebody's own."""
    told, untold, spare = core.read(lambda read: _coming(read, now)[:3])
    gone = _gone(core, staff_id, own_id, told, now=now)
    own = _book(core, own_id, told, now=now)
    inside = core.read(lambda read: _inside(read, now))

    def make(write: Write) -> dict[str, str]:
        staff = people.actor_of(write, staff_id, face=Face.DESK, now=now)
        assert staff is not None
        known = {"spare_stay": id_text(spare.reservation.id), "own_stay": id_text(own.id)}
        known["gone_guest"] = gone
        for name, line in (("told", told), ("untold", untold)):
            stay_id = line.reservation.id
            known[f"{name}_stay"] = id_text(stay_id)
            known[f"{name}_guest"] = granted(guests.make_link(write, staff, stay_id, now=now))
        known["moved_guest"] = _moved(write, staff, own.id, signer=core.identity, now=now)
        known["inside_guest"] = granted(
            guests.make_link(write, staff, inside.reservation.id, now=now)
        )
        granted(
            spaces.set_safe_code(
                write, staff, inside.space.id, "2580", asks_protocol=False, now=now
            )
        )
        said = GuestList((Guest("Ines Kremer"), Guest("Luc Petit", is_foreign=True)), "16:30")
        granted(
            guests.say_guests(
                write, guests.stay_of(write, told, now=now), said, face="portal", now=now
            )
        )
        stay = guests.stay_of(write, told, now=now)
        assert guests.file_form(write, staff, stay, LUC, now=now) is None
        return known

    return core.write(make)


def _gone(core: Core, staff_id: bytes, own_id: bytes, like: Line, *, now: datetime) -> str:
    """The link to a stay of somebody's own of which its guests had told who comes, and which was
    then given up."""
    made = _book(core, own_id, like, now=now)

    def give_up(write: Write) -> str:
        staff = people.actor_of(write, staff_id, face=Face.DESK, now=now)
        assert staff is not None
        token = granted(guests.make_link(write, staff, made.id, now=now))
        stay = guests.find_stay(write, token, now=now)
        assert stay is not None
        said = GuestList((Guest("Ines Kremer"),), "16:30")
        granted(guests.say_guests(write, stay, said, face="portal", now=now))
        granted(spaces.cancel(write, staff, made.id, now=now))
        return token

    return core.write(give_up)


def _moved(write: Write, staff: Actor, own_id: bytes, *, signer: Signer, now: datetime) -> str:
    """The link to a stay far ahead, not our own, whose rest the team moved to another apartment."""
    coming = (line for line in _coming(write, now) if line.reservation.id != own_id)
    for line in reversed([*coming]):
        stay_id = line.reservation.id
        for day in moving_rest.move_days(write, line.reservation, now=now):
            offers = granted(
                moving_rest.preview_rest(write, staff, stay_id, day, by_house=True, now=now)
            )
            for offer in offers:
                if offer.refusal is None:
                    moved = moving_rest.move_rest(
                        write,
                        staff,
                        stay_id,
                        offer.space.id,
                        day,
                        by_house=True,
                        total_cents=offer.total_cents,
                        now=now,
                        signer=signer,
                    )
                    _shut(write, staff, granted(moved)[1], now=now)
                    return granted(guests.make_link(write, staff, stay_id, now=now))
    raise AssertionError("no stay can be moved")


def _shut(write: Write, staff: Actor, hit: Reservation, *, now: datetime) -> None:
    """Its second apartment has to be shut on its first night."""
    starts_at = hit.period.starts_at
    reason = LocalText("Das Bad wird repariert", "The bathroom is being repaired")
    night = starts_at, starts_at + timedelta(hours=20)
    wanted = Closure(b"", TargetKind.SPACE, hit.space_id, *night, reason)
    granted(shut(write, staff, wanted, now=now))


LOCKED = "bretagne"
LUC = Form(
    number=1,
    family_name="Petit",
    given_names="Luc",
    born="1984-02-29",
    nationalities="französisch",
    address="12 rue du Port, 44000 Nantes, Frankreich",
    passport="22AB12345",
)


def _book(core: Core, person_id: bytes, like: Line, *, now: datetime) -> Reservation:
    """Three nights of somebody's own, the next that are free."""
    signer, period = core.identity, like.reservation.period
    starts = period.starts_at.replace(hour=14, minute=0)

    def reserve(write: Write) -> Reservation:
        who = people.actor_of(write, person_id, face=Face.PORTAL, now=now)
        assert who is not None
        for days in range(7, 60):
            first = starts + timedelta(days=days)
            nights = Period(first, first.replace(hour=10) + timedelta(days=3))
            wish = Wish(space_id=like.space.id, period=nights, people=2)
            made = spaces.reserve(write, who, wish, now=now, signer=signer)
            if isinstance(made, Reservation):
                return made
        raise AssertionError(made)

    return core.write(reserve)


def _inside(read: Read, now: datetime) -> Line:
    """A stay whose guests are in, in the apartment that the stage gives a lock."""
    return next(line for line in spaces.present(read, now=now) if line.space.row.key == LOCKED)


def _coming(read: Read, now: datetime) -> list[Line]:
    """The stays of at least two that are to begin, the next first."""
    days = (now.date() + timedelta(days=number) for number in range(60))
    found = (line for day in days for line in spaces.arrivals(read, day, now=now))
    return [
        line
        for line in found
        if line.space.is_by_night
        and line.status is Status.CONFIRMED
        and line.reservation.details.people >= 2
    ]

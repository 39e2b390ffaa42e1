"""Reservations and passes for programs. Writes take an Idempotency-Key."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar import get, post

from node import people, spaces
from node.api.description import SIGNED_IN, Key, problems, signed_in_first
from node.api.idempotency import once
from node.api.spaces import period_of
from node.api.values import (
    PassedOut,
    PassIn,
    ReservationIn,
    ReservationOut,
    reservation_out,
)
from node.base.actors import Actor, Face, Permission, may
from node.base.ids import parse_id
from node.base.refusals import N_, Refusal, RefusedError
from node.spaces import Line, Passed, Reservation
from node.store import Read, Write
from node.web import guessing
from node.web.forms import path_id
from node.web.visit import Visit


@get("/api/reservations", tags=["reservations"], security=SIGNED_IN, responses=problems(401))
async def list_reservations(visit: Visit) -> list[ReservationOut]:
    """The asker's household's reservations, from a month ago on."""
    actor = visit.signed_in()
    lines = await visit.read(lambda read: spaces.my_reservations(read, actor, now=visit.now))
    return [reservation_out(line) for line in lines]


@get(
    "/api/reservations/{reservation:str}",
    tags=["reservations"],
    security=SIGNED_IN,
    responses=problems(401, 404),
)
async def get_reservation(visit: Visit, reservation: str) -> ReservationOut:
    """One reservation."""
    actor = visit.signed_in()
    reservation_id = path_id(reservation)
    line = await visit.read(
        lambda read: spaces.get_line(read, actor, reservation_id, now=visit.now)
    )
    return reservation_out(_line(line))


@post(
    "/api/reservations",
    tags=["reservations"],
    security=SIGNED_IN,
    guards=[signed_in_first],
    responses=problems(401, 404, 409, 422),
)
async def make_reservation(visit: Visit, data: ReservationIn, key: Key = "") -> ReservationOut:
    """Reserve: confirmed by the place's home node, requested at any other."""
    actor = visit.signed_in()
    wish = spaces.Wish(
        space_id=_id(data.space_id, "space_id"),
        period=period_of(data.starts_at, data.ends_at),
        people=data.people,
        purpose=data.purpose,
        ages=tuple(data.ages),
        note=data.note,
    )
    person_id = _id(data.person_id, "person_id") if data.person_id else b""

    def reserve(write: Write) -> ReservationOut | Refusal:
        who = _who(write, actor, person_id, visit)
        if isinstance(who, Refusal):
            return who
        made = spaces.reserve(write, who, wish, now=visit.now, signer=visit.house.signer)
        return made if isinstance(made, Refusal) else _out(write, who, made, visit)

    return await once(visit, key, data, ReservationOut, reserve)


@post(
    "/api/reservations/{reservation:str}/cancellation",
    tags=["reservations"],
    security=SIGNED_IN,
    responses=problems(401, 404, 409, 422),
)
async def cancel_reservation(visit: Visit, reservation: str, key: Key = "") -> ReservationOut:
    """Give a reservation up."""
    actor = visit.signed_in()
    reservation_id = path_id(reservation)

    def cancel(write: Write) -> ReservationOut | Refusal:
        gone = spaces.cancel(write, actor, reservation_id, now=visit.now)
        return gone if isinstance(gone, Refusal) else _out(write, actor, gone, visit)

    return await once(visit, key, reservation, ReservationOut, cancel)


@post("/api/check-ins", tags=["passes"], responses=problems(404, 409, 422, 429))
async def check_in(visit: Visit, data: PassIn, key: Key = "") -> PassedOut:
    """Let in whoever holds a pass; needs no account, for the pass is the proof.

    Where a door display hangs, `figures` are those that stand on it now, as on the pages; only the
    desk's programs let in without.
    """
    space_id = _id(data.space_id, "space_id") if data.space_id else None
    keys = visit.house.home_keys()

    def let_in(write: Write) -> PassedOut | Refusal:
        absent = _absent(write, visit, data)
        if absent is not None:
            return absent
        passed = spaces.check_in(
            write, visit.actor, data.pass_, keys=keys, now=visit.now, space_id=space_id
        )
        return passed if isinstance(passed, Refusal) else _passed(passed)

    return await _heard(visit, data, lambda: once(visit, key, data, PassedOut, let_in))


@post("/api/check-outs", tags=["passes"], responses=problems(404, 409, 422, 429))
async def check_out(visit: Visit, data: PassIn, key: Key = "") -> PassedOut:
    """Note that whoever holds a pass has left."""
    keys = visit.house.home_keys()

    def let_out(write: Write) -> PassedOut | Refusal:
        passed = spaces.check_out(write, visit.actor, data.pass_, keys=keys, now=visit.now)
        return passed if isinstance(passed, Refusal) else _passed(passed)

    return await _heard(visit, data, lambda: once(visit, key, data, PassedOut, let_out))


async def _heard(visit: Visit, data: PassIn, do: Callable[[], Awaitable[PassedOut]]) -> PassedOut:
    """The desk types codes all day; whoever else does may be guessing."""
    if may(visit.actor, Permission.CHECK_IN_OTHERS):
        return await do()
    done = await guessing.heard(visit, Face.API, data.pass_, do)
    if isinstance(done, Refusal):
        raise RefusedError(done)
    return done


def _absent(write: Write, visit: Visit, data: PassIn) -> Refusal | None:
    """Why it is not sure that who sends this stands at the place, or is the desk."""
    if may(visit.actor, Permission.CHECK_IN_OTHERS):
        return None
    line = spaces.find_by_pass(write, data.pass_, keys=visit.house.home_keys())
    if isinstance(line, Refusal):
        return line
    return spaces.check_presence(write, line.space.id, data.figures, now=visit.now)


def _who(read: Read, actor: Actor, person_id: bytes, visit: Visit) -> Actor | Refusal:
    if not person_id or person_id == actor.person_id:
        return actor
    return people.act_for(read, actor, person_id, now=visit.now)


def _out(
    read: Read, actor: Actor, reservation: Reservation, visit: Visit
) -> ReservationOut | Refusal:
    line = spaces.get_line(read, actor, reservation.id, now=visit.now)
    return line if isinstance(line, Refusal) else reservation_out(line)


def _passed(passed: Passed) -> PassedOut:
    return PassedOut(reservation_out(passed.line), passed.at, passed.already)


def _line(line: Line | Refusal) -> Line:
    if isinstance(line, Refusal):
        raise RefusedError(line)
    return line


def _id(text: str, field: str) -> bytes:
    try:
        return parse_id(text)
    except ValueError:
        raise RefusedError(
            Refusal(
                "api.bad_id",
                N_("Das ist keine Kennung."),
                N_("Eine Kennung hat 26 Zeichen."),
                status=422,
                field=field,
            )
        ) from None


ROUTES = (
    list_reservations,
    get_reservation,
    make_reservation,
    cancel_reservation,
    check_in,
    check_out,
)

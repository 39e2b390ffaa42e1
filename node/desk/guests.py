"""The guests of one stay at the desk: who comes, registration forms, signatures on paper."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Permission
from node.base.refusals import N_, Refusal, RefusedError, granted
from node.desk.frame import desk_page
from node.spaces import Line, guests
from node.spaces.guests import How, Stay
from node.store import Read, Write
from node.web.errors import words
from node.web.forms import NOT_FOUND, path_id, read_fields
from node.web.guest_forms import (
    dated,
    form_page,
    form_paper,
    given_form,
    name_of,
    read_form,
    refused_form,
    state_of,
)
from node.web.guest_list import given_of, list_page, read_guests
from node.web.listing import rows_table
from node.web.pdf_file import pdf_file
from node.web.showing import ShownLine, line_of, moment
from node.web.visit import Visit


@dataclass(slots=True)
class GuestsPage:
    """See `desk/guests.html`."""

    line: ShownLine
    back: str
    action: str
    hours: str
    rows: list[dict[str, Any]]
    given: dict[str, str]
    nations: list[dict[str, str]]
    forms: list[dict[str, Any]]
    kept_until: str
    problems: dict[str, str] = field(default_factory=dict)
    refusal: dict[str, Any] | None = None


async def _stay(visit: Visit, reservation: str) -> Stay:
    """The stay; only who checks guests in has business with what they say."""
    actor, reservation_id = visit.allowed(Permission.CHECK_IN_OTHERS), path_id(reservation)

    def look(read: Read) -> Stay | Refusal:
        line = granted(spaces.get_line(read, actor, reservation_id, now=visit.now))
        return _of_apartment(read, line, visit.now)

    return await visit.read(look)


def _of_apartment(read: Read, line: Line, now: datetime) -> Stay | Refusal:
    return guests.stay_of(read, line, now=now) if line.space.is_by_night else NOT_FOUND


@get("/desk/guests/{reservation:str}", include_in_schema=False)
async def guests_page(visit: Visit, reservation: str) -> Response[Any]:
    """Who comes, what is still to be signed."""
    stay = await _stay(visit, reservation)
    page = _page(visit, reservation, stay, given_of(stay))
    return await desk_page(
        visit,
        "desk/guests.html",
        page,
        here="today",
        table=lambda: rows_table(visit, visit.say(N_("gaeste")), COLUMNS, _listed(visit, stay)),
    )


COLUMNS = {"name": N_("Name"), "kind": N_("Person"), "form": N_("Meldeschein")}


def _listed(visit: Visit, stay: Stay) -> list[dict[str, str]]:
    """Who comes, and how far each one's form is."""
    due = set(guests.forms_needed(stay))
    return [
        {
            "name": each.name,
            "kind": visit.say(N_("Kind") if each.is_child else N_("Erwachsen")),
            "form": state_of(visit, stay.forms.get(number))["state_text"] if number in due else "",
        }
        for number, each in (stay.guests.named if stay.guests else [])
    ]


def _page(visit: Visit, reservation: str, stay: Stay, given: dict[str, str]) -> GuestsPage:
    shown = list_page(visit, stay)
    action = f"/desk/guests/{reservation}"
    return GuestsPage(
        line=line_of(visit, stay.line),
        back=f"/desk/reservations/{reservation}",
        action=action,
        hours=shown.hours,
        rows=shown.rows,
        given=given,
        nations=shown.nations,
        forms=[_form(visit, stay, number) for number in guests.forms_needed(stay)],
        kept_until=_kept_until(visit, stay),
    )


def _kept_until(visit: Visit, stay: Stay) -> str:
    return dated(visit.prefs.lang, guests.a_year_after(stay.first_day))


def _form(visit: Visit, stay: Stay, number: int) -> dict[str, Any]:
    filed = stay.forms.get(number)
    seen = filed.seen_at if filed else None
    today = visit.today
    is_open = filed is not None and not filed.is_signed
    return {
        "number": str(number),
        "name": name_of(stay, number),
        "seen": visit.say(N_("Pass gesehen {at}"), at=moment(visit, seen)) if seen else "",
        "can_print": filed is not None,
        "can_sign": is_open and guests.check_signing(stay, today=today) is None,
        "can_see": filed is not None and seen is None,
        **state_of(visit, filed),
    }


@post("/desk/guests/{reservation:str}", include_in_schema=False)
async def say_guests(visit: Visit, reservation: str) -> Response[Any]:
    """Enter who comes, for guests without a phone."""
    stay = await _stay(visit, reservation)
    fields = await read_fields(visit)
    said = read_guests(fields, stay)
    refusal: Refusal | None = None
    if not fields.problems:
        face = str(visit.actor.face)
        done = await visit.store.write(
            lambda write: guests.say_guests(
                write,
                guests.stay_of(write, stay.line, now=visit.now),
                said,
                face=face,
                now=visit.now,
            )
        )
        if not isinstance(done, Refusal):
            return visit.go(f"/desk/guests/{reservation}")
        refusal = done
        if done.field:
            fields.problem(done.field, done.message, **done.values)
    page = _page(visit, reservation, stay, fields.given)
    page.problems, status = fields.problems, refusal.status if refusal else 422
    page.refusal = words(visit, refusal) if refusal else None
    return await desk_page(visit, "desk/guests.html", page, here="today", status=status)


# Forms


@get("/desk/guests/{reservation:str}/form/{number:int}", include_in_schema=False)
async def guest_form(visit: Visit, reservation: str, number: int) -> Response[Any]:
    """A form, to fill in for a guest without a phone."""
    stay = await _stay(visit, reservation)
    if number not in guests.forms_needed(stay):
        raise RefusedError(guests.NO_FORM)
    back = f"/desk/guests/{reservation}"
    given = given_form(stay, number)
    page = form_page(visit, stay, number, given, back=back, action=f"{back}/form/{number}")
    return await desk_page(visit, "desk/guest_form.html", page, here="today")


@post("/desk/guests/{reservation:str}/form/{number:int}", include_in_schema=False)
async def file_guest_form(visit: Visit, reservation: str, number: int) -> Response[Any]:
    """Fill it in."""
    stay = await _stay(visit, reservation)
    fields = await read_fields(visit)
    if number not in guests.forms_needed(stay):
        raise RefusedError(guests.NO_FORM)
    form, back = read_form(fields, stay, number), f"/desk/guests/{reservation}"
    refusal: Refusal | None = None
    if not fields.problems:
        refusal = await visit.store.write(
            lambda write: guests.file_form(
                write,
                visit.actor,
                guests.stay_of(write, stay.line, now=visit.now),
                form,
                now=visit.now,
            )
        )
        if refusal is None:
            return visit.go(back)
    page = form_page(visit, stay, number, fields.given, back=back, action=f"{back}/form/{number}")
    status = refused_form(visit, page, fields, refusal)
    return await desk_page(visit, "desk/guest_form.html", page, here="today", status=status)


@get("/desk/guests/{reservation:str}/form/{number:int}/paper", include_in_schema=False)
async def paper_form(visit: Visit, reservation: str, number: int) -> Response[bytes]:
    """The form on A4, signed or to be signed."""
    stay = await _stay(visit, reservation)
    filed = stay.forms.get(number)
    if filed is None:
        raise RefusedError(guests.NO_FORM)
    kept_until = _kept_until(visit, stay)
    content = await asyncio.to_thread(form_paper, visit, stay, filed, kept_until=kept_until)
    return pdf_file("meldeschein", content)


@post("/desk/guests/{reservation:str}/form/{number:int}/{act:str}", include_in_schema=False)
async def note_on_form(visit: Visit, reservation: str, number: int, act: str) -> Response[Any]:
    """Signed on paper; passport seen."""
    stay = await _stay(visit, reservation)
    await read_fields(visit)
    actor, now = visit.actor, visit.now
    acts: dict[str, Callable[[Write, Stay], Refusal | None]] = {
        "signed": lambda write, again: guests.sign_form(
            write, actor, again, number, how=How.PAPER, now=now
        ),
        "seen": lambda write, again: guests.note_passport(write, actor, again, number, now=now),
    }
    if act not in acts:
        raise RefusedError(NOT_FOUND)
    await visit.write(
        lambda write: acts[act](write, guests.stay_of(write, stay.line, now=visit.now))
    )
    return visit.go(f"/desk/guests/{reservation}")


ROUTES = (guests_page, say_guests, guest_form, file_guest_form, paper_form, note_on_form)

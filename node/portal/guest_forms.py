"""The registration form of a foreign guest, by their link: filled in before, signed on the day."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post

from node.base.refusals import Refusal, RefusedError
from node.portal.guest import GUEST, shut, stay_behind
from node.spaces import guests
from node.spaces.guests import How, Stay
from node.store import Write
from node.web.forms import read_fields
from node.web.guest_forms import (
    FormPage,
    SignPage,
    form_page,
    form_rows,
    given_form,
    name_of,
    read_form,
    refused_form,
)
from node.web.showing import place_of, when_of
from node.web.visit import Visit


def _page(visit: Visit, token: str, stay: Stay, number: int, given: dict[str, str]) -> FormPage:
    action = f"/guest/{token}/form/{number}"
    return form_page(visit, stay, number, given, back=f"/guest/{token}", action=action)


@get("/guest/{token:str}/form/{number:int}", include_in_schema=False)
async def guest_form(visit: Visit, token: str, number: int) -> Response[Any]:
    """The fields that the law asks for; a signed form is only shown."""
    stay = await stay_behind(visit, token)
    if number not in guests.forms_needed(stay):
        raise RefusedError(guests.NO_FORM)
    filed = stay.forms.get(number)
    if filed is not None and filed.is_signed:
        return visit.go(f"/guest/{token}/sign/{number}")
    page = _page(visit, token, stay, number, given_form(stay, number))
    return shut(visit.page("portal/guest_form.html", page))


@post("/guest/{token:str}/form/{number:int}", include_in_schema=False)
async def file_guest_form(visit: Visit, token: str, number: int) -> Response[Any]:
    """Fill it in."""
    stay = await stay_behind(visit, token)
    fields = await read_fields(visit)
    if number not in guests.forms_needed(stay):
        raise RefusedError(guests.NO_FORM)
    form = read_form(fields, stay, number)
    refusal: Refusal | None = None
    if not fields.problems:

        def run(write: Write) -> Refusal | None:
            again = guests.find_stay(write, token, now=visit.now)
            if again is None:
                return guests.NO_PAGE
            return guests.file_form(write, GUEST, again, form, now=visit.now)

        refusal = await visit.store.write(run)
        if refusal is None:
            return visit.go(f"/guest/{token}/sign/{number}")
    page = _page(visit, token, stay, number, fields.given)
    status = refused_form(visit, page, fields, refusal)
    return shut(visit.page("portal/guest_form.html", page, status=status))


@get("/guest/{token:str}/sign/{number:int}", include_in_schema=False)
async def sign_page(visit: Visit, token: str, number: int) -> Response[Any]:
    """All that the form says, and the field to sign in from the day of arrival on."""
    stay = await stay_behind(visit, token)
    return shut(visit.page("portal/guest_sign.html", _sign_page(visit, token, stay, number)))


def _sign_page(visit: Visit, token: str, stay: Stay, number: int) -> SignPage:
    filed = stay.forms.get(number)
    if filed is None:
        raise RefusedError(guests.NO_FORM)
    today = visit.today
    refusal = guests.check_signing(stay, today=today)
    return SignPage(
        name=name_of(stay, number),
        place=place_of(visit, stay.line.space),
        when=when_of(visit, stay.line.space, stay.line.reservation.period),
        back=f"/guest/{token}",
        action=f"/guest/{token}/sign/{number}",
        edit_href="" if filed.is_signed else f"/guest/{token}/form/{number}",
        rows=form_rows(visit, stay, filed.form),
        can_sign=refusal is None and not filed.is_signed,
        not_yet=visit.say(refusal.message, **refusal.values) if refusal else "",
        is_signed=filed.is_signed,
    )


@post("/guest/{token:str}/sign/{number:int}", include_in_schema=False)
async def sign(visit: Visit, token: str, number: int) -> Response[Any]:
    """Sign it on the screen."""
    stay = await stay_behind(visit, token)
    fields = await read_fields(visit)
    strokes = fields.given.get("strokes", "")

    def run(write: Write) -> Refusal | None:
        again = guests.find_stay(write, token, now=visit.now)
        if again is None:
            return guests.NO_PAGE
        return guests.sign_form(
            write, GUEST, again, number, how=How.SCREEN, strokes=strokes, now=visit.now
        )

    refusal = await visit.store.write(run)
    if refusal is None:
        return visit.go(f"/guest/{token}")
    if refusal.field != "strokes":
        raise RefusedError(refusal)
    page = _sign_page(visit, token, stay, number)
    page.problems = {"strokes": visit.say(refusal.message)}
    return shut(visit.page("portal/guest_sign.html", page, status=refusal.status))


ROUTES = (guest_form, file_guest_form, sign_page, sign)

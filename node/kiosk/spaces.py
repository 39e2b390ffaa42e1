"""Finding a place at the lobby in a few touches: when, from, until, how many, and what is free.

Everybody may look; prices and the button that holds a place come with signing in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from node import quarter, spaces
from node.base.periods import Period
from node.base.refusals import N_, Refusal
from node.kiosk import asking, frame
from node.kiosk.asking import Asked, read_asked
from node.kiosk.handover import page_link
from node.kiosk.questions import (
    QUESTIONS,
    AskPage,
    ask_ages,
    ask_day,
    ask_nights,
    ask_people,
    ask_time,
)
from node.quarter.files import SpaceKind
from node.quarter.model import QuarterProfile
from node.spaces import DayPlan, Found, Offer, Query, Space, Wish
from node.store import Read
from node.web import i18n
from node.web.errors import words
from node.web.forms import read_query
from node.web.offering import offer_value
from node.web.price_words import for_residents
from node.web.qr import qr_svg
from node.web.showing import clock, money, nights_words, offer_text, people_words, place_of, when_of
from node.web.visit import Visit

FIND = "/kiosk/spaces"


@dataclass(slots=True)
class OffersPage:
    """See `kiosk/offers.html`."""

    asked: str
    said: list[dict[str, str]]
    signed_in: bool
    sign_in_href: str
    people: str
    ages: str
    offers: list[dict[str, Any]]
    nearest: list[dict[str, Any]]
    not_free: list[dict[str, Any]]
    phone: dict[str, str]
    refusal: dict[str, Any] | None = None


@get("/spaces", include_in_schema=False)
async def find(visit: Visit) -> Response[Any]:
    """The next question of a booking, or what is free when all is said."""
    given = read_query(visit).given
    today = visit.today
    asked = read_asked(given, today=today)
    period = asked.period(visit.zone)
    if asked.people is None or period is None or asked.question:
        return await _ask(visit, asked, given.get("days", ""), today)
    query = Query(period=period, people=asked.people, kind=asked.kind, ages=asked.ages or ())
    found, profile = await visit.read(
        lambda read: (
            spaces.search(read, visit.actor, query, now=visit.now),
            quarter.get_profile(read),
        )
    )
    page = _offers_page(visit, asked, query)
    page.offers = [_offer(visit, offer, profile) for offer in found.offers]
    page.nearest = [_offer(visit, offer, profile) for offer in found.alternatives]
    page.not_free = _not_free(visit, found)
    return await frame.kiosk_page(visit, "kiosk/offers.html", page)


# The questions


async def _ask(visit: Visit, asked: Asked, days: str, today: date) -> Response[Any]:
    question = asked.question or "day"
    page = AskPage(
        question=visit.say(QUESTIONS[asked.kind, question]),
        hint="",
        steps={"now": asked.steps.index(question) + 1, "all": len(asked.steps) + 2},
        kinds=_kinds(visit, asked) if question == "day" else [],
        said=_said(visit, asked),
        options=[],
        layout="grid",
    )
    if question == "day":
        await ask_day(
            visit,
            page,
            days,
            href=lambda day: _href(replace(asked, day=day)),
            leaf=lambda first: _href(asked, days=first),
        )
        if asked.kind is SpaceKind.ROOM and not days:
            page.at_once = await _at_once(visit, asked, today)
    elif question in {"starts", "ends"}:
        await _ask_time(visit, page, asked, question, asked.day or today)
    elif question == "nights":
        ask_nights(visit, page, asked.day, href=lambda nights: _href(replace(asked, nights=nights)))
    elif question == "ages":
        ask_ages(
            visit,
            page,
            asked.children,
            href=lambda age: _href(asked.with_child(age)),
            done=_href(replace(asked, ages=asked.children, children=())),
        )
    else:
        places = await visit.read(spaces.list_spaces)
        meant = [place for place in places if place.kind is asked.kind]
        ask_people(visit, page, meant, href=lambda count: _href(replace(asked, people=count)))
    return await frame.kiosk_page(visit, "kiosk/ask.html", page)


def _kinds(visit: Visit, asked: Asked) -> list[dict[str, Any]]:
    return [
        {
            "text": visit.say(text),
            "icon": icon,
            "href": _href(Asked(kind=kind)),
            "here": kind is asked.kind,
        }
        for kind, text, icon in KINDS
    ]


async def _at_once(visit: Visit, asked: Asked, today: date) -> dict[str, str] | None:
    """Day, beginning and end of who stands here and wants a room now."""
    plans = await _plans_of(visit, today)
    found = asking.hour_from_now(plans, today, now=visit.now, zone=visit.zone)
    if found is None:
        return None
    starts, ends = found
    until = clock(visit, asking.instant_of(today, ends, visit.zone))
    href = _href(replace(asked, day=today, starts=starts, ends=ends))
    text = visit.say(N_("Jetzt, bis {until}"), until=until)
    return {"text": text, "href": href, "icon": "clock"}


async def _plans_of(visit: Visit, day: date) -> list[DayPlan]:
    def look(read: Read) -> list[DayPlan]:
        plans = spaces.day_plan(read, visit.actor, day, now=visit.now)
        return [plan for plan in plans if plan.space.is_room]

    return await visit.read(look)


async def _ask_time(visit: Visit, page: AskPage, asked: Asked, question: str, day: date) -> None:
    plans = await _plans_of(visit, day)
    if question == "starts":
        choices = asking.start_choices(plans, day, now=visit.now, zone=visit.zone)
    else:
        choices = asking.end_choices(plans, day, asked.starts or 0, zone=visit.zone)

    def href(minute: int) -> str:
        return _href(replace(asked, **{question: minute}))  # type: ignore[arg-type]

    ask_time(visit, page, choices, href=href)


def _href(asked: Asked, **more: str) -> str:
    query = asked.query(**more)
    return f"{FIND}?{query}" if query else FIND


def _said(visit: Visit, asked: Asked) -> list[dict[str, str]]:
    """What was answered, each a touch to change it."""
    answers = []
    for step in asked.steps:
        value = asked.children or asked.ages or None if step == "ages" else getattr(asked, step)
        if value is not None:
            text = _answer_words(visit, step, value)
            answers.append({"text": text, "href": _href(asked.back_to(step))})
    return answers


def _answer_words(visit: Visit, step: str, value: Any) -> str:
    lang = visit.prefs.lang
    if step == "day":
        return i18n.day_words(lang, value)
    if step == "nights":
        return nights_words(visit, value)
    if step == "people":
        return people_words(visit, value)
    if step == "ages":
        return visit.say(N_("Alter der Kinder: {ages}"), ages=", ".join(map(str, value)))
    word = N_("ab {time}") if step == "starts" else N_("bis {time}")
    return visit.say(word, time=i18n.clock_words(lang, value // 60, value % 60))


# What is free


def _offers_page(visit: Visit, asked: Asked, query: Query) -> OffersPage:
    link = page_link(visit, f"/find?{_portal_query(asked)}")
    return OffersPage(
        asked=_asked_words(visit, asked, query.period),
        said=_said(visit, asked),
        signed_in=visit.actor.is_signed_in,
        sign_in_href="/kiosk/sign-in?" + frame.back_query(_href(asked)),
        people=str(query.people),
        ages=", ".join(map(str, query.ages)),
        offers=[],
        nearest=[],
        not_free=[],
        phone={"qr_src": frame.qr_src(qr_svg(link)), "address": ""},
    )


def _asked_words(visit: Visit, asked: Asked, period: Period) -> str:
    who = people_words(visit, asked.people or 1)
    if asked.kind is SpaceKind.ROOM:
        lang = visit.prefs.lang
        when = i18n.span_words(lang, period.starts_at, period.ends_at, visit.zone)
        return visit.list_words(when, who)
    first, last = (at.astimezone(visit.zone).date() for at in (period.starts_at, period.ends_at))
    return visit.list_words(visit.say(N_("{first} bis {last}"), first=first, last=last), who)


def _portal_query(asked: Asked) -> str:
    """The same search as the portal asks for it."""
    until = asked.day + timedelta(days=asked.nights) if asked.day and asked.nights else None
    given = {
        "kind": str(asked.kind),
        "day": asked.day.isoformat() if asked.day else "",
        "until": until.isoformat() if until else "",
        "starts": asking.minute_text(asked.starts),
        "ends": asking.minute_text(asked.ends),
        "people": str(asked.people or ""),
        "ages": ", ".join(map(str, asked.ages or ())),
    }
    return frame.query_of({name: value for name, value in given.items() if value})


def _offer(visit: Visit, offer: Offer, profile: QuarterProfile | None = None) -> dict[str, Any]:
    """An offer: with its price for who is signed in, else with the rules that prices go by."""
    is_known = visit.actor.is_signed_in
    day, rate = offer.period.starts_at.astimezone(visit.zone).date(), ""
    if profile is not None and not is_known:
        rate = for_residents(visit, offer.space, profile, day)
    return {
        "rate": rate,
        "place": place_of(visit, offer.space),
        "text": offer_text(visit, offer.space),
        "when": when_of(visit, offer.space, offer.period),
        "price": money(visit, offer.bill.total_cents) if is_known else "",
        "requested": offer.needs_request,
        "value": offer_value(offer.space.id, offer.period),
    }


def _not_free(visit: Visit, found: Found) -> list[dict[str, Any]]:
    return [
        {
            "place": place_of(visit, no.space),
            "reason": visit.say(no.message, **no.values),
            "rule": visit.say(no.remedy, **no.values) if no.remedy else "",
        }
        for no in found.not_offered
    ]


async def refused_page(
    visit: Visit, wish: Wish, space: Space, refusal: Refusal, offers: Sequence[Offer]
) -> Response[Any]:
    """The offers again: why this one could not be had, and what is nearest."""
    asked = _asked_of(visit, wish, space)
    query = Query(period=wish.period, people=wish.people, kind=space.kind, ages=wish.ages)
    page = _offers_page(visit, asked, query)
    page.refusal = words(visit, refusal)
    page.nearest = [_offer(visit, offer) for offer in offers]
    return await frame.kiosk_page(
        visit, "kiosk/offers.html", page, status=refusal.status, again=_href(asked)
    )


def _asked_of(visit: Visit, wish: Wish, space: Space) -> Asked:
    """The answers that would have led to a wish."""
    first, last = (at.astimezone(visit.zone) for at in (wish.period.starts_at, wish.period.ends_at))
    if space.is_by_night:
        nights = max(1, (last.date() - first.date()).days)
        people = wish.people
        return Asked(space.kind, first.date(), nights=nights, people=people, ages=wish.ages)
    ends = last.hour * 60 + last.minute
    if last.date() > first.date():
        ends = asking.DAY_MINUTES
    return Asked(space.kind, first.date(), first.hour * 60 + first.minute, ends, None, wish.people)


def find_again(visit: Visit, wish: Wish, space: Space) -> str:
    """The offers that a wish came from."""
    return _href(_asked_of(visit, wish, space))


KINDS = (
    (SpaceKind.ROOM, N_("Raum"), "door-open"),
    (SpaceKind.GUEST_APARTMENT, N_("Gästewohnung"), "bed-double"),
)
ROUTES = (find,)

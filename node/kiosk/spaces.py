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
from node.kiosk.asking import Asked, Choice, read_asked
from node.kiosk.handover import page_link
from node.quarter.files import SpaceKind
from node.spaces import DayPlan, Found, Offer, Query, Space, Wish
from node.store import Read
from node.web import i18n
from node.web.errors import words
from node.web.forms import read_query
from node.web.offering import offer_value
from node.web.qr import qr_svg
from node.web.showing import clock, money, nights_words, offer_text, people_words, place_of, when_of
from node.web.visit import Visit

FIND = "/kiosk/spaces"


@dataclass(slots=True)
class AskPage:
    """See `kiosk/ask.html`."""

    question: str
    hint: str
    steps: dict[str, int]
    kinds: list[dict[str, Any]]
    said: list[dict[str, str]]
    options: list[dict[str, Any]]
    layout: str
    before: str = ""
    after: str = ""
    at_once: dict[str, str] | None = None
    """What most people want, in one touch: from now for an hour, or no children."""


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
    today = visit.now.astimezone(visit.zone).date()
    asked = read_asked(given, today=today)
    period = asked.period(visit.zone)
    if asked.people is None or period is None or asked.question:
        return await _ask(visit, asked, given.get("days", ""), today)
    query = Query(period=period, people=asked.people, kind=asked.kind, ages=asked.ages or ())
    found = await visit.read(lambda read: spaces.search(read, visit.actor, query, now=visit.now))
    page = _offers_page(visit, asked, query)
    page.offers = [_offer(visit, offer) for offer in found.offers]
    page.nearest = [_offer(visit, offer) for offer in found.alternatives]
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
        _ask_day(visit, page, asked, days, today)
        names = await visit.read(lambda read: _day_names(read, today))
        for option in page.options:
            option["hint"] = names.get(option["day"], "")
        if asked.kind is SpaceKind.ROOM and not days:
            page.at_once = await _at_once(visit, asked, today)
    elif question in {"starts", "ends"}:
        await _ask_time(visit, page, asked, question, asked.day or today)
    elif question == "nights":
        page.options = [_nights_option(visit, asked, nights) for nights in asking.NIGHTS]
    elif question == "ages":
        _ask_ages(visit, page, asked)
    else:
        places = await visit.read(spaces.list_spaces)
        meant = [place for place in places if place.kind is asked.kind]
        page.options = [
            _people_option(visit, asked, low, high) for low, high in asking.people_choices(meant)
        ]
    return await frame.kiosk_page(visit, "kiosk/ask.html", page)


def _day_names(read: Read, today: date) -> dict[date, str]:
    """The legal holidays ahead, for nobody has them all in mind."""
    return quarter.holidays_between(read, today, today + timedelta(days=asking.DAYS_AHEAD_MAX))


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


def _ask_day(visit: Visit, page: AskPage, asked: Asked, days: str, today: date) -> None:
    shown = read_asked({"day": days}, today=today).day or today
    listed, before, after = asking.days_from(shown, today=today)
    near = {today: N_("heute"), today + timedelta(days=1): N_("morgen")}
    page.layout = "days"
    page.options = [
        {
            "day": day,
            "text": i18n.day_words(visit.prefs.lang, day),
            "near": visit.say(near[day]) if day in near else "",
            "href": _href(replace(asked, day=day)),
            "off": False,
        }
        for day in listed
    ]
    page.before = _href(asked, days=before.isoformat()) if before else ""
    page.after = _href(asked, days=after.isoformat()) if after else ""


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


def _ask_ages(visit: Visit, page: AskPage, asked: Asked) -> None:
    """A touch for each child; who brings none says so in one."""
    page.hint = visit.say(CHILDREN)
    done = N_("Fertig") if asked.children else N_("Keine Kinder")
    page.at_once = {
        "text": visit.say(done),
        "href": _href(replace(asked, ages=asked.children, children=())),
        "icon": "check" if asked.children else "users",
    }
    page.options = [
        {"text": str(age), "hint": "", "href": _href(asked.with_child(age)), "off": False}
        for age in range(asking.ADULT_YEARS)
    ]


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
    page.layout = "times"
    page.options = [_time_option(visit, asked, question, choice) for choice in choices]
    if not any(choice.free for choice in choices):
        page.hint = visit.say(N_("An diesem Tag ist nichts mehr frei. Wählen Sie einen anderen."))


def _time_option(visit: Visit, asked: Asked, question: str, choice: Choice) -> dict[str, Any]:
    hour, minute = choice.minute // 60, choice.minute % 60
    text = i18n.clock_words(visit.prefs.lang, hour, minute)
    changed = replace(asked, **{question: choice.minute})  # type: ignore[arg-type]
    return {"text": text, "hint": "", "href": _href(changed), "off": not choice.free}


def _nights_option(visit: Visit, asked: Asked, nights: int) -> dict[str, Any]:
    leaves = (asked.day + timedelta(days=nights)) if asked.day else None
    hint = visit.say(N_("bis {day}"), day=leaves) if leaves else ""
    text = nights_words(visit, nights)
    return {"text": text, "hint": hint, "href": _href(replace(asked, nights=nights)), "off": False}


def _people_option(visit: Visit, asked: Asked, low: int, high: int) -> dict[str, Any]:
    text = str(high) if low == high else visit.say(N_("bis {most}"), most=high)
    return {"text": text, "hint": "", "href": _href(replace(asked, people=high)), "off": False}


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


def _offer(visit: Visit, offer: Offer) -> dict[str, Any]:
    price = money(visit, offer.bill.total_cents) if visit.actor.is_signed_in else ""
    return {
        "place": place_of(visit, offer.space),
        "text": offer_text(visit, offer.space),
        "when": when_of(visit, offer.space, offer.period),
        "price": price,
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
QUESTIONS = {
    (SpaceKind.ROOM, "day"): N_("An welchem Tag?"),
    (SpaceKind.ROOM, "starts"): N_("Ab wann?"),
    (SpaceKind.ROOM, "ends"): N_("Bis wann?"),
    (SpaceKind.ROOM, "people"): N_("Wie viele Personen?"),
    (SpaceKind.GUEST_APARTMENT, "day"): N_("Wann ist die Anreise?"),
    (SpaceKind.GUEST_APARTMENT, "nights"): N_("Wie viele Nächte?"),
    (SpaceKind.GUEST_APARTMENT, "people"): N_("Wie viele Personen?"),
    (SpaceKind.GUEST_APARTMENT, "ages"): N_("Kommen Kinder unter 18 mit?"),
}
CHILDREN = N_("Berühren Sie für jedes Kind sein Alter. Dann stimmt der Preis.")

ROUTES = (find,)

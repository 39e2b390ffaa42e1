"""Changing what one has booked at the lobby: a touch for what is to be otherwise, then one button.

The wish stands in the address in the portal's fields; what it comes to both faces ask of
`web/changing.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from litestar import Response, get, post

from node import spaces
from node.base.actors import Actor
from node.base.figures import whole_number
from node.base.ids import id_text, parse_id
from node.base.refusals import N_, RefusedError
from node.kiosk import asking, frame
from node.kiosk.asking import DAY_MINUTES, instant_of, minute_text
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
from node.spaces import DayPlan, Space
from node.store import Read
from node.web import i18n
from node.web.changing import ChangePage, change_now, change_page
from node.web.finding import AGES_MAX
from node.web.forms import BAD_ID, Fields, path_id, read_clock, read_day, read_fields, read_query
from node.web.showing import nights_words, people_words
from node.web.visit import Visit

ROOM_FIELDS = ("space", "day", "starts", "ends", "people")
STAY_FIELDS = ("space", "day", "nights", "people", "ages")
INSIDE = ("ends", "nights", "people", "ages")
"""What may still become otherwise once somebody is in."""
KEPT = ("space", "day", "until", "starts", "ends", "people", "ages", "companions")
"""What an address carries from touch to touch."""
PEOPLE_MAX = 999
PLACE_QUESTION = N_("An welchem Ort?")


@dataclass(slots=True)
class LobbyChange:
    """See `kiosk/change.html`. `hidden` goes along with the button."""

    page: ChangePage
    said: list[dict[str, str]]
    hidden: dict[str, str]
    companions: list[dict[str, Any]]
    action: str
    back: str


@dataclass(frozen=True, slots=True)
class _Wish:
    """What is to be booked instead, as the fields have it, and where its pages are."""

    address: str
    given: dict[str, str]
    by_night: bool

    @property
    def kind(self) -> SpaceKind:
        return SpaceKind.GUEST_APARTMENT if self.by_night else SpaceKind.ROOM

    @property
    def day(self) -> date:
        return read_day(self.given["day"])

    @property
    def nights(self) -> int:
        return max(1, (read_day(self.given["until"]) - self.day).days)

    def minute(self, name: str) -> int:
        """The beginning or the end in minutes of the day; the next midnight for an end at 0."""
        at = read_clock(self.given[name])
        minute = at.hour * 60 + at.minute
        return DAY_MINUTES if name == "ends" and minute == 0 else minute

    def href(self, **changed: str) -> str:
        """Where that leads with something changed."""
        given = {name: self.given[name] for name in KEPT if self.given.get(name)}
        return f"{self.address}?{frame.query_of(given | {'search': '1'} | changed)}"

    def on(self, day: date) -> str:
        """The same length on another day."""
        until = day + timedelta(days=self.nights) if self.by_night else day
        return self.href(day=day.isoformat(), until=until.isoformat())

    def from_minute(self, minute: int) -> str:
        """The same length from another time on, as far as the day goes."""
        length = self.minute("ends") - self.minute("starts")
        ends = min(minute + length, DAY_MINUTES) if length > 0 else DAY_MINUTES
        return self.href(starts=minute_text(minute), ends=minute_text(ends % DAY_MINUTES))


@get("/mine/{reservation:str}/change", include_in_schema=False)
async def show_change(visit: Visit, reservation: str) -> Response[Any]:
    """What can become otherwise, the question for one of it, or what the change comes to."""
    actor, fields = visit.signed_in(), read_query(visit)
    question = fields.given.get("ask", "")
    if question:  # what it comes to is asked when all is said
        fields.given.pop("search", "")
    page = await change_page(visit, actor, path_id(reservation), fields)
    wish = _wish(reservation, page)
    if question in _asked_for(page) and _is_sound(wish):
        return await _ask(visit, actor, wish, question, fields)
    return await _answer(visit, reservation, page)


@post("/mine/{reservation:str}/change", include_in_schema=False)
async def make_change(visit: Visit, reservation: str) -> Response[Any]:
    """Change it for the price that was shown."""
    actor, fields = visit.signed_in(), await read_fields(visit)
    done = await change_now(visit, actor, path_id(reservation), fields)
    if isinstance(done, ChangePage):
        return await _answer(visit, reservation, done)
    return visit.go(f"/kiosk/mine/{reservation}?changed=1")


async def _answer(visit: Visit, reservation: str, page: ChangePage) -> Response[Any]:
    wish = _wish(reservation, page)
    if not _is_sound(wish):
        raise RefusedError(BAD_ID)
    rows = page.offer["companions"] if page.offer else []
    shown = LobbyChange(
        page=page,
        said=_said(visit, wish, page),
        hidden={name: wish.given.get(name, "") for name in KEPT},
        companions=[_companion(wish, row) for row in rows],
        action=wish.address,
        back=f"/kiosk/mine/{reservation}",
    )
    status = 422 if page.errors else (409 if page.refusal else 200)
    return await frame.kiosk_page(
        visit, "kiosk/change.html", shown, status=status, again=wish.href()
    )


def _wish(reservation: str, page: ChangePage) -> _Wish:
    return _Wish(f"/kiosk/mine/{reservation}/change", page.fields, page.by_night)


def _is_sound(wish: _Wish) -> bool:
    """Whether an address says a time at all: our own pages lead to none that does not."""
    try:
        read_day(wish.given["until"])
        return all(wish.minute(name) <= DAY_MINUTES for name in ("starts", "ends")) and bool(
            wish.day
        )
    except (ValueError, OverflowError):
        return False


def _asked_for(page: ChangePage) -> tuple[str, ...]:
    fields = STAY_FIELDS if page.by_night else ROOM_FIELDS
    return tuple(name for name in fields if name in INSIDE) if page.inside else fields


def _said(visit: Visit, wish: _Wish, page: ChangePage) -> list[dict[str, str]]:
    """How it is to be, each a touch to have it otherwise."""
    return [
        {"text": _words(visit, wish, page, name), "href": wish.href(ask=name)}
        for name in _asked_for(page)
        if name != "space" or len(page.places) > 1
    ]


def _words(visit: Visit, wish: _Wish, page: ChangePage, name: str) -> str:
    given, lang = wish.given, visit.prefs.lang
    if name == "space":
        named = {place["value"]: place["text"] for place in page.places}
        return named.get(given["space"], "")
    if name == "day":
        return i18n.day_words(lang, wish.day)
    if name == "nights":
        return nights_words(visit, wish.nights)
    if name == "people":
        count = whole_number(given["people"], most=PEOPLE_MAX)
        return given["people"] if count is None else people_words(visit, count)
    if name == "ages":
        return visit.say(AGES, ages=given["ages"]) if given["ages"] else visit.say(NO_CHILDREN)
    word = N_("ab {time}") if name == "starts" else N_("bis {time}")
    return visit.say(word, time=i18n.clock_words(lang, *divmod(wish.minute(name), 60)))


def _companion(wish: _Wish, row: Mapping[str, Any]) -> dict[str, Any]:
    """What was booked with it, and a touch that leaves it behind or takes it along again."""
    left = set(wish.given.get("companions", "").split())
    left ^= {row["id"]}
    return {**row, "href": wish.href(companions=" ".join(sorted(left)))}


# The questions


async def _ask(
    visit: Visit, actor: Actor, wish: _Wish, question: str, fields: Fields
) -> Response[Any]:
    page = AskPage(
        question=visit.say(QUESTIONS.get((wish.kind, question), PLACE_QUESTION)),
        hint="",
        steps={},
        kinds=[],
        said=[],
        options=[],
        layout="grid",
        back=wish.href(),
    )
    if question == "space":
        await _ask_place(visit, page, wish)
    elif question == "day":
        await ask_day(
            visit,
            page,
            fields.given.get("days", ""),
            href=wish.on,
            leaf=lambda days: wish.href(ask="day", days=days),
        )
    elif question == "nights":
        ask_nights(visit, page, wish.day, href=_until(wish))
    elif question == "ages":
        _ask_children(visit, page, wish, fields.given.get("child", ""))
    elif question == "people":
        places = [await visit.read(lambda read: _place_of(read, wish))]
        ask_people(visit, page, places, href=lambda count: wish.href(people=str(count)))
    else:
        await _ask_time(visit, actor, page, wish, question)
    return await frame.kiosk_page(visit, "kiosk/ask.html", page)


async def _ask_place(visit: Visit, page: AskPage, wish: _Wish) -> None:
    """The places of the same kind: whoever moves may move next door."""
    found = await visit.read(spaces.list_spaces)
    page.layout = "wide"
    page.options = [
        {
            "text": visit.local(space.name),
            "hint": "",
            "href": wish.href(space=id_text(space.id)),
            "off": False,
        }
        for space in found
        if space.kind is wish.kind
    ]


def _until(wish: _Wish) -> Callable[[int], str]:
    return lambda nights: wish.href(until=(wish.day + timedelta(days=nights)).isoformat())


def _ask_children(visit: Visit, page: AskPage, wish: _Wish, said: str) -> None:
    """A touch for each child; what was said so far stands in the address."""
    read = (whole_number(age, most=asking.ADULT_YEARS - 1) for age in said.split("-"))
    ages = tuple(age for age in read if age is not None)[:AGES_MAX]

    def one_more(age: int) -> str:
        return wish.href(ask="ages", child="-".join(map(str, (*ages, age))))

    done = wish.href(ages=", ".join(map(str, ages)))
    ask_ages(visit, page, ages, href=one_more, done=done)
    if ages:
        said_words = visit.say(AGES, ages=", ".join(map(str, ages)))
        page.said = [{"text": said_words, "href": wish.href(ask="ages")}]


async def _ask_time(visit: Visit, actor: Actor, page: AskPage, wish: _Wish, question: str) -> None:
    """The half hours of its place; what is one's own now is not in its own way."""
    plans = await visit.read(lambda read: _plans(read, visit, actor, wish))
    if question == "starts":
        choices = asking.start_choices(plans, wish.day, now=visit.now, zone=visit.zone)
        ask_time(visit, page, choices, href=wish.from_minute)
        return
    choices = asking.end_choices(plans, wish.day, wish.minute("starts"), zone=visit.zone)
    past = [each for each in choices if instant_of(wish.day, each.minute, visit.zone) <= visit.now]
    choices = [replace(each, free=False) if each in past else each for each in choices]
    ask_time(
        visit,
        page,
        choices,
        href=lambda minute: wish.href(ends=minute_text(minute % DAY_MINUTES)),
    )


def _plans(read: Read, visit: Visit, actor: Actor, wish: _Wish) -> list[DayPlan]:
    space = _place_of(read, wish)
    plans = spaces.day_plan(read, actor, wish.day, now=visit.now)
    own = path_id(wish.address.split("/")[3])
    return [
        replace(plan, busy=tuple(span for span in plan.busy if span.reservation_id != own))
        for plan in plans
        if plan.space.id == space.id
    ]


def _place_of(read: Read, wish: _Wish) -> Space:
    try:
        found = spaces.find_space(read, parse_id(wish.given["space"]))
    except ValueError:
        found = None
    if found is None or found.kind is not wish.kind:
        raise RefusedError(BAD_ID)
    return found


AGES = N_("Alter der Kinder: {ages}")
NO_CHILDREN = N_("keine Kinder")

ROUTES = (show_change, make_change)

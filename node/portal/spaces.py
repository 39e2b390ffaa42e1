"""Finding a place: when and for how many, what is free, why the rest is not; one place's plans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from litestar import Response, get

from node import quarter, spaces
from node.base.actors import Actor
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.portal.calendar import MonthDay, month_of
from node.portal.help_words import desk_help
from node.quarter.files import Audience, SpaceKind
from node.quarter.model import QuarterProfile
from node.spaces import DayPlan, Found, Offer, Query, Space, Wish, splitting
from node.store import Read
from node.web import i18n
from node.web.day_plan import Plan, plan_of
from node.web.errors import words
from node.web.finding import DAYS, read_search, with_usual
from node.web.forms import NOT_FOUND, path_id, read_query
from node.web.offering import offer_value
from node.web.price_words import price_rows, price_words, short_words
from node.web.showing import (
    Place,
    money,
    offer_of,
    offer_text,
    people_words,
    place_of,
    span,
    when_of,
)
from node.web.splitting import shown_splits
from node.web.table import Table
from node.web.visit import Visit

FIND_DAYS_MAX = 366
"""So far ahead the day field lets one go; each place's own limit is said by the rules."""


@dataclass(slots=True)
class FindPage:
    """See `portal/find.html`."""

    fields: dict[str, str]
    day_min: str
    day_max: str
    errors: dict[str, str]
    kinds: list[dict[str, Any]]
    asked: str = ""
    places: list[dict[str, Any]] = field(default_factory=list)
    free: list[dict[str, Any]] = field(default_factory=list)
    not_free: list[dict[str, Any]] = field(default_factory=list)
    nearest: list[dict[str, Any]] = field(default_factory=list)
    splits: list[dict[str, Any]] = field(default_factory=list)
    plan: Plan | None = None
    desk_help: str = ""
    refusal: dict[str, Any] | None = None
    wait: str = ""


@dataclass(slots=True)
class SpacePage:
    """See `portal/space.html`."""

    place: Place
    about: str
    facts: list[dict[str, str]]
    rules: list[str]
    day: str
    day_words: str
    closed: str
    plan: Plan | None
    month: dict[str, Any]
    find_href: str
    calendar_href: str


@get("/find", include_in_schema=False)
async def find(visit: Visit) -> Response[Any]:
    """Search by time; without a search, all places."""
    actor = visit.signed_in()
    fields = read_query(visit)
    asked = "day" in fields.given
    fields.given = with_usual(visit, fields.given)
    query = read_search(visit, fields)
    page = _find_page(visit, fields.given)
    if not asked:
        found, profile = await visit.read(
            lambda read: (spaces.list_spaces(read), quarter.get_profile(read))
        )
        today, audience = visit.today, spaces.audience_of(actor)
        page.places = [
            _listed(visit, s, *short_words(visit, s, audience, profile, today))
            for s in found
            if s.kind == fields.given["kind"]
        ]
        prices = {s.id: price_words(visit, s, audience, profile, today) for s in found}
        return visit.page(
            "portal/find.html", page, here="find", table=lambda: _places_table(visit, found, prices)
        )
    if query is None:
        page.errors = fields.problems
        return visit.page("portal/find.html", page, here="find", status=422)
    await _search(visit, actor, query, page)
    return visit.page("portal/find.html", page, here="find")


def _places_table(visit: Visit, found: list[Space], prices: dict[bytes, str]) -> Table:
    """All places of every kind, with what distinguishes them."""
    columns = (N_("Ort"), N_("Art"), N_("Plätze"), N_("m²"), N_("Ausstattung"), N_("Preis"))
    return Table(
        visit.say(N_("orte")),
        [visit.say(column) for column in columns],
        [
            [
                visit.local(space.name),
                visit.say(EQUIPMENT if space.is_equipment else KINDS[str(space.kind)]),
                space.row.seats or None,
                f"{space.row.size_m2:g}" if space.row.size_m2 else "",
                offer_text(visit, space),
                prices[space.id],
            ]
            for space in found
        ],
    )


def _find_page(visit: Visit, given: dict[str, str]) -> FindPage:
    today = visit.today
    kind = given["kind"] if given["kind"] in KINDS else "room"
    return FindPage(
        fields={**given, "kind": kind},
        day_min=today.isoformat(),
        day_max=(today + timedelta(days=FIND_DAYS_MAX)).isoformat(),
        errors={},
        kinds=[
            {"text": visit.say(text), "href": f"/find?kind={name}", "here": name == kind}
            for name, text in KINDS.items()
        ],
    )


def _listed(visit: Visit, space: Space, price: str, free: str) -> dict[str, Any]:
    return {
        "place": place_of(visit, space),
        "text": offer_text(visit, space),
        "price": price,
        "free": free,
        "href": f"/spaces/{id_text(space.id)}",
    }


async def _search(visit: Visit, actor: Actor, query: Query, page: FindPage) -> None:
    day = query.period.starts_at.astimezone(visit.zone).date()
    is_room = query.kind is SpaceKind.ROOM

    def look(read: Read) -> tuple[Found, Sequence[DayPlan], str, QuarterProfile]:
        found = spaces.search(read, actor, query, now=visit.now)
        if not found.offers:
            splits = splitting.find_splits(read, actor, query, now=visit.now)
            given = {name: page.fields[name] for name in ("people", "ages") if name in page.fields}
            page.splits = shown_splits(visit, splits, "/stay", **given)
        plans = spaces.day_plan(read, actor, day, now=visit.now) if is_room else []
        helped = desk_help(visit, read) if not found.offers else ""
        return found, plans, helped, quarter.get_profile(read)

    found, plans, page.desk_help, profile = await visit.read(look)
    page.asked = _asked(visit, query)
    page.free = [_offer(visit, offer, profile) for offer in found.offers]
    page.nearest = nearest_of(visit, found.alternatives)
    page.not_free = [
        {
            "place": place_of(visit, no.space),
            "href": f"/spaces/{id_text(no.space.id)}?day={day.isoformat()}",
            "reason": visit.say(no.message, **no.values),
            "rule": visit.say(no.remedy, **no.values) if no.remedy else "",
            "wait": offer_value(no.space.id, query.period) if no.code == TAKEN_CODE else "",
        }
        for no in found.not_offered
    ]
    rooms = [plan for plan in plans if plan.space.is_room]
    page.plan = plan_of(visit, day, rooms) if rooms else None


def _asked(visit: Visit, query: Query) -> str:
    period = query.period
    if query.kind is SpaceKind.GUEST_APARTMENT:
        first = period.starts_at.astimezone(visit.zone).date()
        last = period.ends_at.astimezone(visit.zone).date()
        when = visit.say(N_("{first} bis {last}"), first=first, last=last)
    else:
        when = span(visit, period)
    return visit.list_words(when, people_words(visit, query.people))


def _offer(visit: Visit, offer: Offer, profile: QuarterProfile) -> dict[str, Any]:
    shown = offer_of(visit, offer, f"/spaces/{id_text(offer.space.id)}")
    shown["value"] = offer_value(offer.space.id, offer.period)
    purposes = offer.space.row.purposes
    if len(purposes) > 1 and offer.bill.total_cents:
        usual = purpose_name(visit, profile, purposes[0])
        shown["price_note"] = visit.say(N_("als „{purpose}“"), purpose=usual)
    if offer.space.is_by_night:
        shown["note"] = shown["when"]
    return shown


def nearest_of(visit: Visit, offers: Sequence[Offer]) -> list[dict[str, Any]]:
    """Offers near a wish that could not be had, as pages list them."""
    return [
        {
            "place": place_of(visit, offer.space),
            "text": place_of(visit, offer.space).name,
            "when": when_of(visit, offer.space, offer.period),
            "price": money(visit, offer.bill.total_cents),
            "value": offer_value(offer.space.id, offer.period),
        }
        for offer in offers
    ]


def purpose_name(visit: Visit, profile: QuarterProfile, key: str) -> str:
    """What people call a purpose."""
    found = next((each.name for each in profile.purposes if each.key == key), None)
    return visit.local(found) if found else key


def refused_page(
    visit: Visit, wish: Wish, space: Space | None, refusal: Refusal, offers: Sequence[Offer]
) -> FindPage:
    """The search again with what was wished, the reason and the three nearest alternatives."""
    first, last = (at.astimezone(visit.zone) for at in (wish.period.starts_at, wish.period.ends_at))
    page = _find_page(
        visit,
        {
            "kind": str(space.kind) if space else "room",
            "day": first.date().isoformat(),
            "until": last.date().isoformat(),
            "starts": f"{first:%H:%M}",
            "ends": f"{last:%H:%M}",
            "people": str(wish.people),
            "ages": ", ".join(str(age) for age in wish.ages),
        },
    )
    page.refusal = words(visit, refusal)
    if space is not None and refusal.code == TAKEN_CODE:
        page.wait = offer_value(space.id, wish.period)
    page.nearest = nearest_of(visit, offers)
    return page


# One place


@get("/spaces/{space:str}", include_in_schema=False)
async def space_page(visit: Visit, space: str) -> Response[Any]:
    """One place: what it is, its day, its month."""
    actor = visit.signed_in()
    space_id, day = path_id(space), _asked_day(visit)

    def look(read: Read) -> _Looked:
        found = spaces.find_space(read, space_id)
        if found is None:
            raise RefusedError(NOT_FOUND)
        return _Looked(
            found.on(day),
            spaces.day_plan(read, actor, day, now=visit.now, space_ids=[space_id]),
            spaces.month_plan(read, space_id, day.replace(day=1), now=visit.now),
            quarter.find_building(read, found.building_id),
            quarter.get_profile(read),
            spaces.audience_of(actor),
        )

    looked = await visit.read(look)
    return visit.page("portal/space.html", _space_page(visit, looked, day), here="find")


@dataclass(frozen=True, slots=True)
class _Looked:
    space: Space
    plans: list[DayPlan]
    month: list[tuple[date, bool, int]]
    building: quarter.Building | None
    profile: QuarterProfile
    audience: Audience


def _asked_day(visit: Visit) -> date:
    fields = read_query(visit)
    today = visit.today
    day = fields.day("day") if fields.given.get("day") else None
    return day if day is not None and DAYS[0] <= day <= DAYS[1] else today


def _space_page(visit: Visit, looked: _Looked, day: date) -> SpacePage:
    space, lang = looked.space, visit.prefs.lang
    row = space.row
    texts = (row.rules_text, row.access_text, row.stay.key_handover if row.stay else None)
    closed = looked.plans[0].closed_because if looked.plans else None
    address = f"/spaces/{id_text(space.id)}"
    days = [
        MonthDay(each, _month_state(visit, each, is_open=is_open, taken=taken))
        for each, is_open, taken in looked.month
    ]
    return SpacePage(
        place=place_of(visit, space),
        about=visit.local(row.about),
        facts=_facts(visit, looked, day),
        rules=[visit.local(text) for text in texts if text],
        day=day.isoformat(),
        day_words=i18n.long_day_words(lang, day),
        closed=visit.local(closed) if closed else "",
        plan=None if space.is_by_night else plan_of(visit, day, looked.plans),
        month=month_of(visit, days, here=day, address=address),
        find_href=f"/find?kind={SpaceKind.ROOM if space.is_equipment else space.kind}",
        calendar_href=f"/account/calendars?space={id_text(space.id)}",
    )


def _facts(visit: Visit, looked: _Looked, day: date) -> list[dict[str, str]]:
    space = looked.space
    stay = space.row.stay
    rows = [
        (N_("Wo"), looked.building.name if looked.building else ""),
        (N_("Ausstattung"), offer_text(visit, space)),
    ]
    if stay is not None:
        values = {"arrival": stay.arrival_from, "departure": stay.departure_until}
        said = N_("Anreise ab {arrival} Uhr, Abreise bis {departure} Uhr")
        rows.append((N_("An- und Abreise"), visit.say(said, **values)))
    rows += price_rows(visit, space, looked.audience, looked.profile, day)
    return [{"label": visit.say(label), "value": value} for label, value in rows if value]


def _month_state(visit: Visit, day: date, *, is_open: bool, taken: int) -> str:
    if day < visit.today:
        return "past"
    if not is_open:
        return "closed"
    if taken >= FULL_MINUTES:
        return "full"
    return "some" if taken else "free"


TAKEN_CODE = "spaces.taken"
"""The one no that somebody can wait out."""

FULL_MINUTES = 12 * 60
"""From so many taken minutes on a day counts as full in the month; its plan tells exactly."""

EQUIPMENT = N_("Zum Dazubuchen")
KINDS = {"room": N_("Räume"), "guest_apartment": N_("Gästewohnungen")}

ROUTES = (find, space_page)

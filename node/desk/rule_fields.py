"""The rules of a place as the fields of a form, and back.

Weeks are written as people say them, a line each: "Mo-Do 08:00-22:00". Empty means: no such rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time
from itertools import groupby
from typing import TypeVar

from node.base.refusals import N_
from node.quarter.files import (
    OFFER_HOURS,
    OFFER_HOURS_MAX,
    Approval,
    Audience,
    CancellationTier,
    HouseholdLimit,
    RoomPrice,
    Season,
    SpaceRow,
    StayPrice,
    StayRules,
    times,
)
from node.quarter.model import LocalText, RuleSource, TimeSpan, WeekHours
from node.web.forms import Fields

T = TypeVar("T")

DAY = 1440
WEEK = 7 * DAY
FAR = 1100
MORE_ROWS = 2
"""Empty rows after those that are there: for seasons, prices and steps."""

WEEKDAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
AS_IN_THE_WEEK, CLOSED, OWN = "week", "closed", "own"


def shown_row(row: SpaceRow) -> dict[str, str]:
    """What the form's fields hold for a place."""
    given = {
        "hours": week_text(row.hours),
        "holiday": _holiday_choice(row),
        "holiday_hours": spans_text(row.holiday_hours or ()),
        "step": str(row.step_minutes),
        "min": str(row.minutes_min),
        "max": str(row.minutes_max),
        "before": str(row.buffer_before_minutes),
        "after": str(row.buffer_after_minutes),
        "lead": str(row.lead_minutes),
        "lead_desk": str(row.lead_desk_minutes),
        "approval": str(row.approval),
        "quiet_from": f"{row.quiet_from:%H:%M}" if row.quiet_from else "",
        "quiet_source": str(row.quiet_source),
        "qualification": row.qualification.de,
        "qualification_en": row.qualification.en,
        "deposit": euros(row.deposit_cents),
        "no_show": str(row.no_show_percent),
        "release": str(row.release_after_minutes),
        "offer": str(row.offer_hours),
    }
    for audience in Audience:
        given[f"horizon_{audience}"] = str(row.horizon_days.get(audience, ""))
    for name, limit in _limits_of(row):
        given[f"limit_{name}_open"] = _some(limit.open_max)
        given[f"limit_{name}_week"] = _some(limit.week_minutes)
        given[f"limit_{name}_gap"] = _some(limit.gap_days)
    for number, season in enumerate(row.seasons):
        given[f"season_{number}_name"] = season.name.de
        given[f"season_{number}_name_en"] = season.name.en
        given[f"season_{number}_first"] = _german_day(season.first)
        given[f"season_{number}_last"] = _german_day(season.last)
        given[f"season_{number}_hours"] = week_text(season.hours)
    for number, tier in enumerate(row.cancellation):
        given[f"tier_{number}_hours"] = str(tier.notice_hours)
        given[f"tier_{number}_percent"] = str(tier.percent)
    given |= _shown_prices(row)
    return given | (_shown_stay(row.stay) if row.stay else {})


def _some(number: int) -> str:
    return str(number) if number else ""


def _german_day(day: str) -> str:
    month, of_month = day.split("-")
    return f"{of_month}.{month}."


def _holiday_choice(row: SpaceRow) -> str:
    if row.holiday_hours is None:
        return AS_IN_THE_WEEK
    return OWN if row.holiday_hours else CLOSED


def _limits_of(row: SpaceRow) -> Iterator[tuple[str, HouseholdLimit]]:
    for limit in row.limits:
        yield str(limit.audience or "all"), limit


def _shown_prices(row: SpaceRow) -> dict[str, str]:
    given: dict[str, str] = {}
    for number, price in enumerate(row.room_prices):
        given[f"price_{number}_for"] = str(price.audience or "all")
        given[f"price_{number}_purpose"] = price.purpose or ""
        given[f"price_{number}_hour"] = _euros_or_none(price.hour_cents)
        given[f"price_{number}_half"] = _euros_or_none(price.half_day_cents)
        given[f"price_{number}_day"] = _euros_or_none(price.day_cents)
        given[f"price_{number}_flat"] = _euros_or_none(price.flat_cents)
        given[f"price_{number}_deposit"] = _euros_or_none(price.deposit_cents)
        given[f"price_{number}_net"] = "1" if price.is_net else ""
    for number, stay in enumerate(row.stay_prices):
        given[f"price_{number}_for"] = str(stay.audience)
        given[f"price_{number}_first"] = euros(stay.first_night_cents)
        given[f"price_{number}_further"] = euros(stay.further_night_cents)
        given[f"price_{number}_extra"] = euros(stay.extra_person_cents)
        given[f"price_{number}_cleaning"] = euros(stay.cleaning_cents)
    return given


def _shown_stay(stay: StayRules) -> dict[str, str]:
    given = {
        "arrival_from": f"{stay.arrival_from:%H:%M}",
        "arrival_until": f"{stay.arrival_until:%H:%M}",
        "departure_until": f"{stay.departure_until:%H:%M}",
        "turnover": str(stay.turnover_minutes),
        "nights_min": str(stay.nights_min),
        "nights_max": str(stay.nights_max),
        "weekend_nights": str(stay.weekend_nights_min),
        "gap_nights": str(stay.gap_nights),
        "included": str(stay.persons_included),
        "free_age": str(stay.free_age),
        "lost_key": euros(stay.lost_key_cents),
        "registration_number": stay.registration_number,
        "nights_per_year": str(stay.nights_per_year or ""),
    }
    given |= {f"month_{month}": "1" for month in stay.weekend_months}
    given |= {f"arrive_{day}": "1" for day in stay.arrival_weekdays}
    return given | {f"depart_{day}": "1" for day in stay.departure_weekdays}


def euros(cents: int) -> str:
    """A sum as a field holds it: "18,00"."""
    return f"{cents // 100},{cents % 100:02d}"


def _euros_or_none(cents: int | None) -> str:
    return "" if cents is None else euros(cents)


def week_text(hours: WeekHours) -> str:
    """Opening times by weekday, a line for days that are alike: "Mo-Do 08:00-22:00"."""
    lines = []
    for spans, days in groupby(range(7), key=lambda day: hours.days[day]):
        alike = list(days)
        if spans:
            first, last = WEEKDAYS[alike[0]], WEEKDAYS[alike[-1]]
            name = first if first == last else f"{first}-{last}"
            lines.append(f"{name} {spans_text(spans)}")
    return "\n".join(lines)


def spans_text(spans: tuple[TimeSpan, ...]) -> str:
    """The hours of a day: "09:00-13:00, 15:00-19:00"."""
    return ", ".join(map(str, spans))


def read_row(fields: Fields, base: SpaceRow) -> SpaceRow:
    """The place with what the form says; problems stand in `fields.problems`."""
    is_room = base.stay is None
    common = replace(
        base,
        horizon_days=_read_horizon(fields),
        limits=_read_limits(fields, is_room=is_room),
        deposit_cents=fields.cents("deposit"),
        cancellation=_read_tiers(fields),
        no_show_percent=fields.number("no_show", low=0, high=100, default=100),
        release_after_minutes=fields.number("release", low=0, high=DAY, default=0),
        offer_hours=fields.number("offer", low=1, high=OFFER_HOURS_MAX, default=OFFER_HOURS),
        approval=Approval(fields.choice("approval", [*Approval], default=Approval.NEVER)),
        lead_minutes=fields.number("lead", low=0, high=FAR * DAY, default=0),
        lead_desk_minutes=fields.number("lead_desk", low=0, high=WEEK, default=0),
        qualification=LocalText(
            fields.text("qualification", longest=200), fields.text("qualification_en", longest=200)
        ),
    )
    if base.stay is not None:
        prices = _read_rows(fields, "price", "first", _read_stay_price)
        return replace(common, stay=_read_stay(fields, base.stay), stay_prices=prices)
    return replace(
        common,
        hours=_read_week(fields, "hours"),
        seasons=_read_rows(fields, "season", "name", _read_season),
        holiday_hours=_read_holiday(fields),
        step_minutes=fields.number("step", low=5, high=DAY, default=30),
        minutes_min=fields.number("min", low=5, high=WEEK, default=30),
        minutes_max=fields.number("max", low=5, high=WEEK, default=DAY),
        buffer_before_minutes=fields.number("before", low=0, high=DAY, default=0),
        buffer_after_minutes=fields.number("after", low=0, high=DAY, default=0),
        quiet_from=fields.clock("quiet_from") if fields.given.get("quiet_from") else None,
        quiet_source=RuleSource(
            fields.choice("quiet_source", [*RuleSource], default=RuleSource.HOUSE_RULE)
        ),
        room_prices=_read_rows(fields, "price", "for", _read_room_price),
    )


def _read_rows(
    fields: Fields, kind: str, first: str, read: Callable[[Fields, str], T]
) -> tuple[T, ...]:
    """The rows of a table in the form: those whose first field is filled."""
    numbers = range(40)
    filled = (f"{kind}_{n}" for n in numbers if fields.given.get(f"{kind}_{n}_{first}", "").strip())
    return tuple(read(fields, name) for name in filled)


def _read_week(fields: Fields, name: str) -> WeekHours:
    days: dict[int, tuple[TimeSpan, ...]] = {}
    for line in fields.text(name).splitlines():
        if not line.strip():
            continue
        names, _, spans = line.strip().partition(" ")
        try:
            weekdays = times.parse_weekdays(names)
            found = times.parse_spans(spans.split(","))
        except times.NotATimeError as wrong:
            fields.problem(name, wrong.message, value=spans or line, day=names)
            return WeekHours()
        if any(day in days for day in weekdays):
            fields.problem(name, N_("Bitte nennen Sie jeden Wochentag nur einmal."))
        days |= dict.fromkeys(weekdays, found)
    return WeekHours(tuple(days.get(day, ()) for day in range(7)))


def _read_holiday(fields: Fields) -> tuple[TimeSpan, ...] | None:
    choice = fields.choice("holiday", (AS_IN_THE_WEEK, CLOSED, OWN), default=AS_IN_THE_WEEK)
    if choice != OWN:
        return () if choice == CLOSED else None
    text = fields.text("holiday_hours", required=True)
    try:
        return times.parse_spans(text.split(",")) if text else ()
    except times.NotATimeError as wrong:
        fields.problem("holiday_hours", wrong.message, value=text)
        return ()


def _read_season(fields: Fields, name: str) -> Season:
    return Season(
        name=LocalText(
            fields.text(f"{name}_name", longest=200), fields.text(f"{name}_name_en", longest=200)
        ),
        first=_read_day_of_year(fields, f"{name}_first"),
        last=_read_day_of_year(fields, f"{name}_last"),
        hours=_read_week(fields, f"{name}_hours"),
    )


def _read_day_of_year(fields: Fields, name: str) -> str:
    text = fields.text(name, required=True)
    try:
        return times.parse_day_of_year(text) if text else "01-01"
    except times.NotATimeError as wrong:
        fields.problem(name, wrong.message, value=text)
        return "01-01"


def _read_horizon(fields: Fields) -> dict[Audience, int]:
    names = {audience: f"horizon_{audience}" for audience in Audience}
    return {
        audience: fields.number(name, low=0, high=FAR)
        for audience, name in names.items()
        if fields.given.get(name, "").strip()
    }


def _read_limits(fields: Fields, *, is_room: bool) -> tuple[HouseholdLimit, ...]:
    found = []
    for audience in (None, *Audience):
        name = f"limit_{audience or 'all'}"
        limit = HouseholdLimit(
            audience=audience,
            open_max=fields.number(f"{name}_open", low=0, high=1000, default=0),
            week_minutes=fields.number(f"{name}_week", low=0, high=WEEK, default=0)
            if is_room
            else 0,
            gap_days=fields.number(f"{name}_gap", low=0, high=366, default=0) if is_room else 0,
        )
        if limit != HouseholdLimit(audience=audience):
            found.append(limit)
    return tuple(found)


def _read_tiers(fields: Fields) -> tuple[CancellationTier, ...]:
    tiers = _read_rows(fields, "tier", "hours", _read_tier)
    return tuple(sorted(tiers, key=lambda tier: -tier.notice_hours))


def _read_tier(fields: Fields, name: str) -> CancellationTier:
    return CancellationTier(
        notice_hours=fields.number(f"{name}_hours", low=0, high=366 * 24),
        percent=fields.number(f"{name}_percent", low=0, high=100),
    )


def _read_room_price(fields: Fields, name: str) -> RoomPrice:
    whom = fields.choice(f"{name}_for", ("all", *Audience))
    price = RoomPrice(
        audience=None if whom in {"all", ""} else Audience(whom),
        purpose=fields.text(f"{name}_purpose", longest=64) or None,
        hour_cents=fields.money(f"{name}_hour"),
        half_day_cents=fields.money(f"{name}_half"),
        day_cents=fields.money(f"{name}_day"),
        flat_cents=fields.money(f"{name}_flat"),
        deposit_cents=fields.money(f"{name}_deposit"),
        is_net=bool(fields.given.get(f"{name}_net")),
    )
    if not price.is_by_time and price.flat_cents is None:
        fields.problem(f"{name}_hour", N_("Bitte einen Preis; für „kostenlos“ pauschal 0."))
    if price.flat_cents is not None and price.is_by_time:
        fields.problem(f"{name}_flat", N_("Entweder pauschal oder nach Zeit, nicht beides."))
    return price


def _read_stay_price(fields: Fields, name: str) -> StayPrice:
    return StayPrice(
        audience=Audience(fields.choice(f"{name}_for", [*Audience], default=Audience.CONTRACT)),
        first_night_cents=fields.cents(f"{name}_first"),
        further_night_cents=fields.cents(f"{name}_further"),
        extra_person_cents=fields.cents(f"{name}_extra"),
        cleaning_cents=fields.cents(f"{name}_cleaning"),
    )


def _read_stay(fields: Fields, base: StayRules) -> StayRules:
    def clock(name: str, usual: time) -> time:
        return fields.clock(name) or usual

    return replace(
        base,
        arrival_from=clock("arrival_from", base.arrival_from),
        arrival_until=clock("arrival_until", base.arrival_until),
        departure_until=clock("departure_until", base.departure_until),
        arrival_weekdays=_checked(fields, "arrive", range(7)),
        departure_weekdays=_checked(fields, "depart", range(7)),
        turnover_minutes=fields.number("turnover", low=0, high=DAY),
        nights_min=fields.number("nights_min", low=1, high=366),
        nights_max=fields.number("nights_max", low=1, high=366),
        weekend_nights_min=fields.number("weekend_nights", low=1, high=7),
        weekend_months=_checked(fields, "month", range(1, 13)),
        gap_nights=fields.number("gap_nights", low=0, high=366),
        persons_included=fields.number("included", low=1, high=50),
        free_age=fields.number("free_age", low=0, high=17),
        lost_key_cents=fields.cents("lost_key"),
        registration_number=_figures(fields.text("registration_number", longest=40)),
        nights_per_year=fields.number("nights_per_year", low=0, high=366, default=0),
    )


def _figures(text: str) -> str:
    """A number without the blanks and strokes that letters group it by."""
    return "".join(char for char in text if char not in " -./")


def _checked(fields: Fields, name: str, numbers: range) -> frozenset[int]:
    return frozenset(number for number in numbers if fields.given.get(f"{name}_{number}"))

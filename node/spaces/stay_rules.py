"""The rules that only a guest apartment has: days, nights, and the gap between two stays. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from node.base.refusals import N_, Refusal
from node.quarter.files import StayRules
from node.spaces.circumstances import Circumstances
from node.spaces.model import Wish
from node.spaces.opening import days_after, nights_between
from node.spaces.pricing import nights_of

SATURDAY, SUNDAY = 5, 6


def check_stay(stay: StayRules, wish: Wish, world: Circumstances) -> Refusal | None:
    """None for a stay that these rules allow; else why not and what would help."""
    start = wish.period.starts_at.astimezone(world.zone)
    end = wish.period.ends_at.astimezone(world.zone)
    if start.time() != stay.arrival_from or end.time() != stay.departure_until:
        return Refusal(
            "spaces.stay_times",
            N_("Anreise ist ab {arrival} Uhr, Abreise bis {departure} Uhr."),
            N_("Bitte wählen Sie nur die Tage."),
            status=422,
            values={"arrival": stay.arrival_from, "departure": stay.departure_until},
            field="day",
        )
    if start.weekday() not in stay.arrival_weekdays:
        return Refusal(
            "spaces.arrival_weekday",
            N_("Anreise ist hier nicht an jedem Wochentag möglich; der nächste Tag ist {day}."),
            N_("Bitte wählen Sie einen anderen Tag."),
            values={"day": _next_on(stay.arrival_weekdays, start.date())},
            field="day",
        )
    if end.weekday() not in stay.departure_weekdays:
        return Refusal(
            "spaces.departure_weekday",
            N_("Abreise ist hier nicht an jedem Wochentag möglich; der nächste Tag ist {day}."),
            N_("Bitte wählen Sie einen anderen Tag."),
            values={"day": _next_on(stay.departure_weekdays, end.date())},
            field="ends",
        )
    nights = nights_of(wish.period, world.zone)
    least = least_nights(stay, start.date(), nights)
    if nights < least:
        return Refusal(
            "spaces.too_few_nights",
            N_("Die kleinste Zahl der Nächte ist hier {nights}."),
            N_("Bitte wählen Sie eine spätere Abreise."),
            values={"nights": least},
            field="ends",
        )
    # However many apartments it is spread over, it is one stay, and no longer than one may be.
    if nights + sum(nights_of(part, world.zone) for part in world.parts) > stay.nights_max:
        return Refusal(
            "spaces.too_many_nights",
            N_("Die größte Zahl der Nächte ist hier {nights}."),
            N_("Bitte wählen Sie eine frühere Abreise."),
            values={"nights": stay.nights_max},
            field="ends",
        )
    return _check_gap(stay, wish, world)


def _next_on(weekdays: frozenset[int], day: date) -> date:
    days = (day + timedelta(days=number) for number in range(7))
    return next((each for each in days if each.weekday() in weekdays), day)


def least_nights(stay: StayRules, arrival: date, nights: int) -> int:
    """The least nights of a stay; more where it holds a weekend night in the busy months."""
    days = (arrival + timedelta(days=number) for number in range(min(nights, 400)))
    weekend = any(
        day.month in stay.weekend_months
        and (day + timedelta(days=1)).weekday() in (SATURDAY, SUNDAY)
        for day in days
    )
    return max(stay.nights_min, stay.weekend_nights_min if weekend else 1)


def _check_gap(stay: StayRules, wish: Wish, world: Circumstances) -> Refusal | None:
    for other in world.own_periods:
        between = max(
            nights_between(other.ends_at, wish.period.starts_at, world.zone),
            nights_between(wish.period.ends_at, other.starts_at, world.zone),
        )
        if between < stay.gap_nights and not world.by_staff:
            return Refusal(
                "spaces.gap",
                N_("Zwischen zwei Aufenthalten eines Haushalts liegen mindestens {nights} Nächte."),
                N_(
                    "Nach Ihrem anderen Aufenthalt geht es ab {day} wieder. Der Service-Point kann "
                    "eine Ausnahme machen, zum Beispiel bei Pflege."
                ),
                values={
                    "nights": stay.gap_nights,
                    "day": days_after(other, stay.gap_nights, world.zone),
                },
            )
    return None

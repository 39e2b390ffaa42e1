"""What cannot hold together in the rules of a place. Pure.

The same for an operator's files and for the team's pages; `field` is what the file calls it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any

from node.base.refusals import N_
from node.quarter.files.space_values import SpaceKind, SpaceRow, StayRules

HOUSING_ID_FIGURES = 12


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A field that does not fit the others: German sentences with placeholders for `values`."""

    field: str
    message: str
    remedy: str
    values: dict[str, Any] = dataclasses.field(default_factory=dict)


def find_contradictions(row: SpaceRow) -> Iterator[Contradiction]:
    """What does not fit in a row, without what only a stay has."""
    if row.minutes_min > row.minutes_max:
        message = N_("Die kürzeste Dauer ist länger als die längste.")
        yield Contradiction("times", message, N_("Prüfen Sie die beiden Zahlen."))
    if row.kind is not SpaceKind.GUEST_APARTMENT and not any(row.hours.days):
        message = N_("Der Raum hat keine Öffnungszeiten.")
        yield Contradiction("hours", message, N_("Tragen Sie welche ein, z. B. 08:00-22:00."))
    audiences = [limit.audience for limit in row.limits]
    if len(set(audiences)) != len(audiences):
        message = N_("Für dieselben Haushalte stehen zwei Grenzen da.")
        yield Contradiction("limits", message, N_("Löschen Sie eine davon."))
    keys = [each.key for each in row.handover]
    if len(set(keys)) != len(keys):
        message = N_("In der Übergabeliste steht dasselbe zweimal.")
        yield Contradiction("handover", message, N_("Löschen Sie eines davon."))
    yield from _find_in_prices(row)
    yield from _find_in_cancellation(row)


def find_in_stay(stay: StayRules) -> Iterator[Contradiction]:
    """What does not fit in the rules of a guest apartment."""
    if stay.nights_min > stay.nights_max:
        message = N_("Die kleinste Zahl der Nächte ist größer als die größte.")
        yield Contradiction("nights_min", message, N_("Prüfen Sie die beiden Zahlen."))
    if stay.departure_until > stay.arrival_from:
        message = N_("Die Abreise liegt nach der Anreise der Nächsten.")
        yield Contradiction("departure_until", message, N_("Prüfen Sie die beiden Uhrzeiten."))
    if stay.registration_number and not is_housing_id(stay.registration_number):
        message = N_("Eine Wohnraum-ID hat zwölf Ziffern.")
        remedy = N_("Schreiben Sie sie so, wie sie im Bescheid steht, ohne Striche.")
        yield Contradiction("registration_number", message, remedy)
    gap = _minutes(stay.arrival_from) - _minutes(stay.departure_until)
    if 0 <= gap < stay.turnover_minutes:
        message = N_("Zwischen Abreise und Anreise ist weniger Zeit, als die Reinigung braucht.")
        yield Contradiction("turnover_minutes", message, N_("Prüfen Sie die Uhrzeiten."))
    if not stay.arrival_weekdays or not stay.departure_weekdays:
        name = "departure_days" if stay.arrival_weekdays else "arrival_days"
        message = N_("An keinem Wochentag kann jemand an- oder abreisen.")
        yield Contradiction(name, message, N_("Wählen Sie mindestens einen Tag."))


def is_housing_id(text: str) -> bool:
    """Whether this can be a Wohnraum-ID of North Rhine-Westphalia."""
    return len(text) == HOUSING_ID_FIGURES and text.isascii() and text.isdecimal()


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _find_in_prices(row: SpaceRow) -> Iterator[Contradiction]:
    cases: list[tuple[object, object]] = [(p.audience, p.purpose) for p in row.room_prices]
    cases += [(price.audience, None) for price in row.stay_prices]
    if len(set(cases)) != len(cases):
        message = N_("Für denselben Fall stehen zwei Preise da.")
        yield Contradiction("prices", message, N_("Löschen Sie einen davon."))
    any_price = any(price.audience is None for price in row.room_prices)
    priced = {audience for audience, _ in cases}
    for audience in row.horizon_days:
        if audience not in priced and not any_price:
            message = N_("Für „{audience}“ steht kein Preis da.")
            remedy = N_("Ergänzen Sie ihn, oder lassen Sie diese Haushalte nicht buchen.")
            yield Contradiction("horizon_days", message, remedy, {"audience": audience})
    if any(price.cleaning_cents > price.first_night_cents for price in row.stay_prices):
        message = N_("Die Reinigung kostet mehr als die erste Nacht, in der sie enthalten ist.")
        yield Contradiction("prices", message, N_("Prüfen Sie die beiden Preise."))


def _find_in_cancellation(row: SpaceRow) -> Iterator[Contradiction]:
    tiers = sorted(row.cancellation, key=lambda tier: -tier.notice_hours)
    percents = [tier.percent for tier in tiers]
    if percents != sorted(percents) or len({t.notice_hours for t in tiers}) != len(tiers):
        message = N_("Wer früher absagt, zahlt hier mehr, oder eine Frist steht zweimal da.")
        remedy = N_("Ordnen Sie die Stufen: je später, desto mehr Prozent.")
        yield Contradiction("cancellation", message, remedy)

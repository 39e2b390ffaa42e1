"""The demo's past and coming reservations, obeying the rules of each space's own file."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from quarters.names import GUESTS
from quarters.population import Household, Person, Population

PAST_DAYS = 90
COMING_DAYS = 14
ROOM_RESERVATIONS = 214
NO_SHOWS = 9
CANCELLED = 21
FROM_WAITING_LIST = 6
COMING_ROOMS = 34
STAYS = 52
NIGHTS = 156
FOREIGN_STAYS = 11
PER_HOUSEHOLD_MAX = 3
"""Nobody has more, over the whole time: so nobody ever had more open ones than is allowed."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEIGHTS = {
    "salon": 42,
    "konferenzraum": 46,
    "kueche-provence": 34,
    "lernzimmer": 48,
    "werkstatt": 30,
    "hofterrasse": 14,
}
QUIET = 22 * 60
NIGHTS_DRAWN = ((1, 2, 3, 4, 5, 7, 10), (12, 24, 26, 18, 8, 4, 1))
EMPTY_NIGHTS_DRAWN = ((0, 1, 2, 3, 5), (30, 28, 18, 14, 10))
Minutes = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reservation:
    """One line of `history/reservations.csv`; times are the wall clock."""

    space: str
    person: Person
    starts_at: datetime
    ends_at: datetime
    people: int
    purpose: str
    requested_at: datetime
    status: str = "confirmed"
    decided_at: datetime | None = None
    cancelled_at: datetime | None = None
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None
    by_staff: str = ""
    from_waiting_list: bool = False
    guest_name: str = ""
    guest_nationality: str = ""
    children_ages: tuple[int, ...] = ()


class Diary:
    """Who may still reserve, and what is taken: filled by drawing lots until something fits."""

    def __init__(
        self, random: Random, population: Population, spaces: dict[str, dict[str, Any]], today: date
    ) -> None:
        self.random = random
        self.spaces = spaces
        self.today = today
        self.rooms = [key for key, space in spaces.items() if space["kind"] == "room"]
        self.apartments = [
            key for key, space in spaces.items() if space["kind"] == "guest_apartment"
        ]
        self.hosts = [
            (home, person)
            for home in population.households
            for person in home.adults
            if person.registered_on
            and person.registered_on < today - timedelta(days=PAST_DAYS + 40)
        ]
        self.used: Counter[str] = Counter()
        self.taken: dict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        self.quota: Counter[tuple[str, str, int]] = Counter()

    def all(self, closures: list[tuple[str, date]]) -> list[Reservation]:
        """Every reservation, by start; `closures` are (space, day) that stay free."""
        for space, day in closures:
            start = datetime.combine(day, time.min)
            self.taken[space].append((start, start + timedelta(days=1)))
        past = self._past_rooms()
        coming = [self._room(1, COMING_DAYS) for _ in range(COMING_ROOMS - 6)]
        coming += [self._room(0, 0, earliest=13 * 60) for _ in range(6)]
        stays = self._stays()
        return sorted([*past, *coming, *stays], key=lambda r: (r.starts_at, r.space))

    # Rooms

    def _past_rooms(self) -> list[Reservation]:
        drawn = [self._room(-PAST_DAYS, -1) for _ in range(ROOM_RESERVATIONS - FROM_WAITING_LIST)]
        lots = self.random.sample(range(len(drawn)), CANCELLED + NO_SHOWS)
        cancelled, missed = lots[:CANCELLED], set(lots[CANCELLED:])
        result = []
        for number, reservation in enumerate(drawn):
            if number in cancelled:
                gone = self._cancelled(reservation)
                result.append(gone)
                if cancelled.index(number) < FROM_WAITING_LIST:
                    result.append(self._came(self._moved_up(gone)))
            elif number in missed:
                result.append(replace(reservation, status="no_show"))
            else:
                result.append(self._came(reservation))
        return result

    def _room(self, first: int, last: int, earliest: int = 0) -> Reservation:
        """A reservation between `first` and `last` days from today that breaks no rule."""
        while True:
            (key,) = self.random.choices(self.rooms, [WEIGHTS[room] for room in self.rooms])
            day = self.today + timedelta(days=self.random.randint(first, last))
            if key == "hofterrasse" and day.month in {11, 12, 1, 2} and self.random.random() < 0.8:
                continue
            minutes = self._minutes(self.spaces[key], day)
            if minutes is None or minutes[0] < earliest:
                continue
            reservation = self._try(key, day, minutes)
            if reservation is not None:
                return reservation

    def _minutes(self, space: dict[str, Any], day: date) -> Minutes | None:
        """Start and end as minutes after midnight, within the opening times and lengths."""
        spans = opening(space, day)
        if not spans:
            return None
        opens, closes = self.random.choice(spans)
        times = space["times"]
        step, longest = times["step"], min(times["max"], closes - opens, 300)
        if times["min"] > longest:
            return None
        length = self.random.randrange(times["min"], longest + 1, step)
        start = self.random.randrange(opens, closes - length + 1, step)
        end = start + length
        return (start, end) if end <= QUIET or self.random.random() < 0.5 else None

    def _try(self, key: str, day: date, minutes: Minutes) -> Reservation | None:
        space = self.spaces[key]
        midnight = datetime.combine(day, time.min)
        starts_at, ends_at = (midnight + timedelta(minutes=minute) for minute in minutes)
        before, after = space["times"]["buffer_before"], space["times"]["buffer_after"]
        blocked = (starts_at - timedelta(minutes=before), ends_at + timedelta(minutes=after))
        home, person = self._host()
        week = (home.key, key, day.isocalendar().week)
        length = minutes[1] - minutes[0]
        if self._is_taken(key, blocked) or self._is_over_quota(space, week, length):
            return None
        self._note(key, blocked, home, week, length)
        # NB: the desk may be closed for two holidays in a row, and a lead time counts its hours.
        ahead = 4 if "lead_desk_minutes" in space["times"] else 1
        requested_at = self._requested(starts_at, person, ahead)
        needs_approval = "quiet_from" in space and minutes[1] > QUIET
        return Reservation(
            space=key,
            person=person,
            starts_at=starts_at,
            ends_at=ends_at,
            people=self.random.randint(1, space["seats"]),
            purpose=self._purpose(space, length),
            requested_at=requested_at,
            decided_at=requested_at + timedelta(minutes=95 if needs_approval else 0),
            by_staff="" if person.has_address else self.random.choice(["S-MIRA", "S-JONAS"]),
        )

    def _is_taken(self, key: str, blocked: tuple[datetime, datetime]) -> bool:
        return any(start < blocked[1] and blocked[0] < end for start, end in self.taken[key])

    def _is_over_quota(self, space: dict[str, Any], week: Any, length: int) -> bool:
        quota = max((limit.get("week", 0) for limit in space.get("limits", [])), default=0)
        return bool(quota) and self.quota[week] + length > quota

    def _note(self, key: str, blocked: Any, home: Household, week: Any, length: int) -> None:
        self.taken[key].append(blocked)
        self.used[home.key] += 1
        self.quota[week] += length

    def _host(self) -> tuple[Household, Person]:
        while True:
            home, person = self.random.choice(self.hosts)
            prefers = home.contract_from is not None or self.random.random() < 0.3
            if prefers and self.used[home.key] < PER_HOUSEHOLD_MAX:
                return home, person

    def _requested(self, starts_at: datetime, person: Person, days_ahead: int) -> datetime:
        """Some time at least `days_ahead` before, yesterday at the latest; staff in desk hours."""
        latest = min(starts_at.date(), self.today) - timedelta(days=days_ahead)
        day = latest - timedelta(days=min(28, int(self.random.expovariate(1 / 8))))
        hours = (18, 20) if not person.has_address else (7, 23)
        if not person.has_address and day.weekday() >= 5:
            hours = (10, 12)
        minute = self.random.randrange(hours[0] * 60, hours[1] * 60)
        return datetime.combine(day, time(minute // 60, minute % 60))

    def _purpose(self, space: dict[str, Any], length: int) -> str:
        weights = {"private": 60, "open": 12, "tutoring": 80, "business": 40, "party": 0}
        if length >= 180:
            weights["party"] = 15
        purposes: list[str] = space["purposes"]
        return self.random.choices(purposes, [weights[purpose] for purpose in purposes])[0]

    def _cancelled(self, reservation: Reservation) -> Reservation:
        first, last = reservation.requested_at, reservation.starts_at
        share = self.random.uniform(0.2, 0.9)
        at = first + (last - first) * share
        return replace(reservation, status="cancelled", cancelled_at=_to_minute(at))

    def _moved_up(self, gone: Reservation) -> Reservation:
        """Somebody who waited for the slot gets it when it is cancelled."""
        home, person = self._host()
        self.used[home.key] += 1
        assert gone.cancelled_at is not None  # noqa: S101 - just cancelled
        waited = (gone.cancelled_at - gone.requested_at) / 2
        return replace(
            gone,
            person=person,
            status="confirmed",
            requested_at=_to_minute(gone.requested_at + waited),
            decided_at=gone.cancelled_at,
            cancelled_at=None,
            by_staff="" if person.has_address else "S-JONAS",
            from_waiting_list=True,
        )

    def _came(self, reservation: Reservation) -> Reservation:
        came = reservation.starts_at + timedelta(minutes=self.random.randint(-8, 14))
        left = reservation.ends_at + timedelta(minutes=self.random.randint(-18, 4))
        return replace(reservation, checked_in_at=came, checked_out_at=left)

    # Guest apartments

    def _stays(self) -> list[Reservation]:
        plans = self._stay_plans()
        foreign = set(self.random.sample(range(STAYS), FOREIGN_STAYS))
        past = [
            self._stay(*plan, is_foreign=number in foreign, is_past=True)
            for number, plan in enumerate(plans)
        ]
        coming = []
        for number, apartment in enumerate(self.apartments):
            # One is in the house, one arrives today, one left today and the next come tomorrow.
            arrival = self.today + timedelta(days=(-1, 0, 1)[number % 3])
            for nights in (3, 4, 2):
                arrival = self._allowed(arrival, nights)
                coming.append(self._stay(apartment, arrival, nights, is_foreign=nights == 4))
                arrival += timedelta(days=nights + self.random.randint(0, 2))
        return past + coming

    def _stay_plans(self) -> list[tuple[str, date, int]]:
        """Which apartment, arrival, nights: exactly the nights there were, in random gaps."""
        while True:
            plans = [plan for place in self.apartments for plan in self._one_calendar(place)]
            lengths = [nights for _, _, nights in plans]
            if len(plans) == STAYS and sum(lengths) == NIGHTS:
                return plans

    def _one_calendar(self, apartment: str) -> list[tuple[str, date, int]]:
        last = self.today - timedelta(days=self.apartments.index(apartment) == 0)
        arrival = self.today - timedelta(days=PAST_DAYS) + timedelta(days=self.random.randint(0, 3))
        plans: list[tuple[str, date, int]] = []
        while True:
            (nights,) = self.random.choices(*NIGHTS_DRAWN)
            arrival = self._allowed(arrival, nights)
            if arrival + timedelta(days=nights) > last:
                return plans
            plans.append((apartment, arrival, nights))
            arrival += timedelta(
                days=nights + self.random.choices([0, 1, 2, 3, 5], [30, 28, 18, 14, 10])[0]
            )

    def _allowed(self, arrival: date, nights: int) -> date:
        """The first day from `arrival` on that a stay of that length may begin."""
        stay = self.spaces[self.apartments[0]]["stay"]
        while nights < stay["weekend_nights_min"] and any(
            day.weekday() in {4, 5} and day.month in stay["weekend_months"]
            for day in (arrival + timedelta(days=offset) for offset in range(nights))
        ):
            arrival += timedelta(days=1)
        return arrival

    def _stay(
        self,
        apartment: str,
        arrival: date,
        nights: int,
        *,
        is_foreign: bool,
        is_past: bool = False,
    ) -> Reservation:
        space = self.spaces[apartment]
        home, person = self._new_host()
        self.used[home.key] += 1
        departure = arrival + timedelta(days=nights)
        starts_at = datetime.combine(arrival, time.fromisoformat(space["stay"]["arrival_from"]))
        ends_at = datetime.combine(departure, time.fromisoformat(space["stay"]["departure_until"]))
        requested_at = self._requested(starts_at, person, days_ahead=2)
        people = self.random.randint(1, space["seats"])
        children = max(0, people - 2) if people > 2 and self.random.random() < 0.7 else 0
        nation = self.random.choice([n for n in GUESTS if n != "DE"]) if is_foreign else "DE"
        came = starts_at + timedelta(minutes=self.random.randint(0, 290))
        left = ends_at - timedelta(minutes=self.random.randint(2, 130))
        return Reservation(
            space=apartment,
            person=person,
            starts_at=starts_at,
            ends_at=ends_at,
            people=people,
            purpose="",
            requested_at=requested_at,
            decided_at=requested_at,
            checked_in_at=came if arrival < self.today else None,
            checked_out_at=left if is_past and departure < self.today else None,
            by_staff="" if person.has_address else self.random.choice(["S-MIRA", "S-JONAS"]),
            guest_name=self._guest_name(nation),
            guest_nationality=nation,
            children_ages=tuple(self.random.randint(1, 16) for _ in range(children)),
        )

    def _guest_name(self, nation: str) -> str:
        names = GUESTS[nation]
        return f"{self.random.choice(names.given)} {self.random.choice(names.family)}"

    def _new_host(self) -> tuple[Household, Person]:
        """A household without any reservation: so the nights between two stays always fit."""
        while True:
            home, person = self._host()
            if not self.used[home.key]:
                return home, person


def opening(space: dict[str, Any], day: date) -> list[Minutes]:
    """The opening times of a room on a day, as its file says."""
    for name, spans in space.get("hours", {}).items():
        first, _, last = name.partition("-")
        start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
        weekday = day.weekday()
        is_in = start <= weekday <= end if start <= end else weekday >= start or weekday <= end
        if is_in:
            return [_span(text) for text in spans]
    return []


def _span(text: str) -> Minutes:
    opens, closes = ((int(t[:2]) * 60 + int(t[3:])) for t in text.split("-"))
    return opens, closes


def _to_minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)

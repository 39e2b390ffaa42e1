"""The invented people of the demo: flats, households, contracts, neighbours."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from quarters.names import ORIGINS, STREETS

FLATS_PER_HOUSE = 75
PEOPLE = 2500
OWNERS = 340
CONTRACTS = 610
REGISTERED_HOUSEHOLDS = 742
REGISTERED_ADULTS = 1310
WITHOUT_ANY_ADDRESS = 118
OUTSIDE_NEIGHBOURS = 64

ROOM_SIZES = {1.5: (40, 50), 2.0: (48, 70), 3.0: (70, 98), 4.0: (95, 132), 5.0: (130, 200)}
ROOM_WEIGHTS = (12, 27, 33, 20, 8)
SIZE_WEIGHTS = {
    1.5: (9, 1),
    2.0: (6, 4),
    3.0: (2, 4, 3, 2),
    4.0: (1, 2, 3, 4, 1),
    5.0: (1, 2, 2, 4, 3, 1),
}
PEOPLE_MAX = {1.5: 2, 2.0: 3, 3.0: 5, 4.0: 6, 5.0: 7}
MAIL_DOMAIN = "post.example"


@dataclass(slots=True)
class Person:
    """One invented person."""

    key: str
    given_name: str
    family_name: str
    birth_year: int | None = None
    email: str = ""
    phone: str = ""
    language: str = "de"
    registered_on: date | None = None

    @property
    def is_child(self) -> bool:
        """Only children have their year of birth in the files."""
        return self.birth_year is not None

    @property
    def has_address(self) -> bool:
        """Whether they can be reached by mail or phone."""
        return bool(self.email or self.phone)


@dataclass(slots=True)
class Household:
    """A flat and who lives there."""

    key: str
    building: str
    entrance: str
    floor: int
    number: str
    rooms: float
    size_m2: int
    people: list[Person] = field(default_factory=list)
    is_owner: bool = False
    contract_from: date | None = None
    since: date = date.min

    @property
    def flat(self) -> str:
        """The key of the flat."""
        return "F" + self.key[1:]

    @property
    def adults(self) -> list[Person]:
        """Who is of age."""
        return [person for person in self.people if not person.is_child]

    @property
    def name(self) -> str:
        """What stands at the bell."""
        return " / ".join(dict.fromkeys(person.family_name for person in self.adults))


@dataclass(slots=True)
class Neighbour:
    """Somebody from around the quarter and who vouches for them."""

    person: Person
    sponsor: Person
    street: str
    since: date


@dataclass(slots=True)
class Population:
    """Everybody."""

    households: list[Household]
    neighbours: list[Neighbour]


def invent(random: Random, buildings: list[dict[str, str]], today: date) -> Population:
    """A population in the demo's proportions, by registration relative to `today`."""
    households = [home for building in buildings for home in _flats(random, building)]
    _fill(random, households, today)
    for home in random.sample(households, OWNERS):
        home.is_owner = True
    for home in random.sample(households, CONTRACTS):
        home.contract_from = _first_of_month(max(home.since, today - timedelta(days=2_900)))
    _register(random, households, today)
    return Population(households, _neighbours(random, households, today))


def _flats(random: Random, building: dict[str, str]) -> list[Household]:
    entrances = building["entrances"].split("|")
    storeys = int(building["storeys"])
    homes = []
    per_entrance = FLATS_PER_HOUSE // len(entrances)
    for number in range(FLATS_PER_HOUSE):
        entrance, place = divmod(number, per_entrance)
        floor = place * storeys // per_entrance
        (rooms,) = random.choices(list(ROOM_SIZES), ROOM_WEIGHTS)
        low, high = ROOM_SIZES[rooms]
        homes.append(
            Household(
                key=f"H-{building['key'][2:]}-{floor:02d}{number + 1:02d}",
                building=building["key"],
                entrance=entrances[entrance],
                floor=floor,
                number=f"{floor}{number + 1:02d}",
                rooms=rooms,
                size_m2=random.randrange(low, high + 1),
            )
        )
    return homes


def _fill(random: Random, households: list[Household], today: date) -> None:
    sizes = [_household_size(random, home) for home in households]
    while sum(sizes) != PEOPLE:
        number = random.randrange(len(sizes))
        step = 1 if sum(sizes) < PEOPLE else -1
        if 1 <= sizes[number] + step <= PEOPLE_MAX[households[number].rooms]:
            sizes[number] += step
    count = 0
    for home, size in zip(households, sizes, strict=True):
        home.since = today - timedelta(days=random.randrange(60, 4_500))
        for person in _people(random, size, today):
            count += 1
            person.key = f"P-{count:04d}"
            home.people.append(person)


def _household_size(random: Random, home: Household) -> int:
    weights = SIZE_WEIGHTS[home.rooms]
    return random.choices(range(1, len(weights) + 1), weights)[0]


def _people(random: Random, size: int, today: date) -> list[Person]:
    origins = list(ORIGINS)
    (origin,) = random.choices(origins, [ORIGINS[name].share for name in origins])
    first = _adult(random, origin, random.choice(ORIGINS[origin].family), [])
    people = [first]
    grown_up = 1 if size == 1 or random.random() < 0.06 else 2
    if size >= 4 and random.random() < 0.2:
        grown_up = 3
    while len(people) < grown_up:
        if random.random() < 0.25:
            origin = random.choice(origins)
        shares_name = random.random() < 0.6
        family = first.family_name if shares_name else random.choice(ORIGINS[origin].family)
        people.append(_adult(random, origin, family, [person.given_name for person in people]))
    while len(people) < size:
        given = _given(random, origin, [person.given_name for person in people])
        year = today.year - random.randrange(1, 17)
        family = random.choice(people[:2]).family_name
        people.append(Person("", given, family, birth_year=year, language=first.language))
    return people


def _adult(random: Random, origin: str, family: str, taken: list[str]) -> Person:
    language = ORIGINS[origin].language if random.random() < 0.3 else "de"
    return Person("", _given(random, origin, taken), family, language=language)


def _given(random: Random, origin: str, taken: list[str]) -> str:
    return random.choice([name for name in ORIGINS[origin].given if name not in taken])


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _register(random: Random, households: list[Household], today: date) -> None:
    homes = random.sample(households, REGISTERED_HOUSEHOLDS)
    registered = [home.adults[0] for home in homes]
    others = [person for home in homes for person in home.adults[1:]]
    registered += random.sample(others, REGISTERED_ADULTS - len(registered))
    for person in registered:
        person.registered_on = today - timedelta(days=random.randrange(3, 1_100))
    silent = {person.key for person in random.sample(registered, WITHOUT_ANY_ADDRESS)}
    for person in registered:
        if person.key not in silent:
            _give_address(random, person)


def _give_address(random: Random, person: Person) -> None:
    has_mail = random.random() < 0.88
    if has_mail:
        person.email = f"{person.key.lower()}@{MAIL_DOMAIN}"
    if not has_mail or random.random() < 0.4:
        # NB: numbers that the network agency keeps free for films and examples.
        person.phone = f"0221 4710{random.randrange(1000):03d}"


def _neighbours(random: Random, households: list[Household], today: date) -> list[Neighbour]:
    sponsors = [person for home in households for person in home.adults if person.registered_on]
    found = []
    for number, sponsor in enumerate(random.sample(sponsors, OUTSIDE_NEIGHBOURS), start=1):
        (person,) = _people(random, 1, today)
        person.key = f"N-{number:02d}"
        street = f"{random.choice(STREETS)} {random.randrange(1, 90)}"
        since = today - timedelta(days=random.randrange(20, 900))
        if random.random() < 0.7:
            _give_address(random, person)
        found.append(Neighbour(person, sponsor, street, since))
    return found

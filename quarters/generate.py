"""Makes up the people, the waste dates and the past of the demo quarter.

`python -m quarters.generate` writes them beside the hand-written files of `le-flair-demo`;
`--check` tells whether the committed files are what it writes; `--into DIR --today DAY` makes a
copy that is alive on another day. The same day always gives the same files.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from quarters.calendar_dates import moved
from quarters.population import Population, invent
from quarters.reservations import Diary, Reservation

HOME = Path(__file__).parent / "le-flair-demo"
SEED = "le flair"
COMMITTED_DAY = date(2026, 11, 24)
"""The day that the committed files call today."""

HAND_WRITTEN = ("quarter.toml", "buildings.csv", "staff.csv", "spaces", "README.md")

BINS = {
    # the bin: weekday at the first house, weeks between two dates, first day at the first house
    "Restmüll": (1, date(2026, 11, 24)),
    "Biotonne": (1, date(2026, 11, 25)),
    "Papier": (2, date(2026, 12, 3)),
    "Verpackung": (2, date(2026, 11, 27)),
}
WASTE_MONTHS_BACK = 2


def generate(target: Path, today: date = COMMITTED_DAY) -> None:
    """Write the whole demo quarter into `target` (made where missing), alive on `today`."""
    target.mkdir(parents=True, exist_ok=True)
    if target.resolve() != HOME.resolve():
        _copy_hand_written(target)
    buildings = _read_csv(target / "buildings.csv")
    population = invent(Random(f"{SEED}/people"), buildings, today)
    _write_people(target, population)
    for number, building in enumerate(buildings):
        _write_ics(target / "waste" / f"{building['key']}.ics", _waste(number, building, today))
    closures = _closures(today)
    _write_ics(target / "closures.ics", [event for event, _ in closures])
    diary = Diary(Random(f"{SEED}/diary"), population, _spaces(target), today)
    _write_history(target, diary.all([blocked for _, blocked in closures]))


def _copy_hand_written(target: Path) -> None:
    for name in HAND_WRITTEN:
        if (HOME / name).is_dir():
            shutil.copytree(HOME / name, target / name, dirs_exist_ok=True)
        else:
            shutil.copyfile(HOME / name, target / name)


def _read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _write_csv(path: Path, columns: str, rows: Iterable[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split())
        writer.writerows([_cell(value) for value in row] for row in rows)


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M")
    return value


def _write_people(target: Path, population: Population) -> None:
    homes = population.households
    _write_csv(
        target / "flats.csv",
        "key building entrance number floor size_m2 rooms",
        (
            (h.flat, h.building, h.entrance, h.number, h.floor, h.size_m2, f"{h.rooms:g}")
            for h in homes
        ),
    )
    _write_csv(
        target / "households.csv",
        "key flat name tenure channel language since",
        (
            (
                h.key,
                h.flat,
                h.name,
                "owner" if h.is_owner else "tenant",
                _channel(h.adults),
                h.adults[0].language,
                h.since,
            )
            for h in homes
        ),
    )
    _write_csv(
        target / "people.csv",
        "key household given_name family_name child birth_year email phone language registered_on",
        (
            (
                p.key,
                h.key,
                p.given_name,
                p.family_name,
                p.is_child,
                p.birth_year,
                p.email,
                p.phone,
                p.language,
                p.registered_on,
            )
            for h in homes
            for p in h.people
        ),
    )
    _write_csv(
        target / "contracts.csv",
        "key household starts_on monthly minimum_months notice_months",
        (
            ("C" + h.key[1:], h.key, h.contract_from, "24.90", 12, 1)
            for h in homes
            if h.contract_from
        ),
    )
    _write_csv(
        target / "outside_neighbours.csv",
        "key given_name family_name sponsor street email phone language since",
        (
            (
                n.person.key,
                n.person.given_name,
                n.person.family_name,
                n.sponsor.key,
                n.street,
                n.person.email,
                n.person.phone,
                n.person.language,
                n.since,
            )
            for n in population.neighbours
        ),
    )


def _channel(adults: list[Any]) -> str:
    if any(person.email for person in adults):
        return "app"
    return "phone" if any(person.phone for person in adults) else "letter"


def _spaces(target: Path) -> dict[str, dict[str, Any]]:
    files = sorted((target / "spaces").glob("*.toml"))
    spaces = [tomllib.loads(path.read_text(encoding="utf-8")) for path in files]
    return {space["key"]: space for space in spaces}


def _closures(today: date) -> list[tuple[list[str], tuple[str, date]]]:
    """Two closures in the coming weeks, with the room and the day that stays free for each."""
    planned = (
        ("werkstatt", 9, "Wartung der Maschinen"),
        ("kueche-provence", 12, "Neue Abzugshaube"),
    )
    result = []
    for space, days, reason in planned:
        day = today + timedelta(days=days)
        event = [
            f"UID:{space}-{day:%Y%m%d}@le-flair-demo.example",
            f"SUMMARY:{reason}",
            f"LOCATION:{space}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        ]
        result.append((event, (space, day)))
    return result


def _waste(number: int, building: dict[str, str], today: date) -> Iterator[list[str]]:
    """A house's bins: a rhythm with the days taken out, and those that come instead.

    The first house has the days as given; each further one comes a working day later. The
    fortnight is counted in days: weeks have no parity that survives a year of 53.
    """
    first_day, last_day = _year_around(today)
    for name, (weeks, start) in BINS.items():
        shifted = start + timedelta(days=(start.weekday() + number) % 5 - start.weekday())
        step = timedelta(weeks=weeks)
        begin = shifted - ((shifted - first_day) // step) * step
        planned = [begin + step * n for n in range((last_day - begin) // step + 1)]
        moves = [(day, moved(day)) for day in planned if moved(day) != day]
        event = [
            f"UID:{name.lower().replace('ü', 'ue')}-{building['key']}@le-flair-demo.example",
            f"SUMMARY:{name}",
            f"DTSTART;VALUE=DATE:{begin:%Y%m%d}",
            f"RRULE:FREQ=WEEKLY;INTERVAL={weeks};UNTIL={planned[-1]:%Y%m%d}",
        ]
        event += [f"EXDATE;VALUE=DATE:{day:%Y%m%d}" for day, _ in moves]
        event += [f"RDATE;VALUE=DATE:{instead:%Y%m%d}" for _, instead in moves]
        yield event


def _year_around(today: date) -> tuple[date, date]:
    return today - timedelta(days=31 * WASTE_MONTHS_BACK), date(today.year + 1, 12, 31)


def _write_ics(path: Path, events: Iterable[list[str]]) -> None:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//le flair (Demo)//Quartier//DE"]
    for event in events:
        lines += ["BEGIN:VEVENT", "DTSTAMP:20260901T080000Z", *event, "END:VEVENT"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([*lines, "END:VCALENDAR", ""]).encode())


def _write_history(target: Path, reservations: list[Reservation]) -> None:
    _write_csv(
        target / "history" / "reservations.csv",
        "key space person starts_at ends_at people purpose status requested_at decided_at "
        "cancelled_at checked_in_at checked_out_at by_staff from_waiting_list guest_name "
        "guest_nationality children_ages",
        (
            (
                f"R-{number:04d}",
                r.space,
                r.person.key,
                r.starts_at,
                r.ends_at,
                r.people,
                r.purpose,
                r.status,
                r.requested_at,
                r.decided_at,
                r.cancelled_at,
                r.checked_in_at,
                r.checked_out_at,
                r.by_staff,
                r.from_waiting_list,
                r.guest_name,
                r.guest_nationality,
                "|".join(map(str, r.children_ages)),
            )
            for number, r in enumerate(reservations, start=1)
        ),
    )


def differences(today: date = COMMITTED_DAY) -> list[str]:
    """The committed files that the generator would write otherwise, by name."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder)
        generate(fresh, today)
        names = {path.relative_to(base) for base in (HOME, fresh) for path in base.rglob("*.*")}
        return sorted(
            str(name) for name in names if _content(HOME / name) != _content(fresh / name)
        )


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=HOME, help="directory to write to")
    parser.add_argument(
        "--today", type=date.fromisoformat, default=COMMITTED_DAY, help="2026-11-24"
    )
    parser.add_argument("--check", action="store_true", help="only compare the committed files")
    wanted = parser.parse_args()
    if wanted.check:
        found = differences()
        sys.stdout.write("".join(f"differs: {name}\n" for name in found))
        return 1 if found else 0
    generate(wanted.into, wanted.today)
    return 0


if __name__ == "__main__":
    sys.exit(main())

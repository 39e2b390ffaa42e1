"""Which backups go: a pure rule over their names.

Kept are the newest of each of the last 24 hours, 14 days and 8 weeks that have one. Hours in which
nothing was backed up use nothing up, so a box that was off for a month keeps what it has. The
clock may be wrong: what a name dates into the future can't be judged and stays, and so does what
carries no date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

SUFFIX = ".age"
_DATED = re.compile(
    r"^quartier-(?P<site>[0-9a-f]{8})-(?P<at>\d{8}T\d{6}Z)(-(?P<number>\d+))?\.age$"
)


@dataclass(frozen=True, slots=True)
class Keeping:
    """For how many hours, days and weeks one backup each is kept."""

    hourly: int = 24
    daily: int = 14
    weekly: int = 8


KEEPING = Keeping()


def backup_name(site: bytes, now: datetime, *, number: int = 1) -> str:
    """The name of a node's backup; `number` tells those of one second apart."""
    again = f"-{number}" if number > 1 else ""
    return f"quartier-{site.hex()[:8]}-{now:%Y%m%dT%H%M%SZ}{again}{SUFFIX}"


def next_name(site: bytes, now: datetime, names: Iterable[str]) -> str:
    """A name that ranks above all of this second, also where the first of them is gone again."""
    second = made_at(backup_name(site, now))
    numbers = [_rank(name)[1] for name in names if made_at(name) == second]
    return backup_name(site, now, number=max(numbers, default=0) + 1)


def made_at(name: str) -> datetime | None:
    """When a backup was made, by its name; None for what is no backup's name."""
    found = _DATED.match(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found["at"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def newest_first(names: Iterable[str], *, now: datetime) -> list[str]:
    """Backups in the order in which to try them: what is dated into the future last."""
    ranked = sorted((name for name in names if made_at(name) is not None), key=_rank, reverse=True)
    return sorted(ranked, key=lambda name: _rank(name)[0] > now)


def _rank(name: str) -> tuple[datetime, int]:
    found = _DATED.match(name)
    at = made_at(name)
    if found is None or at is None:
        raise ValueError(f"{name!r} is no backup's name")
    return at, int(found["number"] or 1)


def names_to_delete(
    names: Iterable[str], *, just_made: str, now: datetime, keeping: Keeping
) -> list[str]:
    """The backups of the node that made `just_made` which are no longer needed; never that one."""
    owner = just_made[: len("quartier-") + 8]
    dated = {
        name: at
        for name in names
        if name.startswith(owner) and (at := made_at(name)) is not None and at <= now
    }
    kept = {just_made}
    for key, count in (
        (_hour, keeping.hourly),
        (_day, keeping.daily),
        (_week, keeping.weekly),
    ):
        kept |= _newest_of_each(dated, key, count)
    return sorted(dated.keys() - kept)


def _newest_of_each(
    dated: dict[str, datetime], key: Callable[[datetime], Any], count: int
) -> set[str]:
    newest: dict[Any, str] = {}
    for name in sorted(dated, key=_rank, reverse=True):
        newest.setdefault(key(dated[name]), name)
    return set(list(newest.values())[:count])


def _hour(at: datetime) -> Any:
    return (at.date(), at.hour)


def _day(at: datetime) -> Any:
    return at.date()


def _week(at: datetime) -> Any:
    return at.isocalendar()[:2]

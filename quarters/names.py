"""The word lists of `names.toml`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

_LISTS = tomllib.loads((Path(__file__).parent / "names.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Names:
    """The given and family names of one origin; `share` is how many of a hundred households have
    it, `language` what its people may prefer to read."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    share: int = 0
    language: str = "de"


def _names(table: dict[str, list[str]]) -> Names:
    return Names(tuple(table["given"]), tuple(table["family"]))


ORIGINS = {
    name: Names(
        tuple(table["given"]),
        tuple(table["family"]),
        table["households_percent"],
        table["language"],
    )
    for name, table in _LISTS["origins"].items()
}
GUESTS = {nationality: _names(table) for nationality, table in _LISTS["guests"].items()}
STREETS: tuple[str, ...] = tuple(_LISTS["streets"])

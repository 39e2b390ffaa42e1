"""The first files of a quarter that has none: its name and place, who looks after it, and lists to
be filled in.

What was typed at a box's first start becomes a directory like any operator's, so that nothing is
known of a quarter that does not stand in its files, and importing them again changes nothing.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from node.base.ids import random_code

SEED_CHARS = 20
LISTS = {
    "buildings.csv": "key name street postcode city storeys entrances",
    "flats.csv": "key building entrance number floor size_m2 rooms",
    "households.csv": "key flat name tenure lives_here channel language since until",
    "people.csv": "key household given_name family_name child birth_year email phone language",
    "contracts.csv": "key household starts_on ends_on monthly minimum_months notice_months",
}
"""Empty for now, with the columns that are mostly needed; `docs/import.md` names them all."""

STAFF = ("key", "given_name", "family_name", "role", "sign_in")
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True, slots=True)
class First:
    """Who looks after the quarter from its first day. `role` is one of the team's."""

    given_name: str
    family_name: str
    role: str


def write_beginnings(folder: Path, *, name: str, city: str, first: First) -> None:
    """Write the directory, over what an earlier try wrote there."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {
        "key": short_name(name),
        "name": _one_line(name),
        "city": _one_line(city),
        "id_seed": random_code(SEED_CHARS),
    }
    lines = ["[quarter]", *(f"{field} = {_quoted(value)}" for field, value in about.items())]
    _write(folder / "quarter.toml", "\n".join(lines) + "\n")
    for file, columns in LISTS.items():
        _write(folder / file, _table([columns.split()]))
    key = short_name(first.given_name)
    person = (f"T-{key}", _one_line(first.given_name), _one_line(first.family_name))
    _write(folder / "staff.csv", _table([STAFF, (*person, first.role, key)]))


def short_name(text: str) -> str:
    """A key or sign-in name of what somebody typed: small letters and digits, never empty."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_SPELT_OUT))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-") or "q"


def _one_line(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text).strip()


def _quoted(text: str) -> str:
    """A TOML string: of printable text the same as JSON's."""
    return json.dumps(text, ensure_ascii=False)


def _table(rows: Iterable[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")

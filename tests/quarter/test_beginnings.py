"""The files of a quarter that begins with a name and a place: read back like any operator's."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.base.actors import Role
from node.quarter.files import QuarterFiles, read_quarter
from node.quarter.files.beginnings import First, short_name, write_beginnings

ANNA = First("Änne", 'O\'Hara, geb. "Groß"', "staff")


def written(folder: Path, name: str, city: str = "Köln", first: First = ANNA) -> QuarterFiles:
    write_beginnings(folder, name=name, city=city, first=first)
    found = read_quarter(folder)
    assert isinstance(found, QuarterFiles), found
    return found


def test_what_was_typed_stands_in_the_files(tmp_path: Path) -> None:
    found = written(tmp_path, 'Hof "Am \\ Süd"')
    assert (found.profile.name, found.profile.city) == ('Hof "Am \\ Süd"', "Köln")
    assert found.profile.key == "hof-am-sued"
    assert not found.warnings
    assert not found.buildings
    [row] = found.staff
    assert (row.given_name, row.family_name) == (ANNA.given_name, ANNA.family_name)
    assert (row.role, row.sign_in) == (Role.STAFF, "aenne")


def test_two_quarters_of_one_name_have_ids_of_their_own(tmp_path: Path) -> None:
    one, two = written(tmp_path / "one", "Hof"), written(tmp_path / "two", "Hof")
    assert one.profile.key == two.profile.key
    assert one.id_of("building", "A") != two.id_of("building", "A")


@given(name=st.text(min_size=1, max_size=60).filter(lambda text: text.strip().isprintable()))
def test_whatever_people_call_it_can_be_read_back(
    name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if not name.strip():
        return
    found = written(tmp_path_factory.mktemp("q"), name, first=First(name, name, "operator"))
    assert found.profile.name == name.strip()
    assert found.staff[0].given_name == name.strip()


@pytest.mark.parametrize(
    ("text", "short"), [("Straße 4", "strasse-4"), ("Ирина", "q"), ("  ", "q"), ("A-B", "a-b")]
)
def test_short_names_are_plain(text: str, short: str) -> None:
    assert short_name(text) == short

"""The desk finds people by name, bell, house and flat, however it is typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from node import people
from node.base.refusals import Refusal
from node.people.search import refresh_words
from node.registry import REGISTRY
from node.store import Core, Founding, Member
from tests.cast import Cast, move_in


def found(core: Core, cast: Cast, text: str) -> list[str]:
    demir = core.read(lambda read: cast.actor(read, "demir"))
    lines = core.read(lambda read: people.search_people(read, demir, text))
    assert not isinstance(lines, Refusal)
    return [line.person.name for line in lines]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("anna", ["Anna Linde"]),
        ("LIND", ["Bilal Kaya", "Anna Linde"]),
        ("linde anna", ["Anna Linde"]),
        ("som", ["Sam Sommer", "Toni Sommer"]),
        ("birke 03", ["Sam Sommer", "Toni Sommer"]),
        ("ahorn", ["Bilal Kaya", "Anna Linde"]),
        ("demir", ["Demir Aksoy"]),
        ("ulmenstrasse", ["Greta Vogel"]),
        ("Ulmenstraße 12", ["Greta Vogel"]),
        ("nirgends", []),
        ("", []),
        ("% _ '", []),
        ("anna nirgends", []),
    ],
)
def test_people_are_found(core: Core, cast: Cast, text: str, names: list[str]) -> None:
    assert found(core, cast, text) == names


def test_a_line_tells_where_somebody_lives(core: Core, cast: Cast) -> None:
    demir = core.read(lambda read: cast.actor(read, "demir"))
    (line,) = core.read(lambda read: people.search_people(read, demir, "clara"))
    assert (line.household_name, line.place) == ("Moreau", "Haus Birke, A 01")


def test_the_index_follows_additions_and_changes(core: Core, cast: Cast) -> None:
    core.write(
        lambda write: people.add_person(
            write,
            people.COMMAND_LINE,
            cast.household("clara"),
            given_name="Jörg",
            family_name="Grün",
            now=cast.now,
        )
    )
    assert found(core, cast, "jorg") == found(core, cast, "joerg") == ["Jörg Grün"]
    rows = tuple(
        replace(row, name="Grün / Moreau") if row.key == "H-BIR-01" else row
        for row in cast.files.households
    )
    people.import_people(core, replace(cast.files, households=rows), now=cast.now)
    assert found(core, cast, "gruen") == ["Jörg Grün", "Clara Moreau"]


def test_the_index_is_rebuilt_from_the_facts(core: Core, cast: Cast) -> None:
    words = lambda: core.read(  # noqa: E731
        lambda r: sorted(tuple(row) for row in r.rows("select word, person_id from person_word"))
    )
    before = words()
    assert before
    core.write(lambda write: write.execute("delete from person_word"))
    core.write(people.rebuild)
    assert words() == before
    assert core.write(refresh_words) == 0


def test_the_index_follows_a_merge(core: Core, cast: Cast, tmp_path, clock) -> None:
    other = Core.open(
        tmp_path / "other.db",
        REGISTRY,
        clock=clock,
        founding=Founding(core.quarter, core.epoch),
    )
    other.after_merge = lambda write, touched: people.after_merge(write, touched, now=clock.now())
    members = {core.site_id: Member(core.identity.public_key, core.role)}
    for chain in sorted(core.heads()):
        other.receive(core.changesets(chain, after=0, max_bytes=10**9), members)
    assert found(other, cast, "birke 03") == ["Sam Sommer", "Toni Sommer"]
    assert move_in(other, cast.files, cast.now).files == cast.files
    other.close()

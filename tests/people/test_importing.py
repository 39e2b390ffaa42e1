"""Importing people: twice is once, changes change, what is gone ends, nobody is deleted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from node import people
from node.base.actors import Face, Role
from node.base.clock import FrozenClock
from node.people.importing import plan_people
from node.people.model import PeopleImported
from node.quarter.files import ContractRow, QuarterFiles
from node.store import Core
from tests.cast import Cast, move_in


def actor(core: Core, cast: Cast, name: str, clock: FrozenClock):
    return core.read(
        lambda read: people.actor_of(read, cast.id(name), face=Face.PORTAL, now=clock.now())
    )


def changed_person(files: QuarterFiles, key: str, **values: object) -> QuarterFiles:
    rows = tuple(replace(row, **values) if row.key == key else row for row in files.people)
    return replace(files, people=rows)


def test_roles_and_contracts_come_from_the_files(core: Core, cast: Cast, clock) -> None:
    anna, clara, sam = (actor(core, cast, name, clock) for name in ("anna", "clara", "sam"))
    assert anna.roles == {Role.RESIDENT}
    assert anna.has_contract
    assert anna.name == "Anna Linde"
    assert clara.roles == {Role.RESIDENT}
    assert not clara.has_contract
    assert sam.roles == {Role.RESIDENT, Role.OWNER}
    assert not sam.has_contract, "the contract ended in 2025"
    assert actor(core, cast, "greta", clock).roles == {Role.OUTSIDE_NEIGHBOUR}
    assert actor(core, cast, "demir", clock).roles == {Role.STAFF}
    assert actor(core, cast, "eva", clock).roles == {Role.MANAGEMENT}
    assert actor(core, cast, "ole", clock).roles == {Role.OPERATOR}


def test_a_second_import_of_the_same_files_writes_nothing(core: Core, cast: Cast, clock) -> None:
    heads = core.heads()
    clock.advance(timedelta(days=3))
    assert people.import_people(core, cast.files, now=clock.now()) == PeopleImported()
    assert core.heads() == heads


def test_a_changed_row_changes_that_person_alone(core: Core, cast: Cast, clock) -> None:
    files = changed_person(cast.files, "P-CLARA", family_name="Moreau-Linde")
    done = people.import_people(core, files, now=clock.now())
    assert done == PeopleImported(changed=1)
    assert actor(core, cast, "clara", clock).name == "Clara Moreau-Linde"


def test_who_is_gone_from_the_files_has_no_rights_but_is_kept(
    core: Core, cast: Cast, clock
) -> None:
    people_left = tuple(row for row in cast.files.people if row.key != "P-BILAL")
    fewer = replace(cast.files, people=people_left)
    clock.advance(timedelta(hours=1))
    assert people.import_people(core, fewer, now=clock.now()) == PeopleImported(ended=1)
    assert actor(core, cast, "bilal", clock) is None
    assert core.read(lambda read: people.find_person(read, cast.id("bilal"))).name == "Bilal Kaya"
    assert people.import_people(core, fewer, now=clock.now()) == PeopleImported()
    people.import_people(core, cast.files, now=clock.now())
    assert actor(core, cast, "bilal", clock).roles == {Role.RESIDENT}


def test_a_household_that_is_gone_takes_also_those_along_who_added_themselves(
    core: Core, cast: Cast, clock
) -> None:
    demir = core.read(lambda read: cast.actor(read, "demir"))
    added = core.write(
        lambda write: people.add_person(
            write, demir, cast.household("clara"), given_name="Noor", now=clock.now()
        )
    )
    find = lambda read: people.actor_of(read, added.id, face=Face.PORTAL, now=clock.now())  # noqa: E731
    people.import_people(core, cast.files, now=clock.now())
    assert core.read(find).roles == {Role.RESIDENT}, "an import leaves them in peace"
    fewer = replace(
        cast.files,
        people=tuple(row for row in cast.files.people if row.key != "P-CLARA"),
        households=tuple(row for row in cast.files.households if row.key != "H-BIR-01"),
    )
    people.import_people(core, fewer, now=clock.now())
    assert core.read(find) is None
    assert actor(core, cast, "clara", clock) is None
    people.import_people(core, cast.files, now=clock.now())
    assert core.read(find).roles == {Role.RESIDENT}


def test_a_contract_entitles_through_its_last_day_in_local_time(
    core: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    row = ContractRow(
        key="C-9",
        household="H-BIR-01",
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 24),
    )
    cast = move_in(core, replace(files, contracts=(*files.contracts, row)), clock.now())
    assert actor(core, cast, "clara", clock).has_contract
    clock.advance(timedelta(hours=13, minutes=59))  # 23:59 in Düsseldorf
    assert actor(core, cast, "clara", clock).has_contract
    clock.advance(timedelta(minutes=1))
    assert not actor(core, cast, "clara", clock).has_contract


def test_the_last_day_of_the_calendar_means_without_an_end(
    core: Core, files: QuarterFiles, clock: FrozenClock
) -> None:
    rows = tuple(replace(row, ends_on=date.max) for row in files.contracts)
    cast = move_in(core, replace(files, contracts=rows), clock.now())
    assert actor(core, cast, "anna", clock).has_contract


def test_a_contract_ends_moves_and_comes_back_with_the_files(core: Core, cast: Cast, clock) -> None:
    def with_contract(household: str | None) -> QuarterFiles:
        rows = [row for row in cast.files.contracts if row.key != "C-1"]
        kept = next(row for row in cast.files.contracts if row.key == "C-1")
        more = [replace(kept, household=household)] if household else []
        return replace(cast.files, contracts=(*rows, *more))

    def entitled() -> dict[str, bool]:
        return {n: actor(core, cast, n, clock).has_contract for n in ("anna", "clara")}

    clock.advance(timedelta(hours=1))
    people.import_people(core, with_contract("H-BIR-01"), now=clock.now())
    assert entitled() == {"anna": False, "clara": True}
    people.import_people(core, with_contract(None), now=clock.now())
    assert entitled() == {"anna": False, "clara": False}
    people.import_people(core, with_contract("H-AHO-02"), now=clock.now())
    assert entitled() == {"anna": True, "clara": False}


def test_an_import_that_was_cut_short_is_finished_by_the_next(
    core: Core, files: QuarterFiles, clock: FrozenClock, monkeypatch
) -> None:
    monkeypatch.setattr("node.people.importing.CHANGES_A_PIECE", 3)
    pieces = core.read(lambda read: plan_people(read, files, now=clock.now()))
    assert len(pieces) > 3
    for piece in pieces[:2]:
        core.write(piece.apply)
    told: list[tuple[int, int]] = []
    people.import_people(
        core, files, progress=lambda done, total: told.append((done, total)), now=clock.now()
    )
    assert told[-1][0] == told[-1][1]
    assert people.import_people(core, files, now=clock.now()) == PeopleImported()
    assert core.read(lambda read: people.count_people(read, now=clock.now())).persons == 5


def test_children_grow_up_by_their_year_of_birth(core: Core, cast: Cast, clock) -> None:
    assert actor(core, cast, "toni", clock).roles == {Role.RESIDENT}
    grown = changed_person(cast.files, "P-TONI", birth_year=2008)
    people.import_people(core, grown, now=clock.now())
    assert actor(core, cast, "toni", clock).roles == {Role.RESIDENT, Role.OWNER}

"""A household goes with the last of its people, and not because another box made it seem empty."""

from __future__ import annotations

from node import people
from node.store import Write
from tests.erasure.conftest import Town, erased

FIELDS = "select profile from household where id = :id"
TERMS = "select terms from service_contract where household_id = :id"


def held(town: Town, household_id: bytes) -> list[bool]:
    """Whether home still knows the name at the bell, and the contract."""
    return town["home"].core.read(
        lambda read: [bool(read.value(sql, id=household_id)) for sql in (FIELDS, TERMS)]
    )


def test_with_the_last_of_its_people_a_household_goes_everywhere(town: Town) -> None:
    anna, bilal, home = town.cast.id("anna"), town.cast.id("bilal"), town.cast.household("anna")
    assert town.cast.household("bilal") == home
    town.meet()
    assert held(town, home) == [True, True]
    erased(town, anna)
    assert held(town, home) == [True, True]
    others = town["home"].core.read(lambda read: people.members_of(read, home))
    for other in others:
        erased(town, other.id)
    assert bilal in {other.id for other in others}
    assert held(town, home) == [False, False]
    town.meet()
    town.sweep()
    for name in ("home", "kiosk"):
        assert town[name].core.read(lambda read: people.find_household(read, home)) is None


def test_a_family_that_the_lobbys_box_moved_away_keeps_what_is_theirs(town: Town) -> None:
    """Anna is truly erased; the box moves the others out at the same time, to make it the last."""
    anna, home = town.cast.id("anna"), town.cast.household("anna")
    town.meet()

    def move_away(write: Write) -> None:
        write.execute(
            "update person set household_id = :elsewhere"
            " where household_id = :home and id != :anna",
            elsewhere=town.cast.household("clara"),
            home=home,
            anna=anna,
        )

    town["kiosk"].write(move_away)
    town.meet()
    erased(town, anna)
    town.meet()
    town.sweep()
    assert held(town, home) == [True, True]
    now = town.clock.now()
    town["home"].write(
        lambda write: write.execute(
            "update person set household_id = :home where id = :bilal",
            home=home,
            bilal=town.cast.id("bilal"),
        )
    )
    people.import_people(town["home"].core, town.cast.files, now=now)
    town.meet()
    assert held(town, home) == [True, True]
    members = town["home"].core.read(lambda read: people.members_of(read, home))
    assert town.cast.id("bilal") in {member.id for member in members}


def test_people_whom_the_lobbys_box_deleted_count_as_living_there(town: Town) -> None:
    anna, home = town.cast.id("anna"), town.cast.household("anna")
    town.meet()
    town["kiosk"].write(
        lambda write: write.execute(
            "delete from person where household_id = :home and id != :anna", home=home, anna=anna
        )
    )
    town.meet()
    erased(town, anna)
    town.meet()
    town.sweep()
    assert held(town, home) == [True, True]

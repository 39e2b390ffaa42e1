"""Who may do what, by name: the cast before every door of the people room."""

from __future__ import annotations

import pytest

from node import people
from node.base.actors import Actor, Face, Permission, Role, may
from node.base.refusals import Refusal
from node.people.model import Entitlement
from node.store import Core, Write
from tests.cast import FRITZ, Cast

TEAM = ("demir", "eva")
NEIGHBOURS = ("anna", "bilal", "clara", "sam", "greta")


def code_of(result: object) -> str:
    return result.code if isinstance(result, Refusal) else "ok"


def everybody(core: Core, cast: Cast) -> dict[str, Actor]:
    names = (*NEIGHBOURS, "demir", "eva", "ole")
    actors = {name: core.read(lambda read, n=name: cast.actor(read, n)) for name in names}
    return {**actors, "fritz": FRITZ}


DOORS = {
    "issue_card": lambda write, actor, cast: people.issue_card(
        write, actor, cast.id("clara"), now=cast.now
    ),
    "issue_code": lambda write, actor, cast: people.issue_code(
        write, actor, cast.household("clara"), now=cast.now
    ),
    "add_person": lambda write, actor, cast: people.add_person(
        write, actor, cast.household("clara"), given_name="Noor", now=cast.now
    ),
    "forget_secrets": lambda write, actor, cast: people.forget_secrets(
        write, actor, cast.id("clara"), now=cast.now
    ),
    "search_people": lambda write, actor, _: people.search_people(write, actor, "moreau"),
    "view_household": lambda write, actor, cast: people.view_household(
        write, actor, cast.household("clara"), now=cast.now
    ),
}
PASSED = Refusal("passed", "Rolls back, so that everybody finds the same.")
ALLOWED = {
    "issue_card": {"demir", "eva"},
    "issue_code": {"demir", "eva"},
    "add_person": {"demir", "eva"},
    "forget_secrets": {"demir", "eva"},
    "search_people": {"demir", "eva"},
    "view_household": {"clara", "demir", "eva"},
}


@pytest.mark.parametrize("door", DOORS)
def test_each_door_opens_for_these_and_nobody_else(core: Core, cast: Cast, door: str) -> None:
    passed = set()
    for name, actor in everybody(core, cast).items():

        def attempt(write: Write, actor: Actor = actor) -> Refusal:
            result = DOORS[door](write, actor, cast)
            return result if isinstance(result, Refusal) else PASSED

        code = code_of(core.write(attempt))
        assert code in {"passed", "people.not_allowed"}, name
        if code == "passed":
            passed.add(name)
    assert passed == ALLOWED[door]


def test_demir_acts_for_anna_with_annas_rights_and_his_name_on_it(core: Core, cast: Cast) -> None:
    demir = core.read(lambda read: cast.actor(read, "demir", face=Face.DESK))
    acting = core.read(lambda r: people.act_for(r, demir, cast.id("anna"), now=cast.now))
    assert acting.person_id == cast.id("anna")
    assert acting.household_id == cast.household("anna")
    assert acting.has_contract
    assert acting.staff_id == cast.id("demir")
    assert acting.face is Face.DESK
    assert not may(acting, Permission.ISSUE_CODES)


def test_rights_of_the_team_are_never_lent(core: Core, cast: Cast) -> None:
    actors = everybody(core, cast)

    def act(name: str, for_whom: str) -> str:
        found = core.read(
            lambda r: people.act_for(r, actors[name], cast.id(for_whom), now=cast.now)
        )
        return code_of(found)

    assert act("demir", "eva") == "people.not_allowed"
    assert act("demir", "ole") == "people.not_allowed"
    for name in (*NEIGHBOURS, "eva", "ole", "fritz"):
        assert act(name, "clara") == "people.not_allowed", name
    acting = core.read(lambda r: people.act_for(r, actors["demir"], cast.id("anna"), now=cast.now))
    again = core.read(lambda r: people.act_for(r, acting, cast.id("clara"), now=cast.now))
    assert code_of(again) == "people.not_allowed"
    nobody = core.read(lambda r: people.act_for(r, actors["demir"], b"?" * 16, now=cast.now))
    assert code_of(nobody) == "people.not_found"


def test_every_write_says_which_member_of_staff_did_it(core: Core, cast: Cast) -> None:
    demir = core.read(lambda read: cast.actor(read, "demir"))
    acting = core.read(lambda r: people.act_for(r, demir, cast.id("anna"), now=cast.now))

    def act(write: Write) -> None:
        added = people.add_person(
            write, demir, cast.household("anna"), given_name="Noor", now=cast.now
        )
        people.issue_card(write, demir, added.id, now=cast.now)
        people.revoke_cards(write, demir, added.id, now=cast.now)
        people.issue_code(write, demir, cast.household("anna"), now=cast.now)
        people.revoke_codes(write, demir, cast.household("anna"), now=cast.now)
        people.sign_out_everywhere(write, acting, now=cast.now)

    core.write(act)
    for table in ("card", "card_revocation", "household_code", "code_revocation", "sign_out"):
        staff = core.read(lambda r, t=table: r.rows(f"select staff_id from {t}"))
        assert [row["staff_id"] for row in staff] == [cast.id("demir")], table
    added = core.read(lambda r: r.value("select staff_id from person where source = ''"))
    assert added == cast.id("demir")


def test_anna_voids_her_own_card_and_not_claras(core: Core, cast: Cast) -> None:
    anna = core.read(lambda read: cast.actor(read, "anna"))
    for name in ("anna", "clara"):
        core.write(
            lambda write, n=name: people.issue_card(
                write, people.COMMAND_LINE, cast.id(n), now=cast.now
            )
        )
    revoke = lambda name: core.write(  # noqa: E731
        lambda write: people.revoke_cards(write, anna, cast.id(name), now=cast.now)
    )
    assert revoke("anna") == 1
    assert revoke("anna") == 0
    assert code_of(revoke("clara")) == "people.not_allowed"


def test_a_household_is_seen_whole_by_its_members(core: Core, cast: Cast) -> None:
    anna = core.read(lambda read: cast.actor(read, "anna"))
    view = core.read(lambda r: people.view_household(r, anna, cast.household("anna"), now=cast.now))
    assert view.household.name == "Linde / Kaya"
    assert view.place == "Haus Ahorn, A 02"
    assert [member.person.name for member in view.members] == ["Bilal Kaya", "Anna Linde"]
    assert not any(member.has_secret or member.has_card for member in view.members)
    assert view.entitlement.state is Entitlement.ACTIVE
    assert view.code_issued_at is None
    core.write(
        lambda w: people.issue_code(w, people.COMMAND_LINE, cast.household("anna"), now=cast.now)
    )
    issued = core.read(
        lambda r: people.view_household(r, anna, cast.household("anna"), now=cast.now)
    )
    assert issued.code_issued_at == cast.now


def test_a_person_without_household_is_not_a_way_into_others(core: Core, cast: Cast) -> None:
    """The team belongs to no household; the empty id must not open anything."""
    ole = core.read(lambda read: cast.actor(read, "ole"))
    assert ole.household_id == b""
    assert code_of(core.read(lambda r: people.view_household(r, ole, b"", now=cast.now))) == (
        "people.not_allowed"
    )


def test_names_and_places_as_the_desk_says_them(core: Core, cast: Cast) -> None:
    said = lambda name: core.read(lambda r: people.name_and_place(r, cast.id(name)))  # noqa: E731
    assert said("anna") == ("Anna Linde", "Haus Ahorn, A 02")
    assert said("demir") == ("Demir Aksoy", "Service-Point")
    assert said("greta") == ("Greta Vogel", "Ulmenstraße 12")
    assert core.read(lambda r: people.name_and_place(r, b"?" * 16)) == ("", "")
    building = core.read(lambda r: people.building_of(r, cast.household("anna")))
    assert building == cast.files.id_of("building", "B-AHO")
    assert core.read(lambda r: people.building_of(r, b"")) is None


def test_counts_are_of_those_who_live_here_now(core: Core, cast: Cast) -> None:
    counts = core.read(lambda r: people.count_people(r, now=cast.now))
    assert counts.households == 3
    assert counts.with_contract == 1
    assert counts.persons == 5
    assert counts.registered == 3
    assert counts.registered_without_email == 2
    assert counts.outside_neighbours == 1


def test_what_a_merge_brought_in_part_gives_no_rights(core: Core, cast: Cast) -> None:
    """Rows whose cells have not come yet, or that another release wrote, open nothing."""
    stranger = b"s" * 16

    def half(write: Write) -> None:
        write.insert("person", id=stranger)
        write.insert("person_role", id=b"1" * 16, person_id=stranger, role="staff", number=1)
        write.insert(
            "person_role", id=b"2" * 16, person_id=stranger, role="x", span='{"role":"king"}'
        )
        write.insert(
            "service_contract",
            id=b"3" * 16,
            contract_id=b"4" * 16,
            household_id=cast.household("clara"),
            number=9,
        )

    core.write(half)
    found = core.read(lambda r: people.actor_of(r, stranger, face=Face.PORTAL, now=cast.now))
    assert found is None
    clara = core.read(lambda read: cast.actor(read, "clara"))
    assert clara.roles == {Role.RESIDENT}
    assert not clara.has_contract

"""What residents change about themselves, and what stays when the files come again."""

from __future__ import annotations

from node import people
from node.base.refusals import Refusal
from node.people.model import PeopleImported
from node.people.own import add_to_household, change_profile
from node.store import Core, Write
from tests.cast import Cast


def change(core: Core, cast: Cast, actor, given_name: str, language: str = "de"):
    return core.write(
        lambda write: change_profile(
            write, actor, given_name=given_name, family_name="Moreau", language=language
        )
    )


def test_clara_changes_her_name_and_an_import_leaves_it(core: Core, cast: Cast) -> None:
    clara = core.read(lambda read: cast.actor(read, "clara"))
    changed = change(core, cast, clara, " Claire ", "en")
    assert (changed.name, changed.profile.language) == ("Claire Moreau", "en")
    assert people.import_people(core, cast.files, now=cast.now) == PeopleImported()
    assert core.read(lambda read: cast.actor(read, "clara")).name == "Claire Moreau"
    demir = core.read(lambda read: cast.actor(read, "demir"))
    (line,) = core.read(lambda read: people.search_people(read, demir, "claire"))
    assert line.person.id == cast.id("clara")
    heads = core.heads()
    change(core, cast, clara, "Claire", "en")
    assert core.heads() == heads, "the same again writes nothing"
    assert change(core, cast, clara, "").code == "people.name_missing"


def test_what_demir_changes_for_clara_bears_his_name(core: Core, cast: Cast) -> None:
    demir = core.read(lambda read: cast.actor(read, "demir"))
    acting = core.read(lambda r: people.act_for(r, demir, cast.id("clara"), now=cast.now))
    change(core, cast, acting, "Claire")
    staff_id = core.read(
        lambda r: r.value("select staff_id from person where id = :id", id=cast.id("clara"))
    )
    assert staff_id == cast.id("demir")


def test_anna_adds_somebody_to_her_own_household_only(core: Core, cast: Cast) -> None:
    def add(name: str, given_name: str):
        def act(write: Write):
            actor = cast.actor(write, name)
            return add_to_household(write, actor, given_name=given_name, now=cast.now)

        return core.write(act)

    noor = add("anna", "Noor")
    assert noor.household_id == cast.household("anna")
    assert add("anna", "noor").code == "people.same_name"
    for name in ("greta", "demir", "ole"):
        assert isinstance(add(name, "Noor"), Refusal), name

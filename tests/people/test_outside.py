"""Access from outside: opted in at home, let in at central, without a name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from node import people
from node.base.actors import Face, Role
from node.base.clock import FrozenClock
from node.people.model import Knock, SignedIn
from node.store import Member, NodeRole, Store
from node.store.intake import Verdict
from tests.cast import Cast
from tests.people.conftest import exchange, open_node, stored_bytes

pytestmark = pytest.mark.asyncio

ABROAD = Knock(face=Face.CENTRAL, address="203.0.113.7")


@pytest_asyncio.fixture
async def central(tmp_path: Path, clock: FrozenClock) -> AsyncIterator[Store]:
    store = await open_node(tmp_path, "central", clock)
    store.core.role = NodeRole.CENTRAL
    yield store
    await store.close()


async def open_access(home: Store, cast: Cast, name: str, clock) -> str:
    def act(write):
        return people.open_outside_access(write, cast.actor(write, name), now=clock.now())

    return await home.write(act)


async def test_annas_link_lets_her_in_at_central_which_learns_no_name(
    home: Store, central: Store, settled: Cast, clock
) -> None:
    token = await open_access(home, settled, "anna", clock)
    await exchange(home, central)
    found = await people.sign_in_from_outside(central, ABROAD, token, now=clock.now())
    assert isinstance(found, SignedIn)
    assert found.actor.person_id == settled.id("anna")
    assert found.actor.household_id == settled.household("anna")
    assert found.actor.roles == {Role.RESIDENT}
    assert found.actor.has_contract
    assert found.actor.name == ""
    sessions = people.Sessions(central)
    for face in (Face.CENTRAL, Face.PORTAL):
        again = await sessions.find(found.token, face=face, now=clock.now())
        assert again.actor == found.actor
    assert await sessions.find(found.token, face=Face.DESK, now=clock.now()) is None
    stored = stored_bytes(central)
    for word in (b"Anna", b"Linde / Kaya", b"Kaya", b"2490", token.encode()):
        assert word not in stored, word


async def test_a_link_that_was_closed_replaced_or_forged_opens_nothing(
    home: Store, central: Store, settled: Cast, clock
) -> None:
    async def code_at_central(token: str) -> str:
        await exchange(home, central)
        found = await people.sign_in_from_outside(central, ABROAD, token, now=clock.now())
        return "ok" if isinstance(found, SignedIn) else found.code

    first = await open_access(home, settled, "anna", clock)
    assert await code_at_central(first) == "ok"
    second = await open_access(home, settled, "anna", clock)
    assert await code_at_central(first) == "people.access_unknown"
    assert await code_at_central(second) == "ok"
    anna = await home.read(lambda read: settled.actor(read, "anna"))
    listed = await home.read(lambda r: people.list_outside_accesses(r, anna, now=clock.now()))
    assert [access.ends_at for access in listed] == [clock.now() + timedelta(days=365)]
    closed = await home.write(
        lambda write: people.close_outside_access(write, anna, now=clock.now())
    )
    assert closed == 1
    assert await code_at_central(second) == "people.access_unknown"
    assert await code_at_central("0" * 26) == "people.access_unknown"
    assert await code_at_central("") == "people.access_unknown"


async def test_a_session_at_central_ends_with_the_link(
    home: Store, central: Store, settled: Cast, clock
) -> None:
    """Signing out everywhere at home reaches central as well."""
    token = await open_access(home, settled, "anna", clock)
    await exchange(home, central)
    found = await people.sign_in_from_outside(central, ABROAD, token, now=clock.now())
    sessions = people.Sessions(central)
    assert await sessions.find(found.token, face=Face.PORTAL, now=clock.now())
    anna = await home.read(lambda read: settled.actor(read, "anna"))
    await home.write(lambda write: people.sign_out_everywhere(write, anna, now=clock.now()))
    await exchange(home, central)
    assert await sessions.find(found.token, face=Face.PORTAL, now=clock.now()) is None


async def test_rights_at_central_follow_those_at_home(
    home: Store, central: Store, settled: Cast, files, clock
) -> None:
    token = await open_access(home, settled, "anna", clock)

    async def rights() -> tuple[bool, bool]:
        await exchange(home, central)
        found = await people.sign_in_from_outside(central, ABROAD, token, now=clock.now())
        return isinstance(found, SignedIn), getattr(
            getattr(found, "actor", None), "has_contract", False
        )

    async def bring(changed) -> None:
        await home.on_writer(lambda core: people.import_people(core, changed, now=clock.now()))

    assert await rights() == (True, True)
    await bring(replace(files, contracts=()))
    clock.advance(timedelta(seconds=1))
    assert await rights() == (True, False)
    await bring(files)
    assert await rights() == (True, True)
    gone = tuple(row for row in files.people if row.key != "P-ANNA")
    await bring(replace(files, people=gone))
    assert await rights() == (False, False)


async def test_a_link_ends_after_a_year_and_with_the_household(
    home: Store, central: Store, settled: Cast, files, clock
) -> None:
    token = await open_access(home, settled, "clara", clock)
    until = (clock.now() + timedelta(days=10)).date()
    moving = tuple(
        replace(row, until=until) if row.key == "H-BIR-01" else row for row in files.households
    )
    await home.on_writer(
        lambda core: people.import_people(core, replace(files, households=moving), now=clock.now())
    )
    greta = await open_access(home, settled, "greta", clock)
    await exchange(home, central)

    async def let_in(which: str) -> bool:
        found = await people.sign_in_from_outside(central, ABROAD, which, now=clock.now())
        return isinstance(found, SignedIn)

    assert await let_in(token)
    clock.advance(timedelta(days=11))
    assert not await let_in(token)
    clock.advance(timedelta(days=353))
    assert await let_in(greta)
    clock.advance(timedelta(days=2))
    assert not await let_in(greta)


async def test_at_home_a_link_is_no_way_in_and_staff_opens_none(
    home: Store, settled: Cast, clock
) -> None:
    token = await open_access(home, settled, "anna", clock)
    refused = await people.sign_in_from_outside(home, ABROAD, token, now=clock.now())
    assert refused.code == "people.access_elsewhere"
    assert (await open_access(home, settled, "ole", clock)).code == "people.not_allowed"
    demir = await home.read(lambda read: settled.actor(read, "demir"))
    acting = await home.read(
        lambda r: people.act_for(r, demir, settled.id("anna"), now=clock.now())
    )
    for_her = await home.write(
        lambda write: people.open_outside_access(write, acting, now=clock.now())
    )
    assert for_her.code == "people.not_allowed"


async def test_central_cannot_let_itself_in_as_somebody(
    home: Store, central: Store, settled: Cast, clock
) -> None:
    """A central that was broken into makes an access in Clara's name; no node of the house takes
    it, while an access that really was opened in the building is taken."""
    await exchange(home, central)
    central.core.role = NodeRole.HOME
    clara, household = settled.id("clara"), settled.household("clara")
    await central.write(
        lambda write: write.insert(
            "outside_access", id=b"x" * 16, person_id=clara, household_id=household, rights="{}"
        )
    )
    forged = await central.changesets((central.core.site_id, "quarter"), after=0, max_bytes=10**6)
    key = central.core.identity.public_key
    who = {central.core.site_id: Member(key, NodeRole.CENTRAL)}
    report = await home.receive(forged, who)
    assert report.verdicts == [Verdict.QUARANTINED]
    assert "central node may not write outside_access" in next(iter(report.reasons.values()))
    assert not await home.read(lambda read: read.value("select count(*) from outside_access"))


async def test_a_node_in_the_lobby_may_open_an_access(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    await exchange(home, kiosk)
    await open_access(kiosk, settled, "anna", clock)
    await exchange(home, kiosk)
    assert await home.read(lambda read: read.value("select count(*) from outside_access")) == 1


async def test_from_outside_nobody_opens_a_further_access(
    home: Store, central: Store, settled: Cast, clock
) -> None:
    """Whoever found the phone must not renew the link for ever; closing it is allowed there."""
    token = await open_access(home, settled, "anna", clock)
    await exchange(home, central)
    found = await people.sign_in_from_outside(central, ABROAD, token, now=clock.now())
    refused = await central.write(
        lambda write: people.open_outside_access(write, found.actor, now=clock.now())
    )
    assert refused.code == "people.only_at_home"
    await central.write(
        lambda write: people.sign_out_everywhere(write, found.actor, now=clock.now())
    )
    sessions = people.Sessions(central)
    assert await sessions.find(found.token, face=Face.PORTAL, now=clock.now()) is None
    again = await people.sign_in_from_outside(central, ABROAD, token, now=clock.now())
    assert again.code == "people.access_unknown"

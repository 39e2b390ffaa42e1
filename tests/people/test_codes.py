"""Paper codes: issued once, redeemed at any node, void when newer or revoked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from node import people
from node.base.refusals import Refusal
from node.people.model import IssuedCode, Knock, OpenedCode, SignedIn
from node.store import Store
from tests.cast import Cast
from tests.people.conftest import exchange, stored_bytes

pytestmark = pytest.mark.asyncio

PHONE = Knock(address="192.168.1.20")


def issue(store: Store, cast: Cast, name: str, clock):
    return store.write(
        lambda write: people.issue_code(
            write, people.COMMAND_LINE, cast.household(name), now=clock.now()
        )
    )


async def opened(store: Store, code: str, clock) -> OpenedCode | Refusal:
    return await people.open_code(store, PHONE, code, now=clock.now())


async def test_a_code_is_shown_once_and_kept_nowhere(home: Store, settled: Cast, clock) -> None:
    issued = await issue(home, settled, "clara", clock)
    assert isinstance(issued, IssuedCode)
    assert [len(part) for part in issued.code.split()] == [4, 4, 4]
    stored = stored_bytes(home)
    for shape in (issued.code, issued.code.replace(" ", "")):
        assert shape.encode() not in stored
        assert shape.lower().encode() not in stored


async def test_a_code_issued_at_one_node_is_redeemed_at_the_other(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    issued = await issue(home, settled, "sam", clock)
    assert (await opened(kiosk, issued.code, clock)).code == "people.code_wrong"
    await exchange(home, kiosk)
    found = await opened(kiosk, issued.code, clock)
    assert found.household_name == "Sommer"
    first = await people.sign_in_first_time(
        kiosk, PHONE, code=issued.code, person_id=settled.id("sam"), secret="2709", now=clock.now()
    )
    assert isinstance(first, SignedIn)
    await exchange(home, kiosk)
    at_home = await people.sign_in_with_pin(
        home, PHONE, settled.id("sam"), "2709", code=issued.code, now=clock.now()
    )
    assert isinstance(at_home, SignedIn), "the PIN set at the other node is known here"


async def test_a_newer_letter_voids_the_older_one(home: Store, settled: Cast, clock) -> None:
    old = await issue(home, settled, "clara", clock)
    new = await issue(home, settled, "clara", clock)
    assert (await opened(home, old.code, clock)).code == "people.code_replaced"
    assert isinstance(await opened(home, new.code, clock), OpenedCode)


async def test_a_revoked_code_is_refused_at_every_node_and_a_later_one_is_not(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    older = await issue(home, settled, "clara", clock)
    issued = await issue(home, settled, "clara", clock)
    await exchange(home, kiosk)
    revoked = await kiosk.write(
        lambda write: people.revoke_codes(
            write, people.COMMAND_LINE, settled.household("clara"), now=clock.now()
        )
    )
    assert revoked == 2
    await exchange(home, kiosk)
    for code in (issued.code, older.code):
        assert (await opened(home, code, clock)).code == "people.code_revoked"
    fresh = await issue(home, settled, "clara", clock)
    assert isinstance(await opened(home, fresh.code, clock), OpenedCode)


async def test_two_nodes_that_issue_at_once_agree_on_one_code(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    """Also when the kiosk's clock runs a year ahead: numbers decide, not the time."""
    await exchange(home, kiosk)
    first = await issue(home, settled, "clara", clock)
    clock.advance(timedelta(days=365))
    second = await issue(kiosk, settled, "clara", clock)
    clock.advance(timedelta(days=-365))
    await exchange(home, kiosk)
    outcomes = [
        [isinstance(await opened(store, code.code, clock), OpenedCode) for code in (first, second)]
        for store in (home, kiosk)
    ]
    assert outcomes[0] == outcomes[1]
    assert sorted(outcomes[0]) == [False, True]


async def test_who_may_issue_and_for_whom(home: Store, settled: Cast, clock) -> None:
    def by(name: str, household: bytes):
        def act(write):
            actor = settled.actor(write, name)
            return people.issue_code(write, actor, household, now=clock.now())

        return home.write(act)

    anna = settled.household("anna")
    for name in ("anna", "clara", "sam", "greta", "ole"):
        assert (await by(name, anna)).code == "people.not_allowed", name
    for name in ("demir", "eva"):
        assert isinstance(await by(name, anna), IssuedCode), name
    assert (await by("demir", b"?" * 16)).code == "people.not_found"
    staff = await home.read(
        lambda r: r.value("select staff_id from household_code order by number desc limit 1")
    )
    assert staff == settled.id("eva")


async def test_who_may_revoke_and_what(home: Store, settled: Cast, clock) -> None:
    def by(name: str, household: bytes):
        return home.write(
            lambda write: people.revoke_codes(
                write, settled.actor(write, name), household, now=clock.now()
            )
        )

    clara = settled.household("clara")
    assert (await by("demir", clara)).code == "people.not_found", "there is no code yet"
    await issue(home, settled, "clara", clock)
    assert (await by("clara", clara)).code == "people.not_allowed"
    assert await by("demir", clara) == 1
    assert await by("eva", clara) == 1, "twice is once"
    unknown = await people.issue_letters(
        home, people.COMMAND_LINE, household_ids=[clara, b"?" * 16], now=clock.now()
    )
    assert unknown.code == "people.not_found"
    assert await home.read(lambda r: r.value("select count(*) from household_code")) == 1


async def test_letters_for_all_bring_every_household_its_own_code(
    home: Store, settled: Cast, clock
) -> None:
    told: list[tuple[int, int]] = []
    demir = await home.read(lambda read: settled.actor(read, "demir"))
    letters = await people.issue_letters(
        home, demir, progress=lambda done, total: told.append((done, total)), now=clock.now()
    )
    by_name = {letter.household_name: letter for letter in letters}
    assert set(by_name) == {"Linde / Kaya", "Moreau", "Sommer", "Greta Vogel"}
    assert len({letter.code for letter in letters}) == 4
    assert told == [(4, 4)]
    linde = by_name["Linde / Kaya"]
    assert linde.address_lines == ("Lindenweg 1", "40477 Düsseldorf")
    assert linde.place == "Haus Ahorn, A 02"
    assert linde.issued_on == clock.now().date()
    assert "Lindenhof Nachbarschaft" in linde.sender
    assert by_name["Greta Vogel"].address_lines == ("Ulmenstraße 12",)
    for letter in letters:
        assert (await opened(home, letter.code, clock)).household_id == letter.household_id


async def test_letters_need_the_right_to_issue_codes(home: Store, settled: Cast, clock) -> None:
    anna = await home.read(lambda read: settled.actor(read, "anna"))
    refused = await people.issue_letters(home, anna, now=clock.now())
    assert refused.code == "people.not_allowed"


async def test_who_let_their_flat_or_moved_out_gets_no_letter(
    home: Store, settled: Cast, files, clock
) -> None:
    rows = {
        "H-BIR-03": {"lives_here": False},
        "H-BIR-01": {"until": (clock.now() - timedelta(days=2)).date()},
    }
    changed = replace(
        files, households=tuple(replace(r, **rows.get(r.key, {})) for r in files.households)
    )
    await home.on_writer(lambda core: people.import_people(core, changed, now=clock.now()))
    letters = await people.issue_letters(home, people.COMMAND_LINE, now=clock.now())
    assert {letter.household_name for letter in letters} == {"Linde / Kaya", "Greta Vogel"}
    refused = await issue(home, settled, "clara", clock)
    assert refused.code == "people.moved_out"


async def test_an_outside_neighbour_signs_in_with_a_letter_too(
    home: Store, settled: Cast, clock
) -> None:
    letters = await people.issue_letters(home, people.COMMAND_LINE, now=clock.now())
    code = next(letter.code for letter in letters if letter.household_name == "Greta Vogel")
    found = await people.sign_in_first_time(
        home, PHONE, code=code, person_id=settled.id("greta"), secret="2709", now=clock.now()
    )
    assert found.actor.roles == {"outside_neighbour"}
    friend = await people.sign_in_first_time(
        home, PHONE, code=code, given_name="Noor", secret="2709", now=clock.now()
    )
    assert friend.code == "people.too_many_persons", "vouched for is one person, not a crowd"


async def test_a_household_adds_no_crowd(home: Store, settled: Cast, clock) -> None:
    code = (await issue(home, settled, "clara", clock)).code
    household = settled.household("clara")
    for number in range(11):
        added = await home.write(
            lambda write, n=number: people.add_person(
                write, people.COMMAND_LINE, household, given_name=f"Kind {n}", now=clock.now()
            )
        )
        assert not isinstance(added, Refusal)
    one_more = await people.sign_in_first_time(
        home, PHONE, code=code, given_name="Noor", secret="2709", now=clock.now()
    )
    assert one_more.code == "people.too_many_persons"

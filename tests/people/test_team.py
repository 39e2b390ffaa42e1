"""What makes somebody one of the team is written behind a door; at the lobby it is only read.

`test_changed_box.py` of the hostile tests does the same with real processes.
"""

from __future__ import annotations

import pytest

from node import people
from node.base.actors import Face, Role
from node.base.refusals import Refusal
from node.people import tables
from node.people.actions import set_role
from node.people.hashing import hash_secret, token_digest
from node.people.model import Knock, RoleSpan, SignedIn, to_json
from node.store import NodeRole, Store
from tests.cast import PASSWORDS, Cast
from tests.people.conftest import exchange

DESK = Knock(face=Face.DESK, address="192.0.2.8")
LOBBY = Knock(face=Face.KIOSK, address="192.0.2.9")
pytestmark = pytest.mark.asyncio

TABLES = ("team_role", "team_credential", "team_card")


async def test_demir_signs_in_at_the_lobby_with_card_and_pin_and_without_a_line(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    now, demir = clock.now(), settled.id("demir")
    given = await people.give_secret(home, people.COMMAND_LINE, demir, "8306", now=now)
    assert given == "pin"
    card = await home.write(lambda w: people.issue_card(w, people.COMMAND_LINE, demir, now=now))
    assert not isinstance(card, Refusal)
    await exchange(home, kiosk)
    entered = await people.sign_in_with_card(kiosk, LOBBY, card.token, "8306", now=now)
    assert isinstance(entered, SignedIn)
    assert entered.actor.roles == {Role.STAFF}
    lost = await kiosk.write(lambda w: people.revoke_cards(w, entered.actor, demir, now=now))
    assert lost == 1, "who lost a card says so at any box"
    again = await people.sign_in_with_card(kiosk, LOBBY, card.token, "8306", now=now)
    assert isinstance(again, Refusal)


async def test_the_lobby_sets_no_secret_of_the_team_and_says_where_that_is_done(
    home: Store, kiosk: Store, settled: Cast, clock
) -> None:
    now, demir = clock.now(), settled.id("demir")
    await exchange(home, kiosk)
    entered = await people.sign_in_with_name(kiosk, DESK, "demir", PASSWORDS["demir"], now=now)
    assert isinstance(entered, SignedIn)
    refused = [
        await people.change_secret(
            kiosk, DESK, entered.actor, old=PASSWORDS["demir"], new="zwölf graue Wolken", now=now
        ),
        await people.give_secret(kiosk, people.COMMAND_LINE, demir, "8306", now=now),
        await kiosk.write(lambda w: people.issue_card(w, people.COMMAND_LINE, demir, now=now)),
    ]
    assert {each.code for each in refused} == {"people.team_at_the_desk"}
    for resident in ("anna", "clara"):
        card = await kiosk.write(
            lambda w, who=resident: people.issue_card(w, entered.actor, settled.id(who), now=now)
        )
        assert not isinstance(card, Refusal), "of residents it may be handed out anywhere"


async def test_a_reserve_sets_them(home: Store, kiosk: Store, settled: Cast, clock) -> None:
    await exchange(home, kiosk)
    kiosk.core.role = NodeRole.STANDBY
    demir = settled.id("demir")
    given = await people.give_secret(kiosk, people.COMMAND_LINE, demir, "8306", now=clock.now())
    assert given == "pin"


@pytest.mark.parametrize("kind", ["pin", "password"])
async def test_nobody_of_the_team_begins_with_the_code_of_a_household(
    home: Store, settled: Cast, clock, kind: str
) -> None:
    """A box may move a person into any household; whose code then opens, opens nothing of the team.

    Nor does taking a secret away: who has none would begin anew.
    """
    now, eva, clara = clock.now(), settled.id("eva"), settled.household("clara")
    await home.write(
        lambda w: w.execute("update person set household_id = :h where id = :id", h=clara, id=eva)
    )
    letter = await home.write(lambda w: people.issue_code(w, people.COMMAND_LINE, clara, now=now))
    taken = await home.write(lambda w: people.forget_secrets(w, people.COMMAND_LINE, eva, now=now))
    assert isinstance(taken, Refusal)
    await home.write(lambda w: w.execute("update team_credential set hash = ''"))
    secret = {"pin": "8306", "password": "ein eigenes Schloss"}[kind]
    begun = await people.sign_in_first_time(
        home, Knock(), code=letter.code, secret=secret, person_id=eva, now=now
    )
    assert begun.code == "people.team_by_operator"


async def test_what_the_residents_tables_say_of_the_team_counts_for_nothing(
    home: Store, settled: Cast, clock
) -> None:
    now, clara = clock.now(), settled.id("clara")
    for role in ("staff", "resident"):
        span = to_json(RoleSpan(Role.STAFF, 0, sign_in="clara"))
        await home.write(
            lambda w, role=role, span=span: w.insert(
                "person_role", id=role.encode(), person_id=clara, role=role, span=span, number=99
            )
        )
    actor = await home.read(lambda r: people.actor_of(r, clara, face=Face.DESK, now=now))
    assert actor.roles == {Role.RESIDENT}
    assert await home.read(lambda r: people.team_member(r, "clara")) == b""


async def test_who_joins_the_team_needs_a_secret_that_was_set_behind_the_door(
    home: Store, settled: Cast, clock
) -> None:
    """A changed box may know Anna's PIN of the lobby: it opens nothing once she works here."""
    now, anna = clock.now(), settled.id("anna")
    assert await home.read(lambda r: people.has_pin(r, anna))
    span = RoleSpan(Role.STAFF, 0, sign_in="anna")
    await home.write(lambda w: set_role(w, anna, span, staff_id=None, now=now))
    assert not await home.read(lambda r: people.has_pin(r, anna))
    assert await home.read(lambda r: tables.select_cards(r, anna)) == []
    await people.give_secret(home, people.COMMAND_LINE, anna, "acht blaue Stühle", now=now)
    entered = await people.sign_in_with_name(home, DESK, "anna", "acht blaue Stühle", now=now)
    assert isinstance(entered, SignedIn)
    assert entered.actor.roles == {Role.RESIDENT, Role.STAFF}


async def test_a_file_of_schema_1_goes_on_with_its_team_and_without_whom_a_changed_box_added(
    home: Store, settled: Cast, clock
) -> None:
    now, demir, clara = clock.now(), settled.id("demir"), settled.id("clara")
    kiosk_site = b"K" * 16

    def as_it_was(write) -> None:
        for row in write.rows("select * from team_role"):
            said = {"role": row["role"], "starts_at": 0}
            write.insert("person_role", **{**dict(row), "span": str(said).replace("'", '"')})
        for own in ("credential", "card"):
            for row in write.rows(f"select * from team_{own}"):
                write.insert(own, **dict(row))
        write.insert(
            "person_role",
            id=b"false",
            person_id=clara,
            role="staff",
            span=to_json(RoleSpan(Role.STAFF)),
            number=1,
        )
        write.insert(
            "card", id=b"false", person_id=demir, digest=token_digest("ABCDEFGHJKMNPQRSTVWX")
        )
        write.insert(
            "credential",
            id=b"false",
            person_id=demir,
            kind="pin",
            hash=hash_secret("8306"),
            number=99,
        )
        for name in TABLES:
            write.execute(f"delete from {name}")

    await home.write(as_it_was)

    def of_kiosk(core) -> None:
        """As if the lobby's box had written what is false."""
        core.roles = {kiosk_site: NodeRole.KIOSK}
        with core._writing.transaction():
            run = core._connection.execute
            run("insert into crsql_site_id (site_id, ordinal) values (?, 77)", (kiosk_site,))
            for name in ("person_role", "card", "credential"):
                run(
                    f"update {name}__crsql_clock set site_id = 77 where key = (select __crsql_key"
                    f" from {name}__crsql_pks where id = ?)",
                    (b"false",),
                )

    await home.on_writer(of_kiosk)
    nobody = await people.sign_in_with_name(home, DESK, "demir", PASSWORDS["demir"], now=now)
    assert isinstance(nobody, Refusal)
    await home.write(people.rebuild)
    back = await people.sign_in_with_name(home, DESK, "demir", PASSWORDS["demir"], now=now)
    assert isinstance(back, SignedIn)
    assert not await home.read(lambda r: people.has_pin(r, demir))
    actor = await home.read(lambda r: people.actor_of(r, clara, face=Face.DESK, now=now))
    assert actor.roles == {Role.RESIDENT}
    before = await home.read(lambda r: [len(r.rows(f"select 1 from {name}")) for name in TABLES])
    await home.write(people.rebuild)
    after = await home.read(lambda r: [len(r.rows(f"select 1 from {name}")) for name in TABLES])
    assert before == after

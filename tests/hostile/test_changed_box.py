"""A box of the house whose program was changed, and central gone bad: real processes on real files.

What such a box writes, it writes past every door of the product, straight into its own file and
journal, signed with its own true key. It meets the others as ever, and gets no further than what
somebody standing before it could do.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from node import people, spaces
from node.base.actors import Face, Role
from node.base.ids import id_text, new_id
from node.base.periods import Period
from node.people.hashing import hash_secret, token_digest
from node.people.voided import Voided
from node.spaces import Status, Wish
from node.store import Core, Write
from tests.cast import PASSWORDS, PINS
from tests.journeys.test_away import on_file
from tests.nodes import Blueprint, Town, built

OWN_PASSWORD = "ein eigenes Schloss"
OWN_PIN = "8306"
OWN_CARD = "ABCDEFGHJKMNPQRSTVWX"
WRONG = "people.name_or_password_wrong"
STAFF = '{"role":"staff","starts_at":0,"sign_in":"%s"}'


def changed(town: Town, name: str, *works: Callable[[Write], object]) -> None:
    """Let a box write what no release of the product would."""

    def run(core: Core) -> None:
        for work in works:
            core.write(work)

    on_file(town, name, run)


def signs_in(town: Town, at: str, **body: str) -> str:
    """Whose session begins, or the code of the no."""
    answer = httpx.post(f"{town.address(at)}/api/sessions", json=body, timeout=20)
    return str(answer.json().get("name") or answer.json()["code"])


def roles(town: Town, at: str, person_id: bytes) -> frozenset[Role]:
    def find(core: Core) -> frozenset[Role]:
        actor = core.read(
            lambda read: people.actor_of(read, person_id, face=Face.DESK, now=town.clock.now())
        )
        return frozenset() if actor is None else actor.roles

    return on_file(town, at, find)


def made_staff(person_id: bytes, sign_in: str) -> Callable[[Write], object]:
    """Everything that made somebody one of the team as long as any box could write it."""

    def write_it(write: Write) -> None:
        for number, table in enumerate(("person_role", "credential", "card")):
            more = {
                "person_role": {"role": "staff", "span": STAFF % sign_in, "number": 99},
                "credential": {"kind": "password", "hash": hash_secret(OWN_PASSWORD), "number": 99},
                "card": {"digest": token_digest(OWN_CARD)},
            }[table]
            row_id = person_id[:15] + bytes([number])
            write.insert(table, id=row_id, person_id=person_id, **more)
        write.insert(
            "credential",
            id=new_id(),
            person_id=person_id,
            kind="pin",
            hash=hash_secret(OWN_PIN),
            number=99,
        )

    return write_it


def test_the_lobbys_box_makes_nobody_staff_and_takes_nobody_off_the_team(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        demir, clara = town.cast.id("demir"), town.cast.id("clara")

        def rename_all(write: Write) -> None:
            write.execute("update person set profile = json_set(profile, '$.sign_in', 'weg')")
            write.execute(
                "update person set household_id = :home where id = :id",
                home=town.cast.household("clara"),
                id=demir,
            )
            for table in ("person_role", "credential", "card"):
                write.execute(f"update {table} set staff_id = :me", me=demir)

        changed(town, "kiosk", made_staff(clara, "clara"), made_staff(demir, "demir"), rename_all)
        with town.running("home", "kiosk"):
            town.until_even()
            for at in ("home", "kiosk"):
                assert signs_in(town, at, name="clara", secret=OWN_PASSWORD) == WRONG
                assert signs_in(town, at, name="demir", secret=OWN_PASSWORD) == WRONG
                assert signs_in(town, at, name="demir", secret=PASSWORDS["demir"]) == "Demir Aksoy"
        for at in ("home", "kiosk"):
            assert roles(town, at, clara) == {Role.RESIDENT}
            assert roles(town, at, demir) == {Role.STAFF}


def test_the_desk_sees_which_box_voided_a_card_whoever_it_names(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        anna, demir = town.cast.id("anna"), town.cast.id("demir")

        def void_all(write: Write) -> None:
            at = int(town.clock.now().timestamp())
            for row in write.rows("select id from card where person_id = :id", id=anna):
                write.insert(
                    "card_revocation", id=new_id(), card_id=row["id"], at=at, staff_id=demir
                )
            write.insert("sign_out", id=new_id(), person_id=anna, at=at, staff_id=None)

        changed(town, "kiosk", void_all)
        with town.running("home", "kiosk"):
            town.until_even()

        def look(core: Core) -> tuple[bytes, list[Voided]]:
            desk = core.read(lambda read: town.cast.actor(read, "demir", face=Face.DESK))
            person = core.read(lambda read: people.find_person(read, anna))
            assert person is not None
            return core.site_id, core.read(lambda read: people.list_voided(read, desk, person))

        kiosk, _ = on_file(town, "kiosk", look)
        home, voided = on_file(town, "home", look)
        assert home != kiosk
        assert {str(each.kind) for each in voided} == {"card", "sessions"}
        assert {each.sites for each in voided} == {frozenset({kiosk})}


def test_the_lobbys_box_cannot_write_the_teams_own_tables(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        clara, demir = town.cast.id("clara"), town.cast.id("demir")

        def write_over(write: Write) -> None:
            write.execute("update team_role set span = json_set(span, '$.ends_at', 1)")

        def add(write: Write) -> None:
            span = STAFF % "clara"
            write.insert("team_role", id=new_id(), person_id=clara, role="staff", span=span)

        changed(town, "kiosk", write_over, add)
        with town.running("home", "kiosk"):
            ends = time.monotonic() + 30
            while not town.rows("home", "select reason from quarantine"):
                assert time.monotonic() < ends, town.log("home")
                time.sleep(0.05)
            assert signs_in(town, "home", name="demir", secret=PASSWORDS["demir"]) == "Demir Aksoy"
        ((reason,),) = town.rows("home", "select reason from quarantine")
        assert reason == "a kiosk node may not write team_role"
        assert roles(town, "home", clara) == {Role.RESIDENT}
        assert roles(town, "home", demir) == {Role.STAFF}


def booked(town: Town) -> bytes:
    """Anna's reservation of tomorrow, confirmed at home: giving it up costs something by now."""
    now = town.clock.now()
    anna = on_file(town, "home", lambda core: core.read(lambda read: town.cast.actor(read, "anna")))
    start = now.replace(hour=14, minute=0, second=0, microsecond=0) + timedelta(days=1)
    wish = Wish(
        space_id=town.cast.files.id_of("space", "hofsaal"),
        period=Period(start, start + timedelta(hours=4)),
        people=4,
        purpose="private",
    )

    def reserve(core: Core) -> bytes:
        made = core.write(
            lambda write: spaces.reserve(write, anna, wish, now=now, signer=core.identity)
        )
        assert isinstance(made, spaces.Reservation), made
        assert made.base_status is Status.CONFIRMED
        return made.id

    return on_file(town, "home", reserve)


def found(town: Town, at: str, reservation_id: bytes) -> spaces.Reservation:
    held = on_file(
        town, at, lambda core: core.read(lambda r: spaces.find_reservation(r, reservation_id))
    )
    assert held is not None
    return held


@pytest.mark.parametrize("fee_cents", [0, 999_999])
def test_what_stays_due_is_what_home_finds_whatever_the_lobbys_box_says(
    blueprint: Blueprint, tmp_path: Path, fee_cents: int
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        reservation_id = booked(town)
        with town.running("home", "kiosk", "central"):
            town.until_even()
        fair = on_file(
            town,
            "home",
            lambda core: core.read(
                lambda read: (
                    spaces.preview_cancellation(
                        found_in(read, reservation_id), now=town.clock.now()
                    ).fee_cents
                )
            ),
        )
        assert fair not in {0, fee_cents}
        said = {"at": town.clock.now().isoformat(), "fee_cents": fee_cents, "by_staff": True}
        changed(
            town,
            "kiosk",
            lambda write: write.insert(
                "reservation_cancellation",
                id=new_id(),
                reservation_id=reservation_id,
                fact=json.dumps(said),
            ),
        )
        with town.running("home", "kiosk", "central"):
            town.until_even()
            until(town, lambda: is_ruled(town, reservation_id))
        for at in ("home", "kiosk", "central"):
            gone = found(town, at, reservation_id)
            assert gone.base_status is Status.CANCELLED
            assert gone.cancellation is not None
            assert gone.cancellation.fee_cents == fair
            assert not gone.cancellation.by_staff


def found_in(read: object, reservation_id: bytes) -> spaces.Reservation:
    held = spaces.find_reservation(read, reservation_id)  # type: ignore[arg-type]
    assert held is not None
    return held


def is_ruled(town: Town, reservation_id: bytes) -> bool:
    question = "select hex(reservation_id) from cancellation_ruling"
    return (reservation_id.hex().upper(),) in town.rows("central", question)


def until(town: Town, is_so: Callable[[], bool]) -> None:
    ends = time.monotonic() + 30
    while not is_so():
        assert time.monotonic() < ends, town.log("home")
        time.sleep(0.05)


def test_central_gives_up_nothing_for_people_who_never_asked_to_be_let_in_there(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    """Nobody of the household has a link from outside: home waits, and the place stays theirs."""
    with built(blueprint, tmp_path / "town") as town:
        reservation_id = booked(town)
        with town.running("home", "kiosk", "central"):
            town.until_even()
        said = json.dumps({"at": town.clock.now().isoformat(), "fee_cents": 0})
        changed(
            town,
            "central",
            lambda write: write.insert(
                "reservation_cancellation", id=new_id(), reservation_id=reservation_id, fact=said
            ),
        )
        with town.running("home", "kiosk", "central"):
            town.until_even()
        assert found(town, "home", reservation_id).base_status is Status.CONFIRMED


def test_central_lets_nobody_in_at_the_door(blueprint: Blueprint, tmp_path: Path) -> None:
    with built(blueprint, tmp_path / "town") as town:
        reservation_id = booked(town)
        with town.running("home", "kiosk", "central"):
            town.until_even()
        said = json.dumps({"at": town.clock.now().isoformat()})
        changed(
            town,
            "central",
            lambda write: write.insert(
                "passage", id=new_id(), reservation_id=reservation_id, kind="in", fact=said
            ),
        )
        with town.running("home", "central"):
            until(town, lambda: bool(town.rows("home", "select 1 from quarantine")))
        ((reason,),) = town.rows("home", "select reason from quarantine")
        assert reason == "a central node may not write passage"
        assert found(town, "home", reservation_id).check_in is None


def test_a_lobby_box_without_a_line_still_lets_people_in_and_signs_them_in(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    """What was taken from a changed box is nothing that a true one needs."""
    with built(blueprint, tmp_path / "town") as town:
        reservation_id = booked(town)
        with town.running("home", "kiosk"):
            town.until_even()
        with town.running("kiosk"):
            assert signs_in(town, "kiosk", name="demir", secret=PASSWORDS["demir"]) == "Demir Aksoy"
            anna = {"code": town.codes["anna"], "person_id": id_text(town.cast.id("anna"))}
            assert signs_in(town, "kiosk", secret=PINS["anna"], **anna) == "Anna Linde"
            town.clock.set(found_start(town, reservation_id))
            text = on_pass(town, reservation_id)
            answer = httpx.post(
                f"{town.address('kiosk')}/api/check-ins", json={"pass": text}, timeout=20
            )
            assert answer.status_code in {200, 201}, answer.text
        with town.running("home", "kiosk"):
            town.until_even()
        assert found(town, "home", reservation_id).check_in is not None


def found_start(town: Town, reservation_id: bytes) -> datetime:
    return found(town, "home", reservation_id).period.starts_at


def on_pass(town: Town, reservation_id: bytes) -> str:
    decision = found(town, "home", reservation_id).decision
    assert decision is not None
    return spaces.pass_text(decision.pass_)

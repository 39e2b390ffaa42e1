"""What another node may say of a request, and what home finds out itself: claims that grant rights.

Each hostile box here is one of the roster whose program was changed: what it writes keeps every law
of the schema.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from node.base.actors import Actor
from node.base.ids import id_text, new_id
from node.base.periods import Period, to_epoch
from node.base.refusals import Refusal
from node.people import close_outside_access, open_outside_access
from node.quarter.files import Audience, QuarterFiles
from node.spaces import Reservation, Status, Wish, approve, rebuild, reserve
from node.spaces.model import RequestDetails, RequestFact
from node.spaces.tables import insert_request
from node.store import NodeRole, Write
from tests.spaces import conftest
from tests.spaces.conftest import Quarter, actor, utc

LATE = Period(utc(28, 18), utc(28, 21, 30))
"""Into the quiet hours: only the team has it without being asked."""

DAY = Period(utc(28, 14), utc(28, 18))


def write_request(
    quarter: Quarter,
    at: str,
    who: Actor,
    *,
    period: Period = DAY,
    requested_at: datetime | None = None,
    **claims: object,
) -> bytes:
    """A request as a box writes it that asks no rule, with whatever it claims."""
    reservation_id = new_id()
    request = RequestFact(
        id=reservation_id,
        space_id=quarter.files.id_of("space", "hofsaal"),
        household_id=who.household_id,
        person_id=who.person_id,
        period=period,
        requested_at=requested_at or quarter.clock.now(),
        details=RequestDetails(people=12, purpose="private", **claims),  # type: ignore[arg-type]
    )
    quarter.cores[at].write(lambda write: insert_request(write, request))
    return reservation_id


def decided(quarter: Quarter, at: str, reservation_id: bytes) -> Reservation:
    quarter.meet(at, "home")
    return quarter.seen("home", reservation_id)


@pytest.mark.parametrize("at", ["central", "kiosk"])
def test_nobody_gets_the_price_of_a_contract_by_claiming_it(
    quarter: Quarter, anna: Actor, clara: Actor, at: str
) -> None:
    assert (anna.has_contract, clara.has_contract) == (True, False)
    claimed = write_request(quarter, at, clara, audience=Audience.CONTRACT)
    claras = decided(quarter, at, claimed)
    later = Period(utc(29, 14), utc(29, 18))
    modest = write_request(quarter, at, anna, period=later, audience=Audience.NO_CONTRACT)
    annas = decided(quarter, at, modest)
    assert claras.base_status is annas.base_status is Status.CONFIRMED
    assert annas.bill.total_cents == 7200
    assert claras.bill.total_cents > annas.bill.total_cents


@pytest.mark.parametrize("at", ["central", "kiosk"])
def test_who_claims_the_team_is_judged_as_the_resident_they_are(
    quarter: Quarter, anna: Actor, demir: Actor, at: str
) -> None:
    claimed = write_request(
        quarter, at, anna, period=LATE, staff_id=id_text(demir.person_id), face="desk"
    )
    assert decided(quarter, at, claimed).base_status is Status.REQUESTED


def test_a_kiosk_does_not_become_the_management_by_saying_so(
    quarter: Quarter, files: QuarterFiles, anna: Actor
) -> None:
    for person in ("S-EVA", "S-DEMIR", "P-ANNA"):
        claimed = write_request(
            quarter,
            "kiosk",
            anna,
            period=LATE,
            audience=Audience.CONTRACT,
            staff_id=id_text(files.id_of("person", person)),
        )
        assert decided(quarter, "kiosk", claimed).base_status is Status.REQUESTED


def test_a_reserve_speaks_for_the_team_only_in_the_name_of_one_of_them(
    quarter: Quarter, anna: Actor, clara: Actor, demir: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(conftest.ROLES, "kiosk", NodeRole.STANDBY)
    home, kiosk = quarter.cores["home"], quarter.cores["kiosk"]
    kiosk.role = NodeRole.STANDBY
    home.roles = {**home.roles, kiosk.site_id: NodeRole.STANDBY}
    false = write_request(quarter, "kiosk", anna, period=LATE, staff_id=id_text(clara.person_id))
    assert decided(quarter, "kiosk", false).base_status is Status.REQUESTED
    true = write_request(quarter, "kiosk", anna, period=LATE, staff_id=id_text(demir.person_id))
    assert decided(quarter, "kiosk", true).base_status is Status.CONFIRMED


def test_another_home_is_believed_for_it_decides_itself(
    quarter: Quarter, anna: Actor, demir: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(conftest.ROLES, "kiosk", NodeRole.HOME)
    home, kiosk = quarter.cores["home"], quarter.cores["kiosk"]
    home.roles = {**home.roles, kiosk.site_id: NodeRole.HOME}
    true = write_request(quarter, "kiosk", anna, period=LATE, staff_id=id_text(demir.person_id))
    assert decided(quarter, "kiosk", true).base_status is Status.CONFIRMED


def test_nobody_asks_on_another_households_account(
    quarter: Quarter, anna: Actor, clara: Actor
) -> None:
    """Central sees no names, but ids enough to write somebody else's bill."""
    both = replace(clara, household_id=anna.household_id)
    claimed = write_request(quarter, "central", both, audience=Audience.CONTRACT)
    found = decided(quarter, "central", claimed)
    assert found.base_status is Status.DECLINED
    assert found.decision is not None
    assert found.decision.reason == "spaces.not_theirs_to_ask"


def test_central_asks_only_for_those_who_are_let_in_there(
    quarter: Quarter, files: QuarterFiles, anna: Actor
) -> None:
    bilal, home = actor(files, "P-BILAL"), quarter.cores["home"]
    claimed = write_request(quarter, "central", bilal, audience=Audience.CONTRACT)
    assert decided(quarter, "central", claimed).base_status is Status.REQUESTED
    assert isinstance(
        home.write(lambda w: open_outside_access(w, bilal, now=at_home(quarter))), str
    )
    quarter.meet("central", "home")
    again = write_request(quarter, "central", bilal, audience=Audience.CONTRACT)
    assert decided(quarter, "central", again).base_status is not Status.REQUESTED
    home.write(lambda write: close_outside_access(write, anna, now=at_home(quarter)))
    revoked = write_request(quarter, "central", anna, period=Period(utc(29, 9), utc(29, 11)))
    assert decided(quarter, "central", revoked).base_status is Status.DECLINED


def at_home(quarter: Quarter) -> datetime:
    return quarter.clock.now()


def test_a_request_of_somebody_not_yet_known_waits_for_their_papers(
    quarter: Quarter, files: QuarterFiles
) -> None:
    """The box that took the request and the one that knows the person met home in this order."""
    home, kiosk, now = quarter.cores["home"], quarter.cores["kiosk"], quarter.clock.now()
    new = Actor(new_id(), files.id_of("household", "H-AHO-02"), frozenset())
    asked = write_request(quarter, "kiosk", new, audience=Audience.OUTSIDE)
    assert decided(quarter, "kiosk", asked).base_status is Status.REQUESTED
    refused = home.write(
        lambda w: approve(w, conftest.desk(files), asked, now=now, signer=home.identity)
    )
    assert isinstance(refused, Refusal)
    assert refused.code == "spaces.not_known_yet"

    def add(write: Write) -> None:
        write.insert("person", id=new.person_id, household_id=new.household_id, profile="{}")
        write.insert(
            "person_role",
            id=new_id(),
            person_id=new.person_id,
            role="resident",
            span='{"role":"resident"}',
            number=1,
        )

    kiosk.write(add)
    found = decided(quarter, "kiosk", asked)
    assert found.base_status is Status.CONFIRMED
    assert found.bill.total_cents == 7200


def test_a_contract_counts_as_of_when_it_was_asked_and_not_as_of_when_that_is_claimed(
    quarter: Quarter, files: QuarterFiles
) -> None:
    ended = next(row for row in files.contracts if row.key == "C-2")
    who = next(p.key for p in files.people if p.household == ended.household)
    long_ago = quarter.clock.now() - timedelta(days=700)
    asked = write_request(
        quarter, "kiosk", actor(files, who), requested_at=long_ago, audience=Audience.CONTRACT
    )
    found = decided(quarter, "kiosk", asked)
    assert found.base_status is Status.CONFIRMED
    assert found.bill.total_cents > 7200


def test_what_was_asked_at_home_counts_no_more_once_central_has_written_over_it(
    quarter: Quarter, anna: Actor, wish: Wish
) -> None:
    """A merge goes by cells: a row that home began may end as somebody else's."""
    home, central, now = quarter.cores["home"], quarter.cores["central"], quarter.clock.now()
    late = replace(wish, period=LATE, note="")
    made = home.write(lambda write: reserve(write, anna, late, now=now, signer=home.identity))
    assert isinstance(made, Reservation)
    assert made.base_status is Status.REQUESTED
    quarter.meet("home", "central")
    roles = home.write(lambda write: write.roles_behind("reservation_request", made.id))
    assert roles == {NodeRole.HOME}
    central.write(
        lambda write: write.execute(
            "update reservation_request set fact = json_set(fact, '$.household', :id)"
            " where id = :made",
            id=b64encode(b"H" * 16).decode(),
            made=made.id,
        )
    )
    quarter.meet("home", "central")
    roles = home.write(lambda write: write.roles_behind("reservation_request", made.id))
    assert NodeRole.CENTRAL in roles


def test_what_nobody_was_entitled_to_ask_does_not_even_wait_for_the_desk(
    quarter: Quarter, anna: Actor, clara: Actor
) -> None:
    both = replace(clara, household_id=anna.household_id)
    asked = write_request(quarter, "kiosk", both, period=LATE)
    assert decided(quarter, "kiosk", asked).base_status is Status.DECLINED


OVERWRITTEN = {
    "another time": {"starts_at": to_epoch(utc(28, 9)), "ends_at": to_epoch(utc(28, 13))},
    "another person": {"person": "SEhISEhISEhISEhISEhISA==", "household": ""},
    "another place": {"space": "SEhISEhISEhISEhISEhISA=="},
    "no sense": {"starts_at": 9, "ends_at": 8},
}


@pytest.mark.parametrize("at", ["kiosk", "central"])
@pytest.mark.parametrize("what", OVERWRITTEN)
def test_what_was_confirmed_does_not_move_when_its_request_is_written_over(
    quarter: Quarter, anna: Actor, clara: Actor, wish: Wish, at: str, what: str
) -> None:
    asked = quarter.made("kiosk", anna, wish)
    made = decided(quarter, "kiosk", asked.id)
    morning = replace(wish, period=Period(utc(28, 8), utc(28, 12)))
    other = quarter.made("home", clara, morning)
    quarter.meet("home", at)
    # What home decided at once was never asked; somebody may say that it was.
    quarter.cores[at].write(lambda write: insert_request(write, replace(made.request, id=other.id)))
    for name, value in OVERWRITTEN[what].items():
        quarter.cores[at].write(
            lambda write, name=name, value=value: write.execute(
                "update reservation_request set fact = json_set(fact, '$.' || :name, :value)"
                " where id = :id",
                id=made.id,
                name=name,
                value=value,
            )
        )
    quarter.meet(at, "home")
    for name in ("home", at):
        for before in (made, other):
            assert quarter.seen(name, before.id) == before
        quarter.cores[name].write(rebuild)
        assert quarter.seen(name, made.id) == made
    again = quarter.cores["home"].write(
        lambda write: reserve(
            write,
            clara,
            wish,
            now=quarter.clock.now(),
            signer=quarter.cores["home"].identity,
        )
    )
    assert isinstance(again, Refusal)
    assert again.code == "spaces.taken"

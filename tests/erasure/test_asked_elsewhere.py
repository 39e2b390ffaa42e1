"""Who asks to be erased: passed on to the home node, which waits, carries out and says so; and
whose word counts of it.
"""

from __future__ import annotations

from datetime import timedelta

from node import people
from node.app import ERASING
from node.base.actors import Face
from node.base.ids import derived_id, random_id
from node.base.periods import to_epoch
from node.base.refusals import Refusal
from node.people import Ended, Stage
from node.store import Write
from tests.erasure.conftest import ODD, Odd, Place, Town, erased, write_odd

EVERYWHERE = ("home", "kiosk", "central")


def asked(town: Town, who: Odd, at: str) -> people.Erasure:
    place, now = town[at], town.clock.now()
    found = place.write(lambda write: ERASING.erase_me(write, who.actor, now=now))
    assert isinstance(found, people.Erasure)
    return found


def stage(place: Place, erasure: people.Erasure) -> Stage:
    found = place.core.read(lambda read: people.find_erasure(read, erasure.number))
    assert found is not None
    return found.stage


def taken_back(town: Town, who: Odd, erasure: people.Erasure, at: str) -> None:
    now = town.clock.now()
    town[at].write(lambda write: people.take_back(write, who.actor, erasure.number, now=now))


def carry_out(town: Town) -> None:
    now = town.clock.now()
    town["home"].write(lambda write: ERASING.carry_out_due(write, now=now))


def is_known(place: Place, who: Odd) -> bool:
    found = place.core.read(lambda read: people.find_person(read, who.person_id))
    return found is not None and found.name != ""


def test_a_box_passes_it_on_and_home_waits_before_it_carries_it_out(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    erasure = asked(town, who, "kiosk")
    assert erasure.stage is Stage.ASKED
    assert is_known(town["kiosk"], who)
    town.later(days=3)
    town.meet()
    heard_at = town.clock.now()
    for name in EVERYWHERE:
        assert stage(town[name], erasure) is Stage.WAITS
    town.later(days=people.WAIT_DAYS, seconds=-2)
    carry_out(town)
    town.meet()
    assert is_known(town["kiosk"], who), "the days count from when home heard"
    town.later(seconds=3)
    carry_out(town)
    for _ in range(3):
        town.meet()
        town.sweep()
    assert town.found(ODD) == {}
    for name in EVERYWHERE:
        assert stage(town[name], erasure) is Stage.DONE
    told = town["home"].core.read(lambda read: people.find_erasure(read, erasure.number))
    assert told is not None
    assert told.site == town["kiosk"].core.site_id
    assert told.gone_by - heard_at == timedelta(days=people.DAYS), "the waiting is within the month"
    receipts = town["home"].core.read(lambda read: people.receipts_of(read, erasure.id))
    assert len(receipts) == 3


def test_a_box_that_dates_it_back_gains_nothing(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    long_ago = to_epoch(town.clock.now() - timedelta(days=90))
    town["kiosk"].write(
        lambda write: write.insert(
            "erasure",
            id=random_id(),
            person_id=who.person_id,
            at=long_ago,
            staff_id=town.cast.id("demir"),
            reason="moved_out",
        )
    )
    town.meet()
    carry_out(town)
    town.later(days=people.WAIT_DAYS, seconds=-2)
    carry_out(town)
    assert is_known(town["home"], who)
    (waiting,) = town["home"].core.read(people.list_waiting)
    assert waiting.staff_id is None, "that it was the team is no lobby's word to give"


def test_it_is_taken_back_at_any_box_and_by_the_desk(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    for at in ("kiosk", "home"):
        erasure = asked(town, who, at)
        town.meet()
        taken_back(town, who, erasure, "kiosk")
        assert stage(town["kiosk"], erasure) is Stage.ENDED
        town.meet()
        assert stage(town["home"], erasure) is Stage.ENDED
    erasure = asked(town, who, "kiosk")
    town.meet()
    demir = town["home"].core.read(lambda read: town.cast.actor(read, "demir", face=Face.DESK))
    now = town.clock.now()
    town["home"].write(lambda write: people.take_back(write, demir, erasure.number, now=now))
    town.later(days=40)
    carry_out(town)
    town.meet()
    for name in EVERYWHERE:
        assert stage(town[name], erasure) is Stage.ENDED
        assert town[name].core.read(people.known_erased) == {}
    assert is_known(town["home"], who)


def test_what_was_carried_out_cannot_be_taken_back(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    erasure = erased(town, who.person_id)
    now = town.clock.now()
    done = town["home"].core.write(
        lambda write: people.take_back(write, who.actor, erasure.number, now=now)
    )
    assert isinstance(done, Refusal)
    town["kiosk"].write(
        lambda write: write.insert(
            "erasure_withdrawal", id=random_id(), erasure_id=erasure.id, at=to_epoch(now)
        )
    )
    town.meet()
    assert stage(town["home"], erasure) is Stage.DONE


def test_the_team_at_the_lobbys_box_asks_like_anybody(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    erasure = erased(town, who.person_id, at="kiosk")
    assert erasure.stage is Stage.ASKED
    town.meet()
    carry_out(town)
    assert stage(town["home"], erasure) is Stage.WAITS


def test_who_is_of_the_team_by_then_is_not_erased(town: Town) -> None:
    """Asked for as a resident at a box that had not heard; or simply by a box that lies."""
    town.meet()
    town["kiosk"].write(
        lambda write: write.insert(
            "erasure", id=random_id(), person_id=town.cast.id("demir"), at=0, reason="asked"
        )
    )
    town.meet()
    town.later(days=people.WAIT_DAYS + 1)
    carry_out(town)
    (told,) = town["home"].core.read(people.list_erasures)
    assert told.ended_why == Ended.TEAM


def test_whom_home_does_not_know_it_does_not_erase(town: Town) -> None:
    town["kiosk"].write(
        lambda write: write.insert(
            "erasure", id=random_id(), person_id=b"?" * 16, at=0, reason="asked"
        )
    )
    town.meet()
    assert town["home"].core.read(people.list_waiting) == []
    (told,) = town["home"].core.read(people.list_erasures)
    assert told.stage is Stage.ASKED


def test_what_was_asked_for_at_a_box_that_was_let_go_lapses(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    erasure = asked(town, who, "kiosk")
    town.meet()
    now, gone = town.clock.now(), {town["kiosk"].core.site_id}
    town["home"].write(lambda write: people.lapse(write, gone, now=now))
    town.later(days=40)
    carry_out(town)
    assert is_known(town["home"], who)
    told = town["home"].core.read(lambda read: people.find_erasure(read, erasure.number))
    assert told is not None
    assert told.ended_why == Ended.BOX_LET_GO


def test_asked_twice_it_is_one_and_done_once(town: Town) -> None:
    who = write_odd(town)
    town.meet()
    first, other = asked(town, who, "kiosk"), asked(town, who, "home")
    assert asked(town, who, "kiosk").id == first.id
    town.meet()
    now = erased(town, who.person_id)
    town.meet()
    for erasure in (first, other, now):
        assert stage(town["kiosk"], erasure) is Stage.DONE, "each number tells"


def test_a_box_says_of_itself_only_that_it_is_done(town: Town) -> None:
    """The lobby's box writes what another would say, before and after; nobody counts it."""
    who = write_odd(town)
    town.meet()
    erasure = asked(town, who, "home")
    town.meet()
    home, kiosk, central = (town[name].core.site_id for name in EVERYWHERE)
    at = to_epoch(town.clock.now())
    done = {"blanked_at": at, "cleaned_at": at, "gone_at": at}

    def lie(write: Write) -> None:
        for site in (home, central):
            for row_id in (random_id(), derived_id("erasure_receipt", erasure.id, site)):
                row = {"erasure_id": erasure.id, "site": site}
                write.insert("erasure_receipt", id=row_id, **row, **done)

    for place in town.places.values():
        place.back_up()
    town["kiosk"].write(lie)
    town.meet()
    assert said(town["home"], erasure) == {}
    erased(town, who.person_id)
    for _ in range(3):
        town.meet()
        town.sweep()
    assert said(town["home"], erasure).keys() == {home, kiosk, central}
    assert not any(receipt.gone_at for receipt in said(town["home"], erasure).values())
    town["kiosk"].write(
        lambda write: write.execute("update erasure_receipt set gone_at = :at", at=at)
    )
    town.meet()
    for name in EVERYWHERE:
        told = said(town[name], erasure)
        assert {site for site, receipt in told.items() if receipt.gone_at} <= {kiosk}
    for _ in range(2):
        town.sweep()
        town.meet()
    assert said(town["home"], erasure).keys() == {home, kiosk, central}, "each says it anew"


def said(place: Place, erasure: people.Erasure) -> dict[bytes, people.Receipt]:
    return place.core.read(lambda read: people.receipts_of(read, erasure.id))

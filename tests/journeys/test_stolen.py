"""The lobby's box was stolen and told the home node more than central had heard when it was let go
there. The house has no other box: home begins anew by itself, from its own journal and what central
still has of it, whenever it is killed meanwhile.
"""

from __future__ import annotations

import random
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from node import belonging, spaces, upkeep
from node.base.periods import Period
from node.settings import load
from node.spaces import Status, Wish
from node.store import Core
from node.store.doctor import examine
from node.store.pruning import prune_piece
from node.sync.roster import read_roster, take_roster
from tests.cast import PASSWORDS
from tests.hostile.test_changed_box import found, signs_in, until
from tests.journeys.test_away import note, notes, on_file
from tests.nodes import Blueprint, Town, built

pytestmark = pytest.mark.timeout(360)
"""Three nodes, started again and again: on a busy machine that takes minutes."""

NOTES = 30
KILLS = 4


def wished(town: Town, hour: int) -> Wish:
    start = town.clock.now().replace(hour=hour, minute=0, second=0, microsecond=0)
    start += timedelta(days=1)
    space_id = town.cast.files.id_of("space", "hofsaal")
    period = Period(start, start + timedelta(hours=2))
    return Wish(space_id=space_id, period=period, people=4, purpose="private")


def asked_at_the_lobby(town: Town, hour: int) -> bytes:
    """Anna's reservation, as the lobby's box says."""

    def reserve(core: Core) -> bytes:
        anna = core.read(lambda read: town.cast.actor(read, "anna"))
        wish, now = wished(town, hour), town.clock.now()
        made = core.write(
            lambda write: spaces.reserve(write, anna, wish, now=now, signer=core.identity)
        )
        assert isinstance(made, spaces.Reservation), made
        return made.id

    return on_file(town, "kiosk", reserve)


def is_confirmed(town: Town, reservation_id: bytes) -> bool:
    return found(town, "home", reservation_id).base_status is Status.CONFIRMED


def write_many(town: Town, name: str, text: str) -> None:
    def write(core: Core) -> None:
        for number in range(NOTES):
            note(f"{text} {number}")(core)

    on_file(town, name, write)


def drop_what_central_has(town: Town) -> None:
    held = {
        (site, "house" if scope == "sealed" else scope): n
        for site, scope, n in town.rows("central", "select site, scope, held from head")
    }

    def drop(core: Core) -> None:
        while prune_piece(core, held):
            pass

    on_file(town, "home", drop)


@pytest.fixture
def robbed(blueprint: Blueprint, tmp_path: Path) -> Iterator[tuple[Town, bytes, bytes]]:
    """The town after the theft, nobody running: its reservations, one that counts and one not."""
    with built(blueprint, tmp_path / "town") as town:
        town.start("central")
        belonging.hand_over(load(town.folder / "home", {}))
        true = asked_at_the_lobby(town, 10)
        write_many(town, "kiosk", "vor dem Diebstahl")
        with town.running("home", "kiosk"):
            town.until_even()
            until(town, lambda: is_confirmed(town, true))
            town.until_even()
        # The last words of both reach central.
        with town.running("home"):
            town.until_even()
        town.stop()
        drop_what_central_has(town)
        false = asked_at_the_lobby(town, 16)
        on_file(town, "kiosk", note("vom Dieb"))
        with town.running("home", "kiosk"):
            town.until_even()
            until(town, lambda: is_confirmed(town, false))
        on_file(town, "home", note("danach"))
        belonging.revoke(load(town.folder / "central", {}), "Lobby")
        yield town, true, false


def holds_what_counts(town: Town) -> bool:
    return "vom Dieb" not in notes(town, "home")


def shown(town: Town) -> str:
    """The heading of what home's pages show just now."""
    try:
        page = httpx.get(town.address("home"), timeout=1, headers={"accept-language": "de"})
    except httpx.TransportError:
        return ""
    return "".join(re.findall("<h1[^>]*>(.*?)</h1>", page.text)[:1])


def look_at(town: Town, true: bytes, false: bytes) -> None:
    """Home, which stands still, holds all that counts and nothing else: its own word on what the
    thief asked for is its own, and stays.
    """
    told = {f"vor dem Diebstahl {number}" for number in range(NOTES)}
    assert notes(town, "home") >= told | {"danach"}
    assert "vom Dieb" not in notes(town, "home")
    assert on_file(town, "home", examine) == []
    asked = {row for (row,) in town.rows("home", "select id from reservation_request")}
    taken = {row for (row,) in town.rows("home", "select reservation_id from occupancy")}
    assert true in asked
    assert false not in asked
    assert {true, false} <= taken
    assert is_confirmed(town, true)
    assert is_confirmed(town, false)


def test_home_begins_anew_by_itself(robbed: tuple[Town, bytes, bytes]) -> None:
    town, true, false = robbed
    assert "vom Dieb" in notes(town, "home")
    signed = on_file(town, "central", read_roster).signed
    on_file(town, "home", lambda core: take_roster(core, signed))
    (found,), _ = upkeep.find_copied(upkeep.standing_of(load(town.folder / "home", {})))
    assert "Lobby" in found.what
    assert town.rows("home", "select max(n) from horizon")[0][0] > NOTES / 2
    town.spawn("home")
    with town.running("central"):
        seen: set[str] = set()

        def is_done() -> bool:
            seen.add(shown(town))
            return holds_what_counts(town)

        until(town, is_done)
        assert "Diese Box füllt sich neu" in seen
        town._await("home")
        # Nobody is signed in any more, and everybody can.
        assert signs_in(town, "home", name="demir", secret=PASSWORDS["demir"]) == "Demir Aksoy"
        town.until_even()
    town.stop("home")
    look_at(town, true, false)
    on_file(town, "home", note("geht weiter"))
    before = town.rows("central", "select sum(held) from head where scope = 'sealed'")
    with town.running("home", "central"):
        until(
            town,
            lambda: (
                town.rows("central", "select sum(held) from head where scope = 'sealed'") > before
            ),
        )
    assert len(list((town.folder / "home").glob("quarter.db.before-*[0-9]Z"))) == 1
    assert list((town.folder / "home").glob("quarter.db.anew*")) == []


def test_home_is_killed_again_and_again_meanwhile(robbed: tuple[Town, bytes, bytes]) -> None:
    town, true, false = robbed
    chance = random.Random(4)
    town.start("central")
    for _ in range(KILLS):
        town.start("home")
        time.sleep(chance.random() * 0.8)
        killed = town.processes.pop("home")
        killed.kill()
        killed.wait()
        assert killed.stdin is not None
        killed.stdin.close()
    with town.running("home"):
        until(town, lambda: holds_what_counts(town))
        town._await("home")
        town.until_even()
    town.stop()
    look_at(town, true, false)

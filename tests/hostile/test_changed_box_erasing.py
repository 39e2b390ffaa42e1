"""A box of the house whose program was changed, and people who are to be erased: it can ask, like
anybody before its screen, and what it asks for can be undone. Real processes on real files.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx

from node import people
from node.base.actors import Role
from node.base.ids import id_text, random_id
from node.base.periods import to_epoch
from node.people.hashing import hash_secret
from node.store import Core, Write
from tests.cast import PASSWORDS, PINS
from tests.hostile.test_changed_box import changed, signs_in, until
from tests.journeys.test_away import on_file
from tests.nodes import Blueprint, Town, built

OWN_PIN = "8306"
SEES = 'name="csrf" value="([0-9a-f]+)"'


def asks(town: Town, name: str, *, staff: str = "") -> Callable[[Write], object]:
    """What an honest box writes when somebody asks, and what it never would: long ago, by the
    team.
    """

    def write_it(write: Write) -> None:
        write.insert(
            "erasure",
            id=random_id(),
            person_id=town.cast.id(name),
            at=to_epoch(town.clock.now() - timedelta(days=60)),
            staff_id=town.cast.id(staff) if staff else None,
            reason="moved_out",
        )

    return write_it


def profiles(town: Town, at: str, *names: str) -> list[bool]:
    """Whether there is something still known of people in a node's file."""
    rows = town.rows(at, "select id, profile from person")
    known = {bytes(row[0]): row[1] for row in rows}
    return [bool(known[town.cast.id(name)]) for name in names]


class Visitor:
    """Somebody's browser at a node."""

    def __init__(self, town: Town, at: str) -> None:
        self.client = httpx.Client(base_url=town.address(at), timeout=20, follow_redirects=True)
        self.client.headers["accept-language"] = "de"

    def sends(self, page: str, action: str, **fields: str) -> httpx.Response:
        """Open a page and send a form of it."""
        token = re.search(SEES, self.client.get(page).text)
        assert token is not None, page
        return self.client.post(action, data={"csrf": token[1], **fields})


def at_desk(town: Town, at: str = "home") -> Visitor:
    eva = Visitor(town, at)
    eva.sends("/desk/sign-in", "/desk/sign-in", name="eva", password=PASSWORDS["eva"])
    return eva


def in_portal(town: Town, at: str, name: str, secret: str) -> Visitor:
    phone = Visitor(town, at)
    phone.sends("/sign-in", "/sign-in", code=town.codes[name])
    who = id_text(town.cast.id(name))
    path = f"/sign-in/secret?person={who}"
    phone.sends(path, path, secret=secret, person=who)
    assert phone.client.get("/account").url.path == "/account"
    return phone


def rulings(town: Town, at: str = "home") -> int:
    return int(town.rows(at, "select count(*) from erasure_ruling")[0][0])


def test_nobody_is_erased_whom_the_lobbys_box_wants_gone_until_the_desk_has_had_a_week(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        changed(town, "kiosk", asks(town, "anna", staff="demir"), asks(town, "clara"))
        with town.running("home", "kiosk", "central"):
            until(town, lambda: rulings(town, "central") == 2)
            town.until_even()
            for at in ("home", "kiosk"):
                assert profiles(town, at, "anna", "clara") == [True, True]
                anna = {"code": town.codes["anna"], "person_id": id_text(town.cast.id("anna"))}
                assert signs_in(town, at, secret=PINS["anna"], **anna) == "Anna Linde"
            eva = at_desk(town)
            seen = eva.client.get("/desk/erasures").text
            assert "Anna Linde" in seen
            assert "Lobby" in seen, "which box said so"
            assert "Lobby wurde verlangt, Personen zu löschen: 2." in (
                eva.client.get("/desk/health").text
            )
            for path in re.findall(r'action="(/desk/erasures/[^"]+/back)"', seen):
                eva.sends("/desk/erasures", path)
            assert "Anna Linde" not in eva.client.get("/desk/erasures").text
        for name in ("home", "kiosk", "central"):
            assert town.rows(name, "select count(*) from withheld_changeset") == [(0,)]


def test_what_nobody_took_back_is_not_done_where_the_box_was_let_go(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    with built(blueprint, tmp_path / "town") as town:
        changed(town, "kiosk", asks(town, "anna"))
        with town.running("home", "kiosk", "central"):
            until(town, lambda: rulings(town) == 1)
            town.until_even()
            kiosk = town.rows("kiosk", "select hex(site_id) from crsql_site_id where ordinal = 0")
            lobby = id_text(bytes.fromhex(kiosk[0][0]))
            gone = operator(town).sends(
                f"/desk/nodes/{lobby}/revoke", f"/desk/nodes/{lobby}/revoke", sure="yes"
            )
            assert gone.status_code == 200, gone.text
            ended = "select ended_why from erasure_ruling"
            until(town, lambda: town.rows("home", ended) == [("box_let_go",)])
        assert profiles(town, "home", "anna") == [True]


def operator(town: Town) -> Visitor:
    ole = Visitor(town, "home")
    ole.sends("/desk/sign-in", "/desk/sign-in", name="ole", password=PASSWORDS["ole"])
    return ole


def test_a_pin_that_the_lobbys_box_set_erases_nobody_at_home_either(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    """It signs in as Anna at the home node itself, through the front door."""
    with built(blueprint, tmp_path / "town") as town:

        def set_pin(write: Write) -> None:
            write.insert(
                "credential",
                id=random_id(),
                person_id=town.cast.id("anna"),
                kind="pin",
                hash=hash_secret(OWN_PIN),
                number=99,
            )

        changed(town, "kiosk", set_pin)
        with town.running("home", "kiosk"):
            town.until_even()
            thief = in_portal(town, "home", "anna", OWN_PIN)
            told = thief.sends("/account/erase", "/account/erase", sure="yes")
            assert "Noch ist nichts gelöscht" in told.text
            assert profiles(town, "home", "anna") == [True]
            eva = at_desk(town)
            (path,) = re.findall(
                r'action="(/desk/erasures/[^"]+/back)"', eva.client.get("/desk/erasures").text
            )
            eva.sends("/desk/erasures", path)
            assert "Gelöscht wurde nichts" in thief.client.get(told.url.path).text


def test_only_the_home_node_says_that_somebody_is_erased_and_others_only_overwrite(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    """The box believes itself and overwrites her, as it could anyway: an import brings her back."""
    with built(blueprint, tmp_path / "town") as town:

        def rule(write: Write) -> None:
            at = to_epoch(town.clock.now())
            write.insert(
                "erasure_ruling", id=random_id(), person_id=town.cast.id("anna"), at=at, done_at=at
            )

        changed(town, "kiosk", rule)
        with town.running("home", "kiosk", "central"):
            for name in ("home", "central"):
                until(town, lambda: bool(town.rows(name, "select 1 from quarantine")))  # noqa: B023
        ((reason,),) = town.rows("home", "select reason from quarantine")
        assert reason == "a kiosk node may not write erasure_ruling"
        for name in ("home", "central"):
            assert town.rows(name, "select * from erased_person") == []
            assert town.rows(name, "select * from withheld_changeset") == []

        def bring_back(core: Core) -> frozenset[Role]:
            people.import_people(core, town.cast.files, now=town.clock.now())
            anna = core.read(lambda read: town.cast.actor(read, "anna"))
            assert anna.name == "Anna Linde"
            return anna.roles

        assert on_file(town, "home", bring_back) == {Role.RESIDENT}


def test_who_asks_at_a_true_box_without_a_line_is_erased_with_a_receipt(
    blueprint: Blueprint, tmp_path: Path
) -> None:
    """What was taken from a changed box is nothing that a resident needs."""
    with built(blueprint, tmp_path / "town") as town:
        with town.running("kiosk"):
            anna = in_portal(town, "kiosk", "anna", PINS["anna"])
            told = anna.sends("/account/erase", "/account/erase", sure="yes")
            assert "Der Service-Point hat es noch nicht erfahren" in told.text
            receipt = told.url.path
        with town.running("home", "kiosk", "central"):
            until(town, lambda: rulings(town, "kiosk") == 1)
            seen = Visitor(town, "kiosk").client.get(receipt).text
            assert "Gelöscht wird" in seen
            town.clock.set(town.clock.now() + timedelta(days=people.WAIT_DAYS, hours=1))
            # The home node looks every five minutes, or when there is news of erasures.
            town.stop("kiosk")
            changed(town, "kiosk", asks(town, "clara"))
            town.start("kiosk")
            for name in ("home", "kiosk"):
                ends = time.monotonic() + 60
                while profiles(town, name, "anna") != [False]:
                    assert time.monotonic() < ends, town.log(name)[-2000:]
                    time.sleep(0.1)
                assert profiles(town, name, "clara", "bilal") == [True, True]
            until(
                town,
                lambda: (
                    "Alle Boxen haben gelöscht" in Visitor(town, "home").client.get(receipt).text
                ),
            )

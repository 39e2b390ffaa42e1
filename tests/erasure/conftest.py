"""Home, kiosk and central with the real tables and their backups, in which somebody is erased who
has bytes in every personal field that stand nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from node import people, spaces
from node.app import ERASING, prepare
from node.base.actors import Actor, Face, Role
from node.base.clock import FrozenClock
from node.base.periods import Period, to_epoch
from node.base.refusals import Refusal
from node.erasing import Sweeper
from node.people.model import (
    ContractTerms,
    HouseholdProfile,
    Knock,
    PersonProfile,
    RoleSpan,
    to_json,
)
from node.people.search import refresh_words
from node.people.sessions import start_session
from node.registry import REGISTRY
from node.spaces import Wish
from node.store import Core, NodeRole, Store, Write
from node.store.backups import Backups
from node.sync import add_node, adopt_role, join_roster, sealing_public_key
from node.sync.roster import read_root, take_roster
from tests.cast import Cast, move_in, small_quarter
from tests.sync.hand import CLOCK, Box, found, quarter_of

T = TypeVar("T")
ODD = b"Zyxqq"
NAMES = ("home", "kiosk", "central")


def odd(field: str) -> str:
    """Bytes for one field that stand nowhere else."""
    return f"{ODD.decode()}-{field}"


@dataclass
class Place:
    """One node: its folder, its box while it is open, its backups on a disk of its own."""

    folder: Path
    box: Box
    clock: FrozenClock

    @property
    def core(self) -> Core:
        return self.box.core

    @property
    def backups(self) -> Backups:
        return Backups(self.core.path, self.folder / "stick")

    def write(self, fn: Callable[[Write], T]) -> T:
        done = self.core.write(fn)
        assert not isinstance(done, Refusal), done
        return done

    def reopen(self) -> None:
        """The node starts anew."""
        path = self.core.path
        self.core.close()
        self.open(path)

    def open(self, path: Path) -> None:
        self.box.core = Core.open(path, REGISTRY, clock=self.clock)
        _take_role(self.box.core)
        prepare(self.box.core, self.clock)

    def sweep(self) -> None:
        """What the running node does by itself, on the store with its threads."""
        path = self.core.path
        self.core.close()
        asyncio.run(_sweep(path, self.clock, self.backups))
        self.open(path)

    def back_up(self) -> None:
        self.backups.back_up(now=self.clock.now())

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        found = self.core.read(lambda read: read.rows(f"select * from {table} order by id"))
        return [tuple(row) for row in found]

    def bytes_with(self, sought: bytes) -> list[str]:
        """The files of this node in which these bytes stand."""
        return [
            str(path.relative_to(self.folder))
            for path in sorted(self.folder.rglob("*"))
            if path.is_file() and sought in path.read_bytes()
        ]


async def _sweep(path: Path, clock: FrozenClock, backups: Backups) -> None:
    store = await Store.open(path, REGISTRY, clock=clock)
    try:
        await store.on_writer(_take_role)
        await store.on_writer(lambda core: prepare(core, clock))
        await Sweeper(store, ERASING, backups).sweep()
    finally:
        await store.close()


def _take_role(core: Core) -> None:
    adopt_role(core)


@dataclass
class Town:
    """Three places in one folder, by one clock."""

    places: dict[str, Place]
    cast: Cast
    clock: FrozenClock

    def __getitem__(self, name: str) -> Place:
        return self.places[name]

    def meet(self, *pairs: str, times: int = 3) -> None:
        """Rounds between everybody, or the pairs that are named as "home-kiosk"."""
        chosen = pairs or ("home-kiosk", "home-central", "kiosk-central")
        for _ in range(times):
            for pair in chosen:
                one, other = pair.split("-")
                self.places[one].box.meet(self.places[other].box)

    def sweep(self) -> None:
        for place in self.places.values():
            place.sweep()

    def later(self, **span: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**span))

    def found(self, sought: bytes = ODD) -> dict[str, list[str]]:
        return {
            name: files
            for name, place in self.places.items()
            if (files := place.bytes_with(sought))
        }

    def close(self) -> None:
        for place in self.places.values():
            place.core.close()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    found = make_town(tmp_path)
    yield found
    found.close()


def make_town(folder: Path) -> Town:
    clock = FrozenClock(CLOCK.now())
    boxes = quarter_of(folder, registry=REGISTRY)
    places = {}
    for name, box in zip(NAMES, boxes, strict=True):
        box.core.close()
        place = folder / name
        (place / "stick").mkdir(parents=True)
        for file in folder.glob(f"{name}.db*"):
            file.replace(place / file.name.replace(name, "quarter"))
        places[name] = Place(place, box, clock)
        places[name].open(place / "quarter.db")
    files, home = small_quarter(), places["home"]
    for box in boxes:
        box.grant_keys()
    cast = move_in(home.core, files, clock.now())
    spaces.import_spaces(home.core, files, signer=home.core.identity, now=clock.now())
    return Town(places, cast, clock)


def erased(town: Town, person_id: bytes, at: str = "home") -> people.Erasure:
    """The desk erases somebody: at home at once."""
    now, place = town.clock.now(), town[at]
    eva = place.core.read(lambda read: town.cast.actor(read, "eva", face=Face.DESK))
    made = place.write(
        lambda write: ERASING.erase(write, eva, person_id, reason="moved_out", now=now)
    )
    assert isinstance(made, people.Erasure)
    return made


def newcomer(town: Town, folder: Path) -> Place:
    """A kiosk that the home node has listed and given the house key, and that holds nothing yet."""
    home = town["home"]
    (folder / "new").mkdir()
    box = found(folder / "new", "quarter", registry=REGISTRY)
    roster = add_node(
        home.core,
        box.core.identity.public_key,
        name="Neu",
        role=NodeRole.KIOSK,
        sealing_key=sealing_public_key(box.core.identity),
    )
    for place in town.places.values():
        if place is not home:
            take_roster(place.core, roster.signed)
    join_roster(box.core, roster.signed, root=read_root(home.core))
    home.box.grant_keys()
    town.meet()
    fresh = Place(folder / "new", box, town.clock)
    fresh.reopen()
    # The key comes with the quarter's facts; a running node opens it as soon as they are here.
    fresh.box.meet(town["central"].box)
    fresh.box.grant_keys()
    return fresh


@dataclass(frozen=True)
class Odd:
    """Somebody with bytes of their own everywhere, and a neighbour who must stay as they are."""

    person_id: bytes
    household_id: bytes
    reservation_id: bytes
    actor: Actor


def write_odd(town: Town) -> Odd:
    """Write somebody at home and at the kiosk, in every personal field that there is."""
    home, kiosk, now = town["home"], town["kiosk"], town.clock.now()
    at = to_epoch(now)
    household_id, person_id = b"H" * 16, b"P" * 16
    terms = ContractTerms(starts_at=at - 100, monthly_cents=4242)
    profile = PersonProfile(
        given_name=odd("given"),
        family_name=odd("family"),
        email=odd("mail"),
        phone=odd("phone"),
        title=odd("title"),
        sign_in=odd("signin"),
        birth_year=1950,
    )

    def move_in_(write: Write) -> None:
        bell = to_json(HouseholdProfile(name=odd("bell"), address=odd("address")))
        flat = write.value(
            "select flat_id from household where id = :id", id=town.cast.household("clara")
        )
        write.insert(
            "household", id=household_id, flat_id=flat, profile=bell, source=odd("hsource")
        )
        write.insert(
            "person",
            id=person_id,
            household_id=household_id,
            profile=to_json(profile),
            source=odd("source"),
            at=at,
        )
        span = to_json(RoleSpan(Role.RESIDENT, at - 100))
        rows: dict[str, dict[str, Any]] = {
            "person_role": {"role": "resident", "span": span},
            "credential": {"kind": "pin", "hash": odd("hash")},
            "card": {"digest": odd("card").encode()},
        }
        for number, (table, more) in enumerate(rows.items()):
            given = {"number": 1} if table != "card" else {}
            write.insert(
                table, id=bytes([number + 1]) * 16, person_id=person_id, at=at, **given, **more
            )
        write.insert(
            "service_contract",
            id=b"c" * 16,
            contract_id=b"C" * 16,
            household_id=household_id,
            terms=to_json(terms),
            number=1,
            at=at,
        )
        write.insert(
            "household_code",
            id=b"d" * 16,
            household_id=household_id,
            digest=odd("code").encode(),
            number=1,
            at=at,
        )

    def let_in_from_outside(write: Write, number: int) -> None:
        """What central may read of them, too."""
        write.insert(
            "outside_access",
            id=bytes([number + 1]) * 16,
            person_id=person_id,
            household_id=household_id,
            digest=odd(f"token{number}").encode(),
            rights=odd(f"rights{number}"),
            at=at,
        )

    home.write(move_in_)
    actor = home.core.read(lambda read: people.actor_of(read, person_id, face=Face.PORTAL, now=now))
    assert actor is not None
    home.write(lambda write: start_session(write, actor, Knock(agent=odd("agent")), now=now))
    home.write(lambda write: refresh_words(write, [person_id]))
    wish = Wish(
        space_id=town.cast.files.id_of("space", "hofsaal"),
        period=Period(now + timedelta(days=3, hours=14), now + timedelta(days=3, hours=17)),
        people=4,
        purpose="private",
        note=odd("note"),
        guest_names=odd("guests"),
    )
    signer = home.core.identity
    made = home.write(lambda write: spaces.reserve(write, actor, wish, now=now, signer=signer))
    assert isinstance(made, spaces.Reservation)
    town.meet()
    home.write(partial(let_in_from_outside, number=0))
    kiosk.write(partial(let_in_from_outside, number=1))
    kiosk.write(
        lambda write: people.change_profile(
            write, actor, given_name=odd("kioskgiven"), family_name=odd("kioskfam"), language="de"
        )
    )
    return Odd(person_id, household_id, made.id, actor)

"""A furnished quarter in which everybody is signed in, and owns something to be stolen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from node import people, spaces
from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.periods import Period
from node.people.model import Knock
from node.people.sessions import start_session
from node.registry import REGISTRY
from node.spaces import Reservation, Wish
from node.store import Core, Write
from tests.app_client import Furnished, furnish
from tests.cast import PASSWORDS, PINS, Cast, small_quarter

RESIDENTS = ("anna", "bilal", "clara", "sam", "greta")
TEAM = ("demir", "eva", "ole")
EVERYBODY = (*RESIDENTS, *TEAM, "fritz", "nobody")
"""The cast by name; Fritz is a guest without an account, who holds Anna's pass."""
SAMS_PIN = "6183"
GRETAS_PIN = "7294"


@dataclass
class Town:
    """The directory that tests copy, the sessions of everybody, and what is whose."""

    folder: Path
    furnished: Furnished
    tokens: dict[tuple[str, Face], str] = field(default_factory=dict)
    devices: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """Reservations, persons, households, spaces, sessions and devices by a telling name."""
    passes: dict[str, str] = field(default_factory=dict)

    def token(self, name: str, face: Face) -> str:
        return self.tokens.get((name, face), "")


def build_town(folder: Path, clock: FrozenClock) -> Town:
    """Furnish the small quarter, sign everybody in wherever they may, reserve for everybody."""
    town = Town(folder, furnish(folder, clock))
    cast = Cast(small_quarter(), clock.now())
    core = Core.open(folder / "quarter.db", REGISTRY, clock=clock)
    core.write(lambda write: _sign_in(write, town, cast))
    for number, name in enumerate(RESIDENTS):
        _reserve(core, town, cast, name, days=number)
    for name in cast.files.people:
        town.ids[f"household {name.household}"] = id_text(
            cast.files.id_of("household", name.household)
        )
    for space in ("hofsaal", "werkraum", "gartenzimmer"):
        town.ids[f"space {space}"] = id_text(cast.files.id_of("space", space))
    core.close()
    return town


def _sign_in(write: Write, town: Town, cast: Cast) -> None:
    for name in (*RESIDENTS, *TEAM):
        town.ids[f"person {name}"] = id_text(cast.id(name))
        faces = [Face.PORTAL, Face.KIOSK, Face.API]
        for face in [*faces, Face.DESK] if name in TEAM else faces:
            actor = cast.actor(write, name, face=face)
            begun = start_session(write, actor, Knock(face=face, agent="Test"), now=cast.now)
            town.tokens[name, face] = begun.token
            if face is Face.PORTAL:
                town.devices[name] = begun.device
        for kind, rows in (
            ("session", people.list_sessions(write, actor, now=cast.now)),
            ("device", people.list_devices(write, actor, device="")),
        ):
            if rows:
                town.ids[f"{kind} {name}"] = id_text(rows[0].id)


def _reserve(core: Core, town: Town, cast: Cast, name: str, *, days: int) -> None:
    made = core.write(
        lambda write: reserve_for(write, core, cast.actor(write, name), cast, days=days)
    )
    assert isinstance(made, Reservation), made
    town.ids[f"reservation {name}"] = id_text(made.id)
    if made.decision is not None:
        town.passes[name] = spaces.pass_text(made.decision.pass_)


def reserve_for(write: Write, core: Core, actor: Actor, cast: Cast, *, days: int = 0) -> object:
    """Two hours in the court room, some days after the 30th, or an answer why not."""
    start = datetime(2026, 11, 30, 14, tzinfo=cast.now.tzinfo) + timedelta(days=days)
    wish = Wish(
        space_id=cast.files.id_of("space", "hofsaal"),
        period=Period(start, start + timedelta(hours=2)),
        people=4,
        purpose="private",
    )
    return spaces.reserve(write, actor, wish, now=cast.now, signer=core.identity)


SECRETS = (*PINS.values(), *PASSWORDS.values())

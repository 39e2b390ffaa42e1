"""A furnished quarter in which everybody is signed in, and owns something to be stolen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from node import people, spaces
from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.periods import Period, to_epoch
from node.base.refusals import granted
from node.people.hashing import token_id
from node.people.model import Knock
from node.people.sessions import start_session
from node.registry import REGISTRY
from node.spaces import Reservation, Wish, guests
from node.spaces.guests import Guest, GuestList
from node.store import Core, NodeRole, Write
from tests.app_client import Furnished, furnish
from tests.cast import PASSWORDS, PINS, Cast, small_quarter

RESIDENTS = ("anna", "bilal", "clara", "sam", "greta")
TEAM = ("demir", "eva", "ole")
EVERYBODY = (*RESIDENTS, *TEAM, "fritz", "nobody")
"""The cast by name; Fritz is a guest without an account, who holds Anna's pass."""
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
"""When the town is built, and where its clock stands."""
FACES = (Face.PORTAL, Face.KIOSK, Face.API, Face.DESK)
SAMS_PIN = "6183"
GRETAS_PIN = "7294"


@dataclass
class Town:
    """The directory that tests copy, and what is whose in it."""

    folder: Path
    furnished: Furnished
    ids: dict[str, str] = field(default_factory=dict)
    """Reservations, persons, households, spaces, sessions and devices by a telling name."""
    passes: dict[str, str] = field(default_factory=dict)
    calendars: dict[str, str] = field(default_factory=dict)
    """The tokens of addresses of calendars, by whose they are."""


def build_town(folder: Path, clock: FrozenClock) -> Town:
    """Furnish the small quarter, sign everybody in wherever they may, reserve for everybody."""
    town = Town(folder, furnish(folder, clock))
    cast = Cast(small_quarter(), clock.now())
    core = Core.open(folder / "quarter.db", REGISTRY, clock=clock)
    town.ids |= granted(core.write(lambda write: sign_everybody_in(write, cast)))
    town.ids["newcomer_id"] = _let_a_box_wait(core)
    _make_a_calendar(core, town, cast, "anna")
    _make_a_list(core, town, cast)
    _make_a_guest_link(core, town, cast)
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


def _make_a_calendar(core: Core, town: Town, cast: Cast, name: str) -> None:
    def make(write: Write) -> str:
        who = cast.actor(write, name)
        token = granted(people.open_feed(write, who, people.FeedView.MINE, now=cast.now))
        (feed,) = people.list_feeds(write, who)
        town.ids[f"feed {name}"] = id_text(feed.id)
        return token

    town.calendars[name] = granted(core.write(make))


def _make_a_list(core: Core, town: Town, cast: Cast) -> None:
    """What Demir gave to whoever cleans."""

    def make(write: Write) -> str:
        who = cast.actor(write, "demir")
        return granted(people.open_feed(write, who, people.FeedView.TURNOVER, now=cast.now))

    town.calendars["cleaner"] = core.write(make)


def _make_a_guest_link(core: Core, town: Town, cast: Cast) -> None:
    """To the stay of Anna's visitor that is in the quarter's history; he is no German."""
    stay_id = cast.files.id_of("reservation", "R-4")
    town.ids["stay anna"] = id_text(stay_id)
    town.calendars["guest"] = granted(
        core.write(
            lambda write: guests.make_link(write, cast.actor(write, "anna"), stay_id, now=cast.now)
        )
    )

    def say(write: Write) -> object:
        stay = guests.find_stay(write, town.calendars["guest"], now=cast.now)
        assert stay is not None
        said = GuestList((Guest("Fritz Hagen", is_foreign=True),))
        return guests.say_guests(write, stay, said, face="portal", now=cast.now)

    granted(core.write(say))


def _let_a_box_wait(core: Core) -> str:
    """What comes from central: a box that waits until the house lets it in."""
    newcomer_id, role = bytes(range(16)), core.role
    core.role = NodeRole.CENTRAL
    core.write(
        lambda write: write.insert(
            "box_waiting",
            id=newcomer_id,
            public_key=b"k" * 32,
            sealing_key=b"s" * 32,
            mark=b"m" * 32,
            name="Foyer",
            asked_at=to_epoch(START),
            ends_at=to_epoch(START + timedelta(days=365)),
        )
    )
    core.role = role
    return id_text(newcomer_id)


def token_of(name: str, face: Face) -> str:
    """The token of somebody's session at a face; known before there is a town."""
    is_let_in = name in TEAM or (name in RESIDENTS and face is not Face.DESK)
    return f"the-token-of-{name}-at-the-{face}-of-the-town" if is_let_in else ""


def sign_everybody_in(write: Write, cast: Cast) -> dict[str, str]:
    """Begin everybody's sessions anew; the ids of persons, sessions and devices."""
    ids: dict[str, str] = {}
    for name in (*RESIDENTS, *TEAM):
        ids |= sign_in(write, cast, name)
    return ids


def sign_in(write: Write, cast: Cast, name: str) -> dict[str, str]:
    """Begin somebody's sessions anew, each under its known token; for "nobody" there are none."""
    faces = [face for face in FACES if token_of(name, face)]
    if not faces:
        return {}
    # Else every time adds a browser, and pages with all of them grow slow.
    write.execute("delete from known_device where person_id = :id", id=cast.id(name))
    for face in faces:
        token = token_of(name, face)
        write.execute("delete from session where id = :id", id=token_id(token))
        knock = Knock(face=face, agent="Test")
        begun = start_session(write, cast.actor(write, name, face=face), knock, now=cast.now)
        write.execute(
            "update session set id = :new where id = :old",
            new=token_id(token),
            old=token_id(begun.token),
        )
    devices = people.list_devices(write, cast.actor(write, name), device="")
    return {
        f"person {name}": id_text(cast.id(name)),
        f"session {name}": id_text(token_id(token_of(name, Face.KIOSK))),
        f"device {name}": id_text(devices[0].id),
    }


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

"""The demo quarter on its three nodes, on a Tuesday at ten past one, with somebody in every state.

The nodes are those of `quartier demo`, processes over real stores. What a picture needs and the
demo's history lacks is brought about by the rooms' own front doors before the nodes start; the
rest the people do themselves, in a browser.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from node import demo, people, quarter, spaces
from node.app import ERASING
from node.base.actors import Actor, Face
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.base.periods import Period, to_epoch
from node.base.refusals import Refusal
from node.central import set_password
from node.quarter import Closure, TargetKind
from node.quarter.files import Channel, QuarterFiles, read_quarter
from node.quarter.model import LocalText
from node.registry import REGISTRY
from node.settings import FILE, Settings
from node.spaces import Entry, Line, Passed, Reservation, Wish
from node.spaces.deciding import displace
from node.spaces.folding import project
from node.spaces.place_tables import select_space
from node.spaces.telling import with_words
from node.store import Core, Read, Store, Write
from node.sync import LineSwitch, adopt_role, new_sheet, read_roster, sheet_lines
from node.sync.transport import quarter_tag
from node.web import list_links
from node.web.offering import offer_value
from node.web.short_links import seal
from tests.app_client import apart
from tests.nodes import LOG, ROOT, Nodes, claim_ports
from tests.pictures.guests import invite
from tests.serve import AHEAD, MovedClock

AT = datetime(2026, 11, 24, 12, 10, tzinfo=UTC)
"""24 November 2026, 13:10 in Düsseldorf: the desk is open, rooms begin soon, guests arrive."""
ZONE = ZoneInfo("Europe/Berlin")
PIN = demo.DEMO_PIN
PRINTERS = """printers = ["Lobby = escpos://127.0.0.1:9", "Büro = cups:Buero"]
kiosk_printer = "Lobby"
locks = ["hofterrasse = file", "bretagne = file"]
"""
"""Neither is there, as happens."""
BROKEN = "broken"
NEW = "new"
FLEET = "fleet"
BROKEN_TABLE = "erasure_receipt"
"""Without it a receipt's page cannot be made: a programmer's error on a real page, of a table of
which nothing is kept in memory."""


@dataclass
class Stage(Nodes):
    """The running demo, and what people on it know: codes, cards, ids, addresses."""

    known: dict[str, str] = field(default_factory=dict)

    def serve_fleet(self, name: str) -> None:
        """Start a central with all its quarters, as its unit does."""
        folder = self.folder / name
        with (folder / LOG).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "node", "central", "--data", str(folder)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self._await(name)

    def set_scene(self, *, line: str = "ok", doubted: bool = False, at: datetime = AT) -> None:
        """Put time and line where a picture wants them, and wait until the nodes have heard."""
        self.clock.set(at)
        self.clock.doubt(doubted=doubted)
        self.cut() if line == "cut" else self.join()


@contextmanager
def staged(folder: Path, *, lowest_port: int = 21_000) -> Iterator[Stage]:
    """The demo quarter, running; its processes end with the block."""
    ports = claim_ports(lowest_port)
    clock = FrozenClock(AT)
    apart(lambda: demo.prepare(folder, demo.QUARTER, first_port=ports, clock=clock))
    MovedClock(folder / AHEAD).set(AT)
    files = read_quarter(demo.QUARTER)
    assert isinstance(files, QuarterFiles)
    stage = Stage(folder)
    sign_ins = json.loads((folder / demo.SIGN_INS).read_text(encoding="utf-8"))
    stage.known |= _told(sign_ins)
    database = folder / "home" / "quarter.db"
    stage.known |= apart(lambda: asyncio.run(_prepare(database, files, sign_ins)))
    stage.known["waiting_box_id"] = _let_a_box_wait(folder / "central", clock)
    try:
        shutil.copytree(folder / "home", folder / BROKEN)
        shutil.copytree(folder / "central", folder / FLEET / "le-flair")
        for name in ("home", "kiosk"):
            with (folder / name / FILE).open("a", encoding="utf-8") as file:
                file.write(PRINTERS)
        stage.start(*demo.NODES)
        stage.until_even(seconds=60)
        _break(stage, port=ports + 25)
        _unpack(stage, port=ports + 27)
        _serve_fleet(stage, port=ports + 15)
        yield stage
    finally:
        stage.stop()


def _let_a_box_wait(folder: Path, clock: FrozenClock) -> str:
    """Somebody came to central with a code, and waits until the house lets the box in."""
    core = Core.open(folder / "quarter.db", REGISTRY, clock=clock)
    waiting_id = bytes(range(16))
    try:
        adopt_role(core)
        core.write(
            lambda write: write.insert(
                "box_waiting",
                id=waiting_id,
                public_key=b"k" * 32,
                sealing_key=b"s" * 32,
                mark=b"m" * 32,
                name="Waschhaus",
                asked_at=to_epoch(AT - timedelta(minutes=4)),
                ends_at=to_epoch(AT + timedelta(days=900)),
            )
        )
    finally:
        core.close()
    return id_text(waiting_id)


def _break(stage: Stage, *, port: int) -> None:
    """One more node, a copy that meets nobody, whose store lost a table while it ran."""
    folder = stage.folder / BROKEN
    settings = Settings(data=folder, port=port, sync_port=port + 1, discovery=False, demo=True)
    (folder / FILE).write_text(settings.to_toml(), encoding="utf-8")
    # Else it would find out that it is a copied card, and become a box of its own.
    LineSwitch(folder).cut()
    stage.start(BROKEN)
    with closing(sqlite3.connect(folder / "quarter.db")) as database:
        database.execute(f"alter table {BROKEN_TABLE} rename to {BROKEN_TABLE}_lost")
        database.commit()


def _unpack(stage: Stage, *, port: int) -> None:
    """A box fresh from its carton, and what its founder has with them."""
    folder = stage.folder / NEW
    folder.mkdir()
    settings = Settings(data=folder, port=port, sync_port=port + 1, discovery=False)
    (folder / FILE).write_text(settings.to_toml(), encoding="utf-8")
    stage.start(NEW)
    stage.known["start_code"] = _start_code(stage)
    packed = shutil.make_archive(str(stage.folder / "quarter"), "zip", demo.QUARTER)
    stage.known["archive"] = packed
    stage.known["strange_sheet"] = "\n".join(sheet_lines(new_sheet()))
    stage.known["slip"] = stage.known["strange_sheet"][2:]


def _serve_fleet(stage: Stage, *, port: int) -> None:
    """The operator's pages of a central: a copy of the demo's, which meets nobody."""
    folder = stage.folder / FLEET
    for data in (folder, folder / "le-flair"):
        settings = Settings(data=data, port=port, sync_port=port + 1, discovery=False)
        (data / FILE).write_text(settings.to_toml(), encoding="utf-8")
    stage.known["operator"] = "sechs graue Kabel"
    set_password(folder, stage.known["operator"])
    stage.known |= {"fleet": f"http://127.0.0.1:{port}", "fleet_sync": f"127.0.0.1:{port + 1}"}
    stage.serve_fleet(FLEET)


def _start_code(stage: Stage) -> str:
    """What the box shows on its screen, which may be a moment after it first answers."""
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        found = re.search(r"(?:Startcode|start code) (\S+)", stage.log(NEW))
        if found is not None:
            return found[1]
        time.sleep(0.1)
    raise TimeoutError("the new box tells no start code")


def _told(sign_ins: dict[str, Any]) -> dict[str, str]:
    """What the demo says at its start."""
    team = {name.split(" ")[0]: password for name, password in sign_ins["staff"].items()}
    return {
        "resident": sign_ins["person"],
        "pin": sign_ins["pin"],
        "card": sign_ins["card"],
        "code": sign_ins["code"],
        **{f"password_{name}": password for name, password in team.items()},
    }


async def _prepare(database: Path, files: QuarterFiles, sign_ins: dict[str, Any]) -> dict[str, str]:
    store = await Store.open(database, REGISTRY, clock=FrozenClock(AT))
    try:
        cast = _Cast(store, files)
        resident = next(
            row.key
            for row in files.people
            if f"{row.given_name} {row.family_name}" == sign_ins["person"]
        )
        known = await cast.give_secrets()
        known |= await store.on_writer(lambda core: _bring_about(core, cast, resident))
    finally:
        await store.close()
    return known


class _Cast:
    """Who is on the pictures beside the demo's own resident: chosen by what their lives are."""

    def __init__(self, store: Store, files: QuarterFiles) -> None:
        self.store = store
        self.files = files
        booked = {row.person for row in files.reservations}
        contracts = {row.household for row in files.contracts}
        adults: dict[str, list[str]] = {}
        for row in files.people:
            if not row.is_child:
                adults.setdefault(row.household, []).append(row.key)
        quiet = [
            keys
            for household, keys in sorted(adults.items())
            if household in contracts and not booked & set(keys) and len(keys) == 2
        ]
        self.busy, self.newcomer, self.stranger, self.booker = (keys[0] for keys in quiet[:4])
        self.partner, self.leaving, self.host = quiet[0][1], quiet[4][0], quiet[5][0]
        self.far = [keys[0] for keys in quiet[-3:]]
        self.moved = quiet[-4][0]
        self.shut = quiet[-5][0]
        channels = {row.key: row.channel for row in files.households}
        household = {row.key: row.household for row in files.people}
        self.called = next(
            keys[0] for keys in quiet[6:] if channels[household[keys[0]]] is Channel.LETTER
        )

    def id(self, key: str) -> bytes:
        """A person's id."""
        return self.files.id_of("person", key)

    def name(self, key: str) -> str:
        """A person's name."""
        row = next(row for row in self.files.people if row.key == key)
        return f"{row.given_name} {row.family_name}"

    def household_id(self, key: str) -> bytes:
        """The household of a person."""
        row = next(row for row in self.files.people if row.key == key)
        return self.files.id_of("household", row.household)

    async def give_secrets(self) -> dict[str, str]:
        """Codes on paper for three households, a PIN and a card for two of their people."""
        known = {}
        for role in ("busy", "newcomer", "stranger", "booker", "host", "moved", "shut"):
            key = getattr(self, role)
            household = self.household_id(key)
            code = await self.store.write(
                lambda write, household=household: people.issue_code(
                    write, people.COMMAND_LINE, household, now=AT
                )
            )
            known |= {role: self.name(key), f"{role}_id": id_text(self.id(key))}
            known[f"{role}_code"] = code.code
            if role != "stranger":
                known |= await self._sign_up(role, self.id(key))
        return known | await self._sign_up("mira", self.id("S-MIRA"))

    async def _sign_up(self, role: str, person_id: bytes) -> dict[str, str]:
        await people.give_secret(self.store, people.COMMAND_LINE, person_id, PIN, now=AT)
        card = await self.store.write(
            lambda write: people.issue_card(write, people.COMMAND_LINE, person_id, now=AT)
        )
        return {f"{role}_card": card.token}


class _Bookings:
    """Makes bookings and what became of them, as the pages do, at times before now."""

    def __init__(self, core: Core, files: QuarterFiles) -> None:
        self.core = core
        self.files = files

    def actor(self, read: Read, key: str, face: Face = Face.PORTAL) -> Actor:
        """Somebody as a face knows them."""
        found = people.actor_of(read, self.files.id_of("person", key), face=face, now=AT)
        assert found is not None
        return found

    def book(
        self, key: str, space: str, day: int, hours: tuple[float, float], persons: int, purpose: str
    ) -> Reservation:
        """Book or ask, two days ago."""
        asked_at = AT - timedelta(days=2)
        wish = Wish(
            space_id=self.files.id_of("space", space),
            period=Period(local(day, hours[0]), local(day, hours[1])),
            people=persons,
            purpose=purpose,
        )
        return self._done(
            lambda write: spaces.reserve(
                write, self.actor(write, key), wish, now=asked_at, signer=self.core.identity
            )
        )

    def book_stay(self, key: str, space: str, first: date, last: date) -> None:
        """Somebody has a guest apartment for some nights."""
        row = next(row for row in self.files.spaces if row.key == space)
        assert row.stay is not None
        wish = Wish(
            space_id=self.files.id_of("space", space),
            period=spaces.stay_period(row.stay, first, last, ZONE),
            people=2,
        )
        self._done(
            lambda write: spaces.reserve(
                write, self.actor(write, key), wish, now=AT, signer=self.core.identity
            )
        )

    def book_weekly(self, key: str, space: str, day: int, hours: tuple[float, float]) -> bytes:
        """Three times in a series, by the desk; the id of the first."""
        return self._at_once(
            key,
            [
                Wish(
                    space_id=self.files.id_of("space", space),
                    period=Period(local(day + 7 * week, hours[0]), local(day + 7 * week, hours[1])),
                    people=3,
                    purpose="tutoring",
                    series=b"series of busy..",
                )
                for week in range(3)
            ],
        )

    def book_with(self, key: str, room: str, thing: str, hours: tuple[float, float]) -> bytes:
        """A room and what goes with it, by the desk, on the first day on which both can be had in
        the hours around, too; the id of the room's."""
        for day in range(36, 60):
            wishes = [
                Wish(
                    space_id=self.files.id_of("space", space),
                    period=Period(local(day, hours[0]), local(day, hours[1])),
                    people=8,
                    purpose=next(
                        row.usual_purpose for row in self.files.spaces if row.key == space
                    ),
                    series=b"room and beamer.",
                )
                for space in (room, thing)
            ]
            made = self._tried(key, wishes)
            if not isinstance(made, Refusal):
                return made[0].id
        raise AssertionError(made)

    def _at_once(self, key: str, wishes: list[Wish]) -> bytes:
        made = self._tried(key, wishes)
        assert not isinstance(made, Refusal), made
        return made[0].id

    def _tried(self, key: str, wishes: list[Wish]) -> list[Reservation] | Refusal:
        def run(write: Write) -> list[Reservation] | Refusal:
            staff = self.actor(write, "S-MIRA", Face.DESK)
            actor = people.act_for(write, staff, self.files.id_of("person", key), now=AT)
            assert isinstance(actor, Actor), actor
            seen = spaces.preview_series(write, actor, [(each, None) for each in wishes], now=AT)
            cents = sum(each.bill.total_cents for each in seen)
            return spaces.reserve_series(
                write, actor, wishes, total_cents=cents, now=AT, signer=self.core.identity
            )

        return self.core.write(run)

    def decline(self, made: Reservation, reason: str) -> Reservation:
        """The desk says no."""

        def run(write: Write) -> Reservation | Refusal:
            staff = self.actor(write, "S-MIRA", Face.DESK)
            return spaces.decline(
                write, staff, made.id, reason=reason, now=AT, signer=self.core.identity
            )

        return self._done(run)

    def move(self, made: Reservation, hours: tuple[float, float], words: str) -> Reservation:
        """The desk moves a booking to another time of its day, and says why."""
        day, now = made.period.starts_at.astimezone(ZONE).day, AT - timedelta(hours=1)
        wish = Wish(
            space_id=made.space_id,
            period=Period(local(day, hours[0]), local(day, hours[1])),
            people=made.details.people,
            purpose=made.details.purpose,
        )

        def run(write: Write) -> Reservation | Refusal:
            staff = self.actor(write, "S-MIRA", Face.DESK)
            offer = spaces.preview_change(write, staff, made.id, wish, now=now)
            assert not isinstance(offer, Refusal), offer
            total, signer = offer.bill.total_cents, self.core.identity
            done = spaces.change(
                write, staff, made.id, wish, total_cents=total, now=now, signer=signer
            )
            return with_words(write, done, words)

        return self._done(run)

    def shut(self, space: str, hit: bytes, why: str) -> None:
        """The desk shuts a place while somebody has it."""

        def run(write: Write) -> object:
            staff = self.actor(write, "S-MIRA", Face.DESK)
            found = spaces.find_reservation(write, hit)
            assert found is not None
            starts_at, ends_at = found.period.starts_at, found.period.ends_at
            kind, target = TargetKind.SPACE, self.files.id_of("space", space)
            wanted = Closure(b"", kind, target, starts_at, ends_at, LocalText(why))
            return quarter.shut(write, staff, wanted, now=AT)

        done = self.core.write(run)
        assert isinstance(done, Closure), done

    def displace(self, made: Reservation) -> Reservation:
        """Take a booking back, as after a restored backup had granted a time twice."""

        def run(write: Write) -> Reservation | None:
            space = select_space(write, made.space_id)
            assert space is not None
            displace(write, made, space, now=AT)
            return project(write, made.id)

        return self._done(run)

    def cancel(self, key: str, made: Reservation) -> Reservation:
        """Give a booking up, at the price of now."""
        return self._done(
            lambda write: spaces.cancel(write, self.actor(write, key), made.id, now=AT)
        )

    def wait(self, key: str, for_: Reservation) -> Entry:
        """Get in line for what somebody else has, a day ago."""

        def run(write: Write) -> object:
            wish = Wish(
                space_id=for_.space_id, period=for_.period, people=4, purpose=for_.details.purpose
            )
            return spaces.join(write, self.actor(write, key), wish, now=AT - timedelta(days=1))

        entry = self.core.write(run)
        assert isinstance(entry, Entry), entry
        return entry

    def offer(self) -> None:
        """What the timed work of a running node does."""
        signer = self.core.identity
        self.core.write(lambda write: spaces.offer_free(write, now=AT, signer=signer))

    def let_in(self, key: str, made: Reservation) -> Reservation:
        """Check in where the booking began."""

        def run(write: Write) -> object:
            actor = self.actor(write, key)
            line = spaces.get_line(write, actor, made.id, now=AT)
            assert isinstance(line, Line), line
            return spaces.admit(write, actor, line, now=made.period.starts_at)

        passed = self.core.write(run)
        assert isinstance(passed, Passed), passed
        return made

    def hand_over(self, key: str, made: Reservation) -> None:
        """Go through the list at the arrival: a table is missing."""

        def run(write: Write) -> object:
            actor, phase = self.actor(write, key), spaces.Phase.IN
            said = [
                spaces.Answer(key="tables", fits=False, number=5, words="Einer fehlt"),
                spaces.Answer(key="power", number=1_204_500),
            ]
            where = (spaces.Phase.OUT, "tables")
            spaces.add_photo(write, actor, made.id, where, _a_photo(), now=AT)
            spaces.answer_list(write, actor, made.id, phase, said, now=AT, rest_fits=True)
            return spaces.sign(write, actor, made.id, phase, now=AT)

        done = self.core.write(run)
        assert isinstance(done, spaces.HandOver), done

    def set_code(self, made: Reservation) -> None:
        """The grill's key lies in a safe."""

        def run(write: Write) -> object:
            actor = self.actor(write, "S-MIRA", Face.DESK)
            return spaces.set_safe_code(
                write, actor, made.space_id, "4711", asks_protocol=True, now=AT
            )

        done = self.core.write(run)
        assert isinstance(done, spaces.SafeCode), done

    def take_deposit(self, made: Reservation, cents: int) -> None:
        """A part of what is asked was paid by transfer."""
        kind, how = spaces.StepKind.RECEIVED, spaces.How.TRANSFER
        note = spaces.Note(kind=kind, cents=cents, how=how, number="2026-1124", seen=0)

        def run(write: Write) -> object:
            actor = self.actor(write, "S-MIRA", Face.DESK)
            return spaces.note_deposit(write, actor, made.id, note, now=AT)

        done = self.core.write(run)
        assert isinstance(done, spaces.HeldDeposit), done

    def _done(self, run: Callable[[Write], object]) -> Reservation:
        made = self.core.write(run)
        assert isinstance(made, Reservation), made
        return made


def _a_photo() -> bytes:
    """Something like a table on something like a lawn."""
    picture = Image.radial_gradient("L").resize((640, 480)).convert("RGB")
    picture.paste((120, 84, 50), (160, 200, 480, 320))
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


AT_PLACES = ("salon", "werkstatt", "provence", "lernzimmer", "hofterrasse", "kueche-provence")


NO_WHOLE_STAY = (("montmartre", 5, 9), ("provence", 1, 5), ("bretagne", 3, 8))
"""From the 2nd to the 7th of March no apartment is free for every night."""


def _bring_about(core: Core, cast: _Cast, resident: str) -> dict[str, str]:
    """Bookings in every state. A household has three open ones at most, so what comes to nothing
    does so before the next is made."""
    desk, busy = _Bookings(core, cast.files), cast.busy
    no = "An diesem Abend ist der Salon schon für das Adventssingen zugesagt."
    made = {
        "ahead": desk.book(resident, "salon", 28, (15, 19), 12, "private"),
        "open_now": desk.book(resident, "lernzimmer", 24, (13, 15), 2, "tutoring"),
        "declined": desk.decline(desk.book(busy, "salon", 35, (20, 23), 40, "private"), no),
        "displaced": desk.displace(desk.book(busy, "konferenzraum", 26, (10, 12), 8, "business")),
        "cancelled": desk.cancel(busy, desk.book(busy, "werkstatt", 25, (10, 12), 2, "private")),
        "relocated": desk.move(
            desk.book(cast.moved, "hofterrasse", 25, (10, 12), 6, "private"),
            (16, 18),
            "Am Vormittag kommt der Glaser. Bitte entschuldigen Sie.",
        ),
        "soon": desk.book(busy, "lernzimmer", 25, (10, 12), 3, "private"),
        "requested": desk.book(busy, "salon", 27, (20, 23), 30, "private"),
        "deposited": desk.book(cast.called, "kueche-provence", 29, (11, 14), 6, "private"),
        "here": desk.let_in(busy, desk.book(busy, "hofterrasse", 24, (12, 15), 6, "private")),
    }
    desk.hand_over(busy, made["here"])
    desk.set_code(made["here"])
    desk.take_deposit(made["deposited"], 4_000)
    for key, (space, first, last) in zip(cast.far, NO_WHOLE_STAY, strict=True):
        desk.book_stay(key, space, date(2027, 3, first), date(2027, 3, last))
    shut_out = desk.book_with(cast.shut, "salon", "beamer", (15, 18))
    desk.shut("salon", shut_out, "Der Boden wird geschliffen")
    equipped = desk.book_with(cast.far[0], "salon", "beamer", (10, 13))
    waiting = _let_wait(desk, cast, made["ahead"])
    places = {name: cast.files.id_of("space", name) for name in AT_PLACES}
    taken = made["ahead"]
    return {
        **{name: id_text(each.id) for name, each in made.items()},
        "equipped": id_text(equipped),
        "shut_out": id_text(shut_out),
        "list_link": seal(
            core.secret,
            list_links.USE,
            list_links.list_thing(made["here"].id, spaces.Phase.OUT),
            until=AT + list_links.GOOD_FOR,
        ),
        **{name: id_text(each) for name, each in places.items()},
        **{name: id_text(each.id) for name, each in waiting.items()},
        **_passes(core, made, "ahead", "open_now", "here"),
        "weekly": id_text(desk.book_weekly(busy, "lernzimmer", 26, (16, 18))),
        "salon_taken": offer_value(taken.space_id, taken.period),
        "partner_id": id_text(cast.id(cast.partner)),
        "lobby_node": _lobby_node(core),
        "tag": quarter_tag(core.quarter),
        "receipt": _erase(core, cast),
        "cleaner_list": _cleaner_list(core, cast),
        **invite(core, cast.id("S-MIRA"), cast.id(cast.host), now=AT),
        **{
            f"door_{room}": _hang(core, cast, room)
            for room in ("salon", "lernzimmer", "hofterrasse")
        },
    }


def _let_wait(desk: _Bookings, cast: _Cast, taken: Reservation) -> dict[str, Entry]:
    """Somebody waits for what is taken; two others are offered what was given up."""
    gone = [
        desk.book(cast.stranger, "konferenzraum", day, (14, 16), 4, "business") for day in (26, 27)
    ]
    made = {
        "waits": desk.wait(cast.booker, taken),
        "offered": desk.wait(cast.booker, gone[0]),
        "called": desk.wait(cast.called, gone[1]),
    }
    for each in gone:
        desk.cancel(cast.stranger, each)
    desk.offer()
    return made


def _hang(core: Core, cast: _Cast, room: str) -> str:
    """A tablet hangs at a room's door: what its browser keeps."""

    def run(write: Write) -> str | Refusal:
        staff = people.actor_of(write, cast.id("S-MIRA"), face=Face.DESK, now=AT)
        assert staff is not None
        place = cast.files.id_of("space", room)
        invited = spaces.invite_display(write, staff, place, now=AT)
        assert isinstance(invited, spaces.InvitedDisplay), invited
        return spaces.become_display(write, invited.code, now=AT)

    token = core.write(run)
    assert isinstance(token, str), token
    return token


def _erase(core: Core, cast: _Cast) -> str:
    """Somebody has moved out: the number that they hold."""

    def run(write: Write) -> people.Erasure | Refusal:
        staff = people.actor_of(write, cast.id("S-MIRA"), face=Face.DESK, now=AT)
        assert staff is not None
        person_id = cast.id(cast.leaving)
        return ERASING.erase(write, staff, person_id, reason="moved_out", now=AT)

    done = core.write(run)
    assert isinstance(done, people.Erasure), done
    return done.number


def _cleaner_list(core: Core, cast: _Cast) -> str:
    """The address that the team gave to whoever cleans."""

    def make(write: Write) -> str | Refusal:
        staff = people.actor_of(write, cast.id("S-JONAS"), face=Face.DESK, now=AT)
        assert staff is not None
        return people.open_feed(write, staff, people.FeedView.TURNOVER, now=AT)

    token = core.write(make)
    assert isinstance(token, str), token
    return token


def _lobby_node(core: Core) -> str:
    """The box in the lobby."""
    roster = read_roster(core)
    assert roster is not None
    return next(id_text(node.site_id) for node in roster.body.nodes if node.role == "kiosk")


def _passes(core: Core, made: dict[str, Reservation], *names: str) -> dict[str, str]:
    """The eight characters of a pass and what its QR says."""
    found = {}
    for name in names:
        reservation = core.read(
            lambda read, name=name: spaces.find_reservation(read, made[name].id)
        )
        assert reservation is not None
        assert reservation.decision is not None
        text = spaces.pass_text(reservation.decision.pass_)
        line = core.read(
            lambda read, text=text: spaces.find_by_pass(read, text, keys=[core.identity.public_key])
        )
        assert isinstance(line, Line), line
        found |= {f"{name}_pass": text, f"{name}_code": line.code}
    first = found[f"{names[0]}_pass"]
    return {**found, "forged_pass": first[:-8] + ("2" * 8)}


def local(day: int, hour: float) -> datetime:
    """An instant by the quarter's clock, an hour ahead of UTC; days count on from November."""
    return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour - 1)

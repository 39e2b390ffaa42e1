"""Fritz is in, with nothing but his link: he gets everywhere in his stay, and nobody else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import id_text, parse_id
from node.base.periods import Period
from node.base.refusals import granted
from node.spaces import Reservation, Wish, guests
from node.store import Write
from tests.hostile.live import LiveNode, listening
from tests.hostile.routes import Route, every_route
from tests.hostile.town import EVERYBODY, Town

INSIDE = datetime(2026, 11, 26, 15, tzinfo=UTC)
"""The day of arrival of Anna's visitor."""
ROUTES = [route for route in every_route() if route.path.startswith("/guest/")]
ACTS = ("check-in", "check-out", "in", "out")


@pytest.fixture(scope="module")
def inside(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveNode]:
    """A node of its own on the day when he has come in."""
    folder = tmp_path_factory.mktemp("inside") / "node"
    with listening(town, folder, FrozenClock(INSIDE)) as live:
        answer = live.visitor("fritz").post(f"/guest/{town.calendars['guest']}/check-in")
        assert answer.status_code == 303, answer.text
        stay = live.read(lambda read: guests.find_stay(read, town.calendars["guest"], now=INSIDE))
        assert stay is not None
        assert stay.line.status is spaces.Status.CHECKED_IN
        yield live


@pytest.fixture(scope="module")
def other(inside: LiveNode) -> str:
    """The link of another guest, who comes in December."""
    live, first = inside, datetime(2026, 12, 14, 14, tzinfo=UTC)
    wish = Wish(
        space_id=live.cast.files.id_of("space", "gartenzimmer"),
        period=Period(first, first + timedelta(days=3, hours=-4)),
        people=1,
    )

    def make(write: Write) -> str:
        who = live.cast.actor(write, "anna", face=Face.PORTAL)
        signer = live.node.store.core.identity
        made = spaces.reserve(write, who, wish, now=INSIDE, signer=signer)
        assert isinstance(made, Reservation), made
        return granted(guests.make_link(write, who, made.id, now=INSIDE))

    return live.run(live.node.store.write(make))


def paths(route: Route, token: str) -> Iterator[str]:
    for act in ACTS if "act" in route.parameters else ("",):
        known = {"token": token, "act": act, "number": "0", "photo": id_text(bytes(16))}
        yield route.filled(**{name: known[name] for name in route.parameters})


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_whoever_has_a_wrong_link_finds_nothing_and_changes_nothing(
    route: Route, inside: LiveNode
) -> None:
    right = inside.town.calendars["guest"]
    number = int.from_bytes(parse_id(right), "big") ^ 1
    wrong = id_text(number.to_bytes(16, "big"))
    before = inside.contents()
    for name in EVERYBODY:
        visitor = inside.visitor(name)
        for path in paths(route, wrong):
            fields = {} if route.method == "GET" else {"data": {"csrf": visitor.csrf(path)}}
            answer = visitor.send(route.method, path, **fields)
            assert answer.status_code in {404, 429}, f"{name} {path}"
            assert "Fritz" not in answer.text
    assert inside.contents() == before


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_another_guests_link_tells_and_changes_nothing_of_his_stay(
    route: Route, inside: LiveNode, other: str
) -> None:
    """Whatever becomes of their own stay: his is as it was, and his name stands nowhere."""
    his = inside.town.calendars["guest"]
    before = inside.read(lambda read: guests.find_stay(read, his, now=INSIDE))
    stranger = inside.visitor("nobody")
    for path in paths(route, other):
        fields = {} if route.method == "GET" else {"data": {"csrf": stranger.csrf(path)}}
        answer = stranger.send(route.method, path, **fields)
        assert answer.status_code < 500, path
        assert "Fritz" not in answer.text, path
    assert inside.read(lambda read: guests.find_stay(read, his, now=INSIDE)) == before


def test_he_himself_sees_his_stay_and_leaves_it(town: Town, tmp_path: Path) -> None:
    with listening(town, tmp_path / "node", FrozenClock(INSIDE)) as live:
        start, fritz = f"/guest/{town.calendars['guest']}", live.visitor("fritz")
        assert fritz.post(f"{start}/check-in").status_code == 303
        for path in ("", "/arrival", "/form/0", "/pass.svg"):
            assert fritz.get(f"{start}{path}").status_code == 200, path
        for route in ROUTES:
            for path in paths(route, town.calendars["guest"]):
                if route.method == "GET":
                    assert fritz.get(path).status_code < 500, path
        assert fritz.post(f"{start}/check-out").status_code == 303
        stay = live.read(lambda read: guests.find_stay(read, start[7:], now=INSIDE))
        assert stay is not None
        assert stay.line.status is spaces.Status.CHECKED_OUT

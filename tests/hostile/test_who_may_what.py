"""The recorded table of access is the lived one, and some things in it must never change."""

from __future__ import annotations

import pytest

from tests.hostile.access import IN, RECORD, Found, everybody, generated
from tests.hostile.live import PHONE, LiveNode
from tests.hostile.routes import Route, every_route
from tests.hostile.town import RESIDENTS

HERS = ("/mine/", "/book/", "/api/reservations/", "/kiosk/mine/", "/kiosk/book/", "/account/")
STRANGERS = ("nobody", "clara", "sam", "greta", "ole", "eva")
"""Not the staff, who act for everybody at the API."""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    return everybody(tmp_path_factory.mktemp("access"))


def test_the_recorded_table_is_the_lived_one(found: dict[str, Found]) -> None:
    assert RECORD.read_text(encoding="utf-8") == generated(found)


def test_the_desk_lets_nobody_in_who_lives_here(found: dict[str, Found]) -> None:
    open_doors = {"GET /desk/sign-in", "POST /desk/sign-in", "POST /desk/sign-out"}
    for name in {*RESIDENTS, "nobody"} & found.keys():
        entered = {at for at, said in found[name].items() if at.split()[1].startswith("/desk")}
        assert {at for at in entered if found[name][at] == IN} <= open_doors, name


def test_nobody_changes_what_is_a_neighbours(found: dict[str, Found]) -> None:
    for name in STRANGERS:
        entered = [
            at
            for at, said in found[name].items()
            if said == IN
            and at.split()[0] != "GET"
            and "<" in at
            and at.split()[1].startswith(HERS)
        ]
        assert entered == [], name


def test_only_who_may_see_it_finds_a_neighbours_reservation(found: dict[str, Found]) -> None:
    for name in ("nobody", "clara", "sam", "greta"):
        for at in ("GET /mine/<reservation>", "GET /api/reservations/<reservation>"):
            assert found[name][at] in {"sign in", "not there"}, name


LOBBY_ROUTES = [route for route in every_route() if route.path.startswith("/kiosk")]


@pytest.mark.parametrize("route", LOBBY_ROUTES, ids=str)
def test_the_lobbys_pages_are_for_its_screens_alone(route: Route, live: LiveNode) -> None:
    anna = live.visitor("anna", at=PHONE)
    named = dict.fromkeys(route.parameters, live.town.ids["reservation anna"])
    path = route.filled(**{name: "0" if name == "number" else it for name, it in named.items()})
    before = live.contents()
    fields = {} if route.method == "GET" else {"data": {"csrf": anna.csrf(path)}}
    answer = anna.send(route.method, path, **fields)
    assert answer.status_code == 403
    assert live.contents() == before

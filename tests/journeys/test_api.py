"""Programs: reserve, the same wish twice, two people and one slot, bad input everywhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.store import Write
from tests.journeys.conftest import a_town

pytestmark = pytest.mark.asyncio


async def test_two_people_want_the_same_slot_and_one_gets_alternatives(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, clara = await town.program("anna"), await town.program("clara")
        answers = await asyncio.gather(
            *(who.post("/api/reservations", json=town.wish()) for who in (anna, clara))
        )
        assert sorted(answer.status_code for answer in answers) == [201, 409]
        loser = clara if answers[1].status_code == 409 else anna
        problem = next(a for a in answers if a.status_code == 409)
        assert problem.headers["content-type"].startswith("application/problem+json")
        assert problem.json()["code"] == "spaces.taken"
        wish = town.wish()
        found = await loser.get(
            "/api/spaces/search",
            params={k: wish[k] for k in ("starts_at", "ends_at", "people")},
        )
        assert len(found.json()["alternatives"]) == 3


async def test_many_at_once_get_exactly_one_slot(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        clients = [await town.program(name) for name in ("anna", "bilal", "clara")]
        answers = await asyncio.gather(
            *(
                clients[number % 3].post("/api/reservations", json=town.wish())
                for number in range(60)
            )
        )
        codes = [answer.status_code for answer in answers]
        assert codes.count(201) == 1
        assert codes.count(409) == 59


async def test_the_same_key_makes_one_reservation(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        key = {"idempotency-key": "once-1"}
        first = await anna.post("/api/reservations", json=town.wish(), headers=key)
        again = await anna.post("/api/reservations", json=town.wish(), headers=key)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        other = town.wish(hours=(8, 10))
        reused = await anna.post("/api/reservations", json=other, headers=key)
        assert (reused.status_code, reused.json()["code"]) == (422, "api.key_reused")
        mine = (await anna.get("/api/reservations")).json()
        assert sum(each["id"] == first.json()["id"] for each in mine) == 1


async def test_a_pass_lets_a_guest_without_account_in_once(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        fritz = town.browser().http
        early = await fritz.post("/api/check-ins", json={"pass": made["pass"]})
        assert (early.status_code, early.json()["code"]) == (409, "pass.too_early")
        clock.set(clock.now().replace(day=28, hour=13, minute=50))
        elsewhere = {"pass": made["pass"], "space_id": town.space("werkraum")}
        wrong = await fritz.post("/api/check-ins", json=elsewhere)
        assert wrong.json()["code"] == "pass.wrong_place"
        first = await fritz.post("/api/check-ins", json={"pass": made["pass"]})
        second = await fritz.post("/api/check-ins", json={"pass": made["code"]})
        assert (first.json()["already"], second.json()["already"]) == (False, True)
        assert first.json()["at"] == second.json()["at"]
        out = await fritz.post("/api/check-outs", json={"pass": made["code"]})
        assert out.json()["reservation"]["status"] == "checked_out"


async def test_where_a_display_hangs_programs_tell_its_figures_too(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """A pass alone would check somebody in from the sofa."""
    async with a_town(tmp_path, clock) as town:
        anna, demir = await town.program("anna"), await town.program("demir")
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        clock.set(clock.now().replace(day=28, hour=13, minute=50))
        store, hall = town.node.store, town.cast.files.id_of("space", "hofsaal")

        def hang(write: Write) -> spaces.DoorDisplay | Refusal:
            staff = town.cast.actor(write, "demir", face=Face.DESK)
            invited = spaces.invite_display(write, staff, hall, now=clock.now())
            assert not isinstance(invited, Refusal)
            token = spaces.become_display(write, invited.code, now=clock.now())
            assert isinstance(token, str)
            found = spaces.find_display(write, token)
            assert found is not None
            return found

        display = await store.write(hang)
        assert not isinstance(display, Refusal)
        anna, demir = await town.program("anna"), await town.program("demir")
        fritz, page = town.browser().http, "/api/check-ins"
        for who in (fritz, anna):
            asked = await who.post(page, json={"pass": made["pass"]})
            assert (asked.status_code, asked.json()["code"]) == (422, "presence.asks_figures")
        wrong = await fritz.post(page, json={"pass": made["code"], "figures": "000000"})
        assert wrong.json()["code"] == "presence.wrong_figures"
        figures = await store.read(
            lambda read: spaces.presence_figures(read, display, now=clock.now())
        )
        done = await fritz.post(page, json={"pass": made["code"], "figures": figures})
        assert done.json()["reservation"]["status"] == "checked_in"
        # The desk sees who stands there.
        again = await demir.post(page, json={"pass": made["pass"]})
        assert again.json()["already"] is True


async def test_demir_books_for_clara_and_the_fact_is_recorded(
    tmp_path: Path, clock: FrozenClock
) -> None:
    from node.base.ids import id_text

    async with a_town(tmp_path, clock) as town:
        demir, clara = await town.program("demir"), await town.program("clara")
        wish = town.wish() | {"person_id": id_text(town.cast.id("clara"))}
        made = await demir.post("/api/reservations", json=wish)
        assert made.status_code == 201, made.text
        hers = [each["id"] for each in (await clara.get("/api/reservations")).json()]
        assert made.json()["id"] in hers
        details = await town.node.store.read(
            lambda read: read.value(
                "select fact from reservation_decision order by rowid desc limit 1"
            )
        )
        assert id_text(town.cast.id("demir")) in details
        stolen = await clara.post(
            "/api/reservations", json=town.wish() | {"person_id": id_text(town.cast.id("anna"))}
        )
        assert stolen.status_code == 403


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"starts_at": "gestern"}, 400),
        ({"starts_at": "2026-11-28T14:00:00"}, 400),
        ({"ends_at": "2026-11-28T10:00:00+00:00"}, 422),
        ({"starts_at": "2026-02-29T14:00:00+00:00"}, 400),
        ({"starts_at": "1999-11-28T14:00:00+00:00"}, 409),
        ({"people": "viele"}, 400),
        ({"people": -5}, 400),
        ({"people": 10**30}, 400),
        ({"space_id": "nichts"}, 400),
        ({"space_id": "0" * 26}, 404),
        ({"purpose": "disco"}, 422),
        ({"unbekannt": 1}, 400),
        ({"ages": [200]}, 400),
    ],
)
async def test_bad_input_is_told_clearly_and_changes_nothing(
    tmp_path: Path, clock: FrozenClock, change: dict[str, object], status: int
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        heads = await town.node.store.heads()
        answer = await anna.post("/api/reservations", json=town.wish() | change)
        assert 400 <= answer.status_code < 500, answer.text
        if status != 409:
            assert answer.status_code == status, answer.text
        assert answer.headers["content-type"].startswith("application/problem+json")
        assert answer.json()["title"]
        assert await town.node.store.heads() == heads


async def test_broken_bodies_strangers_and_foreign_pages(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        broken = await anna.post(
            "/api/reservations", content=b"{", headers={"content-type": "application/json"}
        )
        assert broken.status_code == 400
        huge = await anna.post("/api/reservations", content=b"x" * (2 * 1024 * 1024))
        assert huge.status_code in {400, 413}
        nobody = town.browser().http
        assert (await nobody.post("/api/reservations", json=town.wish())).status_code == 401
        foreign = {"sec-fetch-site": "cross-site"}
        refused = await anna.post("/api/reservations", json=town.wish(), headers=foreign)
        assert refused.status_code == 403
        rebound = await nobody.get("/health", headers={"host": "evil.example"})
        assert rebound.status_code == 421
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        clara = await town.program("clara")
        assert (await clara.get(f"/api/reservations/{made['id']}")).status_code == 404
        path = f"/api/reservations/{made['id']}/cancellation"
        assert (await clara.post(path)).status_code == 404
        gone = await anna.post(path)
        assert gone.json()["status"] == "cancelled"


async def test_the_description_names_every_address_of_the_api(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        described = (await town.browser().http.get("/api/openapi.json")).json()
        assert {"/api/reservations", "/api/spaces/search", "/api/check-ins", "/api/me"} <= set(
            described["paths"]
        )
        assert "/desk" not in described["paths"]

"""Photos at a hand-over: small, seen by their people and the team alone, and gone in time."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from node import people, spaces
from node.app import ERASING
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.erasing import Sweeper
from node.store import Core, Write
from tests.files import bytes_beside
from tests.journeys.conftest import CSRF, Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import anna_is_in, seen
from tests.journeys.test_series import at_portal
from tests.web.test_pictures import picture

pytestmark = pytest.mark.asyncio
PHOTO = re.compile(r'<img src="([^"]*/photos/\w+)"')


async def send(person: Person, path: str, sent: bytes, **fields: str) -> httpx.Response:
    """Send the form with a photo of the floor, as a browser does."""
    token = CSRF.search(person.seen)
    assert token is not None
    answer = await person.http.post(
        path,
        data={"csrf": token[1], "act": "keep", **fields},
        files={"photo_floor": ("IMG_1.jpg", sent, "image/jpeg")},
        follow_redirects=True,
    )
    person.seen = answer.text
    return answer


async def with_a_photo(town: Town, clock: FrozenClock) -> tuple[Person, str, str]:
    anna, number = await anna_is_in(town, clock)
    come = f"/mine/{number}/hand-over/in"
    await anna.get(come)
    kept = await send(anna, come, picture((2000, 1500)), is_floor="differs", words_floor="Fleck")
    assert kept.status_code == 200, kept.text
    (address,) = PHOTO.findall(seen(anna))
    return anna, number, address


def pictures_held(core: Core) -> list[bytes]:
    return [row[0] for row in core.read(lambda r: r.rows("select image from hand_over_photo"))]


async def test_a_photo_is_small_and_seen_by_its_people_and_the_team_alone(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number, address = await with_a_photo(town, clock)
        shown = await anna.http.get(address)
        assert shown.headers["content-type"] == "image/jpeg"
        assert shown.headers["cache-control"] == "private, max-age=600"
        assert len(shown.content) <= 150_000
        assert "Fleck" in seen(anna), "what was said with it is kept as well"
        clara, demir, eva = (
            await at_portal(town, "clara"),
            await at_desk(town),
            await at_desk(town, "eva"),
        )
        assert (await clara.http.get(address)).status_code == 404
        photo_id = address.rpartition("/")[2]
        program = await town.program("clara")
        wish = town.wish("werkraum", hours=(16, 18)) | {"people": 2}
        hers = (await program.post("/api/reservations", json=wish)).json()
        if "id" in hers:
            lent = await clara.http.get(f"/mine/{hers['id']}/photos/{photo_id}")
            assert lent.status_code == 404, "another's photo is none of this reservation"
        assert (await town.browser().http.get(address)).status_code == 303
        await demir.get(f"/desk/hand-over/{number}")
        (at_the_desk,) = PHOTO.findall(seen(demir))
        assert (await demir.http.get(at_the_desk)).content == shown.content
        assert (await eva.http.get(at_the_desk)).status_code == 200
        outside = await town.browser().http.get(at_the_desk)
        assert outside.status_code == 303


async def test_the_same_photo_twice_is_kept_once_and_what_is_none_is_refused(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number, _ = await with_a_photo(town, clock)
        come = f"/mine/{number}/hand-over/in"
        await send(anna, come, picture((2000, 1500)))
        assert len(PHOTO.findall(seen(anna))) == 1
        wrong = await send(anna, come, b"<svg onload=alert(1)>", is_crockery="fits")
        assert wrong.status_code == 422
        assert "Dieses Bild kann nicht gelesen werden." in seen(anna)
        for number_ in range(11):
            await send(anna, come, picture((50 + number_, 40)))
        many = await send(anna, come, picture((90, 40)))
        assert many.status_code == 422
        assert "Mehr als zwölf Fotos" in seen(anna)
        assert len(pictures_held(town.node.store.core)) == 12
        huge = await send(anna, come, bytes(45 * 1024 * 1024))
        assert huge.status_code == 413


async def test_a_photo_is_taken_away_until_it_is_signed(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number, address = await with_a_photo(town, clock)
        come, photo_id = f"/mine/{number}/hand-over/in", address.rpartition("/")[2]
        clara = await at_portal(town, "clara")
        await clara.get("/mine")
        assert (await clara.post(come, act=f"drop-{photo_id}")).status_code == 404
        await anna.post(come, act=f"drop-{photo_id}")
        assert not PHOTO.findall(seen(anna))
        assert pictures_held(town.node.store.core) == [b""]
        await send(anna, come, picture((60, 40)))
        (other,) = PHOTO.findall(seen(anna))
        await anna.post(come, act="rest", number_power="1")
        await anna.post(come, act="sign")
        assert "Danke" in anna.seen
        gone = await anna.post(come, act=f"drop-{other.rpartition('/')[2]}")
        assert gone.status_code == 409
        assert (await send(anna, come, picture((61, 40)))).status_code == 409


async def test_after_half_a_year_the_picture_is_gone_from_table_and_journal(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        await with_a_photo(town, clock)
        store = town.node.store
        (image,) = pictures_held(store.core)
        path, mark = store.core.path, image[400:440]
        assert mark in bytes_beside(path), "the search sees what is there"
        clock.set(clock.now() + timedelta(days=181))
        now = clock.now()
        assert await store.write(lambda write: spaces.let_photos_go(write, now=now)) == 1
        assert pictures_held(store.core) == [b""]
        await Sweeper(store, ERASING, town.node.backups).sweep()
        bodies = store.core._connection.execute("select body from journal").fetchall()
        assert all(mark not in bytes(body[0]) for body in bodies)
        assert mark not in bytes_beside(path)


async def test_who_is_erased_takes_the_pictures_along(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        await with_a_photo(town, clock)
        anna_id, now, store = town.cast.id("anna"), clock.now(), town.node.store

        def erase(write: Write) -> people.Erasure | Refusal:
            staff = town.cast.actor(write, "demir", face=Face.DESK)
            return ERASING.erase(write, staff, anna_id, reason="moved_out", now=now)

        assert isinstance(await store.write(erase), people.Erasure)
        assert pictures_held(store.core) == [b""]

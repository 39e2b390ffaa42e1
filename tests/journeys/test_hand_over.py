"""The list of a place gone through when people come and leave, at a phone and at the desk."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from node import people, spaces
from node.app import ERASING
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.refusals import Refusal
from node.store import Write
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_series import at_portal

pytestmark = pytest.mark.asyncio
ALL_FITS = {"is_crockery": "fits", "is_key": "fits", "is_floor": "fits"}


def seen(person: Person) -> str:
    return unescape(person.seen).replace("&#x2f;", "/")


async def anna_is_in(town: Town, clock: FrozenClock) -> tuple[Person, str]:
    """Anna has checked in to the court room; her browser, and her reservation's id."""
    program = await town.program("anna")
    made = (await program.post("/api/reservations", json=town.wish())).json()
    clock.set(datetime(2026, 11, 28, 14, 5, tzinfo=UTC))
    anna = await at_portal(town, "anna")
    await anna.get(f"/at/{town.space('hofsaal')}")
    await anna.post(f"/at/{town.space('hofsaal')}/check-in", figures="")
    assert "eingecheckt" in anna.seen
    return anna, made["id"]


async def test_anna_hands_over_by_phone_and_the_desk_sees_what_differs(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number = await anna_is_in(town, clock)
        come, leave = f"/mine/{number}/hand-over/in", f"/mine/{number}/hand-over/out"
        assert come in seen(anna), "the way stands where she has checked in"
        await anna.get(come)
        assert "Soll: 40" in seen(anna)
        # She is called away: what she said is there when she comes back.
        await anna.post(come, act="keep", is_crockery="differs", number_crockery="38")
        assert 'value="38"' in (await anna.get(come)).text
        # Signing asks for what is missing, and loses nothing.
        missing = await anna.post(come, act="sign", is_crockery="differs", number_crockery="38")
        assert missing.status_code == 422
        assert "lesen Sie den Zähler ab" in seen(anna) or "fehlt noch eine Antwort" in seen(anna)
        await anna.post(come, act="rest", number_power="1.204,5")
        signed = await anna.post(come, act="sign")
        assert "Danke. Das ist bestätigt." in signed.text
        assert "1.204,5 kWh" in signed.text
        # A second touch changes nothing.
        await anna.post(come, act="sign", is_crockery="fits")
        assert "38" in (await anna.get(come)).text

        demir = await at_desk(town)
        assert "Abweichungen: 1" in demir.seen
        await anna.get(leave)
        assert "Soll: 38" in seen(anna), "who leaves answers for what was there"
        await anna.post(
            leave,
            act="sign",
            **(ALL_FITS | {"is_floor": "differs", "words_floor": "Fleck am Fenster"}),
            number_power="1210",
        )
        assert "Danke" in anna.seen
        page = f"/desk/hand-over/{number}"
        await demir.get(page)
        assert "Verbrauch: 5,5 kWh" in seen(demir)
        assert "Fleck am Fenster" in seen(demir)
        answers = re.findall(r'name="answer" value="(\w+)"', demir.seen)
        assert len(answers) == 2
        for answer in answers:
            await demir.post(f"{page}/settle", answer=answer, words="ersetzt")
        assert "erledigt: ersetzt" in seen(demir)
        for phase in ("in", "out"):
            await demir.post(f"{page}/agree-{phase}")
        assert "vom Team bestätigt: Demir" in seen(demir)
        assert 'id="hand-overs"' not in (await demir.get("/desk")).text


async def test_the_desk_fills_it_in_for_who_has_no_phone_and_it_says_so(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number = await anna_is_in(town, clock)
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        page = f"/desk/hand-over/{number}"
        await demir.get(f"{page}/in")
        assert "Sie füllen das für Anna" in seen(demir)
        await demir.post(f"{page}/in", act="sign", **ALL_FITS, number_power="7")
        assert "Demir" in seen(demir)
        assert "für die Person" in seen(demir)
        assert "Gespeichert." in seen(demir)
        await anna.get(f"/mine/{number}/hand-over/in")
        assert "Bestätigt:" in anna.seen
        await eva.get(page)
        refused = await eva.post(f"{page}/agree-in")
        assert refused.status_code == 403, "the management sees, the desk says"
        assert (await eva.get(f"{page}/in")).status_code == 403


async def test_nobody_fills_in_anothers_list_or_one_before_its_time(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        program = await town.program("anna")
        made = (await program.post("/api/reservations", json=town.wish())).json()
        anna, clara = await at_portal(town, "anna"), await at_portal(town, "clara")
        come = f"/mine/{made['id']}/hand-over/in"
        await anna.get("/mine")
        early = await anna.post(come, act="rest")
        assert early.status_code == 409
        assert "wenn Sie eingecheckt sind" in early.text
        await clara.get("/mine")
        assert (await clara.get(come)).status_code == 404
        await clara.get("/mine")
        assert (await clara.post(come, act="rest")).status_code == 404
        rows = await town.node.store.read(lambda read: read.rows("select id from hand_over"))
        assert not rows
        assert (await anna.get(f"/mine/{made['id']}/hand-over/sideways")).status_code == 404


async def test_the_team_sets_the_list_and_signed_protocols_stay(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number = await anna_is_in(town, clock)
        come = f"/mine/{number}/hand-over/in"
        await anna.get(come)
        await anna.post(come, act="sign", **ALL_FITS, number_power="1")
        demir = await at_desk(town)
        page = f"/desk/places/{town.space('hofsaal')}/list"
        await demir.get(page)
        assert 'value="Geschirr"' in demir.seen
        await demir.post(
            page,
            row_0_key="crockery",
            row_0_kind="count",
            row_0_name="Geschirr",
            row_0_count="50",
            row_3_kind="condition",
            row_3_name="Fenster zu",
        )
        assert "Diese Liste gilt ab jetzt." in seen(demir)
        wrong = await demir.post(page, row_0_name="Stühle", row_0_kind="count", row_0_count="0")
        assert wrong.status_code == 422
        await anna.get(come)
        assert "Boden" in anna.seen
        await anna.get(f"/mine/{number}/hand-over/out")
        assert "Fenster zu" in anna.seen
        assert "Soll: 40" in anna.seen, "no more than she found"


async def test_what_was_said_is_told_to_whom_it_is_about_and_goes_with_them(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna, number = await anna_is_in(town, clock)
        come = f"/mine/{number}/hand-over/in"
        await anna.get(come)
        said = ALL_FITS | {"is_floor": "differs", "words_floor": "Mein Hund war es"}
        await anna.post(come, act="sign", **said, number_power="1")
        anna_id, now, store = town.cast.id("anna"), clock.now(), town.node.store
        told = await store.read(lambda read: spaces.told_about(read, anna_id, now))
        assert any("Mein Hund war es" in line for each in told for line in each["hand_over"])

        def erase(write: Write) -> people.Erasure | Refusal:
            staff = town.cast.actor(write, "demir", face=Face.DESK)
            return ERASING.erase(write, staff, anna_id, reason="moved_out", now=now)

        assert isinstance(await store.write(erase), people.Erasure)
        rows = await store.read(lambda read: read.rows("select words, person_id from hand_over"))
        assert {tuple(row) for row in rows} == {("", b"")}

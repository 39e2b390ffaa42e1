"""A deposit is not forgotten: it stands on the board until it is received, and until it is back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest

from node import spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import parse_id
from node.store import Write
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk
from tests.journeys.test_hand_over import seen
from tests.journeys.test_keys import note
from tests.journeys.test_pains import stay
from tests.journeys.test_series import at_portal

pytestmark = pytest.mark.asyncio


async def booked_with_a_deposit(town: Town) -> str:
    """The court room asks for 150 euros from now on; Anna books it."""
    place, now = parse_id(town.space("hofsaal")), town.clock.now()

    def ask(write: Write) -> object:
        actor = town.cast.actor(write, "demir", face=Face.DESK)
        space = spaces.find_space(write, place)
        assert space is not None
        prices = tuple(replace(price, deposit_cents=None) for price in space.row.room_prices)
        wanted = replace(space.row, deposit_cents=15_000, room_prices=prices)
        return spaces.set_rules(write, actor, place, wanted, now=now)

    assert isinstance(await town.node.store.write(ask), spaces.Space)
    program = await town.program("anna")
    made = (await program.post("/api/reservations", json=town.wish())).json()
    return str(made["id"])


async def board(town: Town) -> Person:
    """The desk's first page now, after a new sign-in: the one before may have ended."""
    person = await at_desk(town)
    await person.get("/desk")
    return person


async def test_a_deposit_is_received_once_and_its_person_sees_how(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        number = await booked_with_a_deposit(town)
        page = f"/desk/deposits/{number}"
        assert 'id="deposits"' not in (await board(town)).seen, "it is not today"
        clock.set(datetime(2026, 11, 28, 9, tzinfo=UTC))
        demir, anna = await board(town), await at_portal(town, "anna")
        assert "entgegennehmen: 150,00" in seen(demir)
        await anna.get(f"/mine/{number}")
        assert "Sie wird bei der Ankunft hinterlegt." in seen(anna)
        await demir.get(page)
        no_number = await demir.post(f"{page}/received", euros="150", how="receipt", seen="0")
        assert no_number.status_code == 422
        assert "Welche Nummer hat der Beleg?" in seen(demir)
        taken = {"euros": "150", "how": "receipt", "number": "K-4711", "seen": "0"}
        await demir.post(f"{page}/received", **taken)
        assert "Notiert: hinterlegt." in seen(demir)
        # Sent twice it is noted once; who did not see it is shown what is new.
        await demir.post(f"{page}/received", **taken)
        assert seen(demir).count("K-4711") == 1
        stale = await demir.post(f"{page}/returned", euros="1", how="transfer", seen="0")
        assert stale.status_code == 409
        await anna.get(f"/mine/{number}")
        assert "Beleg der Kasse" in seen(anna)
        assert 'id="deposits"' not in (await board(town)).seen


async def received(town: Town) -> str:
    """A deposit that was left with the desk; where its page is."""
    page = f"/desk/deposits/{await booked_with_a_deposit(town)}"
    demir = await board(town)
    await demir.get(page)
    await demir.post(f"{page}/received", euros="150", how="transfer", seen="0")
    assert "Notiert: hinterlegt." in seen(demir)
    return page


async def test_it_is_given_back_but_for_a_glass(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        page = await received(town)
        number = page.rpartition("/")[2]
        clock.set(datetime(2026, 11, 28, 14, 5, tzinfo=UTC))
        demir = await board(town)
        await demir.post(f"/desk/reservations/{number}/check-in")
        await demir.post(f"/desk/reservations/{number}/check-out")
        clock.set(datetime(2026, 12, 20, 9, tzinfo=UTC))
        demir, eva = await board(town), await at_desk(town, "eva")
        assert "zurückgeben: 150,00" in seen(demir), "however long ago"
        await demir.get(page)
        too_much = await demir.post(f"{page}/withheld", euros="151", words="Glas", seen="1")
        assert too_much.status_code == 422
        await demir.post(f"{page}/withheld", euros="12,50", words="Zwei Gläser", seen="1")
        await demir.post(f"{page}/returned", euros="137,50", how="transfer", seen="2")
        assert "Notiert: zurückgegeben." in seen(demir)
        assert 'id="deposits"' not in (await board(town)).seen
        anna = await at_portal(town, "anna")
        await anna.get(f"/mine/{number}")
        assert "12,50" in seen(anna)
        assert "Zwei Gläser" in seen(anna)
        await eva.get(page)
        refused = await eva.post(f"{page}/received", euros="1", how="transfer", seen="3")
        assert refused.status_code == 403

        # Entered by mistake: the latest note is taken back, and it waits again.
        await demir.get(page)
        step = re.search(r'name="step" value="(\w+)"', unescape(demir.seen))
        assert step is not None
        await demir.post(f"{page}/undo", step=step[1])
        assert "Zurückgenommen." in seen(demir)
        assert "zurückgeben: 137,50" in seen(await board(town))


async def hang_a_key(town: Town) -> None:
    """The garden room gets the hall's list, with its one key."""
    room, hall, now = town.space("gartenzimmer"), town.space("hofsaal"), town.clock.now()

    def hang(write: Write) -> object:
        actor = town.cast.actor(write, "demir", face=Face.DESK)
        one, other = (spaces.find_space(write, parse_id(each)) for each in (room, hall))
        assert one is not None
        assert other is not None
        wanted = replace(one.row, handover=other.row.handover)
        return spaces.set_rules(write, actor, one.id, wanted, now=now)

    assert isinstance(await town.node.store.write(hang), spaces.Space)


async def test_a_lost_key_is_told_where_the_deposit_is_settled(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """Noted as lost it went no further: the deposit was returned in full."""
    async with a_town(tmp_path, clock) as town:
        await hang_a_key(town)
        program = await town.program("clara")
        number = (await program.post("/api/reservations", json=stay(town, 3, 5))).json()["id"]
        page, keys = f"/desk/deposits/{number}", f"/desk/keys?reservation={number}"
        clock.set(datetime(2026, 12, 3, 14, 5, tzinfo=UTC))
        demir = await board(town)
        await demir.get(page)
        assert ">0,00\xa0€<" in unescape(demir.seen), "nothing is with the house, not for nothing"
        await demir.post(f"{page}/received", euros="100", how="transfer", seen="0")
        assert "Schlüssel verloren" not in seen(demir)
        await demir.post(f"/desk/reservations/{number}/check-in")
        for act in ("out", "lost"):
            noted = await note(demir, await demir.get(keys), act)
        assert f'href="{page}"' in unescape(noted.text).replace("&#x2f;", "/")
        assert "nach Preisliste 50,00" in seen(await board(town))
        await demir.get(page)
        form = re.search(r'action="[^"]*withheld".*?</form>', unescape(demir.seen), re.DOTALL)
        assert form is not None
        given = dict(re.findall(r'name="(\w+)"[^>]*? value="([^"]*)"', form[0]))
        assert given["euros"] == "50,00"
        assert given["words"].startswith("Schlüssel verloren: ")
        await demir.post(f"{page}/withheld", euros="50", words=given["words"], seen="1")
        assert 'value="Schlüssel verloren' not in unescape(demir.seen), "kept once"
        clara = await at_portal(town, "clara")
        await clara.get(f"/mine/{number}")
        assert "50,00" in seen(clara)
        assert "Schlüssel verloren: " in seen(clara)


async def test_what_was_paid_for_a_time_that_was_given_up_is_to_be_returned(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        number = (await received(town)).rpartition("/")[2]
        demir = await board(town)
        await demir.post(f"/desk/reservations/{number}/cancel")
        assert "zurückgeben: 150,00" in seen(await board(town))

"""My data: to read, to take along, and to be erased; the receipt needs no account."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from node import people
from node.app import ERASING
from node.base.ids import id_text
from node.store import NodeRole, new_identity
from tests.app_client import Browser, House

pytestmark = pytest.mark.asyncio


async def test_everything_held_about_me_stands_on_one_page(house: House, anna: Browser) -> None:
    page = await anna.get("/account/data")
    assert page.title == "Meine Daten"
    for said in ("Anna", "Linde", "Bewohnerin oder Bewohner", "Servicevertrag", "iPhone"):
        assert said in page.text, said
    assert "Bilal" not in page.text, "of others nothing is told"
    assert "argon2" not in page.html


async def test_the_files_say_the_same_in_words_and_for_programs(anna: Browser) -> None:
    text = (await anna.get("/account/data/file?kind=text")).answer
    assert text.headers["content-disposition"] == 'attachment; filename="meine-daten.txt"'
    assert "Vorname: Anna" in text.text
    told = (await anna.get("/account/data/file?kind=json")).answer.json()
    assert told["profile"][0]["given_name"] == "Anna"
    assert told["secrets"][0].keys() == {"kind", "at", "counts"}
    assert {"household", "roles", "contracts", "cards", "sessions", "reservations"} <= told.keys()


async def test_it_is_told_in_english_too(anna: Browser) -> None:
    await anna.get("/account/profile")
    await anna.submit("/account/profile", language="en")
    page = await anna.get("/account/data")
    assert page.title == "My data"
    assert "First name" in page.text
    assert "Vorname" not in page.text


async def test_nobody_is_erased_without_saying_so(house: House, anna: Browser) -> None:
    page = await anna.get("/account/erase")
    assert "acht Jahre" in page.text
    page = await anna.submit("/account/erase")
    assert page.status == 422
    assert (await anna.get("/account")).title == "Anna Linde"


async def test_who_wants_to_be_erased_is_told_when_and_holds_a_number(
    house: House, anna: Browser
) -> None:
    await anna.get("/account/erase")
    page = await anna.submit("/account/erase", sure="yes")
    assert re.fullmatch(r"/receipts/[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.path)
    assert "Noch ist nichts gelöscht. Gelöscht wird: Di 1. Dez., 10 Uhr" in page.text
    stranger = house.browser()
    await stranger.get("/receipts")
    number = page.path.removeprefix("/receipts/")
    again = await stranger.submit("/receipts", number=number.lower().replace("-", " "))
    assert again.path == page.path
    today = await anna.get("/")
    assert "Ihre Löschung ist verlangt" in today.text, "whoever it was that asked, Anna is told"
    once_more = await anna.get("/account/erase")
    assert once_more.title == "Ihre Löschung ist verlangt"
    assert "Möchten Sie gelöscht werden?" not in once_more.text
    assert await profile_of(house, "anna") != ""


async def test_who_thinks_better_of_it_stays(house: House, anna: Browser) -> None:
    await anna.get("/account/erase")
    asked = await anna.submit("/account/erase", sure="yes")
    await anna.get("/account/erase")
    page = await anna.submit("/account/erase/back")
    assert page.path == asked.path
    assert "Es wurde zurückgenommen. Gelöscht wurde nichts." in page.text
    assert "verlangt" not in (await anna.get("/")).text
    assert "Möchten Sie gelöscht werden?" in (await anna.get("/account/erase")).text
    await carry_out(house, later=timedelta(days=30))
    assert await profile_of(house, "anna") != ""


async def test_nobody_takes_back_what_somebody_else_asked_for(
    house: House, anna: Browser, clara: Browser
) -> None:
    await anna.get("/account/erase")
    asked = await anna.submit("/account/erase", sure="yes")
    number = asked.path.removeprefix("/receipts/")
    await clara.get("/account/erase")
    await clara.submit("/account/erase", sure="yes")
    await clara.get("/account/erase")
    page = await clara.submit("/account/erase/back", number=number)
    assert page.status == 404
    await carry_out(house, later=timedelta(days=8))
    assert await profile_of(house, "anna") == ""


async def test_who_is_erased_when_the_time_is_over_is_gone_and_neighbours_stay(
    house: House, anna: Browser
) -> None:
    await anna.get("/account/erase")
    asked = await anna.submit("/account/erase", sure="yes")
    await carry_out(house, later=timedelta(days=6))
    assert await profile_of(house, "anna") != ""
    await carry_out(house, later=timedelta(days=8))
    assert await profile_of(house, "anna") == ""
    page = await house.browser().get(asked.path)
    assert "Alle Boxen haben gelöscht: 1 von 1." in page.text
    assert (await anna.get("/account")).path.startswith("/sign-in")
    neighbour = await house.node.store.read(
        lambda read: people.find_person(read, house.cast.id("bilal"))
    )
    assert neighbour is not None
    assert neighbour.name == "Bilal Kaya"


async def profile_of(house: House, name: str) -> str:
    person_id = house.cast.id(name)
    return str(
        await house.node.store.read(
            lambda read: read.value("select profile from person where id = :id", id=person_id)
        )
    )


async def carry_out(house: House, *, later: timedelta) -> None:
    """What the home node does by itself once this time has passed."""
    now = house.clock.now() + later
    await house.node.store.write(lambda write: ERASING.carry_out_due(write, now=now))


async def test_an_unknown_number_says_so_and_keeps_what_was_typed(house: House) -> None:
    stranger = house.browser()
    await stranger.get("/receipts")
    page = await stranger.submit("/receipts", number="4F7K-9QXM-2B6T")
    assert page.status == 404
    assert page.form("/receipts").fields["number"] == "4F7K-9QXM-2B6T"
    assert (await stranger.get("/receipts/4F7K9QXM2B6T")).status == 404
    assert id_text(b"\0" * 16) not in page.text


async def test_the_receipt_names_the_box_that_is_waited_for(house: House, anna: Browser) -> None:
    other = new_identity()
    await house.node.sync.add_node(other.public_key, name="Foyer", role=NodeRole.KIOSK)
    await anna.get("/account/erase")
    asked = await anna.submit("/account/erase", sure="yes")
    await carry_out(house, later=timedelta(days=8))
    page = await house.browser().get(asked.path)
    assert "1 von 2 Boxen haben gelöscht." in page.text
    assert "Gewartet wird auf: Foyer (Kiosk)" in page.text
    told = (await house.browser().get(page.path, accept="application/json")).answer.json()[
        "receipt"
    ]
    assert (told["done"], told["all"], told["waiting"]) == (1, 2, ["Foyer (Kiosk)"])

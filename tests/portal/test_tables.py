"""Lists as tables: at the address of their page, for whoever may see that page, and nobody else."""

from __future__ import annotations

import csv
import io
from urllib.parse import unquote

import httpx
import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.portal.test_booking import booked
from tests.portal.test_calendars import at_desk

pytestmark = pytest.mark.asyncio


def rows_of(answer: httpx.Response, delimiter: str = ";") -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    text = answer.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=delimiter))


async def test_my_bookings_are_a_table_by_the_link_on_their_page(anna: Browser) -> None:
    mine = (await booked(anna)).path.split("?")[0]
    page = await anna.get("/mine")
    assert page.link("Als Tabelle") == "/mine.csv"
    answer = await anna.client.get(page.link("Als Tabelle"))
    assert answer.headers["content-disposition"] == 'attachment; filename="buchungen.csv"'
    row = next(row for row in rows_of(answer) if row["Nummer"] == mine.rpartition("/")[2])
    assert row == {
        "Ort": "Hofsaal",
        "Von": "2026-11-28 15:00",
        "Bis": "2026-11-28 19:00",
        "Personen": "12",
        "Stand": "bestätigt",
        "Preis": "72,00",
        "Nummer": mine.rpartition("/")[2],
    }
    by_head = await anna.client.get("/mine", headers={"accept": "text/csv"})
    assert by_head.content == answer.content
    listed = await anna.client.get("/mine", headers={"accept": "application/json"})
    shown = listed.json()["ahead"] + listed.json()["past"]
    assert {row["Nummer"] for row in rows_of(answer)} == {each["id"] for each in shown}


async def test_in_english_it_is_written_as_english_spreadsheets_read(anna: Browser) -> None:
    await booked(anna)
    await anna.get("/account/profile")
    await anna.submit("/account/profile", language="en")
    rows = rows_of(await anna.client.get("/mine.csv"), ",")
    assert {row["Price"] for row in rows} >= {"72.00"}
    assert "Courtyard hall" in {row["Place"] for row in rows}


async def test_a_page_that_lists_nothing_is_no_table(anna: Browser) -> None:
    for path in ("/account.csv", "/house.csv", "/mine/new.csv", "/.csv", "/none.csv"):
        answer = await anna.client.get(path)
        assert answer.status_code in {404, 406}, path
    answer = await anna.client.get("/account", headers={"accept": "text/csv, */*;q=0.1"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "Als Tabelle" not in (await anna.get("/account")).text


async def test_nobody_reads_a_table_whose_page_they_may_not_see(
    house: House, anna: Browser
) -> None:
    await booked(anna)
    person = id_text(house.cast.id("anna"))
    stranger = house.browser()
    for path in ("/mine.csv", "/desk.csv", "/desk/people.csv?query=Linde", "/desk/nodes.csv"):
        page = await stranger.get(path)
        assert page.path.partition("?")[0].endswith("/sign-in"), path
        assert "Hofsaal" not in page.html
    for path in ("/desk.csv", f"/desk/people/{person}.csv", "/desk/plan.csv"):
        page = await anna.get(path)
        assert page.path.startswith("/desk/sign-in"), path


async def test_the_desks_day_is_one_table_with_the_lists_it_shows(
    house: House, anna: Browser
) -> None:
    await booked(anna)
    # Saturday at noon, before Anna comes.
    house.clock.advance(house.clock.now().replace(day=28, hour=12) - house.clock.now())
    demir = await at_desk(house)
    page = await demir.get("/desk")
    row = next(
        row
        for row in rows_of(await demir.client.get(page.link("Als Tabelle")))
        if row["Von"] == "2026-11-28 15:00"
    )
    assert (row["Liste"], row["Ort"], row["Stand"]) == ("Kommen", "Hofsaal", "bestätigt")
    assert row["Person"] == "Anna Linde"
    assert row["Wohnung"].startswith("Haus Ahorn")


async def test_who_was_found_is_a_table_and_before_a_search_nobody(house: House) -> None:
    demir = await at_desk(house)
    page = await demir.get("/desk/people?query=linde")
    rows = rows_of(await demir.client.get(page.link("Als Tabelle")))
    assert "Anna Linde" in {row["Person"] for row in rows}
    assert (await demir.client.get("/desk/people.csv")).status_code == 406
    person = id_text(house.cast.id("anna"))
    rows = rows_of(await demir.client.get(f"/desk/people/{person}.csv"))
    assert {"Ort", "Von", "Preis"} <= set(rows[0])


async def test_places_boxes_and_a_days_plan_are_tables(house: House, anna: Browser) -> None:
    await booked(anna)
    rows = rows_of(await anna.client.get("/find.csv"))
    assert {row["Ort"] for row in rows} == {"Hofsaal", "Werkraum", "Gartenzimmer"}
    demir = await at_desk(house)
    boxes = rows_of(await demir.client.get("/desk/nodes.csv"))
    assert boxes[0]["Box"] == "Service-Point"
    answer = await demir.client.get("/desk/plan.csv?day=2026-11-28")
    taken = {(row["Ort"], row["Von"], row["Person"]) for row in rows_of(answer)}
    assert ("Hofsaal", "2026-11-28 15:00", "Anna Linde") in taken
    week = rows_of(await demir.client.get("/desk/week.csv?day=2026-11-28"))
    assert taken <= {(row["Ort"], row["Von"], row["Person"]) for row in week}


async def test_a_file_is_saved_under_a_name_of_the_readers_own_script(anna: Browser) -> None:
    await booked(anna)
    await anna.get("/account/profile")
    await anna.submit("/account/profile", language="uk")
    answer = await anna.client.get("/mine.csv")
    named = answer.headers["content-disposition"].removeprefix("attachment; filename*=UTF-8''")
    assert unquote(named) == "бронювання.csv"


async def test_a_name_that_is_a_formula_stays_a_name(house: House, anna: Browser) -> None:
    await anna.get("/account/profile")
    await anna.submit("/account/profile", given_name='=HYPERLINK("http://x.example")')
    demir = await at_desk(house)
    rows = rows_of(await demir.client.get("/desk/people.csv?query=hyperlink"))
    assert [row["Person"][:12] for row in rows] == ["'=HYPERLINK("]


async def test_erasures_are_a_table_of_numbers(house: House) -> None:
    """By number and reason; a name only of whom the page names."""
    demir = await at_desk(house)
    person = id_text(house.cast.id("anna"))
    await demir.get(f"/desk/people/{person}/erase")
    page = await demir.submit(f"/desk/people/{person}/erase", reason="moved_out", sure="yes")
    (row,) = rows_of(await demir.client.get("/desk/erasures.csv"))
    assert row["Nummer"] in page.text
    assert (row["Anlass"], row["Durch"]) == ("Auszug", "Demir Aksoy")
    assert row["Verlangt"] == row["Gelöscht"] == "2026-11-24 10:00"


async def test_keys_closures_and_what_was_found_are_tables(house: House, anna: Browser) -> None:
    """By the one way that any list of the desk takes."""
    await booked(anna)
    demir = await at_desk(house)
    page = await demir.get("/desk/keys")
    keys = rows_of(await demir.client.get(page.link("Als Tabelle")))
    assert keys
    assert {row["Stand"] for row in keys} == {"am Service-Point"}
    assert {row["Ort"] for row in keys} <= {"Hofsaal", "Werkraum", "Gartenzimmer"}
    shut = rows_of(await demir.client.get("/desk/closures.csv"))
    assert ("Haus Birke", "Malerarbeiten") in {
        (row["Was"], row["Warum, für alle zu lesen"]) for row in shut
    }
    found = rows_of(await demir.client.get("/desk/search.csv?query=Linde"))
    assert "Hofsaal" in {row["Ort"] for row in found}
    assert all(row["Person"] for row in found)

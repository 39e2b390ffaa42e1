"""Calendars that people subscribe to: made in two touches, read by apps, taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import icalendar
import pytest
import vobject

from node import people
from node.base.actors import Role
from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.people.actions import set_role
from node.people.model import RoleSpan
from node.store import NodeRole
from node.web.qr import qr_svg
from tests.app_client import Browser, House, Page
from tests.cast import PASSWORDS
from tests.portal.test_booking import HOFSAAL, booked

pytestmark = pytest.mark.asyncio

NAMES = ("Anna", "Linde", "Bilal", "Kaya", "Clara", "Moreau", "Sam", "Toni", "Greta", "Geburtstag")


def address_on(page: Page) -> str:
    """The path of the address that a page shows in its field."""
    found = re.search(r'<input[^>]*id="address" value="([^"]*)"', page.html)
    assert found, page.text
    return httpx.URL(unescape(found[1])).path


async def own_address(phone: Browser) -> str:
    await phone.get("/account/calendars")
    return address_on(await phone.submit("/account/calendars", press="Meine Buchungen"))


async def app(house: House, path: str, **headers: str) -> httpx.Response:
    """What a calendar app gets: it has no session, speaks no language and accepts anything."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=house.node.pages),  # type: ignore[arg-type]
        base_url="http://localhost",
        headers={"user-agent": "iOS/18.1 dataaccessd/1.0", **headers},
    ) as client:
        return await client.get(path)


def rows_of(answer: httpx.Response) -> list[Any]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    vobject.readOne(answer.text)
    return list(icalendar.Calendar.from_ical(answer.content).walk("vevent"))


def assert_no_names(text: str) -> None:
    """Words of their own: a street may well be called after a tree."""
    unfolded = text.replace("\r\n ", "")
    assert [name for name in NAMES if re.search(rf"\b{name}\b", unfolded)] == []


async def submit_about(phone: Browser, words: str) -> Page:
    """Press the button that is read aloud with these words."""
    assert phone.at is not None
    form = next(
        form
        for form in phone.at.forms
        if any(words in text.replace(" : ", ": ") for text in form.texts)
    )
    return await phone.post(form.action, **form.fields)


async def at_desk(house: House, name: str = "demir") -> Browser:
    desk = house.browser()
    await desk.get("/desk/sign-in")
    await desk.submit("/desk/sign-in", name=name, password=PASSWORDS[name])
    return desk


async def test_from_ones_bookings_to_the_address_it_is_two_touches(
    house: House, anna: Browser
) -> None:
    mine = (await booked(anna)).path.split("?")[0]
    page = await anna.get("/mine")
    page = await anna.get(page.link("Kalender abonnieren"))
    page = await anna.submit("/account/calendars", press="Meine Buchungen")
    assert "nur dieses eine Mal" in page.text
    path = address_on(page)
    assert re.fullmatch(r"/calendar/[0-9a-z]{26}\.ics", path)
    assert page.link("Im Kalender öffnen") == f"webcal://localhost{path}"
    rows = rows_of(await app(house, path))
    (row,) = [each for each in rows if str(each["url"]).endswith(mine)]
    assert str(row["summary"]) == "Hofsaal"
    assert str(row["uid"]) == f"{mine.rpartition('/')[2]}@quartier"
    assert str(row["status"]) == "CONFIRMED"
    assert row["dtstart"].dt.isoformat() == "2026-11-28T14:00:00+00:00"
    assert row["dtend"].dt.isoformat() == "2026-11-28T18:00:00+00:00"
    assert str(row["location"]).startswith("Hofsaal, ")
    assert str(row["description"]) == "bestätigt, 12 Personen"


async def test_the_qr_beside_it_is_the_address(anna: Browser) -> None:
    await anna.get("/account/calendars")
    page = await anna.submit("/account/calendars", press="Meine Buchungen")
    drawn = re.search(r"<svg[^>]*class=\"qr\".*?</svg>", page.html, re.DOTALL)
    assert drawn
    assert drawn[0] == qr_svg(f"http://localhost{address_on(page)}")


async def test_a_household_reads_the_same_and_notes_of_its_own_but_no_guests(
    house: House, anna: Browser
) -> None:
    page = await anna.get(HOFSAAL)
    await anna.submit("/hold", press="Hofsaal")
    note = "Kuchen, Saft; Musik\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:forged"
    page = await anna.submit("/book/", press="buchen", note=note, guests="Hella Vandersteen")
    assert "Gebucht." in page.text
    answer = await app(house, await own_address(anna))
    row = max(rows_of(answer), key=lambda each: each["dtstart"].dt)
    assert "Kuchen, Saft; Musik\nEND:VEVENT\nBEGIN:VEVENT\nUID:forged" in str(row["description"])
    lines = answer.text.replace("\r\n ", "").split("\r\n")
    assert lines.count("BEGIN:VEVENT") == len(rows_of(answer))
    assert "UID:forged" not in lines
    assert "Vandersteen" not in answer.text


async def test_what_was_cancelled_is_taken_away_by_the_app(house: House, anna: Browser) -> None:
    mine = (await booked(anna)).path.split("?")[0]
    path = await own_address(anna)

    async def row() -> Any:
        rows = rows_of(await app(house, path))
        return next(each for each in rows if str(each["url"]).endswith(mine))

    before = await row()
    await anna.get(f"{mine}/cancel")
    await anna.submit(mine, press="Absagen")
    after = await row()
    assert (str(before["status"]), str(after["status"])) == ("CONFIRMED", "CANCELLED")
    assert str(before["uid"]) == str(after["uid"])
    assert int(after["sequence"]) > int(before["sequence"])
    assert after["dtstamp"].dt >= before["dtstamp"].dt
    assert str(after["transp"]) == "TRANSPARENT"
    one = await anna.client.get(f"{mine}/calendar.ics")
    (single,) = rows_of(one)
    assert single.to_ical() == after.to_ical(), "the single file says what the calendar says"


async def test_an_app_that_holds_it_is_told_that_nothing_changed(
    house: House, anna: Browser, clock: FrozenClock
) -> None:
    path = await own_address(anna)
    first = await app(house, path)
    assert first.headers["cache-control"] == "private, no-cache"
    assert first.headers["last-modified"].endswith("GMT")
    assert first.headers["x-robots-tag"].startswith("noindex")
    clock.advance(timedelta(hours=1))
    again = await app(house, path, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    await booked(anna)
    changed = await app(house, path, **{"if-none-match": first.headers["etag"]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != first.headers["etag"]


async def test_the_calendar_speaks_its_makers_language(house: House, anna: Browser) -> None:
    await booked(anna)
    path = await own_address(anna)
    await anna.get("/account/profile")
    await anna.submit("/account/profile", language="en")
    answer = await app(house, path, **{"accept-language": "de"})
    row = max(rows_of(answer), key=lambda each: each["dtstart"].dt)
    assert str(row["summary"]) == "Courtyard hall"
    assert str(row["description"]) == "confirmed, 12 people"


async def test_an_address_that_was_taken_back_or_replaced_is_gone(
    house: House, anna: Browser
) -> None:
    first = await own_address(anna)
    page = await anna.get("/account/calendars")
    assert "Adresse eingerichtet: heute, 10 Uhr" in page.text
    second = address_on(await anna.submit("/account/calendars", press="Neue Adresse"))
    assert (await app(house, first)).status_code == 404
    assert (await app(house, second)).status_code == 200
    await anna.get("/account/calendars")
    page = await anna.submit("/account/calendars/", press="sperren")
    assert "Die Adresse ist gesperrt." in page.whole
    demir = await at_desk(house)
    page = await demir.get(f"/desk/people/{id_text(house.cast.id('anna'))}")
    assert page.text.count("Kalender-Adresse gesperrt heute, 10 Uhr, an der Box") == 2
    answer = await app(house, second)
    assert answer.status_code == 404
    assert "Unter dieser Adresse gibt es keinen Kalender." in answer.text


async def test_signing_out_everywhere_ends_the_calendars_of_a_lost_phone(
    house: House, anna: Browser
) -> None:
    path = await own_address(anna)
    await anna.get("/account")
    await anna.submit("/account/everywhere/sign-out")
    assert (await app(house, path)).status_code == 404


async def test_a_place_is_taken_for_the_neighbours_by_nobody(
    house: House, anna: Browser, clara: Browser
) -> None:
    """In the calendar of the place and in that of its house, and nothing in it leads to anybody."""
    await anna.get(HOFSAAL)
    await anna.submit("/hold", press="Hofsaal")
    mine = (await anna.submit("/book/", press="buchen", note="Geburtstag")).path.split("?")[0]
    space = id_text(house.cast.files.id_of("space", "hofsaal"))
    page = await clara.get(f"/spaces/{space}")
    await clara.get(page.link("Kalender abonnieren"))
    for press, title in (("Hofsaal", "vergeben"), ("Haus Ahorn", "Hofsaal: vergeben")):
        await clara.get(f"/account/calendars?space={space}")
        page = await submit_about(clara, press)
        answer = await app(house, address_on(page))
        titles = {str(each["summary"]) for each in rows_of(answer)}
        assert title in titles
        assert_no_names(answer.text)
        for secret in (mine.rpartition("/")[2], id_text(house.cast.id("anna"))):
            assert secret not in answer.text


async def test_when_a_place_is_shut_stands_in_its_calendar_with_the_reason(
    house: House, clara: Browser
) -> None:
    """The floor of the hall is the hall's alone; painters in a house shut all its places, once."""
    files = house.cast.files
    wanted = (
        ("hofsaal", "B-AHO", [("geschlossen", "2026-12-14", "Boden wird geölt")]),
        ("werkraum", "B-BIR", [("geschlossen", "2026-12-09", "Malerarbeiten")]),
    )
    for space, building, told in wanted:
        id_of_space = id_text(files.id_of("space", space))
        page = await clara.get(f"/account/calendars?space={id_of_space}")
        csrf = page.form("/account/calendars").fields["csrf"]
        asked = {"space": id_of_space, "house": id_text(files.id_of("building", building))}
        for view, about in asked.items():
            page = await clara.post("/account/calendars", csrf=csrf, view=view, about=about)
            shut = [
                each
                for each in rows_of(await app(house, address_on(page)))
                if "geschlossen" in str(each["summary"])
            ]
            found = [
                (str(row["summary"]), row["dtstart"].dt.isoformat(), str(row["description"]))
                for row in shut
            ]
            is_halls = view == "house" and space == "hofsaal"
            assert found == [
                (f"Hofsaal: {said}" if is_halls else said, *rest) for said, *rest in told
            ]


async def test_who_was_erased_has_no_calendar(house: House, anna: Browser) -> None:
    path = await own_address(anna)
    assert (await app(house, path)).status_code == 200
    await house.node.store.write(lambda write: people.note_known(write, {house.cast.id("anna"): 1}))
    assert (await app(house, path)).status_code == 404


async def test_no_other_secret_opens_a_calendar(house: House, anna: Browser) -> None:
    session = anna.client.cookies["quartier_session"]
    await anna.get("/account")
    outside = (await anna.submit("/account/outside", press="Zugang")).link("away.example")
    tokens = [session, house.cards["anna"], house.codes["anna"], outside.rpartition("/")[2]]
    for token in (*tokens, "", "x" * 26, "0" * 26, "..%2f", id_text(house.cast.id("anna"))):
        answer = await app(house, f"/calendar/{token}.ics")
        assert answer.status_code == 404, token


async def test_guesses_are_slowed_down_and_silence_nobodys_calendar(
    house: House, anna: Browser, clock: FrozenClock
) -> None:
    path = await own_address(anna)
    answers = [await app(house, f"/calendar/{number:026d}.ics") for number in range(25)]
    assert [each.status_code for each in answers[:20]] == [404] * 20
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) > 0
    assert (await app(house, path)).status_code == 200
    clock.advance(timedelta(hours=5))
    assert (await app(house, f"/calendar/{7:026d}.ics")).status_code == 404


async def test_a_calendar_of_what_is_none_is_refused(house: House, anna: Browser) -> None:
    page = await anna.get("/account/calendars")
    csrf = page.form("/account/calendars").fields["csrf"]
    nobody = id_text(b"n" * 16)
    hofsaal = id_text(house.cast.files.id_of("space", "hofsaal"))
    # The last is what neighbours may not have.
    for view, about in (
        ("space", nobody),
        ("house", ""),
        ("space", "x"),
        ("", ""),
        ("desk", hofsaal),
    ):
        page = await anna.post("/account/calendars", csrf=csrf, view=view, about=about)
        assert page.status == 400, view
        assert "passen zu nichts" in page.text
    assert "Adresse eingerichtet" not in (await anna.get("/account/calendars")).text
    assert (await anna.post(f"/account/calendars/{nobody}/revoke", csrf=csrf)).status == 404


async def test_who_is_away_makes_no_address_for_central_knows_none(
    house: House, anna: Browser
) -> None:
    path = await own_address(anna)
    await anna.get("/account")
    page = await anna.submit("/account/outside", press="Zugang")
    link = httpx.URL(page.link("https://away.example/away/")).path
    house.node.store.core.role = NodeRole.CENTRAL
    phone = house.browser()
    await phone.get(link)
    await phone.submit(link)
    assert "Kalender abonnieren" not in (await phone.get("/mine")).text
    page = await phone.get("/account/calendars")
    assert page.status == 403
    assert "Das geht nur zu Hause im Quartier." in page.text
    csrf = (await phone.get("/account")).form("/sign-out").fields["csrf"]
    page = await phone.post("/account/calendars", csrf=csrf, view="mine")
    assert page.status == 403
    house.node.store.core.role = NodeRole.HOME
    assert (await app(house, path)).status_code == 200, "the old one still counts"


# At the desk


async def test_the_desk_reads_who_comes_until_it_is_told_no_more(
    house: House, anna: Browser
) -> None:
    await booked(anna)
    demir, eva = await at_desk(house), await at_desk(house, "eva")
    page = await demir.get("/desk/plan")
    await demir.get(page.link("Kalender abonnieren"))
    page = await submit_about(demir, "Mit Namen: Hofsaal")
    path = address_on(page)
    answer = await app(house, path)
    row = next(each for each in rows_of(answer) if "Linde" in str(each["summary"]))
    assert str(row["summary"]).startswith("Hofsaal: Linde / Kaya, Haus Ahorn")
    assert "/desk/reservations/" in str(row["url"])
    page = await eva.get("/desk/calendars")
    assert "Demir" in page.text
    page = await eva.submit("/desk/calendars/", press="Sperren")
    assert "Die Adresse ist gesperrt." in page.whole
    assert (await app(house, path)).status_code == 404


async def test_a_house_at_the_desk_is_without_names(house: House, anna: Browser) -> None:
    await booked(anna)
    demir = await at_desk(house)
    await demir.get("/desk/calendars")
    answer = await app(house, address_on(await submit_about(demir, "ohne Namen: Haus Ahorn")))
    assert "Hofsaal: vergeben" in {str(each["summary"]) for each in rows_of(answer)}
    assert_no_names(answer.text)


async def test_who_left_the_team_reads_nothing_more(house: House, anna: Browser) -> None:
    demir = await at_desk(house)
    await demir.get("/desk/calendars")
    path = address_on(await submit_about(demir, "Mit Namen: Hofsaal"))
    assert (await app(house, path)).status_code == 200
    gone = RoleSpan(role=Role.STAFF, starts_at=0, ends_at=1)
    demirs, now = house.cast.id("demir"), house.clock.now()
    await house.node.store.write(
        lambda write: set_role(write, demirs, gone, staff_id=None, now=now)
    )
    assert (await app(house, path)).status_code == 404

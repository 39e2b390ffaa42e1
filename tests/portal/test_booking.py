"""Finding and booking a place: search, hold, one button, and what happens when others want it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from node.base.clock import FrozenClock
from tests.app_client import Browser, Page

pytestmark = pytest.mark.asyncio

HOFSAAL = "/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12"


async def summary(phone: Browser, search: str = HOFSAAL, press: str = "Hofsaal") -> Page:
    await phone.get(search)
    return await phone.submit("/hold", press=press)


async def booked(phone: Browser, search: str = HOFSAAL) -> Page:
    await summary(phone, search)
    return await phone.submit("/book/", press="buchen")


async def test_before_the_first_search_all_places_are_listed(anna: Browser) -> None:
    page = await anna.get("/find")
    assert "Hofsaal" in page.text
    assert page.forms[0].method == "get" or page.form("/find")
    page = await anna.get(page.link("Hofsaal"))
    assert page.title == "Hofsaal"


async def test_booking_holds_then_books_and_shows_the_pass(anna: Browser) -> None:
    """Two pages from the search to the pass; the sentence says place, time, price and deadline."""
    page = await summary(anna)
    assert page.path.startswith("/book/")
    assert re.search(r"Hofsaal, Sa\.? 28\. Nov\., 15 bis 19 Uhr, \d+,\d\d €", page.text)
    assert "frei absagbar bis" in page.text
    assert "Für Sie gehalten bis 10:10 Uhr" in page.text
    assert "Zahlungspflichtig buchen" in page.text
    page = await anna.submit("/book/", press="Zahlungspflichtig buchen", note="Geburtstag")
    assert page.path.endswith("?new=1")
    assert "Gebucht." in page.text
    assert "bestätigt" in page.text
    assert "Geburtstag" in page.text
    assert "Wann" not in page.text, "the pass says it"
    assert page.text.count("15 bis 19 Uhr") == 2  # heard at the top, seen on the pass
    code = re.search(r"\b([0-9A-Z]{4}) ([0-9A-Z]{4})\b", page.text)
    assert code
    assert "Hofsaal" in (await anna.get("/mine")).text
    assert "Ausweis zeigen" in (await anna.get("/")).text


async def test_reading_the_summary_again_holds_nothing_more(anna: Browser) -> None:
    page = await summary(anna)
    again = await anna.get(page.path)
    assert again.status == 200
    assert "Für Sie gehalten" in again.text


async def test_what_costs_nothing_is_not_called_payable(anna: Browser) -> None:
    page = await summary(anna)
    uses = page.form("/hold")
    assert "use" in uses.fields
    page = await anna.submit("/hold", use="open")
    assert "Zahlungspflichtig" not in page.text
    assert "Verbindlich buchen" in page.text


async def test_two_want_the_same_time_and_the_second_gets_three_alternatives(
    anna: Browser, clara: Browser
) -> None:
    page = await clara.get(HOFSAAL)
    fields = {**page.form("/hold").fields, "offer": offers(page)["Hofsaal"]}
    await booked(anna)
    page = await clara.post("/hold", **fields)
    assert page.status == 409
    assert "Da ist schon jemand" in page.text
    nearest = page.form("/hold")
    assert len(nearest.buttons) == 3
    assert page.form("/find").fields["people"] == "12"
    assert page.form("/find").fields["starts"] == "15:00"
    page = await clara.submit("/hold", press=nearest.buttons[0]["value"])
    page = await clara.submit("/book/", press="buchen")
    assert "Gebucht." in page.text


def offers(page: Page) -> dict[str, str]:
    """What can be held, by the words of its button."""
    form = page.form("/hold")
    values = (button["value"] for button in form.buttons)
    return dict(zip(form.texts, values, strict=True))


async def test_what_is_held_is_not_offered_to_others(anna: Browser, clara: Browser) -> None:
    wanted = offers(await clara.get(HOFSAAL))["Hofsaal"]
    await summary(anna)
    assert wanted not in offers(await clara.get(HOFSAAL)).values()


async def test_not_after_all_frees_the_place_at_once(anna: Browser, clara: Browser) -> None:
    wanted = offers(await clara.get(HOFSAAL))["Hofsaal"]
    await summary(anna)
    page = await anna.submit("/book/", press="Doch nicht")
    assert page.path.startswith("/find?")
    assert (await anna.get("/mine")).text.count("28. Nov.") == 0
    assert wanted in offers(await clara.get(HOFSAAL)).values()


async def test_a_hold_that_expired_can_still_be_booked_where_it_is_free(
    anna: Browser, clock: FrozenClock
) -> None:
    page = await summary(anna)
    clock.advance(timedelta(minutes=11))
    page = await anna.get(page.path)
    assert "Nicht mehr für Sie gehalten" in page.text
    page = await anna.submit("/book/", press="buchen")
    assert "Gebucht." in page.text


async def test_a_hold_that_expired_and_was_taken_says_so_with_alternatives(
    anna: Browser, clara: Browser, clock: FrozenClock
) -> None:
    await summary(anna)
    clock.advance(timedelta(minutes=11))
    page = await booked(clara)
    assert "Gebucht." in page.text
    page = await anna.submit("/book/", press="buchen")
    assert page.status == 409
    assert page.form("/hold").buttons


async def test_pressing_twice_books_once(anna: Browser) -> None:
    page = await summary(anna)
    form = page.form("/book/")
    first = await anna.post(form.action, **form.fields)
    second = await anna.post(form.action, **form.fields)
    assert first.path == second.path
    page = await anna.get("/mine")
    # Once for the eye and once in the name of its link.
    assert page.text.count("28. Nov.") == 2


async def test_a_guest_apartment_is_found_by_nights_and_priced_with_children(
    anna: Browser,
) -> None:
    page = await summary(
        anna,
        "/find?kind=guest_apartment&day=2026-12-15&until=2026-12-17&people=2&ages=4",
        press="Gartenzimmer",
    )
    assert "2 Nächte" in page.text
    assert "davon 1 Kind" in page.text
    assert "Kaution" in page.text
    page = await anna.submit("/book/", press="buchen", guests="Oma Lisbeth")
    assert "Gebucht." in page.text
    assert "Oma Lisbeth" in page.text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("day=&starts=15:00&ends=19:00&people=0", "people"),
        ("day=32.13.2026&starts=15:00&ends=19:00&people=4", "day"),
        ("day=29.2.2027&starts=15:00&ends=19:00&people=4", "day"),
        ("day=9999-12-31&starts=15:00&ends=19:00&people=4", "day"),
        ("day=1.1.99999999999999999999&starts=15:00&ends=19:00&people=4", "day"),
        ("day=2026-11-28&starts=25:00&ends=19:00&people=4", "starts"),
        ("day=2026-11-28&starts=19:00&ends=15:00&people=4", "ends"),
        ("day=2026-11-28&starts=15:00&ends=19:00&people=--4", "people"),
        ("day=2026-11-28&starts=15:00&ends=19:00&people=" + "9" * 5000, "people"),
        ("kind=guest_apartment&day=2026-12-08&until=2026-12-07&people=2", "until"),
        ("kind=guest_apartment&day=2026-12-08&until=2026-12-10&people=2&ages=Lea", "ages"),
        ("kind=yacht&day=2026-12-08&starts=15:00&ends=19:00&people=2", "kind"),
    ],
)
async def test_a_search_that_cannot_run_says_which_field_and_keeps_the_rest(
    anna: Browser, query: str, field: str
) -> None:
    page = await anna.get(f"/find?{query}")
    assert page.status == 422
    assert f'href="#{field}"' in page.html
    assert "Bitte noch einmal ansehen" in page.text


@pytest.mark.parametrize(
    "search",
    [
        "day=2026-11-23&starts=15:00&ends=19:00&people=4",
        "day=2150-11-23&starts=15:00&ends=19:00&people=4",
        "day=2027-03-28&starts=01:30&ends=03:30&people=4",
        "day=2026-11-28&starts=22:00&ends=02:00&people=4",
        "day=2026-11-28&starts=15:07&ends=19:00&people=4",
        "day=2026-11-28&starts=15:00&ends=19:00&people=99",
    ],
)
async def test_a_search_that_finds_nothing_says_why(anna: Browser, search: str) -> None:
    page = await anna.get(f"/find?{search}")
    assert page.status == 200
    assert "Warum die anderen nicht gehen" in page.text


@pytest.mark.parametrize(
    "offer",
    [
        "",
        "x",
        "..",
        "a.1.2",
        "00000000000000000000000000.2000000000.2000003600",
        "00000000000000000000000000.1.99999999999999999999",
        "00000000000000000000000000.5.5",
        "00000000000000000000000000.-5.5",
        "💥.💥.💥",
    ],
)
async def test_an_offer_that_no_page_made_is_refused(anna: Browser, offer: str) -> None:
    page = await anna.get("/find")
    csrf = (await anna.get("/account")).form("/sign-out").fields["csrf"]
    page = await anna.post("/hold", csrf=csrf, offer=offer, people="4")
    assert page.status in {400, 404}
    assert page.title


async def test_another_households_hold_does_not_exist(anna: Browser, clara: Browser) -> None:
    page = await summary(anna)
    form = page.form("/book/")
    assert (await clara.get(page.path)).status == 404
    csrf = (await clara.get("/account")).form("/sign-out").fields["csrf"]
    assert (await clara.post(form.action, **{**form.fields, "csrf": csrf})).status == 404
    assert (await clara.post(f"{form.action}/drop", csrf=csrf)).status == 404
    assert "Für Sie gehalten" in (await anna.get(form.action)).text


async def test_a_note_that_is_too_long_does_not_lose_the_booking(anna: Browser) -> None:
    await summary(anna)
    page = await anna.submit("/book/", press="buchen", note="n" * 3000)
    assert "Gebucht." in page.text
    page = await anna.get("/mine")
    assert "Hofsaal" in page.text


async def test_a_body_that_is_too_large_is_refused(anna: Browser) -> None:
    page = await anna.post("/hold", csrf="x", note="n" * 3_000_000)
    assert page.status == 413
    assert "zu groß" in page.whole


async def test_plans_show_day_and_month_and_mine(anna: Browser, clara: Browser) -> None:
    await booked(anna)
    page = await anna.get("/find")
    link = page.link("Hofsaal")
    page = await anna.get(f"{link}?day=2026-11-28")
    assert "Samstag, 28. November" in page.text
    assert "15 bis 19 Uhr, Ihre Buchung" in page.text
    assert "November 2026" in page.text
    page = await clara.get(f"{link}?day=2026-11-28")
    assert "15 bis 19 Uhr, bestätigt" in page.text
    assert "Anna" not in page.html
    assert (await anna.get(f"{link}?day=nonsense")).status == 200
    assert (await anna.get(f"{link}?day=9999-12-31")).status == 200
    assert (await anna.get("/spaces/nonsense")).status == 404
    assert (await anna.get("/spaces/00000000000000000000000000")).status == 404


async def test_a_program_gets_the_same_as_data(anna: Browser) -> None:
    answer = await anna.client.get(HOFSAAL, headers={"accept": "application/json"})
    found = answer.json()
    assert found["free"][0]["place"]["name"] == "Hofsaal"
    assert found["free"][0]["price"]


async def test_a_short_way_is_not_lost_by_another_language(anna: Browser) -> None:
    await anna.get(HOFSAAL)
    page = await anna.submit("/prefs", lang="en")
    assert page.path.startswith("/find?kind=room")
    assert "What is free" in page.text


async def test_what_the_desk_must_agree_to_is_asked_for_and_never_called_booked(
    anna: Browser,
) -> None:
    """After ten in the evening the desk decides; the button must not promise more than that."""
    late = HOFSAAL.replace("15:00", "19:00").replace("ends=19:00", "ends=22:30")
    page = await summary(anna, late)
    assert "Das wird angefragt." in page.text
    assert "Service-Point" in page.text
    assert "Zahlungspflichtig buchen" not in page.text
    page = await anna.submit("/book", press="Zahlungspflichtig anfragen")
    assert "Angefragt." in page.text
    assert "der Service-Point muss zustimmen" in page.text

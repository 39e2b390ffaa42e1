"""My reservations, giving them up, and the pass behind each."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import httpx
import pytest
from PIL import Image

from node import people, spaces
from node.base.actors import Face
from node.base.clock import FrozenClock
from node.base.ids import parse_id
from node.base.refusals import Refusal
from node.store import Write
from tests.app_client import Browser, House
from tests.portal.test_booking import HOFSAAL, booked

pytestmark = pytest.mark.asyncio


def to(clock: FrozenClock, at: str) -> None:
    """Let time pass until an instant (UTC)."""
    clock.advance(datetime.fromisoformat(at) - clock.now())


async def pass_address(phone: Browser) -> str:
    """The path behind the QR of the pass that one is at, as a camera would open it."""
    page = await phone.get(f"{phone.at.path.split('?')[0]}/pass") if phone.at else None
    assert page is not None
    answer = await phone.client.get(page.path.replace("/pass", "/pass.png"))
    assert answer.headers["content-type"] == "image/png"
    return httpx.URL(read_qr(answer.content)).path


def read_qr(png: bytes) -> str:
    """What a scanner reads from the picture."""
    import zxingcpp

    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(found) == 1
    return str(found[0].text)


async def test_a_reservation_tells_its_state_its_cost_and_its_way_out(anna: Browser) -> None:
    await booked(anna)
    page = await anna.get("/mine")
    page = await anna.get(page.link("Hofsaal"))
    assert "bestätigt" in page.text
    assert "72,00 €" in page.text
    assert "Absagen kostet bis" in page.text
    assert page.link("Ausweis zeigen").endswith("/pass")


async def test_who_lost_their_time_is_shown_what_would_do_instead_and_takes_it(
    house: House, anna: Browser
) -> None:
    page = await booked(anna)
    mine = page.path.split("?")[0]

    def shut(write: Write) -> object:
        demir = people.actor_of(
            write, house.cast.id("demir"), face=Face.DESK, now=house.clock.now()
        )
        assert demir is not None
        reservation_id, now = parse_id(mine.rpartition("/")[2]), house.clock.now()
        return spaces.take_back(write, demir, reservation_id, now=now)

    assert not isinstance(await house.node.store.write(shut), Refusal)
    page = await anna.get(mine)
    assert "verlegt" in page.text
    assert "Das ginge stattdessen" in page.text
    page = await anna.submit("/hold", press="Hofsaal")
    assert page.path.startswith("/book/")
    assert "Stimmt alles? 1 Hofsaal, Sa 28. Nov., 15 bis 19 Uhr" in page.text


async def test_cancelling_in_time_is_free_and_voids_the_pass(house: House, anna: Browser) -> None:
    page = await booked(anna)
    mine = page.path.split("?")[0]
    address = await pass_address(anna)
    page = await anna.get(f"{mine}/cancel")
    assert "Absagen kostet nichts." in page.text
    page = await anna.submit(mine, press="Absagen")
    assert page.path == mine
    assert "abgesagt" in page.text
    assert (await anna.get(f"{mine}/pass")).status == 404
    assert (await anna.get(f"{mine}/pass.svg")).status == 404
    page = await house.browser().get(address)
    assert "gilt nicht mehr" in page.text
    assert not page.html.count("Einchecken</span>")
    assert (await anna.get(f"{mine}/cancel")).path == mine


async def test_cancelling_late_says_exactly_what_it_costs(
    anna: Browser, clock: FrozenClock
) -> None:
    mine = (await booked(anna)).path.split("?")[0]
    clock.advance(timedelta(days=2))
    page = await anna.get(f"{mine}/cancel")
    assert "Absagen kostet 36,00 €." in page.text
    assert "50 %" in page.text
    page = await anna.submit(mine, press="Kostenpflichtig absagen")
    assert "Absagen kostete 36,00 €" in page.text


async def test_a_cost_that_rose_since_it_was_shown_is_shown_again(
    anna: Browser, clock: FrozenClock
) -> None:
    """Anna reads "free" at noon, goes for a walk past the deadline, and presses the button."""
    mine = (await booked(anna)).path.split("?")[0]
    await anna.get(f"{mine}/cancel")
    clock.advance(timedelta(days=2))
    page = await anna.submit(mine, press="Absagen")
    assert page.status == 409
    assert "Absagen kostet 36,00 €." in page.text
    assert "bestätigt" in (await anna.get(mine)).text


async def test_another_households_reservation_is_not_found(anna: Browser, clara: Browser) -> None:
    mine = (await booked(anna)).path.split("?")[0]
    csrf = (await clara.get("/account")).form("/sign-out").fields["csrf"]
    for path in ("", "/cancel", "/pass", "/pass.svg", "/pass.png", "/calendar.ics"):
        assert (await clara.get(mine + path)).status == 404, path
    assert (await clara.post(f"{mine}/cancel", csrf=csrf, fee="0")).status == 404
    assert "bestätigt" in (await anna.get(mine)).text


@pytest.mark.parametrize("name", ["x", "0" * 26, "💥", "..%2f..", "%00", "z" * 300])
async def test_ids_that_are_none_are_not_found(anna: Browser, name: str) -> None:
    for path in (f"/mine/{name}", f"/mine/{name}/pass", f"/book/{name}", f"/mine/{name}/cancel"):
        page = await anna.get(path)
        assert page.status == 404, path
        assert "gibt es" in page.whole


async def test_the_same_household_shares_its_reservations(house: House, anna: Browser) -> None:
    from tests.cast import PINS

    mine = (await booked(anna)).path.split("?")[0]
    bilal = house.browser()
    await bilal.sign_in(house.codes["anna"], "Bilal Kaya", PINS["bilal"])
    assert "Hofsaal" in (await bilal.get(mine)).text


async def test_the_pass_is_bright_and_has_its_eight_characters(anna: Browser) -> None:
    page = await booked(anna)
    page = await anna.get(page.path.split("?")[0] + "/pass")
    assert 'class="bright"' in page.html
    assert "Stellen Sie den Bildschirm hell" in page.text
    assert "Einchecken geht ab" in page.text
    answer = await anna.client.get(page.path + ".svg")
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert "no-store" in answer.headers["cache-control"]


async def test_the_calendar_entry_is_one_that_calendars_read(anna: Browser) -> None:
    from icalendar import Calendar

    page = await booked(anna)
    answer = await anna.client.get(page.path.split("?")[0] + "/calendar.ics")
    entry = Calendar.from_ical(answer.text).walk("VEVENT")[0]
    assert str(entry["summary"]) == "Hofsaal"
    assert entry["dtstart"].dt == datetime.fromisoformat("2026-11-28T14:00:00+00:00")


async def test_a_guest_without_an_account_checks_in_and_out_with_the_pass(
    house: House, anna: Browser, clock: FrozenClock
) -> None:
    """Anna sends Fritz the picture; his camera opens a page without names; one button, twice."""
    await booked(anna)
    address = await pass_address(anna)
    fritz = house.browser()
    page = await fritz.get(address)
    assert page.status == 200
    assert "Hofsaal" in page.text
    assert "Anna" not in page.whole
    assert "Einchecken geht ab" in page.text
    assert not [form for form in page.forms if "check-in" in form.action]

    to(clock, "2026-11-28T13:50:00+00:00")
    page = await fritz.get(address)
    page = await fritz.submit(page.form("/p/").action, press="Einchecken")
    assert "Eingecheckt um 14:50 Uhr" in page.text

    clock.advance(timedelta(hours=2))
    again = await house.browser().get(address)
    assert "Eingecheckt um 14:50 Uhr" in again.text
    page = await fritz.get(address)
    page = await fritz.submit(page.form("/p/").action, press="Auschecken")
    assert "Ausgecheckt um 16:50 Uhr" in page.text
    assert not [form for form in page.forms if form.action.startswith("/p/")]


async def test_who_comes_too_late_is_told_so(
    house: House, anna: Browser, clock: FrozenClock
) -> None:
    await booked(anna)
    address = await pass_address(anna)
    to(clock, "2026-11-28T15:00:00+00:00")
    page = await house.browser().get(address)
    assert "freigegeben, weil niemand gekommen ist" in page.text


async def test_a_pass_that_is_none_is_told_in_plain_words(house: House, anna: Browser) -> None:
    await booked(anna)
    address = await pass_address(anna)
    fritz = house.browser()
    forged = address[:-3] + ("AAA" if not address.endswith("AAA") else "BBB")
    page = await fritz.get(forged)
    assert page.status in {403, 422}
    assert "nicht echt" in page.text or "kein Ausweis" in page.text
    assert "darf hinein" not in page.text
    for text in ("/p/ABCD1234", "/p/x", "/p/" + "A" * 133, "/p/" + "💥" * 40):
        page = await fritz.get(text)
        assert page.status in {403, 404, 422}, text
        assert "Hofsaal" not in page.text


async def test_eight_characters_alone_open_no_public_page(house: House, anna: Browser) -> None:
    page = await booked(anna)
    page = await anna.get(page.path.split("?")[0] + "/pass")
    import re

    code = "".join(re.search(r"\b([0-9A-Z]{4}) ([0-9A-Z]{4})\b", page.text).groups())  # type: ignore[union-attr]
    assert (await house.browser().get(f"/p/{code}")).status == 404


async def test_checking_in_by_a_link_alone_does_nothing(
    house: House, anna: Browser, clock: FrozenClock
) -> None:
    """Programs that preview links must not check anybody in."""
    await booked(anna)
    address = await pass_address(anna)
    to(clock, "2026-11-28T13:50:00+00:00")
    fritz = house.browser()
    page = await fritz.get(address)
    action = page.form("/p/").action
    assert (await fritz.get(action)).status in {404, 405}
    assert "Eingecheckt" not in (await fritz.get(address)).text


async def test_a_day_without_anything_and_a_day_with_something(
    anna: Browser, clara: Browser
) -> None:
    page = await clara.get("/")
    assert "Sie haben nichts gebucht." in page.text
    page = await booked(anna)
    page = await anna.get("/")
    assert page.title.startswith("Guten")
    assert "Als Nächstes" in page.text


async def test_search_words_of_the_first_page_lead_to_the_search(anna: Browser) -> None:
    page = await anna.get("/")
    assert page.link("Raum buchen") == "/find"
    assert (await anna.get(HOFSAAL)).status == 200

"""Anna has the hall, Sam and Clara wait for it: Anna gives it up, Sam says no, Clara is called."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path

import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from node.jobs import JOBS, keep_doing
from tests.app_client import ORIGIN, Browser
from tests.cast import PINS
from tests.journeys.conftest import Person, Town, a_town
from tests.journeys.test_desk import at_desk

pytestmark = pytest.mark.asyncio

SEARCH = "day=2026-11-28&starts=15:00&ends=19:00&people=12"


@asynccontextmanager
async def looking_after(town: Town) -> AsyncIterator[None]:
    """The timed work of a running node beside its pages."""
    job = next(job for job in JOBS if job.name == "waiting_list")
    task = asyncio.create_task(keep_doing(town.node.store, job))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(seen: Callable[[], Awaitable[str]], words: str) -> str:
    """Look again until a page says it, as somebody would; the timed work needs a moment."""
    for _ in range(100):
        if words in (text := unescape(await seen())):
            return text
        await asyncio.sleep(0.05)
    raise AssertionError(f"never said {words!r}: {text[:3000]}")


async def at_home(town: Town, name: str) -> Browser:
    """Somebody signed in at the portal, with their household's code and their own PIN."""
    browser = Browser(town.node, {}, ORIGIN)
    town.browsers.append(browser.client)
    await browser.sign_in(await town.code_of(name), name.capitalize(), PINS[name])
    return browser


def waiting_button(page: str) -> dict[str, str]:
    form = re.search(r'<form method="post" action="/(?:desk/)?wait.*?</form>', page, re.DOTALL)
    assert form is not None, page
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    fields.pop("csrf")
    return fields


async def put_on_the_list(town: Town, demir: Person, name: str) -> str:
    """Demir enters somebody who stands before him; what the list says then."""
    person = id_text(town.cast.id(name))
    found = await demir.get(f"/desk/find?person={person}&search=1&{SEARCH}")
    listed = await demir.post("/desk/waiting", **waiting_button(found.text))
    return unescape(listed.text)


async def entry_to_call(demir: Person) -> str:
    """The entry whose person is to be called, once the list says so."""
    calls = await until(lambda: _text(demir, "/desk/waiting"), "Nimmt an")
    entry = re.search(r'action="/desk/waiting/([^/"]+)/accept"', calls)
    assert entry is not None
    return entry[1]


async def test_who_waits_gets_it_in_their_order_and_who_has_no_phone_is_called(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town, looking_after(town):
        anna, demir = await town.program("anna"), await at_desk(town)
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        # Clara, who has neither phone nor mail, asks at the desk.
        listed = await put_on_the_list(town, demir, "clara")
        assert "Clara" in listed
        assert "als Nächstes an der Reihe" in listed
        # Bilal, who shares Anna's household, sees that it is taken and waits behind her.
        bilal = await at_home(town, "bilal")
        taken = await bilal.get(f"/find?kind=room&{SEARCH}")
        assert "Auf die Warteliste" in taken.text
        joined = await bilal.submit("/wait", press="Hofsaal")
        assert joined.path.startswith("/wait/")
        assert "Platz 2 in der Reihe" in joined.text
        # Anna gives it up: it is held for Clara, and whoever is only quicker does not get it.
        await anna.post(f"/api/reservations/{made['id']}/cancellation")
        entry = await entry_to_call(demir)
        refused = await anna.post("/api/reservations", json=town.wish())
        assert refused.json()["code"] == "spaces.taken"
        assert '<span class="count">1<' in (await demir.get("/desk/find")).text
        assert "kein Telefon bekannt" in (await demir.get("/desk/waiting")).text
        # Clara does not want it any more; Demir notes that, and it is held for Bilal.
        gone = await demir.post(f"/desk/waiting/{entry}/decline")
        assert "Nimmt an" not in gone.text
        await demir.get("/desk/waiting")
        assert (await demir.post(f"/desk/waiting/{entry}/accept")).status_code == 409
        await accepts(bilal, joined.path)
        assert "Niemand wartet." in (await demir.get("/desk/waiting")).text


async def accepts(resident: Browser, entry: str) -> None:
    """Somebody finds on their first page that it is their turn, sees the bill and says yes."""

    async def first_page() -> str:
        return (await resident.get("/")).text

    await until(first_page, "Für Sie frei geworden: Hofsaal")
    assert "Für Sie frei geworden" in (await resident.get("/mine")).text
    page = await resident.get(entry)
    summary = await resident.get(page.link("Ansehen und annehmen"))
    assert "Für Sie frei geworden: bis" in summary.text
    booked = await resident.submit("/book/", press="Zahlungspflichtig buchen")
    assert booked.path.startswith("/mine/")
    assert "Gebucht." in booked.text
    assert "Für Sie frei geworden" not in await first_page()


async def test_the_desk_says_yes_for_who_was_called_and_who_did_it_stands_there(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town, looking_after(town):
        anna, demir = await town.program("anna"), await at_desk(town)
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        await put_on_the_list(town, demir, "clara")
        await anna.post(f"/api/reservations/{made['id']}/cancellation")
        entry = await entry_to_call(demir)
        done = await demir.post(f"/desk/waiting/{entry}/accept")
        assert "Gerade ist niemand anzurufen." in done.text
        person = await demir.get(f"/desk/people/{id_text(town.cast.id('clara'))}")
        bookings = set(re.findall(r'href="(/desk/reservations/[^"]+)"', unescape(person.text)))
        pages = [(await demir.get(booking)).text for booking in bookings]
        (page,) = (text for text in pages if "Angenommen für sie oder ihn durch" in text)
        assert "Demir" in page


async def test_who_leaves_the_list_does_not_stand_in_it(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town, looking_after(town):
        anna = await town.program("anna")
        await anna.post("/api/reservations", json=town.wish())
        clara = await at_home(town, "clara")
        await clara.get(f"/find?kind=room&{SEARCH}")
        joined = await clara.submit("/wait", press="Hofsaal")
        assert "Warteliste" in (await clara.get("/mine")).text
        await clara.get(joined.path)
        left = await clara.submit("/wait/", press="Warteliste verlassen")
        assert left.path == "/mine"
        assert "Warteliste" not in left.text
        again = await clara.get(joined.path)
        assert "nicht mehr gewünscht" in again.text


async def _text(person: Person, path: str) -> str:
    return (await person.get(path)).text

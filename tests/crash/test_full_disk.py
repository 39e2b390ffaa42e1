"""A running node whose disk fills up: it says so in sentences, goes on reading, and recovers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.crash.clients import Client, csrf_of
from tests.crash.memory import Memory
from tests.crash.processes import NodeProcess, run_verb
from tests.crash.quarter import Hall, furnish, write_files
from tests.small_disk import files_limited, small_disk

pytestmark = [pytest.mark.slow, pytest.mark.asyncio, pytest.mark.timeout(300)]

HALL = Hall("saal", step=5, before=0, after=5)
SENTENCE = {
    "store.full": ("Der Speicher dieser Box ist voll", "The storage of this box is full"),
    "store.unwritable": ("kann gerade nichts speichern", "cannot save anything"),
}


@asynccontextmanager
async def one_node(files: Path, data: Path) -> AsyncIterator[Client]:
    """A home node without neighbours, and somebody who is signed in with a phone."""
    quarter = await furnish(data, write_files(files, (HALL,), households=2))
    node = NodeProcess("home", quarter.folder("home"), quarter.port_of("home"))
    person = Client(
        *(node, quarter, quarter.residents[0], Memory()),
        chance=random.Random(1),
        over=asyncio.Event(),
        by_page=True,
    )
    try:
        await node.start()
        await node.until_ready()
        await person.sign_in()
        yield person
    finally:
        await person.http.aclose()
        if node.runs:
            await node.kill()


async def book(person: Client, days: int) -> dict[str, Any]:
    """Book an hour some days from now; today's begins at once."""
    now = datetime.now(UTC)
    begins = now - timedelta(
        minutes=now.minute % 5, seconds=now.second, microseconds=now.microsecond
    )
    begins += timedelta(days=days)
    answer = await person.wish_for("saal", begins, begins + timedelta(hours=1))
    return {"http": answer.status_code, **answer.json()}


async def everything_is_refused(person: Client, pass_text: str, status: int, code: str) -> None:
    """Each way to write is answered with a sentence and what to do, never with an error page."""
    for language, sentence in zip(("de", "en"), SENTENCE[code], strict=True):
        person.http.headers["accept-language"] = language
        problem = await book(person, 3)
        assert (problem["http"], problem["code"]) == (status, code), problem
        assert sentence in problem["title"]
        assert problem["detail"]
        held = await hold(person)
        assert held.status_code == status
        assert sentence in held.text
        scanned = await person.ask("POST", "/api/check-ins", json={"pass": pass_text})
        assert (scanned.status_code, scanned.json()["code"]) == (status, code)
        resident = person.resident
        who = {"person_id": resident.person_id, "code": resident.code, "secret": resident.pin}
        answer = await person.ask("POST", "/api/sessions", json=who)
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def hold(person: Client) -> httpx.Response:
    starts_at = int((datetime.now(UTC) + timedelta(days=4)).timestamp()) // 3600 * 3600
    page = await person.ask("GET", "/find", accept="html")
    offer = f"{person.quarter.space_id('saal')}.{starts_at}.{starts_at + 3600}"
    fields = {"csrf": csrf_of(page), "offer": offer, "people": "2", "use": "private"}
    return await person.ask("POST", "/hold", accept="html", data=fields)


async def reading_goes_on(person: Client, booked: dict[str, Any]) -> None:
    """Pages, lists and the checking of a pass."""
    for path in ("/", "/find", "/mine", f"/mine/{booked['id']}", "/house", "/sign-in"):
        assert (await person.ask("GET", path, accept="html")).status_code in {200, 303}, path
    listed = (await person.ask("GET", "/api/reservations")).json()
    assert booked["id"] in {each["id"] for each in listed}
    # What a phone's camera opens: anybody sees that the pass is good, and for what.
    shown = await person.http.get(f"/p/{booked['pass']}", headers={"accept": "text/html"})
    assert shown.status_code == 200
    assert "Saal" in shown.text
    assert (await person.ask("GET", "/health")).json()["ok"]


async def everything_works(person: Client, booked: dict[str, Any]) -> None:
    """Without a restart, without anybody doing anything."""
    assert (await book(person, 5))["status"] == "confirmed"
    assert (await hold(person)).status_code == 303
    done = await person.ask("POST", "/api/check-ins", json={"pass": booked["pass"]})
    assert done.is_success, done.text


async def ends_sound(person: Client) -> None:
    assert await person.node.end() == 0
    status, said = await run_verb("doctor", "--data", str(person.node.folder))
    assert status == 0, said
    assert "Traceback" not in person.node.said()


async def test_a_full_disk_stops_writing_and_nothing_else(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=128) as disk:
        async with one_node(tmp_path / "files", disk.folder / "data") as person:
            booked = await book(person, 0)
            for left in (8_000_000, 0):
                disk.fill(leave=left)
                await everything_is_refused(person, booked["pass"], 507, "store.full")
                await reading_goes_on(person, booked)
            disk.free()
            await everything_works(person, booked)
            await ends_sound(person)
            assert person.node.said().count("writes are refused") == 1


@pytest.mark.parametrize("killed", [True, False], ids=["killed", "ended"])
async def test_a_node_starts_on_a_disk_that_is_full_to_the_last_byte(
    tmp_path: Path, *, killed: bool
) -> None:
    with small_disk(tmp_path / "disk", megabytes=128) as disk:
        async with one_node(tmp_path / "files", disk.folder / "data") as person:
            booked = await book(person, 0)
            if killed:
                disk.fill()
                await person.node.kill()
            else:
                assert await person.node.end() == 0
                disk.fill()
            for _ in range(2):
                await person.node.start()
                await person.node.until_ready()
                await reading_goes_on(person, booked)
                await everything_is_refused(person, booked["pass"], 507, "store.full")
                assert await person.node.end() == 0
            disk.free()
            await person.node.start()
            await person.node.until_ready()
            await everything_works(person, booked)
            await ends_sound(person)


async def test_what_the_kernel_will_not_write_is_refused(tmp_path: Path) -> None:
    async with one_node(tmp_path / "files", tmp_path / "data") as person:
        booked = await book(person, 0)
        with files_limited(1000, pid=person.node.pid):
            await everything_is_refused(person, booked["pass"], 503, "store.unwritable")
            await reading_goes_on(person, booked)
        await everything_works(person, booked)
        await ends_sound(person)

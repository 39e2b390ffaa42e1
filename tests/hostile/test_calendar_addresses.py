"""Addresses of calendars over a real line: read by an ordinary program, and told to nobody else."""

from __future__ import annotations

import logging
import re
import urllib.error
import urllib.request
from html import unescape
from http.client import HTTPConnection

import icalendar
import pytest
import vobject

from node.base.ids import id_text
from node.people.hashing import token_digest
from tests.hostile.live import PHONE, LiveNode, raw


def fetched(live: LiveNode, token: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """What a program of the standard library gets."""
    address = f"{live.address}/calendar/{token}.ics"
    request = urllib.request.Request(address, headers=headers)  # noqa: S310 - our own
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own
            return answer.status, {k.lower(): v for k, v in answer.headers.items()}, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, {k.lower(): v for k, v in error.headers.items()}, error.read()


def made(live: LiveNode, name: str, path: str, **fields: str) -> str:
    """The token of an address that somebody makes on a page."""
    page = live.visitor(name).post(path, **fields)
    found = re.search(r'id="address" value="[^"]*/calendar/([0-9a-z]{26})', unescape(page.text))
    assert found, page.text
    return found[1]


@pytest.fixture(autouse=True)
def _signed_in(live: LiveNode) -> None:
    """Attacks before may have ended sessions, and addresses with them."""
    live.sign_everybody_in()


@pytest.fixture
def token(live: LiveNode) -> str:
    """Anna's address, made anew."""
    return made(live, "anna", "/account/calendars", view="mine")


def test_an_ordinary_program_reads_it_without_being_anybody(live: LiveNode, token: str) -> None:
    status, headers, content = fetched(live, token)
    assert status == 200
    assert headers["content-type"] == "text/calendar; charset=utf-8"
    mine = live.town.ids["reservation anna"]
    uids = {str(row["uid"]) for row in icalendar.Calendar.from_ical(content).walk("vevent")}
    assert f"{mine}@quartier" in uids
    assert {row.uid.value for row in vobject.readOne(content.decode()).vevent_list} == uids
    status, _, content = fetched(live, token, **{"If-None-Match": headers["etag"]})
    assert (status, content) == (304, b"")


def test_a_head_is_answered_without_a_body(live: LiveNode, token: str) -> None:
    host = live.address.removeprefix("http://")
    said = raw(
        live,
        f"HEAD /calendar/{token}.ics HTTP/1.1\r\nhost: {host}\r\n"
        "connection: close\r\n\r\n".encode(),
    )
    head, _, body = said.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert b"etag:" in head.lower()
    assert body == b""


def test_nothing_that_is_written_down_holds_an_address(
    live: LiveNode, caplog: pytest.LogCaptureFixture
) -> None:
    """At the loudest level, answered, refused and crashed over: neither log nor file knows it."""
    caplog.set_level(logging.DEBUG)
    token = made(live, "clara", "/account/calendars", view="mine")
    assert fetched(live, token)[0] == 200
    # From where no other test has guessed.
    guessing = HTTPConnection("127.0.0.1", live.port, source_address=("127.0.0.9", 0))
    guessing.request("GET", f"/calendar/{token[:-1]}z.ics")
    assert guessing.getresponse().status == 404
    guessing.close()
    for line in (*live.log.lines, caplog.text):
        assert token not in line
        assert token[:-1] not in line
    folder = live.node.store.core.path.parent
    digest, seen = token_digest(token), b""
    for file in folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert token.encode() not in content, file
            seen += content
    assert digest in seen, "the search sees what is there"


def test_a_crash_over_a_calendar_is_told_without_its_address(
    live: LiveNode,
    token: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:

    def broken(*_: object) -> None:
        raise RuntimeError(token)

    monkeypatch.setattr("node.portal.feeds.written", broken)
    assert fetched(live, token)[0] == 500
    assert "at GET /calendar/{file}" in caplog.text
    assert token not in caplog.text
    live.log.lines.clear()


@pytest.mark.parametrize("name", ["clara", "greta", "ole", "nobody"])
@pytest.mark.parametrize("path", ["/desk/calendars", "/account/calendars"])
def test_who_may_not_see_names_makes_no_address_with_names(
    live: LiveNode, name: str, path: str
) -> None:
    space = live.town.ids["space hofsaal"]
    before = live.contents()["calendar_feed"]
    page = live.visitor(name).post(path, view="desk", about=space)
    assert page.status_code in {303, 400, 403}
    assert live.contents()["calendar_feed"] == before


def test_a_neighbours_calendar_leads_to_nobody(live: LiveNode) -> None:
    """No name, no id of a person, household or reservation of all who booked, in any spelling."""
    house = id_text(live.cast.files.id_of("building", "B-AHO"))
    space = live.town.ids["space hofsaal"]
    for view, about in (("space", space), ("house", house)):
        token = made(live, "clara", "/account/calendars", view=view, about=about)
        status, _, content = fetched(live, token)
        assert status == 200
        assert content.count(b"BEGIN:VEVENT") >= 5
        told = content.replace(b"\r\n ", b"").decode()
        secrets = [
            value
            for key, value in live.town.ids.items()
            if key.split(" ")[0] in {"reservation", "person", "household"}
        ]
        assert len(secrets) > 10
        assert [value for value in secrets if value in told.lower()] == []
        names = {row.given_name for row in live.cast.files.people}
        assert [name for name in names if re.search(rf"\b{name}\b", told)] == []


def test_guesses_from_one_place_slow_down_that_place_only(live: LiveNode, token: str) -> None:
    for number in range(30):
        live.visitor(at=PHONE).get(f"/calendar/{number:026d}.ics")
    assert live.visitor(at=PHONE).get(f"/calendar/{9:026d}.ics").status_code == 429
    assert live.visitor(at="127.0.0.7").get(f"/calendar/{9:026d}.ics").status_code == 404
    assert live.visitor(at=PHONE).get(f"/calendar/{token}.ics").status_code == 200


@pytest.mark.parametrize("name", ["clara", "greta", "sam"])
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_the_plan_of_a_place_leads_to_nobody_on_any_page(
    live: LiveNode, name: str, accept: str
) -> None:
    """What neighbours see of a place: its page with day and month, the search, the interface."""
    space = live.town.ids["space hofsaal"]
    search = "kind=room&day=2026-11-30&starts=15:00&ends=17:00&people=4"
    pages = (
        f"/spaces/{space}?day=2026-11-30",
        f"/spaces/{space}?day=2026-12-01",
        f"/find?{search}",
        "/find.csv",
        f"/api/spaces/search?{search}",
    )
    secrets = {
        value
        for key, value in live.town.ids.items()
        if key.split(" ")[0] in {"reservation", "person", "household"} and not key.endswith(name)
    }
    names = {row.given_name for row in live.cast.files.people} - {
        row.given_name for row in live.cast.files.people if row.key.lower().endswith(name)
    }
    for path in pages:
        told = live.visitor(name).get(path, headers={"accept": accept}).text
        assert [value for value in secrets if value in told.lower()] == [], path
        assert [each for each in names if re.search(rf"\b{each}\b", told)] == [], path
    day = live.visitor(name).get(pages[0], headers={"accept": "application/json"}).json()
    states = {cell["state"] for row in day["plan"]["rows"] for cell in row["cells"]}
    assert "confirmed" in states, "Anna's time is seen"

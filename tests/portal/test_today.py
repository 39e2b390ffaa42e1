"""My day is kept while it is true: every way in which it stops being so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from node import people
from node.base.actors import Face
from node.base.ids import id_text
from node.spaces.deciding import displace
from node.spaces.folding import project
from node.spaces.place_tables import select_space
from node.store import Write
from node.web.templating import Templates
from tests.app_client import House
from tests.portal.home import SATURDAY, Home

pytestmark = pytest.mark.asyncio


@pytest.fixture
def home(house: House, tmp_path: Path) -> Home:
    return Home(house, tmp_path)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pages that were drawn, not remembered."""
    names: list[str] = []
    draw = Templates.render

    def render(self: Templates, name: str, *rest: object) -> str:
        names.append(name)
        return draw(self, name, *rest)

    monkeypatch.setattr(Templates, "render", render)
    return names


async def test_the_same_day_is_drawn_once(home: Home, drawn: list[str]) -> None:
    anna = await home.phone("anna")
    first = await anna.get("/")
    again = await anna.get("/")
    assert (again.html, again.status) == (first.html, 200)
    assert drawn == ["portal/today.html"]


async def test_another_minute_is_another_page(home: Home, drawn: list[str]) -> None:
    anna = await home.phone("anna")
    await anna.get("/")
    home.house.clock.advance(timedelta(seconds=59))
    await anna.get("/")
    assert len(drawn) == 1
    home.house.clock.advance(timedelta(seconds=1))
    await anna.get("/")
    assert len(drawn) == 2


async def test_a_clock_that_was_set_back_is_not_given_later_words(
    home: Home, drawn: list[str]
) -> None:
    home.house.clock.advance(timedelta(seconds=30))
    anna = await home.phone("anna")
    await anna.get("/")
    home.house.clock.advance(timedelta(seconds=-20))
    await anna.get("/")
    assert len(drawn) == 2


async def test_trust_in_the_clock_is_part_of_the_page(home: Home, drawn: list[str]) -> None:
    anna = await home.phone("anna")
    await anna.get("/")
    home.house.clock.trusted = False
    await anna.get("/")
    assert len(drawn) == 2


async def test_a_booking_of_ones_own_is_there_at_once(home: Home) -> None:
    anna = await home.phone("anna")
    assert "Hofsaal" not in (await anna.get("/")).text
    reservation = await home.reserve("anna", SATURDAY)
    assert reservation is not None
    assert "Hofsaal" in (await anna.get("/")).text
    await home.cancel("anna", reservation)
    assert "Hofsaal" not in (await anna.get("/")).text


async def test_what_a_housemate_books_is_there_at_once(home: Home) -> None:
    bilal = await home.phone("bilal")
    assert "Hofsaal" not in (await bilal.get("/")).text
    await home.reserve("anna", SATURDAY)
    assert "Hofsaal" in (await bilal.get("/")).text


async def test_what_comes_by_a_merge_is_there_at_once(home: Home) -> None:
    anna = await home.phone("anna")
    assert "Hofsaal" not in (await anna.get("/")).text
    await home.ask_at_the_lobby("anna", SATURDAY)
    assert "Hofsaal" in (await anna.get("/")).text


async def test_a_hold_is_gone_the_second_it_expires(home: Home) -> None:
    home.house.clock.advance(timedelta(seconds=20))
    anna = await home.phone("anna")
    await home.reserve("anna", SATURDAY, hold=True)
    home.house.clock.advance(timedelta(minutes=9, seconds=50))
    assert "für Sie gehalten" in (await anna.get("/")).text
    home.house.clock.advance(timedelta(seconds=9))
    assert "gehalten" in (await anna.get("/")).text
    home.house.clock.advance(timedelta(seconds=1))
    assert "gehalten" not in (await anna.get("/")).text


async def test_an_import_is_there_at_once(home: Home) -> None:
    anna = await home.phone("anna")
    assert "Rohrbruch" not in (await anna.get("/")).text
    await home.shut("Rohrbruch")
    assert "Rohrbruch" in (await anna.get("/")).text


async def test_whoever_lost_every_role_sees_nothing_any_more(home: Home) -> None:
    anna = await home.phone("anna")
    assert (await anna.get("/")).path == "/"
    await home.end_role("anna", after=timedelta(0))
    assert (await anna.get("/")).path.startswith("/sign-in")


async def test_signing_out_ends_what_was_kept(home: Home) -> None:
    anna = await home.phone("anna")
    await anna.get("/")
    cookie = {"cookie": anna.at.answer.request.headers["cookie"]}
    await anna.get("/account")
    await anna.submit("/sign-out")
    stolen = await home.house.browser(**cookie).get("/")
    assert stolen.path.startswith("/sign-in")


async def test_signing_out_everywhere_ends_it_at_the_other_phone_too(home: Home) -> None:
    phone, tablet = await home.phone("anna"), await home.phone("anna")
    await phone.get("/")
    await tablet.get("/")
    now = home.house.clock.now()

    def end(write: object) -> None:
        actor = people.actor_of(write, home.house.cast.id("anna"), face=Face.PORTAL, now=now)
        people.sign_out_everywhere(write, actor, now=now)

    await home.house.node.store.write(end)
    assert (await phone.get("/")).path.startswith("/sign-in")
    assert (await tablet.get("/")).path.startswith("/sign-in")


async def test_nobody_is_given_somebody_elses_page(home: Home, drawn: list[str]) -> None:
    await home.reserve("anna", SATURDAY)
    anna, clara = await home.phone("anna"), await home.phone("clara")
    assert "Hofsaal" in (await anna.get("/")).text
    assert "Hofsaal" not in (await clara.get("/")).text
    assert "Clara" in clara.at.text
    assert (await home.house.browser().get("/")).path.startswith("/sign-in")
    assert len(drawn) > 2


async def test_two_sessions_of_one_person_have_forms_of_their_own(home: Home) -> None:
    phone, tablet = await home.phone("anna"), await home.phone("anna")
    tokens = [(await each.get("/")).form("/prefs").fields["csrf"] for each in (phone, tablet)]
    assert tokens[0] != tokens[1]


async def test_language_and_wishes_of_display_are_part_of_the_page(home: Home) -> None:
    anna = await home.phone("anna")
    assert "Guten Morgen, Anna" in (await anna.get("/")).text
    page = await anna.submit("/prefs", lang="en", size="3", theme="dark", contrast="more")
    assert 'lang="en"' in page.html
    assert 'data-size="3"' in page.html
    assert "Good morning" in (await anna.get("/")).text


async def test_a_program_gets_the_same_day_as_data(home: Home, drawn: list[str]) -> None:
    anna = await home.phone("anna")
    await anna.get("/")
    for _ in range(2):
        page = await anna.get("/", accept="application/json")
        assert page.answer.json()["day"] == "Dienstag, 24. November"
    assert (await anna.get("/")).html.startswith("<!doctype html>")
    assert len(drawn) == 1


async def test_a_browser_that_holds_the_page_is_told_that_it_is_true(home: Home) -> None:
    anna = await home.phone("anna")
    page = await anna.get("/")
    tag = page.answer.headers["etag"]
    assert page.answer.headers["cache-control"] == "private, no-cache"
    assert "cookie" in page.answer.headers["vary"]
    for _ in range(2):
        held = await anna.get("/", **{"if-none-match": f'"other", {tag}'})
        assert (held.status, held.html) == (304, "")
        assert held.answer.headers["etag"] == tag
        assert "content-security-policy" in held.answer.headers
        # Past the minute it is drawn anew, and the same.
        home.house.clock.advance(timedelta(minutes=1))
    await home.reserve("anna", SATURDAY)
    fresh = await anna.get("/", **{"if-none-match": tag})
    assert fresh.status == 200
    assert fresh.answer.headers["etag"] != tag


async def test_what_came_to_nothing_is_told_once_and_by_its_word(home: Home) -> None:
    """It stood above with the sign of what waits, and once more among what comes."""
    anna = await home.phone("anna")
    taken = await home.reserve("anna", SATURDAY)

    def take_back(write: Write) -> None:
        made = project(write, taken)
        displace(write, made, select_space(write, made.space_id), now=home.house.clock.now())
        project(write, taken)

    await home.house.node.store.write(take_back)
    page = await anna.get("/")
    assert page.text.count("Ihre Buchung gilt nicht mehr") == 1
    assert page.text.count("Hofsaal") == 2  # the notice, and its link for who only hears it
    assert 'aria-label="Verstanden: Ihre Buchung gilt nicht mehr, Hofsaal, Sa' in page.html
    assert "notice-waiting" not in page.html
    page = await anna.submit(f"/mine/{id_text(taken)}/seen")
    assert "Hofsaal" not in page.text, "who knows is not told again"

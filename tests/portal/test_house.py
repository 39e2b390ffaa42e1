"""The house, the first page, the texts, preferences and what makes the portal an app."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node import quarter
from node.base.clock import FrozenClock
from tests.app_client import Browser, House
from tests.portal.test_booking import booked

pytestmark = pytest.mark.asyncio


async def test_the_house_tells_hours_waste_rules_and_free_rooms(anna: Browser) -> None:
    page = await anna.get("/house")
    assert page.title == "Haus Ahorn"
    for words in ("Gerade frei", "Abfall", "Ruhezeiten", "Hausordnung", "9 bis 14 Uhr"):
        assert words in page.text or words in page.whole, words


async def test_a_moved_collection_says_from_which_day(clara: Browser, clock: FrozenClock) -> None:
    """At Clara's house one collection before Christmas comes on another day than usual."""
    clock.advance(timedelta(days=15))
    page = await clara.get("/house")
    assert "verschoben von" in page.text


async def test_a_neighbour_from_outside_sees_no_houses_waste(house: House) -> None:
    from node import people
    from tests.cast import Cast

    cast: Cast = house.cast
    issued = await house.node.store.write(
        lambda write: people.issue_code(
            write,
            people.COMMAND_LINE,
            people.find_person(write, cast.id("greta")).household_id,  # type: ignore[union-attr]
            now=house.clock.now(),
        )
    )
    assert isinstance(issued, people.model.IssuedCode)
    phone = house.browser()
    await phone.get("/sign-in")
    page = await phone.submit("/sign-in", code=issued.code)
    await phone.get(page.link("Greta Vogel"))
    await phone.submit("/sign-in/secret", secret="8642", again="8642")
    page = await phone.get("/house")
    assert page.title == "Im Quartier"
    assert "Abfall" not in [line.strip() for line in page.text.split("  ")]
    assert 'id="waste"' not in page.html


async def test_the_first_page_follows_bookings_and_the_clock(
    anna: Browser, clock: FrozenClock
) -> None:
    page = await anna.get("/")
    assert "Guten Morgen, Anna" in page.text
    assert "Service-Point offen bis" in page.text
    await booked(anna)
    assert "28. Nov." in (await anna.get("/")).text
    clock.advance(timedelta(hours=13))
    page = await anna.get("/")
    assert "Guten Abend, Anna" in page.text
    assert "Service-Point geschlossen" in page.text
    clock.advance(timedelta(days=1))
    assert "Mittwoch, 25. November" in (await anna.get("/")).text


async def test_what_is_kept_of_a_day_is_forgotten_when_its_facts_change(
    house: House, anna: Browser
) -> None:
    """Closing the desk by an import shows on the first page at once, not tomorrow."""
    assert "offen bis" in (await anna.get("/")).text
    now = house.clock.now()
    await house.node.store.write(
        lambda write: write.insert(
            "closure",
            id=b"C" * 16,
            target_kind=str(quarter.TargetKind.DESK),
            target_id=b"",
            starts_at=int((now - timedelta(hours=1)).timestamp()),
            ends_at=int((now + timedelta(hours=9)).timestamp()),
            reason='{"de": "Fortbildung", "en": "Training"}',
        )
    )
    page = await anna.get("/")
    assert "offen bis" not in page.text
    assert "Fortbildung" in page.text


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/imprint", "Impressum"),
        ("/privacy", "Was im Haus bleibt"),
        ("/accessibility", "WCAG 2.2"),
        ("/help", "Zum ersten Mal anmelden"),
        ("/offline", "Keine Verbindung"),
    ],
)
async def test_the_texts_need_nobody_to_be_signed_in(house: House, path: str, words: str) -> None:
    page = await house.browser().get(path)
    assert page.status == 200
    assert words in page.text
    english = await house.browser(**{"accept-language": "en"}).get(path)
    assert words not in english.text or words == "WCAG 2.2"


async def test_the_app_has_its_manifest_and_worker_at_the_root(house: House) -> None:
    phone = house.browser()
    answer = await phone.client.get("/manifest.webmanifest")
    assert answer.headers["content-type"].startswith("application/manifest+json")
    assert answer.json()["start_url"] == "/"
    assert answer.json()["name"] == "Lindenhof"
    answer = await phone.client.get("/sw.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "{{" not in answer.text


async def test_preferences_are_kept_and_lead_back(anna: Browser) -> None:
    await anna.get("/house")
    page = await anna.submit("/prefs", lang="en", theme="dark", size="3", contrast="more")
    assert page.path == "/house"
    for words in ('lang="en"', 'data-theme="dark"', 'data-size="3"', 'data-contrast="more"'):
        assert words in page.html
    page = await anna.get("/mine")
    assert 'lang="en"' in page.html


@pytest.mark.parametrize(
    "given",
    [
        {"lang": "tlh"},
        {"theme": "<script>"},
        {"size": "999"},
        {"contrast": "x" * 9000},
        {"back": "//evil.example"},
        {"back": "https://evil.example/"},
        {"back": "/\\evil.example"},
        {"back": "javascript:alert(1)"},
    ],
)
async def test_preferences_that_make_no_sense_change_nothing(
    anna: Browser, given: dict[str, str]
) -> None:
    page = await anna.get("/house")
    csrf = page.form("/prefs").fields["csrf"]
    page = await anna.post("/prefs", csrf=csrf, **given)
    assert page.path == "/"
    assert 'lang="de"' in page.html
    assert 'data-theme="auto"' in page.html


@pytest.mark.parametrize("cookie", ["tlh.dark.1.auto", "....", "de.dark", "%00.x.9.y", "a" * 3000])
async def test_a_broken_preferences_cookie_is_no_trouble(house: House, cookie: str) -> None:
    page = await house.browser(cookie=f"prefs={cookie}").get("/help")
    assert page.status == 200
    assert 'lang="de"' in page.html


async def test_an_unknown_page_is_told_in_words(anna: Browser) -> None:
    page = await anna.get("/nothing/here")
    assert page.status == 404
    assert "Diese Seite gibt es nicht." in page.whole
    answer = await anna.client.get("/nothing", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"

"""The way from signing in to checking in, walked over HTTP in each partial language.

Nothing on it is German but what its element says is: the operator's own words. Elsewhere what is
missing is marked, and the page says so in the person's language.
"""

from __future__ import annotations

import re

import pytest

from node.base.ids import id_text
from tests.app_client import Browser, House
from tests.cast import PINS
from tests.foreign import german_left, is_whole, language_of, read

pytestmark = pytest.mark.asyncio

LANGUAGES = ("tr", "uk", "ar", "de-simple")
MARKED = ("tr", "uk", "ar")
SATURDAY = "/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12"
NIGHT = "/find?kind=room&day=2026-11-28&starts=02:00&ends=03:00&people=12"
STAY = "/find?kind=guest_apartment&day=2026-12-07&until=2026-12-10&people=2"


def phone_of(house: House, language: str) -> Browser:
    """A phone that asks for this language, as its owner has set it."""
    return house.browser(**{"accept-language": f"{language},en;q=0.5"})


async def signs_in(phone: Browser, house: House, language: str) -> None:
    """With the code of the letter, on a phone that nobody knows."""
    is_whole(await phone.get("/sign-in"), language)
    page = await phone.submit("/sign-in", code="2222 3333 4444")
    assert page.status == 403
    is_whole(page, language)
    page = await phone.submit("/sign-in", code=house.codes["anna"])
    assert page.path == "/sign-in/who"
    is_whole(page, language)
    page = await phone.get(page.link("Anna"))
    assert page.path.startswith("/sign-in/secret")
    is_whole(page, language)
    page = await phone.submit("/sign-in/secret", secret="00000")
    assert page.status == 403
    is_whole(page, language)
    page = await phone.submit("/sign-in/secret", secret=PINS["anna"])
    assert page.path == "/", page.text
    is_whole(page, language)


async def books(phone: Browser, language: str) -> str:
    """The hall on Saturday, twice looked at; the reservation's address."""
    page = await phone.get(SATURDAY)
    is_whole(page, language)
    offer = page.form("/hold").buttons[0]["value"]
    page = await phone.submit("/hold", offer=offer)
    assert page.path.startswith("/book/"), page.text
    is_whole(page, language)
    page = await phone.submit("/book/")
    assert page.path.startswith("/mine/"), page.text
    is_whole(page, language)
    return page.path.partition("?")[0]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_anna_signs_in_books_and_gives_up_in_her_language(
    house: House, language: str
) -> None:
    phone = phone_of(house, language)
    await signs_in(phone, house, language)
    hall = f"/at/{id_text(house.cast.files.id_of('space', 'hofsaal'))}"
    for path in ("/find", STAY, NIGHT, "/mine", "/help", "/offline", hall):
        is_whole(await phone.get(path), language)
    booked = await books(phone, language)
    for path in ("", "/pass", "/change", "/cancel"):
        is_whole(await phone.get(f"{booked}{path}"), language)
    page = await phone.submit(f"{booked}/cancel")
    is_whole(page, language)
    is_whole(await phone.get("/mine"), language)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_no_is_said_in_her_language(house: House, language: str) -> None:
    phone = phone_of(house, language)
    await signs_in(phone, house, language)
    for path in ("/nothing-here", "/mine/aaaaaaaaaaaaaaaaaaaaaaaaaa", "/p/forged", "/spaces/none"):
        page = await phone.get(path)
        assert page.status >= 400, path
        is_whole(page, language)
    wrong = await phone.get("/find?kind=room&day=2026-11-28&starts=19:00&ends=15:00&people=0")
    assert wrong.status == 422
    is_whole(wrong, language)


@pytest.mark.parametrize("language", MARKED)
async def test_elsewhere_the_page_says_what_is_german(house: House, language: str) -> None:
    page = await house.browser(**{"accept-language": language}).get("/privacy")
    assert language_of(page) == language
    assert read(page).noted
    assert german_left(page, language) == set()
    turned = ' dir="ltr"' if language == "ar" else ""
    assert f'<span lang="de"{turned}>' in page.html
    assert "<title>" in page.html
    assert not re.search(r"<title>[^<]*<span", page.html)


@pytest.mark.parametrize("language", ["de", "en", "de-simple"])
async def test_pages_of_the_other_languages_have_no_such_note(house: House, language: str) -> None:
    page = await house.browser(**{"accept-language": language}).get("/privacy")
    assert language_of(page) == language
    assert not read(page).noted


async def test_data_calendars_and_tables_have_no_marks(house: House) -> None:
    phone = phone_of(house, "uk")
    await signs_in(phone, house, "uk")
    await books(phone, "uk")
    for path, accept in (
        ("/mine", "application/json"),
        ("/mine.csv", "text/html"),
        ("/account/data/file", "text/html"),
        ("/nothing", "application/json"),
        ("/privacy", "application/json"),
    ):
        page = await phone.get(path, accept=accept)
        assert not re.search("[\ue000-\ue00f]", page.html), path


async def test_who_reads_no_german_finds_their_language_at_once(house: House) -> None:
    """By its own name, before anything else, with one touch and without script."""
    phone = house.browser()
    page = await phone.get("/sign-in")
    names = ["Deutsch", "Einfache Sprache", "English", "Türkçe", "Українська", "العربية"]
    [choice] = [form for form in page.forms if form.texts == names]
    codes = [button["value"] for button in choice.buttons]
    assert page.html.index('class="tongues"') < page.html.index("<h1")
    page = await phone.post("/prefs", **choice.fields, lang=codes[-1])
    assert page.path == "/sign-in"
    assert language_of(page) == "ar"
    assert page.title == "مرحبًا. يرجى تسجيل الدخول."


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("uk-UA,uk;q=0.9,ru;q=0.8", "uk"),
        ("tr", "tr"),
        ("ar-SY,ar;q=0.9,de;q=0.5", "ar"),
        ("de-simple", "de-simple"),
        ("de-AT", "de"),
        ("fr,pl;q=0.8,en;q=0.5", "en"),
        ("fr", "de"),
        ("", "de"),
    ],
)
async def test_a_phone_is_answered_as_it_asks(house: House, asked: str, given: str) -> None:
    page = await house.browser(**{"accept-language": asked}).get("/sign-in")
    assert language_of(page) == given


async def test_times_days_and_sums_are_written_as_each_language_does(house: House) -> None:
    said = {}
    for language in ("tr", "uk", "ar", "de-simple"):
        phone = phone_of(house, language)
        await signs_in(phone, house, language)
        said[language] = re.sub("[\u2066-\u2069\u200e\u200f]", "", (await phone.get(SATURDAY)).text)
    assert "28 Kas Cmt, 15:00 – 19:00, 12 kişi" in said["tr"]
    assert "сб 28 лист., 15:00 – 19:00, 12 осіб" in said["uk"]
    assert "السبت 28 نوفمبر، 15:00 إلى 19:00، 12 شخصًا" in said["ar"]
    assert "Sa 28. Nov., 15 bis 19 Uhr, 12 Personen" in said["de-simple"]
    assert "€72,00" in said["tr"]
    assert re.search(r"72,00\s€", said["uk"])
    assert re.search(r"72\.00\s€", said["ar"])


async def test_paper_stays_in_latin_letters(house: House) -> None:
    """The desk prints for whoever reads Arabic in German: the printed font has no other letters."""
    from node.web import i18n

    assert [i18n.on_paper(code) for code in ("ar", "uk", "tr", "de-simple", "en", "de")] == [
        *["de"] * 4,
        "en",
        "de",
    ]

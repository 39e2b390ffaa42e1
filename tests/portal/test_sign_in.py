"""Signing in: by code once, by name and PIN from then on, slowly for who guesses."""

from __future__ import annotations

import pytest

from node.base.clock import FrozenClock
from tests.app_client import Browser, House
from tests.cast import PINS

pytestmark = pytest.mark.asyncio


async def test_a_first_timer_is_in_after_three_counted_steps(house: House) -> None:
    """Sam has never signed in: code, name, PIN; each page says which of three steps it is."""
    phone = house.browser()
    page = await phone.get("/")
    assert page.path == "/sign-in"
    assert "Schritt 1 von 3" in page.text
    page = await phone.submit("/sign-in", code=house.codes["sam"].lower())
    assert "Schritt 2 von 3" in page.text
    assert "Sommer" in page.text
    page = await phone.get(page.link("Sam Sommer"))
    assert "Schritt 3 von 3" in page.text
    page = await phone.submit("/sign-in/secret", secret="8642", again="8642")
    assert page.path == "/"
    assert "Sam" in page.title
    assert page.status == 200


async def test_the_letters_qr_fills_the_code_in(house: House) -> None:
    phone = house.browser()
    code = house.codes["sam"].replace(" ", "")
    page = await phone.get(f"/c/{code}")
    assert page.form("/sign-in").fields["code"] == code
    page = await phone.submit("/sign-in")
    assert page.path == "/sign-in/who"


async def test_somebody_who_is_not_listed_adds_themselves(house: House) -> None:
    phone = house.browser()
    await phone.get("/sign-in")
    page = await phone.submit("/sign-in", code=house.codes["sam"])
    page = await phone.get(page.link("Ich stehe nicht in der Liste"))
    page = await phone.submit(
        "/sign-in/secret", given_name="", family_name="Sommer", secret="8642", again="8642"
    )
    assert page.status == 422
    assert page.form("/sign-in/secret").fields["family_name"] == "Sommer"
    page = await phone.submit("/sign-in/secret", given_name="Rita", secret="8642", again="8642")
    assert page.path == "/"
    assert "Rita" in page.title


async def test_two_different_pins_are_no_pin(house: House) -> None:
    phone = house.browser()
    await phone.get("/sign-in")
    page = await phone.submit("/sign-in", code=house.codes["sam"])
    await phone.get(page.link("Sam Sommer"))
    page = await phone.submit("/sign-in/secret", secret="8642", again="8643")
    assert page.status == 422
    assert "verschieden" in page.text
    page = await phone.submit("/sign-in/secret", secret="1234", again="1234")
    assert page.status == 422
    assert "zu leicht" in page.text
    assert '"8642"' not in page.html


@pytest.mark.parametrize("code", ["", "ABCD EFGH JKMN", "💥" * 20, "x" * 5000, "0" * 12])
async def test_a_wrong_code_says_so_and_keeps_what_was_typed(house: House, code: str) -> None:
    phone = house.browser()
    await phone.get("/sign-in")
    page = await phone.submit("/sign-in", code=code)
    assert page.status in {403, 422}
    assert page.form("/sign-in").fields["code"] == code[:40]
    assert (await phone.get("/sign-in/who")).path == "/sign-in"


async def test_guessing_codes_is_slowed_down_and_says_how_long(house: House) -> None:
    stranger = house.browser()
    await stranger.get("/sign-in")
    for _ in range(30):
        page = await stranger.submit("/sign-in", code="ABCD EFGH JKMN")
        if page.status == 429:
            break
    assert page.status == 429
    assert "Sekunden" in page.text
    assert page.form("/sign-in").fields["code"] == "ABCD EFGH JKMN"


async def test_a_known_device_is_not_slowed_down_by_strangers(house: House) -> None:
    """Somebody guesses Anna's PIN from the same address; Anna at her own phone is let in."""
    phone = house.browser()
    await phone.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    await phone.get("/account")
    page = await phone.submit("/sign-out")
    assert page.path == "/sign-in"
    assert "Anna Linde" in page.text

    stranger = house.browser()
    await stranger.get("/sign-in")
    page = await stranger.submit("/sign-in", code=house.codes["anna"])
    await stranger.get(page.link("Anna Linde"))
    for _ in range(30):
        page = await stranger.submit("/sign-in/secret", secret="0815")
        if page.status == 429:
            break
    assert page.status == 429

    page = await phone.get((await phone.get("/sign-in")).link("Anna Linde"))
    assert "von 3" not in page.text
    page = await phone.submit("/sign-in/secret", secret=PINS["anna"])
    assert page.path == "/"


async def test_the_pause_ends(house: House, clock: FrozenClock) -> None:
    from datetime import timedelta

    stranger = house.browser()
    await stranger.get("/sign-in")
    for _ in range(12):
        await stranger.submit("/sign-in", code="ABCD EFGH JKMN")
    clock.advance(timedelta(hours=2))
    page = await stranger.submit("/sign-in", code=house.codes["anna"])
    assert page.path == "/sign-in/who"


async def test_one_comes_back_to_what_one_asked_for(house: House) -> None:
    phone = house.browser()
    page = await phone.get("/find?kind=guest_apartment")
    assert page.path.startswith("/sign-in?back=")
    page = await phone.submit("/sign-in", code=house.codes["anna"])
    await phone.get(page.link("Anna Linde"))
    page = await phone.submit("/sign-in/secret", secret=PINS["anna"])
    assert page.path == "/find?kind=guest_apartment"


@pytest.mark.parametrize(
    "back", ["https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example"]
)
async def test_nobody_is_led_away(house: House, anna: Browser, back: str) -> None:
    answer = await anna.client.get("/sign-in", params={"back": back}, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/"


async def test_a_person_of_another_household_cannot_be_chosen(house: House) -> None:
    from node.base.ids import id_text

    phone = house.browser()
    await phone.get("/sign-in")
    await phone.submit("/sign-in", code=house.codes["anna"])
    clara = id_text(house.cast.id("clara"))
    page = await phone.get(f"/sign-in/secret?person={clara}")
    assert page.path == "/sign-in"
    await phone.get("/sign-in/secret?person=new")
    page = await phone.submit("/sign-in/secret", person=clara, secret=PINS["clara"])
    assert page.path == "/sign-in"


async def test_a_form_of_a_strangers_page_is_refused(house: House, anna: Browser) -> None:
    answer = await anna.client.post("/sign-out", headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    page = await anna.post("/sign-out", csrf="0" * 32)
    assert page.status == 403
    assert (await anna.get("/")).path == "/"


async def test_signing_out_ends_the_session_not_only_the_cookie(
    house: House, anna: Browser
) -> None:
    token = anna.client.cookies["quartier_session"]
    await anna.get("/account")
    await anna.submit("/sign-out")
    thief = house.browser(cookie=f"quartier_session={token}")
    assert (await thief.get("/")).path == "/sign-in"


async def test_pages_of_signing_in_speak_english_too(house: House) -> None:
    phone = house.browser(**{"accept-language": "en-GB"})
    page = await phone.get("/sign-in")
    assert 'lang="en"' in page.html
    assert "Step 1 of 3" in page.text


async def test_two_nodes_on_one_machine_do_not_overwrite_each_others_cookies(house: House) -> None:
    """Browsers keep cookies by host and know no ports: whoever signed in at the second node of a
    demo was signed out at the first, and unknown there.
    """
    first, second = (house.browser(origin=f"http://localhost:{port}") for port in (8080, 8090))
    second.client.cookies = first.client.cookies
    await first.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    assert (await second.get("/")).path.startswith("/sign-in")
    await second.sign_in(house.codes["clara"], "Clara Moreau", PINS["clara"])
    assert "Anna" in (await first.get("/")).title
    assert "Clara" in (await second.get("/")).title
    await second.get("/account")
    await second.submit("/sign-out")
    assert "Anna" in (await first.get("/")).title
    assert "Clara" in (await second.get("/sign-in")).text
    assert "Anna" not in second.at.text

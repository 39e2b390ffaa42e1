"""My account: name, PIN, household, devices, card, the way in from outside."""

from __future__ import annotations

import httpx
import pytest

from node.base.ids import id_text
from node.store import NodeRole
from tests.app_client import Browser, House
from tests.cast import PINS

pytestmark = pytest.mark.asyncio


async def csrf_of(phone: Browser) -> str:
    return (await phone.get("/account")).form("/sign-out").fields["csrf"]


async def test_the_account_says_who_one_is_and_what_stays_in_the_house(anna: Browser) -> None:
    page = await anna.get("/account")
    assert page.title == "Anna Linde"
    assert "Haushalt Linde / Kaya" in page.text
    assert "Bilal Kaya" in page.text
    assert "Servicevertrag" in page.text
    assert "Nur im Haus: Ihr Name" in page.text
    assert "iPhone, Safari dieses Gerät" in page.text


async def test_a_new_name_and_language_hold_at_once(anna: Browser) -> None:
    await anna.get("/account/profile")
    page = await anna.submit("/account/profile", given_name="Änne", language="en")
    assert page.path == "/account?done=profile"
    assert page.title == "Änne Linde"
    assert "Saved." in page.whole
    assert 'lang="en"' in page.html


@pytest.mark.parametrize("name", ["", "   ", "x" * 5000, "Anna\u202eadmin", "Anna\x00"])
async def test_a_name_that_is_none_keeps_what_was_typed(anna: Browser, name: str) -> None:
    await anna.get("/account/profile")
    page = await anna.submit("/account/profile", given_name=name, family_name="Neu")
    assert page.status == 422
    assert page.form("/account/profile").fields["family_name"] == "Neu"
    assert (await anna.get("/account")).title == "Anna Linde"


async def test_an_unknown_language_is_refused(anna: Browser) -> None:
    await anna.get("/account/profile")
    page = await anna.submit("/account/profile", language="tlh")
    assert page.status == 422


async def test_the_pin_is_changed_only_by_who_knows_the_old_one(
    house: House, anna: Browser
) -> None:
    await anna.get("/account/secret")
    page = await anna.submit("/account/secret", old="0000", secret="8642", again="8642")
    assert page.status == 403
    assert 'href="#old"' in page.html
    page = await anna.submit("/account/secret", old=PINS["anna"], secret="8642", again="8641")
    assert page.status == 422
    page = await anna.submit("/account/secret", old=PINS["anna"], secret="1111", again="1111")
    assert page.status == 422
    assert "zu leicht" in page.text
    page = await anna.submit("/account/secret", old=PINS["anna"], secret="8642", again="8642")
    assert page.path == "/account?done=secret"
    other = house.browser()
    page = await other.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    assert page.status == 403
    page = await other.submit("/sign-in/secret", secret="8642")
    assert page.path == "/"


async def test_somebody_who_moves_in_is_added_and_signs_in_with_the_code(
    house: House, anna: Browser
) -> None:
    await anna.get("/account/members/new")
    page = await anna.submit("/account/members/new", given_name="", family_name="Linde")
    assert page.status == 422
    page = await anna.submit("/account/members/new", given_name="Jo", family_name="Linde")
    assert "Jo Linde" in page.text
    await anna.get("/account/members/new")
    page = await anna.submit("/account/members/new", given_name="Jo", family_name="Linde")
    assert page.status == 409
    assert "steht schon in Ihrem Haushalt" in page.text
    jo = house.browser()
    await jo.get("/sign-in")
    page = await jo.submit("/sign-in", code=house.codes["anna"])
    await jo.get(page.link("Jo Linde"))
    page = await jo.submit("/sign-in/secret", secret="8642", again="8642")
    assert page.path == "/"


async def test_signing_out_everywhere_ends_every_session(house: House, anna: Browser) -> None:
    tablet = house.browser()
    await tablet.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    await anna.get("/account")
    page = await anna.submit("/account/everywhere/sign-out")
    assert page.path == "/sign-in"
    assert (await tablet.get("/")).path == "/sign-in"
    assert (await anna.get("/")).path == "/sign-in"
    assert "Anna Linde" in (await anna.get("/sign-in")).text
    assert "Anna Linde" not in (await tablet.get("/sign-in")).text


async def test_a_device_that_is_gone_is_forgotten(house: House, anna: Browser) -> None:
    tablet = house.browser(**{"user-agent": "Mozilla/5.0 (Linux; Android 15) Firefox/140.0"})
    await tablet.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    page = await anna.get("/account")
    assert "Android, Firefox" in page.text
    page = await anna.submit("/account/devices/")
    assert "Android, Firefox" not in page.text
    assert (await tablet.get("/")).path == "/sign-in"
    assert (await anna.get("/")).path == "/"


async def test_two_devices_alike_are_told_apart(house: House, anna: Browser) -> None:
    for _ in range(2):
        tablet = house.browser(**{"user-agent": "Mozilla/5.0 (Linux; Android 15) Firefox/140.0"})
        await tablet.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    page = await anna.get("/account")
    assert "vergessen : Android, Firefox (2)" in page.text
    assert page.text.count("vergessen : Android, Firefox") == 2


async def test_a_strangers_device_cannot_be_forgotten(
    house: House, anna: Browser, clara: Browser
) -> None:
    tablet = house.browser()
    await tablet.sign_in(house.codes["anna"], "Anna Linde", PINS["anna"])
    target = (await anna.get("/account")).form("/account/devices/").action
    assert (await clara.post(target, csrf=await csrf_of(clara))).status == 404
    assert (await tablet.get("/")).path == "/"
    assert (await clara.post("/account/sessions/x/end", csrf=await csrf_of(clara))).status == 404
    some = id_text(b"S" * 16)
    csrf = await csrf_of(clara)
    assert (await clara.post(f"/account/sessions/{some}/end", csrf=csrf)).status == 404


async def test_a_lost_card_is_blocked(house: House, anna: Browser) -> None:
    page = await anna.get("/account")
    assert "Karte verloren: sperren" in page.text
    page = await anna.submit("/account/card/revoke")
    assert "Ihre Karte ist gesperrt" in page.whole
    assert "Eine Karte für die Lobby gibt der Service-Point" in page.text


async def test_the_way_in_from_outside_is_shown_once_and_can_be_blocked(
    house: House, anna: Browser
) -> None:
    page = await anna.get("/account")
    assert "Zugang einrichten" in page.text
    page = await anna.submit("/account/outside")
    assert "nur dieses eine Mal" in page.text
    link = page.link("https://away.example/away/")
    path = httpx.URL(link).path
    page = await anna.get("/account")
    assert "Eingerichtet am 24. November 2026" in page.text
    assert path not in page.html

    outside = house.browser()
    await outside.get(path)
    page = await outside.submit(path)
    assert page.status == 403, "at home one signs in with the code"
    house.node.store.core.role = NodeRole.CENTRAL
    page = await outside.get(path)
    assert "Ihr Name ist hier nicht bekannt" in page.text
    assert (await outside.get("/")).path == "/sign-in", "reading the link signs nobody in"
    await outside.get(path)
    page = await outside.submit(path)
    assert page.path == "/", page.text
    assert "Anna" not in page.whole
    assert (await outside.get("/account")).status == 200

    house.node.store.core.role = NodeRole.HOME
    await anna.get("/account")
    page = await anna.submit("/account/outside/close")
    assert "gesperrt" in page.whole
    assert (await outside.get("/")).path == "/sign-in"
    house.node.store.core.role = NodeRole.CENTRAL
    fresh = house.browser()
    await fresh.get(path)
    page = await fresh.submit(path)
    assert page.status == 403
    assert "gilt nicht mehr" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/find",
        "/mine",
        "/house",
        "/account",
        "/account/profile",
        "/account/secret",
        "/account/members/new",
        "/book",
        "/mine/x",
        "/spaces/x",
    ],
)
async def test_nothing_is_shown_to_who_is_not_signed_in(house: House, path: str) -> None:
    page = await house.browser().get(path)
    assert page.path.startswith("/sign-in")

"""Booking at the lobby: six touches, the place held meanwhile, every no with what would work."""

from __future__ import annotations

from datetime import timedelta

import pytest

from node import spaces
from node.base.ids import id_text
from node.spaces import Status
from tests.app_client import Browser, House, Page
from tests.kiosk.conftest import booked, utc, with_card

pytestmark = pytest.mark.asyncio

SATURDAY = "/kiosk/spaces?day=2026-11-28&from=15:00&until=19:00&people=12"


async def touch(lobby: Browser, words: str) -> Page:
    """Touch the link whose words are exactly these."""
    import html
    import re

    assert lobby.at is not None
    for href, inner in re.findall(r'<a class="pick" href="([^"]*)">(.*?)</a>', lobby.at.html):
        if (
            html.unescape(re.sub(r"<[^>]+>", " ", inner)).split()[: len(words.split())]
            == words.split()
        ):
            return await lobby.get(html.unescape(href))
    raise AssertionError(f"nothing to touch named {words!r} at {lobby.at.path}")


async def choose(lobby: Browser) -> Page:
    """Touch the first offer."""
    assert lobby.at is not None
    offer = lobby.at.form("/kiosk/hold").buttons[0]["value"]
    return await lobby.submit("/kiosk/hold", offer=offer)


async def test_anna_books_the_hall_in_six_touches(house: House, anna: Browser) -> None:
    page = await anna.get("/kiosk/spaces")
    assert page.title == "An welchem Tag?"
    await touch(anna, "Sa 28. Nov.")  # 1
    assert anna.at.title == "Ab wann?"  # type: ignore[union-attr]
    await touch(anna, "15")  # 2
    assert anna.at.title == "Bis wann?"  # type: ignore[union-attr]
    await touch(anna, "19")  # 3
    await touch(anna, "bis 12")  # 4
    page = anna.at  # type: ignore[assignment]
    assert page.title == "Das ist frei"
    assert "72,00 €" in page.text
    page = await choose(anna)  # 5
    assert page.path.startswith("/kiosk/book/")
    assert "Hofsaal, Sa 28. Nov., 15 bis 19 Uhr, 72,00 €" in page.text
    assert "Für Sie gehalten bis" in page.text
    page = await anna.submit("/kiosk/book/", press="Zahlungspflichtig buchen")  # 6
    assert page.path.startswith("/kiosk/mine/")
    assert page.title == "Gebucht."
    assert "bestätigt" in page.html or "Gebucht" in page.text
    assert page.html.count("data:image") == 1, "the pass, and nothing else to scan"
    actor = await house.node.store.read(lambda read: house.cast.actor(read, "anna"))
    lines = await house.node.store.read(
        lambda read: spaces.coming_up(read, actor, now=house.clock.now())
    )
    mine = [line for line in lines if line.reservation.period.starts_at == utc(28, 14)]
    assert [line.status for line in mine] == [Status.CONFIRMED]
    assert mine[0].reservation.details.face == "kiosk"
    assert mine[0].code[:4] in page.text


async def test_everybody_may_look_but_their_own_price_comes_with_signing_in(
    house: House, lobby: Browser
) -> None:
    page = await lobby.get(SATURDAY)
    assert page.status == 200
    assert "Hofsaal" in page.text
    assert "72,00 €" not in page.text
    page = await lobby.get(page.link("Hofsaal"))
    assert page.path.startswith("/kiosk/sign-in")
    await lobby.submit("/kiosk/scan", code=house.cards["anna"])
    page = await lobby.submit("/kiosk/pin", pin="4711")
    assert page.path == SATURDAY
    assert "72,00 €" in page.text


async def test_what_is_not_free_says_why_and_what_is_near(house: House, anna: Browser) -> None:
    await booked(house, "clara", utc(28, 14), utc(28, 18))
    page = await anna.get(SATURDAY)
    assert page.title == "Dann ist nichts frei"
    assert "schon jemand" in page.text
    assert "höchstens 4 Personen" in page.text
    assert "Das käme dem am nächsten" in page.text
    near = [form for form in page.forms if form.action == "/kiosk/hold"]
    assert len(near) == 3
    page = await choose(anna)
    assert page.path.startswith("/kiosk/book/")


async def test_two_want_the_same_and_the_later_one_is_told(house: House, anna: Browser) -> None:
    await anna.get(SATURDAY)
    await booked(house, "clara", utc(28, 14), utc(28, 18))
    page = await choose(anna)
    assert page.status == 409
    assert "Da ist schon jemand" in page.text
    assert len([form for form in page.forms if form.action == "/kiosk/hold"]) == 3


async def test_a_held_place_is_given_up_at_once(house: House, anna: Browser) -> None:
    await anna.get(SATURDAY)
    page = await choose(anna)
    held = page.path
    page = await anna.submit(f"{held}/drop")
    assert page.path == SATURDAY
    assert "Das ist frei" in page.text
    await booked(house, "clara", utc(28, 14), utc(28, 18))


async def test_a_hold_that_ran_out_is_taken_again_or_refused(house: House, anna: Browser) -> None:
    await anna.get(SATURDAY)
    await choose(anna)
    held = anna.at
    assert held is not None
    for _ in range(3):
        house.clock.advance(timedelta(minutes=4))
        await anna.get("/kiosk/home")
    await booked(house, "clara", utc(28, 14), utc(28, 18))
    anna.at = held
    page = await anna.submit(held.path)
    assert page.status == 409
    assert "Da ist schon jemand" in page.text


async def test_late_evenings_are_asked_for_and_wait_for_the_desk(
    house: House, anna: Browser
) -> None:
    """After quiet hours the desk must agree: nothing is held, nothing is confirmed."""
    page = await anna.get("/kiosk/spaces?day=2026-11-28&from=19:00&until=23:00&people=12")
    assert "auf Anfrage" in page.text
    page = await choose(anna)
    assert page.path.startswith("/kiosk/book?")
    assert "Das wird angefragt." in page.text
    page = await anna.submit("/kiosk/book", press="Zahlungspflichtig anfragen")
    assert page.title == "Angefragt."
    assert "Service-Point" in page.text
    assert "reservation_decision" in page.html.partition("data-live=")[2][:80], "it asks again"
    waiting = await house.node.store.read(lambda read: spaces.waiting(read, now=house.clock.now()))
    assert any(line.reservation.period.starts_at == utc(28, 18) for line in waiting)


async def test_a_stay_is_booked_by_nights(house: House, anna: Browser) -> None:
    page = await anna.get("/kiosk/spaces?kind=guest_apartment")
    assert page.title == "Wann ist die Anreise?"
    page = await anna.get("/kiosk/spaces?kind=guest_apartment&day=2027-01-12")
    assert page.title == "Wie viele Nächte?"
    page = await touch(anna, "2 Nächte")
    page = await touch(anna, "2")
    assert page.title == "Kommen Kinder unter 18 mit?"
    page = await touch(anna, "12")
    assert "Gartenzimmer" in page.text
    page = await choose(anna)
    page = await anna.submit("/kiosk/book/", press="Zahlungspflichtig buchen")
    assert page.title == "Gebucht."
    assert "2 Nächte" in page.text


async def test_mine_lists_and_cancels(house: House, anna: Browser) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    page = await anna.get("/kiosk/mine")
    assert "Hofsaal" in page.text
    page = await anna.get(f"/kiosk/mine/{id_text(reservation.id)}")
    assert "data:image" in page.html
    page = await anna.get(page.link("Absagen"))
    assert "Das kostet nichts." in page.text
    page = await anna.submit(page.path, press="Absagen")
    assert page.title == "Abgesagt."
    assert "data:image" not in page.html


async def test_late_cancelling_says_what_it_costs(house: House, lobby: Browser) -> None:
    reservation = await booked(house, "anna", utc(28, 14), utc(28, 18))
    house.clock.set(utc(28, 9))
    await with_card(lobby, house.cards["anna"], "4711")
    page = await lobby.get(f"/kiosk/mine/{id_text(reservation.id)}/cancel")
    assert "Das kostet jetzt 36,00 €." in page.text


async def test_others_reservations_do_not_exist(house: House, anna: Browser) -> None:
    theirs = await booked(house, "clara", utc(28, 14), utc(28, 18))
    for tail in ("", "/cancel"):
        page = await anna.get(f"/kiosk/mine/{id_text(theirs.id)}{tail}")
        assert page.status == 404
    page = await anna.get(f"/kiosk/book/{id_text(theirs.id)}")
    assert page.status == 404


@pytest.mark.parametrize(
    "offer",
    ["", "x", "a.b.c", "00000000000000000000000000.1.2", "0.99999999999999999999.1", "٣.٣.٣"],
)
async def test_a_made_up_offer_is_refused(anna: Browser, offer: str) -> None:
    page = await anna.get(SATURDAY)
    csrf = page.form("/kiosk/hold").fields["csrf"]
    page = await anna.post("/kiosk/hold", csrf=csrf, offer=offer, people="2")
    assert page.status in {400, 404}
    page = await anna.get(f"/kiosk/book?offer={offer}")
    assert page.status in {400, 404}


async def test_nothing_is_booked_without_signing_in(lobby: Browser) -> None:
    page = await lobby.get(SATURDAY)
    csrf = page.forms[0].fields["csrf"]
    for path in ("/kiosk/hold", "/kiosk/book"):
        page = await lobby.post(path, csrf=csrf, offer="x")
        assert page.path.startswith("/kiosk/sign-in")


async def test_a_form_of_another_person_is_refused(house: House, anna: Browser) -> None:
    await anna.get(SATURDAY)
    page = await anna.post("/kiosk/hold", csrf="0" * 32, offer="x", people="2")
    assert page.status == 403
    assert "zu alt" in page.text


async def test_days_far_away_and_holidays_are_told(lobby: Browser) -> None:
    page = await lobby.get("/kiosk/spaces?days=2026-12-20")
    assert "1. Weihnachtstag" in page.text or "Weihnacht" in page.text
    page = await lobby.get(page.link("Frühere Tage"))
    assert page.status == 200
    page = await lobby.get("/kiosk/spaces?days=1999-01-01&people=-5")
    assert page.title == "An welchem Tag?"
    assert "heute" in page.text

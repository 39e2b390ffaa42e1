"""A guest's own link: one stay, no account; who comes and when; nothing of others."""

from __future__ import annotations

from datetime import UTC, datetime
from html import unescape

import pytest

from node import spaces
from node.base.actors import Face
from node.base.ids import parse_id
from tests.app_client import Browser, House
from tests.papers import words_of
from tests.portal.guest_kit import address_on, link_of, stay_of

pytestmark = pytest.mark.asyncio


def december(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


async def records(house: House) -> int:
    found: int = await house.node.store.read(
        lambda read: read.value("select count(*) from guest_record")
    )
    return found


async def test_the_booker_makes_a_link_and_the_guest_reads_their_stay(
    house: House, anna: Browser
) -> None:
    mine = await stay_of(house, "anna", 14, 17)
    page = await anna.get(f"/mine/{mine}")
    assert page.link("Link für Gäste") == f"/mine/{mine}/guest"
    link = await link_of(anna, mine)
    page = await house.browser().get(link)
    assert page.status == 200
    for words in ("Gartenzimmer", "Mo 14. Dez.", "2 Personen", "Am Service-Point"):
        assert words in page.text, words
    assert "von 15 bis 20 Uhr" in page.text
    assert "Anna" not in page.html
    assert page.answer.headers["cache-control"] == "private, no-store"


async def test_the_guest_reads_it_in_english(house: House, anna: Browser) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    page = await house.browser(**{"accept-language": "en-GB"}).get(link)
    assert "Garden room" in page.text
    assert "Before you arrive" in page.text


async def test_who_comes_is_said_once_however_often_it_is_sent(house: House, anna: Browser) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser()
    said = {"name_0": "Ines Kremer", "nation_0": "german", "arrives": "16:30"}
    said |= {"name_1": "Luc Petit", "nation_1": "other"}
    for _ in range(2):
        await guest.get(f"{link}/arrival")
        page = await guest.submit(f"{link}/arrival", **said)
        assert page.path == link
        assert "Ines Kremer, Luc Petit; gegen 16:30 Uhr" in page.text
    assert await records(house) == 1


async def test_what_was_typed_is_never_lost(house: House, anna: Browser) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser()
    await guest.get(f"{link}/arrival")
    page = await guest.submit(f"{link}/arrival", name_0="Ines Kremer", arrives="23:00")
    assert page.status == 422
    assert "Bitte wählen Sie eine der Möglichkeiten." in page.text
    assert 'value="Ines Kremer"' in page.html
    page = await guest.submit(
        f"{link}/arrival", name_0="Ines Kremer", nation_0="german", arrives="23:00"
    )
    assert page.status == 422
    assert "Ankommen können Sie von 15 bis 20 Uhr." in page.text
    assert await records(house) == 0


async def test_no_more_come_than_were_booked(house: House, anna: Browser) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser()
    page = await guest.get(f"{link}/arrival")
    assert "Person 2" in page.text
    assert "Person 3" not in page.text
    # Rows that a changed form adds belong to nobody.
    await guest.submit(
        f"{link}/arrival", name_0="Ines", nation_0="german", name_2="Udo", nation_2="german"
    )
    page = await guest.get(link)
    assert "Ines" in page.text
    assert "Udo" not in page.text


async def test_the_guest_comes_and_goes_by_the_link(house: House, anna: Browser) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser()
    page = await guest.get(link)
    assert "Einchecken geht ab" in page.text
    house.clock.set(december(14, 15))
    await guest.get(link)
    page = await guest.submit(f"{link}/check-in", press="Einchecken")
    assert "Eingecheckt um 16 Uhr. Willkommen." in page.text
    house.clock.set(december(17, 8))
    await guest.get(link)
    page = await guest.submit(f"{link}/check-out", press="Auschecken")
    assert "Auf Wiedersehen" in page.text


async def test_the_link_ends_by_itself_on_the_evening_of_the_departure(
    house: House, anna: Browser
) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser()
    house.clock.set(december(17, 22, 59))
    assert (await guest.get(link)).status == 200
    house.clock.set(december(17, 23))
    for path in (link, f"{link}/arrival", f"{link}/pass.svg"):
        page = await guest.get(path)
        assert page.status == 404
        assert "Gartenzimmer" not in page.whole


async def test_a_new_link_ends_the_old_one_and_ending_ends_it(house: House, anna: Browser) -> None:
    mine = await stay_of(house, "anna", 14, 17)
    first = await link_of(anna, mine)
    second = await link_of(anna, mine)
    guest = house.browser()
    assert (await guest.get(first)).status == 404
    assert (await guest.get(second)).status == 200
    await anna.get(f"/mine/{mine}/guest")
    page = await anna.submit(f"/mine/{mine}/guest/end")
    assert "Link machen" in page.text
    assert (await guest.get(second)).status == 404


async def given_up(anna: Browser, mine: str) -> None:
    await anna.get(f"/mine/{mine}/cancel")
    await anna.submit(f"/mine/{mine}/cancel")


GONE = {
    "de": "Ihr Aufenthalt ist abgesagt",
    "en": "Your stay is cancelled",
    "tr": "Konaklamanız iptal edildi",
    "uk": "Ваше проживання скасовано",
    "ar": "أُلغيت إقامتكم",
}


async def test_the_link_to_a_cancelled_stay_says_so_until_they_would_have_left(
    house: House, anna: Browser
) -> None:
    mine = await stay_of(house, "anna", 20, 22)
    link = await link_of(anna, mine)
    guest = house.browser()
    await guest.get(f"{link}/arrival")
    await guest.submit(f"{link}/arrival", name_0="Ines Kremer", nation_0="german")
    await given_up(anna, mine)
    page = await guest.get(link)
    assert page.status == 200
    assert page.title == GONE["de"]
    assert "Abgesagt: heute" in page.text
    assert "20. Dez." in page.text
    assert "Bitte reisen Sie nicht an." in page.text
    assert "Was Sie hier angegeben haben, wird am Di 22. Dez. gelöscht." in page.text
    assert "no-store" in page.answer.headers["cache-control"]
    for secret in ("Ines", "Anna", "Kremer", "€", "Einchecken", "pass.svg"):
        assert secret not in page.html, secret
    for lang, words in GONE.items():
        http = (await house.browser().client.get(link, headers={"accept-language": lang})).text
        assert words in unescape(http), lang
    for path in ("/arrival", "/pass.svg", "/form/1", "/sign/1", "/code", "/open"):
        assert (await guest.get(link + path)).status in {404, 410}, path
    house.clock.set(datetime(2026, 12, 22, 22, 59, tzinfo=UTC))
    assert (await guest.get(link)).title == GONE["de"]
    house.clock.set(datetime(2026, 12, 22, 23, 1, tzinfo=UTC))
    assert (await guest.get(link)).status == 404


async def test_where_the_place_had_to_be_shut_the_page_says_that(
    house: House, anna: Browser
) -> None:
    mine = await stay_of(house, "anna", 20, 22)
    link = await link_of(anna, mine)
    await house.node.store.write(
        lambda write: spaces.take_back(
            write,
            house.cast.actor(write, "demir", face=Face.DESK),
            parse_id(mine),
            now=house.clock.now(),
        )
    )
    page = await house.browser().get(link)
    assert page.title == GONE["de"]
    assert "Die Wohnung muss in dieser Zeit geschlossen bleiben." in page.text


async def test_a_link_that_was_ended_stays_ended_whatever_becomes_of_the_stay(
    house: House, anna: Browser
) -> None:
    mine = await stay_of(house, "anna", 20, 22)
    first = await link_of(anna, mine)
    second = await link_of(anna, mine)
    await given_up(anna, mine)
    assert (await house.browser().get(first)).status == 404
    assert (await house.browser().get(second)).title == GONE["de"]


async def test_guesses_are_slowed_down_and_the_link_of_what_is_gone_is_none(
    house: House, anna: Browser
) -> None:
    mine = await stay_of(house, "anna", 20, 22)
    link = await link_of(anna, mine)
    await given_up(anna, mine)
    guest = house.browser()
    assert {(await guest.get(f"{link}/arrival")).status for _ in range(25)} == {410}
    answers = [(await guest.get(f"/guest/{number:026d}")).status for number in range(25)]
    assert (answers[0], answers[-1]) == (404, 429)
    assert (await guest.get(link)).title == GONE["de"]


async def test_nobody_makes_or_prints_a_link_to_what_is_not_theirs(
    house: House, anna: Browser, clara: Browser
) -> None:
    mine = await stay_of(house, "anna", 14, 17)
    link = await link_of(anna, mine)
    token = link.rpartition("/")[2]
    page = await clara.get("/mine")
    csrf = page.forms[0].fields["csrf"]
    for path in ("guest", "guest/end", "guest/slip"):
        page = await clara.post(f"/mine/{mine}/{path}", csrf=csrf, token=token, paper="a6")
        assert page.status == 404, path
    assert (await clara.get(f"/mine/{mine}/guest")).status == 404
    assert (await house.browser().get(link)).status == 200


async def test_the_link_of_one_stay_says_nothing_of_another(
    house: House, anna: Browser, clara: Browser
) -> None:
    annas = await link_of(anna, await stay_of(house, "anna", 14, 17))
    claras = await link_of(clara, await stay_of(house, "clara", 6, 8))
    guest = house.browser()
    await guest.get(f"{annas}/arrival")
    await guest.submit(f"{annas}/arrival", name_0="Ines Kremer", nation_0="german")
    page = await guest.get(claras)
    assert "Ines" not in page.html
    assert "Mo 14. Dez." not in page.text


async def test_guessed_links_are_slowed_down_and_right_ones_are_not(
    house: House, anna: Browser
) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    guest = house.browser()
    answers = [(await guest.get(f"/guest/{number:026d}")).status for number in range(25)]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert (await guest.get(link)).status == 200


@pytest.mark.parametrize("paper", ["a6", "a4"])
async def test_the_link_is_printed_in_two_languages(
    house: House, anna: Browser, paper: str
) -> None:
    mine = await stay_of(house, "anna", 14, 17)
    await anna.get(f"/mine/{mine}/guest")
    page = await anna.submit(f"/mine/{mine}/guest")
    form = page.form(f"/mine/{mine}/guest/slip")
    answer = await anna.post(f"/mine/{mine}/guest/slip", **{**form.fields, "paper": paper})
    assert answer.answer.headers["content-type"] == "application/pdf"
    words = words_of(answer.answer.content)
    assert "Ihr Aufenthalt" in words
    assert "Your stay" in words
    assert address_on(page).rpartition("/")[2] in words
    await anna.get(f"/mine/{mine}/guest")
    await anna.submit(f"/mine/{mine}/guest/end")
    answer = await anna.post(f"/mine/{mine}/guest/slip", **{**form.fields, "paper": paper})
    assert answer.status == 404


async def test_of_the_token_only_the_digest_is_kept(house: House, anna: Browser) -> None:
    link = await link_of(anna, await stay_of(house, "anna", 14, 17))
    token = link.rpartition("/")[2].encode()
    folder = house.node.settings.data
    held = [path for path in folder.rglob("*") if path.is_file() and token in path.read_bytes()]
    assert held == []

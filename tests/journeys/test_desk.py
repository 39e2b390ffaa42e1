"""The desk's day: Demir signs in, books for somebody without e-mail, lets them in, prints."""

from __future__ import annotations

import html
import re
from html import unescape
from pathlib import Path

import httpx
import pytest

from node.base.clock import FrozenClock
from node.base.ids import id_text
from tests.cast import PASSWORDS
from tests.journeys.conftest import Person, Town, a_town
from tests.papers import words_of
from tests.web.test_letters import pages, squares

pytestmark = pytest.mark.asyncio


async def at_desk(town: Town, name: str = "demir") -> Person:
    person = town.browser()
    await person.get("/desk/sign-in")
    answer = await person.post("/desk/sign-in", name=name, password=PASSWORDS[name])
    assert answer.url.path == "/desk", answer.text
    return person


async def test_demir_books_for_clara_who_has_no_mail_and_lets_her_in(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        found = await demir.get("/desk/search?query=Clara")
        clara = id_text(town.cast.id("clara"))
        assert clara in found.text
        await demir.get(f"/desk/people/{clara}")
        search = "search=1&day=2026-11-28&starts=15:00&ends=18:00&people=12"
        offers = await demir.get(f"/desk/find?person={clara}&{search}")
        assert "Hofsaal" in offers.text
        form = re.search(
            r'<form method="post" action="/desk/find".*?</form>', offers.text, re.DOTALL
        )
        assert form is not None
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
        fields.pop("csrf")
        booked = await demir.post("/desk/find", **fields)
        assert booked.url.path.startswith("/desk/reservations/")
        assert "Demir Aksoy, Team für diese Person" in booked.text
        clock.set(clock.now().replace(day=28, hour=13, minute=50))
        demir = await at_desk(town)  # a shift of four days ago has ended
        today = await demir.get("/desk")
        assert "Clara" in today.text
        await demir.get(booked.url.path)
        inside = await demir.post(booked.url.path + "/check-in")
        assert "ist da" in inside.text
        today = await demir.get("/desk")
        coming, going = today.text.split('id="departures"')
        assert "Clara" not in coming, "who is in need not come"
        assert "Clara" in going
        code = re.search(r'class="code-large">([0-9A-Z]{8})<', booked.text)
        assert code is not None
        by_code = await demir.get(f"/desk/search?query={code[1]}")
        assert by_code.url.path == booked.url.path


async def test_the_pass_is_printed_in_its_holders_language_and_only_while_it_opens(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        address = f"/desk/reservations/{made['id']}"
        for paper in ("a4", "roll"):
            assert f"{address}/slip?paper={paper}" in unescape((await demir.get(address)).text)
            printed = await demir.get(f"{address}/slip?paper={paper}")
            assert printed.headers["content-type"] == "application/pdf"
            assert "no-store" in printed.headers["cache-control"]
            (page,) = pages(printed.content)
            answer = await town.browser().get(httpx.URL(squares(page)).path)
            assert "Hofsaal" in answer.text
            words = words_of(printed.content)
            assert "Ausweis" in words
            assert "Hofsaal" in words
            assert "Clara" not in words, "paper is lost: it bears no name"
        assert (await demir.get(f"{address}/slip?paper=gold")).status_code == 404
        assert "slip?paper" not in unescape((await eva.get(address)).text)
        assert (await eva.get(f"{address}/slip")).status_code == 403
        stranger = await town.browser().get(f"{address}/slip")
        assert stranger.url.path == "/desk/sign-in"
        await clara.post(f"/api/reservations/{made['id']}/cancellation", json={})
        gone = await demir.get(f"{address}/slip?paper=a4")
        assert gone.status_code == 200
        assert not pages(gone.content), "the receipt of a cancellation has no code"
        assert "keinen Ausweis" not in unescape((await demir.get(address)).text)


async def test_the_operator_begins_where_the_operator_has_business(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        ole = town.browser()
        await ole.get("/desk/sign-in")
        answer = await ole.post("/desk/sign-in", name="ole", password=PASSWORDS["ole"])
        assert answer.status_code == 200
        assert answer.url.path == "/desk/health"


async def test_a_wrong_password_says_so_and_a_resident_has_no_desk(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        person = town.browser()
        await person.get("/desk/sign-in")
        wrong = await person.post("/desk/sign-in", name="demir", password="falsch")
        assert wrong.status_code >= 400
        assert (await person.get("/desk")).url.path == "/desk/sign-in"
        anna = await town.program("anna")
        anna.cookies.set("quartier_desk", anna.headers["authorization"].split()[1])
        del anna.headers["authorization"]
        assert (await anna.get("/desk", follow_redirects=False)).status_code in {303, 403}


async def test_eva_of_the_house_management_sees_but_does_not_check_in(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        made = (await anna.post("/api/reservations", json=town.wish())).json()
        eva = await at_desk(town, "eva")
        page = await eva.get(f"/desk/reservations/{made['id']}")
        assert page.status_code == 200
        refused = await eva.post(f"/desk/reservations/{made['id']}/check-in")
        assert refused.status_code == 403


async def test_a_letter_brings_a_code_that_opens(tmp_path: Path, clock: FrozenClock) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        clara = id_text(town.cast.id("clara"))
        await demir.get(f"/desk/people/{clara}")
        page = demir.seen
        letter = await demir.post(f"/desk/people/{clara}/letter")
        assert letter.headers["content-type"] == "application/pdf"
        assert "An den Haushalt" in words_of(letter.content)
        demir.seen = page
        shown = await demir.post(f"/desk/people/{clara}/code")
        code = re.search(r'class="code-large">([0-9A-Z -]+)<', shown.text)
        assert code is not None
        http = town.browser().http
        body = {"code": code[1], "person_id": clara, "secret": "9075"}
        assert (await http.post("/api/sessions", json=body)).status_code == 201


async def test_a_new_card_voids_the_old_one_and_the_page_says_where_and_by_whom(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        where = f"/desk/people/{id_text(town.cast.id('clara'))}"
        assert "Was nicht mehr gilt" not in (await demir.get(where)).text
        page = demir.seen
        for _ in range(2):
            demir.seen = page
            await demir.post(f"{where}/card")
        shown = html.unescape((await demir.get(where)).text)
        box = town.node.sync.roster.name_of(town.node.sync.site_id)
        assert "Karte gesperrt" in shown
        assert f"an der Box „{box}“, im Namen von Demir Aksoy" in shown


async def test_every_page_of_the_desk_answers_in_both_languages(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        demir = await at_desk(town)
        for language in ("de", "en"):
            demir.http.cookies.set("prefs", f"{language}.auto.1.auto")
            for path in (
                "/desk",
                "/desk/plan",
                "/desk/find",
                "/desk/people",
                "/desk/letters",
                "/desk/health",
                "/desk/pass",
                "/desk/plan?day=2026-03-29",
            ):
                page = await demir.get(path)
                assert page.status_code == 200, path
                assert f'lang="{language}"' in page.text


async def test_what_was_pressed_by_mistake_is_taken_back(
    tmp_path: Path, clock: FrozenClock
) -> None:
    """The wrong row on the board, the wrong guest gone, a cancellation on the telephone."""
    async with a_town(tmp_path, clock) as town:
        clara = await town.program("clara")
        made = (await clara.post("/api/reservations", json=town.wish())).json()
        address = f"/desk/reservations/{made['id']}"
        clock.set(clock.now().replace(day=28, hour=13, minute=50))
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        back = {"back": "today"}
        for act, said in (("check-in", "Eingecheckt."), ("check-out", "Ausgecheckt.")):
            board = await demir.post(f"{address}/{act}", **back)
            assert board.url.path == "/desk"
            assert said in board.text
            assert f'action="{address}/undo-{act}"' in written(board)
        again = await demir.post(f"{address}/undo-check-out")
        assert "Die Person gilt wieder als da." in again.text
        assert "Auschecken zurückgenommen" in again.text
        assert "durch Demir Aksoy" in again.text
        assert (await demir.post(f"{address}/undo-check-out")).status_code == 200, "pressed twice"
        await demir.post(f"{address}/undo-check-in")
        shown = re.search(r'name="fee" value="(\d+)"', (await demir.get(address)).text)
        assert shown is not None
        assert int(shown[1]) > 0, "so late it costs something"
        old = await demir.post(f"{address}/cancel", fee="0")
        assert old.status_code == 409
        assert "Es wurde noch nichts abgesagt." in old.text
        gone = await demir.post(f"{address}/cancel", fee=shown[1])
        assert "abgesagt" in gone.text
        assert (await eva.post(f"{address}/undo-cancel")).status_code == 403
        stands = await demir.post(f"{address}/undo-cancel")
        assert "Die Buchung gilt wieder." in stands.text
        found = {
            each["id"]: each["status"] for each in (await clara.get("/api/reservations")).json()
        }
        assert found[made["id"]] == "confirmed"
        late = await demir.post(f"{address}/undo-check-in")
        assert late.status_code == 200, "taken back already"


def written(answer: httpx.Response) -> str:
    """A page as the browser reads its addresses."""
    return unescape(answer.text).replace("&#x2f;", "/")


async def test_a_no_is_taken_back_beside_it_and_the_number_finds_the_request(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        made = (await anna.post("/api/reservations", json=town.wish(hours=(18, 22)))).json()
        address = f"/desk/reservations/{made['id']}"
        demir, eva = await at_desk(town), await at_desk(town, "eva")
        await demir.get(address)
        said = await demir.post(f"{address}/decline", reason="Dann wird geputzt.")
        assert "Abgelehnt." in said.text
        assert f'action="{address}/undo-decline"' in unescape(said.text)
        await eva.get(address)
        assert (await eva.post(f"{address}/undo-decline")).status_code == 403
        back = await demir.post(f"{address}/undo-decline")
        assert "Zurückgenommen. Die Anfrage wartet wieder." in back.text
        assert "Ablehnung zurückgenommen" in back.text
        assert "Zustimmen" in back.text
        mine = (await anna.get(f"/api/reservations/{made['id']}")).json()
        assert mine["status"] == "requested"
        number = re.search(r"[0-9A-Z]{3}-[0-9A-Z]{3}", back.text)
        assert number is not None
        found = await demir.get(f"/desk/search?query={number[0]}")
        assert found.url.path == address


async def test_who_was_never_answered_stands_on_the_board_until_somebody_has_told_them(
    tmp_path: Path, clock: FrozenClock
) -> None:
    async with a_town(tmp_path, clock) as town:
        anna = await town.program("anna")
        made = (await anna.post("/api/reservations", json=town.wish(hours=(18, 22)))).json()
        assert made["status"] == "requested"
        words, href = "nie beantwortet, bitte Bescheid geben", f"/desk/reservations/{made['id']}"
        for day, hour, is_told in ((28, 21, False), (28, 22, True), (30, 9, True)):
            clock.set(clock.now().replace(day=day, hour=hour, minute=0))
            board = await (await at_desk(town)).get("/desk")
            assert (words in board.text) is is_told, (day, hour)
            assert href in written(board)
        clock.set(clock.now().replace(month=12, day=2, hour=9))
        board = await (await at_desk(town)).get("/desk")
        assert words not in board.text

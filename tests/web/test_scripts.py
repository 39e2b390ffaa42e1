"""What the pages' scripts promise, in Chromium under the strict policy."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.web import gallery
from tests.web.films import film_of, flags
from tests.web.gallery import show

pytestmark = pytest.mark.browser

TARGET = 72


def test_what_was_typed_survives_on_the_phone_only(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    page.fill("#note", "Wir kommen zu zwölft.")
    page.fill("#pin", "123456")
    page.reload()
    assert page.input_value("#note") == "Wir kommen zu zwölft."
    assert page.input_value("#pin") == ""
    assert "123456" not in page.evaluate("JSON.stringify(sessionStorage)")
    show(page, base, "gallery-kiosk")
    page.fill("#note", "Wir kommen zu zwölft.")
    page.reload()
    assert page.input_value("#note") == "Wir bringen Geschirr mit."


def test_a_form_is_sent_once_and_says_so(page: Any, base: str) -> None:
    show(page, base, "portal-confirm")
    sent: list[str] = []

    def answer_late(route: Any) -> None:
        sent.append(route.request.method)

    page.route("**/book/1", answer_late)
    said = page.evaluate(
        """() => new Promise((done) => {
          const button = document.querySelector('.act .button-primary');
          [10, 200, 400].forEach((after) => setTimeout(() => button.click(), after));
          setTimeout(() => done(document.querySelector('.sending')?.textContent), 2600);
        })"""
    )
    assert sent == ["POST"]
    assert "Wird gesendet" in said


def test_number_field_stops_at_its_limits(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    less, more = page.query_selector_all("[data-stepper] button")
    page.fill("#persons", "39")
    more.click()
    assert page.input_value("#persons") == "40"
    assert more.is_disabled()
    less.click()
    assert page.input_value("#persons") == "39"


def test_lobby_forgets(page: Any, base: str) -> None:
    """After 45 s it asks, a touch keeps everything; after 60 s everything is gone."""
    page.clock.install()
    show(page, base, "kiosk-home-signed-in")
    page.evaluate("sessionStorage.setItem('left', 'behind')")
    page.clock.run_for(46_000)
    assert page.is_visible("#idle")
    # The clock that the test moves also goes by itself, further on a busy machine.
    left = re.search(r"In (\d+) Sekunden", page.inner_text("[data-idle-text]"))
    assert left
    assert 5 <= int(left[1]) <= 14
    assert page.evaluate("document.activeElement.closest('dialog')?.id") == "idle"
    page.click("#idle .button")
    assert not page.is_visible("#idle")
    page.clock.run_for(46_000)
    assert page.is_visible("#idle")
    with page.expect_request(f"{base}/kiosk/reset") as reset:
        page.clock.run_for(16_000)
    assert reset.value.post_data == "csrf=sample"
    page.wait_for_url(f"{base}/kiosk")
    assert "Anna" not in page.content()
    assert page.evaluate("sessionStorage.length") == 0


def test_lobby_forgets_although_the_node_is_silent(page: Any, base: str) -> None:
    page.clock.install()
    show(page, base, "kiosk-home-signed-in")
    page.route("**/kiosk/reset", lambda route: route.abort())
    page.clock.run_for(61_000)
    assert "Anna" not in page.inner_text("body")


def test_idle_picture_changes_and_is_never_cut(page: Any, base: str) -> None:
    page.clock.install()
    show(page, base, "kiosk-idle")
    seen = set()
    for _ in range(4):
        room = page.evaluate(
            "(({scrollHeight, clientHeight}) => scrollHeight - clientHeight)"
            "(document.querySelector('.stage-upper'))"
        )
        assert room <= 1
        seen.add(page.inner_text("[data-frame]:not([hidden]) h2"))
        page.clock.run_for(12_000)
    assert seen == {"Heute im Haus", "Jetzt frei", "Nächste Termine", "Abfall"}


def press(page: Any, *signs: str) -> None:
    for sign in signs:
        page.click(f".keyboard-key:text-is('{sign}')")


def test_own_keyboard_types(page: Any, base: str) -> None:
    show(page, base, "gallery-kiosk")
    assert page.is_hidden("#keyboard")
    page.fill("#name", "")
    page.focus("#name")
    assert page.get_attribute("#name", "inputmode") == "none"
    page.click(".keyboard-key[aria-label='Großbuchstaben']")
    press(page, "Ü", "b", "e", "r")
    page.click(".keyboard-key[aria-label='Löschen']")
    press(page, "n", "Leerzeichen", "7")
    assert page.input_value("#name") == "Üben 7"
    keys = page.evaluate(
        "[...document.querySelectorAll('.keyboard-key')].map((key) => {"
        "const box = key.getBoundingClientRect(); return [box.width, box.height, box.right]})"
    )
    assert all(width >= TARGET and height >= TARGET for width, height, _ in keys)
    assert max(right for *_, right in keys) <= 1080


def test_own_number_pad_stops_at_the_length_of_the_pin(page: Any, base: str) -> None:
    show(page, base, "gallery-kiosk")
    page.focus("#pin")
    press(page, "1", "2", "3", "4", "5", "6", "7")
    assert page.input_value("#pin") == "123456"
    assert page.query_selector(".keyboard-key:text-is('q')") is None


def test_camera_reads_a_pass(playwright: Any, base: str, tmp_path: Path) -> None:
    """Real decoding in the worker, under the strict policy, from a real picture."""
    code = "https://flair.example.org/p/7KQ4M2XR"
    film = film_of(code, tmp_path / "pass.y4m")
    with gallery.launched(playwright, *flags(film)) as chromium:
        page = chromium.new_page()
        page.goto(f"{base}/gallery-portal")
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.click("[data-scan-start]")
        assert parse_qs(sent.value.post_data)["code"] == [code]


def test_without_a_camera_a_sentence_and_the_field_remain(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(Error()) }")
    page.click("[data-scan-start]")
    page.wait_for_selector("[data-scan-state=none]")
    assert "acht Zeichen" in page.inner_text("[data-scan-status]")
    assert page.is_visible("#code")


def test_a_scanner_that_types_is_heard_wherever_the_focus_is(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    page.fill("#note", "Guten Tag")
    page.focus("#note")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        page.keyboard.type("7KQ4M2XR")
        page.keyboard.press("Enter")
    fields = parse_qs(sent.value.post_data)
    assert fields["code"] == ["7KQ4M2XR"]


def test_a_hand_that_types_is_no_scanner(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.focus("#note")
    page.keyboard.type("langsam", delay=90)
    page.keyboard.press("Enter")
    assert "langsam" in page.input_value("#note")
    assert "POST" not in sent


def test_desk_works_by_keys(page: Any, base: str) -> None:
    show(page, base, "desk-today")
    page.keyboard.press("?")
    listed = page.inner_text("#keys")
    assert "Einchecken" in listed
    assert "Räume" in listed
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.type("b")
    assert page.input_value("#query") == "b"
    page.keyboard.press("Escape")
    with page.expect_navigation(url="**/desk/book"):
        page.keyboard.press("b")


@pytest.mark.parametrize("workers", ["allow"])
def test_pass_can_be_read_without_a_line(page: Any, base: str) -> None:
    page.goto(f"{base}/mine/1/pass")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()  # now it comes through the worker, which keeps it
    page.wait_for_function(
        "caches.open('pages').then((one) => one.keys()).then((all) => all.length)"
    )
    page.context.set_offline(True)
    page.reload()
    assert "7KQ4" in page.inner_text(".pass-signs")
    assert "Ohne Verbindung. Stand:" in page.inner_text(".offline-note")
    page.goto(f"{base}/find")
    assert "erreicht das Haus gerade nicht" in page.inner_text("main")


@pytest.mark.parametrize("workers", ["allow"])
def test_signing_out_forgets_the_kept_pages(page: Any, base: str) -> None:
    page.goto(f"{base}/mine/1/pass")
    page.evaluate("navigator.serviceWorker.ready")
    page.reload()
    page.wait_for_function(
        "caches.open('pages').then((one) => one.keys()).then((all) => all.length)"
    )
    page.evaluate("fetch('/sign-out', {method: 'POST'})")
    page.wait_for_function("caches.has('pages').then((kept) => !kept)")


def test_manifest_names_pictures_that_exist(page: Any, base: str) -> None:
    page.goto(f"{base}/")
    found = page.evaluate("fetch('/manifest.webmanifest').then((answer) => answer.json())")
    assert found["name"] == "le flair"
    assert found["icons"]
    for icon in found["icons"]:
        assert (
            page.evaluate("(src) => fetch(src).then((answer) => answer.status)", icon["src"]) == 200
        )

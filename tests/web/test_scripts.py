"""What the components' scripts promise, in Chromium under the strict policy.

What a whole page promises is in `tests/pictures/test_scripts.py`.
"""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.chromium import launched, scan
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


def test_number_field_stops_at_its_limits(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    less, more = page.query_selector_all("[data-stepper] button")
    page.fill("#persons", "39")
    more.click()
    assert page.input_value("#persons") == "40"
    assert more.is_disabled()
    less.click()
    assert page.input_value("#persons") == "39"


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
    with launched(playwright, *flags(film)) as chromium:
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
        scan(page, "7KQ4M2XR")
    fields = parse_qs(sent.value.post_data)
    assert fields["code"] == ["7KQ4M2XR"]


@pytest.mark.parametrize("ends", ["\t", ""], ids=["tab", "nothing"])
def test_a_scanner_that_ends_without_enter_is_heard(page: Any, base: str, ends: str) -> None:
    card = "1jed8vf4yg6hs1wc1fw7wcme6r"
    show(page, base, "gallery-portal")
    page.fill("#note", "Guten Tag")
    page.focus("#note")
    with page.expect_request(lambda request: request.method == "POST") as sent:
        scan(page, card, ends=ends)
    assert parse_qs(sent.value.post_data)["code"] == [card]


def test_a_short_burst_without_an_end_is_no_code(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.focus("#note")
    scan(page, "Dienstag", ends="")
    page.wait_for_timeout(600)
    assert "POST" not in sent


def test_a_hand_that_types_is_no_scanner(page: Any, base: str) -> None:
    show(page, base, "gallery-portal")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.focus("#note")
    page.keyboard.type("langsam", delay=90)
    page.keyboard.press("Enter")
    assert "langsam" in page.input_value("#note")
    assert "POST" not in sent

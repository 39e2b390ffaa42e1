"""Bilal's mother reads Turkish, Anna's guest Arabic: the lobby and the phone speak to them.

The lobby forgets a language with the person; the phone asks for its owner's by itself.
"""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opens
from tests.browser.people import NAMES, eight_signs
from tests.browser.screens import Screen
from tests.cast import PINS
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

KEYS = ".keyboard-row:nth-of-type({row}) .keyboard-key"


def reads(screen: Screen, language: str, direction: str = "ltr") -> None:
    """The page is in this language and runs its way; nothing on it had to stay German."""
    html = screen.page.locator("html")
    expect(html).to_have_attribute("lang", language)
    expect(html).to_have_attribute("dir", direction)
    expect(screen.page.locator(".in-german")).to_have_count(0)


def test_booking_in_turkish_at_the_lobby_takes_six_touches(town: Town, opens: Opens) -> None:
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    lobby.touch("Türkçe")
    lobby.is_at("/kiosk")
    reads(lobby, "tr")
    lobby.scan(town.cards["anna"])
    lobby.is_titled("PIN’iniz")
    for figure in PINS["anna"]:
        lobby.press(figure)
    lobby.touch("Oturum aç")
    lobby.is_titled("Merhaba Anna")
    reads(lobby, "tr")
    lobby.is_well()
    lobby.touch("Oda ya da misafir dairesi ayırt")
    lobby.is_titled("Hangi gün?")
    before = lobby.touches
    lobby.touch("28 Kas Cmt")
    lobby.is_titled("Saat kaçtan itibaren?")
    lobby.touch("15:00")
    lobby.touch("19:00")
    lobby.is_titled("Kaç kişi?")
    lobby.is_well()
    lobby.touch("en çok 12")
    lobby.is_titled("Boş olanlar")
    lobby.sees("€72,00")
    lobby.is_well()
    lobby.touch("Hofsaal")
    lobby.is_titled("Her şey doğru mu?")
    lobby.sees("Hofsaal, 28 Kas Cmt, 15:00 – 19:00, €72,00", "12 kişi")
    reads(lobby, "tr")
    lobby.is_well()
    lobby.touch("Ödeme yükümlülüğüyle rezervasyon yap")
    lobby.is_titled("Rezervasyon yapıldı.")
    reads(lobby, "tr")
    lobby.is_well()
    assert lobby.touches - before <= 6


def test_whoever_comes_next_finds_german(town: Town, opens: Opens) -> None:
    """Nobody touches the screen for a minute: then it is as before."""
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    lobby.touch("العربية")
    reads(lobby, "ar", "rtl")
    lobby.is_well()
    lobby.page.clock.install()
    lobby.touch("المس الشاشة")
    lobby.is_titled("ماذا تريد أن تفعل؟")
    reads(lobby, "ar", "rtl")
    lobby.page.clock.run_for(46_000)
    lobby.sees("هل ما زلت هنا؟")
    lobby.is_well()
    lobby.page.clock.run_for(16_000)
    lobby.is_at("/kiosk")
    reads(lobby, "de")
    lobby.sees("Bildschirm berühren")


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_phone_set_to_arabic_books_in_arabic(town: Town, opens: Opens, *, script: bool) -> None:
    town.start("home")
    phone = opens("phone", locale="ar-SY", java_script_enabled=script)
    phone.open(f"/c/{town.codes['anna']}")
    reads(phone, "ar", "rtl")
    phone.is_well()
    phone.touch("التالي")
    phone.touch(NAMES["anna"])
    phone.type("رقم PIN أو كلمة المرور", PINS["anna"])
    phone.touch("تسجيل الدخول")
    phone.is_at("/")
    reads(phone, "ar", "rtl")
    phone.is_well()
    phone.open("/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12")
    reads(phone, "ar", "rtl")
    phone.is_well()
    phone.touch("Hofsaal", within=".offers")
    phone.is_titled("هل كل شيء صحيح؟")
    reads(phone, "ar", "rtl")
    phone.is_well()
    phone.touch("حجز مع الالتزام بالدفع")
    phone.sees("تم الحجز.")
    reads(phone, "ar", "rtl")
    phone.is_well()


def left_edge(screen: Screen, words: str) -> float:
    box = screen.page.get_by_text(words, exact=True).first.bounding_box()
    assert box is not None
    return float(box["x"])


def test_a_code_reads_from_left_to_right_in_arabic_too(town: Town, opens: Opens) -> None:
    town.start("home")
    phone = opens("phone", locale="ar")
    phone.open(f"/c/{town.codes['anna']}")
    phone.touch("التالي")
    phone.touch(NAMES["anna"])
    phone.type("رقم PIN أو كلمة المرور", PINS["anna"])
    phone.touch("تسجيل الدخول")
    phone.is_at("/")
    phone.open("/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=12")
    phone.touch("Hofsaal", within=".offers")
    phone.touch("حجز مع الالتزام بالدفع")
    phone.sees("تم الحجز.")
    signs = eight_signs(phone)
    assert left_edge(phone, signs[:4]) < left_edge(phone, signs[4:])


@pytest.mark.parametrize(
    ("name", "own", "first"),
    [("Українська", "Літери вашої мови", "й"), ("العربية", "حروف لغتك", "ض")],
    ids=["Ukrainian", "Arabic"],
)
def test_codes_are_typed_in_latin_letters(
    town: Town, opens: Opens, name: str, own: str, first: str
) -> None:
    """The keyboard opens with them, and a key leads to the letters of the language."""
    town.start("home")
    lobby = opens("lobby")
    lobby.open("/kiosk")
    lobby.touch(name)
    expect(lobby.page.locator("[aria-pressed=true]")).to_have_text(name)
    lobby.open("/kiosk/sign-in")
    lobby.page.locator("#code").tap()
    row = lobby.page.locator(KEYS.format(row=2)).first
    expect(row).to_have_text("q")
    lobby.press("q")
    lobby.press(own)
    expect(row).to_have_text(first)
    lobby.press(first)
    expect(lobby.page.locator("#code")).to_have_value(re.compile(f"^q{first}$", re.IGNORECASE))
    lobby.is_well()

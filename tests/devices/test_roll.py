"""Slips come out as they were meant: each letter, the euro, the code, the width."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.devices import Printer, Roll, can_say, read_printer
from node.web.slips import PaperPass, pass_roll
from tests.devices.till import decoded

WIDE = read_printer("Lobby = escpos://127.0.0.1")
NARROW = read_printer("Desk = escpos:/dev/usb/lp0?columns=32&codepage=cp1252&mute=1")
LETTERS = "ABCÄÖÜabcäöüßéèçñ€0189 .,:;!?()ŁłŞşžіїЯЮ"
PASS = PaperPass(
    quarter="Quartier am Anger",
    title="Ausweis",
    place="Großer Saal für Bürgerfeste und Frühstück",
    where="Haus Ahorn",
    day="Samstag, 28. November",
    time="15 bis 19 Uhr",
    url="HTTP://LOCALHOST:8080/P/ABCDEFGH",
    code="4F7K9QXM",
    steps=("Einchecken geht ab 14:45.", "Halten Sie den Ausweis vor die Kamera."),
    notes=("Preis: 72,00 €", "Wer diesen Ausweis hat, kommt hinein."),
    lang="de",
)


@given(st.text(LETTERS, min_size=1, max_size=200))
def test_every_letter_arrives_as_it_was_written(text: str) -> None:
    roll = Roll(WIDE)
    roll.line(text)
    printed = decoded(roll.done())
    assert "".join(printed.text.split()) == "".join(text.split())
    assert printed.is_cut
    assert printed.widest <= WIDE.columns


@given(st.text(max_size=120))
def test_whatever_is_written_is_no_command(text: str) -> None:
    """No name of a room, and no control character in one, ever reaches the printer as an order."""
    roll = Roll(NARROW)
    roll.line(text, large=True)
    printed = decoded(roll.done())
    assert printed.widest <= NARROW.columns
    assert not printed.codes


@pytest.mark.parametrize("printer", [WIDE, NARROW])
def test_a_pass_on_a_slip(printer: Printer) -> None:
    slip = decoded(pass_roll(PASS, printer))
    words = " ".join(slip.text.split())
    for said in (PASS.place, PASS.where, PASS.day, PASS.time, "4F7K 9QXM", "72,00 €", *PASS.steps):
        assert said in words, said
    assert slip.codes == [PASS.url]
    assert slip.is_cut
    assert slip.widest <= printer.columns


def test_a_receipt_has_no_code() -> None:
    slip = decoded(pass_roll(dataclasses.replace(PASS, url="", code=""), WIDE))
    assert slip.codes == []


LATIN_ONLY = read_printer("Bar = escpos:/dev/usb/lp0?codepage=cp437")


@pytest.mark.parametrize(
    ("name", "on_any", "on_latin_only"),
    [
        ("Олексій Шевченко", "Олексій Шевченко", "Oleksii Shevchenko"),
        ("Đorđe Łukasz Yıldız", "Đorđe Łukasz Yıldız", "Dorde Lukasz Yildiz"),
        ("Θεοδώρα Ξένου", "Theodora Xenou", "Theodora Xenou"),
        ("Nguyễn Văn Đức", "Nguyen Văn Đuc", "Nguyen Van Duc"),
        ("王 小明 Wang", "[...] Wang", "[...] Wang"),
        ("Saal محمد", "Saal [...]", "Saal [...]"),
    ],
)
def test_a_name_comes_out_legibly_on_a_printer_that_lacks_its_letters(
    name: str, on_any: str, on_latin_only: str
) -> None:
    for printer, wanted in ((WIDE, on_any), (LATIN_ONLY, on_latin_only)):
        roll = Roll(printer)
        roll.line(name)
        assert decoded(roll.done()).text.strip() == wanted


def test_a_printer_knows_which_letters_it_lacks() -> None:
    assert can_say(WIDE, "Frühstück für 72,00 €", "Київ", "Şişli")
    assert not can_say(WIDE, "مرحبا")
    assert not can_say(NARROW, "Київ")


@pytest.mark.parametrize(
    "text",
    [
        "Lobby",
        "= escpos://host",
        "Lobby = http://host",
        "Lobby = escpos://host:99999",
        "Lobby = escpos://host/path",
        "Lobby = escpos:/etc/passwd",
        "Lobby = escpos://host?columns=500",
        "Lobby = escpos://host?codepage=utf8",
        "Lobby = escpos://host?colums=42",
        "Office = cups:-o",
        "Office = cups:a b",
    ],
)
def test_a_printer_that_is_written_wrongly_is_refused_with_how_it_is_written(text: str) -> None:
    with pytest.raises(ValueError, match="escpos://"):
        read_printer(text)

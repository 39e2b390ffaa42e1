"""What people hold up to the lobby's camera: a phone, a slip from the till's printer, paper."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import qrcode
import zxingcpp
from PIL import Image, ImageDraw

from tests.browser.screens import Screen
from tests.web.spoiling import Thing

DRAWN_SECONDS = 20.0
PAPER = {"width": 900, "height": 1300}
SCREEN_BODY = 24
"""Of a phone, in pixels: the black around its screen."""
DOTS = 576
"""A slip of 80 mm, eight dots a millimetre."""
SYMBOL, SIZE, LEVEL, STORE = b"1", b"C", b"E", b"P"
LEVELS = {b"0": 1, b"1": 0, b"2": 3, b"3": 2}
"""ESC/POS's L, M, Q, H by the numbers of qrcode."""


def the_phone(phone: Screen) -> Thing:
    """The phone with the page that it shows now."""
    shown = Image.open(io.BytesIO(phone.page.screenshot())).convert("L")
    size = (shown.width + 2 * SCREEN_BODY, shown.height + 2 * SCREEN_BODY)
    body = Image.new("L", size, 18)
    body.paste(shown, (SCREEN_BODY, SCREEN_BODY))
    return Thing.seen(body)


def the_paper(browser: Any, pdf: bytes, folder: Path) -> Thing:
    """A printed PDF, as Chromium draws it at some 300 dots an inch."""
    file = folder / "printed.pdf"
    file.write_bytes(pdf)
    context = browser.new_context(viewport=PAPER, device_scale_factor=2)
    try:
        page = context.new_page()
        page.goto(f"{file.as_uri()}#toolbar=0&navpanes=0&view=Fit")
        ends = time.monotonic() + DRAWN_SECONDS
        while time.monotonic() < ends:
            picture = Image.open(io.BytesIO(page.screenshot())).convert("L")
            if zxingcpp.read_barcodes(picture):
                return Thing.seen(picture)
            time.sleep(0.1)
    finally:
        context.close()
    raise TimeoutError("the PDF was not drawn, or bears no code")


def the_slip(printed: bytes) -> Thing:
    """A slip as the printer draws it: the code by its commands (GS ( k), words as grey lines."""
    told = dict(_code_commands(printed))
    code = qrcode.QRCode(error_correction=LEVELS[told[LEVEL][:1]], box_size=told[SIZE][0], border=0)
    code.add_data(told[STORE][1:])
    drawn = code.make_image().convert("L")
    slip = Image.new("L", (DOTS, drawn.height + 600), 250)
    pen = ImageDraw.Draw(slip)
    for line in range(6):
        pen.rectangle((20, 30 + line * 36, 300 + 37 * line, 50 + line * 36), fill=30)
    slip.paste(drawn, ((DOTS - drawn.width) // 2, 330))
    # Twice as fine, as a camera's lens sees dots that are square and sharp.
    return Thing.seen(slip.resize((slip.width * 2, slip.height * 2), Image.Resampling.NEAREST))


def _code_commands(printed: bytes) -> Iterator[tuple[bytes, bytes]]:
    head = b"\x1d(k"
    at = printed.find(head)
    while at >= 0:
        length = int.from_bytes(printed[at + 3 : at + 5], "little")
        body = printed[at + 5 : at + 5 + length]
        if body[:1] == SYMBOL:
            yield body[1:2], body[2:]
        at = printed.find(head, at + 5 + length)

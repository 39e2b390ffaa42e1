"""What a phone's camera reads off a screen: the QR code in a page's markup, drawn and decoded."""

from __future__ import annotations

import base64
import html
import re

import zxingcpp
from PIL import Image


def scanned(markup: str) -> str:
    """The text of the page's one code; fails where there is none."""
    found = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', html.unescape(markup))
    assert found
    svg = base64.b64decode(found[1]).decode()
    size = re.search(r'viewBox="0 0 (\d+)', svg)
    assert size
    drawn = Image.new("L", (int(size[1]), int(size[1])), 255)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", svg):
        drawn.paste(0, (int(x), int(y), int(x) + int(width), int(y) + 1))
    (code,) = zxingcpp.read_barcodes(drawn.resize((drawn.width * 8, drawn.height * 8), 0))
    return str(code.text)

"""QR pictures of short texts: as SVG for pages, PNG for downloads, squares for paper, blocks for a
terminal. Drawing one takes some 12 ms on a small box, so the latest are kept.
"""

from __future__ import annotations

import functools
import html
import io
from typing import Any

QUIET = 4
"""The white border in modules that scanners need."""
KEPT = 256
LONG_CHARS = 400
"""Beyond this the lower correction level wins. A pass has some 160: with M a crease through the
middle and a lamp's reflection are read, with L not, for a tenth more modules (docs/cameras.md).
"""
PNG_MODULE_PX = 10

Matrix = tuple[tuple[bool, ...], ...]


@functools.lru_cache(maxsize=KEPT)
def qr_matrix(text: str) -> Matrix:
    """The modules by row, True is dark, without the quiet border."""
    from qrcode.constants import ERROR_CORRECT_L, ERROR_CORRECT_M  # noqa: PLC0415
    from qrcode.main import QRCode  # noqa: PLC0415 - it brings Pillow: 8 MB and a sixth of a start

    level = ERROR_CORRECT_L if len(text) > LONG_CHARS else ERROR_CORRECT_M
    code: Any = QRCode(error_correction=level, border=0)
    code.add_data(text)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


@functools.lru_cache(maxsize=KEPT)
def qr_svg(text: str, *, label: str = "") -> str:
    """The QR as an SVG element, black on white in every theme. Without a `label` it is hidden
    from screen readers; the page says beside it what it is for.
    """
    size = len(qr_matrix(text)) + 2 * QUIET
    named = (
        f'role="img" aria-label="{html.escape(label, quote=True)}"'
        if label
        else 'aria-hidden="true"'
    )
    path = "".join(f"M{x + QUIET} {y + QUIET}h{width}v1h-{width}z" for x, y, width in runs(text))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {size} {size}" {named} '
        f'shape-rendering="crispEdges"><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path fill="#000" d="{path}"/></svg>'
    )


@functools.lru_cache(maxsize=KEPT // 8)
def qr_png(text: str) -> bytes:
    """The QR as a PNG picture, `PNG_MODULE_PX` pixels a module."""
    from PIL import Image, ImageDraw  # noqa: PLC0415 - 6 MB that a node without downloads saves

    size = len(qr_matrix(text)) + 2 * QUIET
    picture = Image.new("1", (size * PNG_MODULE_PX, size * PNG_MODULE_PX), 1)
    draw = ImageDraw.Draw(picture)
    for x, y, width in runs(text):
        left, top = (x + QUIET) * PNG_MODULE_PX, (y + QUIET) * PNG_MODULE_PX
        corner = (left + width * PNG_MODULE_PX - 1, top + PNG_MODULE_PX - 1)
        draw.rectangle(((left, top), corner), fill=0)
    out = io.BytesIO()
    picture.save(out, format="PNG", optimize=True)
    return out.getvalue()


def qr_terminal(text: str) -> str:
    """The QR in half blocks, light on the usual dark ground of a terminal."""
    matrix = qr_matrix(text)
    size = len(matrix) + 2 * QUIET

    def dark(x: int, y: int) -> bool:
        row, column = y - QUIET, x - QUIET
        inside = 0 <= row < len(matrix) and 0 <= column < len(matrix)
        return inside and matrix[row][column]

    blocks = {(True, True): " ", (True, False): "▄", (False, True): "▀", (False, False): "█"}
    return "\n".join(
        "  " + "".join(blocks[dark(x, y), dark(x, y + 1)] for x in range(size))
        for y in range(0, size, 2)
    )


@functools.lru_cache(maxsize=KEPT)
def runs(text: str) -> tuple[tuple[int, int, int], ...]:
    """The dark modules as horizontal bars: column, row, width; far fewer than modules."""
    bars = []
    for y, row in enumerate(qr_matrix(text)):
        x = 0
        while x < len(row):
            start = x
            while x < len(row) and row[x]:
                x += 1
            if x > start:
                bars.append((start, y, x - start))
            x += 1
    return tuple(bars)

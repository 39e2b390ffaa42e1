"""Pictures from people's phones: made small, and freed of where and with what they were taken.

What comes in is hostile until it is drawn anew: only three formats are opened, their size is looked
at before a pixel is, and what goes on is a new picture that takes nothing of the old file along.
"""

from __future__ import annotations

import asyncio
import io
from typing import Any

SENT_BYTES_MAX = 15 * 1024 * 1024
LONGER_SIDE = 1280
HEADER_PIXELS_MAX = 60_000_000
"""What a phone takes at most; a file of a few bytes may claim any size."""
DRAWN_PIXELS_MAX = 16_000_000
"""What is drawn in memory: 48 MB. A JPEG is drawn at an eighth of its size where that suffices."""
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITIES = (80, 70, 60, 45, 30)

_one_at_a_time = asyncio.Semaphore(1)


async def small_picture(sent: bytes, *, bytes_max: int) -> bytes:
    """A JPEG of at most so many bytes; empty where the bytes are no picture that we take."""
    if not 0 < len(sent) <= SENT_BYTES_MAX:
        return b""
    async with _one_at_a_time:
        return await asyncio.to_thread(shrunk, sent, bytes_max)


def shrunk(sent: bytes, bytes_max: int) -> bytes:
    """The same, in the thread that asks."""
    from PIL import Image  # noqa: PLC0415 - 6 MB that a node without photos saves

    try:
        picture = _opened(sent)
        return b"" if picture is None else _written(picture, bytes_max)
    # Whatever breaks in somebody else's bytes: the decoders raise what they like.
    except (OSError, ValueError, SyntaxError, EOFError, MemoryError, TypeError, ArithmeticError):
        return b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return b""


def _opened(sent: bytes) -> Any:
    from PIL import Image, ImageOps  # noqa: PLC0415

    picture = Image.open(io.BytesIO(sent), formats=FORMATS)
    if picture.width * picture.height > HEADER_PIXELS_MAX:
        return None
    picture.draft("RGB", (LONGER_SIDE, LONGER_SIDE))
    if picture.width * picture.height > DRAWN_PIXELS_MAX:
        return None
    turned = ImageOps.exif_transpose(picture)
    turned.thumbnail((LONGER_SIDE, LONGER_SIDE))
    clean = Image.new("RGB", turned.size, "white")
    seen = turned.convert("RGBA")
    clean.paste(seen, mask=seen.getchannel("A"))
    return clean


def _written(picture: Any, bytes_max: int) -> bytes:
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            picture.save(out, "JPEG", quality=quality, optimize=True)
            if out.tell() <= bytes_max:
                return out.getvalue()
        picture = picture.resize((max(1, picture.width // 2), max(1, picture.height // 2)))

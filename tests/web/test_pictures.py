"""What comes from people's phones is drawn anew, or not taken at all."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from node.web.pictures import LONGER_SIDE, shrunk

MAX = 150_000


def picture(size: tuple[int, int], kind: str = "JPEG", **saved: object) -> bytes:
    """Noise, the worst that a camera can send."""
    chance = random.Random(7)
    small = Image.frombytes("RGB", (64, 64), chance.randbytes(64 * 64 * 3))
    out = io.BytesIO()
    small.resize(size, Image.Resampling.NEAREST).save(out, kind, **saved)
    return out.getvalue()


def seen(image: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(image))
    found.load()
    return found


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("size", [(3000, 4000), (40, 30), (1, 1), (4000, 8)])
def test_any_photo_becomes_a_small_jpeg(kind: str, size: tuple[int, int]) -> None:
    image = shrunk(picture(size, kind), MAX)
    assert 0 < len(image) <= MAX
    found = seen(image)
    assert found.format == "JPEG"
    assert max(found.size) <= LONGER_SIDE


def test_where_and_with_what_it_was_taken_is_gone_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "Kamera-von-Anna", 6
    exif.get_ifd(0x8825)[1] = "N"
    sent = picture((300, 200), exif=exif, comment=b"bei Anna zu Hause")
    assert b"Anna" in sent
    image = shrunk(sent, MAX)
    found = seen(image)
    assert found.size == (200, 300), "turned as the camera was held"
    assert not dict(found.getexif())
    assert b"Anna" not in image
    assert "comment" not in found.info


def test_what_lies_behind_glass_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(out, "PNG")
    assert seen(shrunk(out.getvalue(), MAX)).getpixel((4, 4)) == (255, 255, 255)


def test_a_file_that_claims_to_be_huge_is_not_drawn() -> None:
    def chunk(name: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(10_000_000))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    assert len(bomb) < 20_000
    assert shrunk(bomb, MAX) == b""


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GIF89a" + bytes(40),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\xff\xd8\xff\xe0" + bytes(100),
        picture((60, 60))[:300],
        picture((60, 60), "PNG")[:200],
    ],
)
def test_what_is_no_photo_is_not_taken(sent: bytes) -> None:
    assert shrunk(sent, MAX) == b""


def test_a_photo_that_is_broken_anywhere_never_breaks_us() -> None:
    whole, chance = picture((200, 200)), random.Random(3)
    for _ in range(200):
        broken = bytearray(whole)
        for _ in range(chance.randrange(1, 20)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        assert len(shrunk(bytes(broken), MAX)) <= MAX

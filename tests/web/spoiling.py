"""What lies between a drawn code and a camera's picture of it: distance, tilt, light, paper, time.

A picture of the thing that is held up (a phone's screen, a slip, a letter) becomes what a camera of
1280 by 720 sees of it. All chance comes from a seed, so a picture is the same on every machine.
"""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
WALL = 0x78
SEED = 20261128

Spoil = Callable[[Image.Image], Image.Image]
Wear = Callable[["Thing"], Image.Image]
Point = tuple[float, float]


@dataclass(frozen=True)
class Thing:
    """What somebody holds up, and where its code is: edge and middle, in pixels."""

    picture: Image.Image
    text: str
    edge: float
    middle: Point

    @classmethod
    def seen(cls, picture: Image.Image) -> Thing:
        """The thing of a clean picture, its code read by another reader than the page's."""
        found = zxingcpp.read_barcodes(picture)[0]
        place = found.position
        corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
        edge = math.dist((corners[0].x, corners[0].y), (corners[1].x, corners[1].y))
        middle = (sum(c.x for c in corners) / 4, sum(c.y for c in corners) / 4)
        return cls(picture.convert("L"), found.text, edge, middle)

    def worn(self, *wears: Wear) -> Thing:
        """The same thing later."""
        thing = self
        for wear in wears:
            thing = replace(thing, picture=wear(thing))
        return thing


def held_up(
    thing: Thing,
    *,
    edge: float = 300,
    turned: float = 0,
    tilted: float = 0,
    at: Point = (0.5, 0.5),
) -> Image.Image:
    """The thing in front of a grey wall, its code `edge` pixels wide in the camera's picture.

    `turned` in the picture's plane and `tilted` away from the camera, in degrees; `at` says where
    the code's middle is, in shares of the picture.
    """
    picture, middle = thing.picture, thing.middle
    # A picture much larger than what is seen of it is made small first, as a lens does.
    scale = edge / thing.edge
    if scale < 1:
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        picture = picture.resize(size, Image.Resampling.BOX)
        middle, scale = (middle[0] * scale, middle[1] * scale), 1.0
    far = 3.0 * edge
    turn, tilt = math.radians(turned), math.radians(tilted)

    def falls_on(x: float, y: float) -> Point:
        dx, dy = (x - middle[0]) * scale, (y - middle[1]) * scale
        across = dx * math.cos(turn) - dy * math.sin(turn)
        down = dx * math.sin(turn) + dy * math.cos(turn)
        depth = far / (far + across * math.sin(tilt))
        return (
            at[0] * WIDTH + across * math.cos(tilt) * depth,
            at[1] * HEIGHT + down * depth,
        )

    corners = [(0, 0), (picture.width, 0), (picture.width, picture.height), (0, picture.height)]
    back = _perspective([falls_on(x, y) for x, y in corners], corners)
    size, kind = (WIDTH, HEIGHT), Image.Transform.PERSPECTIVE
    whole = Image.new("L", picture.size, 255)
    mask = whole.transform(size, kind, back, Image.Resampling.BILINEAR)
    shown = picture.transform(size, kind, back, Image.Resampling.BICUBIC)
    return Image.composite(shown, Image.new("L", size, WALL), mask)


def _perspective(start: Sequence[Point], end: Sequence[Point]) -> list[float]:
    """The eight numbers that map `start` to `end`, as Pillow takes them."""
    rows = []
    for (x, y), (u, v) in zip(start, end, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for column in range(8):
        best = max(range(column, 8), key=lambda row: abs(rows[row][column]))
        rows[column], rows[best] = rows[best], rows[column]
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(8):
            if row != column and rows[row][column]:
                share = rows[row][column]
                rows[row] = [a - share * b for a, b in zip(rows[row], rows[column], strict=True)]
    return [row[8] for row in rows]


# On the paper or the screen, before the camera


def crumpled(depth: float, *, cells: int = 9) -> Wear:
    """Paper from a pocket: its parts moved by `depth` of a cell and each in a light of its own."""

    def wear(thing: Thing) -> Image.Image:
        chance, picture = random.Random(SEED), thing.picture
        wide, high = picture.width / cells, picture.height / cells
        knots = {
            (x, y): (
                x * wide + chance.uniform(-1, 1) * depth * wide * (0 < x < cells),
                y * high + chance.uniform(-1, 1) * depth * high * (0 < y < cells),
            )
            for x in range(cells + 1)
            for y in range(cells + 1)
        }
        mesh = []
        for x in range(cells):
            for y in range(cells):
                box = (
                    round(x * wide),
                    round(y * high),
                    round((x + 1) * wide),
                    round((y + 1) * high),
                )
                quad = [knots[x, y], knots[x, y + 1], knots[x + 1, y + 1], knots[x + 1, y]]
                mesh.append((box, tuple(part for knot in quad for part in knot)))
        bent = picture.transform(
            picture.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR
        )
        light = Image.new("L", (cells, cells))
        light.putdata([round(255 * chance.uniform(1 - 2.5 * depth, 1)) for _ in range(cells**2)])
        return ImageChops.multiply(bent, light.resize(picture.size, Image.Resampling.BILINEAR))

    return wear


def striped(count: int, share: float) -> Wear:
    """White lines along the way of the paper: dots of the print head that are dead or dirty."""

    def wear(thing: Thing) -> Image.Image:
        edge, middle = thing.edge, thing.middle
        chance, spoilt = random.Random(SEED), thing.picture.copy()
        draw = ImageDraw.Draw(spoilt)
        for _ in range(count):
            x = middle[0] + chance.uniform(-0.5, 0.5) * edge
            draw.line((x, 0, x, spoilt.height), fill=255, width=max(1, round(edge * share)))
        return spoilt

    return wear


def torn(share: float) -> Wear:
    """A crease or a thumb over the code's middle, `share` of its height."""

    def wear(thing: Thing) -> Image.Image:
        edge, (x, y) = thing.edge, thing.middle
        spoilt = thing.picture.copy()
        box = (x - edge / 2, y - edge * share / 2, x + edge / 2, y + edge * share / 2)
        ImageDraw.Draw(spoilt).rectangle(box, fill=235)
        return spoilt

    return wear


def bled(share: float) -> Wear:
    """Ink that ran, by a share of the code's edge: dark grows at the cost of white."""

    def wear(thing: Thing) -> Image.Image:
        grown = 2 * max(1, round(thing.edge * share / 2)) + 1
        return thing.picture.filter(ImageFilter.MinFilter(grown))

    return wear


def faded(dark: int, light: int) -> Wear:
    """Thermal paper that lay in the sun, or a dim screen: black and white are these two greys."""
    shade = toned(dark, light)
    return lambda thing: shade(thing.picture)


# In the camera


def toned(dark: int, light: int) -> Spoil:
    """Little light: black and white become these two greys."""
    table = [round(dark + value * (light - dark) / 255) for value in range(256)]
    return lambda picture: picture.point(table)


def blurred(pixels: float) -> Spoil:
    """Out of focus."""
    return lambda picture: picture.filter(ImageFilter.GaussianBlur(pixels))


def shaken(pixels: int) -> Spoil:
    """Moved sideways while the picture was taken."""

    def spoil(picture: Image.Image) -> Image.Image:
        spoilt = picture
        for step in range(1, pixels):
            spoilt = Image.blend(spoilt, ImageChops.offset(picture, step, 0), 1 / (step + 1))
        return spoilt

    return spoil


def noisy(sigma: float) -> Spoil:
    """What a sensor makes of little light."""

    def spoil(picture: Image.Image) -> Image.Image:
        chance = random.Random(SEED)
        # A tile of noise, repeated: drawing a million numbers takes a second.
        tile = Image.new("L", (160, 120))
        tile.putdata([min(255, max(0, round(chance.gauss(128, sigma)))) for _ in range(160 * 120)])
        noise = Image.new("L", picture.size)
        for x in range(0, picture.width, 160):
            for y in range(0, picture.height, 120):
                noise.paste(tile, (x, y))
        return ImageChops.add(picture, noise, offset=-128)

    return spoil


def glaring(share: float, at: Point = (0.5, 0.5)) -> Spoil:
    """A lamp's reflection, `share` of the picture's height wide, white in its middle."""

    def spoil(picture: Image.Image) -> Image.Image:
        edge = round(share * picture.height)
        # Twice as strong as white in the middle: the lamp has an edge, not only a shine.
        lamp = ImageChops.invert(Image.radial_gradient("L").resize((edge, edge)))
        lamp = lamp.point([max(0, min(255, 3 * value - 290)) for value in range(256)])
        light = Image.new("L", picture.size, 0)
        left = round(at[0] * picture.width - edge / 2)
        light.paste(lamp, (left, round(at[1] * picture.height - edge / 2)))
        return ImageChops.add(picture, light)

    return spoil


def shaded() -> Spoil:
    """Half of it in the shadow of whoever holds it."""

    def spoil(picture: Image.Image) -> Image.Image:
        dark = Image.linear_gradient("L").rotate(90).resize(picture.size)
        return ImageChops.multiply(
            picture, dark.point([60 + value * 195 // 255 for value in range(256)])
        )

    return spoil


def squeezed(quality: int) -> Spoil:
    """Sent by a cheap camera as JPEG."""

    def spoil(picture: Image.Image) -> Image.Image:
        out = io.BytesIO()
        picture.save(out, format="JPEG", quality=quality)
        return Image.open(out).convert("L")

    return spoil

"""Draw the product's mark as the PNG icons that phones want for their home screens.

`python provisioning/app_icons.py OUT_DIR`

The drawing is the one of `node/web/static/img/mark.svg`: the block of a quarter around its court,
and in its open corner a house; together a Q. Run it again when the mark changes; the pictures
are kept in the repository, since a node has no need to draw them.
"""

import sys
from pathlib import Path

from PIL import Image, ImageDraw

PAPER = "#faf7f2"
PINE = "#1b6650"
BRICK = "#a63d22"
# Drawn large and made smaller: Pillow draws without smoothing.
FINE = 8
UNITS = 64
STROKE = 8.5
# A maskable icon may be cut to a circle of 80 %; everything stays inside of it.
SIZES = {
    "icon-180.png": (180, 0.74),
    "icon-192.png": (192, 0.78),
    "icon-512.png": (512, 0.78),
    "icon-maskable-512.png": (512, 0.58),
}


def draw(size: int, share: float) -> Image.Image:
    """The mark on paper; `share` is how much of the edge it takes."""
    whole = size * FINE
    unit = whole * share / UNITS
    start = (whole - UNITS * unit) / 2 - 1.0 * unit
    picture = Image.new("RGB", (whole, whole), PAPER)
    pen = ImageDraw.Draw(picture)

    def at(x: float, y: float) -> tuple[float, float]:
        return start + x * unit, start + y * unit

    half = STROKE / 2
    pen.rounded_rectangle([at(8 - half, 8 - half), at(48 + half, 48 + half)], 14 * unit, fill=PINE)
    pen.rounded_rectangle([at(8 + half, 8 + half), at(48 - half, 48 - half)], 6 * unit, fill=PAPER)
    pen.rectangle([at(34, 31), at(UNITS, UNITS)], fill=PAPER)
    pen.polygon([at(31, 46.5), at(45.5, 34), at(60, 46.5), at(60, 60), at(31, 60)], fill=BRICK)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def main(arguments: list[str]) -> int:
    """Write all sizes; the exit status is 2 for wrong arguments."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python provisioning/app_icons.py OUT_DIR\n")
        return 2
    out = Path(arguments[0])
    out.mkdir(parents=True, exist_ok=True)
    for name, (size, share) in SIZES.items():
        draw(size, share).save(out / name, optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

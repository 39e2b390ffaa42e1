"""Build one SVG sprite from the icons that the product uses.

`python provisioning/icons.py ICONS_DIR OUT.svg`

ICONS_DIR is the folder `icons` of the npm package lucide-static. The names are read from
`icons.txt` beside this script. Pages then draw an icon with
`<svg><use href="…/icons.svg#house"></use></svg>`, so a page loads one file, not forty.
Standard library only: it runs before the environment exists.
"""

import re
import sys
from pathlib import Path

NAMES = Path(__file__).with_name("icons.txt")
DRAWING = re.compile(r"<svg\b[^>]*>(?P<inside>.*)</svg>", re.DOTALL)
# Stated on each symbol: a page's style reaches a sprite's drawing only by inheritance.
PEN = (
    'viewBox="0 0 24 24" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
)


def wanted_names(text: str) -> list[str]:
    """The icon names of a list with one name a line; blank lines and # comments are skipped."""
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def symbol(name: str, drawing: str) -> str:
    """One `<symbol>` of the sprite; `drawing` is the text of the icon's own SVG file."""
    found = DRAWING.search(drawing)
    if found is None:
        raise ValueError(f"{name}.svg holds no <svg> element")
    inside = re.sub(r"\s+", " ", found["inside"]).strip()
    return f'<symbol id="{name}" {PEN}>{inside}</symbol>'


def sprite(icons_dir: Path, names: list[str]) -> str:
    """The whole sprite; raises `FileNotFoundError` that names every missing icon at once."""
    missing = [name for name in names if not (icons_dir / f"{name}.svg").is_file()]
    if missing:
        raise FileNotFoundError(f"not in {icons_dir}: {', '.join(missing)}")
    symbols = [symbol(name, (icons_dir / f"{name}.svg").read_text("utf-8")) for name in names]
    lines = ['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>"]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the sprite; the exit status is 2 for wrong arguments and 1 for missing icons."""
    if len(arguments) != 2:
        sys.stderr.write("usage: python provisioning/icons.py ICONS_DIR OUT.svg\n")
        return 2
    icons_dir, out = Path(arguments[0]), Path(arguments[1])
    try:
        text = sprite(icons_dir, wanted_names(NAMES.read_text("utf-8")))
    except FileNotFoundError as error:
        sys.stderr.write(f"icons: {error}\n")
        return 1
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

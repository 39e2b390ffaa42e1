"""Takes the pictures: `python -m tests.pictures OUT [NAME ...]`, all without names.

Each page in German at its own size, light, dark, with more contrast and twice the type, in
English, and the residents' pages on a wide screen too; with a contact sheet, `index.html`.
"""

from __future__ import annotations

import html
import io
import sys
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import sync_playwright

from tests.chromium import launched
from tests.pictures.shots import SCENES, SCREENS, SHOTS
from tests.pictures.stage import staged
from tests.pictures.walk import Seen, Walk

COLOURS = 128
"""Few enough to keep hundreds of pictures small, enough for the eye."""
VARIANTS = {
    "light": {},
    "dark": {"theme": "dark"},
    "contrast": {"contrast": "more"},
    "large": {"size": "3"},
}
DRESS = """(wishes) => {
  const given = {theme: "auto", contrast: "auto", size: "1", ...wishes};
  for (const [name, value] of Object.entries(given)) document.documentElement.dataset[name] = value;
}"""


class Camera:
    """The eye that takes pictures."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.taken: dict[str, list[str]] = {}
        self.odd: list[str] = []

    def __call__(self, seen: Seen) -> None:
        """Take a page in all its variants."""
        name, page = seen.shot.name, seen.page
        if seen.status != seen.shot.status:
            self.odd.append(f"{name}: answered {seen.status}, not {seen.shot.status}")
        self.odd += [f"{name}: {said}" for said in seen.said]
        if seen.language != "de":
            self._take(page, name, seen.language, SCREENS[seen.shot.screen])
            return
        for variant, wishes in VARIANTS.items():
            page.evaluate(DRESS, wishes)
            self._take(page, name, variant, SCREENS[seen.shot.screen])
        page.evaluate(DRESS, {})
        if seen.shot.screen == "phone":
            self._take(page, name, "wide", SCREENS["desk"])

    def _take(self, page: Any, name: str, variant: str, size: tuple[int, int]) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if size != SCREENS["lobby"]:  # as tall as the page, so that what sticks stays at the edge
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size[0], "height": max(size[1], tall)})
        picture = Image.open(io.BytesIO(page.screenshot()))
        file = f"{name}-{variant}.png"
        picture.convert("RGB").quantize(COLOURS).save(self.out / file, optimize=True)
        self.taken.setdefault(name, []).append(file)

    def sheet(self) -> str:
        """The contact sheet."""
        rows = []
        for scene in SCENES:
            shots = [shot for shot in scene.shots if shot.name in self.taken]
            rows += [f"<h2>{html.escape(scene.name)}</h2>"] if shots else []
            for shot in shots:
                files = "".join(
                    f'<a href="{file}"><img loading="lazy" src="{file}" alt="{file}"></a>'
                    for file in self.taken[shot.name]
                )
                rows.append(f"<h3>{shot.name} <small>{html.escape(shot.path)}</small></h3>{files}")
        return SHEET.format(rows="\n".join(rows))


SHEET = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Every page</title>
<style>body {{ font: 16px system-ui; margin: 1rem; background: #777; }}
h2, h3 {{ color: #fff; }} small {{ font-weight: 400; }}
img {{ height: 30rem; vertical-align: top; margin: 0 .5rem .5rem 0; }}</style>
{rows}
"""


def main(arguments: list[str]) -> int:
    """Take the pictures; say what was odd on the way."""
    out, names = Path(arguments[0]), arguments[1:]
    unknown = sorted(set(names) - set(SHOTS))
    if unknown:
        print(f"There is no picture called {', '.join(unknown)}.", file=sys.stderr)
        return 2
    out.mkdir(parents=True, exist_ok=True)
    camera = Camera(out)
    with (
        tempfile.TemporaryDirectory() as folder,
        staged(Path(folder) / "demo") as stage,
        sync_playwright() as playwright,
        launched(playwright) as chromium,
    ):
        Walk(stage, chromium).through(camera, names=names, languages=("de", "en"))
    (out / "index.html").write_text(camera.sheet(), encoding="utf-8")
    for line in camera.odd:
        print(line, file=sys.stderr)
    return 1 if camera.odd else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

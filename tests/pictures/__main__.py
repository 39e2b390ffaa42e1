"""Takes the pictures: `python -m tests.pictures OUT [NAME ...]`, all without names.

With `--readme OUT` only those that the README shows, each as a person sees it at first, under the
README's own names.

Each page in German at its own size, light, dark, with more contrast, with twice the type and from
right to left; in English; the residents' pages on a wide screen too. Pages that every language
covers in each of them. `index.html` shows them all.
"""

from __future__ import annotations

import argparse
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
from tests.tidy.covered import PARTIAL, TEMPLATES

README = {
    "portal-today": "phone-my-day.png",
    "kiosk-idle": "lobby.png",
    "desk-today": "desk-today.png",
}
COLOURS = 128
"""Few enough to keep hundreds of pictures small, enough for the eye."""
VARIANTS = {
    "light": {},
    "dark": {"theme": "dark"},
    "contrast": {"contrast": "more"},
    "large": {"size": "3"},
    "mirrored": {"dir": "rtl"},
}
DRESS = """({dir = "ltr", ...wishes}) => {
  document.documentElement.dir = dir;
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

    def at_first_sight(self, seen: Seen) -> None:
        """Take what stands on the screen before anybody touches it, for the README."""
        picture = Image.open(io.BytesIO(seen.page.screenshot()))
        self._keep(picture, README[seen.shot.name])

    def _take(self, page: Any, name: str, variant: str, size: tuple[int, int]) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        if size != SCREENS["lobby"]:  # as tall as the page, so that what sticks stays at the edge
            tall = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": size[0], "height": max(size[1], tall)})
        file = f"{name}-{variant}.png"
        self._keep(Image.open(io.BytesIO(page.screenshot())), file)
        self.taken.setdefault(name, []).append(file)

    def _keep(self, picture: Image.Image, file: str) -> None:
        picture.convert("RGB").quantize(COLOURS).save(self.out / file, optimize=True)

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


def _covered(names: list[str]) -> list[str]:
    """Those pictures whose pages every language covers."""
    chosen = names or SHOTS
    return [name for name in chosen if SHOTS[name].template in TEMPLATES and not SHOTS[name].once]


def main(arguments: list[str]) -> int:
    """Take the pictures; say what was odd on the way."""
    parser = argparse.ArgumentParser(prog="python -m tests.pictures")
    parser.add_argument("out", type=Path, help="the folder for the pictures")
    parser.add_argument("names", nargs="*", help="which pages; all without names")
    parser.add_argument("--readme", action="store_true", help="only those of the README")
    wanted = parser.parse_args(arguments)
    names, for_readme = wanted.names, wanted.readme
    unknown = sorted(set(names) - set(SHOTS))
    if unknown:
        print(f"There is no picture called {', '.join(unknown)}.", file=sys.stderr)
        return 2
    camera = Camera(wanted.out)
    camera.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        staged(Path(folder) / "demo") as stage,
        sync_playwright() as playwright,
        launched(playwright) as chromium,
    ):
        walk = Walk(stage, chromium)
        if for_readme:
            walk.through(camera.at_first_sight, names=README)
        else:
            walk.through(camera, names=names, languages=("de", "en"))
            if covered := _covered(names):
                walk.through(camera, names=covered, languages=(*PARTIAL, "de-simple"))
    if not for_readme:
        (camera.out / "index.html").write_text(camera.sheet(), encoding="utf-8")
    for line in camera.odd:
        print(line, file=sys.stderr)
    return 1 if camera.odd else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

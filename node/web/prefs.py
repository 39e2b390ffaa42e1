"""Reading somebody's wishes of how to read, and where to go back to; for every face."""

from __future__ import annotations

from dataclasses import replace

from node.web import i18n
from node.web.visit import Prefs


def changed(prefs: Prefs, given: dict[str, str]) -> Prefs:
    """The preferences with what was chosen; what makes no sense stays as it was."""
    if given.get("lang") in i18n.CODES:
        prefs = replace(prefs, lang=given["lang"])
    if given.get("theme") in {"auto", "light", "dark"}:
        prefs = replace(prefs, theme=given["theme"])
    if given.get("size") in {"1", "2", "3"}:
        prefs = replace(prefs, size=int(given["size"]))
    if given.get("contrast") in {"auto", "normal", "more"}:
        prefs = replace(prefs, contrast=given["contrast"])
    return prefs


def local_path(path: str) -> str:
    """A path of this site to go back to; anything that leads elsewhere becomes the first page."""
    # Browsers drop tabs and line ends and read a backslash as a slash: neither stands in our paths.
    is_plain = path.isprintable() and "\\" not in path
    return path if is_plain and path.startswith("/") and not path.startswith("//") else "/"

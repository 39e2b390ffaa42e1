"""Somebody's wishes of how to read, and where to go back to; for every face."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from node.web import i18n
from node.web.asked import Asked

PREFS_COOKIE = "prefs"


@dataclass(frozen=True, slots=True)
class Prefs:
    """How somebody wants to read: language, colours, size of type, contrast."""

    lang: str = "de"
    theme: str = "auto"
    size: int = 1
    contrast: str = "auto"
    reach: str = ""
    """"low" at a lobby screen where all that is touched shall be in its lower half."""

    @property
    def dir(self) -> str:
        """The direction of the language."""
        return i18n.DIRECTIONS[self.lang]

    @property
    def is_partial(self) -> bool:
        """Whether parts of pages may be in German, though this is another language."""
        return self.lang in i18n.MARKED

    def __str__(self) -> str:
        """The preferences as the one cookie that keeps them."""
        return f"{self.lang}.{self.theme}.{self.size}.{self.contrast}"


def read_prefs(asked: Asked) -> Prefs:
    """The preferences of the cookie, each part checked; the browser's language where none is."""
    return _prefs(asked.cookie(PREFS_COOKIE), asked.says(b"accept-language"))


@lru_cache(maxsize=256)
def _prefs(kept: str, languages: str) -> Prefs:
    parts = kept.split(".")
    if len(parts) != 4:
        return Prefs(lang=i18n.best_language(languages))
    lang, theme, size, contrast = parts
    return Prefs(
        lang=lang if lang in i18n.CODES else i18n.SOURCE,
        theme=theme if theme in {"auto", "light", "dark"} else "auto",
        size=int(size) if size in {"1", "2", "3"} else 1,
        contrast=contrast if contrast in {"auto", "normal", "more"} else "auto",
    )


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

"""Templates: one MiniJinja environment a language, sentences translated once, when loaded.

In templates `_("Satz")` is the sentence in the visitor's language; plain ones are replaced in the
source when a template is loaded, so that they cost nothing per request.
"""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import minijinja

from node.base.ids import id_text
from node.web import i18n, marks
from node.web.assets import static_url
from node.web.sheet import Sheet

TEMPLATE_DIR = Path(__file__).resolve().parent / "templates"

_PLAIN_SENTENCE = re.compile(r'\{\{(-?)\s*_\("((?:[^"\\{}]|\\.)*)"\)\s*(-?)\}\}')


class Templates:
    """Renders templates of all rooms: shared ones and each face's own folder."""

    def __init__(self, zone: ZoneInfo, *, folders: tuple[Path, ...] = (TEMPLATE_DIR,)) -> None:
        self.zone = zone
        self._folders = folders
        self._sheet = Sheet(self._read)
        self._environments = {code: self._environment(code) for code in i18n.CODES}

    def render(self, name: str, language: str, context: Mapping[str, Any]) -> str:
        """The page as HTML in the language."""
        page = self._environments[language].render_template(name, **context)
        if language not in i18n.MARKED:
            return page
        is_page = name.endswith(".html")
        return marks.settled(page, i18n.DIRECTIONS[language]) if is_page else marks.plain(page)

    def _environment(self, language: str) -> minijinja.Environment:
        environment = minijinja.Environment(
            loader=functools.partial(self._load, language),
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name, function in self._functions(language).items():
            environment.add_global(name, function)
        for name, function in self._filters(language).items():
            environment.add_filter(name, function)
        return environment

    def _load(self, language: str, name: str) -> str | None:
        source = self._sheet.source(name) or self._read(name)
        return source and translated_source(self._sheet.cut(name, source), language)

    def _read(self, name: str) -> str | None:
        for folder in self._folders:
            path = folder / name
            if path.is_file() and folder in path.resolve().parents:
                return path.read_text(encoding="utf-8")
        return None

    def _functions(self, language: str) -> dict[str, Callable[..., Any]]:
        return {
            "_": functools.partial(i18n.marked, language),
            "static": static_url,
            "joined": lambda *parts: i18n.list_words(language, filter(None, parts)),
        }

    def _filters(self, language: str) -> dict[str, Callable[..., Any]]:
        zone = self.zone

        def day(value: date | datetime) -> str:
            return i18n.day_words(language, _local_day(value, zone))

        def long_day(value: date | datetime) -> str:
            return i18n.long_day_words(language, _local_day(value, zone))

        def month(value: date | datetime) -> str:
            return i18n.month_words(language, _local_day(value, zone))

        def iso_day(value: date | datetime) -> str:
            return _local_day(value, zone).isoformat()

        def clock(value: datetime) -> str:
            local = value.astimezone(zone)
            return f"{local.hour}:{local.minute:02d}"

        return {
            "money": functools.partial(i18n.money_words, language),
            "day": day,
            "long_day": long_day,
            "month": month,
            "iso_day": iso_day,
            "clock": clock,
            "time": lambda value: i18n.time_words(language, value, zone),
            "span": lambda value: i18n.span_words(language, value.starts_at, value.ends_at, zone),
            "id": id_text,
        }


@functools.cache
def templates_in(timezone: str) -> Templates:
    """The templates of all rooms for a time zone. They hold nothing of a node, so the nodes of one
    process share them and what is loaded of them."""
    return Templates(ZoneInfo(timezone))


def translated_source(source: str, language: str) -> str:
    """A template's source with its plain sentences in the language, escaped for HTML."""

    def sentence(found: re.Match[str]) -> str:
        text = found[2].replace('\\"', '"')
        before = "{{-''}}" if found[1] else ""
        after = "{{''-}}" if found[3] else ""
        return before + html.escape(i18n.marked(language, text), quote=True) + after

    return _PLAIN_SENTENCE.sub(sentence, source)


def _local_day(value: date | datetime, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value

"""The component sheet cut to what a page uses.

The template engine defines every component anew whenever a page imports the sheet, and that costs
as much as a page has to say itself. So an import of the sheet is turned, when a template is loaded,
into one of the components that the page, its layouts and its parts name, and those that these use.

The trap: a component that is named by a value (`ui[name]`) would be missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property

SHEET = "_components.html"

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_EXTENDS = re.compile(r"\{%-?\s*extends .*?%\}")
_IMPORT = re.compile(rf'\{{%-?\s*import "{re.escape(SHEET)}" as ui\s*-?%\}}')
_PART = re.compile(r"\{%-?\s*from \"([^\"]+)\" import")
_JOINED = re.compile(r"\{%-?\s*(?:extends|include) \"([^\"]+)\"")
_USED = re.compile(r"\bui\.(\w+)")
_DEFINITION = re.compile(
    r"\{%-?\s*macro (\w+)\(.*?\{%-?\s*endmacro\s*-?%\}|\{%-?\s*set (\w+) = .*?%\}", re.DOTALL
)
_WORD = re.compile(r"\w+")


class Sheet:
    """Cuts imports of the sheet; `read` gives the source of a template, or None."""

    def __init__(self, read: Callable[[str], str | None]) -> None:
        self._read = read

    def cut(self, name: str, source: str) -> str:
        """A page's source with an import of no more of the sheet than it uses, as `ui`."""
        if name.startswith("layout"):
            # Its page brings what it uses.
            return source
        line = f'{{%- import "{self._needed(name)}" as ui -%}}'
        if _IMPORT.search(source):
            return _IMPORT.sub(line, source)
        return _EXTENDS.sub(lambda tag: tag[0] + line, source, count=1)

    def source(self, name: str) -> str | None:
        """The source of a cut sheet by the name that `cut` gave it; None for any other name."""
        kind, _, rest = name.partition(":")
        if kind != "ui":
            return None
        wanted, found = set(rest.partition(":")[0].split(",")), set[str]()
        while wanted:
            found |= wanted
            words = {word for each in wanted for word in _WORD.findall(self._all.get(each, ""))}
            wanted = (words & self._all.keys()) - found
        return "".join(text for each, text in self._all.items() if each in found)

    def _needed(self, name: str) -> str:
        layout = _EXTENDS.search(self._plain(name))
        if layout and not _JOINED.match(layout[0]):
            # It is chosen for each request.
            return SHEET
        # The engine escapes what is filled in where a name ends so.
        return f"ui:{','.join(sorted(self._used(name)))}:.html"

    def _used(self, name: str) -> set[str]:
        source = self._plain(name)
        joined = (self._used(other) for other in _JOINED.findall(source))
        return set(_USED.findall(source)).union(*joined)

    @cached_property
    def _all(self) -> Mapping[str, str]:
        """Each component and value of the sheet by its name, those first that others use."""
        parts = [*_PART.findall(self._plain(SHEET)), SHEET]
        found = (each for part in parts for each in _DEFINITION.finditer(self._plain(part)))
        return {each[1] or each[2]: each[0] for each in found}

    def _plain(self, name: str) -> str:
        return _COMMENT.sub("", self._read(name) or "")

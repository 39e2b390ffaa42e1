"""What somebody hears who does not see the page: what Chromium gives to a screen reader."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

WORD = re.compile(r"\w")
FIELDS = frozenset(
    {"textbox", "combobox", "checkbox", "radio", "spinbutton", "searchbox", "slider", "switch"}
    | {"Date", "DateTime", "InputTime", "listbox"}
)
ACTIVE = FIELDS | {"link", "button", "DisclosureTriangle", "tab", "menuitem"}
LANDMARKS = frozenset(
    {"banner", "navigation", "main", "contentinfo", "search", "region", "complementary", "form"}
    | {"dialog", "alertdialog"}
)
"""What may hold what is read: whoever jumps from landmark to landmark misses the rest."""
DIALOGS = frozenset({"dialog", "alertdialog"})
LIVE = frozenset({"status", "alert", "log", "timer"})
GROUPS = frozenset({"group", "radiogroup", "form", "Date", "DateTime", "InputTime"})
"""What gives the things within it a name in common, which is read with them."""

FIND_UNTIED = """() => {
  const seen = (one) => one.checkVisibility({visibilityProperty: true});
  const told = (one) => ['aria-describedby', 'aria-errormessage', 'aria-labelledby'].flatMap(
    (name) => (one?.getAttribute(name) ?? '').split(/\\s+/)).filter(Boolean);
  const ties = (one, note) => told(one).some((id) => {
    const tied = document.getElementById(id);
    return tied?.contains(note) || note.contains(tied);
  });
  const found = [];
  for (const note of document.querySelectorAll('main .field-error, main .field-hint')) {
    const group = note.closest('.field, fieldset');
    const fields = [group, ...(group?.querySelectorAll('[aria-describedby]') ?? [])];
    if (seen(note) && !note.closest('label') && !fields.some((one) => ties(one, note)))
      found.push(`no field is tied to: ${note.textContent.trim()}`);
  }
  for (const one of document.querySelectorAll('main [aria-invalid=true]'))
    if (seen(one) && !told(one).length)
      found.push(`wrong, but why? ${one.outerHTML.slice(0, 100)}`);
  return found;
}"""
"""Hints and errors that a screen reader does not read with their field."""


@dataclass
class Node:
    """One thing in the tree."""

    role: str
    name: str
    about: str
    """What is read after the name."""
    said: dict[str, Any]
    above: tuple[tuple[str, str], ...] = ()
    """What it stands in, outermost first: roles and names."""

    def is_in(self, *roles: str) -> bool:
        """Whether it stands in something of one of these roles."""
        return any(role in roles for role, _ in self.above)


@dataclass
class Heard:
    """What is wrong with how a page sounds; empty lists are what one wishes for."""

    headings: list[str] = field(default_factory=list)
    landmarks: list[str] = field(default_factory=list)
    nameless: list[str] = field(default_factory=list)
    alike: list[str] = field(default_factory=list)
    """What cannot be told apart: one name, two places that it leads to."""
    untied: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    """A form that was not taken, and nothing that says so by itself."""


def heard(page: Any, status: int = 200) -> Heard:
    """Everything that is wrong with how a page sounds; `status` is what it was answered with."""
    nodes = list(tree(page))
    if any(one.role in DIALOGS and one.said.get("modal") for one in nodes):
        return Heard(nameless=list(nameless(nodes)))  # the rest of the page is not to be heard now
    return Heard(
        headings=list(headings(nodes)),
        landmarks=list(landmarks(nodes)),
        nameless=list(nameless(nodes)),
        alike=list(alike(nodes)),
        untied=page.evaluate(FIND_UNTIED),
        silent=list(silent(nodes, status)),
    )


def tree(page: Any) -> Iterator[Node]:
    """What Chromium tells a screen reader, in the order in which it is read."""
    session = page.context.new_cdp_session(page)
    try:
        raw = session.send("Accessibility.getFullAXTree")["nodes"]
    finally:
        session.detach()
    by_id = {one["nodeId"]: one for one in raw}

    def below(one: dict[str, Any], above: tuple[tuple[str, str], ...]) -> Iterator[Node]:
        role = one.get("role", {}).get("value", "")
        if not one["ignored"]:
            said = {each["name"]: each["value"].get("value") for each in one.get("properties", [])}
            name = one.get("name", {}).get("value", "")
            about = one.get("description", {}).get("value", "")
            yield Node(role, name, about, said, above)
            above = (*above, (role, name))
        for child in one.get("childIds", []):
            if child in by_id:
                yield from below(by_id[child], above)

    yield from below(raw[0], ())


def headings(nodes: list[Node]) -> Iterator[str]:
    """One title, and no step left out on the way down."""
    levels = [(int(one.said["level"]), one.name) for one in nodes if one.role == "heading"]
    if [level for level, _ in levels].count(1) != 1:
        yield f"not one title: {levels}"
    for (before, _), (level, name) in zip([(0, ""), *levels], levels, strict=False):
        if level > before + 1 and before:
            yield f"h{level} {name!r} follows on h{before}"
    yield from (f"h{level} without a word" for level, name in levels if not WORD.search(name))


def landmarks(nodes: list[Node]) -> Iterator[str]:
    """One main part, and nothing outside of any landmark."""
    if (count := sum(one.role == "main" for one in nodes)) != 1:
        yield f"{count} main parts"
    parts = [one for one in nodes if one.role in LANDMARKS and (one.name or one.role != "form")]
    names = [(one.role, one.name) for one in parts]
    yield from (f"two of {one}" for one in sorted({one for one in names if names.count(one) > 1}))
    for one in nodes:
        is_said = one.role == "StaticText" and WORD.search(one.name)
        if is_said and not one.is_in(*LANDMARKS, *LIVE, "link"):
            yield f"outside: {one.name!r}"


def nameless(nodes: list[Node]) -> Iterator[str]:
    """What is to be used and has no word for what it does."""
    for one in nodes:
        if one.role in ACTIVE and not WORD.search(one.name):
            yield f"{one.role} {one.name!r}"


def silent(nodes: list[Node], status: int) -> Iterator[str]:
    """A form that comes back says why by itself, in words that are told at once."""
    told = any(one.role == "StaticText" and one.is_in("alert", "status") for one in nodes)
    if status in {409, 422} and not told:
        yield "nothing is told"


def alike(nodes: list[Node]) -> Iterator[str]:
    """Links of one name that lead to different places; buttons and fields of one name in one group.

    A link is found in a list of all links, without what stands around it.
    """
    leads: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for one in nodes:
        if one.is_in("main") and one.role in ACTIVE:
            groups = [name for role, name in one.above if role in GROUPS and name]
            key = (one.role, one.name, one.about, *groups[: len(groups) * (one.role != "link")])
            leads[key].append(str(one.said.get("url", "")))
    for key, urls in leads.items():
        if len({*urls} if key[0] == "link" else urls) > 1:
            yield f"{len(urls)} of {key}: {sorted({*urls})}"

"""Every route of the application and every name of a field, read from the code itself.

A new page or a new field is attacked without anybody thinking of it.
"""

from __future__ import annotations

import ast
import functools
import re
from dataclasses import dataclass
from pathlib import Path

from node.app import face_app

NODE = Path(__file__).resolve().parents[2] / "node"
PARAMETER = re.compile(r"\{(\w+):\w+\}")
FIELD_GETTERS = {
    "_near_day",
    "pop",
    "text",
    "number",
    "day",
    "clock",
    "choice",
    "id",
    "period",
    "get",
}
ENDLESS = {"/live"}


@dataclass(frozen=True, order=True)
class Route:
    """A method at an address; `{name:type}` in it are parameters."""

    path: str
    method: str

    def __str__(self) -> str:
        return f"{self.method} {PARAMETER.sub(lambda found: f'<{found[1]}>', self.path)}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return tuple(PARAMETER.findall(self.path))

    def filled(self, **values: str) -> str:
        """The address with its parameters."""
        return PARAMETER.sub(lambda found: values[found[1]], self.path)


@functools.cache
def every_route() -> tuple[Route, ...]:
    """All routes of all faces, in order."""
    found = {
        Route(route.path, str(method))
        for route in face_app().routes
        for method in getattr(route, "methods", ())
        if method not in {"OPTIONS", "HEAD"}
    }
    assert len(found) > 100
    return tuple(sorted(found))


@functools.cache
def fields_of(route: Route) -> tuple[str, ...]:
    """The names that the module of a route's handler reads, for these are worth most."""
    modules = {
        # Beside what the framework adds by itself.
        NODE.parent.joinpath(*handler.fn.__module__.split(".")).with_suffix(".py")
        for found in face_app().routes
        if found.path == route.path
        for handler in getattr(found, "route_handlers", ())
        if handler.fn.__module__.startswith("node.")
    }
    # What a search is made of is read in a room of its own.
    modules.add(NODE / "web/finding.py")
    names = set().union(*(_fields(ast.parse(path.read_text(encoding="utf-8"))) for path in modules))
    return tuple(sorted(names - {"csrf"}))


@functools.cache
def every_field() -> tuple[str, ...]:
    """All names under which a handler reads something that was typed or asked."""
    names: set[str] = set()
    for face in ("portal", "kiosk", "desk", "api", "web"):
        for path in sorted((NODE / face).glob("*.py")):
            names.update(_fields(ast.parse(path.read_text(encoding="utf-8"))))
    assert {"offer", "day", "people", "csrf", "secret", "person", "back"} <= names
    return tuple(sorted(names))


def _fields(tree: ast.AST) -> set[str]:
    return {
        argument.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) in FIELD_GETTERS
        for argument in node.args
        if isinstance(argument, ast.Constant)
        and isinstance(argument.value, str)
        and re.fullmatch(r"[a-z_]+", argument.value)
    }

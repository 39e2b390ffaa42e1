"""What a shipped node has of Python packages, where those for building and testing lie beside.

Some packages look for others and load them where they are: litestar makes plugins for pydantic,
which only our tests need, and a node would be 7 MB larger here than on its box.
"""

from __future__ import annotations

import functools
import os
import re
from importlib.metadata import packages_distributions

from benchmarks.town import ROOT, scratch

_LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_HIDES = 'raise ModuleNotFoundError("a shipped node has no such package", name=__name__)\n'


@functools.cache
def environment() -> dict[str, str]:
    """For a node's process: what only `requirements-dev.lock` names cannot be imported there."""
    hidden = scratch() / "hidden"
    hidden.mkdir()
    shipped = _locked("requirements.lock")
    only_here = _locked("requirements-dev.lock") - shipped
    for module, packages in packages_distributions().items():
        if only_here >= {_plain(name) for name in packages}:
            (hidden / f"{module}.py").write_text(_HIDES, encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(hidden)}


def _locked(file: str) -> set[str]:
    return {_plain(name) for name in _LOCKED.findall((ROOT / file).read_text(encoding="utf-8"))}


def _plain(name: str) -> str:
    """As packages are compared (https://packaging.python.org/specifications/name-normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()

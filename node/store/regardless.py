"""What is still to be done where a transaction is refused, each in a transaction of its own.

For what was due before somebody asked and does not depend on the answer: the refusal undoes all
that the transaction wrote, and with it what it had found to do on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from node.base.refusals import RefusedError


class Regardless:
    """Functions of a write that run again, by themselves, if it is refused."""

    def __init__(self) -> None:
        self._todo: list[Callable[..., object]] = []

    def add(self, fn: Callable[..., object]) -> None:
        """Do this, too, should the transaction be refused."""
        self._todo.append(fn)

    def run(self, transaction: Callable[..., tuple[Any, frozenset[str]]]) -> frozenset[str]:
        """Do all of it after a refusal; the tables that it touched. One refused as well is left."""
        touched: frozenset[str] = frozenset()
        for fn in self._todo:
            with suppress(RefusedError):
                touched |= transaction(fn)[1]
        return touched

"""A row together with the place it was found at, until everything has been compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

from node.quarter.files.fields import Fields

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Found(Generic[R_co]):
    """`row` as read from `fields`, which know file and line."""

    fields: Fields
    row: R_co

    @property
    def place(self) -> str:
        """File and line, as another row's message names them."""
        line = self.fields.line_of("key")
        return f"{self.fields.file}:{line}" if line else self.fields.file

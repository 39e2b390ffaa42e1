"""The business no: a value, not an exception.

An action that will not do what it was asked returns a `Refusal`; the store then rolls its
transaction back, and the face shows the sentence in the person's language with what would help.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "translate this later"
    """Mark a German sentence for the translation catalogues; it is translated where it is shown."""
    return text


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something was not done.

    `code` is for programs ("spaces.occupied"), `message` and `remedy` are German sentences with
    `{placeholders}` filled from `values`, `status` is the HTTP status it answers with, `help`
    what would work instead (domain values such as alternative offers).
    """

    code: str
    message: str
    remedy: str = ""
    status: int = 409
    values: Mapping[str, Any] = field(default_factory=dict)
    help: tuple[Any, ...] = ()
    field: str = ""


class RefusedError(Exception):
    """Carries a `Refusal` out of a deep call, where returning it through every frame would hide
    the rule. The write door turns it back into the value.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class SaidError(Exception):
    """What whoever runs a verb, or a service, can mend: German sentences with `{placeholders}`
    that say what and what helps, and their values. They are translated where they are shown.
    """

    def __init__(self, *texts: str, **values: object) -> None:
        self.texts = texts
        self.values = {name: str(value) for name, value in values.items()}
        super().__init__(" ".join(text.format_map(self.values) for text in texts))


def granted(result: T | Refusal) -> T:
    """The result, or the refusal raised as `RefusedError` for the write door to catch."""
    if isinstance(result, Refusal):
        raise RefusedError(result)
    return result

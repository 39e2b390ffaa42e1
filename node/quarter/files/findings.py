"""What was found wrong or odd in the files, gathered so that it can be told all at once."""

from __future__ import annotations

from dataclasses import dataclass, field

from node.base.refusals import N_
from node.quarter.files.values import FileError

FINDINGS_MAX = 500
"""Whoever has more errors than this has one error, many times; the rest only hides it."""

SHOWN_CHARS = 60
"""How much of a wrong value is repeated in a message: enough to find it, not a screenful."""


@dataclass(slots=True)
class Findings:
    """Errors stop an import, warnings don't."""

    errors: list[FileError] = field(default_factory=list)
    warnings: list[FileError] = field(default_factory=list)

    def error(self, file: str, line: int, message: str, remedy: str, **values: object) -> None:
        """Note an error; `message` and `remedy` are German sentences with `{placeholders}`."""
        _note(self.errors, FileError(file, line, message, remedy, _shown(values)))

    def warn(self, file: str, line: int, message: str, remedy: str, **values: object) -> None:
        """Note something odd that the import can live with."""
        _note(self.warnings, FileError(file, line, message, remedy, _shown(values)))

    def in_order(self) -> list[FileError]:
        """The errors by file and line, each once."""
        seen = {(e.file, e.line, str(e)): e for e in self.errors}
        return sorted(seen.values(), key=lambda e: (e.file, e.line))


def _note(into: list[FileError], finding: FileError) -> None:
    if len(into) < FINDINGS_MAX:
        into.append(finding)
    elif len(into) == FINDINGS_MAX:
        message = N_("Es gibt noch mehr davon; hier stehen die ersten {count}.")
        remedy = N_("Beheben Sie diese zuerst und prüfen Sie dann noch einmal.")
        into.append(FileError("", 0, message, remedy, {"count": str(FINDINGS_MAX)}))


def _shown(values: dict[str, object]) -> dict[str, str]:
    return {name: shortened(str(value)) for name, value in values.items()}


def shortened(text: str) -> str:
    """A value as a message repeats it: one line, printable, not long."""
    line = "".join(char if char.isprintable() else "·" for char in text[: SHOWN_CHARS + 1])
    return line if len(line) <= SHOWN_CHARS else line[: SHOWN_CHARS - 1] + "…"

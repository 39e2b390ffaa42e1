"""A list file (CSV) as rows of named fields, each knowing its line.

Commas or semicolons, with or without a byte order mark, columns in any order: as spreadsheets
write them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator

from node.base.refusals import N_
from node.quarter.files.fields import Fields
from node.quarter.files.findings import Findings
from node.quarter.files.source import Source

ROWS_MAX = 100_000
"""The largest quarter has some thousand people; more rows than this are another file."""

FIELD_CHARS_MAX = 20_000


def read_rows(
    source: Source, name: str, needed: str, optional: str, *, must_exist: bool = True
) -> list[Fields]:
    """The rows of a list file, without blank lines.

    `needed` and `optional` name its columns; a missing needed column is an error, an unknown one
    a warning. A file that isn't there is an error unless it need not exist.
    """
    if not must_exist and not source.has(name):
        return []
    text = source.text(name)
    if text is None:
        return []
    lines = _lines(source.findings, name, text)
    header = next(lines, None)
    if header is None or not any(cell.strip() for cell in header[1]):
        message = N_("Die Datei ist leer.")
        source.findings.error(name, 1, message, N_("Die erste Zeile nennt die Spalten."))
        return []
    columns = [cell.strip().lower() for cell in header[1]]
    if not _check_columns(source.findings, name, columns, needed.split(), optional.split()):
        return []
    return list(_rows(source.findings, name, columns, lines))


def _lines(findings: Findings, name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the number of the line it starts on."""
    csv.field_size_limit(FIELD_CHARS_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        message = N_("Die Anführungszeichen gehen hier nicht auf, oder ein Feld ist viel zu lang.")
        remedy = N_('Ein Text mit Komma steht in ", ein " darin wird verdoppelt.')
        findings.error(name, line, message, remedy)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", ";"), key=first.count)


def _check_columns(
    findings: Findings, name: str, columns: list[str], needed: list[str], optional: list[str]
) -> bool:
    """Note what is wrong with the first line; False where the rows can't be understood."""
    if len(columns) == 1 and len(needed) > 1:
        message = N_("Die Spalten sind weder durch Komma noch durch Strichpunkt getrennt.")
        findings.error(name, 1, message, N_("Speichern Sie die Liste als CSV mit Komma."))
        return False
    missing = [column for column in needed if column not in columns]
    for column in missing:
        message = N_("Die Spalte „{column}“ fehlt.")
        remedy = N_("Ergänzen Sie sie in der ersten Zeile.")
        findings.error(name, 1, message, remedy, column=column)
    for column in sorted({c for c in columns if c and columns.count(c) > 1}):
        message = N_("Die Spalte „{column}“ kommt zweimal vor.")
        findings.error(name, 1, message, N_("Löschen Sie eine davon."), column=column)
    for column in sorted({c for c in columns if c and c not in needed and c not in optional}):
        message = N_("Die Spalte „{column}“ kennt das Format nicht; sie wird nicht gelesen.")
        remedy = N_("Prüfen Sie die Schreibweise (docs/import.md).")
        findings.warn(name, 1, message, remedy, column=column)
    return not missing


def _rows(
    findings: Findings, name: str, columns: list[str], lines: Iterator[tuple[int, list[str]]]
) -> Iterator[Fields]:
    for count, (line, cells) in enumerate(lines):
        if count >= ROWS_MAX:
            message = N_("Die Liste hat mehr als {most} Zeilen.")
            remedy = N_("Prüfen Sie, ob es die richtige Datei ist.")
            findings.error(name, line, message, remedy, most=ROWS_MAX)
            return
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            message = N_("Diese Zeile hat {count} Felder, die erste {columns}.")
            remedy = N_("Setzen Sie Texte mit Komma in Anführungszeichen.")
            findings.error(name, line, message, remedy, count=len(cells), columns=len(columns))
            continue
        values = dict(zip(columns, cells, strict=True))
        yield Fields(name, values, _always(line), findings)


def _always(line: int) -> Callable[[str], int]:
    return lambda _: line

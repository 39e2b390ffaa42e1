"""The directory as a source of texts: only regular files, bounded in size, UTF-8."""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from node.base.refusals import N_
from node.quarter.files.findings import Findings

BYTES_MAX = 20_000_000
"""A list of 100,000 people has under 10 MB; a larger file is not what it says it is."""

FILES_MAX = 2_000
"""Files in one folder: no quarter has as many rooms or houses."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)


@dataclass(slots=True)
class Source:
    """A quarter's directory; names are relative to it, with slashes, as messages show them."""

    directory: Path
    findings: Findings

    def has(self, name: str) -> bool:
        """Whether anything of that name is there, readable or not."""
        return os.path.lexists(self.directory / name)

    def names(self, folder: str, ending: str) -> list[str]:
        """The files `folder/*ending`, sorted; hidden ones and backups of editors are not meant."""
        found = sorted(name for name in self._listed(folder) if name.endswith(ending))
        return [f"{folder}/{name}" if folder else name for name in found]

    def warn_of_others(self, folder: str, known: Iterable[str], remedy: str) -> None:
        """Warn of everything in `folder` that is not among the `known` names."""
        for name in sorted(set(self._listed(folder)) - set(known)):
            path = f"{folder}/{name}" if folder else name
            self.findings.warn(path, 0, N_("Diese Datei wird nicht gelesen."), remedy)

    def _listed(self, folder: str) -> list[str]:
        try:
            names = [entry.name for entry in (self.directory / folder).iterdir()]
        except FileNotFoundError:
            return []
        except OSError:
            message = N_("Das ist kein lesbarer Ordner.")
            self.findings.error(folder, 0, message, N_("Legen Sie hier einen Ordner an."))
            return []
        if len(names) > FILES_MAX:
            message = N_("In diesem Ordner liegen mehr als {most} Dateien.")
            remedy = N_("Nehmen Sie heraus, was nicht zum Quartier gehört.")
            self.findings.error(folder or ".", 0, message, remedy, most=FILES_MAX)
            return []
        return [name for name in names if not name.startswith(".") and not name.endswith("~")]

    def text(self, name: str) -> str | None:
        """The text of a file, without a byte order mark; None, and an error noted, if it can't
        be read."""
        raw = self._bytes(name)
        return None if raw is None else self._decoded(name, raw)

    def _bytes(self, name: str) -> bytes | None:
        path = self.directory / name
        try:
            # NB: asked before opening, since opening a pipe would wait for ever.
            if not stat.S_ISREG(path.stat().st_mode):
                message = N_("Das ist keine gewöhnliche Datei.")
                remedy = N_("Legen Sie die Datei selbst hier ab, keinen Ordner und kein Gerät.")
                self.findings.error(name, 0, message, remedy)
                return None
            with path.open("rb") as file:
                raw = file.read(BYTES_MAX + 1)
        except (OSError, ValueError):
            message = N_("Die Datei lässt sich nicht lesen.")
            remedy = N_("Prüfen Sie, ob es sie gibt und ob sie gelesen werden darf.")
            self.findings.error(name, 0, message, remedy)
            return None
        if len(raw) > BYTES_MAX:
            message = N_("Die Datei ist größer als {megabytes} MB.")
            remedy = N_("Prüfen Sie, ob es die richtige Datei ist.")
            self.findings.error(name, 0, message, remedy, megabytes=BYTES_MAX // 1_000_000)
            return None
        return raw

    def _decoded(self, name: str, raw: bytes) -> str | None:
        remedy = N_("Speichern Sie sie als „UTF-8“ (in Excel: „CSV UTF-8“).")
        if raw.startswith(_WIDE):
            self.findings.error(name, 0, N_("Die Datei ist in UTF-16 gespeichert."), remedy)
            return None
        try:
            text = raw.decode("utf-8-sig")
        except UnicodeDecodeError as broken:
            line = raw.count(b"\n", 0, broken.start) + 1
            message = N_("Hier steht ein Zeichen, das nicht in UTF-8 gespeichert ist.")
            self.findings.error(name, line, message, remedy)
            return None
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            message = N_("Hier steht ein Null-Zeichen: das ist keine Textdatei.")
            self.findings.error(name, line, message, remedy)
            return None
        return text

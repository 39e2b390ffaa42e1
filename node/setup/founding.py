"""Founding a quarter: its files come from a stick or are handed in, then the papers are printed."""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from node import belonging, founding
from node.base.ids import normal_code
from node.base.refusals import N_, Refusal, RefusedError
from node.belonging import Progress
from node.quarter.files import FileError, QuarterFiles, read_quarter
from node.setup.door import admit
from node.setup.frame import setup_of, setup_page
from node.setup.state import Begun, Setup
from node.setup.work import Say, attempt
from node.store import Identity
from node.sync import new_sheet, sheet_lines
from node.web.forms import Fields, read_fields
from node.web.qr import qr_svg
from node.web.visit import Visit

HERE = "/setup/found"
PAPERS = "/setup/papers"
NAME_CHARS_MAX = 40
ZIP_BYTES_MAX = 64 * 1024**2
FILES_BYTES_MAX = 512 * 1024**2
FILES_MAX = 5000
ERRORS_SHOWN = 50
DEPTH_MAX = 2
OWN_FILES = "quarter-files"
PROOF_CHARS = 4


@dataclass(slots=True)
class FoundPage:
    """See `setup/found.html`."""

    folders: list[dict[str, str]]
    errors: list[dict[str, str]]
    more_errors: int = 0
    given: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class PapersPage:
    """See `setup/papers.html`: what is shown this once."""

    lines: list[str]
    sheet_svg: str
    sign_in: str
    name: str
    password: str


@dataclass(slots=True)
class Papers:
    """What the founder must take along: the emergency sheet, and how the first one signs in."""

    sheet: Identity
    sign_in: str = ""
    name: str = ""
    password: str = ""


class FilesError(Exception):
    """The files are wrong; all that is wrong with them."""

    def __init__(self, errors: list[FileError]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


@get(HERE, include_in_schema=False)
async def found_page(visit: Visit) -> Response[Any]:
    """Ask for the box's name and the quarter's files."""
    admit(visit)
    setup = setup_of(visit)
    if isinstance(setup.papers, Papers):
        return visit.go(PAPERS)
    refusal = setup.work.refusal if setup.work.way == "found" else None
    return await _page(visit, setup.given if refusal else {}, refusal)


@post(HERE, include_in_schema=False, request_max_body_size=ZIP_BYTES_MAX)
async def found(visit: Visit) -> Response[Any]:
    """Check the files; begin to found where they are sound."""
    admit(visit)
    setup = setup_of(visit)
    form = await visit.request.form()
    fields = await read_fields(visit)
    name = fields.text("name", longest=NAME_CHARS_MAX)
    setup.given = fields.given
    try:
        files = await asyncio.to_thread(_files, setup, fields, form.get("file"))
    except RefusedError as error:
        return await _page(visit, fields.given, error.refusal, again=HERE)
    except FilesError as error:
        return await _page(visit, fields.given, WRONG_FILES, errors=error.errors, again=HERE)

    begin_founding(setup, files, name)
    return visit.go("/setup/progress")


def begin_founding(setup: Setup, files: QuarterFiles, name: str) -> None:
    """Found with sound files; the page of the work tells how far it is."""

    def run(say: Say) -> None:
        _found(setup, files, name, say)

    setup.work.begin("found", run)


def _found(setup: Setup, files: QuarterFiles, name: str, say: Say) -> None:
    """Make the first node, bring the files in, make the papers. May be begun again at any time."""
    setup.note(Begun("found"))
    if not setup.settings.database.exists():
        founding.found_quarter(setup.settings, name=name or None)

    def told(part: str, done: int, all_: int) -> None:
        say(Progress(PARTS[part], {"done": done, "all": all_}, done, all_))

    errors = founding.bring_in(setup.settings, files, progress=told)
    if not isinstance(errors, int):
        raise RefusedError(OTHER_FILES)
    say(Progress(PRINTS))
    papers = Papers(new_sheet())
    first = next((row for role in FIRST for row in files.staff if row.role == role), None)
    if first is not None:
        papers.sign_in, papers.name = first.sign_in, f"{first.given_name} {first.family_name}"
        papers.password = founding.give_password(setup.settings, first.sign_in) or ""
    setup.papers = papers


@get(PAPERS, include_in_schema=False)
async def papers_page(visit: Visit) -> Response[Any]:
    """The emergency sheet and the first password, to be printed."""
    admit(visit)
    return _papers(visit, None)


@post(PAPERS, include_in_schema=False)
async def finish(visit: Visit) -> Response[Any]:
    """Let the sheet count once somebody reads from it, and begin to serve."""
    admit(visit)
    fields = await read_fields(visit)
    setup = setup_of(visit)
    papers = setup.papers
    if not isinstance(papers, Papers):
        return visit.go(HERE)
    typed = normal_code(fields.text("proof", longest=20))
    if typed != normal_code(sheet_lines(papers.sheet)[-1])[-PROOF_CHARS:]:
        return _papers(visit, NOT_READ)
    sheet = papers.sheet
    _, refusal = await asyncio.to_thread(
        attempt, setup.work.hold, lambda: belonging.name_sheet(setup.settings, sheet)
    )
    if refusal is not None:
        return _papers(visit, refusal)
    setup.papers = None
    setup.work.way = "found"
    setup.finish(Progress(FOUNDED))
    return visit.go("/setup/progress")


def _papers(visit: Visit, refusal: Refusal | None) -> Response[Any]:
    papers = setup_of(visit).papers
    if not isinstance(papers, Papers):
        return visit.go(HERE)
    lines = sheet_lines(papers.sheet)
    page = PapersPage(lines, qr_svg(" ".join(lines)), papers.sign_in, papers.name, papers.password)
    return setup_page(visit, "setup/papers.html", page, refusal=refusal, again=PAPERS)


async def _page(
    visit: Visit,
    given: dict[str, str],
    refusal: Refusal | None,
    *,
    errors: list[FileError] | None = None,
    again: str = "",
) -> Response[Any]:
    setup = setup_of(visit)
    folders = await asyncio.to_thread(lambda: [str(path) for path in _folders(setup)])
    found = errors or []
    shown = [
        {
            "place": f"{error.file}:{error.line}" if error.line else error.file,
            "text": visit.say(error.message, **error.values),
            "remedy": visit.say(error.remedy, **error.values),
        }
        for error in found[:ERRORS_SHOWN]
    ]
    page = FoundPage(
        [{"value": path, "text": Path(path).name, "hint": path} for path in folders],
        shown,
        max(0, len(found) - ERRORS_SHOWN),
        given,
    )
    return setup_page(visit, "setup/found.html", page, refusal=refusal, again=again)


def own_files(setup: Setup) -> Path:
    """Where the files of a quarter lie that was founded without any; see `beginning.py`."""
    return setup.settings.data / OWN_FILES


def _files(setup: Setup, fields: Fields, file: object) -> QuarterFiles:
    """The quarter's files, sound; raises `FilesError` or `RefusedError`."""
    if isinstance(file, UploadFile) and file.filename:
        with tempfile.TemporaryDirectory() as scratch:
            return sound(_unpacked(file, Path(scratch)))
    chosen = fields.given.get("folder", "")
    folder = next((path for path in _folders(setup) if str(path) == chosen), None)
    if folder is None:
        raise RefusedError(NO_FILES)
    return sound(folder)


def sound(folder: Path) -> QuarterFiles:
    """What the files in a directory say; raises `FilesError` with everything that is wrong."""
    found = read_quarter(folder)
    if not isinstance(found, QuarterFiles):
        raise FilesError(list(found))
    return found


def _unpacked(file: UploadFile, scratch: Path) -> Path:
    """The directory with quarter.toml out of an archive, which may come from anywhere."""
    file.file.seek(0)
    try:
        with zipfile.ZipFile(file.file) as archive:
            parts = archive.infolist()
            if len(parts) > FILES_MAX or sum(part.file_size for part in parts) > FILES_BYTES_MAX:
                raise RefusedError(NO_ARCHIVE)
            # It drops "..", absolute paths and links, and reads no more than was said.
            archive.extractall(scratch)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise RefusedError(NO_ARCHIVE) from error
    found = sorted(scratch.rglob("quarter.toml"), key=lambda path: len(path.parts))
    if not found:
        raise RefusedError(NO_ARCHIVE)
    return found[0].parent


def _folders(setup: Setup) -> Iterator[Path]:
    """Directories with a quarter's files: what was begun here, and on sticks."""
    if (own_files(setup) / "quarter.toml").exists():
        yield own_files(setup)
    for place in setup.places:
        for depth in range(DEPTH_MAX + 1):
            with suppress(OSError):
                yield from sorted(path.parent for path in place.glob("*/" * depth + "quarter.toml"))


FIRST = ("operator", "staff", "management")
"""Whose password is made at once: the first there is; the others get theirs at the desk."""
PARTS = {
    "quarter": N_("Häuser und Wohnungen: {done} von {all}."),
    "people": N_("Menschen: {done} von {all}."),
    "reservations": N_("Räume und Buchungen: {done} von {all}."),
}
PRINTS = N_("Das Notfallblatt wird gemacht.")
FOUNDED = N_("Das Quartier ist gegründet.")
NO_FILES = Refusal(
    "setup.no_files",
    N_("Es fehlen die Dateien des Quartiers."),
    N_("Bitte stecken Sie den Stick ein und laden Sie die Seite neu, oder wählen Sie ein Archiv."),
    status=422,
    field="file",
)
NO_ARCHIVE = Refusal(
    "setup.no_archive",
    N_("Dieses Archiv enthält kein Quartier."),
    N_("Bitte packen Sie den Ordner mit quarter.toml in eine ZIP-Datei."),
    status=422,
    field="file",
)
WRONG_FILES = Refusal(
    "setup.wrong_files",
    N_("In den Dateien stimmt etwas nicht. Es wurde nichts geändert."),
    N_("Bitte berichtigen Sie, was unten steht, und versuchen Sie es noch einmal."),
    status=422,
)
OTHER_FILES = Refusal(
    "setup.other_files",
    N_("Diese Dateien gehören zu einem anderen Quartier als dem, das hier begonnen wurde."),
    N_("Bitte nehmen Sie dieselben Dateien wie beim ersten Mal."),
    status=422,
    field="file",
)
NOT_READ = Refusal(
    "setup.not_read",
    N_("Das steht nicht am Ende der vierten Zeile."),
    N_("Bitte drucken Sie das Blatt und lesen Sie die letzten vier Zeichen davon ab."),
    status=422,
    field="proof",
)
ROUTES = (found_page, found, papers_page, finish)

"""Bringing a backup back: from a stick, or a file that somebody hands in."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile

from node import upkeep
from node.base.refusals import N_, Refusal, RefusedError
from node.belonging import Progress
from node.setup.door import admit
from node.setup.frame import setup_of, setup_page
from node.setup.joining import address_refusal
from node.setup.replacing import overheard_refusal, sheet_refusal
from node.setup.state import Offsite, Setup
from node.setup.work import Say, attempt
from node.sheet_key import Key, read_key
from node.store.age import KEY_FILE, WRONG_KEY, own_secret
from node.store.backups import OWN_FOLDER
from node.store.rotation import made_at
from node.sync import backup_secret, fetch_copy, list_copies, parse_address, read_sheet
from node.web.forms import Fields, read_fields
from node.web.showing import moment
from node.web.visit import Visit

HERE = "/setup/restore"
UPLOAD_BYTES_MAX = 2 * 1024**3
KEY_CHARS_MAX = 400
ARRIVED = "arrived.age"
CENTRAL = "central:"
"""Begins the value of a copy at central, where others have a path."""
DEPTH_MAX = 2
MB = 1_000_000


@dataclass(slots=True)
class RestorePage:
    """See `setup/restore.html`."""

    backups: list[dict[str, str]]
    has_own_key: bool
    given: dict[str, str] = field(default_factory=dict)


@get(HERE, include_in_schema=False)
async def restore_page(visit: Visit) -> Response[Any]:
    """Ask which backup, and for its key."""
    admit(visit)
    setup = setup_of(visit)
    refusal = setup.work.refusal if setup.work.way == "restore" else None
    return await _page(visit, setup.given if refusal else {}, refusal)


@post("/setup/restore/central", include_in_schema=False)
async def ask_central(visit: Visit) -> Response[Any]:
    """See with the sheet what copies central keeps; they then stand in the list."""
    admit(visit)
    setup = setup_of(visit)
    fields = await read_fields(visit)
    typed = fields.given.pop("key", "")[:KEY_CHARS_MAX]
    address = fields.text("address", longest=200)
    refusal = address_refusal(address) or overheard_refusal(visit, fields) or sheet_refusal(typed)
    if refusal is not None:
        refusal = replace(refusal, field=f"central_{refusal.field}")
        return await _page(visit, fields.given, refusal, again=HERE)
    sheet = read_sheet(typed)

    def ask() -> list[tuple[str, int]]:
        return asyncio.run(list_copies(parse_address(address), sheet))

    found, failed = await asyncio.to_thread(attempt, nullcontext, ask)
    if failed is not None or not found:
        no = replace(failed or NO_COPIES, field="central_address")
        return await _page(visit, fields.given, no, again=HERE)
    setup.offsite = Offsite(address, sheet, tuple(found))
    return visit.go(HERE)


@post(HERE, include_in_schema=False, request_max_body_size=UPLOAD_BYTES_MAX)
async def restore(visit: Visit) -> Response[Any]:
    """Begin to bring it back; a wrong key is told and can be corrected."""
    admit(visit)
    setup = setup_of(visit)
    form = await visit.request.form()
    fields = await read_fields(visit)
    typed = fields.given.pop("key", "")[:KEY_CHARS_MAX]
    setup.given = fields.given
    if fields.given.get("backup", "").startswith(CENTRAL):
        return await _from_central(visit, fields)
    found = _keys(visit, setup, fields, typed)
    if isinstance(found, Refusal):
        return await _page(visit, fields.given, found, again=HERE)
    backup = await _chosen(setup, fields, form.get("file"))
    if backup is None:
        return await _page(visit, fields.given, NO_BACKUP, again=HERE)
    alone = fields.given.get("alone") == "1"

    def run(say: Say) -> None:
        say(Progress(OPENS, {"name": backup.name}))
        _put_back(setup, backup, found, alone=alone)
        (setup.settings.data / ARRIVED).unlink(missing_ok=True)
        setup.finish(Progress(RESTORED))

    setup.work.begin("restore", run)
    return visit.go("/setup/progress")


async def _from_central(visit: Visit, fields: Fields) -> Response[Any]:
    """Fetch a copy and bring it back, with the sheet that asked for it."""
    setup = setup_of(visit)
    known = setup.offsite
    name = fields.given.get("backup", "").removeprefix(CENTRAL)
    size = dict(known.found).get(name) if known else None
    if known is None or size is None:
        return await _page(visit, fields.given, NO_BACKUP, again=HERE)
    alone = fields.given.get("alone") == "1"
    key = Key(backup_secret(known.sheet), known.sheet)
    arriving = setup.settings.data / f"{name}.arriving"

    def run(say: Say) -> None:
        def told(done: int, all_: int) -> None:
            megabytes = {"done": f"{done / 1e6:.1f}", "all": f"{all_ / 1e6:.1f}"}
            say(Progress(FETCHES, megabytes, done, all_))

        arriving.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fetching = fetch_copy(
            parse_address(known.address), known.sheet, name, size, arriving, told=told
        )
        asyncio.run(fetching)
        say(Progress(OPENS, {"name": name}))
        try:
            _put_back(setup, arriving, [key], alone=alone)
        finally:
            arriving.unlink(missing_ok=True)
        setup.finish(Progress(RESTORED))

    setup.work.begin("restore", run)
    return visit.go("/setup/progress")


def _put_back(setup: Setup, backup: Path, keys: list[Key], *, alone: bool) -> None:
    """With the first key that fits."""
    for key in keys:
        try:
            upkeep.put_back(setup.settings, backup, key, alone=alone)
        except RefusedError as error:
            if error.refusal.code != WRONG_KEY.code:
                raise
        else:
            return
    raise RefusedError(KEY_DOES_NOT_FIT)


def _keys(visit: Visit, setup: Setup, fields: Fields, typed: str) -> list[Key] | Refusal:
    """What may open it: what was typed, else the box's own key where that is still there."""
    if typed.strip():
        refusal = overheard_refusal(visit, fields)
        if refusal is not None:
            return refusal
        try:
            return [read_key(typed)]
        except RefusedError as error:
            return Refusal(
                error.refusal.code,
                error.refusal.message,
                error.refusal.remedy,
                status=422,
                values=error.refusal.values,
                field="key",
            )
    if (setup.settings.data / KEY_FILE).exists():
        return [Key(own_secret(setup.settings.data))]
    return NO_KEY


async def _chosen(setup: Setup, fields: Fields, file: object) -> Path | None:
    """The backup that was handed in, or the one of the list that was chosen."""
    if isinstance(file, UploadFile) and file.filename:
        arrived = setup.settings.data / ARRIVED
        await asyncio.to_thread(_keep, file, arrived)
        return arrived
    name = fields.given.get("backup", "")
    known = await asyncio.to_thread(lambda: list(_backups(setup)))
    arrived = setup.settings.data / ARRIVED
    # A wrong key does not mean that a large file must be handed in again.
    known += [arrived] if arrived.exists() else []
    return next((path for path in known if str(path) == name), None)


def _keep(file: UploadFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.file.seek(0)
    with path.open("wb") as writing:
        shutil.copyfileobj(file.file, writing)


async def _page(
    visit: Visit, given: dict[str, str], refusal: Refusal | None, *, again: str = ""
) -> Response[Any]:
    setup = setup_of(visit)
    found = await asyncio.to_thread(lambda: [_row(visit, path) for path in _backups(setup)])
    arrived = setup.settings.data / ARRIVED
    if arrived.exists():
        text = visit.say(N_("Die Datei, die schon hier ist"))
        found.insert(0, {"value": str(arrived), "text": text, "hint": ""})
        given = {**given, "backup": given.get("backup") or str(arrived)}
    found += [_far_row(visit, *each) for each in (setup.offsite.found if setup.offsite else ())]
    has_own_key = (setup.settings.data / KEY_FILE).exists()
    page = RestorePage(found, has_own_key, given)
    return setup_page(visit, "setup/restore.html", page, refusal=refusal, again=again)


def _far_row(visit: Visit, name: str, bytes_: int) -> dict[str, str]:
    at = made_at(name)
    size = visit.say(N_("{count} MB"), count=-(-bytes_ // MB))
    hint = visit.say(N_("{size}, von der Box {box}, in der Zentrale"), size=size, box=_box(name))
    return {"value": CENTRAL + name, "text": moment(visit, at) if at else name, "hint": hint}


def _box(name: str) -> str:
    """The beginning of the id of the box that made a backup."""
    return name.split("-")[1]


def _row(visit: Visit, path: Path) -> dict[str, str]:
    at: datetime | None = made_at(path.name)
    size = visit.say(N_("{count} MB"), count=-(-path.stat().st_size // MB))
    box = _box(path.name)
    hint = visit.say(
        N_("{size}, von der Box {box}, in {place}"), size=size, box=box, place=path.parent
    )
    return {"value": str(path), "text": moment(visit, at) if at else path.name, "hint": hint}


def _backups(setup: Setup) -> Iterator[Path]:
    """Backups where they may lie, the newest first."""
    places = [setup.settings.data / OWN_FOLDER, *setup.places]
    found: set[Path] = set()
    for place in places:
        for depth in range(DEPTH_MAX + 1):
            with suppress(OSError):
                found |= set(place.glob("*/" * depth + "quartier-*.age"))
    dated = [path for path in found if made_at(path.name) is not None]
    yield from sorted(dated, key=lambda path: (path.name[18:], path.name), reverse=True)


FETCHES = N_("{done} von {all} MB sind aus der Zentrale geholt.")
NO_COPIES = Refusal(
    "setup.no_copies",
    N_("In der Zentrale liegt keine Kopie einer Sicherung dieses Quartiers."),
    N_("Bitte nehmen Sie einen Stick, oder ersetzen Sie die Box mit dem Notfallblatt."),
    status=404,
)
OPENS = N_("Die Sicherung {name} wird geöffnet und geprüft.")
RESTORED = N_("Die Sicherung ist zurückgeholt.")
NO_BACKUP = Refusal(
    "setup.no_backup",
    N_("Es ist keine Sicherung ausgewählt."),
    N_("Bitte stecken Sie den Stick ein und laden Sie die Seite neu, oder wählen Sie eine Datei."),
    status=422,
    field="backup",
)
NO_KEY = Refusal(
    "setup.no_key",
    N_("Ohne Schlüssel lässt sich die Sicherung nicht öffnen."),
    N_("Bitte geben Sie die vier Zeilen des Notfallblatts ein."),
    status=422,
    field="key",
)
KEY_DOES_NOT_FIT = Refusal(
    "setup.key_does_not_fit",
    N_("Dieser Schlüssel öffnet diese Sicherung nicht."),
    N_(
        "Bitte prüfen Sie, ob Blatt und Sicherung vom selben Quartier sind. "
        "Es wurde nichts geändert."
    ),
    status=422,
    field="key",
)
ROUTES = (restore_page, ask_central, restore)

"""What is held about somebody, as a page, a text and JSON; and how far an erasure is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from litestar import Response

from node import people
from node.base.refusals import N_
from node.people import Part
from node.sync import RosterNode, Sync
from node.web import i18n
from node.web.roles import ROLES
from node.web.showing import moment
from node.web.visit import Visit, as_json

FILES = ("text", "json")
_FORMAT = "quartier personal data 1"


def shown_parts(visit: Visit, parts: list[Part]) -> list[dict[str, Any]]:
    """The chapters in the visitor's language, without what is empty."""
    return [
        {
            "title": visit.say(part.title),
            "about": visit.say(part.about),
            "entries": [_rows(visit, entry) for entry in part.entries],
        }
        for part in parts
    ]


def _rows(visit: Visit, entry: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {"label": visit.say(people.LABELS.get(name, name)), "value": _value(visit, value)}
        for name, value in entry.items()
        if value not in (None, "", [])
    ]


def _value(visit: Visit, value: Any) -> str:
    if isinstance(value, bool):
        return visit.say(N_("ja") if value else N_("nein"))
    if isinstance(value, datetime):
        day = i18n.full_day_words(visit.prefs.lang, value.astimezone(visit.zone).date())
        return f"{day}, {i18n.time_words(visit.prefs.lang, value, visit.zone)}"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return visit.say(people.WORDS[value]) if value in people.WORDS else str(value)


def data_file(visit: Visit, parts: list[Part], kind: str) -> Response[Any]:
    """All of it as one file to keep: a text that people read, or JSON for a program."""
    if kind == "json":
        told = {part.name: as_json(part.entries) for part in parts}
        whole = {"format": _FORMAT, "quarter": visit.house.quarter_name, "at": visit.now, **told}
        return _file(msgspec.json.format(msgspec.json.encode(whole)), "application/json", "json")
    visit.is_file = True
    return _file(_text(visit, parts).encode(), "text/plain", "txt")


def _text(visit: Visit, parts: list[Part]) -> str:
    lines = [
        visit.say(N_("Was {quarter} über Sie weiß"), quarter=visit.house.quarter_name),
        visit.say(N_("Stand: {at}"), at=visit.now),
    ]
    for part in shown_parts(visit, parts):
        lines += ["", part["title"], "=" * len(part["title"]), part["about"]]
        for rows in part["entries"]:
            lines += ["", *(f"{row['label']}: {row['value']}" for row in rows)]
        if not part["entries"]:
            lines += ["", visit.say(N_("Nichts gespeichert."))]
    return "\r\n".join(lines) + "\r\n"


def _file(content: bytes, media_type: str, end: str) -> Response[Any]:
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f'attachment; filename="meine-daten.{end}"',
            "cache-control": "no-store",
        },
    )


async def shown_receipt(visit: Visit, erasure: people.Erasure) -> dict[str, Any]:
    """How far an erasure is, box by box: for the receipt's page and for the desk."""
    receipts = await visit.store.read(lambda read: people.receipts_of(read, erasure.id))
    listed = visit.house.service(Sync).roster.body.nodes
    nodes = [node for node in listed if node.is_active]
    blanked = [node for node in nodes if node.site_id in receipts]
    return {
        "number": erasure.number,
        "at": _value(visit, erasure.at),
        **_when(visit, erasure),
        "asked_at_box": next((node.name for node in listed if node.site_id == erasure.site), ""),
        "gone_by": i18n.full_day_words(
            visit.prefs.lang, erasure.gone_by.astimezone(visit.zone).date()
        ),
        "done": len(blanked),
        "all": len(nodes),
        "is_done": people.is_done(receipts, [node.site_id for node in nodes]),
        "waiting": [
            f"{node.name} ({visit.say(ROLES[node.role])})" for node in nodes if node not in blanked
        ],
        "boxes": [_box(visit, node, receipts.get(node.site_id)) for node in nodes],
    }


def _when(visit: Visit, erasure: people.Erasure) -> dict[str, str]:
    """Whether it was carried out; what is said, and when, where it was not."""
    due, ended = erasure.due_at, erasure.ended_at
    return {
        "stage": str(erasure.stage),
        "due": moment(visit, due) if due else "",
        "ended": moment(visit, ended) if ended else "",
        "ended_text": visit.say(ENDED[people.Ended(erasure.ended_why or people.Ended.TAKEN_BACK)]),
    }


ENDED = {
    people.Ended.TAKEN_BACK: N_("Es wurde zurückgenommen. Gelöscht wurde nichts."),
    people.Ended.BOX_LET_GO: N_(
        "Die Box, an der es verlangt wurde, gehört nicht mehr zum Haus. Gelöscht wurde nichts. "
        "Bitte verlangen Sie es noch einmal, hier oder am Service-Point."
    ),
    people.Ended.TEAM: N_("Wer zum Team gehört, wird erst nach dem Ende dieser Aufgabe gelöscht."),
}


def _box(visit: Visit, node: RosterNode, receipt: people.Receipt | None) -> dict[str, str]:
    state, text, at = "requested", N_("hat noch nicht geantwortet"), None
    if receipt is not None:
        state, text, at = "requested", N_("gelöscht, das Protokoll folgt"), receipt.blanked_at
        if receipt.cleaned_at is not None:
            text, at = N_("gelöscht, auch im Protokoll; Sicherungen folgen"), receipt.cleaned_at
        if receipt.gone_at is not None:
            state, text, at = "confirmed", N_("vollständig gelöscht"), receipt.gone_at
    return {
        "name": f"{node.name} ({visit.say(ROLES[node.role])})",
        "state": state,
        "text": visit.say(text),
        "when": moment(visit, at) if at is not None else "",
    }

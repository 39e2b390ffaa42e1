"""How this node and its neighbours are, in words for those who look after them: one view for the
desk and the lobby's service page, so that neither knows of a trouble that the other hides.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from node import people
from node.base.ids import id_text
from node.base.periods import from_epoch
from node.base.refusals import N_, Refusal
from node.devices import Locks, Printers
from node.store import NodeRole, Store
from node.store.backups import Backups
from node.store.quarantine import SetAside, list_set_aside
from node.store.record import Record, Sent, read_sent
from node.sync import (
    MARK_CHARS,
    AuditHealth,
    Health,
    Metering,
    PeerHealth,
    Stopped,
    Sync,
    TooMuch,
)
from node.web.broken import STOPPED, broken_rule
from node.web.errors import words
from node.web.inviting import waiting_rows
from node.web.printers import troubles_of_locks, troubles_of_printers, troubles_of_screens
from node.web.roles import ROLES
from node.web.room import DISK_LOW, for_who_makes_room
from node.web.showing import moment
from node.web.silent import troubles_of_displays
from node.web.unreadable import troubles_of_cells
from node.web.visit import Visit

MB = 1_000_000
COPY_LATE = timedelta(days=3)
LOW_BYTES = 500 * MB
"""With so little left somebody should make room before writes are refused."""


@dataclass(slots=True)
class HealthView:
    """Rows of {label, value}; troubles of {text, remedy}; peers of {name, role, state, text,
    remedy, last, waiting}; what is stopped, what was set aside, which boxes wait to be let in.
    `line_rows` is of the line to
    central, empty where there is none.
    """

    node_rows: list[dict[str, str]]
    backup_rows: list[dict[str, str]]
    line_rows: list[dict[str, str]]
    troubles: list[dict[str, str]]
    peers: list[dict[str, str]]
    stopped: list[dict[str, str]]
    set_aside: list[dict[str, str]]
    newcomers: list[dict[str, str]]


async def health_view(visit: Visit) -> HealthView:
    """Everything that is to be known at this moment."""
    sync = visit.house.service(Sync)
    state = await sync.health()
    backups = visit.house.service(Backups)
    record = await asyncio.to_thread(lambda: backups.record)
    troubles = await asyncio.to_thread(backups.troubles, visit.now)
    sent = await asyncio.to_thread(read_sent, backups.folder)
    aside = await visit.store.on_writer(list_set_aside)
    names = {node.site_id: node.name for node in sync.roster.body.nodes}
    leaving = await visit.store.read(people.list_waiting)
    return HealthView(
        node_rows=_node_rows(visit, state, sync),
        backup_rows=_backup_rows(visit, record) + _copy_rows(visit, sync, sent),
        line_rows=_line_rows(visit, sync.metering),
        troubles=[_trouble(visit, each) for each in troubles_of(visit.store, sync, state)]
        + [_audit(visit, each) for each in state.audits if not each.is_well]
        + [_trouble(visit, each) for each in troubles if not visit.house.demo]
        + [_trouble(visit, each) for each in copy_troubles(sent, visit.now, visit.say)]
        + [_trouble(visit, each) for each in await _of_devices(visit)]
        + [_trouble(visit, each) for each in _asked_elsewhere(leaving, sync, names)],
        peers=[_peer(visit, peer) for peer in state.peers],
        stopped=[_stopped(visit, each) for each in state.stopped],
        set_aside=[_aside(visit, each, names) for each in aside],
        newcomers=await waiting_rows(visit, sync),
    )


async def _of_devices(visit: Visit) -> list[Refusal]:
    printers, locks = visit.house.service(Printers).all, visit.house.service(Locks)
    return await visit.store.read(
        lambda read: (
            troubles_of_printers(read, printers)
            + troubles_of_screens(read, now=visit.now)
            + troubles_of_locks(read, locks, now=visit.now)
            + troubles_of_displays(read, visit)
            + troubles_of_cells(read)
        )
    )


def _node_rows(visit: Visit, state: Health, sync: Sync) -> list[dict[str, str]]:
    said = (
        (N_("Name"), state.name),
        (N_("Rolle"), visit.say(ROLES[state.role])),
        (N_("Adresse für andere Boxen"), sync.address),
        (N_("Kennung"), state.site_id.hex()[:MARK_CHARS]),
        (N_("Schema"), str(state.schema)),
        (N_("Speicher frei"), visit.say(N_("{count} MB"), count=state.free_bytes // MB)),
        (N_("Uhr"), visit.say(N_("stimmt") if state.clock_trusted else N_("unsicher"))),
    )
    return [{"label": visit.say(label), "value": value} for label, value in said]


def troubles_of(store: Store, sync: Sync, state: Health) -> list[Refusal]:
    """What is wrong with a running node itself, most urgent first."""
    return node_troubles(
        state,
        is_revoked=sync.is_revoked,
        is_doubted=store.is_doubted,
        must_catch_up=store.core.must_catch_up,
    )


def node_troubles(
    state: Health, *, is_revoked: bool, is_doubted: bool, must_catch_up: bool
) -> list[Refusal]:
    """The same of what is known of one."""
    troubles = [DISMISSED] if is_revoked else []
    troubles += [DAMAGED] if is_doubted else []
    if state.write_refusal is not None:
        troubles.append(for_who_makes_room(state.write_refusal))
    elif state.free_bytes < LOW_BYTES:
        troubles.append(_with(DISK_LOW, count=state.free_bytes // MB))
    if must_catch_up:
        troubles.append(NOBODY_ELSE)
    if not state.clock_trusted:
        troubles.append(CLOCK)
    troubles += [_with(COPIED, **each.values) for each in state.copies]
    troubles += [_with(too_much(each), **each.values) for each in state.too_much]
    if state.waiting_for_update:
        troubles.append(_with(UPDATE, count=state.waiting_for_update))
    return troubles


def too_much(told: TooMuch) -> Refusal:
    """What becomes of it that more of a box that was let go is here than counts."""
    if told.is_held_back:
        return TOO_MUCH_METERED
    if told.lost:
        return TOO_MUCH_LOST
    return TOO_MUCH_AT_CENTRAL if told.is_at_central else TOO_MUCH


def _with(refusal: Refusal, **values: Any) -> Refusal:
    return Refusal(refusal.code, refusal.message, refusal.remedy, values=values)


def _trouble(visit: Visit, refusal: Refusal) -> dict[str, str]:
    said = words(visit, refusal)
    return {"text": said["message"], "remedy": said["remedy"]}


def _audit(visit: Visit, audit: AuditHealth) -> dict[str, str]:
    """A difference that the nightly comparison found."""
    return {
        "text": visit.say(audit.problem.text, **audit.problem.values),
        "remedy": visit.say(audit.remedy.text, **audit.remedy.values),
    }


def _backup_rows(visit: Visit, record: Record) -> list[dict[str, str]]:
    """When the last backup was made, where it lies, and when restoring was last tried."""
    made, drilled = record.made, record.drilled
    never = visit.say(N_("noch nie"))
    rows = [(N_("Letzte Sicherung"), moment(visit, made.at) if made else never)]
    if made:
        size = visit.say(N_("{count} MB"), count=-(-made.size // MB))
        rows += [(N_("Liegt in"), made.place), (N_("Größe"), size)]
    rows.append((N_("Wiederherstellung geprobt"), moment(visit, drilled.at) if drilled else never))
    if drilled:
        well = visit.say(
            N_("{tables} Tabellen und {rows} Zeilen kamen unverändert zurück"),
            tables=drilled.tables,
            rows=drilled.rows,
        )
        rows.append((N_("Ergebnis"), visit.say(N_("mit Fehlern")) if drilled.problems else well))
    return [{"label": visit.say(label), "value": value} for label, value in rows]


def _copy_rows(visit: Visit, sync: Sync, sent: Sent) -> list[dict[str, str]]:
    """When a copy came to central last, where this node sends them."""
    if not sync.offsite.has_central or visit.store.core.role is not NodeRole.HOME:
        return []
    at = moment(visit, sent.at) if sent.at else visit.say(N_("noch nie"))
    return [{"label": visit.say(N_("Kopie in der Zentrale")), "value": at}]


def _line_rows(visit: Visit, metering: Metering) -> list[dict[str, str]]:
    """How the line to central is used, and what it spares."""
    if not metering.has_line:
        return []
    said = [(N_("Art"), visit.say(N_("ständig offen"))), (N_("Abgleich"), visit.say(N_("sofort")))]
    if metering.is_on:
        often, night = N_("alle {minutes} Minuten, Dringendes sofort"), metering.night
        copies = N_("warten, bis jemand sie anfordert")
        if metering.copy_is_wanted:
            copies = N_("angefordert")
        elif metering.is_night:
            copies = N_("gehen jetzt")
        elif night is not None:
            copies = N_("warten auf die Nacht, oder bis jemand sie anfordert")
        said = [
            (N_("Art"), visit.say(N_("nach Menge bezahlt"))),
            (N_("Abgleich"), visit.say(often, minutes=metering.every_minutes)),
            (N_("Kopien der Sicherung"), visit.say(copies)),
        ]
        if night is not None:
            hours = N_("von {begins} bis {ends} Uhr, sonst nur wenig auf einmal")
            shown = {"begins": f"{night.begins:%H:%M}", "ends": f"{night.ends:%H:%M}"}
            said.append((N_("Großes"), visit.say(hours, **shown)))
    return [{"label": visit.say(label), "value": value} for label, value in said]


def copy_troubles(sent: Sent, now: datetime, say: Callable[..., str]) -> list[Refusal]:
    """A line that is down for a night is no news; a copy that is missing for days is."""
    if sent.failed is None:
        return []
    since = sent.at or sent.failed.at
    if sent.at is not None and now - since < COPY_LATE:
        return []
    return [_with(NO_COPY, why=say(sent.failed.message, **sent.failed.values))]


def _asked_elsewhere(
    leaving: list[people.Erasure], sync: Sync, names: dict[bytes, str]
) -> list[Refusal]:
    """At which boxes, beside the one at the desk, somebody wants to be erased: one that nobody
    looks after can be made to say so.
    """
    homes = {n.site_id for n in sync.roster.body.nodes if n.role is NodeRole.HOME}
    sites = [each.site for each in leaving if each.site not in homes]
    return [
        _with(LEAVING, count=sites.count(site), name=names.get(site, "?"))
        for site in sorted(set(sites))
    ]


def _peer(visit: Visit, peer: PeerHealth) -> dict[str, str]:
    well = peer.is_well
    return {
        "name": peer.name,
        "role": visit.say(ROLES[peer.role]),
        "last": moment(visit, peer.last_success_at)
        if peer.last_success_at
        else visit.say(N_("nie")),
        "waiting": visit.say(peer.waiting.text, **peer.waiting.values),
        "state": "confirmed" if well else "declined",
        "text": visit.say(N_("erreichbar"))
        if well
        else visit.say(peer.problem.text, **peer.problem.values),
        "remedy": visit.say(peer.remedy.text, **peer.remedy.values) if peer.remedy.text else "",
    }


def _stopped(visit: Visit, stopped: Stopped) -> dict[str, str]:
    return {
        "node": id_text(stopped.site_id),
        "scope": stopped.scope,
        "text": visit.say(STOPPED, name=stopped.name),
        "rule": broken_rule(stopped.reason, visit.say),
        "reason": f"{stopped.scope} {stopped.n}: {stopped.reason}",
        "since": moment(visit, stopped.since),
    }


def _aside(visit: Visit, each: SetAside, names: dict[bytes, str]) -> dict[str, str]:
    return {
        "name": names.get(each.site, id_text(each.site)),
        "what": f"{each.scope} {each.n}: {each.law}",
        "reason": each.reason,
        "by": each.by,
        "at": moment(visit, from_epoch(each.at)),
    }


LEAVING = Refusal(
    "health.leaving",
    N_("An der Box {name} wurde verlangt, Personen zu löschen: {count}."),
    N_(
        "Sehen Sie unter „Menschen“, „Löschungen“ nach, ob es stimmt, und nehmen Sie es sonst "
        "zurück. Ist die Box nicht in Ordnung, melden Sie sie unter „Boxen“ ab."
    ),
)
NO_COPY = Refusal(
    "health.no_copy",
    N_("In der Zentrale liegt keine neue Kopie der Sicherung: {why}"),
    N_("Prüfen Sie die Leitung ins Internet. Es wird von selbst weiter versucht."),
)
DISMISSED = Refusal(
    "health.dismissed",
    N_("Diese Box wurde ersetzt und gehört nicht mehr zum Quartier."),
    N_("Schalten Sie sie aus. Soll sie wieder dazugehören, koppeln Sie sie neu."),
)
DAMAGED = Refusal(
    "desk.damaged",
    N_("Die Datenbank dieser Box ist beschädigt."),
    N_(
        "Bitte starten Sie den Knoten neu: Er prüft sie dabei und stellt sie aus der letzten "
        "guten Sicherung wieder her."
    ),
)
NOBODY_ELSE = Refusal(
    "desk.nobody_else",
    N_("Gibt es in diesem Quartier keinen anderen Knoten, wartet diese Box vergeblich."),
    N_("Dann halten Sie sie an und sagen Sie es ihr: `quartier alone`."),
)
COPIED = Refusal(
    "health.copied",
    N_(
        "Die Speicherkarte von „{of}“ wurde kopiert. Die Box mit der Kennung {mark} heißt jetzt"
        " „{name}“ und ist eine Box für sich; verloren ist nichts."
    ),
    N_(
        "Geben Sie ihr unter „Boxen“ einen eigenen Namen, oder melden Sie sie dort ab. Ihre Kennung"
        " zeigt sie selbst unter „Zustand“."
    ),
)
_TOO_MUCH = N_(
    "Von „{name}“ steht auf dieser Box mehr, als seit der Abmeldung zählt: {count} Änderungen, die"
    " sie noch von dort gehört hat."
)
TOO_MUCH = Refusal(
    "health.too_much",
    _TOO_MUCH,
    N_(
        "Diese Box beginnt ohne sie von selbst neu, sobald sie eine andere Box oder die Zentrale"
        " erreicht; was zählt, bleibt. Lassen Sie sie eingeschaltet."
    ),
)
TOO_MUCH_AT_CENTRAL = Refusal(
    "health.too_much_at_central",
    _TOO_MUCH,
    N_(
        "Die Zentrale beginnt dieses Quartier von selbst neu, ohne sie; was zählt, bleibt, auch die"
        " Kopien der Sicherung. Seine Seiten sagen das solange, die übrigen Quartiere gehen weiter."
        " Bleibt diese Meldung länger als eine Stunde, sehen Sie im Protokoll der Zentrale nach,"
        " woran es liegt, und ob der Speicher voll ist."
    ),
)
TOO_MUCH_METERED = Refusal(
    "health.too_much_metered",
    _TOO_MUCH,
    N_(
        "Um ohne sie neu zu beginnen, holt diese Box aus der Zentrale, was hier aufgeräumt wurde."
        " Die Leitung dorthin kostet nach Menge: Drücken Sie „Jetzt abgleichen“, wenn es sein darf."
    ),
)
TOO_MUCH_LOST = Refusal(
    "health.too_much_lost",
    _TOO_MUCH,
    N_(
        "Ohne sie neu zu beginnen, würde {lost} Änderungen von {of} kosten, die hier aufgeräumt"
        " wurden und der Zentrale fehlen. Darum bleibt alles, wie es ist. Spielen Sie in der"
        " Zentrale eine neuere Sicherung ein, oder koppeln Sie eine zweite Box."
    ),
)
CLOCK = Refusal(
    "health.clock",
    N_("Die Uhr dieser Box ist nicht gestellt. Zeiten können falsch sein."),
    N_(
        "Sie stellt sich von selbst, sobald die Box ins Internet kommt. Prüfen Sie das Netzkabel,"
        " oder stellen Sie die Uhr am Schreibtisch unter „Zustand“."
    ),
)
UPDATE = Refusal(
    "health.update",
    N_("{count} Änderungen einer neueren Programmversion warten hier."),
    N_("Bitte aktualisieren Sie diese Box. Danach werden sie von selbst übernommen."),
)

"""What a box with locks writes beside its database, for people and programs that do not ask it:
for whom which door should be open, and who opened.

Both files are drawn anew from the store whenever it changes, so they hold nothing longer than it
does: who is erased there is gone here within a minute. They are of this box and never read back.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import logging
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from node import people, quarter, spaces
from node.base.ids import id_text, parse_id
from node.devices import Locks
from node.devices.file_lock import take_back_all, write_durably
from node.spaces import Line, check_in_opens_at, unlocking
from node.spaces.unlock import Unlocking
from node.store import Read, Store

PLAN, OPENINGS = "plan.json", "openings.csv"
KEPT = timedelta(days=30)
LOOKS_EVERY_SECONDS = 60.0
REST_SECONDS = 1.0
"""Not more often, or a busy day would write the card of a small box to death."""
TOLD_OF = frozenset(
    {
        "erased_person",
        "lock_opening",
        "passage",
        "reservation_cancellation",
        "reservation_decision",
        "reservation_undo",
        "space",
    }
)
log = logging.getLogger("quartier.locks")


async def keep_told(store: Store, locks: Locks) -> None:
    """Keep both files as the store is, until cancelled; orders that a dead box left are taken back
    first."""
    loop, woken = asyncio.get_running_loop(), asyncio.Event()

    def note(touched: frozenset[str]) -> None:
        if touched & TOLD_OF:
            loop.call_soon_threadsafe(woken.set)

    await asyncio.to_thread(take_back_all, locks.folder)
    forget = store.subscribe(note)
    try:
        while True:
            woken.clear()
            try:
                await tell(store, locks)
            except OSError as error:
                log.warning("the files of the locks cannot be written: %s", error)
            await asyncio.sleep(REST_SECONDS)
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), LOOKS_EVERY_SECONDS)
    finally:
        forget()


async def tell(store: Store, locks: Locks) -> None:
    """Write what changed of the two files."""
    now = store.core.clock.now()
    plan, openings = await store.read(
        lambda read: (plan_of(read, locks, now), openings_of(read, now))
    )
    await asyncio.to_thread(_write, locks.folder, {PLAN: plan, OPENINGS: openings})


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, text in texts.items():
        path = folder / name
        if not path.exists() or path.read_text("utf-8") != text:
            write_durably(path, text)


def plan_of(read: Read, locks: Locks, now: datetime) -> str:
    """Which door should be open for which booking, now and in the next days."""
    doors = [
        {
            "place": space.row.key,
            "name": space.row.name.de,
            "open_for": [
                _entry(read, line) for line in unlocking.coming_in(read, space.id, now=now)
            ],
        }
        for space in spaces.list_spaces(read)
        if locks.of(space.row.key) is not None
    ]
    return json.dumps({"doors": doors}, ensure_ascii=False, indent=1) + "\n"


def _entry(read: Read, line: Line) -> dict[str, Any]:
    name, flat = people.name_and_place(read, line.reservation.person_id)
    zone, period = quarter.zone_of(read), line.reservation.period
    return {
        "from": check_in_opens_at(line.space, line.reservation).astimezone(zone).isoformat(),
        "until": period.ends_at.astimezone(zone).isoformat(),
        "booking": id_text(line.reservation.id),
        "booked_by": name,
        "flat": flat,
        "is_in": line.status is spaces.Status.CHECKED_IN,
    }


def openings_of(read: Read, now: datetime) -> str:
    """Who opened in the last days, as a table."""
    names = {space.id: space.row.key for space in spaces.list_spaces(read)}
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(("at", "place", "who", "by", "booking", "lock"))
    zone = quarter.zone_of(read)
    for each in unlocking.openings_since(read, now - KEPT):
        who, by = _who(read, each)
        at = each.fact.at.astimezone(zone).isoformat(timespec="seconds")
        booking = id_text(each.reservation_id) if each.reservation_id else ""
        table.writerow((at, names.get(each.space_id, ""), who, by, booking, each.outcome or ""))
    return out.getvalue()


def _who(read: Read, each: Unlocking) -> tuple[str, str]:
    """Who opened, and whether it was one of the team, a resident or a guest with a link or pass."""
    if each.fact.staff_id:
        return people.name_and_place(read, parse_id(each.fact.staff_id))[0], "desk"
    if each.person_id:
        return people.name_and_place(read, each.person_id)[0], "resident"
    return "", "guest"


__all__ = ["keep_told", "tell"]

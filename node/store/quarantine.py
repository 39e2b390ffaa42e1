"""What to do with a changeset that broke a law and stopped its site's chain: try it again, for an
update may have cured it, or set it aside with a reason, so that the chain goes on without it.

A changeset that was set aside stays in the journal, so the chain stays whole and others can judge
for themselves; its rows are nowhere. Who set it aside, and why, is kept beside it.
"""

from __future__ import annotations

from typing import NamedTuple

from node.base.periods import to_epoch
from node.base.refusals import N_, Refusal
from node.store.changeset import Changeset, SignedChangeset, decode
from node.store.core import Core
from node.store.intake import IntakeReport
from node.store.journal import SET_ASIDE, Chain, Entry, Head, append, mark_set_aside, read_head
from node.store.roles import Members

REASON_CHARS_MAX = 500


class SetAside(NamedTuple):
    """A changeset that was set aside: which, what law it broke, by whom and why."""

    site: bytes
    scope: str
    n: int
    law: str
    reason: str
    by: str
    at: int


def try_again(core: Core, chain: Chain, members: Members) -> IntakeReport | Refusal:
    """Judge it by the laws of this release once more."""
    found = _found(core, chain)
    if found is None:
        return NOTHING_STOPPED
    changeset, signed, _ = found
    with core._writing.transaction():  # noqa: SLF001 - the store's own care, like the doctor
        core._connection.execute(  # noqa: SLF001
            "delete from quarantine where site = ? and scope = ?", chain
        )
    if changeset.n <= read_head(core._connection, *chain).n:  # noqa: SLF001
        return core.apply_waiting(members)
    return core.receive([signed], members)


def set_aside(core: Core, chain: Chain, *, reason: str, by: str) -> SetAside | Refusal:
    """Let the chain go on without it; who says so gives a reason."""
    found = _found(core, chain)
    if found is None:
        return NOTHING_STOPPED
    if not reason.strip():
        return REASON_MISSING
    changeset, signed, law = found
    connection = core._connection  # noqa: SLF001 - the store's own care, like the doctor
    head = read_head(connection, *chain)
    joins = (changeset.n, changeset.previous) == (head.n + 1, head.hash)
    now = to_epoch(core.clock.now())
    done = SetAside(*chain, changeset.n, law, reason.strip()[:REASON_CHARS_MAX], by, now)
    with core._writing.transaction():  # noqa: SLF001
        if joins:
            entry = Entry.of(changeset, signed, signed.hash, applied=True)._replace(
                applied=SET_ASIDE
            )
            append(connection, [entry], {chain: Head(changeset.n, signed.hash, changeset.n)})
        else:
            mark_set_aside(connection, chain, changeset.n)
        connection.execute("delete from quarantine where site = ? and scope = ?", chain)
        connection.execute("insert into set_aside values (?, ?, ?, ?, ?, ?, ?)", done)
    return done


def list_set_aside(core: Core) -> list[SetAside]:
    """All that was set aside here, the newest first."""
    found = core._connection.execute(  # noqa: SLF001
        "select site, scope, n, law, reason, by, at from set_aside order by at desc, n desc"
    )
    return [SetAside(*row) for row in found]


def _found(core: Core, chain: Chain) -> tuple[Changeset, SignedChangeset, str] | None:
    row = core._connection.execute(  # noqa: SLF001
        "select body, signature, reason from quarantine where site = ? and scope = ?", chain
    ).fetchone()
    if row is None:
        return None
    signed = SignedChangeset(row[0], row[1])
    return decode(signed), signed, row[2]


NOTHING_STOPPED = Refusal(
    "store.nothing_stopped",
    N_("Von dieser Box ist nichts angehalten."),
    N_("Vielleicht hat schon jemand geholfen. Bitte laden Sie die Seite neu."),
    status=404,
)
REASON_MISSING = Refusal(
    "store.reason_missing",
    N_("Ohne Begründung wird nichts zur Seite gelegt."),
    N_("Bitte schreiben Sie in einem Satz, warum auf diese Änderung verzichtet wird."),
    status=422,
    field="reason",
)

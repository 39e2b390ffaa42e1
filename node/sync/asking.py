"""Asking the peer within a round, and insisting on the right kind of reply."""

from __future__ import annotations

from typing import TypeVar

from node.sync.effects import Ask, Steps
from node.sync.trouble import Trouble, TroubleError
from node.sync.wire import Reply, Request, Sorry

R = TypeVar("R")


def ask(request: Request, kind: type[R]) -> Steps[R]:
    """Ask the peer and insist on the right kind of reply."""
    reply: Reply = yield Ask(request)
    return insist(reply, kind)


def insist(reply: Reply, kind: type[R]) -> R:
    """The reply if it is of the right kind; raises `TroubleError`."""
    if isinstance(reply, Sorry):
        raise TroubleError(_REASONS.get(reply.code, Trouble.NOT_ACCEPTED), reply.code)
    if not isinstance(reply, kind):
        raise TroubleError(Trouble.GARBLED, f"{type(reply).__name__} for {kind.__name__}")
    return reply


_REASONS: dict[str, Trouble] = {
    # Said from the other side, so older and newer change places.
    Trouble.PEER_OLDER: Trouble.PEER_NEWER,
    Trouble.PEER_NEWER: Trouble.PEER_OLDER,
    Trouble.OTHER_QUARTER: Trouble.OTHER_QUARTER,
    Trouble.OTHER_EPOCH: Trouble.OTHER_EPOCH,
    Trouble.BUSY: Trouble.BUSY,
    Trouble.CUT: Trouble.UNREACHABLE,
    Trouble.STORE: Trouble.BUSY,
    Trouble.BEHIND: Trouble.BEHIND,
}

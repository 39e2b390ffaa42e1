"""What a node is in its quarter, and what follows from it: what it may hold and write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from node.store.schema import REPLICATED_SCOPES, Scope, Table, Writers
from node.store.sealed import SEALED


class NodeRole(StrEnum):
    """What a node is in its quarter, as the roster says."""

    HOME = "home"
    KIOSK = "kiosk"
    STANDBY = "standby"
    CENTRAL = "central"


HOUSE_ROLES = frozenset({NodeRole.HOME, NodeRole.KIOSK, NodeRole.STANDBY})
"""The quarter's own nodes: they may read the `house` scope, central may not."""

OFFICE_ROLES = frozenset({NodeRole.HOME, NodeRole.STANDBY})
"""Nodes behind a door: a lobby screen stands where everybody may touch it, central elsewhere."""

_WRITERS: Mapping[Writers, frozenset[NodeRole]] = {
    Writers.ANY: frozenset(NodeRole),
    Writers.HOUSE: HOUSE_ROLES,
    Writers.OFFICE: OFFICE_ROLES,
    Writers.HOME: frozenset({NodeRole.HOME}),
    Writers.CENTRAL: frozenset({NodeRole.CENTRAL}),
}


def scopes_of(role: NodeRole) -> frozenset[str]:
    """The scopes that a node of this role may hold: central the house's chains only sealed."""
    if role in HOUSE_ROLES:
        return frozenset(str(scope) for scope in REPLICATED_SCOPES)
    return frozenset({"quarter", "fleet", SEALED})


def may_write(role: NodeRole, table: Table) -> bool:
    """Whether a node of this role may write the table's rows."""
    return role in _WRITERS[table.writers]


@dataclass(frozen=True, slots=True)
class Member:
    """A node of the roster, as intake needs it.

    `revoked_after` is the number up to which each of its chains counts, for a revoked node.
    `of_house` is false for one that the roster calls a node of the house but the house does not.
    """

    public_key: bytes
    role: NodeRole
    revoked_after: Mapping[str, int] | None = None
    of_house: bool = True

    def counted(self, scope: str, n: int) -> int:
        """Up to which number its chain counts, which has `n`: all, unless it was let go.

        What central holds sealed is the house's chain and counts as far.
        """
        if self.revoked_after is None:
            return n
        return min(n, self.revoked_after.get(Scope.HOUSE if scope == SEALED else scope, 0))


Members = Mapping[bytes, Member]
"""The roster by site id."""

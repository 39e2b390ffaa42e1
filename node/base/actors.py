"""Who acts, and what they may do: one matrix, read by every room.

Roles are relations of a person to the quarter; a service contract is the household's and counts
beside the role. Rules about *this* thing (my own reservation) stay in the rooms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """What somebody is in the quarter. One person may have several."""

    RESIDENT = "resident"
    OWNER = "owner"
    OUTSIDE_NEIGHBOUR = "outside_neighbour"
    GUEST = "guest"
    STAFF = "staff"
    MANAGEMENT = "management"
    OPERATOR = "operator"


class Face(StrEnum):
    """Where somebody acts."""

    PORTAL = "portal"
    KIOSK = "kiosk"
    DESK = "desk"
    API = "api"
    CENTRAL = "central"


class Permission(StrEnum):
    """What can be allowed or refused as a whole."""

    SEE_SPACES = "see_spaces"
    RESERVE = "reserve"
    RESERVE_FOR_OTHERS = "reserve_for_others"
    SEE_ALL_RESERVATIONS = "see_all_reservations"
    CHECK_IN_OTHERS = "check_in_others"
    MANAGE_PEOPLE = "manage_people"
    ISSUE_CODES = "issue_codes"
    MANAGE_SPACES = "manage_spaces"
    SEE_HEALTH = "see_health"
    PAIR_NODES = "pair_nodes"
    RUN_NODE = "run_node"
    USE_EXCHANGE = "use_exchange"
    USE_HOUSE = "use_house"


_HOUSE = frozenset({Permission.SEE_SPACES, Permission.RESERVE, Permission.USE_EXCHANGE})
_STAFF = _HOUSE | {
    Permission.USE_HOUSE,
    Permission.RESERVE_FOR_OTHERS,
    Permission.SEE_ALL_RESERVATIONS,
    Permission.CHECK_IN_OTHERS,
    Permission.MANAGE_PEOPLE,
    Permission.ISSUE_CODES,
    Permission.MANAGE_SPACES,
    Permission.SEE_HEALTH,
    Permission.PAIR_NODES,
}

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.RESIDENT: _HOUSE | {Permission.USE_HOUSE},
    Role.OWNER: _HOUSE | {Permission.USE_HOUSE},
    Role.OUTSIDE_NEIGHBOUR: _HOUSE,
    Role.GUEST: frozenset(),
    Role.STAFF: _STAFF,
    Role.MANAGEMENT: frozenset(
        {
            Permission.SEE_SPACES,
            Permission.USE_HOUSE,
            Permission.SEE_ALL_RESERVATIONS,
            Permission.MANAGE_PEOPLE,
            Permission.ISSUE_CODES,
            Permission.SEE_HEALTH,
            Permission.PAIR_NODES,
        }
    ),
    Role.OPERATOR: frozenset(
        {
            Permission.SEE_SPACES,
            Permission.SEE_HEALTH,
            Permission.PAIR_NODES,
            Permission.RUN_NODE,
        }
    ),
}
"""The whole access matrix by role; `docs/architecture.md` shows it as a table."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts: a signed-in person, or nobody in particular (`NOBODY`).

    `staff_id` is the member of staff who acts for this person; the fact is recorded with
    everything that is written. `bearer_of` is the one reservation that somebody without a name may
    act for, because they hold its link or its pass; they are not signed in (`bearer`).
    """

    person_id: bytes
    household_id: bytes
    roles: frozenset[Role]
    has_contract: bool = False
    face: Face = Face.PORTAL
    staff_id: bytes | None = None
    name: str = ""
    bearer_of: bytes = b""

    @property
    def is_signed_in(self) -> bool:
        """Whether this is a known person."""
        return bool(self.person_id)

    @property
    def is_away(self) -> bool:
        """Whether they came in by a link from outside: rights without a name, at central."""
        return self.face is Face.CENTRAL

    def on_behalf_of(self, other: Actor) -> Actor:
        """`other`, acted for by this member of staff."""
        return replace(other, staff_id=self.person_id, face=self.face)


NOBODY = Actor(person_id=b"", household_id=b"", roles=frozenset())


def bearer(reservation_id: bytes, face: Face) -> Actor:
    """Whoever holds the link to a stay, or a pass: nobody by name, for this one reservation."""
    return Actor(b"", b"", frozenset({Role.GUEST}), face=face, bearer_of=reservation_id)


def may(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles grants the permission."""
    return any(permission in GRANTS[role] for role in actor.roles)

"""How nodes of a quarter come to hold the same: rounds, roster, peers; knows no domain.

A *roster* is the signed list of nodes; a *round* is one meeting of two of them in named stages;
*heads* say what is held; a *trouble* is why a round did not come to rest, in words for people.
The trap: what was sent is not yet held - only the peer's own heads count.
"""

from node.sync.roster import (
    Roster,
    RosterError,
    RosterNode,
    SignedRoster,
    add_node,
    adopt_role,
    found_roster,
    join_roster,
    read_roster,
    revoke_node,
)
from node.sync.trouble import WORDS, Trouble, TroubleError, Words

__all__ = [
    "WORDS",
    "Roster",
    "RosterError",
    "RosterNode",
    "SignedRoster",
    "Trouble",
    "TroubleError",
    "Words",
    "add_node",
    "adopt_role",
    "found_roster",
    "join_roster",
    "read_roster",
    "revoke_node",
]

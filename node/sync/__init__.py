"""How nodes of a quarter come to hold the same: rounds, roster, peers; knows no domain.

A *roster* is the signed list of nodes; a *round* is one meeting of two of them in named stages;
*heads* say what is held; a *trouble* is why a round did not come to rest, in words for people.
The trap: what was sent is not yet held - only the peer's own heads count.
"""

from node.sync.anew import begin_from_journals
from node.sync.arrivals import Arrival, Way, read_arrivals
from node.sync.audits import find_differences
from node.sync.authority import (
    add_node,
    found_roster,
    handover_by_sheet,
    revoke_node,
    set_recovery,
    sheet_keys,
    take_authority,
)
from node.sync.behind import Behind
from node.sync.clones import become_own
from node.sync.discovery import found_nearby
from node.sync.fetching import begin_from_snapshot
from node.sync.granting import grant_house_key
from node.sync.health import MARK_CHARS, AuditHealth, Health, PeerHealth, Sentence, Stopped, TooMuch
from node.sync.house_key import sealing_public_key
from node.sync.interfaces import needs_zone, own_addresses
from node.sync.joining import join_quarter
from node.sync.line import LineSwitch
from node.sync.listening import BoundedProtocol, listener_options
from node.sync.loop import Sync
from node.sync.metering import Metering
from node.sync.metering import chosen as chosen_metered
from node.sync.metrics import metrics_text
from node.sync.offsite import fetch_copy, list_copies
from node.sync.pairing import Code, CodeError, invite
from node.sync.recovery import candidates, go_on_alone, recover_quarter, stand_in
from node.sync.roster import (
    Root,
    Roster,
    RosterError,
    RosterNode,
    adopt_role,
    join_roster,
    read_roster,
    roster_of,
)
from node.sync.routes import sync_app
from node.sync.sheet import (
    SheetError,
    backup_recipient,
    backup_secret,
    new_sheet,
    read_sheet,
    sheet_lines,
)
from node.sync.standing import health_on_file
from node.sync.transport import Address, key_at, parse_address, quarter_tag
from node.sync.trouble import WORDS, Trouble, TroubleError, Words
from node.sync.waiting import Newcomer
from node.sync.whereabouts import SyncSettings

__all__ = [
    "MARK_CHARS",
    "WORDS",
    "Address",
    "Arrival",
    "AuditHealth",
    "Behind",
    "BoundedProtocol",
    "Code",
    "CodeError",
    "Health",
    "LineSwitch",
    "Metering",
    "Newcomer",
    "PeerHealth",
    "Root",
    "Roster",
    "RosterError",
    "RosterNode",
    "Sentence",
    "SheetError",
    "Stopped",
    "Sync",
    "SyncSettings",
    "TooMuch",
    "Trouble",
    "TroubleError",
    "Way",
    "Words",
    "add_node",
    "adopt_role",
    "backup_recipient",
    "backup_secret",
    "become_own",
    "begin_from_journals",
    "begin_from_snapshot",
    "candidates",
    "chosen_metered",
    "fetch_copy",
    "find_differences",
    "found_nearby",
    "found_roster",
    "go_on_alone",
    "grant_house_key",
    "handover_by_sheet",
    "health_on_file",
    "invite",
    "join_quarter",
    "join_roster",
    "key_at",
    "list_copies",
    "listener_options",
    "metrics_text",
    "needs_zone",
    "new_sheet",
    "own_addresses",
    "parse_address",
    "quarter_tag",
    "read_arrivals",
    "read_roster",
    "read_sheet",
    "recover_quarter",
    "revoke_node",
    "roster_of",
    "sealing_public_key",
    "set_recovery",
    "sheet_keys",
    "sheet_lines",
    "stand_in",
    "sync_app",
    "take_authority",
]

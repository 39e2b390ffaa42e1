"""The quarter itself: its houses, its desk's hours, closures, house rules and waste dates.

A *building* has entrances and flats; the *desk* is the Service-Point with its hours; a *closure*
shuts the quarter, the desk, a house or a space for a time and is inherited downwards; *waste
collections* are dates that were imported, never computed. `node.quarter.files` reads all of this
from an operator's directory. The trap: hours are wall-clock times, everything asked is answered
in instants (UTC).
"""

from node.quarter.actions import check_belonging, import_quarter, plan_import
from node.quarter.closing import ListedClosure, list_closures, open_again, shut
from node.quarter.model import (
    Building,
    Closure,
    DeskProfile,
    Flat,
    QuarterProfile,
    QuietHours,
    TargetKind,
    WasteCollection,
    WasteKind,
)
from node.quarter.reads import (
    after_desk_minutes,
    closures_for,
    desk_hours,
    desk_is_open,
    desk_minutes_between,
    desk_open_until,
    find_building,
    find_flat,
    get_desk,
    get_profile,
    get_rules,
    holidays_between,
    list_buildings,
    list_flats,
    next_desk_opening,
    quiet_hours_at,
    waste_collections,
    zone_of,
)
from node.quarter.tables import TABLES
from node.quarter.tax_facts import TaxFact, tax_facts
from node.quarter.taxes import set_levy, set_vat, withdraw
from node.quarter.unreadable import unreadable

__all__ = [
    "TABLES",
    "Building",
    "Closure",
    "DeskProfile",
    "Flat",
    "ListedClosure",
    "QuarterProfile",
    "QuietHours",
    "TargetKind",
    "TaxFact",
    "WasteCollection",
    "WasteKind",
    "after_desk_minutes",
    "check_belonging",
    "closures_for",
    "desk_hours",
    "desk_is_open",
    "desk_minutes_between",
    "desk_open_until",
    "find_building",
    "find_flat",
    "get_desk",
    "get_profile",
    "get_rules",
    "holidays_between",
    "import_quarter",
    "list_buildings",
    "list_closures",
    "list_flats",
    "next_desk_opening",
    "open_again",
    "plan_import",
    "quiet_hours_at",
    "set_levy",
    "set_vat",
    "shut",
    "tax_facts",
    "unreadable",
    "waste_collections",
    "withdraw",
    "zone_of",
]

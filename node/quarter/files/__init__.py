"""The open files of a quarter: a directory that an operator writes by hand or exports.

`docs/import.md` describes the format. The reader checks everything, reports every error with its
file, line and remedy at once, and knows neither store nor network. A *row* is one thing as a file
says it, before it is anything in the system.
"""

from node.quarter.files import times
from node.quarter.files.reader import read_quarter
from node.quarter.files.space_checks import Contradiction, find_contradictions, find_in_stay
from node.quarter.files.space_values import (
    HALF_DAY_MINUTES,
    OFFER_HOURS,
    OFFER_HOURS_MAX,
    Approval,
    Audience,
    CancellationTier,
    EquipmentRow,
    HandoverKind,
    HandoverRow,
    HouseholdLimit,
    RoomPrice,
    Season,
    SpaceKind,
    SpaceRow,
    StayPrice,
    StayRules,
)
from node.quarter.files.values import (
    BuildingRow,
    Channel,
    ClosureRow,
    ContractRow,
    FileError,
    FlatRow,
    HouseholdRow,
    OutsideNeighbourRow,
    PastStatus,
    PersonRow,
    QuarterFiles,
    ReservationRow,
    StaffRow,
    Tenure,
    WasteRow,
)

__all__ = [
    "HALF_DAY_MINUTES",
    "OFFER_HOURS",
    "OFFER_HOURS_MAX",
    "Approval",
    "Audience",
    "BuildingRow",
    "CancellationTier",
    "Channel",
    "ClosureRow",
    "ContractRow",
    "Contradiction",
    "EquipmentRow",
    "FileError",
    "FlatRow",
    "HandoverKind",
    "HandoverRow",
    "HouseholdLimit",
    "HouseholdRow",
    "OutsideNeighbourRow",
    "PastStatus",
    "PersonRow",
    "QuarterFiles",
    "ReservationRow",
    "RoomPrice",
    "Season",
    "SpaceKind",
    "SpaceRow",
    "StaffRow",
    "StayPrice",
    "StayRules",
    "Tenure",
    "WasteRow",
    "find_contradictions",
    "find_in_stay",
    "read_quarter",
    "times",
]

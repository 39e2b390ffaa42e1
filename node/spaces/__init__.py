"""Places that are reserved by time: rooms, kitchens, guest apartments.

A *space* has a home node, which alone decides about it; a *reservation* is a fold over a request,
decisions, a cancellation, a check-in and a check-out; a *pass* is the signed proof of a
reservation that any node of the quarter can check offline. `Reservation.status_at(now)` is the
truth to show; the stored status knows nothing of the time.
"""

from node.spaces.actions import (
    add_note,
    approve,
    bill_for,
    cancel,
    confirm,
    decline,
    hold,
    own_reservation,
    reserve,
    take_back,
)
from node.spaces.admission import check_admission, check_in_opens_at
from node.spaces.agenda import (
    CAME_TO_NOTHING,
    Appointment,
    TakenTime,
    find_appointment,
    household_agenda,
    space_agenda,
    taken_times,
)
from node.spaces.cancelling import preview_cancellation, rule_cancellations
from node.spaces.cases import UNKNOWN_SPACE
from node.spaces.check_in import (
    admit,
    check_in,
    check_out,
    find_by_pass,
    is_open_for,
    leave,
)
from node.spaces.deciding import decide_waiting, why_not
from node.spaces.finding import find_by_guest, find_by_number, number_of
from node.spaces.folding import find_reservation, rebuild
from node.spaces.following import after_merge
from node.spaces.homes import assume_homes, renew_term
from node.spaces.importing import check_history, import_spaces
from node.spaces.in_line import Entry, EntryStatus, InLine
from node.spaces.leaving import give_up_ahead, told_about
from node.spaces.model import (
    DayPlan,
    Found,
    Line,
    NotOffered,
    Offer,
    Passed,
    Reservation,
    Space,
    Status,
    Wish,
)
from node.spaces.moving import ChangeOffer, change, preview_change
from node.spaces.offering import MAY_FREE_A_TIME, find_entry, offer_free
from node.spaces.opening import stay_period
from node.spaces.passes import text_of as pass_text
from node.spaces.preview import Judged, Preview, preview_rules
from node.spaces.pricing import cancellation_steps, free_until
from node.spaces.reads import (
    arrivals,
    coming_up,
    departures,
    find_space,
    get_line,
    hit_by,
    list_spaces,
    my_reservations,
    next_in,
    note_of,
    of_person,
    present,
    waiting,
)
from node.spaces.rules import audience_of
from node.spaces.schema import TABLES
from node.spaces.search import (
    Query,
    alternatives_for,
    day_plan,
    free_now,
    month_plan,
    search,
)
from node.spaces.setting import (
    check_rules,
    find_file_row,
    instructions_of,
    note_instruction,
    rules_history,
    set_rules,
)
from node.spaces.terms import Bill
from node.spaces.turning import (
    find_turnover,
    list_turnovers,
    report_done,
    report_problem,
    solve_problem,
    take_back_done,
    turnover_problems,
    waiting_turnover,
)
from node.spaces.turnover import Report, Stage, Turnover
from node.spaces.waiting_list import (
    Call,
    calls,
    get_in_line,
    join,
    leave_all_lines,
    leave_line,
    my_line,
    my_offers,
    told_of_lines,
    whole_line,
)

__all__ = [
    "CAME_TO_NOTHING",
    "MAY_FREE_A_TIME",
    "TABLES",
    "UNKNOWN_SPACE",
    "Appointment",
    "Bill",
    "Call",
    "ChangeOffer",
    "DayPlan",
    "Entry",
    "EntryStatus",
    "Found",
    "InLine",
    "Judged",
    "Line",
    "NotOffered",
    "Offer",
    "Passed",
    "Preview",
    "Query",
    "Report",
    "Reservation",
    "Space",
    "Stage",
    "Status",
    "TakenTime",
    "Turnover",
    "Wish",
    "add_note",
    "admit",
    "after_merge",
    "alternatives_for",
    "approve",
    "arrivals",
    "assume_homes",
    "audience_of",
    "bill_for",
    "calls",
    "cancel",
    "cancellation_steps",
    "change",
    "check_admission",
    "check_history",
    "check_in",
    "check_in_opens_at",
    "check_out",
    "check_rules",
    "coming_up",
    "confirm",
    "day_plan",
    "decide_waiting",
    "decline",
    "departures",
    "find_appointment",
    "find_by_guest",
    "find_by_number",
    "find_by_pass",
    "find_entry",
    "find_file_row",
    "find_reservation",
    "find_space",
    "find_turnover",
    "free_now",
    "free_until",
    "get_in_line",
    "get_line",
    "give_up_ahead",
    "hit_by",
    "hold",
    "household_agenda",
    "import_spaces",
    "instructions_of",
    "is_open_for",
    "join",
    "leave",
    "leave_all_lines",
    "leave_line",
    "list_spaces",
    "list_turnovers",
    "month_plan",
    "my_line",
    "my_offers",
    "my_reservations",
    "next_in",
    "note_instruction",
    "note_of",
    "number_of",
    "of_person",
    "offer_free",
    "own_reservation",
    "pass_text",
    "present",
    "preview_cancellation",
    "preview_change",
    "preview_rules",
    "rebuild",
    "renew_term",
    "report_done",
    "report_problem",
    "reserve",
    "rule_cancellations",
    "rules_history",
    "search",
    "set_rules",
    "solve_problem",
    "space_agenda",
    "stay_period",
    "take_back",
    "take_back_done",
    "taken_times",
    "told_about",
    "told_of_lines",
    "turnover_problems",
    "waiting",
    "waiting_turnover",
    "whole_line",
    "why_not",
]

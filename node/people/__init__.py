"""Who lives and works here, how they sign in, and what they may count on.

A *person* belongs to a *household*; a *role* is a relation of a person to the quarter; a *service
contract* is the household's and entitles it. A *code* is the household's secret on paper, a
*card* a person's at the kiosk. The trap: rights are asked at every request, never kept.
"""

from node.people.access import (
    COMMAND_LINE,
    act_for,
    actor_of,
    building_of,
    entitlement,
    find_household,
    find_person,
    members_of,
    name_and_place,
)
from node.people.actions import add_person, forget_secrets, give_secret, sign_out_everywhere
from node.people.cards import issue_card, revoke_cards
from node.people.codes import fresh_code, issue_code, issue_letters, revoke_codes
from node.people.erasure import (
    DAYS,
    Erasing,
    Erasure,
    Receipt,
    Stage,
    find_erasure,
    is_done,
    known_erased,
    list_erasures,
    list_waiting,
    mark_of,
    note_known,
    note_progress,
    open_erasure,
    receipts_of,
    take_back,
)
from node.people.erasure_ruling import WAIT_DAYS, Ended, lapse
from node.people.export import KEEPS, LABELS, WORDS, Exporting, Part
from node.people.feeds import (
    Feed,
    FeedView,
    FollowedFeed,
    close_feed,
    follow_feed,
    list_desk_feeds,
    list_feeds,
    open_feed,
)
from node.people.following import after_merge, purge, rebuild
from node.people.importing import import_people
from node.people.outside import (
    close_outside_access,
    is_let_in_from_outside,
    list_outside_accesses,
    open_outside_access,
)
from node.people.own import add_to_household, change_profile
from node.people.reads import (
    count_people,
    device_choices,
    has_pin,
    list_devices,
    list_sessions,
    view_household,
)
from node.people.refusals import NO_CALENDAR, NOT_FOUND, ONLY_AT_HOME
from node.people.rules import query_words, search_words
from node.people.search import search_people
from node.people.sessions import Sessions
from node.people.sign_in import (
    change_secret,
    open_code,
    sign_in_first_time,
    sign_in_from_outside,
    sign_in_with_card,
    sign_in_with_name,
    sign_in_with_pin,
    team_member,
)
from node.people.tables import STANDING, TABLES
from node.people.throttle import count_code, count_wrong_address, take_code_back
from node.people.voided import list_voided

__all__ = [
    "COMMAND_LINE",
    "DAYS",
    "KEEPS",
    "LABELS",
    "NOT_FOUND",
    "NO_CALENDAR",
    "ONLY_AT_HOME",
    "STANDING",
    "TABLES",
    "WAIT_DAYS",
    "WORDS",
    "Ended",
    "Erasing",
    "Erasure",
    "Exporting",
    "Feed",
    "FeedView",
    "FollowedFeed",
    "Part",
    "Receipt",
    "Sessions",
    "Stage",
    "act_for",
    "actor_of",
    "add_person",
    "add_to_household",
    "after_merge",
    "building_of",
    "change_profile",
    "change_secret",
    "close_feed",
    "close_outside_access",
    "count_code",
    "count_people",
    "count_wrong_address",
    "device_choices",
    "entitlement",
    "find_erasure",
    "find_household",
    "find_person",
    "follow_feed",
    "forget_secrets",
    "fresh_code",
    "give_secret",
    "has_pin",
    "import_people",
    "is_done",
    "is_let_in_from_outside",
    "issue_card",
    "issue_code",
    "issue_letters",
    "known_erased",
    "lapse",
    "list_desk_feeds",
    "list_devices",
    "list_erasures",
    "list_feeds",
    "list_outside_accesses",
    "list_sessions",
    "list_voided",
    "list_waiting",
    "mark_of",
    "members_of",
    "name_and_place",
    "note_known",
    "note_progress",
    "open_code",
    "open_erasure",
    "open_feed",
    "open_outside_access",
    "purge",
    "query_words",
    "rebuild",
    "receipts_of",
    "revoke_cards",
    "revoke_codes",
    "search_people",
    "search_words",
    "sign_in_first_time",
    "sign_in_from_outside",
    "sign_in_with_card",
    "sign_in_with_name",
    "sign_in_with_pin",
    "sign_out_everywhere",
    "take_back",
    "take_code_back",
    "team_member",
    "view_household",
]

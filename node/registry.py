"""All tables of this release, collected from the rooms, under one schema number."""

from __future__ import annotations

from node import devices, quarter, spaces
from node.api.tables import TABLES as API_TABLES
from node.people.feed_tables import TABLES as FEED_TABLES
from node.people.tables import TABLES as PEOPLE_TABLES
from node.spaces.deposit_tables import DEPOSIT_STEP
from node.spaces.display_tables import TABLES as DISPLAY_TABLES
from node.spaces.guests.schema import TABLES as GUEST_TABLES
from node.spaces.hand_over_tables import HAND_OVER
from node.spaces.key_tables import KEY_MOVE
from node.spaces.levy_tables import LEVY_EXEMPTION
from node.spaces.photo_tables import HAND_OVER_PHOTO
from node.spaces.safe_code_tables import SAFE_CODE
from node.spaces.seen_tables import TEAM_ACT_SEEN
from node.spaces.unlock_tables import LOCK_OPENING
from node.store import Registry
from node.store.withheld import TABLES as STORE_TABLES
from node.sync.tables import TABLES as SYNC_TABLES

SCHEMA_NUMBER = 9
"""Rises by one with every change of a replicated table after the first release."""

REGISTRY = Registry(
    SCHEMA_NUMBER,
    (
        *STORE_TABLES,
        *SYNC_TABLES,
        *quarter.TABLES,
        *PEOPLE_TABLES,
        *FEED_TABLES,
        *spaces.TABLES,
        *DISPLAY_TABLES,
        HAND_OVER,
        *GUEST_TABLES,
        *devices.TABLES,
        HAND_OVER_PHOTO,
        DEPOSIT_STEP,
        SAFE_CODE,
        KEY_MOVE,
        LOCK_OPENING,
        LEVY_EXEMPTION,
        TEAM_ACT_SEEN,
        *API_TABLES,
    ),
)

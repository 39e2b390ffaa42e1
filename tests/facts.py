"""What tests ask of the facts themselves, past the doors of the rooms."""

from __future__ import annotations

RESERVATIONS = (
    "select id from reservation_request union select reservation_id from reservation_decision"
)
"""The ids of all reservations: what home decided at once was never a request of its own."""

NOTES = "select id from reservation_note"

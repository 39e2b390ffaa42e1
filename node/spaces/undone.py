"""That something of a reservation does not count: what was taken back, by whom, when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from node.spaces.model import Instant, id_or_none


class Undone(StrEnum):
    """What of a reservation was taken back, because it had been done by mistake."""

    CHECK_IN = "check_in"
    CHECK_OUT = "check_out"
    CANCELLATION = "cancellation"
    DECLINE = "decline"
    """The desk's no to a request."""
    NO_SHOW = "no_show"
    """That nobody came: the place is kept for its people to the end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoneFact:
    """Who of the team took what back, and when."""

    at: Instant
    what: Undone
    staff_id: str = ""

    @property
    def by(self) -> bytes | None:
        """The member of staff."""
        return id_or_none(self.staff_id)

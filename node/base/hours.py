"""Hours of the day, by a local clock, such as a night in which a line may be used freely."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Self

_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class Hours:
    """From one time of day to another, over midnight where the second is the earlier one."""

    begins: time
    ends: time

    @classmethod
    def read(cls, text: str) -> Self | None:
        """ "01:00-05:00" as somebody typed it; None for what is no such thing."""
        found = _HOURS.fullmatch(text.replace(" ", ""))
        if found is None:
            return None
        hours = (int(part) for part in found.groups())
        begins, ends = time(next(hours), next(hours)), time(next(hours), next(hours))
        return None if begins == ends else cls(begins, ends)

    def hold(self, at: datetime) -> bool:
        """Whether an instant, by the local clock, is within them."""
        now = at.time()
        if self.begins < self.ends:
            return self.begins <= now < self.ends
        return now >= self.begins or now < self.ends

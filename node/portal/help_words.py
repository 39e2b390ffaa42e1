"""Who can help and until when: the Service-Point in a sentence, as every no ends."""

from __future__ import annotations

from node import quarter
from node.base.refusals import N_
from node.store import Read
from node.web.showing import clock, moment
from node.web.visit import Visit


def desk_help(visit: Visit, read: Read) -> str:
    """Until when the desk helps now, or from when on."""
    name = quarter.get_desk(read).name
    until = quarter.desk_open_until(read, visit.now)
    if until is not None:
        return visit.say(
            N_("{desk} hilft Ihnen gern: heute bis {until}."), desk=name, until=clock(visit, until)
        )
    opens = quarter.next_desk_opening(read, visit.now)
    if opens is None:
        return ""
    return visit.say(
        N_("{desk} hilft Ihnen gern: wieder ab {opens}."), desk=name, opens=moment(visit, opens)
    )

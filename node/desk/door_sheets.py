"""The sheet beside a place's door, printed at the desk: its own code, for phones to check in."""

from __future__ import annotations

from litestar import Response, get

from node import quarter, spaces
from node.base.actors import Permission
from node.base.refusals import N_, RefusedError
from node.spaces import Space
from node.store import Read
from node.web.door_sheet import DoorSheet, at_address, door_sheet
from node.web.forms import path_id
from node.web.i18n import SOURCE, translate
from node.web.visit import Visit


@get("/desk/places/{place:str}/sheet", include_in_schema=False)
async def sheet(visit: Visit, place: str) -> Response[bytes]:
    """The sheet as a PDF."""
    visit.allowed(Permission.MANAGE_SPACES)
    space_id = path_id(place)

    def look(read: Read) -> tuple[Space, str]:
        found = spaces.find_space(read, space_id)
        if found is None or found.ended:
            raise RefusedError(spaces.UNKNOWN_SPACE)
        building = quarter.find_building(read, found.building_id)
        return found, building.name if building else ""

    space, where = await visit.read(look)
    content = door_sheet(_shown(visit, space, where))
    headers = {"content-disposition": 'inline; filename="tuerblatt.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def _shown(visit: Visit, space: Space, where: str) -> DoorSheet:
    lang, address = visit.prefs.lang, at_address(visit.house.address, space.id)
    return DoorSheet(
        quarter=visit.house.quarter_name,
        place=space.name.in_language(lang),
        number=str(space.mark.number),
        where=where,
        address=address,
        title=visit.say(N_("Einchecken und buchen mit dem Handy")),
        steps=tuple(visit.say(step) for step in STEPS),
        note=translate("en" if lang == SOURCE else SOURCE, SUMMARY),
        lang=lang,
    )


STEPS = (
    N_("Sehen Sie das Bild mit der Kamera Ihres Handys an und öffnen Sie die Adresse."),
    N_("Haben Sie gebucht, tippen Sie auf „Jetzt einchecken“. Sonst sehen Sie, was frei ist."),
    N_("Wenn Sie gehen, checken Sie genauso wieder aus."),
)
SUMMARY = N_(
    "Auf Deutsch: Sehen Sie das Bild mit der Kamera Ihres Handys an, um einzuchecken, auszuchecken"
    " oder zu sehen, was frei ist. Ohne Handy geht es in der Lobby oder am Service-Point."
)
"""The sheet in short, in the language that the rest of it is not written in."""

ROUTES = (sheet,)

"""Signing in for programs."""

from __future__ import annotations

from litestar import delete, get, post

from node import people
from node.api.description import SIGNED_IN, problems
from node.api.values import MeOut, SessionOut, SignInIn
from node.base.actors import Face
from node.base.ids import parse_id
from node.base.refusals import N_, Refusal, RefusedError
from node.web.knocking import knock_of
from node.web.visit import Visit


@get("/api/me", tags=["people"], security=SIGNED_IN, responses=problems(401))
async def me(visit: Visit) -> MeOut:
    """Who asks."""
    actor = visit.signed_in()
    return MeOut(actor.name, sorted(str(role) for role in actor.roles), actor.has_contract)


@post("/api/sessions", tags=["people"], responses=problems(404, 409, 422))
async def sign_in(visit: Visit, data: SignInIn) -> SessionOut:
    """Begin a session."""
    knock = knock_of(visit, Face.API)
    if data.name:
        found = await people.sign_in_with_name(
            visit.store, knock, data.name, data.secret, now=visit.now
        )
    else:
        try:
            person_id = parse_id(data.person_id or "")
        except ValueError:
            raise RefusedError(WHO) from None
        found = await people.sign_in_with_pin(
            visit.store, knock, person_id, data.secret, code=data.code, now=visit.now
        )
    if isinstance(found, Refusal):
        raise RefusedError(found)
    return SessionOut(found.token, found.ends_at, found.actor.name)


@delete("/api/sessions", tags=["people"], security=SIGNED_IN, responses=problems(401))
async def sign_out(visit: Visit) -> None:
    """End the session whose token is sent."""
    visit.signed_in()
    await visit.house.service(people.Sessions).end(visit.token)


WHO = Refusal(
    "api.who",
    N_("Wer meldet sich an?"),
    N_("Geben Sie name oder person_id mit code an."),
    status=422,
    field="person_id",
)

ROUTES = (me, sign_in, sign_out)

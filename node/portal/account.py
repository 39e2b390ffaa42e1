"""The account: who I am here, my PIN, my devices, my household, the way in from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from litestar import Response, get, post

from node import people
from node.base.actors import Actor, Face
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, granted
from node.people.model import Device, HouseholdView, Member, Person, Session
from node.people.outside import OutsideAccess
from node.portal.devices import device_words, told_apart
from node.portal.sign_in import sentence_of_no
from node.store import Read
from node.web import i18n
from node.web.errors import words
from node.web.forms import NOT_FOUND, Fields, read_fields
from node.web.knocking import DEVICE_COOKIE, knock_of
from node.web.prefs import changed
from node.web.showing import moment
from node.web.visit import Visit

NAME_CHARS_MAX = 80


@dataclass(slots=True)
class AccountPage:
    """See `portal/account.html`."""

    name: str
    household: str
    place: str
    contract: str
    language: str
    members: list[dict[str, str]]
    sessions: list[dict[str, Any]]
    devices: list[dict[str, Any]]
    has_card: bool
    has_pin: bool
    outside: list[dict[str, str]]
    can_outside: bool
    flashes: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class ProfilePage:
    """See `portal/account_profile.html`."""

    given_name: str
    family_name: str
    language: str
    options: list[dict[str, str]]
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class SecretPage:
    """See `portal/account_secret.html`."""

    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class MemberPage:
    """See `portal/account_member.html`."""

    given_name: str = ""
    family_name: str = ""
    refusal: dict[str, Any] | None = None
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Account:
    person: Person | None
    view: HouseholdView | None
    sessions: list[Session]
    devices: list[Device]
    outside: list[OutsideAccess]
    has_pin: bool


@get("/account", include_in_schema=False)
async def account(visit: Visit) -> Response[Any]:
    """All about my account on one page."""
    actor = visit.signed_in()
    found = await visit.read(lambda read: _read(read, actor, visit))
    page = _page(visit, found)
    done = DONE.get(visit.request.query_params.get("done", ""))
    if done:
        page.flashes = [{"kind": "success", "text": visit.say(done)}]
    return visit.page("portal/account.html", page, here="account")


def _read(read: Read, actor: Actor, visit: Visit) -> _Account:
    view = None
    if actor.household_id:
        found = people.view_household(read, actor, actor.household_id, now=visit.now)
        view = None if isinstance(found, Refusal) else found
    device = visit.kept(DEVICE_COOKIE)
    return _Account(
        person=people.find_person(read, actor.person_id),
        view=view,
        sessions=people.list_sessions(read, actor, now=visit.now),
        devices=people.list_devices(read, actor, device=device),
        outside=people.list_outside_accesses(read, actor, now=visit.now),
        has_pin=people.has_pin(read, actor.person_id),
    )


def _page(visit: Visit, found: _Account) -> AccountPage:
    view, person = found.view, found.person
    members = view.members if view else ()
    me = next((m for m in members if person and m.person.id == person.id), None)
    elsewhere = [session for session in found.sessions if session.face in ELSEWHERE]
    places = told_apart(visit.say(ELSEWHERE[session.face]) for session in elsewhere)
    texts = told_apart(device_words(visit, device.agent) for device in found.devices)
    return AccountPage(
        name=person.name if person else "",
        household=view.household.name if view else "",
        place=view.place if view else "",
        contract=_contract(visit, view),
        language=_language_name(person.profile.language if person else visit.prefs.lang),
        members=[
            {"name": member.person.name, "text": visit.say(_standing(member))} for member in members
        ],
        sessions=[
            {
                "id": id_text(session.id),
                "text": text,
                "seen": moment(visit, session.seen_at),
            }
            for session, text in zip(elsewhere, places, strict=True)
        ],
        devices=[
            {
                "id": id_text(device.id),
                "text": text,
                "seen": moment(visit, device.seen_at),
                "is_this": device.is_this,
            }
            for device, text in zip(found.devices, texts, strict=True)
        ],
        has_card=bool(me and me.has_card),
        has_pin=found.has_pin,
        outside=[
            {"made": _day(visit, each.made_at), "ends": _day(visit, each.ends_at)}
            for each in found.outside
        ],
        can_outside=bool(visit.house.away_address),
    )


def _standing(member: Member) -> str:
    """Whether a member of the household can sign in, as a German sentence."""
    if member.has_secret:
        return N_("kann sich anmelden")
    return N_("Kind") if member.person.profile.is_child else N_("noch nicht angemeldet")


ELSEWHERE = {
    Face.KIOSK: N_("Bildschirm in der Lobby"),
    Face.DESK: N_("Rechner am Service-Point"),
    Face.CENTRAL: N_("Zugang von unterwegs"),
}
"""Sessions that do not belong to a device of one's own, by their face."""


def _contract(visit: Visit, view: HouseholdView | None) -> str:
    if view is None:
        return ""
    days = {name: _day(visit, at) for name, at in view.entitlement.values.items()}
    return visit.say(view.entitlement.message, **days)


def _day(visit: Visit, at: Any) -> str:
    return i18n.full_day_words(visit.prefs.lang, at.astimezone(visit.zone).date())


def _language_name(code: str) -> str:
    return next((each.name for each in i18n.LANGUAGES if each.code == code), code)


DONE = {
    "profile": N_("Gespeichert."),
    "secret": N_("Ihre neue PIN oder Ihr neues Passwort gilt ab jetzt."),
    "member": N_("Eingetragen. Zum Anmelden dient der Code aus Ihrem Brief."),
    "session": N_("Dort ist jetzt abgemeldet."),
    "outside": N_("Der Zugang von außen ist gesperrt."),
    "card": N_("Ihre Karte ist gesperrt. Eine neue gibt der Service-Point."),
}
"""What is said once after a change, by its name in the address."""


# Name and language


@get("/account/profile", include_in_schema=False)
async def profile_page(visit: Visit) -> Response[Any]:
    """Change my name and the language of letters to me."""
    actor = visit.signed_in()
    found = await visit.read(
        lambda read: granted(people.find_person(read, actor.person_id) or NOT_FOUND)
    )
    profile = found.profile
    page = ProfilePage(profile.given_name, profile.family_name, profile.language, _languages())
    return visit.page("portal/account_profile.html", page, here="account")


def _languages() -> list[dict[str, str]]:
    return [{"value": each.code, "text": each.name} for each in i18n.LANGUAGES]


@post("/account/profile", include_in_schema=False)
async def change_profile(visit: Visit) -> Response[Any]:
    """Keep my name and language; the pages follow at once."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    page = ProfilePage(
        fields.text("given_name", required=True, longest=NAME_CHARS_MAX),
        fields.text("family_name", longest=NAME_CHARS_MAX),
        fields.choice("language", i18n.CODES, default=visit.prefs.lang),
        _languages(),
        problems=fields.problems,
    )
    if page.problems:
        return visit.page("portal/account_profile.html", page, here="account", status=422)
    result = await visit.store.write(
        lambda write: people.change_profile(
            write,
            actor,
            given_name=page.given_name,
            family_name=page.family_name,
            language=page.language,
        )
    )
    if isinstance(result, Refusal):
        _refuse(visit, page, result)
        return visit.page("portal/account_profile.html", page, here="account", status=result.status)
    visit.keep_prefs(changed(visit.prefs, {"lang": page.language}))
    return visit.go("/account?done=profile")


def _refuse(visit: Visit, page: ProfilePage | SecretPage | MemberPage, refusal: Refusal) -> None:
    if refusal.field:
        page.problems = {refusal.field: sentence_of_no(visit, refusal)}
    else:
        page.refusal = words(visit, refusal)


# PIN or password


@get("/account/secret", include_in_schema=False)
async def secret_page(visit: Visit) -> Response[Any]:
    """Choose a new PIN or password."""
    visit.signed_in()
    return visit.page("portal/account_secret.html", SecretPage(), here="account")


@post("/account/secret", include_in_schema=False)
async def change_secret(visit: Visit) -> Response[Any]:
    """Set it, after the old one was proved."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    old, new = fields.given.get("old", ""), fields.given.get("secret", "")
    page = SecretPage()
    if new != fields.given.get("again", ""):
        page.problems = {"again": visit.say(N_("Die beiden Eingaben sind verschieden."))}
        return visit.page("portal/account_secret.html", page, here="account", status=422)
    knock = knock_of(visit, Face.PORTAL)
    result = await people.change_secret(visit.store, knock, actor, old=old, new=new, now=visit.now)
    if isinstance(result, Refusal):
        _refuse(visit, page, result)
        if result.code == "people.pin_wrong":
            page.problems = {"old": sentence_of_no(visit, result)}
        return visit.page("portal/account_secret.html", page, here="account", status=result.status)
    return visit.go("/account?done=secret")


# My household


@get("/account/members/new", include_in_schema=False)
async def member_page(visit: Visit) -> Response[Any]:
    """Add somebody who lives with me."""
    visit.signed_in()
    return visit.page("portal/account_member.html", MemberPage(), here="account")


@post("/account/members/new", include_in_schema=False)
async def add_member(visit: Visit) -> Response[Any]:
    """Add them; they sign in with the household's code."""
    actor = visit.signed_in()
    fields = await read_fields(visit)
    page = MemberPage(*_names(fields), problems=fields.problems)
    if page.problems:
        return visit.page("portal/account_member.html", page, here="account", status=422)
    result = await visit.store.write(
        lambda write: people.add_to_household(
            write,
            actor,
            given_name=page.given_name,
            family_name=page.family_name,
            now=visit.now,
        )
    )
    if isinstance(result, Refusal):
        _refuse(visit, page, result)
        return visit.page("portal/account_member.html", page, here="account", status=result.status)
    return visit.go("/account?done=member")


def _names(fields: Fields) -> tuple[str, str]:
    return (
        fields.text("given_name", required=True, longest=NAME_CHARS_MAX),
        fields.text("family_name", longest=NAME_CHARS_MAX),
    )


ROUTES = (
    account,
    profile_page,
    change_profile,
    secret_page,
    change_secret,
    member_page,
    add_member,
)

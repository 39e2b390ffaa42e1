"""A visit: one request with who, language, time and store; what every handler starts from."""

from __future__ import annotations

import dataclasses
import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Protocol, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from litestar import Request, Response
from litestar.datastructures import Cookie, State
from litestar.response import Redirect

from node.base.actors import NOBODY, Actor, Face, Permission, may
from node.base.clock import Clock
from node.base.ids import id_text
from node.base.refusals import N_, Refusal, RefusedError
from node.quarter.model import LocalText
from node.store import Basis, Read, Store, Write
from node.web import i18n
from node.web.asked import Asked
from node.web.prefs import PREFS_COOKIE, Prefs
from node.web.problem import problem
from node.web.ready import HTML, JSON, Ready, attachment
from node.web.table import CSV, SUFFIX, Table, written
from node.web.templating import Templates

T = TypeVar("T")
HttpRequest = Request[Any, Any, State]
Refuse = Callable[["Visit", Refusal], Awaitable[Response[Any]]]

YEAR_SECONDS = 365 * 24 * 3600
NEVER = datetime.min.replace(tzinfo=UTC)
"""Until when an answer may be kept of which its page does not say."""


async def _no_line() -> tuple[int, bool]:
    return 0, False


class Signer(Protocol):
    """Whoever holds the node's key."""

    def sign(self, purpose: str, message: bytes) -> bytes:
        """A signature good for this purpose only."""
        ...


@dataclass(slots=True)
class House:
    """What a running node offers its faces; made once by the app."""

    store: Store
    clock: Clock
    templates: Templates
    secret: bytes
    quarter_name: str
    demo: bool
    signer: Signer
    home_keys: Callable[[], list[bytes]]
    """The public keys of the nodes that decide, or once did: what passes are checked with."""
    line: Callable[[], Awaitable[tuple[int, bool]]] = _no_line
    """How many changes wait to be sent, and whether the line is cut."""
    address: str = ""
    """The portal's address as people type it."""
    away_address: str = ""
    """Where central shows this quarter's pages to those on the way; empty where there is none."""
    services: Mapping[type, Any] = field(default_factory=dict)

    @property
    def site_id(self) -> bytes:
        """The id under which this node decides and writes."""
        return self.store.core.site_id

    def service(self, kind: type[T]) -> T:
        """The one object of this class that the app has put here (sessions, sync, settings)."""
        found: T = self.services[kind]
        return found


@dataclass(slots=True)
class Visit:
    """One request. Raise `RefusedError` to answer with a no; the error map renders it.

    An answer may be kept for whoever asks the same again (`memory.py`) if its page says `until`
    when, and looked at nothing but this object; `strays` notes where it did.
    """

    asked: Asked
    house: House
    prefs: Prefs
    now: datetime
    clock_trusted: bool
    make_request: Callable[[], HttpRequest]
    actor: Actor = NOBODY
    token: str = ""
    cookies: list[Cookie] = field(default_factory=list)
    basis: Basis = field(default_factory=Basis)
    until: datetime = NEVER
    strays: bool = False
    is_file: bool = False
    """What is answered is read without a browser, and marks nothing."""
    refuse: Refuse | None = None
    """How this face says no, where its frame has to be looked up for that."""
    _request: HttpRequest | None = None

    @property
    def request(self) -> HttpRequest:
        """The whole request, for what `asked` does not tell: its body, its sender."""
        self.strays = True
        if self._request is None:
            self._request = self.make_request()
        return self._request

    @property
    def store(self) -> Store:
        """The door to the database; `read` and `write` are enough for most."""
        self.strays = True
        return self.house.store

    @property
    def zone(self) -> ZoneInfo:
        """The quarter's time zone."""
        return self.house.templates.zone

    @property
    def today(self) -> date:
        """The day in the quarter."""
        return self.now.astimezone(self.zone).date()

    def say(self, text: str, **values: Any) -> str:
        """A German source sentence in the visitor's language; instants in the quarter's time."""
        for name, value in values.items():
            if isinstance(value, datetime):
                values[name] = i18n.moment_words(self.prefs.lang, value, self.zone, now=self.now)
            elif isinstance(value, date):
                values[name] = i18n.day_words(self.prefs.lang, value, today=self.today)
            elif isinstance(value, LocalText):
                values[name] = self.local(value)
        if self.wants_page:
            return i18n.marked(self.prefs.lang, text, **values)
        return i18n.translate(self.prefs.lang, text, **values)

    def local(self, text: LocalText) -> str:
        """What the operator wrote, in the visitor's language where it was translated."""
        lang = self.prefs.lang
        return i18n.own_words(lang, text) if self.wants_page else text.in_language(lang)

    def list_words(self, *parts: str) -> str:
        """Parts of a line, with the comma of the language; empty ones are left out."""
        return i18n.list_words(self.prefs.lang, filter(None, parts))

    def signed_in(self) -> Actor:
        """The signed-in person; anybody else is asked to sign in."""
        if not self.actor.is_signed_in:
            raise RefusedError(SIGN_IN_FIRST)
        return self.actor

    def allowed(self, permission: Permission) -> Actor:
        """The signed-in person, if they hold the permission."""
        actor = self.signed_in()
        if not may(actor, permission):
            raise RefusedError(NOT_ALLOWED)
        return actor

    async def read(self, fn: Callable[[Read], T | Refusal]) -> T:
        """Read from the store; a `Refusal` that comes back is raised."""
        return _raised(await self.house.store.read(fn, basis=self.basis))

    async def write(self, fn: Callable[[Write], T | Refusal]) -> T:
        """Write to the store; a `Refusal` that comes back is raised."""
        return _raised(await self.store.write(fn))

    # Answers

    @property
    def wants_json(self) -> bool:
        """Whether a program asks: JSON is accepted and HTML is not named."""
        return self.asked.wants_json

    @property
    def wants_page(self) -> bool:
        """Whether a page is asked for, which marks what is German in it; files have no marks."""
        is_data = self.wants_json or self.asked.wants_table or face_of(self.asked.path) is Face.API
        return not (is_data or self.is_file)

    def page(
        self,
        template: str,
        data: Any = None,
        *,
        here: str = "",
        status: int = 200,
        until: datetime = NEVER,
        table: Callable[[], Table] | None = None,
    ) -> Response[Any]:
        """The page, or the same data as JSON for a program, or what it lists as a table.

        `data` is a dataclass or mapping; its fields are the template's names. `until` says when
        time alone makes it untrue, and that it may be kept until then: see `memory.py`.
        """
        self.until = until
        if self.asked.wants_table and status == 200:
            if table is not None:
                return self._table(table())
            if self.asked.takes_nothing_else:
                raise RefusedError(NO_TABLE)
        fields = as_mapping(data)
        if self.wants_json and status >= 400:
            return self._refused_page(fields, status)
        if self.wants_json:
            body = msgspec.json.encode(as_json(fields))
            return Ready(body, JSON, status=status, cookies=self.cookies, vary=b"accept, cookie")
        context = {**self.frame(here), **fields}
        if table is not None:
            context["table_href"] = self.table_address
        body = self.house.templates.render(template, self.prefs.lang, context).encode()
        vary = b"accept, cookie, accept-language"
        return Ready(body, HTML, status=status, cookies=self.cookies, vary=vary)

    def _table(self, table: Table) -> Response[Any]:
        body = written(table, self.prefs.lang, self.zone)
        vary = b"accept, cookie, accept-language"
        answer = Ready(body, CSV, status=200, cookies=self.cookies, vary=vary)
        answer.headers["content-disposition"] = attachment(f"{table.name}{SUFFIX}")
        return answer

    def _refused_page(self, fields: dict[str, Any], status: int) -> Response[Any]:
        """A page that says no, for a program: why, at which fields, and what else it shows."""
        said = fields.get("refusal") or {
            "code": "web.fields",
            "message": self.say(CHECK_FIELDS.message),
            "remedy": self.say(CHECK_FIELDS.remedy),
            "status": status,
        }
        shown = {name: part for name, part in fields.items() if name not in PROBLEM_PARTS}
        more = {"problems": fields.get("problems") or fields.get("errors"), "page": as_json(shown)}
        return problem({**said, "help": as_json(said.get("help"))}, more=more, cookies=self.cookies)

    def frame(self, here: str) -> dict[str, Any]:
        """What every page's frame shows."""
        actor = self.actor
        return {
            "prefs": self.prefs,
            "quarter": {"name": self.house.quarter_name},
            "demo": self.house.demo,
            "csrf": self.csrf,
            "path": self.asked.path,
            "way_back": self.address,
            "languages": languages_of(self.asked.path),
            "flashes": (),
            "actor": actor if actor.is_signed_in else None,
            "here": here,
            "now": self.now,
            "clock_trusted": self.clock_trusted,
        }

    @property
    def table_address(self) -> str:
        """Where what the page lists is as a table."""
        path, _, asked = self.address.partition("?")
        return f"{path}{SUFFIX}?{asked}" if asked else f"{path}{SUFFIX}"

    @property
    def address(self) -> str:
        """The page's own address with what was asked, for the way back to it."""
        return self.asked.address

    def go(self, path: str) -> Redirect:
        """Send the browser to another page after a form (303)."""
        return Redirect(path, status_code=303, cookies=self.cookies)

    # Forms

    @property
    def csrf(self) -> str:
        """The token that this visitor's forms carry: bound to the session."""
        return _csrf(self.house.secret, self.token)

    def check_csrf(self, given: str) -> None:
        """Refuse a form that this visitor's own page did not make."""
        if not hmac.compare_digest(self.csrf.encode(), given.encode()):
            raise RefusedError(FORM_IS_OLD)

    # What a browser keeps

    def kept(self, key: str) -> str:
        """What this browser kept under the name; "" if nothing."""
        return self.asked.cookie(key)

    def keep(self, key: str, value: str, *, max_age: int | None = None, path: str = "/") -> None:
        """Set a cookie that scripts cannot read."""
        self.cookies.append(
            Cookie(
                key=self.asked.cookie_name(key),
                value=value,
                path=path,
                max_age=max_age,
                httponly=True,
                samesite="lax",
                secure=self.asked.scheme == "https",
            )
        )

    def keep_prefs(self, prefs: Prefs) -> None:
        """Remember how somebody wants to read."""
        self.keep(PREFS_COOKIE, str(prefs), max_age=YEAR_SECONDS)

    def forget(self, key: str, *, path: str = "/") -> None:
        """Remove a cookie."""
        self.keep(key, "", max_age=0, path=path)


SIGN_IN_FIRST = Refusal(
    code="web.sign_in_first",
    message=N_("Bitte melden Sie sich an."),
    remedy=N_("Mit dem Code aus Ihrem Brief dauert es eine Minute."),
    status=401,
)
NOT_ALLOWED = Refusal(
    code="web.not_allowed",
    message=N_("Dafür haben Sie keine Berechtigung."),
    remedy=N_("Bitte fragen Sie am Service-Point."),
    status=403,
)
CHECK_FIELDS = Refusal(
    code="web.fields",
    message=N_("Bitte prüfen Sie Ihre Angaben."),
    remedy=N_("Was nicht stimmt, steht bei jedem Feld."),
    status=422,
)
NO_TABLE = Refusal(
    code="web.no_table",
    message=N_("Diese Seite gibt es nicht als Tabelle."),
    remedy=N_("Wo es eine gibt, steht auf der Seite „Als Tabelle“."),
    status=406,
)
PROBLEM_PARTS = frozenset({"refusal", "problems", "errors"})
FORM_IS_OLD = Refusal(
    code="web.form_is_old",
    message=N_("Diese Seite ist zu alt, um sie abzuschicken."),
    remedy=N_("Bitte laden Sie die Seite neu. Ihre Angaben wurden nicht gespeichert."),
    status=403,
)


@lru_cache(maxsize=256)
def _csrf(secret: bytes, token: str) -> str:
    return hmac.digest(secret, b"csrf\0" + token.encode(), "sha256").hex()[:32]


def _raised(result: T | Refusal) -> T:
    if isinstance(result, Refusal):
        raise RefusedError(result)
    return result


def as_mapping(data: Any) -> dict[str, Any]:
    """The fields of a dataclass or mapping by name, not copied deeper."""
    if data is None:
        return {}
    if isinstance(data, Mapping):
        return dict(data)
    return {item.name: getattr(data, item.name) for item in dataclasses.fields(data)}


def as_json(value: Any) -> Any:
    """Domain values as JSON knows them: ids as text, instants as ISO 8601 in UTC."""
    if isinstance(value, bytes):
        return id_text(value) if len(value) == 16 else value.hex()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: as_json(part) for name, part in as_mapping(value).items()}
    if isinstance(value, Mapping):
        return {str(name): as_json(part) for name, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(part) for part in value]
    return msgspec.to_builtins(value)


def languages_of(path: str) -> tuple[i18n.Language, ...]:
    """The languages that the pages at an address are offered in."""
    return i18n.COMPLETE if path.startswith(("/desk", "/central")) else i18n.LANGUAGES


def face_of(path: str) -> Face:
    """The face that an address belongs to."""
    named = {"kiosk": Face.KIOSK, "door": Face.KIOSK, "desk": Face.DESK, "api": Face.API}
    return named.get(first_part(path), Face.PORTAL)


def first_part(path: str) -> str:
    """The word that an address begins with, as routing reads it: more slashes count as one."""
    return path.lstrip("/").partition("/")[0]

"""Every page of portal, lobby and desk, in the states that people meet it in: who sees it, where,
and how they come there. A page without a line here fails `test_every_page.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from tests.pictures.stage import AT

SCREENS = {"phone": (390, 844), "desk": (1440, 900), "lobby": (1080, 1920), "door": (1280, 800)}
ELSEWHERE = (("X-Forwarded-For", "198.51.100.7"),)
"""A request that comes through a proxy comes from no screen of the box."""
Step = Callable[[Any, dict[str, str]], None]


@dataclass(frozen=True)
class Shot:
    """One picture: its page's template, the address that leads there and what is done from it.

    Addresses and typed words may hold what the stage knows, in braces. `at` is where one ends
    when that is another page, as its route is written.
    """

    name: str
    template: str
    path: str
    steps: tuple[Step, ...] = ()
    at: str = ""
    who: str = ""
    node: str = "home"
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    once: bool = False
    """It passes by when it is seen, so it is seen in German and with script only."""

    @property
    def face(self) -> str:
        """The face that it belongs to: its name begins with it."""
        return self.name.partition("-")[0]

    @property
    def screen(self) -> str:
        """What it is looked at on."""
        screens = {"portal": "phone", "kiosk": "lobby", "desk": "desk", "door": "door"}
        return screens[self.face]


@dataclass(frozen=True)
class Scene:
    """Pictures of one time and one state of the line."""

    name: str
    shots: tuple[Shot, ...]
    line: str = "ok"
    doubted: bool = False
    at: datetime = AT


def fill(field: str, words: str) -> Step:
    """Type words into a field."""
    return lambda page, known: page.fill(field, words.format_map(known))


def press(button: str) -> Step:
    """Press a button or link that leads to another page."""

    def go(page: Any, known: dict[str, str]) -> None:
        with page.expect_navigation():
            page.click(button.format_map(known))

    return go


def touch(thing: str) -> Step:
    """Touch something that changes this page."""
    return lambda page, known: page.click(thing.format_map(known))


def pick(field: str, value: str) -> Step:
    """Choose one of several."""
    return lambda page, known: page.select_option(field, value.format_map(known))


def alter(thing: str, value: str) -> Step:
    """A form that is older than the world: its button or field holds what no longer is."""
    return lambda page, known: page.eval_on_selector(
        thing, "(one, value) => { one.value = value }", value.format_map(known)
    )


def too_much(page: Any, known: dict[str, str]) -> None:
    """Paste far more than a form takes."""
    page.eval_on_selector(
        "main form input[name=csrf]", "(one) => { one.value = 'x'.repeat(1200000) }"
    )


def guess(times: int) -> Step:
    """Type a wrong code, again and again."""

    def try_all(page: Any, known: dict[str, str]) -> None:
        for number in range(times):
            page.fill("#code", f"2222 3333 {4000 + number}")
            with page.expect_navigation():
                page.click("form[action^='/sign-in'] .button")

    return try_all


def hang(room: str) -> Step:
    """Be the tablet at a room's door."""

    def become(page: Any, known: dict[str, str]) -> None:
        where = urlsplit(page.url)
        name, token = f"quartier_door_{where.port}", known[f"door_{room}"]
        kept = {"name": name, "value": token, "domain": where.hostname, "path": "/door"}
        page.context.add_cookies([kept])
        page.goto(f"{where.scheme}://{where.netloc}/door")

    return become


SIGN_IN = "form[action^='/sign-in'] .button"
SECRET = "form[action^='/sign-in/secret'] .button"
SATURDAY = "/find?kind=room&day=2026-12-12&starts=15:00&ends=19:00&people=12"
SPLIT = "/find?kind=guest_apartment&day=2027-03-02&until=2027-03-07&people=2"
STAY = "/find?kind=guest_apartment&day=2026-12-07&until=2026-12-10&people=3&ages=4"
FIRST_OFFER = ".offers button >> nth=0"

SIGNING_IN = (
    Shot("portal-sign-in", "portal/sign_in.html", "/sign-in"),
    Shot("portal-sign-in-letter", "portal/sign_in.html", "/c/{stranger_code}"),
    Shot(
        "portal-sign-in-wrong",
        "portal/sign_in.html",
        "/sign-in",
        (fill("#code", "ABCD EFGH JKM2"), press(SIGN_IN)),
        status=403,
    ),
    Shot("portal-sign-in-known", "portal/sign_in.html", "/sign-in", who="left"),
    Shot(
        "portal-sign-in-who",
        "portal/sign_in_who.html",
        "/c/{stranger_code}",
        (press(SIGN_IN),),
        at="/sign-in/who",
    ),
    Shot(
        "portal-sign-in-first",
        "portal/sign_in_secret.html",
        "/c/{stranger_code}",
        (press(SIGN_IN), press("a:text-is('{stranger}')")),
        at="/sign-in/secret",
    ),
    Shot(
        "portal-sign-in-first-wrong",
        "portal/sign_in_secret.html",
        "/c/{stranger_code}",
        (
            press(SIGN_IN),
            press("a:text-is('{stranger}')"),
            fill("#secret", "123456"),
            fill("#again", "123457"),
            press(SECRET),
        ),
        status=422,
        at="/sign-in/secret",
    ),
    Shot(
        "portal-sign-in-join",
        "portal/sign_in_secret.html",
        "/c/{stranger_code}",
        (press(SIGN_IN), press(".rows li:last-child a")),
        at="/sign-in/secret",
    ),
    Shot(
        "portal-sign-in-pin",
        "portal/sign_in_secret.html",
        "/sign-in",
        (press(".rows a >> nth=0"),),
        who="left",
        at="/sign-in/secret",
    ),
    Shot(
        "portal-sign-in-pin-wrong",
        "portal/sign_in_secret.html",
        "/sign-in",
        (press(".rows a >> nth=0"), fill("#secret", "0000"), press(SECRET)),
        who="left",
        status=403,
        at="/sign-in/secret",
    ),
    Shot("portal-away", "portal/sign_in_away.html", "/away/{away}", node="central"),
    Shot(
        "portal-away-void",
        "portal/sign_in_away.html",
        "/away/nothing",
        (press("form[action^='/away'] button"),),
        node="central",
        status=403,
    ),
)
TODAY = (
    Shot("portal-today", "portal/today.html", "/", who="resident"),
    Shot("portal-today-empty", "portal/today.html", "/", who="newcomer"),
    Shot("portal-today-waiting", "portal/today.html", "/", who="busy"),
    Shot("portal-today-told", "portal/today.html", "/", who="moved"),
    Shot("portal-today-shut", "portal/today.html", "/", who="shut"),
    Shot("portal-mine-shut", "portal/reservation.html", "/mine/{shut_out}", who="shut"),
    Shot("portal-closed", "portal/closed.html", "/mine/{shut_out}/closed", who="shut"),
    Shot("portal-mine-told", "portal/reservation.html", "/mine/{relocated}", who="moved"),
    Shot("portal-today-away", "portal/today.html", "/", who="away", node="central"),
)
BOOKING = (
    Shot("portal-find", "portal/find.html", "/find", who="resident"),
    Shot("portal-find-stays", "portal/find.html", "/find?kind=guest_apartment", who="resident"),
    Shot("portal-find-free", "portal/find.html", SATURDAY, who="booker"),
    Shot(
        "portal-find-nothing",
        "portal/find.html",
        "/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=20",
        who="booker",
    ),
    Shot(
        "portal-find-wrong",
        "portal/find.html",
        "/find?kind=room&day=2026-12-12&starts=19:00&ends=15:00&people=12",
        who="booker",
        status=422,
    ),
    Shot("portal-find-stay-free", "portal/find.html", STAY, who="booker"),
    Shot(
        "portal-find-taken",
        "portal/find.html",
        SATURDAY,
        (
            alter(FIRST_OFFER, "{salon_taken}"),
            press(FIRST_OFFER),
        ),
        who="booker",
        status=409,
        at="/hold",
    ),
    Shot("portal-space", "portal/space.html", "/spaces/{salon}?day=2026-11-28", who="resident"),
    Shot(
        "portal-space-closed",
        "portal/space.html",
        "/spaces/{werkstatt}?day=2026-12-03",
        who="resident",
    ),
    Shot("portal-space-stay", "portal/space.html", "/spaces/{provence}", who="resident"),
    Shot(
        "portal-confirm",
        "portal/confirm.html",
        SATURDAY,
        (press(FIRST_OFFER),),
        who="booker",
        at="/book/{reservation:str}",
    ),
    Shot(
        "portal-together",
        "portal/together.html",
        SATURDAY,
        (press(FIRST_OFFER), press(".series-way a[href^='/together']")),
        who="booker",
        at="/together",
    ),
    Shot(
        "portal-series",
        "portal/series.html",
        SATURDAY,
        (press(FIRST_OFFER), press(".series-way a[href^='/series']")),
        who="booker",
        at="/series",
    ),
    Shot(
        "portal-series-dates",
        "portal/series.html",
        SATURDAY,
        (
            press(FIRST_OFFER),
            press(".series-way a[href^='/series']"),
            press("form[method='get'] button[type='submit']"),
        ),
        who="booker",
        at="/series",
    ),
    Shot("portal-find-split", "portal/find.html", SPLIT, who="booker"),
    Shot("portal-find-split-asked", "portal/find.html", SPLIT, who="booker", node="kiosk"),
    Shot(
        "portal-split",
        "portal/stay.html",
        SPLIT,
        (press(".rows a[href^='/stay']"),),
        who="booker",
        at="/stay",
    ),
    Shot(
        "portal-confirm-stay",
        "portal/confirm.html",
        STAY,
        (press(FIRST_OFFER),),
        who="booker",
        at="/book/{reservation:str}",
    ),
    Shot(
        "portal-confirm-elsewhere",
        "portal/confirm.html",
        SATURDAY,
        (press(FIRST_OFFER),),
        who="booker",
        node="kiosk",
        at="/book",
    ),
)
MINE = (
    Shot("portal-mine", "portal/mine.html", "/mine", who="resident"),
    Shot("portal-mine-states", "portal/mine.html", "/mine", who="busy"),
    Shot("portal-mine-offered", "portal/mine.html", "/mine", who="booker"),
    Shot("portal-today-offered", "portal/today.html", "/", who="booker"),
    Shot("portal-waiting", "portal/waiting.html", "/wait/{waits}?new=1", who="booker"),
    Shot("portal-waiting-offered", "portal/waiting.html", "/wait/{offered}", who="booker"),
    Shot("portal-mine-empty", "portal/mine.html", "/mine", who="newcomer"),
    Shot("portal-booked", "portal/reservation.html", "/mine/{ahead}?new=1", who="resident"),
    Shot("portal-reservation", "portal/reservation.html", "/mine/{ahead}", who="resident"),
    Shot(
        "portal-reservation-requested", "portal/reservation.html", "/mine/{requested}", who="busy"
    ),
    Shot("portal-reservation-declined", "portal/reservation.html", "/mine/{declined}", who="busy"),
    Shot(
        "portal-reservation-displaced", "portal/reservation.html", "/mine/{displaced}", who="busy"
    ),
    Shot(
        "portal-reservation-cancelled", "portal/reservation.html", "/mine/{cancelled}", who="busy"
    ),
    Shot("portal-reservation-here", "portal/reservation.html", "/mine/{here}", who="busy"),
    Shot("portal-safe-code", "portal/safe_code.html", "/mine/{here}/code", who="busy"),
    Shot("portal-unlocking", "portal/unlocking.html", "/mine/{here}/open", who="busy"),
    Shot("portal-hand-over", "portal/hand_over.html", "/mine/{here}/hand-over/out", who="busy"),
    Shot("portal-list-link", "portal/hand_over.html", "/list/{list_link}/hand-over/out"),
    Shot(
        "portal-hand-over-wrong",
        "portal/hand_over.html",
        "/mine/{here}/hand-over/out",
        (touch("#is_tables_differs"), press("button[value=sign]")),
        who="busy",
        status=422,
    ),
    Shot(
        "portal-hand-over-signed", "portal/hand_over.html", "/mine/{here}/hand-over/in", who="busy"
    ),
    Shot("portal-cancel", "portal/cancel.html", "/mine/{ahead}/cancel", who="resident"),
    Shot("portal-change", "portal/change.html", "/mine/{ahead}/change", who="resident"),
    Shot(
        "portal-change-offer",
        "portal/change.html",
        "/mine/{ahead}/change",
        (fill("#ends", "20:30"), press("form[method='get'] button[type='submit']")),
        who="resident",
    ),
    Shot(
        "portal-change-no",
        "portal/change.html",
        "/mine/{ahead}/change",
        (fill("#starts", "05:00"), press("form[method='get'] button[type='submit']")),
        who="resident",
        status=409,
    ),
    Shot("portal-reservation-weekly", "portal/reservation.html", "/mine/{weekly}", who="busy"),
    Shot(
        "portal-series-cancel",
        "portal/series_cancel.html",
        "/mine/{weekly}/cancel-series",
        who="busy",
    ),
    Shot("portal-cancel-fee", "portal/cancel.html", "/mine/{soon}/cancel", who="busy"),
    Shot("portal-pass", "portal/pass.html", "/mine/{open_now}/pass", who="resident"),
    Shot("portal-pass-early", "portal/pass.html", "/mine/{ahead}/pass", who="resident"),
    Shot("portal-public-pass", "portal/public_pass.html", "/p/{open_now_pass}"),
    Shot("portal-public-pass-early", "portal/public_pass.html", "/p/{ahead_pass}"),
    Shot("portal-public-pass-here", "portal/public_pass.html", "/p/{here_pass}"),
    Shot("portal-public-pass-forged", "portal/public_pass.html", "/p/{forged_pass}", status=403),
)
GUESTS = (
    Shot("portal-guest", "portal/guest.html", "/guest/{told_guest}"),
    Shot("portal-guest-arrival", "portal/guest_arrival.html", "/guest/{untold_guest}/arrival"),
    Shot(
        "portal-guest-arrival-wrong",
        "portal/guest_arrival.html",
        "/guest/{untold_guest}/arrival",
        (
            fill("#name_0", "Ines Kremer"),
            fill("#name_1", "Luc Petit"),
            pick("#nation_0", "german"),
            press("form[action$='/arrival'] .button"),
        ),
        status=422,
    ),
    Shot("portal-guest-form", "portal/guest_form.html", "/guest/{told_guest}/form/1"),
    Shot(
        "portal-guest-form-wrong",
        "portal/guest_form.html",
        "/guest/{told_guest}/form/1",
        (fill("#born", "2027-02-03"), press("form[action$='/form/1'] .button")),
        status=422,
    ),
    Shot("portal-guest-sign", "portal/guest_sign.html", "/guest/{told_guest}/sign/1"),
    Shot("portal-guest-moves", "portal/guest.html", "/guest/{moved_guest}"),
    Shot("portal-guest-gone", "portal/guest_gone.html", "/guest/{gone_guest}"),
    Shot("portal-guest-inside", "portal/guest.html", "/guest/{inside_guest}"),
    Shot("portal-guest-code", "portal/safe_code.html", "/guest/{inside_guest}/code"),
    Shot("portal-guest-open", "portal/unlocking.html", "/guest/{inside_guest}/open"),
    Shot("portal-guest-list", "portal/hand_over.html", "/guest/{inside_guest}/hand-over/in"),
    Shot("desk-guests", "desk/guests.html", "/desk/guests/{told_stay}", who="mira"),
    Shot("desk-income", "desk/income.html", "/desk/income", who="mira"),
    Shot("desk-stays", "desk/stays.html", "/desk/stays?quarter=2026-4", who="mira"),
    Shot("desk-telling", "desk/telling.html", "/desk/telling", who="mira"),
    Shot("desk-displaced", "desk/displaced.html", "/desk/displaced", who="mira"),
    Shot("desk-deposits", "desk/deposits.html", "/desk/deposits", who="mira"),
    Shot("desk-stay-forms", "desk/stay_forms.html", "/desk/stays/forms?quarter=2026-4", who="mira"),
    Shot("desk-taxes", "desk/taxes.html", "/desk/taxes", who="mira"),
    Shot("desk-levy", "desk/levy.html", "/desk/reservations/{told_stay}/levy", who="mira"),
    Shot("desk-guest-form", "desk/guest_form.html", "/desk/guests/{told_stay}/form/1", who="mira"),
    Shot("portal-guest-link", "portal/guest_link.html", "/mine/{own_stay}/guest", who="host"),
    Shot(
        "portal-guest-link-made",
        "portal/guest_link.html",
        "/mine/{own_stay}/guest",
        (press("form[action$='/guest'] .button"),),
        who="host",
    ),
    Shot(
        "desk-guest-link-made",
        "desk/guest_link.html",
        "/desk/reservations/{spare_stay}/guest",
        (press("form[action$='/guest'] .button"),),
        who="mira",
    ),
)
AT_PLACE = (
    Shot("portal-at-mine", "portal/at_place.html", "/at/{lernzimmer}", who="resident"),
    Shot("portal-at-here", "portal/at_place.html", "/at/{hofterrasse}", who="busy"),
    Shot("portal-at-free", "portal/at_place.html", "/at/{salon}", who="booker"),
    Shot("portal-at-taken", "portal/at_place.html", "/at/{lernzimmer}", who="booker"),
    Shot(
        "portal-at-wrong-figures",
        "portal/at_place.html",
        "/at/{lernzimmer}",
        (fill("#figures", "000 000"), press("form[action^='/at/'] .button")),
        at="/at/{space:str}/{act:str}",
        who="resident",
        status=422,
    ),
)
HOUSE = (
    Shot("portal-house", "portal/house.html", "/house", who="resident"),
    Shot("portal-account", "portal/account.html", "/account", who="resident"),
    Shot("portal-account-done", "portal/account.html", "/account?done=profile", who="busy"),
    Shot("portal-account-away", "portal/account.html", "/account", who="away", node="central"),
    Shot(
        "portal-account-profile", "portal/account_profile.html", "/account/profile", who="resident"
    ),
    Shot("portal-account-secret", "portal/account_secret.html", "/account/secret", who="resident"),
    Shot(
        "portal-account-secret-wrong",
        "portal/account_secret.html",
        "/account/secret",
        (
            fill("#old", "0000"),
            fill("#secret", "135790"),
            fill("#again", "135790"),
            press("form[action='/account/secret'] .button"),
        ),
        who="busy",
        status=403,
    ),
    Shot(
        "portal-account-member",
        "portal/account_member.html",
        "/account/members/new",
        who="resident",
    ),
    Shot(
        "portal-account-outside",
        "portal/account_outside.html",
        "/account",
        (press("form[action='/account/outside'] button"),),
        who="newcomer",
        at="/account/outside",
    ),
    Shot(
        "portal-calendars",
        "portal/calendars.html",
        "/account/calendars?space={salon}",
        who="resident",
    ),
    Shot(
        "portal-calendar-address",
        "portal/calendar_address.html",
        "/account/calendars",
        (press("form[action='/account/calendars'] button"),),
        who="newcomer",
    ),
    Shot("portal-turnover", "portal/turnover.html", "/turnover/{cleaner_list}"),
    Shot(
        "portal-turnover-problem",
        "portal/turnover.html",
        "/turnover/{cleaner_list}",
        (
            touch(".turnover-problem summary >> nth=0"),
            fill(".turnover-problem[open] input[name=words]", "Lampe im Bad geht nicht"),
            press(".turnover-problem[open] .button"),
        ),
        once=True,
    ),
    Shot("portal-account-data", "portal/account_data.html", "/account/data", who="resident"),
    Shot("portal-account-erase", "portal/account_erase.html", "/account/erase", who="resident"),
    Shot("portal-receipts", "portal/receipt.html", "/receipts"),
    Shot("portal-receipt", "portal/receipt.html", "/receipts/{receipt}"),
    Shot(
        "portal-receipt-wrong",
        "portal/receipt.html",
        "/receipts",
        (fill("#number", "4F7K-9QXM-2B6T"), press("main form .button")),
        status=404,
    ),
    Shot("portal-help", "portal/help.html", "/help"),
    Shot("portal-imprint", "portal/imprint.html", "/imprint"),
    Shot("portal-privacy", "portal/privacy.html", "/privacy"),
    Shot("portal-accessibility", "portal/accessibility.html", "/accessibility"),
    Shot("portal-offline", "portal/offline.html", "/offline"),
    Shot(
        "portal-display", "portal/today.html", "/", (touch(".display > summary"),), who="resident"
    ),
)
REFUSALS = (
    Shot(
        "portal-refusal-400",
        "refusal.html",
        SATURDAY,
        (alter(FIRST_OFFER, "nonsense"), press(FIRST_OFFER)),
        who="booker",
        status=400,
        at="/hold",
    ),
    Shot(
        "portal-refusal-403",
        "refusal.html",
        "/sign-in",
        (
            alter("form[action='/sign-in'] input[name=csrf]", "old"),
            fill("#code", "x"),
            press(SIGN_IN),
        ),
        status=403,
    ),
    Shot("portal-refusal-404", "refusal.html", "/nowhere", who="resident", status=404),
    Shot("portal-refusal-405", "refusal.html", "/hold", who="resident", status=405),
    Shot(
        "portal-refusal-413",
        "refusal.html",
        "/account/profile",
        (too_much, press("form[action='/account/profile'] .button")),
        who="resident",
        status=413,
    ),
    Shot(
        "portal-refusal-429",
        "portal/sign_in.html",
        "/sign-in",
        (guess(12),),
        node="central",
        status=429,
    ),
    Shot("portal-refusal-500", "refusal.html", "/receipts/{receipt}", node="broken", status=500),
    Shot("desk-refusal-404", "refusal.html", "/desk/reservations/none", who="mira", status=404),
    Shot("desk-refusal-403", "refusal.html", "/desk/find", who="henrike", status=403),
    Shot("kiosk-refusal-404", "refusal.html", "/kiosk/nowhere", node="kiosk", status=404),
    Shot(
        "portal-elsewhere",
        "kiosk/elsewhere.html",
        "/kiosk",
        node="kiosk",
        headers=(("X-Forwarded-For", "198.51.100.7"),),
        status=403,
    ),
)
DESK = (
    Shot("desk-sign-in", "desk/sign_in.html", "/desk/sign-in"),
    Shot(
        "desk-sign-in-wrong",
        "desk/sign_in.html",
        "/desk/sign-in",
        (fill("#name", "mira"), fill("#password", "falsch"), press(".button-primary")),
        status=403,
    ),
    Shot("desk-today", "desk/today.html", "/desk", who="mira"),
    Shot("desk-today-operator", "desk/health.html", "/desk", who="levin", at="/desk/health"),
    Shot("desk-find", "desk/find.html", "/desk/find", who="mira"),
    Shot("desk-find-person", "desk/find.html", "/desk/find?person={newcomer_id}", who="mira"),
    Shot(
        "desk-find-free",
        "desk/find.html",
        "/desk" + SATURDAY + "&search=1&person={newcomer_id}",
        who="mira",
    ),
    Shot(
        "desk-find-nothing",
        "desk/find.html",
        "/desk/find?kind=room&day=2026-11-28&starts=15:00&ends=19:00&people=20&search=1"
        "&person={newcomer_id}",
        who="mira",
    ),
    Shot(
        "desk-together",
        "desk/together.html",
        "/desk/find?person={newcomer_id}&search=1&kind=room&day=2026-11-28&starts=10:00&ends=13:00&people=12",
        (press("a[href^='/desk/together']"),),
        who="mira",
        at="/desk/together",
    ),
    Shot(
        "desk-series-cancel",
        "desk/series_cancel.html",
        "/desk/reservations/{weekly}/cancel-series",
        who="mira",
    ),
    Shot(
        "desk-split-new",
        "desk/stay.html",
        "/desk" + SPLIT + "&search=1&person={newcomer_id}",
        (press("a[href^='/desk/stay']"),),
        who="mira",
        at="/desk/stay",
    ),
    Shot(
        "desk-split-rest",
        "desk/split.html",
        "/desk/reservations/{own_stay}/split",
        (press("form[method='get'].panel button"),),
        who="mira",
        at="/desk/reservations/{reservation:str}/split",
    ),
    Shot(
        "desk-series",
        "desk/series.html",
        "/desk/series?person={newcomer_id}&offer={salon_taken}&people=12&search=1",
        who="mira",
    ),
    Shot("desk-plan", "desk/plan.html", "/desk/plan?day=2026-11-28", who="mira"),
    Shot("desk-door-keys", "desk/keys.html", "/desk/keys", who="mira"),
    Shot(
        "desk-door-keys-of-one",
        "desk/keys.html",
        "/desk/keys?reservation={here}",
        (press("form[action='/desk/keys/out'] button"),),
        who="mira",
        once=True,
    ),
    Shot("desk-week", "desk/week.html", "/desk/week?day=2026-11-28", who="mira"),
    Shot("desk-calendars", "desk/calendars.html", "/desk/calendars", who="mira"),
    Shot(
        "desk-calendar-address",
        "desk/calendar_address.html",
        "/desk/calendars",
        (press("form[action='/desk/calendars'] button"),),
        who="mira",
    ),
    Shot("desk-turnover", "desk/turnover.html", "/desk/turnover?days=7", who="mira"),
    Shot(
        "desk-turnover-done",
        "desk/turnover.html",
        "/desk/turnover",
        (press("form[action$='/done'] button >> nth=0"),),
        who="mira",
        once=True,
    ),
    Shot("desk-safe-code", "desk/safe_code.html", "/desk/places/{hofterrasse}/code", who="mira"),
    Shot("desk-deposit", "desk/deposit.html", "/desk/deposits/{deposited}", who="mira"),
    Shot(
        "desk-deposit-wrong",
        "desk/deposit.html",
        "/desk/deposits/{deposited}",
        (fill("#withheld-euros", "50"), press("form[action$='/withheld'] .button")),
        who="mira",
        at="/desk/deposits/{reservation:str}/{act:str}",
        status=422,
    ),
    Shot("desk-unlocking", "desk/unlocking.html", "/desk/places/{hofterrasse}/open", who="mira"),
    Shot("desk-hand-over", "desk/hand_over.html", "/desk/hand-over/{here}", who="mira"),
    Shot(
        "desk-hand-over-list",
        "desk/hand_over_list.html",
        "/desk/hand-over/{here}/out",
        who="mira",
    ),
    Shot("desk-place-list", "desk/place_list.html", "/desk/places/{hofterrasse}/list", who="mira"),
    Shot(
        "desk-turnover-link",
        "desk/turnover_link.html",
        "/desk/turnover",
        (press("form[action='/desk/turnover/links'] button"),),
        who="mira",
        at="/desk/turnover/links",
    ),
    Shot("desk-displays", "desk/displays.html", "/desk/displays", who="mira"),
    Shot(
        "desk-display-code",
        "desk/display_code.html",
        "/desk/displays",
        (press("form[action='/desk/displays'] button"),),
        who="mira",
    ),
    Shot("desk-printers", "desk/printers.html", "/desk/printers", who="mira"),
    Shot(
        "desk-printers-bad",
        "desk/printers.html",
        "/desk/printers",
        (press("form[action='/desk/printers/test'] button >> nth=0"),),
        who="mira",
        once=True,
    ),
    Shot("desk-people", "desk/people.html", "/desk/people", who="mira"),
    Shot("desk-search", "desk/search.html", "/desk/search?query=Dornbusch", who="mira"),
    Shot("desk-search-nothing", "desk/search.html", "/desk/search?query=Xyz", who="mira"),
    Shot("desk-person", "desk/person.html", "/desk/people/{busy_id}", who="mira"),
    Shot(
        "desk-person-code",
        "desk/person.html",
        "/desk/people/{partner_id}",
        (press("form[action$='/code'] button"),),
        who="mira",
        at="/desk/people/{person:str}/code",
    ),
    Shot(
        "desk-person-card",
        "desk/person.html",
        "/desk/people/{partner_id}",
        (press("form[action$='/card'] button"),),
        who="mira",
        at="/desk/people/{person:str}/card",
    ),
    Shot(
        "desk-person-erase",
        "desk/person_erase.html",
        "/desk/people/{partner_id}/erase",
        who="mira",
    ),
    Shot("desk-erasures", "desk/erasures.html", "/desk/erasures?new={receipt}", who="mira"),
    Shot("desk-places", "desk/places.html", "/desk/places", who="mira"),
    Shot("desk-place", "desk/place.html", "/desk/places/{salon}", who="mira"),
    Shot("desk-place-stay", "desk/place.html", "/desk/places/{provence}", who="mira"),
    Shot(
        "desk-place-preview",
        "desk/place.html",
        "/desk/places/{salon}",
        (fill("#min", "300"), press("button[value='preview']")),
        who="mira",
    ),
    Shot(
        "desk-place-coming",
        "desk/place.html",
        "/desk/places/{hofterrasse}",
        (
            fill("#offer", "12"),
            fill("#valid_from", "2027-11-01"),
            press("button[value='save']"),
        ),
        who="mira",
        once=True,
    ),
    Shot(
        "desk-place-wrong",
        "desk/place.html",
        "/desk/places/{salon}",
        (fill("#hours", "Mo-Fr 8"), press("button[value='save']")),
        who="mira",
        status=422,
    ),
    Shot("desk-waiting", "desk/waiting.html", "/desk/waiting", who="mira"),
    Shot("desk-closures", "desk/closures.html", "/desk/closures", who="mira"),
    Shot(
        "desk-closures-wrong",
        "desk/closures.html",
        "/desk/closures",
        (press("form[action='/desk/closures'] button"),),
        who="mira",
        status=422,
    ),
    Shot("desk-change", "desk/change.html", "/desk/reservations/{ahead}/change", who="mira"),
    Shot(
        "desk-change-companions",
        "desk/change.html",
        "/desk/reservations/{equipped}/change",
        (
            fill("#starts", "10:30"),
            fill("#ends", "13:30"),
            press("form[method='get'] button[type='submit']"),
        ),
        who="mira",
    ),
    Shot("desk-letters", "desk/letters.html", "/desk/letters", who="mira"),
    Shot("desk-pass", "desk/pass.html", "/desk/pass", who="mira"),
    Shot(
        "desk-pass-wrong",
        "desk/pass.html",
        "/desk/pass",
        (fill("#code", "ABCD2345"), press("main form .button-primary")),
        who="mira",
        status=404,
    ),
    Shot("desk-reservation", "desk/reservation.html", "/desk/reservations/{open_now}", who="mira"),
    Shot(
        "desk-reservation-asks",
        "desk/reservation.html",
        "/desk/reservations/{requested}",
        who="mira",
    ),
    Shot("desk-reservation-here", "desk/reservation.html", "/desk/reservations/{here}", who="mira"),
    Shot(
        "desk-reservation-gone",
        "desk/reservation.html",
        "/desk/reservations/{cancelled}",
        who="mira",
    ),
    Shot("desk-health", "desk/health.html", "/desk/health", who="levin"),
    Shot("desk-nodes", "desk/nodes.html", "/desk/nodes", who="mira"),
    Shot(
        "desk-node-revoke", "desk/node_revoke.html", "/desk/nodes/{lobby_node}/revoke", who="mira"
    ),
    Shot("desk-keys", "desk/today.html", "/desk", (touch("[data-opens=keys]"),), who="mira"),
)
ASK = "/kiosk/spaces"
ASKED_ROOM = ASK + "?day=2026-12-12&from=15:00&until=19:00&people=12"
ASKED_STAY = ASK + "?kind=guest_apartment&day=2026-12-07&nights=3&people=2&ages=04"
SCAN = "form.scan .button-primary"
BY_LINK = (
    fill("#code", "/guest/{told_guest}"),
    press(SCAN),
    press("[href='/kiosk/check-in/guests']"),
)
LOBBY = (
    Shot("kiosk-idle", "kiosk/idle.html", "/kiosk", node="kiosk"),
    Shot("kiosk-home", "kiosk/home.html", "/kiosk/home", node="kiosk"),
    Shot("kiosk-home-card", "kiosk/home.html", "/kiosk/home", who="card", node="kiosk"),
    Shot("kiosk-told", "kiosk/told.html", "/kiosk/told", who="moved-card", node="kiosk"),
    Shot(
        "kiosk-reservation-shut",
        "kiosk/reservation.html",
        "/kiosk/mine/{shut_out}",
        who="shut-card",
        node="home",
    ),
    Shot(
        "kiosk-closed",
        "kiosk/closed.html",
        "/kiosk/mine/{shut_out}/closed",
        who="shut-card",
        node="home",
    ),
    Shot(
        "kiosk-closed-one",
        "kiosk/closed.html",
        "/kiosk/mine/{shut_out}/closed",
        (press(".lobby-offer >> nth=0"),),
        who="shut-card",
        node="home",
    ),
    Shot(
        "kiosk-closed-elsewhere",
        "kiosk/closed.html",
        "/kiosk/mine/{shut_out}/closed",
        who="shut-card",
        node="kiosk",
    ),
    Shot("kiosk-home-new", "kiosk/home.html", "/kiosk/home", who="newcomer-card", node="kiosk"),
    Shot("kiosk-house", "kiosk/house.html", "/kiosk/house", node="kiosk"),
    Shot("kiosk-desk", "kiosk/desk.html", "/kiosk/desk", node="kiosk"),
    Shot("kiosk-sign-in", "kiosk/sign_in.html", "/kiosk/sign-in", node="kiosk"),
    Shot(
        "kiosk-sign-in-typing",
        "kiosk/sign_in.html",
        "/kiosk/sign-in",
        (touch("#code"),),
        node="kiosk",
    ),
    Shot(
        "kiosk-sign-in-wrong",
        "kiosk/sign_in.html",
        "/kiosk/sign-in",
        (fill("#code", "ABCD EFGH JKM2"), press(SCAN)),
        node="kiosk",
        status=403,
        at="/kiosk/who",
    ),
    Shot(
        "kiosk-who",
        "kiosk/who.html",
        "/kiosk/sign-in",
        (fill("#code", "{stranger_code}"), press(SCAN)),
        node="kiosk",
        at="/kiosk/who",
    ),
    Shot(
        "kiosk-no-pin",
        "kiosk/no_pin.html",
        "/kiosk/sign-in",
        (fill("#code", "{stranger_code}"), press(SCAN), press(".pick >> nth=0")),
        node="kiosk",
        at="/kiosk/who",
    ),
    Shot(
        "kiosk-pin",
        "kiosk/pin.html",
        "/kiosk/sign-in",
        (fill("#code", "{card}"), press(SCAN)),
        node="kiosk",
        at="/kiosk/pin",
    ),
    Shot(
        "kiosk-pin-wrong",
        "kiosk/pin.html",
        "/kiosk/sign-in",
        (
            fill("#code", "{busy_card}"),
            press(SCAN),
            fill("#pin", "0000"),
            press(".pin-form .button-primary"),
        ),
        node="kiosk",
        status=403,
        at="/kiosk/pin",
    ),
    Shot("kiosk-ask-day", "kiosk/ask.html", ASK, node="kiosk"),
    Shot("kiosk-ask-start", "kiosk/ask.html", ASK + "?day=2026-11-28", node="kiosk"),
    Shot("kiosk-ask-end", "kiosk/ask.html", ASK + "?day=2026-11-28&from=15:00", node="kiosk"),
    Shot(
        "kiosk-ask-people",
        "kiosk/ask.html",
        ASK + "?day=2026-11-28&from=15:00&until=19:00",
        node="kiosk",
    ),
    Shot(
        "kiosk-ask-nights",
        "kiosk/ask.html",
        ASK + "?kind=guest_apartment&day=2026-12-07",
        node="kiosk",
    ),
    Shot(
        "kiosk-ask-ages",
        "kiosk/ask.html",
        ASK + "?kind=guest_apartment&day=2026-12-07&nights=3&people=4&child=09",
        node="kiosk",
    ),
    Shot("kiosk-offers", "kiosk/offers.html", ASKED_ROOM, node="kiosk"),
    Shot("kiosk-offers-card", "kiosk/offers.html", ASKED_ROOM, who="booker-card", node="kiosk"),
    Shot("kiosk-offers-stay", "kiosk/offers.html", ASKED_STAY, who="booker-card", node="kiosk"),
    Shot(
        "kiosk-offers-none",
        "kiosk/offers.html",
        ASK + "?day=2026-11-28&from=15:00&until=19:00&people=25",
        who="booker-card",
        node="kiosk",
    ),
    Shot(
        "kiosk-confirm",
        "kiosk/confirm.html",
        ASKED_ROOM,
        (press(".lobby-offer >> nth=0"),),
        who="booker-card",
        at="/kiosk/book/{reservation:str}",
    ),
    Shot(
        "kiosk-together",
        "kiosk/together.html",
        ASKED_ROOM.replace("12-12", "12-20"),
        (press(".lobby-offer >> nth=0"), press("a[href^='/kiosk/together']")),
        who="booker-card",
        at="/kiosk/together",
    ),
    Shot(
        "kiosk-series-count",
        "kiosk/ask.html",
        ASKED_ROOM.replace("12-12", "12-20"),
        (
            press(".lobby-offer >> nth=0"),
            press("a[href^='/kiosk/series']"),
            press(".pick >> nth=0"),
        ),
        who="booker-card",
        at="/kiosk/series",
    ),
    Shot(
        "kiosk-series",
        "kiosk/series.html",
        ASKED_ROOM.replace("12-12", "12-20"),
        (
            press(".lobby-offer >> nth=0"),
            press("a[href^='/kiosk/series']"),
            press(".pick >> nth=0"),
            press(".pick >> nth=4"),
        ),
        who="booker-card",
        at="/kiosk/series",
    ),
    Shot(
        "kiosk-series-more",
        "kiosk/series.html",
        ASKED_ROOM.replace("12-12", "12-20"),
        (
            press(".lobby-offer >> nth=0"),
            press("a[href^='/kiosk/series']"),
            press(".pick >> nth=0"),
            press(".pick >> nth=9"),
            press(".ask-more .button-primary"),
        ),
        who="booker-card",
        at="/kiosk/series",
    ),
    Shot(
        "kiosk-confirm-elsewhere",
        "kiosk/confirm.html",
        ASKED_ROOM.replace("12-12", "12-19"),
        (press(".lobby-offer >> nth=0"),),
        who="booker-card",
        node="kiosk",
        at="/kiosk/book",
    ),
    Shot(
        "kiosk-offers-taken",
        "kiosk/offers.html",
        ASKED_ROOM,
        (alter(".lobby-offer >> nth=0", "{salon_taken}"), press(".lobby-offer >> nth=0")),
        who="booker-card",
        status=409,
        at="/kiosk/hold",
    ),
    Shot("kiosk-mine", "kiosk/mine.html", "/kiosk/mine", who="card", node="kiosk"),
    Shot("kiosk-mine-states", "kiosk/mine.html", "/kiosk/mine", who="busy-card", node="kiosk"),
    Shot(
        "kiosk-home-low",
        "kiosk/home.html",
        "/kiosk/home",
        (press("button[name=reach]"),),
        node="kiosk",
        at="/kiosk/home",
        once=True,
    ),
    Shot("kiosk-clean", "kiosk/clean.html", "/kiosk/clean", node="kiosk"),
    Shot("kiosk-mine-empty", "kiosk/mine.html", "/kiosk/mine", who="newcomer-card", node="kiosk"),
    Shot(
        "kiosk-reservation",
        "kiosk/reservation.html",
        "/kiosk/mine/{ahead}",
        who="card",
        node="kiosk",
    ),
    Shot("kiosk-change", "kiosk/change.html", "/kiosk/mine/{ahead}/change", who="card"),
    Shot("kiosk-change-until", "kiosk/ask.html", "/kiosk/mine/{ahead}/change?ask=ends", who="card"),
    Shot(
        "kiosk-change-offer",
        "kiosk/change.html",
        "/kiosk/mine/{ahead}/change?search=1&ends=20:00&people=20",
        who="card",
    ),
    Shot(
        "kiosk-reservation-open",
        "kiosk/reservation.html",
        "/kiosk/mine/{open_now}",
        who="card",
        node="kiosk",
    ),
    Shot(
        "kiosk-reservation-requested",
        "kiosk/reservation.html",
        "/kiosk/mine/{requested}",
        who="busy-card",
        node="kiosk",
    ),
    Shot(
        "kiosk-reservation-printing",
        "kiosk/reservation.html",
        "/kiosk/mine/{ahead}",
        (press("form[action$='/print'] button"),),
        who="card",
        node="kiosk",
        once=True,
    ),
    Shot(
        "kiosk-cancel", "kiosk/cancel.html", "/kiosk/mine/{ahead}/cancel", who="card", node="kiosk"
    ),
    Shot(
        "kiosk-cancel-fee",
        "kiosk/cancel.html",
        "/kiosk/mine/{soon}/cancel",
        who="busy-card",
        node="kiosk",
    ),
    Shot(
        "kiosk-cancel-changed",
        "kiosk/cancel.html",
        "/kiosk/mine/{soon}/cancel",
        (alter("form[action$='/cancel'] input[name=fee]", "0"), press(".lobby-act .button-danger")),
        who="busy-card",
        node="kiosk",
        status=409,
    ),
    Shot(
        "kiosk-cancel-one-of-a-series",
        "kiosk/cancel.html",
        "/kiosk/mine/{weekly}/cancel",
        who="busy-card",
        node="kiosk",
    ),
    Shot(
        "kiosk-series-cancel",
        "kiosk/series_cancel.html",
        "/kiosk/mine/{weekly}/cancel-series",
        who="busy-card",
        node="kiosk",
    ),
    Shot("kiosk-check-in", "kiosk/check_in.html", "/kiosk/check-in", node="kiosk"),
    Shot("kiosk-check-in-card", "kiosk/check_in.html", "/kiosk/check-in", who="card", node="kiosk"),
    Shot(
        "kiosk-check-in-wrong",
        "kiosk/check_in.html",
        "/kiosk/check-in",
        (fill("#code", "ABCD2345"), press(SCAN)),
        node="kiosk",
        status=404,
        at="/kiosk/scan",
    ),
    Shot(
        "kiosk-checked-early",
        "kiosk/checked.html",
        "/kiosk/check-in",
        (fill("#code", "{ahead_code}"), press(SCAN)),
        node="kiosk",
        status=409,
        at="/kiosk/scan",
    ),
    Shot(
        "kiosk-checked-before",
        "kiosk/checked.html",
        "/kiosk/check-in",
        (fill("#code", "{here_code}"), press(SCAN)),
        node="kiosk",
        at="/kiosk/check-in/pass",
    ),
    Shot(
        "kiosk-guests",
        "kiosk/guests.html",
        "/kiosk/check-in",
        BY_LINK,
        at="/kiosk/check-in/guests",
    ),
    Shot(
        "kiosk-guest-who",
        "kiosk/guest_who.html",
        "/kiosk/check-in",
        (*BY_LINK, press("[href$='/guests/0']")),
        at="/kiosk/check-in/guests/{number:int}",
    ),
    Shot(
        "kiosk-guest-form",
        "kiosk/guest_form.html",
        "/kiosk/check-in",
        (*BY_LINK, press("[href$='/guests/1/form']")),
        at="/kiosk/check-in/guests/{number:int}/form",
    ),
    Shot(
        "kiosk-guest-sign",
        "kiosk/guest_sign.html",
        "/kiosk/check-in",
        (
            *BY_LINK,
            press("[href$='/guests/1/form']"),
            fill("#born", "29.02.1984"),
            fill("#nationalities", "französisch"),
            fill("#address", "12 rue du Port, 44000 Nantes, Frankreich"),
            fill("#passport", "22AB12345"),
            press(".lobby-act .button-primary"),
        ),
        at="/kiosk/check-in/guests/{number:int}/sign",
    ),
    Shot(
        "kiosk-hand-over",
        "kiosk/hand_over.html",
        "/kiosk/check-in",
        (fill("#code", "{here_code}"), press(SCAN), press("[href$='/hand-over/out']")),
        node="kiosk",
        at="/kiosk/check-in/hand-over/{act:str}",
    ),
    Shot(
        "kiosk-hand-over-differs",
        "kiosk/hand_over.html",
        "/kiosk/check-in",
        (
            fill("#code", "{here_code}"),
            press(SCAN),
            press("[href$='/hand-over/out']"),
            press("[href$='no=1']"),
        ),
        node="kiosk",
        at="/kiosk/check-in/hand-over/{act:str}",
    ),
    Shot(
        "kiosk-safe-code",
        "kiosk/safe_code.html",
        "/kiosk/check-in",
        (fill("#code", "{here_code}"), press(SCAN), press("[href='/kiosk/check-in/code']")),
        node="kiosk",
        at="/kiosk/check-in/code",
    ),
    Shot(
        "kiosk-unlocking",
        "kiosk/unlocking.html",
        "/kiosk/check-in",
        (
            fill("#code", "/guest/{inside_guest}"),
            press(SCAN),
            press("[href='/kiosk/check-in/open']"),
        ),
        at="/kiosk/check-in/open",
    ),
    Shot(
        "kiosk-unlocking-figures",
        "kiosk/unlocking.html",
        "/kiosk/check-in",
        (fill("#code", "{here_code}"), press(SCAN), press("[href='/kiosk/check-in/open']")),
        at="/kiosk/check-in/open",
    ),
    Shot(
        "kiosk-unlocking-away",
        "kiosk/unlocking.html",
        "/kiosk/check-in",
        (
            fill("#code", "/guest/{inside_guest}"),
            press(SCAN),
            press("[href='/kiosk/check-in/open']"),
            press(".lobby-act .button-primary"),
        ),
        at="/kiosk/check-in/open",
    ),
    Shot(
        "kiosk-checked-locked",
        "kiosk/checked.html",
        "/kiosk/check-in",
        (fill("#code", "{here_code}"), press(SCAN)),
        at="/kiosk/check-in/pass",
    ),
)
DOOR_ON = ".door-form .button"
DOOR_PIN = (
    hang("salon"),
    press("a[href='/door/scan'] >> nth=0"),
    fill("#code", "{booker_card}"),
    press(DOOR_ON),
)
DOOR = (
    Shot("door-code", "kiosk/door_code.html", "/door"),
    Shot("door-code-given", "kiosk/door_code.html", "/door/open/ABCDEFGH"),
    Shot(
        "door-code-wrong",
        "kiosk/door_code.html",
        "/door",
        (fill("#code", "ABCD EFGH"), press(DOOR_ON)),
        at="/door/open",
        status=404,
    ),
    Shot("door-free", "kiosk/door.html", "/door", (hang("salon"),)),
    Shot("door-taken", "kiosk/door.html", "/door", (hang("lernzimmer"),)),
    Shot(
        "door-scan",
        "kiosk/door_scan.html",
        "/door",
        (hang("salon"), press("a[href='/door/scan'] >> nth=0")),
        at="/door/scan",
    ),
    Shot(
        "door-scan-wrong",
        "kiosk/door_scan.html",
        "/door",
        (
            hang("salon"),
            press("a[href='/door/scan'] >> nth=0"),
            fill("#code", "ABCD EFGH"),
            press(DOOR_ON),
        ),
        at="/door/scan",
        status=404,
    ),
    Shot("door-pin", "kiosk/door_pin.html", "/door", DOOR_PIN, at="/door/pin"),
    Shot(
        "door-confirm",
        "kiosk/door_confirm.html",
        "/door",
        (*DOOR_PIN, fill("#pin", "{pin}"), press(DOOR_ON)),
        at="/door/confirm",
    ),
    Shot(
        "door-pass",
        "kiosk/door_pass.html",
        "/door",
        (
            hang("hofterrasse"),
            press("a[href='/door/scan'] >> nth=0"),
            fill("#code", "{here_code}"),
            press(DOOR_ON),
        ),
        at="/door/pass",
    ),
    Shot("door-elsewhere", "refusal.html", "/door/scan", status=403),
)
CUT = (
    Shot("desk-today-cut", "desk/today.html", "/desk", who="mira"),
    Shot("desk-health-cut", "desk/health.html", "/desk/health", who="levin"),
    Shot("kiosk-home-cut", "kiosk/home.html", "/kiosk/home", node="kiosk"),
    Shot(
        "kiosk-reservation-asked",
        "kiosk/reservation.html",
        ASKED_ROOM.replace("12-12", "12-18"),
        (press(".lobby-offer >> nth=0"), press(".lobby-act .button-primary")),
        who="booker-card",
        node="kiosk",
        at="/kiosk/mine/{reservation:str}",
    ),
    Shot("portal-today-cut", "portal/today.html", "/", who="booker", node="kiosk"),
    Shot("portal-mine-cut", "portal/mine.html", "/mine", who="booker", node="kiosk"),
)
DOUBTED = (
    Shot("portal-today-doubted", "portal/today.html", "/", who="resident"),
    Shot("desk-today-doubted", "desk/today.html", "/desk", who="mira"),
    Shot("desk-health-doubted", "desk/health.html", "/desk/health", who="levin"),
    Shot("kiosk-home-doubted", "kiosk/home.html", "/kiosk/home", node="kiosk"),
)
EVENING = (
    Shot("door-night", "kiosk/door.html", "/door", (hang("lernzimmer"),)),
    Shot("portal-today-evening", "portal/today.html", "/", who="resident"),
    Shot("kiosk-idle-evening", "kiosk/idle.html", "/kiosk", node="kiosk"),
    Shot("kiosk-desk-evening", "kiosk/desk.html", "/kiosk/desk", node="kiosk"),
    Shot("desk-today-evening", "desk/today.html", "/desk", who="mira"),
)
LAST = (
    # They change what the others show, so they come last.
    Shot(
        "kiosk-checked-in",
        "kiosk/checked.html",
        "/kiosk/check-in",
        (fill("#code", "{open_now_code}"), press(SCAN)),
        node="kiosk",
        at="/kiosk/check-in/pass",
    ),
    Shot(
        "kiosk-checked-out",
        "kiosk/checked.html",
        "/kiosk/check-in",
        (
            fill("#code", "{open_now_code}"),
            press(SCAN),
            press("form:has([name=act][value=out]) button"),
        ),
        node="kiosk",
        at="/kiosk/check-in/pass",
    ),
)
SETUP_FORM = "main form .button-primary"


def hand_in(page: Any, known: dict[str, str]) -> None:
    """Hand the quarter's files in, where the box is not at work with them already."""
    if not page.url.endswith("/found"):
        return
    page.set_input_files("#file", known["archive"])
    with page.expect_navigation():
        page.click(SETUP_FORM)


def read_the_sheet(page: Any, known: dict[str, str]) -> None:
    """Type the last characters of the sheet as a proof that somebody has it on paper."""
    page.fill("#proof", page.text_content(".sheet-list li:last-child").strip()[-4:])
    with page.expect_navigation():
        page.click(SETUP_FORM)


def until_founded(page: Any, known: dict[str, str]) -> None:
    """The page of the work goes on by itself."""
    page.wait_for_selector(".sheet-list", timeout=120_000)


def unneeded(page: Any, known: dict[str, str]) -> None:
    """A browser that does not check what is needed."""
    page.eval_on_selector("main form", "(one) => { one.noValidate = true }")


def come_to_central(page: Any, known: dict[str, str]) -> None:
    """Have the operator's code shown, and bring the new box to central with it."""
    page.goto(page.url.replace("/setup/join", "/setup/progress"))
    if not page.query_selector(STOP):
        code = _operators_code(page.context.browser, known)
        page.goto(page.url.rpartition("/setup")[0] + "/setup/join")
        page.fill("#code", code)
        page.fill("#address", known["fleet_sync"])
        with page.expect_navigation():
            page.click(SETUP_FORM)
    page.wait_for_selector(STOP, timeout=60_000)


def _operators_code(browser: Any, known: dict[str, str]) -> str:
    context = browser.new_context(locale="de-DE", service_workers="block")
    try:
        operator = context.new_page()
        operator.goto(f"{known['fleet']}/central/sign-in")
        operator.fill("#password", known["operator"])
        press(SETUP_FORM)(operator, known)
        press("table a")(operator, known)
        operator.fill("#name", "Foyer")
        press(INVITE)(operator, known)
        return str(operator.text_content(".code-large"))
    finally:
        context.close()


def stop_waiting(page: Any, known: dict[str, str]) -> None:
    """Give up waiting, unless that was done: the page of the work looks again by itself."""
    if page.query_selector(STOP):
        press(STOP)(page, known)
    page.wait_for_selector("#code", timeout=60_000)


STOP = "form[action='/setup/stop'] button"
INVITE = "form[action$=invite] .button-primary"
CENTRAL = (
    Shot("desk-central-sign-in", "central/sign_in.html", "/central/sign-in", node="fleet"),
    Shot(
        "desk-central-sign-in-wrong",
        "central/sign_in.html",
        "/central/sign-in",
        (fill("#password", "falsch"), press(SETUP_FORM)),
        node="fleet",
        status=403,
    ),
    Shot("desk-central", "central/fleet.html", "/central", who="operator", node="fleet"),
    Shot(
        "desk-central-quarter",
        "central/quarter.html",
        "/central",
        (press("table a"),),
        at="/central/quarters/{tag:str}",
        who="operator",
        node="fleet",
    ),
    Shot(
        "desk-central-quarter-code",
        "central/quarter.html",
        "/central",
        (press("table a"), fill("#name", "Keller"), press(INVITE)),
        at="/central/quarters/{tag:str}/invite",
        who="operator",
        node="fleet",
    ),
    Shot(
        "desk-central-revoke",
        "central/revoke.html",
        "/central/quarters/{tag}/nodes/{lobby_node}/revoke",
        who="operator",
        node="fleet",
    ),
    Shot(
        "desk-nodes-wrong-countersign",
        "desk/nodes.html",
        "/desk/nodes",
        (fill("[name=countersign]", "AAAA"), press("form:has([name=countersign]) button")),
        at="/desk/nodes/waiting/{newcomer_id:str}",
        who="mira",
        status=422,
    ),
    Shot("desk-nodes-operator", "desk/nodes.html", "/desk/nodes", who="levin"),
    Shot("desk-nodes-elsewhere", "desk/nodes.html", "/desk/nodes", who="levin", node="kiosk"),
)
CARE = (
    Shot("kiosk-health", "kiosk/health.html", "/kiosk/health", who="mira-card", node="kiosk"),
    Shot("kiosk-data", "kiosk/own_data.html", "/kiosk/data", node="kiosk"),
    Shot("kiosk-data-receipt", "kiosk/own_data.html", "/kiosk/data?number={receipt}", node="kiosk"),
    Shot(
        "kiosk-data-wrong",
        "kiosk/own_data.html",
        "/kiosk/data",
        (fill("#number", "AAAA-BBBB-CCCC"), press(SETUP_FORM)),
        node="kiosk",
        status=404,
    ),
    Shot("kiosk-health-box", "kiosk/health_box.html", "/kiosk/health/box", who="mira-card"),
    Shot(
        "kiosk-health-box-elsewhere",
        "kiosk/health_box.html",
        "/kiosk/health/box",
        who="mira-card",
        node="kiosk",
    ),
    Shot(
        "kiosk-health-box-code",
        "kiosk/health_box.html",
        "/kiosk/health/box",
        (fill("#name", "Keller"), press(SETUP_FORM)),
        who="mira-card",
    ),
    Shot(
        "kiosk-health-waiting",
        "kiosk/health_waiting.html",
        "/kiosk/health/waiting/{waiting_box_id}",
        who="mira-card",
    ),
    Shot(
        "kiosk-health-waiting-wrong",
        "kiosk/health_waiting.html",
        "/kiosk/health/waiting/{waiting_box_id}",
        (fill("#countersign", "AAAA"), press(SETUP_FORM)),
        who="mira-card",
        status=422,
    ),
    Shot(
        "kiosk-health-waiting-elsewhere",
        "kiosk/health_waiting.html",
        "/kiosk/health/waiting/{waiting_box_id}",
        who="mira-card",
        node="kiosk",
    ),
    Shot("desk-pin", "desk/pin.html", "/desk/pin", who="mira"),
    Shot(
        "desk-pin-wrong",
        "desk/pin.html",
        "/desk/pin",
        (fill("#password", "x"), fill("#pin", "abc"), press(SETUP_FORM)),
        who="mira",
        status=422,
    ),
)
NEW_BOX = (
    Shot("kiosk-setup", "setup/start.html", "/setup", node="new"),
    Shot("kiosk-setup-found", "setup/found.html", "/setup/found", node="new"),
    Shot("kiosk-setup-begin", "setup/begin.html", "/setup/found/begin", node="new"),
    Shot(
        "portal-setup-begin-wrong",
        "setup/begin.html",
        "/setup/found/begin",
        (fill("#city", " "), unneeded, press(SETUP_FORM)),
        who="founder",
        node="new",
        headers=ELSEWHERE,
        status=422,
    ),
    Shot("kiosk-setup-join", "setup/join.html", "/setup/join", node="new"),
    Shot(
        "kiosk-setup-join-wrong",
        "setup/join.html",
        "/setup/join",
        (fill("#code", "zu kurz"), press(SETUP_FORM)),
        node="new",
        status=422,
    ),
    Shot(
        "kiosk-setup-waiting",
        "setup/progress.html",
        "/setup/join",
        (come_to_central,),
        at="/setup/progress",
        node="new",
    ),
    Shot(
        "portal-setup-waiting",
        "setup/progress.html",
        "/setup/join",
        (come_to_central,),
        at="/setup/progress",
        who="founder",
        node="new",
        headers=ELSEWHERE,
    ),
    Shot(
        "kiosk-setup-waiting-stopped",
        "setup/join.html",
        "/setup/progress",
        (stop_waiting,),
        at="/setup/join",
        node="new",
        status=409,
    ),
    Shot("kiosk-setup-replace", "setup/replace.html", "/setup/replace", node="new"),
    Shot(
        "kiosk-setup-replace-slip",
        "setup/replace.html",
        "/setup/replace",
        (fill("#address", "192.0.2.21:8443"), fill("#sheet", "{slip}"), press(SETUP_FORM)),
        node="new",
        status=422,
    ),
    Shot("kiosk-setup-restore", "setup/restore.html", "/setup/restore", node="new"),
    Shot("portal-setup-code", "setup/code.html", "/setup", node="new", headers=ELSEWHERE),
    Shot(
        "portal-setup-code-wrong",
        "setup/code.html",
        "/setup",
        (fill("#code", "AAAA-AAAA"), press(SETUP_FORM)),
        at="/setup/code",
        node="new",
        headers=ELSEWHERE,
        status=403,
    ),
    Shot(
        "portal-setup", "setup/start.html", "/setup", who="founder", node="new", headers=ELSEWHERE
    ),
    Shot(
        "portal-setup-found-wrong",
        "setup/found.html",
        "/setup/found",
        (press(SETUP_FORM),),
        who="founder",
        node="new",
        headers=ELSEWHERE,
        status=422,
    ),
    Shot(
        "portal-setup-replace",
        "setup/replace.html",
        "/setup/replace",
        who="founder",
        node="new",
        headers=ELSEWHERE,
    ),
    Shot(
        "portal-setup-restore",
        "setup/restore.html",
        "/setup/restore",
        who="founder",
        node="new",
        headers=ELSEWHERE,
    ),
    Shot(
        "portal-setup-progress",
        "setup/progress.html",
        "/setup/found",
        (hand_in,),
        at="/setup/progress",
        who="founder",
        node="new",
        headers=ELSEWHERE,
        once=True,
    ),
    Shot(
        "portal-setup-papers",
        "setup/papers.html",
        "/setup/progress",
        (until_founded,),
        at="/setup/papers",
        who="founder",
        node="new",
        headers=ELSEWHERE,
    ),
    Shot("kiosk-setup-papers", "setup/papers.html", "/setup/papers", node="new"),
    Shot(
        "kiosk-setup-done",
        "setup/done.html",
        "/setup/papers",
        (read_the_sheet,),
        at="/setup/progress",
        node="new",
        once=True,
    ),
)
SCENES = (
    Scene(
        "noon",
        (
            *SIGNING_IN,
            *TODAY,
            *BOOKING,
            *MINE,
            *GUESTS,
            *AT_PLACE,
            *HOUSE,
            *REFUSALS,
            *DESK,
            *LOBBY,
            *DOOR,
        ),
    ),
    Scene("looking after the boxes", (*CARE, *CENTRAL)),
    Scene("the clock is doubted", DOUBTED, doubted=True),
    Scene("the line is cut", CUT, line="cut"),
    Scene("evening", EVENING, at=AT + timedelta(hours=9)),
    Scene("coming and going", LAST),
    Scene("a new box", NEW_BOX),
)
"""In this order: what was done stays done."""
SHOTS = {shot.name: shot for scene in SCENES for shot in scene.shots}

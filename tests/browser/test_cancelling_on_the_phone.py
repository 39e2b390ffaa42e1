"""Anna gives her booking up; what she still has of the pass opens nothing any more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import zxingcpp

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books, eight_signs, seen
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_anna_cancels_and_the_pass_is_refused_with_its_sentence(town: Town, opens: Opens) -> None:
    town.start("home")
    phone, lobby = opens("phone"), opens("lobby")
    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-28", "15:00", "19:00")
    signs = eight_signs(phone)
    phone.open(f"{booked}/pass")
    (code,) = zxingcpp.read_barcodes(seen(phone))
    phone.open(booked)
    phone.sees("Absagen kostet bis morgen, 15 Uhr nichts.")
    phone.sees("Kosten der Absage", "kostenlos bis morgen, 15 Uhr; danach 36,00 €")
    phone.touch("Absagen")
    phone.is_titled("Möchten Sie absagen?")
    phone.sees("Hofsaal, Sa 28. Nov., 15 bis 19 Uhr", "Absagen kostet nichts.")
    phone.is_well()
    phone.touch("Absagen", within="form.act")
    phone.sees("abgesagt")
    phone.does_not_see("Ausweis zeigen")
    phone.is_well()
    town.clock.set(datetime(2026, 11, 28, 13, 50, tzinfo=UTC))
    lobby.open("/kiosk")
    lobby.scan(code.text)
    lobby.is_titled("Diese Buchung gilt nicht mehr, deshalb auch ihr Ausweis nicht.")
    lobby.does_not_see("Einchecken", "Anna")
    lobby.is_well()
    lobby.touch("Fertig")
    lobby.is_at("/kiosk")
    lobby.scan(signs)
    lobby.sees("Zu diesen acht Zeichen gibt es keine gültige Buchung.")


def test_late_it_costs_and_the_button_says_so(town: Town, opens: Opens) -> None:
    town.start("home")
    phone = opens("phone")
    at_the_phone(town, phone, "anna")
    booked = books(phone, "2026-11-28", "15:00", "19:00")
    town.clock.set(datetime(2026, 11, 27, 9, 0, tzinfo=UTC))
    phone.open(booked)
    phone.touch("Absagen")
    phone.sees("Absagen kostet 36,00 €.", "Das sind 50 % des Preises von 72,00 €.")
    phone.is_well()
    phone.touch("Kostenpflichtig absagen")
    phone.sees("abgesagt", "36,00 €")

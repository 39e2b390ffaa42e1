"""Fritz is a guest without an account. Anna sent him the picture; his own camera opens it."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest
import zxingcpp
from PIL import Image

from tests.browser.conftest import Opens
from tests.browser.people import at_the_phone, books
from tests.nodes import Town

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_fritz_opens_the_pass_that_anna_sent_and_comes_in(town: Town, opens: Opens) -> None:
    town.start("home")
    hers, his = opens("phone"), opens("phone")
    at_the_phone(town, hers, "anna")
    hers.open(books(hers, "2026-11-28", "15:00", "19:00") + "/pass")
    with hers.page.expect_download() as sent:
        hers.touch("Als Bild, auch für Gäste")
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(sent.value.path().read_bytes())))
    his.open(code.text)
    his.is_titled("Hofsaal")
    his.sees("Haus Ahorn", "Sa 28. Nov., 15 bis 19 Uhr")
    his.sees("Einchecken geht ab Sa 28. Nov., 14:45 Uhr")
    his.does_not_see("Anna")
    his.is_well()
    town.clock.set(datetime(2026, 11, 28, 13, 50, tzinfo=UTC))
    his.page.reload()
    his.touch("Einchecken")
    his.sees("Eingecheckt um 14:50 Uhr. Willkommen.", "ist da")
    his.is_well()
    town.clock.set(town.clock.now() + timedelta(hours=4))
    his.page.reload()
    his.touch("Auschecken")
    his.sees("Auf Wiedersehen")
    his.is_well()
    assert his.touches == 2

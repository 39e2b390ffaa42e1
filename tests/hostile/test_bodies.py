"""Bodies of forms and of programs that no page of ours sends; each gets an honest no."""

from __future__ import annotations

import pytest

from tests.hostile.laws import check
from tests.hostile.live import LiveNode

FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=b"
JSON = "application/json"
PART = b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'


def parts(*each: tuple[bytes, bytes, bytes]) -> bytes:
    return b"".join(PART % (name, more, value) for name, more, value in each) + b"--b--\r\n"


BODIES = {
    "a file where a text belongs": (MULTIPART, parts((b"csrf", b'; filename="a.txt"', b"x"))),
    "no boundary": ("multipart/form-data", parts((b"csrf", b"", b"x"))),
    "another boundary": ("multipart/form-data; boundary=c", parts((b"csrf", b"", b"x"))),
    "cut short": (MULTIPART, parts((b"csrf", b"", b"x"))[:-20]),
    "nameless": (MULTIPART, b"--b\r\n\r\nx\r\n--b--\r\n"),
    "a head that never ends": (MULTIPART, b"--b\r\n" + b"X-A: b\r\n" * 2000),
    "ten thousand fields": (FORM, b"&".join(b"f%d=1" % n for n in range(10_000))),
    "ten thousand parts": (MULTIPART, parts(*[(b"f", b"", b"1")] * 10_000)),
    "no UTF-8": (FORM, b"csrf=%ff%fe&code=\xff\xfe"),
    "no UTF-8 in a part": (MULTIPART, parts((b"csrf", b"", b"\xff\xfe"), (b"code", b"", b"\xff"))),
    "a null": (FORM, b"csrf=%00&code=%00"),
    "csrf twice": (FORM, b"csrf=a&csrf=b&code=x"),
    "JSON at a form": (JSON, b'{"csrf": "x"}'),
    "JSON that never ends": (JSON, b"[" * 60_000),
    "a number beyond all": (JSON, b'{"people": 1e999}'),
    "an endless whole number": (JSON, b'{"people": ' + b"9" * 6000 + b"}"),
    "half a surrogate": (JSON, b'{"secret": "\\ud800"}'),
    "of no kind": ("application/x-none", b"x"),
    "of a kind that is none": ("\xff", b"x"),
    "said to be packed": (FORM, b"\x1f\x8b\x08\x00"),
    "empty": (FORM, b""),
}
ROUTES = ("/sign-in", "/account/profile", "/kiosk/pin", "/desk/find", "/api/reservations")


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("kind", BODIES)
def test_a_strange_body_is_refused_and_changes_nothing(
    live: LiveNode, path: str, kind: str
) -> None:
    media_type, body = BODIES[kind]
    visitor = live.visitor("demir" if path.startswith("/desk") else "anna", at="127.0.0.1")
    live.sign_everybody_in()
    before = live.contents()
    answer = visitor.send(
        "POST", path, content=body, headers={"content-type": media_type.encode("latin-1")}
    )
    assert 400 <= answer.status_code < 500
    check(live, answer, language="de", before=before)

"""What people, programs and attackers type: values for every field, and strategies over them."""

from __future__ import annotations

from hypothesis import strategies as st

MARK = "zqx7mark"
"""Stands in values that are sent, so that a log that quotes one is caught."""

TEXTS = (
    "",
    " ",
    "null",
    "None",
    "true",
    "[]",
    "{}",
    '{"$ne": 1}',
    f"{MARK}'; drop table person; --",
    f'"><script>alert("{MARK}")</script>',
    f"{{{{ {MARK} }}}} {{% {MARK} %}}",
    f"{MARK}\r\nset-cookie: stolen=1\r\nx-injected: yes",
    "\x00",
    f"{MARK}\x00{MARK}",
    "\u202egnitirw\u202c",
    "\ufeffBOM",
    "\ud7ff\ue000\uffff",
    "e\u0301" * 50,
    "Å" + "\u0327" * 200,
    "💥" * 40,
    MARK * 500,
    "../../../../etc/passwd",
    "%2e%2e%2f%00",
    "//evil.example/",
    "/\\evil.example",
    "https://evil.example/",
    "javascript:alert(1)",
    "=cmd|'/c calc'!A1",
)
NUMBERS = (
    "-1",
    "0",
    "1",
    "99",
    "1000",
    "1e3",
    "1e309",
    "NaN",
    "-0",
    "+5",
    "1_000",
    "0x10",
    "٣",
    "²",
    "½",
    "9" * 30,
    "9" * 5000,
    "2147483648",
    "9223372036854775808",
    "-9223372036854775809",
    "1.5",
    "1,5",
)
DAYS = (
    "2026-11-28",
    "2026-02-29",
    "2024-02-29",
    "2028-02-29",
    "2100-02-29",
    "29.2.2027",
    "2026-03-29",
    "2026-10-25",
    "2027-03-28",
    "2027-10-31",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "1969-12-31",
    "2200-01-01",
    "2199-12-31",
    "28.11.2026",
    "28.11.26",
    "28.11.",
    "1.1.1.1",
    "31.4.2026",
    "2026-W48-6",
    "20261128",
    "gestern",
    "99999-01-01",
    "-2026-11-28",
)
TIMES = (
    "0:00",
    "2:30",
    "2:59",
    "3:00",
    "15",
    "15.30",
    "24:00",
    "23:60",
    "-1:00",
    "25:00",
    "12:30:45",
    "1530",
    "zwölf",
    "9" * 40,
)
INSTANTS = (
    "2026-11-28T15:00:00+01:00",
    "2026-11-28T15:00:00",
    "2026-11-28T15:00:00Z",
    "2026-03-29T02:30:00+01:00",
    "2026-10-25T02:30:00+02:00",
    "2026-10-25T02:30:00+01:00",
    "0001-01-01T00:00:00+00:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59+00:00",
    "9999-12-31T23:59:59-23:59",
    "1969-12-31T23:59:59+00:00",
    "2026-11-28T15:00:00+99:99",
    "2026-11-28T25:00:00+01:00",
    "2026-11-28T15:00:60+01:00",
    "2026-11-28",
    "1795510800",
)
OFFERS = (
    "..",
    ".1.2",
    "0" * 26 + ".1.2",
    "0" * 26 + ".5.5",
    "0" * 26 + ".7258118399.7258118400",
    "0" * 26 + ".99999999999.999999999999",
    "0" * 26 + ".٣.٤",
)
IDS = ("0" * 26, "7" + "z" * 25, "8" + "0" * 25, "O" * 26, "0" * 25, "0" * 27, "neu", "new")
CODES = ("0000 0000 0000", "ABCD-EFGH-JKMN", "0" * 12, "0" * 8, "0" * 141)
KNOWN = ("room", "guest_apartment", "de", "en", "xx", "in", "out", "check-in", "1", "today")

ALL = (*TEXTS, *NUMBERS, *DAYS, *TIMES, *INSTANTS, *OFFERS, *IDS, *CODES, *KNOWN)


def values(stolen: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Anything for a field: the lists above, ids of others, and what Hypothesis makes up."""
    text = st.text(st.characters(codec="utf-8"), max_size=60)
    return st.one_of(st.sampled_from(ALL), st.sampled_from(stolen), text)

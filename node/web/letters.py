"""Letters on A4 for window envelopes: a household's code in words, large letters and as a QR.

Measures follow DIN 5008 form B, so the address stands in the window and the folds fall between
paragraphs. A letter is in its household's language with a summary in the other, for who opens one
may read either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from node.base.refusals import N_
from node.people.model import CodeLetter
from node.web.i18n import SOURCE, long_day_words, on_paper, translate
from node.web.paper import A4, LARGE, NORMAL, Paper

Say = Callable[..., str]

LEFT = A4.left
WIDTH = A4.room
QR_MM = 42.0
FOLDS_MM = (105.0, 210.0)


def code_letters(
    letters: Sequence[CodeLetter], *, quarter: str, address: str, large: bool = False
) -> bytes:
    """One PDF with a page for each letter. `address` is the portal's, as people type it."""
    paper = Paper(LARGE if large else NORMAL, title="Briefe")
    for letter in letters:
        _code_letter(paper, letter, quarter=quarter, address=address.rstrip("/"))
    return paper.content()


def code_url(address: str, code: str) -> str:
    """The address that a letter's QR opens: the sign-in page with the code filled in."""
    base = address.rstrip("/")
    if "://" not in base:
        base = f"http://{base}"
    return f"{base}/c/{code.replace(' ', '')}"


def _code_letter(paper: Paper, letter: CodeLetter, *, quarter: str, address: str) -> None:
    lang = on_paper(letter.language)
    say = partial(translate, lang)
    paper.new_page(folds=FOLDS_MM)
    paper.lang = lang
    _envelope(paper, letter, say)
    _heading(paper, letter, say(N_("Ihr Zugang zu {quarter}"), quarter=quarter), lang)
    url, address = code_url(address, letter.code), address.rpartition("://")[2]
    paper.text(f"{say(N_('Guten Tag'))},\n{say(WHAT_FOR)}")
    _code_box(paper, letter, url, address, say(N_("Ihr Code")))
    paper.steps(*(say(step, address=address) for step in STEPS))
    desk = say(N_("Alles geht auch ohne Gerät: Der Service-Point hilft Ihnen gern."))
    if letter.phone:
        desk = say(
            N_("Alles geht auch ohne Gerät: Der Service-Point (Telefon {phone}) hilft Ihnen gern."),
            phone=letter.phone,
        )
    paper.text(f"{say(KEEP_SAFE)} {desk}")
    other = "en" if lang == SOURCE else SOURCE
    paper.small(translate(other, SUMMARY, quarter=quarter, address=address))


WHAT_FOR = N_(
    "Mit diesem Code melden Sie sich an: am Telefon, am Computer oder am Bildschirm im Haus."
    " Sie brauchen keine E-Mail-Adresse."
)
STEPS = (
    N_(
        "Scannen Sie das Bild mit der Kamera Ihres Telefons, oder öffnen Sie {address} und geben"
        " Sie den Code ein."
    ),
    N_("Wählen Sie Ihren Namen, oder tragen Sie ihn ein."),
    N_("Wählen Sie eine PIN. Von da an genügt sie."),
)
KEEP_SAFE = N_(
    "Der Code gilt für alle in Ihrem Haushalt. Bewahren Sie ihn auf wie einen Schlüssel. Ältere"
    " Briefe gelten nicht mehr."
)
SUMMARY = N_(
    "Auf Deutsch: Mit diesem Code melden sich alle in Ihrem Haushalt bei {quarter} an. Scannen Sie"
    " das Bild mit der Kamera Ihres Telefons oder öffnen Sie {address}, wählen Sie Ihren Namen und"
    " dann eine PIN. Sie brauchen keine E-Mail-Adresse. Bewahren Sie den Code auf wie einen"
    " Schlüssel; ältere Briefe gelten nicht mehr. Der Service-Point hilft Ihnen gern."
)
"""The letter in short, in the language that the rest of it is not written in."""


def _envelope(paper: Paper, letter: CodeLetter, say: Say) -> None:
    """The address window: 85 by 45 mm, 20 mm from the left and 45 mm from the top."""
    paper.place(LEFT, 50.0)
    paper.line(letter.sender, size=7.0, width=80.0)
    paper.place(LEFT, 62.5)
    to = say(N_("An den Haushalt"))
    lines = (to, letter.household_name, *letter.address_lines, letter.place)
    for text in lines[:6]:
        paper.line(text, size=11.0, width=80.0, height=5.0)


def _heading(paper: Paper, letter: CodeLetter, title: str, lang: str) -> None:
    day = f"{long_day_words(lang, letter.issued_on)} {letter.issued_on.year}"
    paper.place(LEFT, 97.0)
    paper.line(title, size=paper.type.heading, bold=True, height=9.0)
    paper.line(day, size=paper.type.small, height=6.0)
    paper.gap(2.0)


def _code_box(paper: Paper, letter: CodeLetter, url: str, address: str, title: str) -> None:
    paper.gap(3.0)
    top = paper.y
    paper.qr(url, x=LEFT + WIDTH - QR_MM, y=top, size=QR_MM)
    paper.place(LEFT, top + 6.0)
    paper.line(title, size=paper.type.small, height=5.0)
    paper.line(letter.code, size=paper.type.code, bold=True, width=WIDTH - QR_MM, height=15.0)
    paper.line(address, size=paper.type.body, width=WIDTH - QR_MM, height=7.0)
    paper.place(LEFT, top + QR_MM + 4.0)

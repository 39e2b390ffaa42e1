"""What stands on a printed document: its text, taken out as a reader of PDF does."""

from __future__ import annotations

import io

import pypdf

TURNERS = "".join(chr(each) for each in (*range(0x20), 0x200E, 0x200F))
"""Marks of direction, and parts of joined letters that stand for none by themselves."""


def pages_of(pdf: bytes) -> list[str]:
    """The words of each page, with one space between two.

    What runs from right to left comes as it lies on the page: its words from the left.
    """
    texts = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    plain = str.maketrans({each: None if each not in "\t\n" else " " for each in TURNERS})
    return [" ".join(text.translate(plain).split()) for text in texts]


def words_of(pdf: bytes) -> str:
    """The words of the whole document."""
    return " ".join(pages_of(pdf))

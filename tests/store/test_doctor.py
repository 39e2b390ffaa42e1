"""The doctor notices what is not as it was signed."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.store.connection import open_writer
from node.store.core import Core
from node.store.doctor import examine
from tests.store.test_core import (
    add_note,
    all_changesets,
    members,
    open_core,
)


def with_history(tmp_path: Path) -> tuple[Core, Core]:
    a, b = open_core(tmp_path, "a"), open_core(tmp_path, "b")
    for number in range(5):
        a.write(add_note(f"a{number}"))
        b.write(add_note(f"b{number}"))
    a.receive(all_changesets(b), members(a, b))
    a.write(lambda write: write.execute("update note set text = 'neu' where text = 'b1'"))
    a.write(lambda write: write.execute("delete from note where text = 'a2'"))
    b.receive(all_changesets(a), members(a, b))
    return a, b


def test_a_sound_file_has_no_findings(tmp_path: Path) -> None:
    a, b = with_history(tmp_path)
    assert examine(a, members(a, b)) == []
    assert examine(b, members(a, b)) == []
    a.close()
    b.close()


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        ("update note set text = 'gefälscht' where text = 'a3'", "nicht, was unterschrieben"),
        (
            "update note__crsql_clock set col_version = 9 where key = 1 and col_name = 'text'",
            "nicht, was",
        ),
        ("delete from journal where n = 3", "passt Nummer 3 nicht"),
        ("update journal set signature = zeroblob(64) where n = 2", "Unterschrift von Nummer 2"),
        ("update head set held = held - 1", "vermerkt ist"),
    ],
)
def test_whatever_is_spoiled_is_found(tmp_path: Path, spoil: str, found: str) -> None:
    a, b = with_history(tmp_path)
    who = members(a, b)
    a.close()
    raw = open_writer(tmp_path / "a.db")
    raw.execute("select crsql_internal_sync_bit(1)")
    raw.execute(spoil)
    raw.execute("select crsql_internal_sync_bit(0)")
    raw.execute("select crsql_finalize()")
    raw.close()
    a = open_core(tmp_path, "a")
    assert any(found in finding.said for finding in examine(a, who))
    a.close()
    b.close()

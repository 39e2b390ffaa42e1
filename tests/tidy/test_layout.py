"""The house stays tidy: sizes of files and functions, everything documented, nothing dead."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NODE = ROOT / "node"
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
MEDIAN_FUNCTION_LINES_MAX = 10

FILES = sorted(NODE.rglob("*.py"))


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    if not body:
        return 1
    return (body[-1].end_lineno or 0) - body[0].lineno + 1


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_and_no_function_got_away(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= FILE_LINES_MAX
    for function in functions(ast.parse(text)):
        assert body_lines(function) <= FUNCTION_LINES_MAX, function.name


def test_half_of_all_functions_are_short() -> None:
    sizes = sorted(
        body_lines(function)
        for path in FILES
        for function in functions(ast.parse(path.read_text(encoding="utf-8")))
    )
    assert sizes[len(sizes) // 2] <= MEDIAN_FUNCTION_LINES_MAX


def test_every_room_has_a_docstring_that_says_what_it_owns() -> None:
    for folder in NODE.iterdir():
        init = folder / "__init__.py"
        if init.exists():
            assert ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))), folder.name


def test_faces_give_a_noun_the_same_file_name() -> None:
    """A noun of one face is found under the same name in the others."""
    nouns = {
        face: {path.stem for path in (NODE / face).glob("*.py")} - {"__init__"}
        for face in ("portal", "kiosk", "desk", "api")
    }
    for noun in ("spaces", "sign_in"):
        owners = [face for face, names in nouns.items() if noun in names]
        assert len(owners) >= 2, noun

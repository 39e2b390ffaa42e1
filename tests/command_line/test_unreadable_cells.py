"""The doctor says which cells this release cannot read, and is content when they are mended."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from node.__main__ import main
from node.base.clock import FrozenClock, SystemClock
from node.base.refusals import Refusal
from node.registry import REGISTRY
from node.store import Core
from node.sync import adopt_role
from tests.app_client import furnish
from tests.cast import small_quarter

pytestmark = pytest.mark.usefixtures("elsewhere")
CANNOT = "This box cannot read some details"
SPACE = small_quarter().id_of("space", "hofsaal")


def details(folder: Path, text: str | None = None) -> str:
    """The cell of the courtyard hall as it was; with a `text`, that stands there from now on."""
    core = Core.open(folder / "quarter.db", REGISTRY, clock=SystemClock())
    try:
        adopt_role(core)
        before: str = core.read(
            lambda read: read.value("select details from space where id = :id", id=SPACE)
        )
        if text is not None:
            done = core.write(
                lambda write: write.execute(
                    "update space set details = :text where id = :id", text=text, id=SPACE
                )
            )
            assert not isinstance(done, Refusal), done
        return before
    finally:
        core.close()


@pytest.mark.parametrize("broken", ["{", "null", "[7]"])
def test_the_doctor_names_what_cannot_be_read(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    broken: str,
) -> None:
    data = tmp_path / "node"
    data.mkdir()
    furnish(data, FrozenClock(datetime(2026, 11, 24, 9, 0, tzinfo=UTC)))
    assert main(["doctor", "--data", str(data)]) == 0
    assert CANNOT not in capsys.readouterr().out
    whole = details(data, broken)
    assert main(["doctor", "--data", str(data)]) == 1
    said = capsys.readouterr().out
    assert said.count(f"{CANNOT} and therefore does not show them: 1 (space ") == 1
    assert "quartier import" in said, "what to do stands beside it"
    details(data, whole)
    assert main(["doctor", "--data", str(data)]) == 0
    assert CANNOT not in capsys.readouterr().out

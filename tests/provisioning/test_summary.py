"""The table at the end of the test command: honest about failures and about skips."""

import subprocess
import sys
from pathlib import Path

SUMMARY = Path(__file__).parents[2] / "provisioning" / "summary.py"
REPORT = """<testsuites><testsuite>
<testcase name="a"/><testcase name="b"/>
<testcase name="c"><skipped message="no camera here"/></testcase>
<testcase name="d"><skipped message="no camera here"/></testcase>{more}
</testsuite></testsuites>"""


def summary(results: Path, blocks: str) -> tuple[int, str]:
    """Exit status and output for the given lines of blocks.tsv."""
    (results / "blocks.tsv").write_text(blocks, "utf-8")
    done = subprocess.run(
        [sys.executable, SUMMARY, results], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def test_skips_are_named_with_their_reason(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(REPORT.format(more=""), "utf-8")
    (tmp_path / "browser.reason").write_text("Chromium is not installed\n", "utf-8")
    status, said = summary(tmp_path, "lint\t6\t0\nunit\t90\t0\nbrowser\t0\t77\n")
    assert status == 0
    assert "unit               1.5  ok        2 passed, 2 skipped" in said
    assert "unit: no camera here (2x)" in said
    assert "browser: Chromium is not installed" in said
    assert said.endswith("3 passed, 0 failed, 3 skipped\n")


def test_a_failed_test_fails_the_run(tmp_path: Path) -> None:
    failure = '<testcase name="e"><failure/></testcase>'
    (tmp_path / "unit.xml").write_text(REPORT.format(more=failure), "utf-8")
    status, said = summary(tmp_path, "unit\t1\t1\n")
    assert status == 1
    assert "FAILED" in said
    assert "2 passed, 1 failed, 2 skipped" in said


def test_a_failed_block_without_tests_fails_the_run(tmp_path: Path) -> None:
    status, said = summary(tmp_path, "lint\t1\t1\n")
    assert status == 1
    assert "0 passed, 1 failed" in said


def test_nothing_run_is_not_a_pass(tmp_path: Path) -> None:
    assert summary(tmp_path, "")[0] == 1

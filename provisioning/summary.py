"""The table at the end of `provisioning/test`: every block, what it counted, what was skipped.

`python provisioning/summary.py RESULTS` reads blocks.tsv (name, seconds, exit status), the
JUnit files of pytest and the reasons of skipped blocks. Exit status 1 when a block failed.
"""

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

SKIPPED = 77


@dataclass
class Block:
    """One block as it went; `reasons` counts the reasons of skipped tests."""

    name: str
    seconds: int
    status: int
    passed: int = 0
    failed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    @property
    def word(self) -> str:
        """The result in one word."""
        return {0: "ok", SKIPPED: "skipped"}.get(self.status, "FAILED")

    @property
    def counts(self) -> str:
        """What pytest counted, or nothing for a block without tests."""
        skipped = self.reasons.total() if self.passed or self.failed else 0
        counted = (
            (self.passed, "passed"),
            (self.failed, "failed"),
            (skipped, "skipped"),
        )
        return ", ".join(f"{number} {word}" for number, word in counted if number)


def read_tests(block: Block, report: Path) -> None:
    """Add the counts and skip reasons of a JUnit file to its block."""
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - written by our pytest
        skip = case.find("skipped")
        if skip is not None:
            block.reasons[skip.get("message", "no reason given")] += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            block.failed += 1
        else:
            block.passed += 1


def read_blocks(results: Path) -> list[Block]:
    """All blocks in the order in which they ran."""
    blocks = []
    for line in (results / "blocks.tsv").read_text("utf-8").splitlines():
        name, seconds, status = line.split("\t")
        block = Block(name, int(seconds), int(status))
        if (report := results / f"{name}.xml").is_file():
            read_tests(block, report)
        elif block.status != SKIPPED:
            block.passed, block.failed = int(not block.status), int(bool(block.status))
        if (reason := results / f"{name}.reason").is_file():
            block.reasons[reason.read_text("utf-8").strip()] += 1
        blocks.append(block)
    return blocks


def table(blocks: list[Block]) -> list[str]:
    """The table, the reasons of everything skipped, and the closing count."""
    lines = [f"{'block':<14}{'minutes':>8}  {'result':<8}  counted"]
    lines += [f"{b.name:<14}{b.seconds / 60:>8.1f}  {b.word:<8}  {b.counts}" for b in blocks]
    reasons = [(b.name, times, why) for b in blocks for why, times in b.reasons.items()]
    if reasons:
        lines += ["", "Skipped, which is not passed:"]
        lines += [f"  {name}: {why}" + f" ({times}x)" * (times > 1) for name, times, why in reasons]
    passed, failed = sum(b.passed for b in blocks), sum(b.failed for b in blocks)
    skipped = sum(b.reasons.total() for b in blocks)
    return [*lines, "", f"{passed} passed, {failed} failed, {skipped} skipped"]


def main(arguments: list[str]) -> int:
    """Print the table; 1 when a block failed or none ran."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python provisioning/summary.py RESULTS\n")
        return 2
    blocks = read_blocks(Path(arguments[0]))
    sys.stdout.write("\n".join(table(blocks)) + "\n")
    return int(not blocks or any(block.word == "FAILED" for block in blocks))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

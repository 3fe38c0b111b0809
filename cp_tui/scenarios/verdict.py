"""What comes of a step and of a scenario."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """How a step or a scenario ended."""

    PASSED = "passed"
    FAILED = "failed"
    """The CSMS has done something else than the standard wants."""
    INCONCLUSIVE = "inconclusive"
    """Nothing can be said about the CSMS."""
    SKIPPED = "skipped"
    """It was not tried."""


class StepOutcome(Struct, frozen=True):
    """How a step ended."""

    words: str
    """What was done or expected."""
    verdict: Verdict
    section: str = ""
    seen: str = ""
    """What was there instead, or why it was not tried."""
    took_s: float = 0.0


class ScenarioOutcome(Struct, frozen=True, kw_only=True):
    """How a scenario ended."""

    name: str
    verdict: Verdict
    reason: str = ""
    """Why it is not passed."""
    steps: tuple[StepOutcome, ...] = ()
    frames: tuple[str, ...] = ()
    """The last frames before it ended, with reasons, where it did not pass."""
    took_s: float = 0.0
    seed: int = 0


class StepEnded(Exception):
    """A step has not passed; the text says what was there instead."""

    def __init__(self, verdict: Verdict, seen: str) -> None:
        super().__init__(seen)
        self.verdict = verdict
        self.seen = seen


def failed(seen: str) -> StepEnded:
    """Make what is raised where the CSMS is wrong."""
    return StepEnded(Verdict.FAILED, seen)


def inconclusive(seen: str) -> StepEnded:
    """Make what is raised where nothing can be said about the CSMS."""
    return StepEnded(Verdict.INCONCLUSIVE, seen)


def exit_status(outcomes: Iterable[ScenarioOutcome]) -> int:
    """Give the status of the process: 0 passed, 1 failed, 3 nothing conclusive."""
    verdicts = {each.verdict for each in outcomes}
    if Verdict.FAILED in verdicts:
        return 1
    return 0 if Verdict.PASSED in verdicts and Verdict.INCONCLUSIVE not in verdicts else 3

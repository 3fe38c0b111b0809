"""`cp-tui check` on a terminal: what it waits for stands there until it is known."""

from __future__ import annotations

import os
import sys

import pytest

from cp_tui.cli.check import show, show_waiting
from cp_tui.engine.check import Step, StepResult, Verdict

WAITS = StepResult(Step.TCP, Verdict.WAITS, "until h port 80 accepts, 10 s at most")
REACHED = StepResult(Step.TCP, Verdict.OK, "192.0.2.1 port 80", took_ms=2.0)


@pytest.fixture(autouse=True)
def a_terminal_of_60_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 24)))


def test_the_result_takes_the_place_of_what_was_waited_for(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    show_waiting(WAITS)
    show(REACHED)
    waiting, shown = capsys.readouterr().out.split("\r")
    assert waiting.startswith("TCP          ...     until h port 80 accepts, 10 s at most")
    assert shown.startswith("TCP          ok      192.0.2.1 port 80 (0.002 s)")
    assert len(shown.rstrip("\n")) >= len(waiting.rstrip()) > 0
    assert "\n" not in waiting


def test_what_is_waited_for_never_breaks_into_a_second_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    show_waiting(StepResult(Step.DNS, Verdict.WAITS, "x" * 500))
    assert len(capsys.readouterr().out.rstrip("\r")) == 59

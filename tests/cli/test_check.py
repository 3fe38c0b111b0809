"""`cp-tui check` on a terminal: what it waits for stands there until it is known."""

from __future__ import annotations

import io
import os

import pytest

from cp_tui.cli.check import show, show_waiting
from cp_tui.engine.connection_check import CheckStep, CheckVerdict, StepResult

WAITS = StepResult(CheckStep.TCP, CheckVerdict.WAITS, "until h port 80 accepts, 10 s at most")
REACHED = StepResult(CheckStep.TCP, CheckVerdict.OK, "192.0.2.1 port 80", took_ms=2.0)


class Terminal(io.StringIO):
    """What is printed, as on a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def printed(monkeypatch: pytest.MonkeyPatch, *results: StepResult) -> str:
    """Show steps on a terminal of 60 columns; give what was printed."""
    terminal = Terminal()
    with monkeypatch.context() as patched:
        patched.setattr("sys.stdout", terminal)
        patched.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 24)))
        for result in results:
            (show_waiting if result.verdict is CheckVerdict.WAITS else show)(result)
    return terminal.getvalue()


def test_the_result_takes_the_place_of_what_was_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, shown = printed(monkeypatch, WAITS, REACHED).split("\r")
    assert waiting.startswith("TCP          ...     until h port 80 accepts, 10 s at most")
    assert shown.startswith("TCP          ok      192.0.2.1 port 80 (0.002 s)")
    assert len(shown.rstrip("\n")) >= len(waiting.rstrip()) > 0
    assert "\n" not in waiting


def test_what_is_waited_for_never_breaks_into_a_second_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = printed(monkeypatch, StepResult(CheckStep.DNS, CheckVerdict.WAITS, "x" * 500))
    assert len(found.rstrip("\r")) == 59


def test_no_word_is_torn_where_a_line_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    long = StepResult(CheckStep.HTTP, CheckVerdict.FAILED, "the CSMS accepts " * 9, "a hint " * 12)
    lines = [line.rstrip() for line in printed(monkeypatch, long).splitlines()]
    assert len(lines) > 4
    assert all(len(line) < 60 for line in lines)
    assert all(line.startswith((" " * 21, "HTTP ")) for line in lines)
    assert all(line.split()[-1] in ("the", "CSMS", "accepts", "a", "hint") for line in lines)

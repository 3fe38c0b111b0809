"""What is printed, harmless for the terminal that shows it, and where no screen can be shown."""

from __future__ import annotations

import io
import sys

import pytest

from cp_tui.cli.output import complain
from cp_tui.cli.screen import terminal_problem
from cp_tui.ocpp.printable import clean


@pytest.mark.parametrize(
    "hostile", ["\x1b]52;c;x\x07", "a\rb", "a\nb", "\x9b31m", "\u202eabc", "\x7f", "\ud800"]
)
def test_a_complaint_is_one_harmless_line(hostile: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complain(f"name {hostile}") == 2
    said = capsys.readouterr().err
    assert said.startswith("cp-tui: name ")
    assert said.count("\n") == 1
    assert all(character.isprintable() for character in said.rstrip("\n"))


def test_words_of_every_language_stay_readable() -> None:
    assert clean("Straße 東京 é") == "Straße 東京 é"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("missing", ["stdin", "stdout", "stderr"])
def test_a_screen_needs_a_terminal_on_all_three_streams(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    assert terminal_problem() is None
    monkeypatch.setattr(sys, missing, io.StringIO())
    problem = terminal_problem()
    assert problem is not None
    assert "standard" in problem


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_screen_needs_a_terminal_that_can_place_the_cursor(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, Terminal())
    monkeypatch.setenv("TERM", term)
    problem = terminal_problem()
    assert problem is not None
    assert "TERM" in problem

"""The terminal that a screen is drawn on: which it is, and what is said where there is none."""

from __future__ import annotations

import io
import os
import pty
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from cp_tui.cli import demo, terminal
from cp_tui.cli.parser import parse
from cp_tui.cli.terminal import announced, on_terminal, refuse_screen, terminal_problem
from cp_tui.engine.errors import CannotBegin

STREAMS = ("stdin", "stdout", "stderr")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def nothing_around(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No terminal of whoever runs the tests."""
    monkeypatch.setattr(terminal, "CONTROLLING", str(tmp_path / "tty"))
    monkeypatch.setenv("TERM", "xterm")


def at_terminals(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    """Let these streams be terminals, and the others not."""
    for name in STREAMS:
        stream = Terminal() if name in names else io.StringIO()
        monkeypatch.setattr(sys, name, stream)


@pytest.mark.parametrize("missing", [(), ("stdout",), ("stderr",)])
def test_one_terminal_to_draw_on_is_enough(
    missing: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminals(monkeypatch, *(name for name in STREAMS if name not in missing))
    assert terminal_problem() is None


def test_without_any_the_terminal_of_the_session_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    at_terminals(monkeypatch, "stdin")
    problem = terminal_problem()
    assert problem is not None
    assert "neither standard output nor standard error" in problem
    (tmp_path / "tty").touch()
    assert terminal_problem() is None


def test_keys_come_from_standard_input_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    at_terminals(monkeypatch, "stdout", "stderr")
    problem = terminal_problem()
    assert problem is not None
    assert "for its keys, and standard input is none" in problem


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_screen_needs_a_terminal_that_can_place_the_cursor(
    term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminals(monkeypatch, *STREAMS)
    monkeypatch.setenv("TERM", term)
    problem = terminal_problem()
    assert problem is not None
    assert "TERM" in problem


@pytest.mark.parametrize("left", STREAMS[1:])
def test_a_person_reads_why_there_is_no_screen_wherever_there_is_a_terminal(
    left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminals(monkeypatch, left)
    assert refuse_screen("attach: no") == 2
    assert getattr(sys, left).getvalue() == "cp-tui: attach: no\n"


@pytest.fixture
def pair() -> Iterator[tuple[int, int]]:
    """Both ends of a terminal."""
    near, far = pty.openpty()
    yield near, far
    os.close(near)
    os.close(far)


def test_the_screen_is_drawn_on_the_one_that_there_is_and_everything_is_as_before_after_it(
    pair: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = pair
    log = io.StringIO()
    with open(far, "w", closefd=False) as there:
        for out, err in ((there, log), (log, there), (log, log)):
            monkeypatch.setattr(sys, "__stdout__", out)
            monkeypatch.setattr(sys, "__stderr__", err)
            monkeypatch.setattr(terminal, "CONTROLLING", os.ttyname(far))
            with on_terminal() as drawn:
                assert sys.__stdout__ is sys.__stderr__ is drawn
                drawn.write("\udc80 x")
                drawn.flush()
            assert os.read(near, 100) == b"\\udc80 x"
            assert (sys.__stdout__, sys.__stderr__) == (out, err)
            assert drawn.closed
        monkeypatch.setattr(sys, "__stdout__", there)
        with on_terminal() as drawn:
            pass
        monkeypatch.setattr(sys, "__stderr__", there)
        with on_terminal() as drawn:
            assert drawn is there, "where all is as usual nothing changes"
    assert log.getvalue() == ""


def test_what_is_waited_for_is_erased_by_the_screen_or_where_none_comes() -> None:
    written = io.StringIO()
    with announced("attaching to A\x1b[31m ...", written) as erase:
        assert written.getvalue() == "attaching to A\\x1b[31m ...\r"
    assert not written.getvalue().endswith(erase), "the screen has done it"
    with pytest.raises(CannotBegin), announced("waiting", written):
        raise CannotBegin("no")
    assert written.getvalue().endswith(f"waiting\r{erase}")


@pytest.mark.parametrize(
    ("terminals", "kind"),
    [
        (("stdin", "stdout", "stderr"), "screen"),
        (("stdin", "stdout"), "screen"),
        (("stdin", "stderr"), "lines: standard output is no terminal"),
        (("stdout", "stderr"), "lines: a screen needs a terminal for its keys"),
        ((), "lines"),
    ],
)
def test_a_demo_is_a_screen_wherever_its_errors_go_and_says_why_it_is_none(
    terminals: tuple[str, ...], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_terminals(monkeypatch, *terminals)
    monkeypatch.setattr(demo, "_as_screen", lambda folder, options, wanted: 0)
    monkeypatch.setattr(demo, "_as_lines", lambda folder, options, wanted: 7)
    status = demo.run(parse(["demo"]))
    assert status == (0 if kind == "screen" else 7)
    said = cast("io.StringIO", sys.stderr).getvalue()
    assert said.startswith("demo: as lines, without a screen: ") is (": " in kind)
    assert kind.partition(": ")[2] in said


@pytest.mark.parametrize(
    ("command", "status"), [("--version", 0), ("attach </dev/null", 2), ("nonsense", 2)]
)
def test_a_stream_that_was_closed_changes_no_status(command: str, status: int) -> None:
    script = f"{shlex.quote(sys.executable)} -m cp_tui {command} >&- 2>&-"
    assert subprocess.run(["/bin/sh", "-c", script], check=False).returncode == status


def test_what_is_opened_later_does_not_stand_in_for_a_closed_stream(tmp_path: Path) -> None:
    code = (
        "import os, sys; from cp_tui.cli import open_closed_streams; open_closed_streams(); "
        "found = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT); print('lost'); "
        "print('lost', file=sys.stderr, flush=True); os.write(found, b'%d' % (found > 2))"
    )
    script = f'{shlex.quote(sys.executable)} -c "{code}" "$0" <&- >&- 2>&-'
    subprocess.run(["/bin/sh", "-c", script, f"{tmp_path}/out"], check=True)
    assert (tmp_path / "out").read_text() == "1"

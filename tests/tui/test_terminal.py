"""What only a real terminal shows: silence when idle, an end in order, bytes that never pass."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from cp_tui.tui import main
from tests.sources import ROOT
from tests.tiers import tier

DEADLINE_S = 30.0
"""A loaded machine needs some of it to import; nothing waits for the rest."""

QUIET_S = 0.5
"""So long without a byte is a screen that has finished painting."""

TAB_BYTES_MAX = 1_500
"""Both panes whole are 13 KB, cell by cell as Textual sends them."""

IDLE_S = 2.0
"""How long an idle screen is watched; a clock or a blinking cursor would show within one second."""


@dataclass(slots=True)
class Terminal:
    """The far end of a pseudo-terminal, and the program in it."""

    master: int
    process: subprocess.Popen[bytes]
    output: bytes = b""

    def read(self, timeout_s: float) -> bytes:
        """What arrives within the time; empty if nothing does."""
        ready, _, _ = select.select([self.master], [], [], timeout_s)
        if not ready:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return b""
        self.output += data
        return data

    def read_until(self, wanted: bytes) -> None:
        """Read until the words are there."""
        end = time.monotonic() + DEADLINE_S
        while wanted not in self.output:
            assert time.monotonic() < end, self.output[-2000:]
            self.read(0.2)

    def read_until_quiet(self) -> None:
        """Read until nothing more is painted."""
        while self.read(QUIET_S):
            pass

    def end(self) -> int:
        """Read to the end, and give the exit status."""
        end = time.monotonic() + DEADLINE_S
        while self.process.poll() is None:
            assert time.monotonic() < end
            self.read(0.1)
        while self.read(0.1):
            pass
        return self.process.returncode


@contextmanager
def terminal(world: str, *, columns: int = 80, rows: int = 24) -> Iterator[Terminal]:
    """Run the program on a world in a terminal of its own."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.tui.terminal_program", world],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        cwd=ROOT,
        env=environment,
        start_new_session=True,
    )
    os.close(slave)
    try:
        yield Terminal(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)


def test_a_screen_shows_all_at_once_stands_still_paints_what_moves_and_ends_with_q() -> None:
    with terminal("healthy") as term:
        term.read_until(b"HeartbeatInterval")
        assert b"not known yet" not in term.output, "the first picture holds what the engine says"
        term.read_until_quiet()
        assert term.read(IDLE_S) == b"", "an idle screen sends nothing"
        for _pane in range(5):
            before = len(term.output)
            os.write(term.master, b"\t")
            term.read_until_quiet()
            painted = len(term.output) - before
            assert 0 < painted < TAB_BYTES_MAX, "two titles and two rows, not two panes"
        os.write(term.master, b"q")
        assert term.end() == 0
        assert b"ended: leave" in term.output


def assert_ended_in_order_by(number: signal.Signals, term: Terminal) -> None:
    """A signal ends the screen, and leaves the engine."""
    term.process.send_signal(number)
    assert term.end() == 0
    assert b"\x1b[?1049l" in term.output
    assert b"ended: leave" in term.output


def test_a_signal_ends_the_screen_in_order_and_leaves_the_engine() -> None:
    with terminal("healthy") as term:
        term.read_until(b"HeartbeatInterval")
        assert_ended_in_order_by(signal.SIGTERM, term)


def test_a_terminal_that_goes_without_a_signal_ends_the_screen() -> None:
    """SIGHUP comes only from a controlling terminal, which that of a test is not."""
    with terminal("healthy") as term:
        term.read_until(b"HeartbeatInterval")
        term.read_until_quiet()
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, term.master)
        os.close(nothing)
        term.process.wait(DEADLINE_S)


def test_no_control_sequence_from_outside_reaches_the_terminal_and_a_signal_ends_it_too() -> None:
    with terminal("hostile") as term:
        term.read_until("␛]52;c;aGk=".encode())
        term.read_until_quiet()
        for sent in (b"\x1b]52", b"\x1b]2;", "\x9b".encode(), b"aGk=\x07"):
            assert sent not in term.output
        assert_ended_in_order_by(signal.SIGHUP, term)


STUCK = """
import ctypes, signal
from cp_tui.tui import main
main.LEAVE_S_MAX = 1
for number in main.ENDING:
    signal.signal(number, lambda number, frame: None)
with main.ended_if_stuck():
    print("stuck", flush=True)
    lock, mutex = ctypes.CDLL(None).pthread_mutex_lock, ctypes.create_string_buffer(256)
    lock(mutex)
    lock(mutex)
"""
"""It waits for itself and looks for no signal, as a loop that waits for a dead writer."""


@pytest.mark.parametrize("number", tier(main.ENDING[:1], deep=main.ENDING))
def test_a_loop_that_is_stuck_and_handles_no_signal_is_ended_all_the_same(
    number: signal.Signals,
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STUCK], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "stuck\n"
        program.send_signal(number)
        try:
            assert program.wait(DEADLINE_S) == -signal.SIGALRM
        finally:
            program.kill()

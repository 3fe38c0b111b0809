"""A terminal at the end of a slow line: the newest first, no key is lost, and nothing queues."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import pyte
import pytest

from tests.end_to_end.terminal import rests
from tests.tui.test_terminal import DEADLINE_S, Terminal, terminal

BYTES_S = 2_400
SLOW_S = 4 * DEADLINE_S
"""For whatever a slow line carries."""
QUESTION, ANSWER = b"\x1b[?2026$p", b"\x1b[?2026;2$y"
TICK_S = 0.02
WAY_ROUND = "234561" * 4
"""Every screen four times, which are 60 kB at least."""
ROUND_BYTES_MAX = 12_000
"""What was under way, and the newest picture; the buffers between take 18 kB alone."""
TYPED_BYTES_MAX = 200


class SlowTerminal:
    """The far end of a slow line, and what it shows."""

    def __init__(self, line: Terminal, bytes_s: int, *, has_answers: bool = True) -> None:
        self.taken = 0
        self._bytes_s = bytes_s
        self._has_answers = has_answers
        self._line = line
        os.set_blocking(line.master, False)
        self._picture = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._picture)
        self._tail = b""
        self._credit = 0.0
        self._looked_at = time.monotonic()

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(self._picture.display)

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._line.master, keys.encode())

    def until(self, is_so: Callable[[], bool]) -> None:
        """Take what the line carries until something is so."""
        end = time.monotonic() + SLOW_S
        while not is_so():
            assert time.monotonic() < end, self.text
            time.sleep(TICK_S)
            self._take()

    def until_quiet(self) -> None:
        """Take what the line carries until nothing more comes for a while."""
        end, before = 0.0, -1

        def is_quiet() -> bool:
            nonlocal end, before
            if self.taken != before:
                end, before = time.monotonic() + 1.0, self.taken
            return time.monotonic() > end

        self.until(is_quiet)

    def _take(self) -> None:
        now = time.monotonic()
        self._credit = min(
            self._credit + (now - self._looked_at) * self._bytes_s, self._bytes_s * 0.2
        )
        self._looked_at = now
        try:
            data = os.read(self._line.master, max(1, int(self._credit)))
        except OSError:
            # Nothing there yet, or nobody at the other end any more.
            return
        self._credit -= len(data)
        self.taken += len(data)
        self._stream.feed(data)
        self._tail += data
        if self._has_answers:
            os.write(self._line.master, ANSWER * self._tail.count(QUESTION))
        self._tail = self._tail[-len(QUESTION) + 1 :]


def until_it_rests(process_id: int) -> None:
    """Wait until every key is worked on; the line carries nothing meanwhile."""
    end, looks = time.monotonic() + DEADLINE_S, 0
    while looks < 10:
        assert time.monotonic() < end
        time.sleep(TICK_S)
        looks = looks + 1 if rests(process_id) else 0


@pytest.mark.slow
def test_on_a_slow_line_what_is_old_is_not_sent_and_every_key_counts() -> None:
    with terminal("healthy") as line:
        slow = SlowTerminal(line, BYTES_S)
        slow.until(lambda: "Connectors" in slow.text and "HeartbeatInterval" in slow.text)
        slow.until_quiet()
        dashboard = slow.text
        before = slow.taken
        slow.press(WAY_ROUND)
        until_it_rests(line.process.pid)
        slow.until_quiet()
        assert slow.text == dashboard, "the last key was that of the dashboard"
        assert slow.taken - before < ROUND_BYTES_MAX
        slow.press("wABC")
        slow.until(lambda: "ABC" in slow.text)
        slow.until_quiet()
        before = slow.taken
        slow.press("D")
        slow.until(lambda: "ABCD" in slow.text)
        assert slow.taken - before < TYPED_BYTES_MAX
        slow.press("\x1b")
        slow.until(lambda: slow.text == dashboard)
        slow.press("q")
        slow.until(lambda: line.process.poll() is not None)
        assert line.process.returncode == 0

"""The screen at the end of a slow line: `python -m bench.slow_line`.

A pseudo-terminal whose reader takes 240 or 960 bytes a second, which are 2,400 and 9,600 baud; one
that answers what it is asked, as terminals of today do, and one that does not. Behind the program
lie 18 kB of buffers of the system.
"""

from __future__ import annotations

from time import monotonic

from tests.tui.test_slow_line import WAY_ROUND, SlowTerminal, until_it_rests
from tests.tui.test_terminal import terminal

BAUDS = (2_400, 9_600)
BITS = 10
"""Of a byte on a serial line."""


def row(baud: int, *, has_answers: bool) -> str:
    """What a person waits for, in seconds, and what the line carries for it."""
    with terminal("healthy") as line:
        slow = SlowTerminal(line, baud // BITS, has_answers=has_answers)
        begin = monotonic()
        slow.until(lambda: "Connectors" in slow.text and "Menu" in slow.text)
        first_s, first = monotonic() - begin, slow.taken
        slow.until_quiet()
        dashboard, before = slow.text, slow.taken
        slow.press(WAY_ROUND)
        until_it_rests(line.process.pid)
        begin = monotonic()
        slow.until(lambda: slow.taken > before and slow.text == dashboard)
        round_s = monotonic() - begin
        slow.until_quiet()
        round_bytes = slow.taken - before
        slow.press("w")
        slow.until(lambda: "Swipe a tag" in slow.text)
        slow.until_quiet()
        begin = monotonic()
        slow.press("Z9")
        slow.until(lambda: "Z9" in slow.text)
        typed_s = monotonic() - begin
    answers = "answers" if has_answers else "does not answer"
    return (
        f"| {baud:,} baud, {answers} | {first:,} | {first_s:.1f} |"
        f" {round_bytes:,} | {round_s:.1f} | {typed_s:.1f} |"
    )


def main() -> None:
    """Print the table."""
    print("| Line | first picture, bytes | s | 24 screens and back, bytes | s | a text typed, s |")
    print("|---|---|---|---|---|---|")
    for baud in BAUDS:
        for has_answers in (True, False):
            print(row(baud, has_answers=has_answers), flush=True)


if __name__ == "__main__":
    main()

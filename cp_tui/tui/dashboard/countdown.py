"""How long it is until something happens, in steps coarse enough for an idle line.

Pure: says the words, and when they are no longer true; whoever shows them sets the timer.
"""

from __future__ import annotations

from datetime import datetime
from math import ceil

from cp_tui.tui.text.words import Clock

STEP_S = 5.0
"""Below a minute, the words change this often."""

COUNTED_S_MAX = 600.0
"""Further away, a clock time says more."""

MINUTE_S = 60.0


def until(at: datetime, clock: Clock) -> str:
    """`in 12 s`, `in 5 min`, `at 14:03:27`; `now` where it is due."""
    left_s = (at - clock.now).total_seconds()
    if left_s < 1:
        return "now"
    if left_s < MINUTE_S:
        # Up to the next step, for so long as the words stand: no two lines tell it differently.
        return f"in {ceil(left_s / STEP_S) * STEP_S:.0f} s"
    return f"in {left_s / MINUTE_S:.0f} min" if left_s <= COUNTED_S_MAX else f"at {clock.time(at)}"


def instant(at: datetime, clock: Clock) -> str:
    """`at 14:03:27, in 12 s`: for where there is room to tell both."""
    words = until(at, clock)
    when = f"at {clock.time(at)}"
    return when if words == when else f"{when}, {words}"


def stale_after_s(at: datetime, now: datetime) -> float | None:
    """Seconds until other words are due; None where they stay until there is news."""
    left_s = (at - now).total_seconds()
    if left_s < 1:
        return None
    if left_s <= MINUTE_S:
        return left_s % STEP_S or STEP_S
    if left_s > COUNTED_S_MAX:
        return left_s - COUNTED_S_MAX
    # Minutes are rounded: the words change at the half ones, and at the last minute.
    return min((left_s - MINUTE_S / 2) % MINUTE_S or MINUTE_S, left_s - MINUTE_S)

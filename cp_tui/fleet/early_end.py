"""Whether a run has lasted as long as it was to: one that was cut short has shown less.

Pure; times are seconds from the start of the run.
"""

from __future__ import annotations

from cp_tui.fleet.quantities import duration

LATE_START = 0.25
LATE_START_S_MAX = 1.0
"""The part of its time, and the time at most, that a run may begin later than the clock that ends
it."""


def early_end(ran_s: float, due_s: float | None, *, was_asked: bool) -> str:
    """Say that a run was ended before its time; empty: it was not, or had no time of its own."""
    if due_s is None or ran_s >= due_s - min(LATE_START_S_MAX, due_s * LATE_START):
        return ""
    who = "the run was ended from outside" if was_asked else "Locust ended the run"
    return f"{who} after {duration(round(ran_s, 1))} of {duration(due_s)}"

"""Steps of the charge point's clock in words: why times do not follow one another."""

from __future__ import annotations

from datetime import timedelta

from textual.content import Content

from cp_tui.charge_point.variables import (
    BEFORE_BOOT,
    CLOCK_STEP_TOLD,
    ClockStep,
    ConnectorTransaction,
    TransactionEntry,
)
from cp_tui.ocpp.calendar import span
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import NOT_SEEN, Clock, duration


def set_words(step_s: float) -> str:
    """`set back by 1 h 00 min`; empty where that is not worth telling."""
    size = span(abs(step_s))
    if size <= CLOCK_STEP_TOLD:
        return ""
    return f"set {'back' if step_s < 0 else 'ahead'} by {duration(size)}"


def step_words(step: ClockStep, clock: Clock) -> str:
    """`Clock set back by 1 h 00 min at 12:00:03 (Heartbeat)`."""
    return f"Clock {set_words(step.step_s)} at {clock.time(step.at)} ({drawn(step.by)})"


def misread_words(step: ClockStep) -> str:
    """What to do with the times that were told before such a step."""
    what = "subtract that from" if step.step_s < 0 else "add that to"
    return f"{what} the times before it"


def begun_words(running: ConnectorTransaction, clock: Clock) -> str:
    """`since 14:03`, and where the clock is another one by now, by how much it was set."""
    words = set_words(running.clock_step_s)
    before = f", before the clock was {words}" if words else ""
    since = "since" if running.is_begin_known else f"begin {NOT_SEEN}, first told of"
    told = f", {BEFORE_BOOT}" if running.is_from_before_boot else ""
    return f"{since} {clock.of_csms(clock.minute(running.started_at))}{before}{told}"


def while_it_ran(entry: TransactionEntry | ConnectorTransaction, clock: Clock) -> str:
    """What was done to the clock during a transaction; empty where nothing worth telling was."""
    step, in_all = entry.clock_step, set_words(entry.clock_step_s)
    if step is None:
        return f"Clock {in_all} in small steps" if in_all else ""
    words = step_words(step, clock)
    if abs(entry.clock_step_s - step.step_s) > CLOCK_STEP_TOLD.total_seconds():
        words += f"; {in_all} by all steps together" if in_all else "; later steps took it back"
    return words


def clock_facts(entry: TransactionEntry | ConnectorTransaction, clock: Clock) -> list[Fact]:
    """Why start and end do not fit how long it took, where the clock was set meanwhile."""
    words = while_it_ran(entry, clock)
    if not words:
        return []
    if entry.clock_step is not None:
        words += f": {misread_words(entry.clock_step)}"
    return [Fact("Clock", Content.styled(words, "$text-warning"))]


def length(entry: TransactionEntry) -> timedelta | None:
    """How long a transaction took, whatever the clock did meanwhile.

    None while it runs, and where the clock was set back and nobody noted by how much.
    """
    if entry.stopped_at is None:
        return None
    lasted = entry.stopped_at - entry.started_at - span(entry.clock_step_s)
    return None if lasted < timedelta(0) else lasted

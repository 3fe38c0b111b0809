"""The attempts to connect in words: when, which one, the step that failed, why, what to check."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.charge_point.variables import LinkAttempt, LinkPhase, LinkStep
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.connection import step_words
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_GOOD, BOLD_ODD, QUIET
from cp_tui.tui.text.words import Clock


def attempt_id(attempt: LinkAttempt) -> str:
    """Names an attempt while others come."""
    return f"{attempt.at.isoformat()} {attempt.attempt} {attempt.phase.value}"


def duration(seconds: float) -> str:
    """A length of time: `4.2 s`, `12 min`, `2 h 05 min`, `3 d 4 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = int(seconds // 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"


def result(attempt: LinkAttempt) -> Content:
    """What became of it, in one or two words."""
    match attempt.phase:
        case LinkPhase.OPEN:
            return Content.styled("● open", BOLD_GOOD)
        case LinkPhase.STOPPED:
            return Content.styled("■ stopped", BOLD_ODD)
    if attempt.step is None or attempt.step is LinkStep.OPEN:
        return Content.styled("× link ended", BOLD_BAD)
    return Content.styled(f"× {attempt.step.value}", BOLD_BAD)


def result_words(attempt: LinkAttempt) -> str:
    """The same without its sign."""
    return result(attempt).plain.partition(" ")[2]


def attempt_columns(attempts: Sequence[LinkAttempt], clock: Clock) -> list[Column[LinkAttempt]]:
    """The columns of the table, in reading order."""
    return [
        time_column("Time", clock.brief, attempts, lambda a: a.at, 8),
        Column("Try", 4, lambda a: Content(str(a.attempt or "")), align="right"),
        Column("Result", 13, result, said=result_words),
        Column(
            "Was open",
            10,
            lambda a: Content(_open_for(a)),
            align="right",
            order=lambda a: a.open_for_s,
        ),
        Column("Cause", 20, _cause, is_flexible=True),
        Column("Hint", 50, lambda a: safe_text(a.hint, QUIET), rank=1),
    ]


def attempt_lines(attempt: LinkAttempt) -> list[Fact]:
    """Cause and check in full: what a line of the table may have to cut."""
    facts = [Fact("Cause", _cause(attempt))]
    if attempt.hint:
        facts.append(Fact("Hint", safe_text(attempt.hint)))
    return facts


def attempt_facts(attempt: LinkAttempt, clock: Clock) -> list[Fact]:
    """Everything about one attempt."""
    number = f"attempt {attempt.attempt}" if attempt.attempt else "the link that was open"
    facts = [
        Fact("When", Content(clock.time(attempt.at))),
        Fact("What", Content(number)),
        Fact("Result", result(attempt), result_words(attempt)),
    ]
    if attempt.step is not None:
        facts.append(Fact("Step", Content(step_words(attempt.step, attempt.close_code))))
    facts += attempt_lines(attempt)
    if attempt.http_status is not None:
        facts.append(Fact("HTTP", Content(str(attempt.http_status))))
    if attempt.close_code is not None:
        facts.append(Fact("Closed", Content(f"WebSocket close code {attempt.close_code}")))
    if attempt.open_for_s is not None:
        facts.append(Fact("Was open", Content(duration(attempt.open_for_s))))
    return facts


def attempts_line(attempts: Sequence[LinkAttempt], clock: Clock) -> Content:
    """The newest outcome in a line."""
    if not attempts:
        return Content.styled("no attempt yet", QUIET)
    newest = attempts[-1]
    cause = Content.assemble(" · ", _cause(newest)) if newest.text else Content("")
    number = f" at try {newest.attempt}" if newest.attempt > 1 else ""
    return Content.assemble(f"{clock.time(newest.at)} ", result(newest), number, cause)


def _open_for(attempt: LinkAttempt) -> str:
    return "" if attempt.open_for_s is None else duration(attempt.open_for_s)


def _cause(attempt: LinkAttempt) -> Content:
    if attempt.text:
        return safe_text(attempt.text)
    words = {LinkPhase.OPEN: "connected", LinkPhase.STOPPED: "OCPP was stopped, or the power went"}
    return Content.styled(words.get(attempt.phase, "no cause is known"), QUIET)

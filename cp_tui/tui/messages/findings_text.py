"""Findings in words: in a line each, and in whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.content import Content

from cp_tui.explain.finding import Finding, FrameRef
from cp_tui.ocpp.plural import count
from cp_tui.tui.state.log_state import GRAVITY, main_frame
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.log_words import WHO, gravity
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock, joined

ID_WIDTH = 24
TEXT_WIDTH = 30


def finding_columns(findings: Sequence[Finding], clock: Clock) -> list[Column[Finding]]:
    """How grave, whose fault, when it is seen best, and what."""

    def at(finding: Finding) -> datetime | None:
        return finding.frames[0].at if finding.frames else None

    has_times = any(map(at, findings))
    return [
        Column(
            "Gravity",
            9,
            lambda each: gravity(each.severity),
            order=lambda each: GRAVITY[each.severity],
            said=lambda each: each.severity.value,
        ),
        Column("At fault", 12, lambda each: Content.styled(WHO[each.at_fault], "bold")),
        *([time_column("Time", clock.brief, findings, at, 8)] if has_times else []),
        Column(
            "Frame",
            7,
            lambda each: Content(f"{main_frame(each):,}"),
            "right",
            rank=3 if has_times else 0,
            order=main_frame,
        ),
        Column(
            "Count",
            5,
            lambda each: Content(f"{each.count:,}"),
            "right",
            rank=2,
            order=lambda each: each.count,
        ),
        Column("Finding", ID_WIDTH, lambda each: safe_text(each.id), is_flexible=True),
        Column("What", TEXT_WIDTH, lambda each: safe_text(each.text), rank=1, is_flexible=True),
    ]


def finding_key(finding: Finding) -> str:
    """By this it is known while more come."""
    frame = main_frame(finding)
    return f"{finding.id} {finding.at_fault} {finding.matter} {frame}"


def finding_facts(finding: Finding, clock: Clock | None = None) -> list[Fact]:
    """Whose fault, what and by which rule; then what usually follows, and where it is seen."""
    head = joined(
        [
            gravity(finding.severity),
            Content.styled(f"at fault: {finding.at_fault.words}", "bold"),
            safe_text(finding.id, QUIET),
        ]
    )
    rule = f" ({finding.rule})" if finding.rule else ""
    told = Content.assemble(safe_text(finding.text), safe_text(rule, QUIET))
    facts = [Fact("Finding", Content.assemble(head, " · ", told))]
    if finding.effect:
        facts.append(Fact("Effect", safe_text(finding.effect)))
    if finding.cause:
        facts.append(Fact("Cause", safe_text(f"it follows from {finding.cause}")))
    if where := _where(finding, clock):
        facts.append(Fact("Where", where))
    if finding.known_with is not None:
        facts.append(Fact("Known", Content(f"with {_frame(finding.known_with, clock)}")))
    facts += [
        Fact("", safe_text(f"  {name} = {value}", QUIET)) for name, value in finding.values.items()
    ]
    return facts


def _where(finding: Finding, clock: Clock | None) -> Content:
    """`frame 1,234, line 216, 14:03:22 · frame 1,200, line 189 · 12 times`."""
    parts: list[Content | str] = []
    for frame in finding.frames:
        parts.append(_frame(frame, clock))
    if finding.count > 1:
        parts.append(count(finding.count, "time"))
    return joined(parts)


def _frame(frame: FrameRef, clock: Clock | None) -> str:
    """Counted as the frames of the log are everywhere on the screen: in the order they passed."""
    words = [f"frame {frame.passed:,}"] if frame.passed else []
    words += [f"line {frame.line:,}"] if frame.line else []
    words += [clock.time(frame.at)] if frame.at is not None and clock is not None else []
    return ", ".join(words)

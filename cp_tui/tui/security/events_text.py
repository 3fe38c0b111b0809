"""Security events in words: what happened, and whether the CSMS was told."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from cp_tui.charge_point.variables import (
    SecurityEventEntry,
    SecurityEventState,
    SecurityEventsView,
)
from cp_tui.ocpp.plural import count
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_ODD, GOOD, QUIET
from cp_tui.tui.text.words import Clock, joined, size

STYLES = {
    SecurityEventState.QUEUED: BOLD_ODD,
    SecurityEventState.SENT: GOOD,
    SecurityEventState.LOGGED: QUIET,
    SecurityEventState.GIVEN_UP: BOLD_BAD,
}
STATE_WORDS = {
    SecurityEventState.QUEUED: "queued: it is sent as soon as the CSMS takes it",
    SecurityEventState.SENT: "sent: the CSMS has taken it",
    SecurityEventState.LOGGED: "logged: it is in the security log alone",
    SecurityEventState.GIVEN_UP: "given up: the CSMS did not take it; it is in the security log",
}


def event_id(event: SecurityEventEntry) -> str:
    """Names an event."""
    return f"{event.sequence}"


def event_columns(
    events: Iterable[SecurityEventEntry], clock: Clock
) -> list[Column[SecurityEventEntry]]:
    """The columns of the table, in reading order."""
    return [
        time_column("Time", clock.brief, events, lambda e: e.time, 8),
        Column("Told", 8, lambda e: Content.styled(e.state.value, STYLES[e.state])),
        Column("Event", 35, lambda e: safe_text(e.type, "bold" if e.is_critical else "")),
        Column("Words", 16, lambda e: safe_text(e.tech_info), is_flexible=True),
    ]


def event_facts(event: SecurityEventEntry, clock: Clock) -> list[Fact]:
    """Everything about an event."""
    critical = "critical: the CSMS has to be told" if event.is_critical else "not critical"
    facts = [
        Fact("Event", joined([safe_text(event.type, "bold"), critical])),
        Fact("Time", Content(clock.time(event.time))),
        Fact("Told", Content.styled(STATE_WORDS[event.state], STYLES[event.state])),
    ]
    if event.why:
        facts.append(Fact("Why", safe_text(event.why)))
    if event.tech_info:
        facts.append(Fact("Words", safe_text(event.tech_info)))
    return facts


def log_facts(events: SecurityEventsView | None) -> list[Fact]:
    """How the security log stands."""
    if events is None:
        return []
    if events.log_problem:
        return [Fact("Log", safe_text(events.log_problem, BOLD_BAD))]
    if events.log_bytes is None:
        return []
    words = f"{size(events.log_bytes)}; the CSMS fetches it with GetLog"
    return [Fact("Log", Content.styled(words, QUIET))]


def events_line(events: SecurityEventsView | None, clock: Clock) -> Content:
    """The newest event, and how many wait."""
    if events is None:
        return Content.styled("not known yet", QUIET)
    if not events.entries:
        return Content.styled("none", QUIET)
    newest = events.entries[0]
    waits = count(events.waiting, "waits", "wait") if events.waiting else ""
    problem = safe_text(events.log_problem, BOLD_BAD)
    said = safe_text(newest.type)
    state = Content.styled(newest.state.value, STYLES[newest.state])
    waiting = Content.styled(waits, BOLD_ODD)
    return joined([problem, waiting, clock.brief(newest.time), said, state])

"""The status changes in words: connector, from and to, the code of the transition, the cause."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from cp_tui.charge_point.variables import StatusChange
from cp_tui.ocpp.datatypes import ChargePointErrorCode
from cp_tui.ocpp.word_filter import WordFilter, word_filter
from cp_tui.tui.text.clock_steps import set_words
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.status import status_content
from cp_tui.tui.text.styles import ODD, QUIET
from cp_tui.tui.text.words import NOT_SEEN, Clock, joined

NO_ERROR = ChargePointErrorCode.NO_ERROR


def change_id(change: StatusChange) -> str:
    """Names a change while others come; at one instant a connector takes a step only once."""
    return (
        f"{change.time.isoformat()} {change.connector_id} {change.code} {change.error_code.value}"
    )


def matching_changes(changes: Sequence[StatusChange], words: str) -> list[StatusChange]:
    """The changes with every word, newest first; a number alone is a connector."""
    found = word_filter(words)
    numbers = {word for word in found.wanted if word.isdigit()}
    wanted = tuple(word for word in found.wanted if word not in numbers)

    def takes(change: StatusChange) -> bool:
        number, text = str(change.connector_id), _haystack(change).casefold()
        if numbers and number not in numbers:
            return False
        others = WordFilter(wanted, found.unwanted)
        return others.takes(lambda word: word == number if word.isdigit() else word in text)

    return [change for change in reversed(changes) if takes(change)]


def status_change_columns(
    changes: Sequence[StatusChange], clock: Clock
) -> list[Column[StatusChange]]:
    """The columns of the table, in reading order."""
    return [
        time_column("Time", clock.brief, changes, lambda c: c.time, 8),
        Column("Cn", 2, lambda c: Content(str(c.connector_id)), align="right"),
        Column("From", 13, lambda c: Content.styled(c.old_status or NOT_SEEN, QUIET)),
        Column("To", 15, lambda c: status_content(c.status), said=lambda c: c.status.value),
        Column("Code", 4, lambda c: safe_text(c.code)),
        Column("Cause", 20, _cause, is_flexible=True),
    ]


def status_change_facts(change: StatusChange, clock: Clock) -> list[Fact]:
    """Everything about one change."""
    where = f"connector {change.connector_id}" if change.connector_id else "the charge point (0)"
    step = Content.assemble(f"{change.old_status or NOT_SEEN} → ", status_content(change.status))
    facts = [
        Fact("When", Content(clock.time(change.time))),
        Fact("Where", Content(where)),
        Fact("Change", step, f"{change.old_status or NOT_SEEN} to {change.status.value}"),
        Fact("Cause", safe_text(change.cause)),
    ]
    if words := set_words(change.clock_step_s):
        facts.append(Fact("Clock", Content.styled(f"{words} since the change before", ODD)))
    if change.code:
        facts.append(Fact("Code", safe_text(f"{change.code}, a transition of S 4.9")))
    if change.error_code is not NO_ERROR:
        facts.append(Fact("Error", Content.styled(change.error_code.value, "bold $text-error")))
    if change.info:
        facts.append(Fact("Info", safe_text(change.info)))
    return facts


def history_line(changes: Sequence[StatusChange], clock: Clock) -> Content:
    """The newest change in a line."""
    if not changes:
        return Content.styled("nothing has changed since the boot", QUIET)
    newest = changes[-1]
    where = f"connector {newest.connector_id} " if newest.connector_id else "charge point "
    cause = safe_text(f" · {newest.code} {newest.cause}".replace("  ", " "))
    return Content.assemble(
        f"{clock.time(newest.time)} {where}", status_content(newest.status), cause
    )


def _cause(change: StatusChange) -> Content:
    """The cause; before it that the clock was set, which the times would belie."""
    words = set_words(change.clock_step_s)
    return joined([Content.styled(f"clock {words}", ODD) if words else "", _cause_alone(change)])


def _cause_alone(change: StatusChange) -> Content:
    code = change.error_code
    if code is NO_ERROR:
        return safe_text(change.cause)
    if code.value in change.cause:
        return safe_text(change.cause, "bold $text-error")
    error = Content.styled(f"{code.value}: ", "bold $text-error")
    return Content.assemble(error, safe_text(change.cause))


def _haystack(change: StatusChange) -> str:
    texts = (
        change.old_status or NOT_SEEN,
        change.status.value,
        change.code,
        change.cause,
        change.error_code.value,
        change.info or "",
        set_words(change.clock_step_s) and f"clock {set_words(change.clock_step_s)}",
    )
    return " ".join(texts)

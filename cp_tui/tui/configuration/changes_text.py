"""Changes of configuration keys in words: who, when, from what to what, and what was answered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct
from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import ConfigurationEntry, KeyChange, KeySource
from cp_tui.ocpp.redaction import SECRET_VALUE
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, widest
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_ODD, QUIET
from cp_tui.tui.text.words import Clock, joined, reason_text

REFUSALS = frozenset({"Rejected", "NotSupported"})

STORED, AT_START = "stored", "at start"
"""Stand for the answer to a change of which only the result is known: from before the boot, and
from the configuration file."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


class ChangeLine(Struct, frozen=True):
    """A change of a key, or an attempt."""

    key: str
    old_value: str | None
    value: str
    at: datetime | None
    source: KeySource
    answer: str
    reason: Reason | None = None
    is_reboot_pending: bool = False

    @property
    def id(self) -> str:
        """Names the line while others come."""
        return f"{self.at.isoformat() if self.at else ''} {self.key} {self.value}"

    @property
    def is_refused(self) -> bool:
        """Whether the old value is still in force."""
        return self.answer in REFUSALS


def change_lines(snapshot: Snapshot) -> list[ChangeLine]:
    """Every attempt that is known, the newest first, then what the file set at the start."""
    events = {(c.key.casefold(), c.time): c for c in snapshot.monitors.history}
    events |= {(c.key.casefold(), c.time): c for c in snapshot.configuration_changes}
    lines = [_told(snapshot, change) for change in events.values()]
    told = {line.key.casefold() for line in lines if not line.is_refused}
    others = [e for e in snapshot.configuration if e.key.casefold() not in told]
    lines += [line for entry in others if (line := _stored(entry)) is not None]
    return sorted(lines, key=lambda line: line.at or LONG_AGO, reverse=True)


def changes_of(snapshot: Snapshot, key: str) -> list[ChangeLine]:
    """The changes of one key, the newest first."""
    return [line for line in change_lines(snapshot) if line.key.casefold() == key.casefold()]


def source_word(source: KeySource) -> str:
    """Who set a value; what is published as `file` may come from environment or options as well."""
    return "settings" if source is KeySource.FILE else source.value


def change_columns(lines: Iterable[ChangeLine], clock: Clock) -> list[Column[ChangeLine]]:
    """The columns of the table, in reading order."""
    return [
        Column(
            "Changed",
            widest((_when(line, clock) for line in lines), 8),
            lambda c: Content(_when(c, clock)),
            order=lambda c: c.at or LONG_AGO,
        ),
        Column("Key", 24, lambda c: safe_text(c.key)),
        Column("Old → new", 18, step, is_flexible=True, said=_step_words),
        Column("By", 8, lambda c: safe_text(source_word(c.source), "$text-accent")),
        Column("Answer", 14, _answer),
    ]


def step(line: ChangeLine, sign: str = " → ") -> Content:
    """From what to what; where it was refused, what stays."""
    old = safe_text("(not set)" if line.old_value is None else line.old_value or "(empty)")
    new = safe_text(line.value or "(empty)", "bold")
    if line.is_refused:
        return Content.assemble(old, " stays, not ", new)
    return Content.assemble(old, sign, new)


def _step_words(line: ChangeLine) -> str:
    return step(line, " to ").plain


def change_facts(line: ChangeLine, clock: Clock) -> list[Fact]:
    """One change in full: when, what, by whom, the answer given and its reason."""
    by = safe_text(f"by {source_word(line.source)}", "$text-accent")
    when = clock.time(line.at) if line.at is not None else ""
    before, behind = (when,), (by, _answer_words(line))
    said = joined([*before, step(line, " to "), *behind]).plain
    facts = [Fact("Change", joined([*before, step(line), *behind]), said)]
    if line.reason is not None and line.is_refused:
        facts.append(Fact("Why", reason_text(line.reason, clock)))
    if line.is_reboot_pending:
        facts.append(Fact("Reboot", Content.styled("it works after the next reboot", BOLD_ODD)))
    return facts


def _when(line: ChangeLine, clock: Clock) -> str:
    return clock.brief(line.at) if line.at else AT_START


def _told(snapshot: Snapshot, change: KeyChange) -> ChangeLine:
    entry = snapshot.entry(change.key)
    pending = entry is not None and entry.is_reboot_pending and change.answer not in REFUSALS
    return ChangeLine(
        key=change.key,
        old_value=change.old_value,
        value=change.value,
        at=change.time,
        source=change.source,
        answer=change.answer,
        reason=change.reason,
        is_reboot_pending=pending,
    )


def _stored(entry: ConfigurationEntry) -> ChangeLine | None:
    """The newest change of a key, as far as it is remembered over a boot, or what the file says."""
    if entry.changed_at is not None:
        old, answer = entry.old_value, STORED
    elif entry.source is KeySource.FILE and (entry.value is None or entry.value != entry.default):
        old, answer = entry.default, AT_START
    else:
        return None
    value = SECRET_VALUE if entry.value is None else entry.value
    return ChangeLine(
        key=entry.key,
        old_value=old,
        value=value,
        at=entry.changed_at,
        source=entry.source,
        answer=answer,
        is_reboot_pending=entry.is_reboot_pending,
    )


def _answer(line: ChangeLine) -> Content:
    style = BOLD_ODD if line.is_refused or line.is_reboot_pending else QUIET
    return safe_text(line.answer, style)


def _answer_words(line: ChangeLine) -> Content:
    match line.answer:
        case "stored":
            return Content("taken before the last start")
        case "at start":
            return Content("read from the settings: file, environment or options")
        case answer:
            return safe_text(f"answered {answer}", BOLD_ODD if line.is_refused else "")

"""The configuration keys in words: a line each, and everything about one of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.content import Content

from cp_tui.charge_point.variables import ConfigurationEntry, KeySource
from cp_tui.ocpp.redaction import SECRET_VALUE, is_secret_key
from cp_tui.tui.configuration.changes_text import change_facts, changes_of, source_word
from cp_tui.tui.configuration.text import is_changed
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.order import natural
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock, joined, with_words

NAME_WIDTH, NAME_WIDTH_SHORT = 33, 25
"""Cells for the name: every standard key whole, or most of it where there is little room."""

WIDE = 80
"""Cells from which names are shown whole."""

VALUE_WIDTH, ROOMY = 24, 100
"""Cells for the value, and from which it comes before what is allowed."""

ASKED_FOR = frozenset(
    {
        # Is it alive, and does the line stay open?
        "HeartbeatInterval",
        "WebSocketPingInterval",
        "AuthorizationKey",
        "SecurityProfile",
        # Why did it not start, why did it stop?
        "AuthorizeRemoteTxRequests",
        "LocalPreAuthorize",
        "LocalAuthorizeOffline",
        "ConnectionTimeOut",
        "StopTransactionOnEVSideDisconnect",
        "StopTransactionOnInvalidId",
        # Where are the meter values, and the messages that wait?
        "MeterValueSampleInterval",
        "MeterValuesSampledData",
        "ClockAlignedDataInterval",
        "TransactionMessageAttempts",
        "TransactionMessageRetryInterval",
    }
)
"""The standard keys that answer what people ask in front of a charge point."""


def first_wanted(entries: Sequence[ConfigurationEntry]) -> list[ConfigurationEntry]:
    """All keys; first those that somebody monitors, then the changed ones, then those asked for."""
    return sorted(
        entries,
        key=lambda e: (not e.is_monitored, not is_changed(e), e.key not in ASKED_FOR),
    )


def key_columns(
    entries: Iterable[ConfigurationEntry], clock: Clock, width: int
) -> list[Column[ConfigurationEntry]]:
    """The columns of the table, in reading order."""
    return [
        Column("", 2, _marks),
        Column("Key", NAME_WIDTH if width >= WIDE else NAME_WIDTH_SHORT, _name),
        Column(
            "Value",
            VALUE_WIDTH if width >= ROOMY else 10,
            _value,
            is_flexible=True,
            order=_value_rank,
        ),
        Column("Set by", 8, _source, rank=1),
        time_column("Changed", clock.brief, entries, lambda e: e.changed_at, 8, rank=2),
        Column("Default", 12, lambda e: safe_text(e.default or "", QUIET), rank=4),
        Column("Access", 10, _access, rank=3),
        Column("Unit", 5, lambda e: safe_text(e.unit or "", QUIET), rank=6),
        Column("Allowed", 20, lambda e: safe_text(e.constraint or e.type, QUIET), rank=5),
        Column("Effect", 40, lambda e: safe_text(e.effect, QUIET), rank=7, is_flexible=True),
    ]


def matching(entries: Sequence[ConfigurationEntry], words: str) -> list[ConfigurationEntry]:
    """The keys that hold every word of the filter in name, value, source or marks."""
    return with_words(entries, words, _haystack)


def key_line(entry: ConfigurationEntry, clock: Clock) -> list[Fact]:
    """What to know about the key under the cursor, the most urgent first."""
    facts: list[Fact] = []
    if entry.is_reboot_pending:
        text = "the new value works after the next reboot"
        facts.append(Fact("Reboot", Content.styled(text, "bold $text-warning")))
    unit = drawn(entry.unit or "")
    value = Content.assemble(_value(entry), f" {unit}" if unit else "")
    allowed = safe_text(entry.constraint)
    default = safe_text(f"default {entry.default}") if entry.default is not None else ""
    facts.append(Fact("Value", joined([value, default, allowed])))
    facts.append(Fact("Set by", joined([_source(entry), _changed(entry, clock), _access(entry)])))
    if entry.effect:
        facts.append(Fact("Effect", safe_text(entry.effect)))
    return facts


def key_details(snapshot: Snapshot, entry: ConfigurationEntry, clock: Clock) -> list[Fact]:
    """Everything about one key, with its changes and who made them."""
    facts = [Fact("Key", safe_text(entry.key, "bold")), *key_line(entry, clock)]
    facts.append(Fact("Type", joined([safe_text(entry.type), safe_text(entry.profile)])))
    monitored = "yes, changes by the CSMS are published" if entry.is_monitored else "no"
    facts.append(Fact("Monitor", Content(monitored)))
    for change in changes_of(snapshot, entry.key):
        facts += change_facts(change, clock)
    return facts


def all_about_key(key: str, snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """Everything about the key of this name, also where the charge point does not know it."""
    entry = snapshot.entry(key)
    if entry is not None:
        return key_details(snapshot, entry, clock)
    no_such = Content("The charge point has no such key.")
    return [Fact("Key", safe_text(key)), Fact("", no_such)]


def _marks(entry: ConfigurationEntry) -> Content:
    monitored = Content.styled("◉", "$text-accent") if entry.is_monitored else Content(" ")
    if entry.is_reboot_pending:
        return Content.assemble(monitored, Content.styled("!", "bold $text-warning"))
    if entry.is_custom:
        return Content.assemble(monitored, Content.styled("*", "$text-accent"))
    return Content.assemble(monitored, " ")


def _name(entry: ConfigurationEntry) -> Content:
    return safe_text(entry.key, "bold" if entry.is_custom else "")


def _value(entry: ConfigurationEntry) -> Content:
    if entry.value is None:
        unset = SECRET_VALUE if is_secret_key(entry.key) else "not set"
        return Content.styled(unset, QUIET)
    if entry.value == "":
        return Content.styled("(empty)", QUIET)
    return safe_text(entry.value)


def _value_rank(entry: ConfigurationEntry) -> Any:
    return natural(entry.value) if entry.value else None


def _source(entry: ConfigurationEntry) -> Content:
    style = QUIET if entry.source in (KeySource.DEFAULT, KeySource.HARDWARE) else "$text-accent"
    return Content.styled(source_word(entry.source), style)


def _access(entry: ConfigurationEntry) -> Content:
    return Content.styled("read only" if entry.read_only else "read-write", QUIET)


def _changed(entry: ConfigurationEntry, clock: Clock) -> Content:
    return Content(clock.time(entry.changed_at)) if entry.changed_at else Content("")


def _haystack(entry: ConfigurationEntry) -> str:
    marks = [
        "custom" if entry.is_custom else "",
        "monitored" if entry.is_monitored else "",
        "reboot" if entry.is_reboot_pending else "",
        "readonly" if entry.read_only else "",
    ]
    return " ".join([entry.key, entry.value or "", source_word(entry.source), *marks])

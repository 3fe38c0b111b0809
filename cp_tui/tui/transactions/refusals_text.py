"""Why sessions did not start, in words: who refused, which tag, and the key that decides."""

from __future__ import annotations

from collections.abc import Iterable

from textual.content import Content

from cp_tui.charge_point.variables import Refusal
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, time_column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_ODD, QUIET
from cp_tui.tui.text.words import Clock, joined, reason_text


def refusal_id(refusal: Refusal) -> str:
    """Names a refusal while others come."""
    return f"{refusal.at.isoformat()} {refusal.connector_id} {refusal.id_tag}"


def refusal_columns(refusals: Iterable[Refusal], clock: Clock) -> list[Column[Refusal]]:
    """The columns of the table, in reading order."""
    return [
        time_column("Time", clock.minute, refusals, lambda r: r.at, 12),
        Column("#", 3, lambda r: Content("any" if r.connector_id is None else str(r.connector_id))),
        Column("Tag", 12, lambda r: safe_text(r.id_tag or "")),
        Column("Refused by", 19, lambda r: Content.styled(r.by.value, BOLD_ODD)),
        Column("Why", 20, lambda r: safe_text(_in_short(r)), is_flexible=True),
        Column("Decided by", 30, lambda r: safe_text(r.key or "", QUIET), rank=1),
    ]


def _in_short(refusal: Refusal) -> str:
    """The reason with its most important word first: a narrow column has room for no other."""
    status, text = refusal.reason.values.get("status", ""), refusal.reason.text
    return f"{status}: {text}" if status else text


def refusal_facts(snapshot: Snapshot, refusal: Refusal, clock: Clock) -> list[Fact]:
    """Who said no, to which tag, by which rule, and the key that decides."""
    tag = safe_text(refusal.id_tag, "bold") if refusal.id_tag else Content("no tag")
    where = "" if refusal.connector_id is None else f"connector {refusal.connector_id}"
    who = Content.assemble("refused by ", Content.styled(refusal.by.value, BOLD_ODD))
    how = "remote start" if refusal.is_remote else ""
    return [
        Fact("Why", reason_text(refusal.reason, clock)),
        *_key(snapshot, refusal),
        Fact("Start", joined([tag, where, who, f"at {clock.time(refusal.at)}", how])),
    ]


def refusal_details(snapshot: Snapshot, refusal: Refusal, clock: Clock) -> list[Fact]:
    """Everything about one refusal, with the values that were compared."""
    facts = refusal_facts(snapshot, refusal, clock)
    entry = snapshot.entry(refusal.key) if refusal.key else None
    if entry is not None and entry.effect:
        facts.append(Fact("", safe_text(entry.effect)))
    for name, value in refusal.reason.values.items():
        facts.append(Fact("", safe_text(f"{name} = {value}", QUIET)))
    return facts


def _key(snapshot: Snapshot, refusal: Refusal) -> list[Fact]:
    """The key that decides, with the value that it has now."""
    if refusal.key is None:
        return []
    entry = snapshot.entry(refusal.key)
    value = "" if entry is None or entry.value is None else f" = {drawn(entry.value)}"
    return [Fact("Key", Content.assemble(safe_text(refusal.key, "bold"), f"{value} decides"))]

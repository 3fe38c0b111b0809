"""The monitored keys in words: each with its value, and its changes under it, the newest first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from textual.content import Content

from cp_tui.charge_point.variables import KeyChange, Monitor, MonitorsView
from cp_tui.ocpp.plural import count
from cp_tui.tui.configuration.changes_text import (
    LONG_AGO,
    change_facts,
    changes_of,
    source_word,
)
from cp_tui.tui.configuration.keys_text import all_about_key, key_line
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.columns import Column, widest
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import QUIET
from cp_tui.tui.text.words import Clock


class MonitorLine(Struct, frozen=True):
    """A monitored key, or one of its changes, as often as it was made."""

    monitor: Monitor
    change: KeyChange | None = None
    """The newest of those that are the same."""
    times: int = 1
    since: datetime | None = None
    """The first of them."""

    @property
    def id(self) -> str:
        """Names the line while others come and go, and while it happens again."""
        step = "" if self.change is None else f" {_step(self.change)}"
        return f"{self.monitor.key}{step}"


def monitor_lines(monitors: MonitorsView) -> list[MonitorLine]:
    """Keys with the newest change first, then those that never changed; changes under their key.

    What goes to and fro all day would fill the list, and hide what changed but once: the same
    change again is counted in the line of the newest.
    """
    lines: list[MonitorLine] = []
    for monitor in sorted(monitors.keys, key=_last_change, reverse=True):
        lines.append(MonitorLine(monitor))
        folded = monitor.key.casefold()
        mine = [c for c in monitors.history if c.key.casefold() == folded]
        if not mine and monitor.last_change is not None:
            mine = [monitor.last_change]
        same: dict[object, list[KeyChange]] = {}
        for change in mine:
            same.setdefault(_step(change), []).append(change)
        lines += [
            MonitorLine(monitor, each[0], len(each), min(change.time for change in each))
            for each in same.values()
        ]
    return lines


def _step(change: KeyChange) -> tuple[object, ...]:
    return (change.old_value, change.value, change.source.value, change.answer)


def monitor_columns(lines: Iterable[MonitorLine], clock: Clock) -> list[Column[MonitorLine]]:
    """The columns of the table, in reading order."""
    return [
        # The changes of a key stay under it, and go where its newest one would.
        Column(
            "Key, old → new",
            20,
            _what,
            is_flexible=True,
            order=lambda line: line.monitor.key.casefold(),
            said=lambda line: _what(line, " to ").plain,
        ),
        Column(
            "Changed",
            widest((_when(line, clock).plain for line in lines), 8),
            lambda line: _when(line, clock),
            order=_by_newest(lambda c: c.time),
        ),
        Column("By", 8, _by, rank=1, order=_by_newest(lambda c: source_word(c.source))),
        Column("Answer", 14, _answer, rank=2, order=_by_newest(lambda c: c.answer)),
    ]


def monitor_facts(line: MonitorLine, snapshot: Snapshot, clock: Clock) -> list[Fact]:
    """A monitored key in full; on one of its changes, that one and its reason, then the key."""
    key, change = line.monitor.key, line.change
    if change is None:
        return all_about_key(key, snapshot, clock)
    told = next((each for each in changes_of(snapshot, key) if each.at == change.time), None)
    entry = snapshot.entry(key)
    return [
        Fact("Key", safe_text(key, "bold")),
        *(change_facts(told, clock) if told is not None else ()),
        *_repeated(line, clock),
        *(key_line(entry, clock) if entry is not None else ()),
    ]


def _repeated(line: MonitorLine, clock: Clock) -> list[Fact]:
    if line.times == 1 or line.since is None:
        return []
    return [
        Fact(
            "Times", Content(f"the same {count(line.times, 'time')} since {clock.time(line.since)}")
        )
    ]


def _by_newest(part: Callable[[KeyChange], Any]) -> Callable[[MonitorLine], Any]:
    """A part of the newest change of the key, whichever line of it is meant."""

    def order(line: MonitorLine) -> Any:
        newest = line.monitor.last_change
        return None if newest is None else part(newest)

    return order


def _last_change(monitor: Monitor) -> datetime:
    return monitor.last_change.time if monitor.last_change else LONG_AGO


def _what(line: MonitorLine, sign: str = " → ") -> Content:
    monitor, change = line.monitor, line.change
    if change is not None:
        old = "unset" if change.old_value is None else change.old_value
        again = Content.styled(f" · {count(line.times, 'time')}", QUIET) if line.times > 1 else ""
        return Content.assemble("  ", safe_text(old, QUIET), sign, safe_text(change.value), again)
    if not monitor.is_known:
        value = Content.styled("unknown key", "$text-warning")
    elif monitor.value is None:
        value = Content.styled("not set", QUIET)
    else:
        value = safe_text(monitor.value, "bold")
    return Content.assemble(safe_text(monitor.key), " ", value)


def _when(line: MonitorLine, clock: Clock) -> Content:
    if line.change is not None:
        return Content(clock.brief(line.change.time))
    return Content("") if line.monitor.last_change else Content.styled("never", QUIET)


def _by(line: MonitorLine) -> Content:
    return safe_text(source_word(line.change.source), QUIET) if line.change else Content("")


def _answer(line: MonitorLine) -> Content:
    return safe_text(line.change.answer, QUIET) if line.change else Content("")

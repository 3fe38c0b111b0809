"""Makes the record of an entry, from what the first walk has found out about the log as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.frames import is_masked, parsed
from cp_tui.traces.pairing import Pairs
from cp_tui.traces.record import (
    NOTHING_MORE,
    ChargerFrom,
    DirectionFrom,
    Record,
    RecordKind,
    Source,
    ZoneFrom,
)
from cp_tui.traces.survey import KIND_OF, LogSurvey, action_name
from cp_tui.traces.times import LogClock, stamp_of


class Speaking(Struct, frozen=True):
    """Which charge point speaks in entries that do not name one."""

    name: str | None
    source: ChargerFrom
    is_for_all: bool = False

    @classmethod
    def of(cls, survey: LogSurvey, given: str | None) -> Speaking:
        if given is not None:
            return cls(given, ChargerFrom.OPTION, is_for_all=survey.is_unnamed)
        if not survey.is_unnamed:
            named = [text for text in survey.charger_names.texts if text]
            return cls(named[0] if len(named) == 1 else None, ChargerFrom.STATED)
        if survey.path_charger:
            return cls(survey.path_charger, ChargerFrom.PATH)
        if survey.boot_charger and not survey.is_mixed:
            return cls(survey.boot_charger, ChargerFrom.BOOT)
        return cls(None, ChargerFrom.UNKNOWN)

    def charger(self, entry: LogEntry) -> tuple[str | None, ChargerFrom]:
        """Give the charge point of an entry, and how it is known."""
        if entry.charger is not None and not self.is_for_all:
            return entry.charger, entry.charger_from
        return self.name, self.source


class RecordMaker(Struct, frozen=True):
    """What is known of the frames of a log, counted from 0."""

    file: str
    kinds: Sequence[int]
    actions: Sequence[int]
    action_names: Sequence[str | None]
    pairs: Pairs
    clock: LogClock
    who: Speaking

    def record(self, entry: LogEntry, frame: int, passed: int = 0) -> Record:
        """Complete an entry; an event of the connection has frame -1.

        `passed` as in the record.
        """
        pairs = self.pairs
        time, stamp = entry.time or entry.outer, None
        if time:
            stamp = stamp_of(entry.time) or stamp_of(entry.outer)
        at, zone, offset_s = self.clock.utc(stamp) if stamp else (None, ZoneFrom.NONE, None)
        charger, charger_from = self.who.charger(entry)
        is_frame = frame >= 0
        pair = pairs.pair(frame) if is_frame else None
        elements = entry.elements
        return Record(
            frame + 1,
            Source(self.file, entry.line, entry.last_line, entry.offset, entry.pointer),
            KIND_OF[self.kinds[frame]] if is_frame else RecordKind.LINK,
            at,
            time,
            stamp.resolution if stamp else 0.0,
            zone,
            offset_s,
            charger,
            charger_from,
            entry.connection,
            pairs.direction(frame) if is_frame else entry.direction,
            pairs.direction_from(frame) if is_frame else DirectionFrom.UNKNOWN,
            entry.text,
            entry.is_exact,
            parsed(elements, self.action_of(pair)) if elements else None,
            entry.link,
            entry.is_truncated,
            is_frame and is_masked(entry.text),
            entry.is_injected,
            None if pair is None else pair + 1,
            entry.extra or NOTHING_MORE,
            passed,
        )

    def action_of(self, call: int | None) -> str:
        """Give the action of a CALL; empty: none is known."""
        return "" if call is None else action_name(self.actions[call], self.action_names)

"""The first walk through a log: what has to be known of all of it before one record can be told.

It keeps some tens of bytes for each frame, and no text.
"""

from __future__ import annotations

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, field

from cp_tui.ocpp.printable import clean
from cp_tui.traces.direction import Votes
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.frames import action_of, id_of, is_masked, kind_of
from cp_tui.traces.other_versions import is_of_other_version
from cp_tui.traces.record import ChargerFrom, FrameDirection, LinkKind, RecordKind
from cp_tui.traces.times import Offsets, Stamp, seconds_of, stamp_of

CHARGERS_MAX = 60_000
"""Charge points that are told apart; the last number stands for all beyond."""
BOOTS_MAX = 1_000
NAMED_MAX = 5
"""Frames that a note names."""
BACKWARDS_S = 2.0
"""Smaller steps back are the habit of a logger."""
DOUBLE_S = 0.05
"""Within which a second logger writes the same frame again."""

NO_ACTION = 255
"""Also of all beyond so many different ones: their answers have no name."""
_ANEW = frozenset({LinkKind.OPEN, LinkKind.CLOSE, LinkKind.REBOOT})
"""After these another CALL may have the id of one that was never answered."""
KIND_OF = tuple(RecordKind)
_NUMBER_OF = {kind: number for number, kind in enumerate(KIND_OF)}


class Names:
    """Texts that come again and again, each with a number."""

    def __init__(self, most: int) -> None:
        self.texts: list[str | None] = []
        self._numbers: dict[str | None, int] = {}
        self._most = most

    def number(self, text: str | None) -> int:
        """Give the number of a text; the last one stands for all that are too many."""
        found = self._numbers.get(text)
        if found is None:
            if len(self.texts) >= self._most:
                return self._most
            found = self._numbers[text] = len(self.texts)
            self.texts.append(text)
        return found


def action_name(number: int, names: Sequence[str | None]) -> str:
    """Give the action of a number; empty: no action, or one too many."""
    return names[number] or "" if number < NO_ACTION else ""


class NotedFrames(Struct):
    """Frames that show one matter of the recording."""

    count: int = 0
    numbers: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def add(self, number: int, line: int | None) -> None:
        self.count += 1
        if len(self.numbers) < NAMED_MAX:
            self.numbers.append(number)
            if line is not None:
                self.lines.append(line)


class LogSurvey:
    """What is known of a log after the first walk; frames are counted from 0 here."""

    def __init__(self, *, is_logged: bool) -> None:
        self._is_logged = is_logged
        self.kinds = array("B")
        self.ids = array("q")
        self.actions = array("B")
        self.chargers = array("H")
        self.tokens = array("H")
        self.connections = array("I")
        """Of each frame a number that changes with its connection, as far as the log tells."""
        self.times = array("d")
        """In s since 1970, without a zone as if it were UTC; NaN: none can be read."""
        self.stamped = array("B")
        """What is known of each time, as `stamped` says."""
        self.action_names = Names(NO_ACTION)
        self.charger_names = Names(CHARGERS_MAX)
        self.token_names = Names(60_000)
        self.directions: dict[int, FrameDirection] = {}
        """Number of a token -> the direction that the format states with it."""
        self._stated: dict[bool, int] = {}
        """The number of such a token, by whether it is to the CSMS."""
        self.votes = Votes()
        self.offsets = Offsets()
        self.noted: dict[str, NotedFrames] = {}
        self.left_out = array("Q")
        """Ordinals of the entries that are no frames, or only repeat one; they rise."""
        self.skipped = 0
        self.path_charger: str | None = None
        self.boots: Counter[tuple[str, str, str]] = Counter()
        self.first_current_time: datetime | None = None
        self._entry = -1
        self._connections = 0
        """How often one was opened or has ended."""
        self._before = math.nan
        self.rises = self.falls = 0
        self.earliest: tuple[float, Stamp] | None = None
        self.latest: tuple[float, Stamp] | None = None

    def forget_while_told(self) -> None:
        """Let go of what only finds out who spoke and when: the records are told without it."""
        columns = (self.ids, self.tokens, self.chargers, self.connections, self.times)
        for column in (*columns, self.stamped):
            del column[:]

    @property
    def frames(self) -> int:
        return len(self.kinds)

    def action(self, frame: int) -> str:
        """Give the action of a CALL; empty: none is known."""
        return action_name(self.actions[frame], self.action_names.texts)

    def walk(self, entries: Iterable[LogEntry]) -> None:
        """Take in every entry of a log."""
        for entry in entries:
            self._entry += 1
            if entry.link is not None:
                if entry.charger and entry.charger_from is ChargerFrom.PATH:
                    self.path_charger = self.path_charger or entry.charger
                self._connections += entry.link.event in _ANEW
                continue
            self._take(entry)

    def _take(self, entry: LogEntry) -> None:
        elements = entry.elements
        kind = RecordKind.UNREADABLE if elements is None else kind_of(elements)
        if kind is RecordKind.UNREADABLE and not entry.is_placed and not entry.is_truncated:
            if entry.note:
                self._note(entry.note, entry)
            else:
                self.skipped += 1
            self.left_out.append(self._entry)
            return
        message_id = hash(id_of(elements)) if elements else 0
        action = action_of(elements) if elements and kind is RecordKind.CALL else ""
        stamp = stamp_of(entry.time) if entry.time else None
        outer = stamp_of(entry.outer) if entry.outer else None
        told = stamp or outer
        seconds = math.nan if told is None else seconds_of(told.at)
        token = self._token(entry, action)
        number = _NUMBER_OF[kind]
        action_number = self.action_names.number(action) if action else NO_ACTION
        charger = self.charger_names.number(entry.charger)
        may_be_double = self._is_logged and message_id and told and told.resolution <= DOUBLE_S
        if may_be_double and self._is_double(
            (number, message_id, action_number, charger, token), seconds
        ):
            self.left_out.append(self._entry)
            self._note("log.duplicate", entry)
            return
        self.kinds.append(number)
        self.ids.append(message_id)
        self.actions.append(action_number)
        self.chargers.append(charger)
        self.tokens.append(token)
        self.times.append(seconds)
        self.stamped.append(stamped(told))
        self.connections.append(hash((entry.connection, self._connections)) & 0xFFFFFFFF)
        self._note_matters(entry, action)
        if told is not None:
            self._order(seconds, told, entry)
        if stamp is not None and outer is not None and outer.at.tzinfo and not stamp.at.tzinfo:
            self.offsets.observe(stamp.at, outer.at)
        if isinstance(elements, list) and len(elements) > 2:
            self._read_within(elements, kind, action, told)

    def _token(self, entry: LogEntry, action: str) -> int:
        direction = entry.direction
        if direction is not None:
            is_up = direction is FrameDirection.TO_CSMS
            number = self._stated.get(is_up)
            if number is None:
                number = self._stated[is_up] = self.token_names.number(f"={direction}")
                self.directions[number] = direction
            return number
        if entry.token:
            self.votes.take(entry.token, action)
        return self.token_names.number(entry.token)

    def _is_double(self, row: tuple[int, ...], seconds: float) -> bool:
        """Say whether the last frames hold the same one; the clock is fine enough to tell."""
        columns = (self.kinds, self.ids, self.actions, self.chargers, self.tokens)
        for at in range(len(self.kinds) - 1, max(-1, len(self.kinds) - 6), -1):
            if abs(self.times[at] - seconds) > DOUBLE_S:
                return False
            if row == tuple(column[at] for column in columns):
                return True
        return False

    def _order(self, seconds: float, stamp: Stamp, entry: LogEntry) -> None:
        self.rises += seconds > self._before
        self.falls += seconds < self._before
        if seconds < self._before - BACKWARDS_S:
            self._note("log.time_backwards", entry)
        self._before = seconds
        if self.earliest is None or seconds < self.earliest[0]:
            self.earliest = seconds, stamp
        if self.latest is None or seconds > self.latest[0]:
            self.latest = seconds, stamp

    def _note(self, id: str, entry: LogEntry) -> None:
        self.noted.setdefault(id, NotedFrames()).add(self.frames, entry.line)

    def _note_matters(self, entry: LogEntry, action: str) -> None:
        if entry.is_truncated:
            self._note("log.truncated_frame", entry)
        if entry.note:
            self._note(entry.note, entry)
        elif action and is_of_other_version(action, (entry.elements or [])[3:]):
            self._note("log.other_protocol", entry)
        if is_masked(entry.text):
            self._note("log.masked", entry)

    def _read_within(
        self, elements: list[Any], kind: RecordKind, action: str, stamp: Stamp | None
    ) -> None:
        """Read what a frame says about times and about who speaks."""
        has_zone = stamp is not None and stamp.at.tzinfo is not None
        if kind is RecordKind.CALL_RESULT and isinstance(elements[2], dict):
            if has_zone and self.first_current_time is not None:
                return
            current = _time_in(elements[2], "currentTime")
            if current is not None:
                self.first_current_time = self.first_current_time or current
                self._observe(stamp, current, is_weak=False)
        elif kind is RecordKind.CALL and len(elements) > 3 and isinstance(elements[3], dict):
            if action == "StatusNotification" and not has_zone:
                told = _time_in(elements[3], "timestamp")
                if told is not None:
                    self._observe(stamp, told, is_weak=True)
            elif action == "BootNotification":
                self._boot(elements[3])

    def _observe(self, stamp: Stamp | None, utc: datetime, *, is_weak: bool) -> None:
        if stamp is not None and stamp.at.tzinfo is None and stamp.has_date and stamp.has_year:
            self.offsets.observe(stamp.at, utc, is_weak=is_weak)

    def _boot(self, payload: dict[str, Any]) -> None:
        names = (
            payload.get("chargePointSerialNumber") or payload.get("chargeBoxSerialNumber") or "",
            payload.get("chargePointVendor") or "",
            payload.get("chargePointModel") or "",
        )
        who = (str(names[0]), str(names[1]), str(names[2]))
        if who in self.boots or len(self.boots) < BOOTS_MAX:
            self.boots[who] += 1

    @property
    def is_unnamed(self) -> bool:
        """Whether the log states no charge point at all."""
        return self.charger_names.texts in ([], [None])

    @property
    def is_mixed(self) -> bool:
        """Whether several charge points boot in a log that names none."""
        return self.is_unnamed and self.path_charger is None and len(self.boots) > 1

    @property
    def boot_charger(self) -> str | None:
        """The serial number that the first charge point told which told one."""
        return next((clean(serial) for serial, _, _ in self.boots if serial), None)


STAMPED, HAS_ZONE, HAS_DATE, HAS_YEAR = 1, 2, 4, 8
_WHOLE = STAMPED | HAS_ZONE | HAS_DATE | HAS_YEAR


def stamped(stamp: Stamp | None) -> int:
    """Give what a time states, as bits; 0 where there is none, which no zone makes up for."""
    if stamp is None:
        return 0
    has_zone = stamp.at.tzinfo is not None
    if has_zone and stamp.has_date and stamp.has_year:
        return _WHOLE
    return STAMPED | HAS_ZONE * has_zone | HAS_DATE * stamp.has_date | HAS_YEAR * stamp.has_year


def _time_in(payload: dict[str, Any], name: str) -> datetime | None:
    """Read an instant of a payload that states its zone."""
    text = payload.get(name)
    found = stamp_of(text) if isinstance(text, str) else None
    return found.at if found is not None and found.at.tzinfo is not None else None

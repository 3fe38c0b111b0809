"""Makes the index of a log while it is read, and completes it when all of it is known."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import IO, Any

from cp_tui.ocpp.calendar import EPOCH, later
from cp_tui.opened.columns import NO_CONNECTOR, NO_RESULT, NO_TIME, IndexColumns, highest_so_far
from cp_tui.opened.words import ChargerWords
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.kept import KeptEntries
from cp_tui.traces.pairing import NONE
from cp_tui.traces.reading import Records
from cp_tui.traces.record_maker import RecordMaker
from cp_tui.traces.survey import CHARGERS_MAX, HAS_DATE, HAS_YEAR, HAS_ZONE, LogSurvey
from cp_tui.traces.times import LogClock, Stamp

RESULTS_MAX = 250
PROGRESS_EVERY = 2_000
"""Entries after which the progress is told."""


class IndexedEntries(KeptEntries):
    """Entries with what a table shows of each, taken while they are at hand."""

    def __init__(self, file: IO[bytes], progress: Callable[[int], None]) -> None:
        super().__init__(file)
        self._progress = progress
        self.connectors = array("H")
        self.results = array("B")
        self.chargers = array("H")
        """Of each row."""
        self.charger_numbers: dict[str | None, int] = {}
        self.result_numbers: dict[str, int] = {}

    def add(self, entry: LogEntry, frame: int) -> None:
        super().add(entry, frame)
        numbers = self.charger_numbers
        number = numbers.get(entry.charger)
        if number is None:
            number = numbers[entry.charger] = min(len(numbers), CHARGERS_MAX)
        self.chargers.append(number)
        if frame >= 0:
            self._look_into(entry.elements or [])
        if not len(self.chargers) % PROGRESS_EVERY:
            self._progress(entry.offset)

    def _look_into(self, elements: Sequence[Any]) -> None:
        connector, result = NO_CONNECTOR, NO_RESULT
        count = len(elements)
        kind = elements[0] if count > 2 else None
        if kind == 2 and count > 3 and isinstance(elements[3], dict):
            told = elements[3].get("connectorId")
            if type(told) is int and 0 <= told < NO_CONNECTOR:
                connector = told
        elif kind == 3 and isinstance(elements[2], dict):
            told, info = elements[2].get("status"), elements[2].get("idTagInfo")
            if told is None and isinstance(info, dict):
                told = info.get("status")
            result = self._result(told)
        elif kind == 4:
            result = self._result(elements[2])
        self.connectors.append(connector)
        self.results.append(result)

    def _result(self, text: object) -> int:
        if not isinstance(text, str):
            return NO_RESULT
        numbers = self.result_numbers
        found = numbers.get(text)
        if found is None:
            if len(numbers) >= RESULTS_MAX:
                return NO_RESULT
            found = numbers[text] = len(numbers)
        return found


class _OfCharger:
    """What is about one charge point, in the order in which it passed."""

    def __init__(self) -> None:
        self.places = array("I")
        self.rows = array("I")
        self.firsts = array("I")
        self.links = array("I")


def indexed(records: Records, entries: IndexedEntries) -> tuple[IndexColumns, list[ChargerWords]]:
    """Give the columns of a log that is read, and its charge points."""
    maker = records.maker
    _, rows_in_order = records.in_order()
    in_file: Sequence[int] = range(len(entries)) if rows_in_order is None else rows_in_order
    offsets, frame_of = entries.offsets, entries.frames
    frames = array("i", (frame_of[row] for row in in_file))
    rows = array("I", (row for row, frame in enumerate(frames) if frame >= 0))
    order = array("I", (frame for frame in frames if frame >= 0))
    places = array("I", bytes(4 * len(order)))
    for place, frame in enumerate(order):
        places[frame] = place
    names, number_of = _names(entries, maker)
    who = array("H", (number_of[entries.chargers[row]] for row in in_file))
    times = times_of(records.survey, maker.clock)
    pairs = maker.pairs.pairs
    chargers = [_OfCharger() for _ in names]
    _allot(chargers, who, frames, places, pairs)
    columns = IndexColumns(
        times=times,
        reached=highest_so_far(times[frame] for frame in order),
        begins=array("Q", (offsets[row] for row in in_file)),
        sizes=array("I", (offsets[row + 1] - offsets[row] for row in in_file)),
        frames=frames,
        rows=rows,
        order=order,
        places=places,
        by_who=_joined(each.places for each in chargers),
        rows_by_who=_joined(each.rows for each in chargers),
        firsts_by_who=_joined(each.firsts for each in chargers),
        links_by_who=_joined(each.links for each in chargers),
        who=who,
        pairs=pairs,
        connectors=entries.connectors,
        kinds=maker.kinds,
        ways=maker.pairs.ways,
        froms=maker.pairs.froms,
        actions=maker.actions,
        results=entries.results,
    )
    return columns, [
        ChargerWords(name, len(of.places), len(of.rows), len(of.firsts), len(of.links))
        for name, of in zip(names, chargers, strict=True)
    ]


def _allot(
    chargers: Sequence[_OfCharger],
    who: Sequence[int],
    frames: Sequence[int],
    places: Sequence[int],
    pairs: Sequence[int],
) -> None:
    """Give each charge point its own; places are counted from 1 there."""
    place = 0
    for row, (number, frame) in enumerate(zip(who, frames, strict=True)):
        of = chargers[number]
        of.rows.append(row)
        if frame < 0:
            of.links.append(row)
            continue
        other = pairs[frame]
        # A second answer to a request stands alone.
        if other == NONE or places[other] > place or pairs[other] != frame:
            of.firsts.append(place + 1)
        place += 1
        of.places.append(place)


def _joined(columns: Iterable[array[int]]) -> array[int]:
    found = array("I")
    for column in columns:
        found.extend(column)
    return found


def _names(entries: IndexedEntries, maker: RecordMaker) -> tuple[list[str | None], dict[int, int]]:
    """Give the charge points, and for the number of each name in the log which one it is."""
    numbers: dict[str | None, int] = {}
    found: dict[int, int] = {}
    for raw, number in entries.charger_numbers.items():
        name, _ = maker.who.charger(LogEntry(charger=raw))
        found.setdefault(number, numbers.setdefault(name, len(numbers)))
    return list(numbers), found


def times_of(survey: LogSurvey, clock: LogClock) -> array[int]:
    """Give the time of each frame in microseconds since 1970."""
    found = array("q")
    for seconds, stated in zip(survey.times, survey.stamped, strict=True):
        if stated & HAS_ZONE:
            found.append(round(seconds * 1e6))
        elif stated:
            found.append(_converted(seconds, stated, clock))
        else:
            found.append(NO_TIME)
    return found


def _converted(seconds: float, stated: int, clock: LogClock) -> int:
    naive = later(EPOCH, seconds).replace(tzinfo=None)
    has_date, has_year = bool(stated & HAS_DATE), bool(stated & HAS_YEAR)
    at, _, _ = clock.utc(Stamp(naive, 0, has_date=has_date, has_year=has_year))
    return NO_TIME if at is None else microseconds(at)


def microseconds(at: datetime) -> int:
    """Give an instant as the index has it."""
    return round((at - EPOCH).total_seconds() * 1e6)


def instant(time: int) -> datetime | None:
    """Give the time of the index as an instant."""
    return None if time == NO_TIME else later(EPOCH, time / 1e6)

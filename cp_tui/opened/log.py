"""A log that is open: every frame of it by its place, while a process beside reads and judges it.

A place is counted from 1, in the order in which the frames passed. Of the log itself nothing is
kept in memory: the index is mapped, and a frame is read from the spool when somebody looks at it.
"""

from __future__ import annotations

import os
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from typing import Final

from msgspec import Struct

from cp_tui.follow.noted import NOTHING_NOTED, NotedEvents
from cp_tui.opened.columns import (
    NO_CONNECTOR,
    NO_RESULT,
    NO_TIME,
    IndexColumns,
    mapped,
)
from cp_tui.opened.found import FoundSoFar
from cp_tui.opened.indexing import instant, microseconds
from cp_tui.opened.others import OthersSoFar
from cp_tui.opened.words import Opened
from cp_tui.traces.kept import unpacked
from cp_tui.traces.pairing import NONE, Pairs
from cp_tui.traces.record import FrameDirection, Record, RecordKind
from cp_tui.traces.record_maker import RecordMaker
from cp_tui.traces.survey import KIND_OF
from cp_tui.traces.times import LogClock

MICROSECONDS_A_MS: Final = 1_000


class Head(Struct, frozen=True, gc=False):
    """What a line of a table shows of a frame: all that is known without its payload."""

    place: int
    at: datetime | None
    kind: RecordKind
    direction: FrameDirection | None
    action: str
    """Of an answer that of its CALL; empty: not known."""
    charger: str | None
    pair: int | None
    """Place of the other frame of the exchange."""
    connector: int | None
    """That the CALL of the exchange names."""
    result: str | None
    """Status of an answer, or its error code."""
    latency_ms: float | None
    """Of an answer, since its CALL."""


class ChargerOfLog(Struct, frozen=True):
    """One charge point of a log."""

    number: int
    """As the index counts them."""
    name: str | None
    """None: the log does not say."""
    places: Sequence[int]
    """Of its frames, as they passed."""
    rows: Sequence[int]
    """Of its frames and of the events of its connections."""
    firsts: Sequence[int]
    """Of its places those with which an exchange begins."""
    links: Sequence[int]
    """Of its rows the events of its connections."""


class LogIndex:
    """The frames of a log that was read."""

    def __init__(
        self,
        told: Opened,
        spool: int,
        index: int,
        zone: tzinfo | None,
        noted: NotedEvents = NOTHING_NOTED,
    ) -> None:
        """`noted` is what the charge point has written down beside its frames, if it is ours."""
        self.told = told
        """What is known of the log as a whole."""
        self._spool = spool
        self.columns: IndexColumns = mapped(index, told.places)
        columns = self.columns
        self.frames = len(columns.order)
        self.found = FoundSoFar(self.frames)
        self.noted = noted
        self.others = OthersSoFar()
        """What ours would have answered otherwise."""
        self.maker = RecordMaker(
            told.file,
            columns.kinds,
            columns.actions,
            told.action_names,
            Pairs(columns.pairs, columns.ways, columns.froms, 0, 0),
            LogClock(told.clock.source, zone, dict(told.clock.offsets), told.clock.year),
            told.who,
        )
        self.chargers = tuple(self._chargers())
        """Those that have frames, as they first appear."""

    def _chargers(self) -> Iterator[ChargerOfLog]:
        place = row = first = link = 0
        columns = self.columns
        for number, each in enumerate(self.told.chargers):
            if each.places:
                yield ChargerOfLog(
                    number,
                    each.name,
                    columns.by_who[place : place + each.places],
                    columns.rows_by_who[row : row + each.rows],
                    columns.firsts_by_who[first : first + each.firsts],
                    columns.links_by_who[link : link + each.links],
                )
            place += each.places
            row += each.rows
            first += each.firsts
            link += each.links

    def record(self, place: int) -> Record:
        """Give a frame with all that the log tells of it."""
        return self.record_of_row(self.columns.rows[place - 1])

    def record_of_row(self, row: int) -> Record:
        """Give a frame or an event of the connection."""
        columns = self.columns
        frame = columns.frames[row]
        text = self.packed(row)
        is_moved = self.told.is_reordered and frame >= 0
        passed = columns.places[frame] + 1 if is_moved else 0
        return self.maker.record(unpacked(text), frame, passed)

    def packed(self, row: int) -> bytes:
        """Give an entry as it is kept; the text of its frame is in it as the log has it."""
        return os.pread(self._spool, self.columns.sizes[row], self.columns.begins[row])

    def at(self, place: int) -> datetime | None:
        """Give the time of a frame; None: the log does not tell it."""
        return instant(self.columns.times[self.columns.order[place - 1]])

    def reached(self, place: int) -> datetime | None:
        """Give the latest time up to a frame: it never falls, also where the clock of the log does.

        None: no frame so far has a time.
        """
        return instant(self.columns.reached[place - 1])

    def place_at(self, when: datetime, places: Sequence[int] | None = None) -> int:
        """Give the newest frame at an instant, of all or of some that rise; before all the first.

        Where the clock of the log jumps back, what stands behind passed at the time before that.
        """
        wanted, reached = microseconds(when), self.columns.reached
        if places is None:
            return max(bisect_right(reached, wanted), 1)
        at = bisect_right(places, wanted, key=lambda place: reached[place - 1])
        return places[max(at - 1, 0)]

    def kind(self, place: int) -> RecordKind:
        return KIND_OF[self.columns.kinds[self.columns.order[place - 1]]]

    def direction(self, place: int) -> FrameDirection | None:
        return self.maker.pairs.direction(self.columns.order[place - 1])

    def pair(self, place: int) -> int | None:
        """Give the place of the other frame of the exchange; None: it is not in the log."""
        other = self.columns.pairs[self.columns.order[place - 1]]
        return None if other == NONE else self.columns.places[other] + 1

    def action(self, place: int) -> str:
        """Give the action of a frame, of an answer that of its CALL; empty: not known."""
        return self._action(self.columns.order[place - 1])

    def _action(self, frame: int) -> str:
        maker = self.maker
        return maker.action_of(frame) or maker.action_of(maker.pairs.pair(frame))

    def charger_at(self, place: int) -> ChargerOfLog:
        """Give the charge point of a frame."""
        number = self.columns.who[self.columns.rows[place - 1]]
        return next(each for each in self.chargers if each.number == number)

    def charger(self, place: int) -> str | None:
        return self.told.chargers[self.columns.who[self.columns.rows[place - 1]]].name

    def head(self, place: int) -> Head:
        """Give what a line of a table shows."""
        columns = self.columns
        frame = columns.order[place - 1]
        other = columns.pairs[frame]
        kind = KIND_OF[columns.kinds[frame]]
        call = frame if kind is RecordKind.CALL else other
        connector = NO_CONNECTOR if call == NONE else columns.connectors[call]
        result = columns.results[frame]
        time, latency_ms = columns.times[frame], None
        if kind is not RecordKind.CALL and other != NONE:
            asked = columns.times[other]
            if NO_TIME not in (time, asked):
                latency_ms = (time - asked) / MICROSECONDS_A_MS
        return Head(
            place,
            instant(time),
            kind,
            self.maker.pairs.direction(frame),
            self._action(frame),
            self.charger(place),
            None if other == NONE else columns.places[other] + 1,
            None if connector == NO_CONNECTOR else connector,
            None if result == NO_RESULT else self.told.results[result],
            latency_ms,
        )

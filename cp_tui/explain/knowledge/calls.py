"""The CALLs that are open or were answered a short time ago."""

from __future__ import annotations

from collections import OrderedDict

from cp_tui.explain.exchange import Half
from cp_tui.ocpp.calendar import span
from cp_tui.traces.pairing import AT_ONCE_S
from cp_tui.traces.record import FrameDirection, Record, RecordKind

CALLS_MAX = 500
"""Kept of one charge point; an answer that comes after so many others finds its CALL no more."""


class KnownCalls:
    """CALLs by the number of their record."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Half] = OrderedDict()
        self._open: OrderedDict[int, Half] = OrderedDict()
        self._newest: dict[tuple[FrameDirection | None, str], int] = {}
        """By direction and id."""
        self._shared: set[int] = set()
        """Those whose id another one had while they were open."""

    def get(self, number: int | None) -> Half | None:
        return None if number is None else self._kept.get(number)

    def learn(self, half: Half) -> None:
        record = half.record
        if record.kind is RecordKind.CALL:
            self._notice_shared(record)
            self._kept[record.number] = self._open[record.number] = half
            while len(self._open) > CALLS_MAX:
                self._open.popitem(last=False)
            while len(self._kept) > CALLS_MAX:
                number, oldest = self._kept.popitem(last=False)
                self._shared.discard(number)
                if self._newest.get(_key(oldest.record)) == number:
                    del self._newest[_key(oldest.record)]
        elif record.pair is not None:
            self._open.pop(record.pair, None)

    def is_open(self, number: int) -> bool:
        """Whether a CALL has no answer so far."""
        return number in self._open

    def is_shared(self, number: int | None) -> bool:
        """Whether nobody can tell which CALL was answered: another one had the id of this one."""
        return number in self._shared

    def _notice_shared(self, record: Record) -> None:
        key = _key(record)
        before = self._open.get(self._newest.get(key, 0))
        self._newest[key] = record.number
        if before is None or before.record.connection != record.connection:
            return
        at, then = record.at, before.record.at
        if at is not None and then is not None and at - then <= span(AT_ONCE_S):
            self._shared |= {record.number, before.record.number}

    def open_of(self, direction: FrameDirection | None) -> list[Record]:
        """Give the CALLs that go one way and have no answer so far, oldest first."""
        return [half.record for half in self._open.values() if half.record.direction is direction]


def _key(record: Record) -> tuple[FrameDirection | None, str]:
    return record.direction, record.frame.message_id if record.frame else ""

"""The CALLs that are open or were answered a short time ago."""

from __future__ import annotations

from collections import OrderedDict

from cp_tui.explain.exchange import Half
from cp_tui.traces.record import FrameDirection, Record, RecordKind

CALLS_MAX = 500
"""Kept of one charge point; an answer that comes after so many others finds its CALL no more."""


class KnownCalls:
    """CALLs by the number of their record."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Half] = OrderedDict()
        self._open: OrderedDict[int, Half] = OrderedDict()

    def get(self, number: int | None) -> Half | None:
        return None if number is None else self._kept.get(number)

    def learn(self, half: Half) -> None:
        record = half.record
        if record.kind is RecordKind.CALL:
            self._kept[record.number] = self._open[record.number] = half
            for calls in (self._kept, self._open):
                while len(calls) > CALLS_MAX:
                    calls.popitem(last=False)
        elif record.pair is not None:
            self._open.pop(record.pair, None)

    def is_open(self, number: int) -> bool:
        """Whether a CALL has no answer so far."""
        return number in self._open

    def open_of(self, direction: FrameDirection | None) -> list[Record]:
        """Give the CALLs that go one way and have no answer so far, oldest first."""
        return [half.record for half in self._open.values() if half.record.direction is direction]

    def forget_open(self) -> None:
        """No answer to these can come any more: the connection is another one."""
        self._open.clear()

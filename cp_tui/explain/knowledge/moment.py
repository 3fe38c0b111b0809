"""The record in hand, as those learn from it who keep what is known."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cp_tui.explain.exchange import KnownExchange
from cp_tui.explain.finding import FrameRef, ref
from cp_tui.ocpp.model import WireModel
from cp_tui.traces.record import Record


class Moment(Struct, frozen=True, gc=False):
    """A record, and when it stands where."""

    record: Record
    exchange: KnownExchange
    breaks: int
    """How often the log had broken off before."""
    blurs: int = 0
    """How many frames before could not be read."""

    @property
    def request(self) -> WireModel | None:
        """Of a CALL; None where an answer is in hand."""
        return self.exchange.request if self.exchange.is_call else None

    @property
    def answered(self) -> tuple[WireModel | None, WireModel | None]:
        """The request and the response where an answer is in hand; a CALLERROR has none."""
        if self.exchange.is_call:
            return None, None
        return self.exchange.request, self.exchange.response

    @property
    def where(self) -> FrameRef:
        return ref(self.record)

    @property
    def at(self) -> datetime | None:
        return self.record.at

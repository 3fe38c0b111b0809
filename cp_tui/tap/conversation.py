"""What one charge point and its CSMS say to each other, as records, over all its connections."""

from __future__ import annotations

import json
from collections import OrderedDict, deque
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.ocpp.calendar import took_ms
from cp_tui.tap.http_head import HttpHead
from cp_tui.tap.wire import Passed, WireKind
from cp_tui.traces.formats.handshake import handshake
from cp_tui.traces.frames import action_of, id_of, kind_of, parsed
from cp_tui.traces.pairing import AT_ONCE_MAX, are_at_once, first_at_once
from cp_tui.traces.record import (
    ChargerFrom,
    DirectionFrom,
    FrameDirection,
    LinkEvent,
    LinkKind,
    Record,
    RecordKind,
    Source,
    ZoneFrom,
)

IDS_MAX = 1_000
"""Ids of CALLs that are remembered for their answers."""
RESOLUTION_S = 0.001
_LINKS = {
    WireKind.PING: LinkKind.PING,
    WireKind.PONG: LinkKind.PONG,
    WireKind.CLOSE: LinkKind.CLOSE,
}


class _Call(Struct, frozen=True):
    number: int
    action: str
    at: datetime
    connection: str

    def is_beside(self, later: _Call) -> bool:
        """Whether it may be open still at a later one of the same id."""
        is_at_once = are_at_once((later.at - self.at).total_seconds())
        return is_at_once and later.connection == self.connection


class _Calls(Struct):
    """The CALLs of one id."""

    open: deque[_Call]
    answered: _Call | None = None
    """The one that was answered last."""

    def answer(self) -> _Call | None:
        """Take the CALL that is answered; where none waits, the one that was answered last."""
        if not self.open:
            return self.answered
        latest = self.open[-1]
        first = first_at_once(len(self.open) - 1, lambda at: self.open[at].is_beside(latest))
        self.answered = self.open[first]
        del self.open[first]
        return self.answered


class Conversation:
    """Turns what passes into records, each with its number and the other half of its exchange."""

    def __init__(self, charger: str) -> None:
        self.charger = charger
        self._numbers = 0
        self._calls: OrderedDict[tuple[FrameDirection, str], _Calls] = OrderedDict()

    def handshake(
        self,
        head: HttpHead,
        answer: HttpHead | None,
        connection: str,
        at: datetime,
        *,
        is_tls: bool,
    ) -> Record:
        """The charge point has asked for a connection, and the CSMS has answered."""
        scheme = "wss" if is_tls else "ws"
        event = handshake(
            f"{scheme}://{head.get('host')}{head.target}",
            head.headers,
            None if answer is None else answer.headers,
            None if answer is None else answer.status,
            is_tls=is_tls,
        )
        # The tap writes no password down, so none can be read here.
        return self._link(replace(event, has_secret=False), connection, at)

    def link(
        self, event: LinkKind, connection: str, at: datetime, reason: str = "", step: str = ""
    ) -> Record:
        """A connection was opened, has ended, or did not come about."""
        return self._link(LinkEvent(event, reason=reason, step=step), connection, at)

    def record(self, passed: Passed, connection: str, at: datetime) -> Record:
        """A message or a control frame has passed."""
        link = _LINKS.get(passed.kind)
        if link is not None:
            event = LinkEvent(link, code=passed.code, reason=passed.text)
            return self._link(event, connection, at, passed.direction)
        return self._frame(passed, connection, at)

    def _link(
        self,
        event: LinkEvent,
        connection: str,
        at: datetime,
        direction: FrameDirection | None = None,
    ) -> Record:
        return self._made(0, RecordKind.LINK, connection, at, direction, link=event)

    def _frame(self, passed: Passed, connection: str, at: datetime) -> Record:
        self._numbers += 1
        elements = _elements(passed.text)
        kind = RecordKind.UNREADABLE if elements is None else kind_of(elements)
        pair, action = None, ""
        if elements is not None and kind is not RecordKind.UNREADABLE:
            pair, action = self._paired(kind, elements, passed.direction, connection, at)
        return self._made(
            self._numbers,
            kind,
            connection,
            at,
            passed.direction,
            raw=passed.text,
            frame=None if elements is None else parsed(elements, action),
            pair=pair,
        )

    def _paired(
        self,
        kind: RecordKind,
        elements: list[Any],
        direction: FrameDirection,
        connection: str,
        at: datetime,
    ) -> tuple[int | None, str]:
        """Find the CALL of an answer, or remember a CALL; give its number and its action."""
        message_id = id_of(elements)
        if kind is RecordKind.CALL:
            key = direction, message_id
            calls = self._calls.setdefault(key, _Calls(deque(maxlen=AT_ONCE_MAX)))
            calls.open.append(_Call(self._numbers, action_of(elements), at, connection))
            self._calls.move_to_end(key)
            if len(self._calls) > IDS_MAX:
                self._calls.popitem(last=False)
            return None, ""
        asked = self._calls.get((direction.opposite, message_id))
        call = None if asked is None else asked.answer()
        return (None, "") if call is None else (call.number, call.action)

    def latency_ms(self, record: Record) -> float | None:
        """How long an answer took; None: it is none, or its CALL is not known."""
        if record.pair is None or record.frame is None or record.direction is None:
            return None
        calls = self._calls.get((record.direction.opposite, record.frame.message_id))
        call = None if calls is None else calls.answered
        if call is None or call.number != record.pair or record.at is None:
            return None
        return took_ms(call.at, record.at)

    def _made(
        self,
        number: int,
        kind: RecordKind,
        connection: str,
        at: datetime,
        direction: FrameDirection | None,
        **more: Any,
    ) -> Record:
        return Record(
            number=number,
            source=Source("tap", None),
            kind=kind,
            at=at,
            at_text=at.isoformat(),
            resolution=RESOLUTION_S,
            zone=ZoneFrom.STATED,
            charger=self.charger,
            charger_from=ChargerFrom.STATED,
            connection=connection,
            direction=direction,
            direction_from=DirectionFrom.STATED if direction else DirectionFrom.UNKNOWN,
            **more,
        )


def _elements(text: str) -> list[Any] | None:
    """Read a frame; None: it is no JSON array."""
    try:
        elements = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return elements if isinstance(elements, list) else None

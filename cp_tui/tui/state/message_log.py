"""Every frame that this screen was told of, each request with its answer; bounded, the oldest go.

Pure: time is that of the frames. Payloads and reasons are kept as JSON text, which takes far less
memory than the objects; they are read when they are shown.
"""

from __future__ import annotations

import json
import sys
from collections import deque
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import asdict, replace

from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.explain.finding import Finding
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.tui.state.arrivals import Gap

MESSAGES_MAX = 100_000
"""Frames kept: more than an hour of a busy charge point, in some 50 MB."""

CHARACTERS_MAX = 64_000_000
"""Of all payloads together: some frames are a thousand times as long as the usual one."""

SLACK = 1_000
"""Frames beyond the bound before the oldest go, so that a new one costs the same in any log."""

ANSWER_AWAITED_S_MAX = 60
"""A request older than this than the newest frame gets no answer any more."""

TEXTS_MAX = 20
"""Composed texts that may wait for an answer; the charge point waits for no more of them."""

GOOD_RESULTS = frozenset({"Accepted", "Pending", "RebootRequired", "Scheduled", "Unlocked"})
"""The statuses of an answer that refuse nothing; all others do."""


class Fate(StrEnum):
    """What became of a request, or what stands in its place."""

    WAITS = "waits"
    NO_ANSWER = "no answer"
    DONE = "done"
    REFUSED = "refused"
    """Answered, but with a status such as Rejected."""
    ERROR = "error"
    """Answered by a CALLERROR."""
    IGNORED = "ignored"
    """Answered, but too late, or without a request: it counts for nothing."""
    INVALID = "invalid"
    """No OCPP frame."""
    MISSED = "missed"
    """No frame at all: some are not here, or may not be."""


class LoggedFrame(Struct, frozen=True, eq=False):
    """A frame as it went over the wire, secrets masked."""

    at: datetime
    direction: Direction
    kind: MessageKind
    message_id: str
    action: str
    payload: str
    """JSON text; of an invalid frame the text itself, as JSON."""
    connector_id: int | None
    latency_ms: float | None
    result: str | None
    reason_json: str | None
    is_composed: bool
    flaws: tuple[str, ...] = ()
    """What was wrong with an answer, and what was used instead."""
    is_ignored: bool = False
    """It is an answer that counts for nothing."""

    @property
    def reason(self) -> Reason | None:
        """Why it says what it says."""
        if self.reason_json is None:
            return None
        return converted(Reason, json.loads(self.reason_json))

    @property
    def is_cut(self) -> bool:
        """Whether only the beginning of a long payload is here, as a text (`bounded`)."""
        return self.kind is not MessageKind.INVALID and self.payload.startswith('"')

    @property
    def wire(self) -> str:
        """The frame as JSON text (J 4.2); of a long payload the beginning, as a text."""
        message_id = _json(self.message_id)
        match self.kind:
            case MessageKind.CALL:
                return f"[2,{message_id},{_json(self.action)},{self.payload}]"
            case MessageKind.CALLRESULT:
                return f"[3,{message_id},{self.payload}]"
            case MessageKind.CALLERROR:
                error = json.loads(self.payload)
                if self.is_cut:
                    error = {"details": error}
                texts = f"{_json(self.result)},{_json(error.get('description', ''))}"
                return f"[4,{message_id},{texts},{_json(error.get('details', {}))}]"
            case MessageKind.INVALID:
                return self.payload


class MessagePair(Struct, eq=False):
    """A request and its answer, or a frame that has no other side."""

    number: int
    """Counts from the first one that the log was told of."""
    request: LoggedFrame | None = None
    answer: LoggedFrame | None = None
    is_given_up: bool = False
    gap: Gap | None = None
    """In its place are frames that are not in the log, or may be."""
    findings: tuple[Finding, ...] = ()
    """What is wrong with it, where a log was judged."""
    ours: OtherAnswer | None = None
    """What our own charge point would have answered otherwise, in the place of that of a log."""

    @property
    def missed(self) -> int:
        """How many frames are known not to be in the log, in the place of this one."""
        return 0 if self.gap is None else self.gap.missed

    @property
    def frames(self) -> tuple[LoggedFrame, ...]:
        """What there is of it, in order."""
        if self.request is None:
            return () if self.answer is None else (self.answer,)
        return (self.request,) if self.answer is None else (self.request, self.answer)

    @property
    def characters(self) -> int:
        """How long its payloads are."""
        return sum(len(frame.payload) for frame in self.frames)

    @property
    def fate(self) -> Fate:
        """What became of it."""
        if self.answer is not None:
            if self.answer.is_ignored:
                return Fate.IGNORED
            if self.answer.kind is MessageKind.CALLERROR:
                return Fate.ERROR
            if self.answer.kind is MessageKind.INVALID:
                return Fate.INVALID
            result = self.answer.result
            return Fate.DONE if result is None or result in GOOD_RESULTS else Fate.REFUSED
        if self.request is None:
            return Fate.MISSED
        if self.request.kind is MessageKind.INVALID:
            return Fate.INVALID
        return Fate.NO_ANSWER if self.is_given_up else Fate.WAITS

    @property
    def is_settled(self) -> bool:
        """Whether nothing about it will change any more."""
        if self.answer is None and self.request is not None and self.request.is_composed:
            # A composed text may be answered as well.
            return False
        return self.answer is not None or self.fate not in (Fate.WAITS, Fate.NO_ANSWER)

    def give_up(self) -> None:
        """Expect no answer any more; one that comes late is taken all the same."""
        self.is_given_up = self.answer is None


class MessageLog:
    """The newest messages; grows in place, and numbers its exchanges one after the other."""

    is_whole = False
    """It is all there is, and read from its beginning on."""

    def __init__(
        self, messages_max: int = MESSAGES_MAX, characters_max: int = CHARACTERS_MAX
    ) -> None:
        self._messages_max = messages_max
        self._characters_max = characters_max
        self._exchanges: list[MessagePair] = []
        self._first = 0
        self._size = 0
        self._gaps = 0
        self._missed = 0
        self._newest_at: datetime | None = None
        self._characters = 0
        self._open: dict[tuple[Direction, str], MessagePair] = {}
        self._awaited: deque[MessagePair] = deque()
        self._last_out: MessagePair | None = None
        self._texts: deque[MessagePair] = deque(maxlen=TEXTS_MAX)
        """Composed, and no frames: an answer to one may have an id that is not in it."""

    def __len__(self) -> int:
        """How many messages it holds."""
        return self._size - self._gaps

    @property
    def missed(self) -> int:
        """How many are known not to be in it, since the oldest that is."""
        return self._missed

    @property
    def numbers(self) -> range:
        """The numbers of the exchanges that it holds."""
        return range(self._first, self._first + len(self._exchanges))

    @property
    def oldest_at(self) -> datetime | None:
        """When the oldest frame that it holds was sent or came."""
        found = (frame.at for exchange in self._exchanges for frame in exchange.frames)
        return next(found, None)

    @property
    def newest_at(self) -> datetime | None:
        """When the newest frame was sent or came."""
        return self._newest_at

    def exchange(self, number: int) -> MessagePair | None:
        """The exchange with a number, unless it was too old to be kept."""
        index = number - self._first
        return self._exchanges[index] if 0 <= index < len(self._exchanges) else None

    def add(self, record: MessageRecord) -> None:
        """Take in a frame; an answer joins its request."""
        self._newest_at = record.time
        asked = Direction.OUT if record.direction is Direction.IN else Direction.IN
        is_unreadable_answer = (
            record.kind is MessageKind.INVALID and (asked, record.message_id) in self._open
        )
        if is_unreadable_answer or record.kind in (MessageKind.CALLRESULT, MessageKind.CALLERROR):
            exchange = self._open.pop((asked, record.message_id), None)
            if exchange is None and record.is_composed:
                exchange = self._next_text(record.time)
            if exchange is None:
                self._append(MessagePair(self.numbers.stop, answer=logged_frame(record)))
            else:
                exchange.answer = logged_frame(record, exchange.request)
                self._size += 1
                self._characters += len(exchange.answer.payload)
        else:
            exchange = MessagePair(self.numbers.stop, request=logged_frame(record))
            self._append(exchange)
            if record.kind is MessageKind.CALL:
                self._await(exchange, record)
            elif record.is_composed and record.direction is Direction.OUT:
                self._await_answer_to_text(exchange, record)
        self._give_up_before(record.time - timedelta(seconds=ANSWER_AWAITED_S_MAX))
        if self._size > self._messages_max + SLACK or self._characters > self._characters_max:
            self._forget()

    def miss(self, count: int, until: datetime) -> None:
        """Note that frames were dropped on their way here, before one of this time."""
        newest = self._exchanges[-1] if self._exchanges else None
        self._missed += count
        if newest is not None and newest.gap is not None and newest.gap.is_slow:
            count += newest.gap.missed
            newest.gap = replace(newest.gap, missed=count, back_at=until)
            return
        since = self._newest_at or until
        gap = Gap(lost_at=since, back_at=until, is_slow=True, missed=count)
        self._append(MessagePair(self.numbers.stop, gap=gap))

    def note_gap(self, gap: Gap) -> None:
        """Note that what comes next was told by a charge point that had been lost."""
        self._missed += gap.missed
        self._append(MessagePair(self.numbers.stop, gap=gap))

    def begin_anew(self) -> None:
        """Another charge point speaks: it answers nothing that the one before was asked."""
        self.give_up()
        self._open.clear()
        self._texts.clear()
        self._last_out = None

    def give_up(self) -> None:
        """The link is gone: what waits for an answer gets none."""
        for exchange in self._awaited:
            exchange.give_up()
        self._awaited.clear()

    def _append(self, exchange: MessagePair) -> None:
        self._exchanges.append(exchange)
        # A gap takes a line, and so counts for the bound.
        self._gaps += exchange.gap is not None
        self._size += 1
        self._characters += exchange.characters

    def _await_answer_to_text(self, exchange: MessagePair, record: MessageRecord) -> None:
        self._texts.append(exchange)
        if record.message_id:
            self._open[(record.direction, record.message_id)] = exchange

    def _next_text(self, now: datetime) -> MessagePair | None:
        """The oldest composed text without an answer, as the charge point counts them."""
        oldest = now - timedelta(seconds=ANSWER_AWAITED_S_MAX)
        while self._texts:
            found = self._texts.popleft()
            assert found.request is not None
            is_held = self.exchange(found.number) is found
            if found.answer is None and is_held and found.request.at > oldest:
                return found
        return None

    def _await(self, exchange: MessagePair, record: MessageRecord) -> None:
        self._open[(record.direction, record.message_id)] = exchange
        self._awaited.append(exchange)
        if record.direction is Direction.OUT and not record.is_composed:
            # The charge point has one request under way at a time (J 4.1.1): it gave the other up.
            if self._last_out is not None:
                self._last_out.give_up()
            self._last_out = exchange

    def _give_up_before(self, instant: datetime) -> None:
        while self._awaited:
            oldest = self._awaited[0]
            assert oldest.request is not None
            if oldest.answer is None and oldest.request.at > instant:
                return
            oldest.give_up()
            self._awaited.popleft()

    def _forget(self) -> None:
        """Let the oldest go until the bound holds again."""
        gone = 0
        # A little more than has to be, so that not every long message comes back here.
        characters = self._characters_max * 9 // 10
        while self._size > self._messages_max or self._characters > characters:
            exchange = self._exchanges[gone]
            self._size -= max(1, len(exchange.frames))
            self._characters -= exchange.characters
            self._gaps -= exchange.gap is not None
            self._missed -= exchange.missed
            gone += 1
            if exchange.request is not None and exchange.answer is None:
                key = (exchange.request.direction, exchange.request.message_id)
                if self._open.get(key) is exchange:
                    del self._open[key]
        del self._exchanges[:gone]
        self._first += gone


def logged_frame(record: MessageRecord, request: LoggedFrame | None = None) -> LoggedFrame:
    """Keep a record small: words that come again and again are kept once."""
    message_id = record.message_id
    if request is not None and request.message_id == message_id:
        message_id = request.message_id
    return LoggedFrame(
        record.time,
        record.direction,
        record.kind,
        message_id,
        sys.intern(record.action),
        _json(record.payload) if record.payload else sys.intern(_json(record.payload)),
        record.connector_id,
        record.latency_ms,
        None if record.result is None else sys.intern(record.result),
        None if record.reason is None else _json(asdict(record.reason)),
        record.is_composed,
        record.flaws,
        record.is_ignored,
    )


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode

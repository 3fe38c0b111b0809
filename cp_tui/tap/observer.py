"""Who reads along: a thread that parses, writes down and judges what the relay has passed on.

The relay hands its copies over and never waits. What the thread cannot follow (a flood, a disk that
hangs) is dropped beyond a bound, and told: from there on that connection is no longer read, since a
stream with a hole in it cannot be, but its bytes go on.
"""

from __future__ import annotations

import logging
import queue
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from threading import Lock, Thread
from typing import Any, Protocol

from msgspec import Struct

from cp_tui.charge_point.codec import encode
from cp_tui.engine.log import LogFile
from cp_tui.explain.finding import Finding, Severity
from cp_tui.explain.live import LiveExplainer
from cp_tui.follow.line import REASON_MAX, closed_by
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.redaction import shown_text
from cp_tui.tap.conversation import Conversation
from cp_tui.tap.http_head import HttpHead
from cp_tui.tap.trace_lines import tapped_line
from cp_tui.tap.wire import Passed, WireKind, WireReader
from cp_tui.traces.formats.handshake import charger_of
from cp_tui.traces.record import FrameDirection, LinkKind, Record

WAITING_BYTES_MAX = 64_000_000
"""Bytes that may wait to be read along."""
CHARGERS_MAX = 1_000
"""Charge points that are judged; those beyond are passed on and written down."""
MATTERS_MAX = 10_000
"""Of one charge point, whose repetitions are counted."""
FILES_KEPT = 3
UNKNOWN = "(no identity)"
BROKEN = "something that passed could not be judged: an error inside cp-tui; its bytes went on"

_log = logging.getLogger(__name__)


class Tapped(Struct, frozen=True):
    """What is told, as it happens."""

    at: datetime
    charger: str
    text: str
    finding: Finding | None = None


class _Bytes(Struct, frozen=True):
    connection: int
    direction: FrameDirection
    data: bytes
    at: datetime


class _Asked(Struct, frozen=True):
    connection: int
    head: HttpHead
    at: datetime


class _Ended(Struct, frozen=True):
    connection: int
    why: str
    step: str
    """At which it failed before the CSMS has answered."""
    at: datetime
    lost_bytes: int


class _Job(Struct, frozen=True):
    """Something that somebody wants to know of what only this thread touches."""

    does: Callable[[], Any]
    answered: Callable[[Any], None]


_Event = _Bytes | _Asked | _Ended | _Job | None


class Following(Protocol):
    """What somebody wants to see of one charge point; called in the thread that reads along."""

    def take(self, record: Record) -> Iterable[Finding]:
        """Judge the next record, and have it shown."""


class ShownAlong(Following, Protocol):
    """The same with somewhere to say what is wrong with the tap itself."""

    def not_written(self, why: str, at: datetime) -> None:
        """Its frames are in no file, and why; empty: they are again."""


class FollowedBy(Protocol):
    """Who shows charge points while they speak."""

    def follow(self, charger: str) -> ShownAlong | None:
        """A charge point has come; None: this one is not shown. Called in that thread."""


class _Connection:
    """One connection as the thread sees it."""

    def __init__(self, number: int, asked: _Asked, charger: _Charger) -> None:
        self.name = f"{number}"
        self.asked = asked
        self.charger = charger
        self.reader = WireReader()
        self.is_open = False
        self.is_answered = False
        """Whether the CSMS has said anything to the handshake."""
        self.why = ""
        """Who closed it, as soon as one of the two has said so."""


class _Charger:
    """One charge point, over all its connections."""

    def __init__(self, name: str, judge: Following | None, shown: ShownAlong | None) -> None:
        """`judge` None: it is only passed on and written down; `shown` None: nobody can look."""
        self.name = name
        self.conversation = Conversation(name)
        self.judge = judge
        self.shown = shown
        self.is_unwritten = False
        """Whether its newest frame is in no file."""
        self.missing = 0
        """So many of its newest frames are in no file."""
        self.was_open = False
        """Whether it ever had a connection."""
        self._told: Counter[tuple[str, str]] = Counter()

    def not_written(self, why: str, at: datetime) -> None:
        """Have it shown that its frames are in no file; an empty `why`: they are again."""
        if self.shown is not None and (why or self.is_unwritten):
            self.is_unwritten = bool(why)
            self.shown.not_written(why, at)

    def times(self, finding: Finding) -> int:
        """How often a matter was found by now; 0: it was told often enough."""
        matter = finding.id, finding.matter
        if matter not in self._told and len(self._told) >= MATTERS_MAX:
            self._told.clear()
        self._told[matter] += 1
        times = self._told[matter]
        # The first times, and then each time that it has doubled.
        return times if times & (times - 1) == 0 else 0


class Observer:
    """Reads along on all connections of a tap."""

    def __init__(
        self,
        tell: Callable[[Tapped], None],
        *,
        file: Path | None = None,
        keep_bytes: int = 100_000_000,
        is_tls: bool = False,
        level: Severity = Severity.WARNING,
    ) -> None:
        """`file` gets the frames, bounded by `keep_bytes`; raises `OSError`, and `BlockingIOError`
        where another tap writes there.
        """
        self._tell = tell
        self.shown_by: FollowedBy | None = None
        """Who has charge points shown; set before the first one comes."""
        self._is_tls = is_tls
        self._levels = level.as_grave
        self._file = None
        if file is not None:
            self._file = LogFile(file, keep_bytes // (FILES_KEPT + 1), FILES_KEPT, is_alone=True)
        self._file_error = ""
        self._events: queue.SimpleQueue[_Event] = queue.SimpleQueue()
        self._lock = Lock()
        self._waiting = 0
        self._number = 0
        self._connections: dict[int, _Connection] = {}
        self._chargers: dict[str, _Charger] = {}
        self.frames = 0
        """Frames that were read along."""
        self.unwritten = 0
        """Of these the file has not taken."""
        self._missing = 0
        """So many of them since it took one last."""
        self.findings = 0
        self._thread = Thread(target=self._run, daemon=True, name="tap observer")
        self._thread.start()

    @staticmethod
    def clock() -> datetime:
        """The time of what passes, UTC."""
        return datetime.now(UTC)

    def watch(self) -> ConnectionWatcher:
        """Begin to read along on one more connection."""
        self._number += 1
        return ConnectionWatcher(self, self._number)

    def put(self, event: _Event, size: int = 0) -> bool:
        """Hand something to the thread; False: too much waits already. Never waits."""
        with self._lock:
            if size and self._waiting + size > WAITING_BYTES_MAX:
                return False
            self._waiting += size
        self._events.put(event)
        return True

    def ask(self, does: Callable[[], Any], answered: Callable[[Any], None]) -> None:
        """Have something looked up between two events; `answered` is called in the thread."""
        self.put(_Job(does, answered))

    def close(self, timeout_s: float = 2.0) -> None:
        """Read what waits, and end; blocks that long at most."""
        self._events.put(None)
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while (event := self._events.get()) is not None:
            try:
                self._take_event(event)
            except Exception:
                # Whatever is wrong in a rule, what passes next is read along all the same.
                _log.exception("tap: what has passed could not be read along")
                self._tell(Tapped(self.clock(), "tap", BROKEN))
        if self._file is not None:
            self._file.close()

    def _take_event(self, event: _Asked | _Bytes | _Ended | _Job) -> None:
        match event:
            case _Asked():
                self._asked(event)
            case _Bytes():
                with self._lock:
                    self._waiting -= len(event.data)
                self._passed(event)
            case _Ended():
                self._ended(event)
            case _Job():
                event.answered(event.does())

    def _asked(self, asked: _Asked) -> None:
        name = charger_of(asked.head.target) or UNKNOWN
        charger = self._chargers.get(name)
        if charger is None:
            if len(self._chargers) >= CHARGERS_MAX:
                self._make_room()
            is_kept = len(self._chargers) < CHARGERS_MAX
            shown = self._shown(name) if is_kept else None
            judge = (shown or LiveExplainer(name, is_whole=True)) if is_kept else None
            charger = _Charger(name, judge, shown)
            if is_kept:
                self._chargers[name] = charger
        self._connections[asked.connection] = _Connection(asked.connection, asked, charger)

    def _make_room(self) -> None:
        """Forget whoever has only asked and was never connected: anybody can ask."""
        asking = {each.charger.name for each in self._connections.values()}
        for name, charger in self._chargers.items():
            if not charger.was_open and name not in asking:
                del self._chargers[name]
                return

    def _shown(self, name: str) -> ShownAlong | None:
        if self.shown_by is None or name == UNKNOWN:
            return None
        return self.shown_by.follow(name)

    def _passed(self, event: _Bytes) -> None:
        connection = self._connections.get(event.connection)
        if connection is None:
            return
        for passed in connection.reader.feed(event.direction, event.data):
            self._take(passed, connection, event.at)

    def _take(self, passed: Passed, connection: _Connection, at: datetime) -> None:
        charger = connection.charger
        match passed.kind:
            case WireKind.RESPONSE:
                self._answered(passed, connection, at)
            case WireKind.LOST:
                text = f"can no longer be read along: {passed.text}; the bytes go on"
                self._tell(Tapped(at, charger.name, text))
            case _:
                record = charger.conversation.record(passed, connection.name, at)
                if record.link is not None and passed.kind is WireKind.CLOSE:
                    connection.why = connection.why or closed_by(passed.direction, record.link)
                if record.number:
                    self.frames += 1
                    self._write(record, charger)
                self._judge(record, charger)

    def _answered(self, passed: Passed, connection: _Connection, at: datetime) -> None:
        charger, head = connection.charger, passed.head
        assert head is not None
        connection.is_answered = True
        said = charger.conversation.handshake(
            connection.asked.head, head, connection.name, at, is_tls=self._is_tls
        )
        self._judge(said, charger)
        if head.status != HTTPStatus.SWITCHING_PROTOCOLS:
            text = f"was refused by the CSMS: {shown_text(head.start)[:REASON_MAX]}"
            self._tell(Tapped(at, charger.name, text))
            return
        connection.is_open = charger.was_open = True
        opened = charger.conversation.link(LinkKind.OPEN, connection.name, at)
        self._judge(opened, charger)
        subprotocol = head.get("sec-websocket-protocol")[:REASON_MAX] or "no subprotocol"
        self._tell(Tapped(at, charger.name, f"connected, {subprotocol}"))

    def _ended(self, event: _Ended) -> None:
        connection = self._connections.pop(event.connection, None)
        if connection is None:
            return
        charger, why = connection.charger, connection.why or event.why
        if event.lost_bytes:
            lost = count(event.lost_bytes, "byte")
            text = f"{lost} were passed on and not read along: they came too fast"
            self._tell(Tapped(event.at, charger.name, text))
        if connection.is_open:
            closed = charger.conversation.link(LinkKind.CLOSE, connection.name, event.at, why)
            self._judge(closed, charger)
        elif not connection.is_answered:
            failed = charger.conversation.link(
                LinkKind.FAILED, connection.name, event.at, why, event.step
            )
            self._judge(failed, charger)
        what = "disconnected" if connection.is_open else "did not get through"
        self._tell(Tapped(event.at, charger.name, f"{what}: {why}"))

    def _judge(self, record: Record, charger: _Charger) -> None:
        if charger.judge is None or record.at is None:
            return
        for finding in charger.judge.take(record):
            self.findings += finding.severity is not Severity.NOTE
            times = charger.times(finding) if finding.severity in self._levels else 0
            if times:
                again = "" if times == 1 else f" So it was {count(times, 'time')} by now."
                text = f"{finding.text}{again}"
                self._tell(Tapped(record.at, charger.name, text, finding))

    def _write(self, record: Record, charger: _Charger) -> None:
        if self._file is None or record.at is None:
            return
        latency_ms = charger.conversation.latency_ms(record)
        line = tapped_line(record, latency_ms, charger.missing)
        why = ""
        try:
            self._file.write(encode(line) + b"\n")
        except OSError as error:
            why = error.strerror or type(error).__name__
            self.unwritten += 1
            self._missing += 1
            charger.missing += 1
            if why != self._file_error:
                self._tell(Tapped(record.at, charger.name, f"the trace is not written: {why}"))
            charger.not_written(why, record.at)
        else:
            charger.missing = 0
        if self._file_error and not why:
            text = f"the trace is written again: without {count(self._missing, 'frame')} before"
            self._missing = 0
            self._tell(Tapped(record.at, charger.name, text))
            # It is one file for all of them.
            for each in self._chargers.values():
                each.not_written("", record.at)
        self._file_error = why


class ConnectionWatcher:
    """Hands the observer what passes on one connection; nothing here waits."""

    def __init__(self, observer: Observer, connection: int) -> None:
        self._observer = observer
        self._connection = connection
        self._lost_bytes = 0

    def asked(self, head: HttpHead) -> None:
        """The charge point begins its handshake."""
        self._observer.put(_Asked(self._connection, head, self._observer.clock()))

    def passed(self, direction: FrameDirection, data: bytes) -> None:
        """These bytes have been passed on."""
        event = _Bytes(self._connection, direction, data, self._observer.clock())
        # With a hole in the stream nothing behind it can be read.
        if self._lost_bytes or not self._observer.put(event, len(data)):
            self._lost_bytes += len(data)

    def ended(self, why: str, step: str) -> None:
        """Both sides are closed."""
        now = self._observer.clock()
        self._observer.put(_Ended(self._connection, why, step, now, self._lost_bytes))

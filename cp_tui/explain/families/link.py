"""The connection: lost, doubled, without its subprotocol, and its pings (J 3, J 5)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from http import HTTPStatus

from msgspec import Struct

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, ref
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.frame import SUBPROTOCOL
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind, Record

CONNECTIONS_MAX = 20
"""Of one charge point at a time; the oldest is forgotten."""
REASON_LENGTH_MAX = 60


class LinkRules(Family):
    """Connections that come and go."""

    ACTIONS = frozenset()

    def __init__(self) -> None:
        self._opened: deque[FrameRef] = deque(maxlen=100)
        self._handshake: Record | None = None
        """One without the right subprotocol, until a frame follows."""

    @property
    def is_waiting(self) -> bool:
        return self._handshake is not None

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        link = record.link
        if link is None:
            if self._handshake is not None:
                yield _no_subprotocol(self._handshake, record)
                self._handshake = None
            return
        if link.event is LinkKind.CLOSE:
            self._handshake = None
            yield _lost(record, link)
        elif link.event is LinkKind.OPEN:
            yield from self._flapping(record, known)
        elif link.event is LinkKind.HANDSHAKE:
            is_taken = (
                link.status in (None, HTTPStatus.SWITCHING_PROTOCOLS)
                and link.subprotocol is not None
            )
            is_wrong = is_taken and link.subprotocol != SUBPROTOCOL
            self._handshake = record if is_wrong else None
        elif link.event is LinkKind.UNSENT:
            yield found(
                "link.unsent",
                "The CSMS wrote to a connection that was closed already; this was never sent.",
                record,
            )

    def _flapping(self, record: Record, known: Known) -> Iterator[Finding]:
        self._opened.append(ref(record))
        recent = [each for each in self._opened if not known.is_past(each.at, LIMITS.flapping)]
        # The first one is no reconnect.
        if record.at is not None and len(recent) > LIMITS.flapping_count:
            minutes = round(LIMITS.flapping / 60)
            yield found(
                "link.flapping",
                f"The charge point connected {count(len(recent), 'time')} within {minutes} min.",
                record,
                *recent[:-1],
            )


def _lost(record: Record, link: LinkEvent) -> Finding:
    code = f" with code {link.code}" if link.code is not None else ""
    reason = f" ({clean(link.reason[:REASON_LENGTH_MAX])})" if link.reason else ""
    return found("link.lost", f"The connection was closed{code}{reason}.", record)


def _no_subprotocol(handshake: Record, record: Record) -> Finding:
    named = handshake.link.subprotocol if handshake.link else ""
    what = f"the subprotocol {clean(named[:REASON_LENGTH_MAX])}" if named else "no subprotocol"
    return found(
        "link.no_subprotocol",
        f"The CSMS answered the handshake with {what}, and OCPP went on all the same. It has to"
        f" confirm {SUBPROTOCOL}; a client closes the connection otherwise.",
        handshake,
        record,
    )


class PingRules(Family):
    """Pings and pongs of WebSocket."""

    ACTIONS = frozenset()

    def __init__(self) -> None:
        self._pings: Waits[FrameDirection | None, None] = Waits()
        self._last_ping_at: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return bool(self._pings)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        yield from self._without_pong(known)
        event = record.link.event if record.link else None
        if event is LinkKind.PING:
            if known.survey.links[LinkKind.PONG] and record.direction not in self._pings:
                self._pings.begin(record.direction, None, LIMITS.pong, record, known)
            if record.direction is FrameDirection.TO_CSMS:
                yield from self._interval(record, known)
                self._last_ping_at = record.at
        elif event is LinkKind.PONG:
            opposite = record.direction.opposite if record.direction else None
            self._pings.end(opposite)
        elif event in (LinkKind.CLOSE, LinkKind.OPEN):
            self._last_ping_at = None

    def at_end(self, known: Known) -> Iterable[Finding]:
        return self._without_pong(known)

    def _without_pong(self, known: Known) -> Iterator[Finding]:
        for wait in self._pings.over(known):
            yield found(
                "link.pong_missing",
                f"A ping got no pong within {LIMITS.pong:.0f} s, and the connection was not"
                " closed.",
                wait.where,
            )

    def _interval(self, record: Record, known: Known) -> Iterator[Finding]:
        wanted = known.keys.integer("WebSocketPingInterval")
        gone = known.seconds_since(self._last_ping_at)
        if not wanted or wanted < 0 or gone is None:
            return
        if abs(gone - wanted) > LIMITS.ping_factor * wanted + known.resolution_s:
            yield found(
                "link.ping_interval",
                f"A ping came {gone:.0f} s after the one before; WebSocketPingInterval is"
                f" {wanted} s.",
                record,
            )


class _Span(Struct):
    """When a connection was seen first and last."""

    first: Record
    last: datetime | None


class DoubleConnectionRules(Family):
    """Two connections of one charge point at once."""

    def __init__(self) -> None:
        self._spans: dict[str, _Span] = {}
        self._told: set[tuple[str, str]] = set()

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        name = record.connection
        if name is None or record.at is None:
            return
        if record.link and record.link.event is LinkKind.CLOSE:
            self._spans.pop(name, None)
            return
        own = self._spans.get(name)
        if own is None:
            if len(self._spans) >= CONNECTIONS_MAX:
                del self._spans[next(iter(self._spans))]
            own = self._spans[name] = _Span(record, record.at)
        own.last = record.at
        for other, span in self._spans.items():
            if other == name or span.last is None or own.first.at is None:
                continue
            begin = max(own.first.at, span.first.at or own.first.at)
            together = (span.last - begin).total_seconds()
            pair = (min(name, other), max(name, other))
            if together > LIMITS.two_connections and pair not in self._told:
                self._told.add(pair)
                yield found(
                    "link.two_connections",
                    f"Two connections of this charge point carried messages for {together:.0f} s"
                    " at the same time.",
                    record,
                    span.first,
                )
                return

"""The connection of a charge point that is watched: the variables `link` and `is_connected`."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from http import HTTPStatus

from cp_tui.charge_point.variables import (
    LastFrame,
    LinkAttempt,
    LinkError,
    LinkPhase,
    LinkStep,
    LinkView,
)
from cp_tui.follow.instants import told_at
from cp_tui.ocpp.calendar import took_ms
from cp_tui.ocpp.redaction import shown_location, shown_text
from cp_tui.traces.record import FrameDirection, LinkEvent, LinkKind, Record, RecordKind

REASON_MAX = 300
CONNECTIONS_MAX = 20
"""Of a charge point at a time; the oldest is forgotten."""
_REFUSED = {401: "it refused the credentials", 404: "it does not know this charge point"}


class FollowedLine:
    """What the log tells of connections; without a word of them, frames prove that one is open."""

    def __init__(self, url: str) -> None:
        self._url = shown_location(url)
        self._opened_at: datetime | None = None
        self._is_open: bool | None = None
        """None: nothing was told of it, and no frame has passed."""
        self._since: datetime | None = None
        self._attempt = 0
        self._shake: LinkEvent | None = None
        self._error: LinkError | None = None
        self._opened_ats: dict[str | None, datetime | None] = {}
        """Of each connection that was opened and has not ended; a charge point may have two."""
        self._connection: str | None = None
        """The one that was opened last."""
        self._closes: dict[str | None, tuple[FrameDirection, LinkEvent]] = {}
        """The close frame that went first on a connection: the other one answers it."""
        self._ping_at: datetime | None = None
        self._round_trip_ms: float | None = None
        self._last: dict[FrameDirection, LastFrame] = {}
        self.attempts: deque[LinkAttempt] = deque()
        """Not told yet; whoever follows takes them."""

    @property
    def is_open(self) -> bool:
        """Whether it is open, as far as is known."""
        return bool(self._is_open)

    @property
    def url(self) -> str:
        """Where the charge point has connected to; without credentials."""
        return self._url or (self._shake.url if self._shake else "")

    def learn(self, record: Record, at: datetime, action: str) -> bool:
        """Take in a record; say whether `link` is another one by it."""
        if record.kind is not RecordKind.LINK:
            return self._frame(record, at, action)
        event = record.link
        if event is None:
            return False
        match event.event:
            case LinkKind.HANDSHAKE:
                self._shaken(event, at, record.connection)
            case LinkKind.OPEN:
                self._opened(at, record.connection)
            case LinkKind.CLOSE if record.direction is None:
                self._closed(event, at, record.connection)
            case LinkKind.CLOSE if record.direction is not None:
                self._closes.setdefault(record.connection, (record.direction, event))
            case LinkKind.FAILED:
                self._failed(event, at, record.connection)
            case LinkKind.REBOOT:
                booting = LinkEvent(LinkKind.CLOSE, reason="the charge point boots")
                self._closed(booting, at, record.connection)
            case LinkKind.PING if record.direction is FrameDirection.TO_CSMS:
                self._ping_at = at
                return False
            case LinkKind.PONG if record.direction is FrameDirection.TO_CHARGE_POINT:
                return self._pong(at)
            case _:
                return False
        return True

    def _frame(self, record: Record, at: datetime, action: str) -> bool:
        if not self._is_open:
            # The log says nothing of it, or only of its end: a frame needs a connection.
            self._stands(None)
        if record.direction is not None:
            self._last[record.direction] = LastFrame(at=at, action=action)
        return True

    def _shaken(self, event: LinkEvent, at: datetime, connection: str | None) -> None:
        self._shake = event
        self._attempt += 1
        if event.status in (None, HTTPStatus.SWITCHING_PROTOCOLS):
            return
        why = _REFUSED.get(event.status, "it refused the handshake")
        text = f"the CSMS answered the handshake with HTTP {event.status}: {why}"
        is_still_open = self._is_on_another(connection)
        self._fail(LinkStep.HTTP, text, at, http_status=event.status, is_still_open=is_still_open)

    def _failed(self, event: LinkEvent, at: datetime, connection: str | None) -> None:
        """The CSMS has not answered: what stands between has told why."""
        self._attempt += 1
        text = shown_text(event.reason)[:REASON_MAX]
        is_still_open = self._is_on_another(connection)
        self._fail(LinkStep(event.step), text, at, is_still_open=is_still_open)

    def _is_on_another(self, connection: str | None) -> bool:
        """Whether it speaks on another connection than this one, which is surely open."""
        others = self._opened_ats.keys() - {connection, None}
        return bool(self._is_open and others)

    def _opened(self, at: datetime, connection: str | None) -> None:
        self.attempts.append(
            LinkAttempt(at=at, attempt=max(self._attempt, 1), phase=LinkPhase.OPEN)
        )
        self._stands(told_at(at))
        self._connection = connection
        self._opened_ats.pop(connection, None)
        self._opened_ats[connection] = self._opened_at
        self._closes.pop(connection, None)
        if len(self._opened_ats) > CONNECTIONS_MAX:
            del self._opened_ats[next(iter(self._opened_ats))]

    def _stands(self, since: datetime | None) -> None:
        """It is open; None: since when is not told."""
        self._is_open, self._since, self._opened_at = True, since, since
        self._attempt = 0
        self._ping_at = self._round_trip_ms = None

    def _closed(self, event: LinkEvent, at: datetime, connection: str | None) -> None:
        is_known = connection in self._opened_ats
        close = self._closes.pop(connection, None)
        if self._is_open is False and not is_known:
            return
        opened_at = self._opened_ats.pop(connection, self._opened_at)
        code, words = event.code, shown_text(event.reason)
        if close is not None:
            code, words = close[1].code, closed_by(*close)
        words = words[:REASON_MAX] or "the connection has ended"
        open_for_s = None
        if opened_at is not None:
            open_for_s = max(0.0, (at - opened_at).total_seconds())
        # A newer one has taken its place: the charge point is there as before.
        is_replaced = bool(self._is_open) and is_known and connection != self._connection
        self._fail(
            LinkStep.OPEN,
            words,
            at,
            close_code=code,
            open_for_s=open_for_s,
            is_still_open=is_replaced,
        )

    def _fail(
        self,
        step: LinkStep,
        text: str,
        at: datetime,
        *,
        http_status: int | None = None,
        close_code: int | None = None,
        open_for_s: float | None = None,
        is_still_open: bool = False,
    ) -> None:
        if not is_still_open:
            if self._is_open is not False:
                self._is_open, self._since = False, told_at(at)
            self._error = LinkError(
                step=step, text=text, http_status=http_status, close_code=close_code, at=at
            )
        self.attempts.append(
            LinkAttempt(
                at=at,
                attempt=0 if step is LinkStep.OPEN else self._attempt,
                phase=LinkPhase.WAITING,
                step=step,
                text=text,
                http_status=http_status,
                close_code=close_code,
                open_for_s=open_for_s,
            )
        )

    def _pong(self, at: datetime) -> bool:
        if self._ping_at is None:
            return False
        self._round_trip_ms = took_ms(self._ping_at, at)
        self._ping_at = None
        return True

    def view(self) -> LinkView | None:
        """Give the variable `link`; None: nothing is known of the connection."""
        if self._is_open is None:
            return None
        shake = self._shake
        return LinkView(
            phase=LinkPhase.OPEN if self._is_open else LinkPhase.WAITING,
            since=self._since,
            attempt=0 if self._is_open else self._attempt,
            last_error=self._error,
            ping_round_trip_ms=self._round_trip_ms,
            last_in=self._last.get(FrameDirection.TO_CHARGE_POINT),
            last_out=self._last.get(FrameDirection.TO_CSMS),
            subprotocol=shake.subprotocol if shake else None,
            security_profile=_profile(shake),
            authorization_key=_key(shake),
        )


def closed_by(direction: FrameDirection, close: LinkEvent) -> str:
    """Say who closed a connection, by the close frame that went first."""
    who = "charge point" if direction is FrameDirection.TO_CSMS else "CSMS"
    code = "" if close.code is None else f" ({close.code})"
    said = f": {shown_text(close.reason)}" if close.reason else ""
    return f"the {who} closed the connection{code}{said}"


def _key(shake: LinkEvent | None) -> str:
    """Say what a handshake tells of the AuthorizationKey; empty: nothing is known of it."""
    if shake is None:
        return ""
    return "sent by Basic authentication" if _is_basic(shake) else "not sent"


def _is_basic(shake: LinkEvent) -> bool:
    return shake.authorization.lower() == "basic"


def _profile(shake: LinkEvent | None) -> int | None:
    """Give the security profile as far as a handshake tells (W A00): a client certificate is not
    seen, so that TLS without Basic authentication may be profile 3 or none."""
    if shake is None or shake.is_tls is None:
        return None
    if shake.is_tls:
        return 2 if _is_basic(shake) else None
    return 1 if _is_basic(shake) else 0

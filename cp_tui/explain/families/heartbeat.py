"""Heartbeats: a charge point that has nothing else to say says that it is there (S 4.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Severity
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.plural import count
from cp_tui.traces.record import FrameDirection, Record, RecordKind


class HeartbeatRules(Family):
    """Silence that is too long, and heartbeats that nobody needs."""

    def __init__(self) -> None:
        self._early = 0
        self._told_of = False
        """Whether the present silence was found already."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.kind is RecordKind.LINK:
            return
        yield from self._silence(record, known)
        if record.direction is FrameDirection.TO_CSMS:
            self._told_of = False
            if record.kind is RecordKind.CALL and known.exchange.action is Action.HEARTBEAT:
                yield from self._early_one(record, known)

    def _silence(self, record: Record, known: Known) -> Iterator[Finding]:
        gone = _silent_for(known)
        if gone is None or gone <= LIMITS.heartbeat_grace:
            # Whatever the interval is.
            return
        interval = _interval(known)
        if interval is None or self._told_of or _was_away(known):
            return
        most = LIMITS.heartbeat_factor * interval + LIMITS.heartbeat_grace
        if gone <= most + known.resolution_s or not known.survey.has(Action.HEARTBEAT):
            return
        if known.is_gap and not _others_spoke(known):
            # The whole log is silent: that speaks for the log.
            return
        self._told_of = True
        is_certain = known.survey.tells_of_connections
        yield found(
            "heartbeat.missing",
            f"The charge point was silent for {gone:.0f} s{'' if is_certain else ', or offline'}."
            f" Its interval is {interval} s: when it sends nothing else for so long, it sends a"
            " Heartbeat." + ("" if is_certain else " The log does not tell when it was connected."),
            record,
            known.registration.told,
            severity=None if is_certain else Severity.NOTE,
            effect="The CSMS takes it for offline.",
            values={"seconds": gone, "interval": interval},
        )

    def _early_one(self, record: Record, known: Known) -> Iterator[Finding]:
        interval = _interval(known)
        gone = known.seconds_since(known.heard_at)
        if interval is None or gone is None or known.was_asked:
            return
        if gone + known.resolution_s >= interval / 2:
            return
        self._early += 1
        if self._early == LIMITS.early_heartbeat_count:
            yield found(
                "heartbeat.too_often",
                f"Heartbeat came {gone:.0f} s after another message, and so it did"
                f" {count(self._early - 1, 'time')} before; the interval is {interval} s, and any"
                " message does as well.",
                record,
            )


def _interval(known: Known) -> int | None:
    interval = known.heartbeat_interval_s
    return interval if known.registration.is_accepted and interval and interval > 0 else None


def _silent_for(known: Known) -> float | None:
    """Seconds since the charge point was heard, or was told its interval."""
    told = known.registration.told_at
    heard = known.heard_at
    if heard is None or told is None:
        return None
    return known.seconds_since(max(heard, told))


def _was_away(known: Known) -> bool:
    """Whether the charge point may have been offline since it was heard."""
    # The silence itself is a break where it is long enough to be a gap.
    since_heard = known.breaks - known.heard_breaks - known.is_gap
    return known.is_connected is False or since_heard > 0


def _others_spoke(known: Known) -> bool:
    """Whether another charge point was recorded during the silence."""
    last, before = known.file.last_at, known.before
    return last is not None and before is not None and last > before

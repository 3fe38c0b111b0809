"""The status of each connector, and the ways from one to the other (S 4.9)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from cp_tui.charge_point.status import (
    WARNINGS,
    WITH_EV_COMMUNICATION_ERROR,
    is_legal,
    transition_code,
    way_round,
)
from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, Severity
from cp_tui.explain.knowledge.connectors import StatusKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.ocpp.core import StatusNotificationRequest
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.traces.record import FrameDirection, Record, RecordKind

_OF_ZERO = (
    ChargePointStatus.AVAILABLE,
    ChargePointStatus.UNAVAILABLE,
    ChargePointStatus.FAULTED,
)


class StatusRules(Family):
    """StatusNotification by itself, and against what was told before."""

    def __init__(self) -> None:
        self._repeats: Counter[int] = Counter()
        """Connector -> how often the same was told again."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.kind is not RecordKind.CALL or record.direction is not FrameDirection.TO_CSMS:
            return
        yield from _unknown_connector(record, known)
        request = known.exchange.request
        if not isinstance(request, StatusNotificationRequest):
            return
        yield from _by_itself(record, request)
        told = known.connectors.current(request.connector_id, known.breaks)
        if told is not None:
            yield from self._after(record, request, told, known)

    def _after(
        self, record: Record, new: StatusNotificationRequest, told: StatusKnown, known: Known
    ) -> Iterator[Finding]:
        old = told.request
        # One may be written with a fraction of a second, and the next without.
        times = [each and each.replace(microsecond=0) for each in (new.timestamp, old.timestamp)]
        if times[0] and times[1] and times[0] < times[1]:
            yield found(
                "status.time_backwards",
                f"The status {new.status} of connector {new.connector_id} is from"
                f" {new.timestamp:%H:%M:%S}, before {old.status} from {old.timestamp:%H:%M:%S}"
                " that came earlier.",
                record,
                told.where,
                matter=str(new.connector_id),
            )
        elif _said(new) == _said(old):
            if not known.was_asked:
                yield from self._repeated(record, new)
        else:
            self._repeats[new.connector_id] = 0
            if new.connector_id > 0 and told.blurs == known.blurs:
                yield from _transition(record, new, told, known)

    def _repeated(self, record: Record, new: StatusNotificationRequest) -> Iterator[Finding]:
        self._repeats[new.connector_id] += 1
        if self._repeats[new.connector_id] == LIMITS.repeated_status_count:
            yield found(
                "status.repeated",
                f"Connector {new.connector_id} was told as {new.status} again and again, without"
                " a change and without being asked.",
                record,
                matter=str(new.connector_id),
            )


def _said(request: StatusNotificationRequest) -> tuple[object, ...]:
    return request.status, request.error_code, request.info, request.vendor_error_code


def _by_itself(record: Record, new: StatusNotificationRequest) -> Iterator[Finding]:
    connector, status, error = new.connector_id, new.status, new.error_code
    if connector == 0 and status not in _OF_ZERO:
        yield found(
            "status.connector_zero",
            f"Connector 0 is {status}. It stands for the charge point as a whole, which is"
            " Available, Unavailable or Faulted.",
            record,
        )
    is_communication = error is ChargePointErrorCode.EV_COMMUNICATION_ERROR
    if is_communication and status not in WITH_EV_COMMUNICATION_ERROR:
        yield found(
            "status.ev_communication_error",
            f"EVCommunicationError came with {status}; it goes with"
            f" {', '.join(sorted(WITH_EV_COMMUNICATION_ERROR))}.",
            record,
        )
    if status is not ChargePointStatus.FAULTED or is_communication:
        return
    if error is ChargePointErrorCode.NO_ERROR:
        hint = f", only the code {new.vendor_error_code}" if new.vendor_error_code else ""
        yield found(
            "status.faulted_without_error",
            f"Connector {connector} is Faulted, and the error is NoError{hint}.",
            record,
            severity=Severity.NOTE if new.vendor_error_code else None,
        )
    elif error in WARNINGS:
        yield found(
            "status.warning_as_fault",
            f"Connector {connector} is Faulted with {error}, which leaves charging possible.",
            record,
        )


def _transition(
    record: Record, new: StatusNotificationRequest, told: StatusKnown, known: Known
) -> Iterator[Finding]:
    old = told.status
    if old is new.status or is_legal(old, new.status):
        return
    between = way_round(old, new.status)
    steps = f"{transition_code(old, between)}, {transition_code(between, new.status)}"
    may_be_short = known.keys.integer("MinimumStatusDuration") != 0
    gone = _between(new, told, known)
    is_short = may_be_short and (gone is None or gone < LIMITS.short_status)
    yield found(
        "status.illegal_transition",
        f"Connector {new.connector_id} went from {old} straight to {new.status}. S 4.9 has no"
        f" such step ({transition_code(old, new.status)}): the way goes through {between}"
        f" ({steps})." + (" A short status may have been left out." if is_short else ""),
        record,
        told.where,
        severity=Severity.WARNING if is_short else None,
        matter=f"{new.connector_id} {old} {new.status}",
        values={"connector": new.connector_id, "from": str(old), "to": str(new.status)},
    )


def _between(new: StatusNotificationRequest, told: StatusKnown, known: Known) -> float | None:
    """Seconds from one status to the other: by their timestamps, else by the log."""
    if new.timestamp and told.request.timestamp:
        return (new.timestamp - told.request.timestamp).total_seconds()
    return known.seconds_since(told.at)


def _unknown_connector(record: Record, known: Known) -> Iterator[Finding]:
    number = known.keys.integer("NumberOfConnectors")
    payload = record.frame.payload if record.frame else None
    connector = payload.get("connectorId") if isinstance(payload, dict) else None
    if number is None or type(connector) is not int or connector <= number:
        return
    key = known.keys.get("NumberOfConnectors")
    yield found(
        "status.unknown_connector",
        f"{record.action} names connector {connector}; NumberOfConnectors is {number}.",
        record,
        key.where if key else None,
        matter=str(connector),
    )

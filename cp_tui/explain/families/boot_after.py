"""What follows a boot: the status of every connector, and no boot soon after (S 4.2, S 4.9)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    BootNotificationRequest,
    BootNotificationResponse,
    MeterValuesRequest,
    StartTransactionRequest,
    StatusNotificationRequest,
)
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.ocpp.plural import count
from cp_tui.traces.record import FrameDirection, LinkKind, Record, RecordKind

_CAUSES_BOOT = (Action.RESET, Action.UPDATE_FIRMWARE, Action.SIGNED_UPDATE_FIRMWARE)
CONNECTORS_MAX = 100
"""A charge point that claims more is not waited for."""


class StatusAfterBootRules(Family):
    """Once Accepted, the charge point tells the status of itself and of each connector."""

    ACTIONS = frozenset(
        {
            Action.BOOT_NOTIFICATION,
            Action.STATUS_NOTIFICATION,
            Action.START_TRANSACTION,
            Action.METER_VALUES,
        }
    )

    def __init__(self) -> None:
        self._missing: Waits[int, int] = Waits()
        """Connector -> connector."""
        self._was_asked = False

    @property
    def is_waiting(self) -> bool:
        return bool(self._missing)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        for wait in self._missing.over(known):
            yield _missing(wait.what, wait.where)
        exchange = known.exchange
        if exchange.is_call and record.kind is RecordKind.CALL:
            if exchange.action is Action.BOOT_NOTIFICATION:
                self._was_asked = known.was_asked
            yield from self._told(record, known)
        elif isinstance(exchange.response, BootNotificationResponse):
            is_accepted = exchange.response.status is RegistrationStatus.ACCEPTED
            if is_accepted and not (self._was_asked and known.registration.is_accepted):
                self._begin(record, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        for wait in self._missing.over(known):
            yield _missing(wait.what, wait.where)

    def _begin(self, record: Record, known: Known) -> None:
        number = known.keys.integer("NumberOfConnectors") or 0
        connectors = {*known.survey.connectors, *range(min(number, CONNECTORS_MAX) + 1)}
        for connector in sorted(connectors)[:CONNECTORS_MAX]:
            self._missing.begin(connector, connector, LIMITS.status_after_boot, record, known)

    def _told(self, record: Record, known: Known) -> Iterator[Finding]:
        match known.exchange.request:
            case StatusNotificationRequest(connector_id=connector):
                wait = self._missing.end(connector)
                if wait and known.is_past(wait.since, LIMITS.status_after_boot):
                    yield _missing(connector, wait.where)
                elif wait and known.is_past(wait.since, LIMITS.status_after_boot_soon):
                    gone = known.seconds_since(wait.since)
                    yield found(
                        "boot.status_missing",
                        f"The status of connector {connector} was told {gone:.0f} s after the"
                        " charge point was Accepted.",
                        record,
                        wait.where,
                        severity=Severity.NOTE,
                    )
            case StartTransactionRequest(connector_id=connector):
                yield from self._used(connector, record, known)
            case MeterValuesRequest(connector_id=connector, transaction_id=int()):
                yield from self._used(connector, record, known)

    def _used(self, connector: int, record: Record, known: Known) -> Iterator[Finding]:
        wait = self._missing.get(connector)
        # What was queued before the boot says nothing about the connector as it is now.
        is_live = wait is not None and _is_after(known.exchange.request, wait.since)
        if wait and is_live and wait.breaks == known.breaks and wait.blurs == known.blurs:
            self._missing.end(connector)
            yield _missing(connector, ref(record), wait.where)


def _is_after(request: object, since: datetime | None) -> bool:
    match request:
        case StartTransactionRequest(timestamp=timestamp):
            return since is None or timestamp >= since
        case MeterValuesRequest(meter_value=values):
            return since is None or all(each.timestamp >= since for each in values)
    return False


def _missing(connector: int, *where: FrameRef) -> Finding:
    minutes = round(LIMITS.status_after_boot / 60)
    name = f"connector {connector}" if connector else "the charge point itself (connector 0)"
    return found(
        "boot.status_missing",
        f"The status of {name} was not told after the boot, neither before it was used nor within"
        f" {minutes} min. Once Accepted, the charge point sends a StatusNotification for connector"
        " 0 and for each connector.",
        *where,
        matter=str(connector),
    )


class BootAgainRules(Family):
    """Boots that nobody asked for."""

    ACTIONS = frozenset({Action.BOOT_NOTIFICATION, *_CAUSES_BOOT})

    def __init__(self) -> None:
        self._boots: deque[FrameRef] = deque(maxlen=100)
        self._is_expected = False
        self._closed_at: datetime | None = None
        self._reconnected: FrameRef | None = None

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.link is not None:
            self._linked(record)
            return
        exchange = known.exchange
        if exchange.action in _CAUSES_BOOT and exchange.is_call:
            self._is_expected = True
        elif exchange.action is Action.BOOT_NOTIFICATION and exchange.is_call:
            is_ours = record.direction is FrameDirection.TO_CSMS
            if is_ours and not known.was_asked and known.registration.is_accepted:
                yield from self._booted(record, known)

    def _linked(self, record: Record) -> None:
        event = record.link.event if record.link else None
        if event is LinkKind.CLOSE:
            self._closed_at = record.at
        elif event is LinkKind.OPEN:
            self._reconnected = ref(record)
        elif event is LinkKind.REBOOT:
            self._closed_at = self._reconnected = None

    def _booted(self, record: Record, known: Known) -> Iterator[Finding]:
        registration, request = known.registration, known.exchange.request
        is_same = isinstance(request, BootNotificationRequest) and request == registration.boot
        is_quick = self._closed_at is not None and not known.is_past(
            self._closed_at, LIMITS.mere_reconnect
        )
        if is_same and is_quick and self._reconnected and not self._is_expected:
            yield found(
                "boot.on_reconnect",
                "BootNotification came after a reconnect that was too quick for a boot, and says"
                " what it said before; the registration was still in force.",
                record,
                registration.booted,
            )
        self._closed_at = self._reconnected = None
        if not self._is_expected:
            yield from self._again(record, known)
        self._is_expected = False

    def _again(self, record: Record, known: Known) -> Iterator[Finding]:
        if not self._boots and known.registration.booted is not None:
            self._boots.append(known.registration.booted)
        self._boots.append(ref(record))
        recent = [each for each in self._boots if not known.is_past(each.at, LIMITS.boot_loop)]
        if record.at is not None and len(recent) >= LIMITS.boot_loop_count:
            minutes = round(LIMITS.boot_loop / 60)
            yield found(
                "boot.loop",
                f"{count(len(recent), 'boot')} within {minutes} min, and nobody asked for a reset.",
                record,
                *recent[:-1],
                effect="A charge point that boots in a loop loses its sessions.",
            )

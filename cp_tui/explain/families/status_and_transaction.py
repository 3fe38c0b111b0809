"""Whether the status of a connector and its transaction go together (S 4.9, S 2.2)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding
from cp_tui.explain.knowledge.connectors import CHARGES
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Wait, Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import StartTransactionRequest, StatusNotificationRequest
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.traces.record import FrameDirection, Record, RecordKind


class _Contradiction(Struct, frozen=True):
    """A status that does not fit, unless the transaction follows soon."""

    connector: int
    status: ChargePointStatus


class StatusAndTransactionRules(Family):
    """A connector that charges without a transaction, or prepares within one."""

    ACTIONS = frozenset({Action.STATUS_NOTIFICATION, Action.START_TRANSACTION})

    def __init__(self) -> None:
        self._waits: Waits[int, _Contradiction] = Waits()

    @property
    def is_waiting(self) -> bool:
        return bool(self._waits)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        for wait in self._waits.over(known):
            yield from _told_of(wait, known)
        if record.kind is not RecordKind.CALL or record.direction is not FrameDirection.TO_CSMS:
            return
        match known.exchange.request:
            case StatusNotificationRequest() as request:
                self._told(record, request, known)
            case StartTransactionRequest(connector_id=connector):
                self._waits.end(connector)

    def at_end(self, known: Known) -> Iterable[Finding]:
        for wait in self._waits.over(known):
            yield from _told_of(wait, known)

    def _told(self, record: Record, new: StatusNotificationRequest, known: Known) -> None:
        connector = new.connector_id
        wait = self._waits.get(connector)
        if wait is not None and new.status in CHARGES and wait.what.status in CHARGES:
            return
        self._waits.end(connector)
        told = known.connectors.current(connector, known.breaks)
        if known.is_cold or told is None or connector == 0:
            return
        running = known.transactions.on(connector)
        if new.status in CHARGES and running is None:
            # Known idle before: so no transaction of before the log can be running. One that goes
            # straight from Available to Charging needs no authorization (A3), and may tell none.
            was_preparing = told.status is ChargePointStatus.PREPARING
            if was_preparing and known.survey.has(Action.START_TRANSACTION):
                self._begin(record, new, known)
        elif (
            new.status is ChargePointStatus.PREPARING
            and running is not None
            and running.breaks == known.breaks
            and told.status not in CHARGES
        ):
            self._begin(record, new, known)

    def _begin(self, record: Record, new: StatusNotificationRequest, known: Known) -> None:
        self._waits.begin(
            new.connector_id,
            _Contradiction(new.connector_id, new.status),
            LIMITS.status_contradicts,
            record,
            known,
        )


def _told_of(wait: Wait[_Contradiction], known: Known) -> Iterator[Finding]:
    connector, status = wait.what.connector, wait.what.status
    running = known.transactions.on(connector)
    seconds = f"{wait.seconds:.0f} s"
    if status in CHARGES:
        if running is not None:
            return
        text = (
            f"Connector {connector} is {status}, and {seconds} later no StartTransaction has come"
            " for it."
        )
    elif running is None:
        return
    else:
        text = (
            f"Connector {connector} is {status} while transaction {running.id} is running there,"
            f" and {seconds} later it has not been stopped. A new session begins with Preparing"
            " when the one before is over."
        )
    yield found(
        "status.contradicts_transaction",
        text,
        wait.where,
        running.where if running else None,
        matter=f"{connector} {status}",
    )

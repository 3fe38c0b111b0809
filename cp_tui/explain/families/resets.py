"""Reset and UnlockConnector: transactions end in order, and the charge point boots (S 5.14, 5.18).

DataTransfer stands here as well: of it only one thing can be said.
"""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    BootNotificationResponse,
    DataTransferRequest,
    DataTransferResponse,
    ResetRequest,
    ResetResponse,
    StopTransactionRequest,
    UnlockConnectorRequest,
    UnlockConnectorResponse,
)
from cp_tui.ocpp.datatypes import (
    DataTransferStatus,
    RegistrationStatus,
    ResetStatus,
    ResetType,
    UnlockStatus,
)
from cp_tui.traces.record import FrameDirection, Record

VENDORS_MAX = 1_000


class ResetRules(Family):
    """Reset, and the boot that has to follow."""

    ACTIONS = frozenset({Action.RESET, Action.BOOT_NOTIFICATION, Action.STOP_TRANSACTION})

    def __init__(self) -> None:
        self._to_boot: Waits[str, ResetRequest] = Waits(outlives_breaks=True)
        self._running: dict[int, FrameRef] = {}
        """Transactions that ran at the reset, by their ids."""
        self._to_be_stopped: Waits[int, FrameRef] = Waits(outlives_breaks=True)

    @property
    def is_waiting(self) -> bool:
        return bool(self._to_boot or self._to_be_stopped)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if known.is_gap:
            # The boot may have been in it.
            self._to_boot.end("")
            self._running.clear()
            self._to_be_stopped = Waits(outlives_breaks=True)
        exchange = known.exchange
        if exchange.is_call:
            is_boot = exchange.action is Action.BOOT_NOTIFICATION
            if is_boot and record.direction is FrameDirection.TO_CSMS:
                self._to_boot.end("")
            if isinstance(exchange.request, StopTransactionRequest):
                self._running.pop(exchange.request.transaction_id, None)
                self._to_be_stopped.end(exchange.request.transaction_id)
        else:
            match exchange.request, exchange.response:
                case ResetRequest() as request, ResetResponse(status=ResetStatus.ACCEPTED):
                    self._to_boot.begin("", request, LIMITS.reset, record, known)
                    self._running = {
                        id_: each.where
                        for id_, each in known.transactions.running.items()
                        if each.breaks == known.breaks and not known.is_cold
                    }
                case _, BootNotificationResponse(status=RegistrationStatus.ACCEPTED):
                    for id_, where in self._running.items():
                        limit_s = LIMITS.reset_transaction
                        self._to_be_stopped.begin(id_, where, limit_s, record, known)
                    self._running = {}
        yield from self._overdue(known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)

    def _overdue(self, known: Known) -> Iterable[Finding]:
        for wait in self._to_boot.over(known):
            is_hard = wait.what.type is ResetType.HARD
            yield found(
                "reset.no_boot",
                f"Reset ({wait.what.type}) was Accepted, and no BootNotification came within"
                f" {LIMITS.reset / 60:g} min.",
                wait.where,
                severity=Severity.ERROR if is_hard else None,
            )
        for open_ in self._to_be_stopped.over(known):
            yield found(
                "reset.transaction_open",
                "A transaction that ran at the Reset has no StopTransaction"
                f" {LIMITS.reset_transaction / 60:g} min after the charge point was accepted"
                " again.",
                open_.what,
                open_.where,
                effect="The session stays open at the CSMS, and is not billed.",
            )


class UnlockRules(Family):
    """UnlockConnector, which ends a transaction first (S 5.18)."""

    ACTIONS = frozenset({Action.UNLOCK_CONNECTOR, Action.STOP_TRANSACTION})

    def __init__(self) -> None:
        self._to_be_stopped: Waits[int, int] = Waits()
        """The connector by the transaction."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._to_be_stopped)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if exchange.is_call:
            if isinstance(exchange.request, StopTransactionRequest):
                self._to_be_stopped.end(exchange.request.transaction_id)
        else:
            match exchange.request, exchange.response:
                case (
                    UnlockConnectorRequest(connector_id=connector),
                    UnlockConnectorResponse(status=UnlockStatus.UNLOCKED),
                ) if not known.is_cold:
                    for id_, each in known.transactions.running.items():
                        if each.connector == connector and each.breaks == known.breaks:
                            limit_s = LIMITS.unlock
                            self._to_be_stopped.begin(id_, connector, limit_s, record, known)
        yield from self._overdue(known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._overdue(known)

    def _overdue(self, known: Known) -> Iterable[Finding]:
        for wait in self._to_be_stopped.over(known):
            yield found(
                "unlock.transaction_continues",
                f"Connector {wait.what} was Unlocked while a transaction ran on it, and no"
                f" StopTransaction came within {LIMITS.unlock:g} s: the transaction ends"
                " first.",
                wait.where,
            )


class DataTransferRules(Family):
    """Data of a vendor, Accepted by a side that never named that vendor."""

    ACTIONS = frozenset({Action.DATA_TRANSFER})

    def __init__(self) -> None:
        self._named: set[str] = set()

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        exchange = known.exchange
        if exchange.is_call:
            return
        match exchange.request, exchange.response:
            case DataTransferRequest(vendor_id=vendor), DataTransferResponse(status=status):
                is_new = vendor not in self._named and len(self._named) < VENDORS_MAX
                if is_new:
                    self._named.add(vendor)
                if is_new and status is DataTransferStatus.ACCEPTED and not known.is_cold:
                    yield found(
                        "data_transfer.unknown_vendor_accepted",
                        "DataTransfer of a vendor who is named here for the first time was"
                        " Accepted. It may be known from before; UnknownVendorId is the answer"
                        " where it is not.",
                        record,
                    )

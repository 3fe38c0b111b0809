"""What the CSMS knows and how it answers a charge point: registrations, tags, transactions.

Pure: a request, the behaviour and the time go in, a response comes out. Knows nothing of frames.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from cp_tui.csms.behaviour import ECHO, VENDOR_ID, Behaviour
from cp_tui.ocpp.action import SPEC, Action, action_of
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    AuthorizeResponse,
    BootNotificationRequest,
    BootNotificationResponse,
    DataTransferRequest,
    DataTransferResponse,
    HeartbeatRequest,
    HeartbeatResponse,
    StartTransactionRequest,
    StartTransactionResponse,
    StopTransactionRequest,
    StopTransactionResponse,
)
from cp_tui.ocpp.datatypes import (
    DataTransferStatus,
    RegistrationStatus,
)
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest
from cp_tui.ocpp.security import (
    ExtendedTriggerMessageRequest,
    SignCertificateRequest,
    SignCertificateResponse,
)
from cp_tui.ocpp.security_enumerations import ExtendedMessageTrigger, GenericStatus

K = TypeVar("K")
V = TypeVar("V")

KEPT_MAX = 1_000
"""How many transactions are remembered, and how many charge points that booted."""

# W 5.5: two of the names do not mean the action of the same name.
_EXTENDED_TRIGGER: Mapping[ExtendedMessageTrigger, Action] = MappingProxyType(
    {
        **{
            trigger: Action(trigger)
            for trigger in ExtendedMessageTrigger
            if trigger is not ExtendedMessageTrigger.SIGN_CHARGE_POINT_CERTIFICATE
        },
        ExtendedMessageTrigger.FIRMWARE_STATUS_NOTIFICATION: (
            Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION
        ),
        ExtendedMessageTrigger.SIGN_CHARGE_POINT_CERTIFICATE: Action.SIGN_CERTIFICATE,
    }
)


Sign = Callable[[str, SignCertificateRequest, Behaviour], SignCertificateResponse]
"""Answers the request of a charge point for a certificate."""


class Transaction(Struct, frozen=True):
    """A transaction as the charge point reported it."""

    transaction_id: int
    charge_point_id: str
    start: StartTransactionRequest
    stop: StopTransactionRequest | None = None


class BootRecord(Struct):
    """The newest BootNotification of a charge point, its answer, and what it may send since."""

    boot: BootNotificationRequest
    status: RegistrationStatus
    triggered: set[Action] = field(default_factory=set)
    """Actions that the CSMS asked for: while Pending, nothing else may come (S 4.2)."""


class Responder:
    """The memory of the CSMS over all its charge points and connections."""

    def __init__(self, sign: Sign | None = None) -> None:
        """`sign` decides upon requests for certificates; None: there is no authority behind it."""
        self._sign = sign
        self.boots: dict[str, BootRecord] = {}
        """The newest boot of each charge point, by its id."""
        self.transactions: dict[int, Transaction] = {}
        """The newest transactions by id, oldest first."""
        self._transaction_ids = itertools.count(1)

    def permit_triggered(self, charge_point_id: str, request: WireModel) -> None:
        """Let a Pending charge point send what this request asks it for."""
        registration = self.boots.get(charge_point_id)
        if registration is None:
            return
        match request:
            case TriggerMessageRequest():
                registration.triggered.add(Action(request.requested_message))
            case ExtendedTriggerMessageRequest():
                registration.triggered.add(_EXTENDED_TRIGGER[request.requested_message])

    def answer(
        self, charge_point_id: str, request: WireModel, behaviour: Behaviour, now: datetime
    ) -> WireModel:
        """Answer a request of a charge point; `OcppError` where the answer is a CALLERROR."""
        if not isinstance(request, BootNotificationRequest):
            self._check_registration(charge_point_id, request)
        told_time = later(now, behaviour.clock_offset_s)
        match request:
            case BootNotificationRequest():
                self.boots[charge_point_id] = BootRecord(request, behaviour.registration_status)
                _drop_oldest(self.boots)
                return BootNotificationResponse(
                    status=behaviour.registration_status,
                    current_time=told_time,
                    interval=behaviour.interval_s,
                )
            case HeartbeatRequest():
                return HeartbeatResponse(current_time=told_time)
            case AuthorizeRequest():
                return AuthorizeResponse(id_tag_info=behaviour.verdict(request.id_tag))
            case StartTransactionRequest():
                return StartTransactionResponse(
                    id_tag_info=behaviour.start_verdict(request.id_tag),
                    transaction_id=self._start(charge_point_id, request),
                )
            case StopTransactionRequest():
                self._stop(charge_point_id, request)
                tag = request.id_tag
                return StopTransactionResponse(id_tag_info=behaviour.verdict(tag) if tag else None)
            case DataTransferRequest():
                return _answer_data_transfer(request)
            case SignCertificateRequest() if self._sign is not None:
                return self._sign(charge_point_id, request, behaviour)
            case SignCertificateRequest():
                return SignCertificateResponse(status=GenericStatus.REJECTED)
            case _:
                # The notifications, whose responses are empty.
                return SPEC[action_of(request)].response()

    def _check_registration(self, charge_point_id: str, request: WireModel) -> None:
        # A charge point that never booted here may be one that merely reconnected to a CSMS that
        # was restarted (J 5.4), so only a refusal of our own counts.
        registration = self.boots.get(charge_point_id)
        if registration is None or registration.status is RegistrationStatus.ACCEPTED:
            return
        action = action_of(request)
        if registration.status is RegistrationStatus.PENDING and action in registration.triggered:
            return
        raise OcppError(
            ErrorCode.SECURITY_ERROR,
            f"{action} before BootNotification was Accepted (it is {registration.status})",
        )

    def _start(self, charge_point_id: str, request: StartTransactionRequest) -> int:
        for known in self.transactions.values():
            # Sent again because the first answer was lost: the same transaction, the same id.
            if known.charge_point_id == charge_point_id and known.start == request:
                return known.transaction_id
        transaction_id = next(self._transaction_ids)
        self.transactions[transaction_id] = Transaction(transaction_id, charge_point_id, request)
        _drop_oldest(self.transactions)
        return transaction_id

    def _stop(self, charge_point_id: str, request: StopTransactionRequest) -> None:
        # S 4.10: the CSMS cannot prevent a stop, so an unknown transaction is no error.
        known = self.transactions.get(request.transaction_id)
        if known is not None and known.charge_point_id == charge_point_id:
            self.transactions[request.transaction_id] = replace(known, stop=request)


def _drop_oldest(kept: dict[K, V]) -> None:
    if len(kept) > KEPT_MAX:
        del kept[next(iter(kept))]


def _answer_data_transfer(request: DataTransferRequest) -> DataTransferResponse:
    if request.vendor_id.lower() != VENDOR_ID:
        return DataTransferResponse(status=DataTransferStatus.UNKNOWN_VENDOR_ID)
    if request.message_id != ECHO:
        return DataTransferResponse(status=DataTransferStatus.UNKNOWN_MESSAGE_ID)
    return DataTransferResponse(status=DataTransferStatus.ACCEPTED, data=request.data)

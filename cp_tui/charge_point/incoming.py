"""What comes over the wire: answers go to their calls, each request gets one answer (J 4)."""

from __future__ import annotations

from cp_tui.charge_point.effects import LogLevel
from cp_tui.charge_point.parts import Parts
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.remote import RemoteRequests
from cp_tui.charge_point.requests import Answer, Requests
from cp_tui.charge_point.variables import Direction
from cp_tui.ocpp import frame
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import RegistrationStatus
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.validation import parse_request


class Incoming:
    """Reads frames; nothing that a peer sends gets past it unanswered or raises."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._requests = Requests(parts, RemoteRequests(parts))

    def receive(self, data: str | bytes) -> None:
        """Take one WebSocket message."""
        calls, journal = self._parts.calls, self._parts.journal
        if not calls.is_open:
            return
        try:
            message = frame.parse(data)
        except OcppError as error:
            journal.invalid(data, _why(error))
            self._parts.core.log(LogLevel.WARNING, f"invalid frame: {error.description}")
            if error.answerable:
                self._refuse(error)
            return
        match message:
            case None:
                self._parts.core.log(LogLevel.INFO, "a frame of an unknown type is ignored")
            case frame.CallResult():
                if not self._parts.composer.answered(message):
                    calls.answered(message)
            case frame.CallError():
                if not self._parts.composer.refused(message):
                    calls.refused(message)
            case frame.Call():
                self._requested(message)

    def _requested(self, call: frame.Call) -> None:
        parts = self._parts
        parts.journal.call(Direction.IN, call)
        if parts.registration.status is RegistrationStatus.REJECTED:
            # S 4.2: while Rejected not even an answer may be sent.
            words = f"{call.action} gets no answer: the CSMS rejected this charge point"
            parts.core.log(LogLevel.INFO, words)
            return
        try:
            answer = self._answer(call)
        except OcppError as error:
            error.message_id = call.message_id
            self._refuse(error)
            return
        result = frame.CallResult(call.message_id, answer.response.to_payload())
        parts.journal.result(Direction.OUT, result, answer.reason)
        parts.calls.send(result)
        if answer.then is not None:
            answer.then()

    def _answer(self, call: frame.Call) -> Answer:
        request = parse_request(call.action, call.payload, call.message_id)
        try:
            return self._requests.answer(Action(call.action), request)
        except OcppError:
            raise
        except Exception as error:
            # A defect of ours must not take the charge point down with it (wire.md 3).
            words = f"{call.action} could not be handled: {type(error).__name__}"
            self._parts.core.log(LogLevel.ERROR, words)
            raise OcppError(ErrorCode.INTERNAL_ERROR, words) from error

    def _refuse(self, error: OcppError) -> None:
        if self._parts.registration.status is RegistrationStatus.REJECTED:
            return
        answer = frame.call_error(error)
        self._parts.journal.error(Direction.OUT, answer, _why(error))
        self._parts.calls.send(answer)


def _why(error: OcppError) -> Reason:
    return because(
        f"incoming.{error.code}",
        "J 4.2.3",
        "{code}: {description}",
        code=str(error.code),
        description=error.description,
    )

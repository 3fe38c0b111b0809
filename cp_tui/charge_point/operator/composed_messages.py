"""Messages that a person composed: they go out as they stand, and the answer is shown.

They pass by the queue and change nothing in the charge point: whatever is answered, no transaction
begins, no key is set, and the registration stays as it is. An AuthorizationKey goes out and is
shown nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import Refuse, Reply, Send, WhileDiskFails
from cp_tui.charge_point.events import SendCall, SendRaw
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction
from cp_tui.ocpp import frame
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.answer import read_answer
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.errors import UNREADABLE_ID, OcppError
from cp_tui.ocpp.length import length
from cp_tui.ocpp.printable import is_unicode
from cp_tui.ocpp.redaction import redacted_all_through
from cp_tui.ocpp.units import number

if TYPE_CHECKING:
    from pydantic import JsonValue

PENDING_MAX = 20
"""Composed CALLs that may wait for their answer at once."""
TEXT_BYTES_MAX = 1 << 20
"""The longest text that may be sent: as long as a frame that may come in."""


class _Pending(Struct, frozen=True):
    request: int
    message_id: str
    sent_at: datetime
    deadline: datetime
    beside: str
    """What the queue was waiting for at that moment; empty for nothing."""


class ComposedMessages:
    """Sends what a person wrote, valid or not, and reports what the CSMS says to it.

    A CALL of the charge point itself may be under way meanwhile: J 4.1.1 allows only one at a
    time, and to break that rule is at the sender's own risk.
    """

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        journal: Journal,
        configuration: Configuration,
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._journal = journal
        self._configuration = configuration
        self._pending: dict[str, _Pending] = {}

    @property
    def deadline(self) -> datetime | None:
        """When the next composed CALL times out."""
        return min((pending.deadline for pending in self._pending.values()), default=None)

    def send_call(self, event: SendCall) -> None:
        """Send a CALL with any action and payload."""
        message_id = self._turn.new_id() if event.message_id is None else event.message_id
        call = frame.Call(message_id, event.action, dict(event.payload))
        try:
            text = frame.encode(call)
        except (ValueError, RecursionError):
            words = "the payload cannot be written as JSON (NaN, or nested too deep)"
            self._refuse(event.request, "not_json", words)
            return
        self._send(event.request, text)

    def send_raw(self, event: SendRaw) -> None:
        """Send any text; where a CSMS owes it an answer, that is waited for."""
        self._send(event.request, event.text)

    def awaits(self, message_id: str) -> bool:
        """Say whether a composed CALL with this id waits for its answer."""
        return message_id in self._pending

    def answered(
        self, result: frame.CallResult, text: str | bytes, flaws: tuple[str, ...] = ()
    ) -> None:
        """Take the answer to a composed CALL."""
        flaws += _flaws(self._journal.action_of(result.message_id), result.payload)
        self._journal.note(Direction.IN, result, text, flaws=flaws)
        found: dict[str, JsonValue] = {
            "kind": "CALLRESULT",
            "payload": redacted_all_through(result.payload),
        }
        self._settle(result.message_id, found, "the CSMS answered in {latency_ms} ms", flaws)

    def refused(
        self, error: frame.CallError, text: str | bytes, flaws: tuple[str, ...] = ()
    ) -> None:
        """Take the CALLERROR to a composed CALL."""
        self._journal.note(Direction.IN, error, text, flaws=flaws)
        found: dict[str, JsonValue] = {
            "kind": "CALLERROR",
            "code": str(error.code),
            "description": redacted_all_through(error.description),
            "details": redacted_all_through(error.details),
        }
        words = f"the CSMS answered {error.code} in {{latency_ms}} ms"
        self._settle(error.message_id, found, words, flaws)

    def unreadable(self, message_id: str, data: str | bytes, reason: Reason) -> None:
        """Take something that ends a composed CALL and cannot be read."""
        self._journal.invalid(data, reason, message_id, (reason.text,))
        words = "the CSMS answered with something that cannot be read"
        self._settle(message_id, {"kind": "invalid"}, words, (reason.text,))

    def closed(self) -> None:
        """No answer comes any more: the connection is gone."""
        for message_id in list(self._pending):
            words = "the connection to the CSMS was lost before the answer"
            self._settle(message_id, {"kind": "lost"}, words)

    def tick(self) -> None:
        """Give up what waited longer than MessageTimeout."""
        overdue = [p for p in self._pending.values() if p.deadline <= self._turn.now]
        for pending in overdue:
            waited = length((pending.deadline - pending.sent_at).total_seconds())
            words = f"no answer within MessageTimeout = {waited}"
            self._settle(pending.message_id, {"kind": "timeout"}, words)

    def _send(self, request: int, text: str) -> None:
        message_id, record = self._read(text)
        problem = self._problem(text, message_id)
        if problem is not None:
            self._refuse(request, *problem)
            return
        beside = self._calls.pending_action
        record()
        self._turn.emit(Send(text, message_id or "", WhileDiskFails.LEAVES))
        if message_id is None:
            words = "sent as it stands; it is nothing that a CSMS has to answer"
            reason = Reason(id="composer.sent", rule="cp-tui", text=words)
            self._turn.emit(Reply(request, {"kind": "sent"}, reason))
            return
        now = self._turn.now
        self._pending[message_id] = _Pending(
            request,
            message_id,
            now,
            later(now, self._configuration.seconds("MessageTimeout")),
            beside or "",
        )

    def _read(self, text: str) -> tuple[str | None, Callable[[], None]]:
        """Say under which id an answer will come, if any, and how the text is recorded."""
        journal, out = self._journal, Direction.OUT
        try:
            message = frame.parse(text)
        except OcppError as error:
            words = f"composed by a person, and no valid frame: {error.description}"
            reason = Reason(id="composer.not_a_frame", rule="J 4.2", text=words)
            is_answered = error.answerable and error.message_id != UNREADABLE_ID
            can_come = is_answered and len(error.message_id) <= frame.MESSAGE_ID_LENGTH_MAX
            return error.message_id if can_come else None, lambda: journal.composed_text(
                text, reason
            )
        if message is None:
            words = "composed by a person, and of a type of message that is to be ignored"
            reason = Reason(id="composer.unknown_type", rule="J 4.1.3", text=words)
            return None, lambda: journal.composed_text(text, reason)
        waits_for = message.message_id if isinstance(message, frame.Call) else None
        return waits_for, lambda: journal.note(out, message, is_composed=True)

    def _problem(self, text: str, message_id: str | None) -> tuple[str, str] | None:
        """Say what keeps a text from being sent: the subject, and the words."""
        if self._turn.is_stopped:
            return "stopped", "OCPP is stopped by the operator"
        if not self._calls.is_open:
            return "offline", "there is no connection to the CSMS"
        if not is_unicode(text):
            return "not_unicode", "a WebSocket text must be Unicode, without a lone surrogate"
        if (size := len(text.encode())) > TEXT_BYTES_MAX:
            return "too_long", f"{size} bytes are too long; at most {TEXT_BYTES_MAX} are allowed"
        if message_id is None:
            return None
        if message_id in self._pending or self._journal.is_awaited(message_id):
            return "id_in_use", f"the message id {message_id} waits for its answer already"
        if len(self._pending) >= PENDING_MAX:
            return "too_many", f"{PENDING_MAX} composed messages wait for their answer already"
        return None

    def _settle(
        self,
        message_id: str,
        found: dict[str, JsonValue],
        words: str,
        flaws: tuple[str, ...] = (),
    ) -> None:
        pending = self._pending.pop(message_id)
        latency_ms = round((self._turn.now - pending.sent_at).total_seconds() * 1000, 1)
        is_answer = str(found["kind"]).startswith("CALL")
        timing: dict[str, JsonValue] = {"latency_ms": latency_ms} if is_answer else {}
        beside = "; it went past the queue while {beside} waited for its answer"
        reason = because(
            f"composer.{str(found['kind']).lower()}",
            "J 4.1.1",
            words + (beside if pending.beside else ""),
            latency_ms=f"{number(latency_ms)}",
            beside=pending.beside,
        )
        result: dict[str, JsonValue] = {"message_id": message_id, **found, **timing}
        if flaws:
            result["flaws"] = list(flaws)
        self._turn.emit(Reply(pending.request, result, reason))

    def _refuse(self, request: int, subject: str, words: str) -> None:
        reason = Reason(id=f"composer.{subject}", rule="cp-tui", text=f"not sent: {words}")
        self._turn.emit(Refuse(request, reason))


def _flaws(action: str, payload: Mapping[str, JsonValue]) -> tuple[str, ...]:
    """Name what is wrong with the answer to a composed request, where its form is known."""
    known = (
        action in set(Action)
        and SPEC[Action(action)].direction is not RequestDirection.TO_CHARGE_POINT
    )
    return read_answer(Action(action), payload)[1] if known else ()

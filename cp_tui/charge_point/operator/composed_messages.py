"""Messages that a person composed: they go out as they stand, and the answer is shown.

A text that is no frame may have an answer as well: a CALLERROR, with an id that the CSMS found in
the text, or with one of its own such as "-1", because it could find none. So for a moment after
such a text a CALLERROR that answers no request is taken for the answer to it.

They pass by the queue and change nothing in the charge point: whatever is answered, no transaction
begins, no key is set, and the registration stays as it is. An AuthorizationKey goes out and is
shown nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct

from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import Refuse, Reply, Send, WhileDiskFails
from cp_tui.charge_point.events import SendCall, SendRaw
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction, MessageRecord
from cp_tui.ocpp import frame
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.answer import read_answer
from cp_tui.ocpp.calendar import later, took_ms
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


TEXT_ANSWERED_WITHIN = timedelta(seconds=5)
"""An answer to a text that is no JSON: no CSMS has to give one, and a person waits for it."""


class _Outgoing(Struct, frozen=True):
    """What a text is, before it is sent."""

    message_id: str | None
    """Under which an answer comes; None: under none that is known."""
    record: Callable[[], MessageRecord | None]
    """Records it; gives the record of a text that is no frame."""
    is_owed: bool = False
    """A CSMS has to answer it."""
    may_be_answered: bool = True


class _Pending(Struct, frozen=True):
    request: int
    message_id: str | None
    """None: of a text without an id."""
    is_owed: bool
    sent_at: datetime
    deadline: datetime
    beside: str
    """What the queue was waiting for at that moment; empty for nothing."""
    text: MessageRecord | None
    """Of a text that is no frame: its answer may come under another id."""


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
        self._pending: list[_Pending] = []
        """In the order in which they were sent."""

    @property
    def deadline(self) -> datetime | None:
        """When the next composed CALL times out."""
        return min((pending.deadline for pending in self._pending), default=None)

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
        """Send any text; where a CSMS may answer it, that is waited for."""
        self._send(event.request, event.text)

    def awaits(self, message_id: str) -> bool:
        """Say whether something composed with this id waits for its answer."""
        return any(pending.message_id == message_id for pending in self._pending)

    def awaits_answer(self, answer: frame.CallResult | frame.CallError | frame.Unreadable) -> bool:
        """Say whether this is the answer to something composed."""
        is_text_refused = (
            isinstance(answer, frame.CallError)
            and not self._journal.has_request(answer.message_id)
            and any(pending.text is not None for pending in self._pending)
        )
        return is_text_refused or self.awaits(answer.message_id)

    def answered(
        self, result: frame.CallResult, text: str | bytes, flaws: tuple[str, ...] = ()
    ) -> None:
        """Take the answer to a composed CALL."""
        flaws += _flaws(self._journal.action_of(result.message_id), result.payload)
        pending = self._take(result.message_id)
        self._journal.note(Direction.IN, result, text, flaws=flaws, answers=pending.text)
        found: dict[str, JsonValue] = {
            "kind": "CALLRESULT",
            "payload": redacted_all_through(result.payload),
        }
        words = "the CSMS answered in {latency_ms} ms"
        self._settle(pending, result.message_id, found, words, flaws)

    def refused(
        self, error: frame.CallError, text: str | bytes, flaws: tuple[str, ...] = ()
    ) -> None:
        """Take the CALLERROR to a composed CALL."""
        pending = self._take(error.message_id)
        self._journal.note(Direction.IN, error, text, flaws=flaws, answers=pending.text)
        found: dict[str, JsonValue] = {
            "kind": "CALLERROR",
            "code": str(error.code),
            "description": redacted_all_through(error.description),
            "details": redacted_all_through(error.details),
        }
        words = f"the CSMS answered {error.code} in {{latency_ms}} ms"
        self._settle(pending, error.message_id, found, words, flaws)

    def unreadable(self, message_id: str, data: str | bytes, reason: Reason) -> None:
        """Take something that ends a composed CALL and cannot be read."""
        self._journal.invalid(data, reason, message_id, (reason.text,))
        words = "the CSMS answered with something that cannot be read"
        invalid: dict[str, JsonValue] = {"kind": "invalid"}
        self._settle(self._take(message_id), message_id, invalid, words, (reason.text,))

    def closed(self) -> None:
        """No answer comes any more: the connection is gone."""
        waiting, self._pending = self._pending, []
        for pending in waiting:
            words = "the connection to the CSMS was lost before the answer"
            self._settle(pending, pending.message_id, {"kind": "lost"}, words)

    def tick(self) -> None:
        """Give up what waited longer than MessageTimeout, or than a text without an id may."""
        for pending in [p for p in self._pending if p.deadline <= self._turn.now]:
            self._pending.remove(pending)
            waited = length((pending.deadline - pending.sent_at).total_seconds())
            if not pending.is_owed:
                self._just_sent(pending.request, f"no answer came within {waited}")
                continue
            words = f"no answer within MessageTimeout = {waited}"
            self._settle(pending, pending.message_id, {"kind": "timeout"}, words)

    def _send(self, request: int, text: str) -> None:
        outgoing = self._read(text)
        message_id = outgoing.message_id
        problem = self._problem(text, outgoing)
        if problem is not None:
            self._refuse(request, *problem)
            return
        beside = self._calls.pending_action
        record = outgoing.record()
        self._turn.emit(Send(text, message_id or "", WhileDiskFails.LEAVES))
        # Where many wait, one that need not be answered is not waited for.
        is_full = not outgoing.is_owed and len(self._pending) >= PENDING_MAX
        if is_full or not outgoing.may_be_answered:
            self._just_sent(request, "it is nothing that a CSMS has to answer")
            return
        now, longest = self._turn.now, self._configuration.seconds("MessageTimeout")
        wait = longest if outgoing.is_owed else min(TEXT_ANSWERED_WITHIN, longest)
        self._pending.append(
            _Pending(
                request,
                message_id,
                outgoing.is_owed,
                now,
                later(now, wait),
                beside or "",
                record,
            )
        )

    def _just_sent(self, request: int, why: str) -> None:
        reason = Reason(id="composer.sent", rule="cp-tui", text=f"sent as it stands; {why}")
        self._turn.emit(Reply(request, {"kind": "sent"}, reason))

    def _read(self, text: str) -> _Outgoing:
        """Say under which id an answer will come, if any, and how the text is recorded."""
        journal, out = self._journal, Direction.OUT
        try:
            message = frame.parse(text)
        except OcppError as error:
            words = f"composed by a person, and no valid frame: {error.description}"
            reason = Reason(id="composer.not_a_frame", rule="J 4.2", text=words)
            is_owed = error.answerable and error.message_id != UNREADABLE_ID
            is_owed = is_owed and len(error.message_id) <= frame.MESSAGE_ID_LENGTH_MAX
            message_id = error.message_id if is_owed else self._free_id(text)
            return _Outgoing(
                message_id,
                lambda: journal.composed_text(text, reason, message_id or ""),
                is_owed,
                error.answerable,
            )
        if message is None:
            words = "composed by a person, and of a type of message that is to be ignored"
            reason = Reason(id="composer.unknown_type", rule="J 4.1.3", text=words)
            return _Outgoing(
                None, lambda: journal.composed_text(text, reason), may_be_answered=False
            )

        def note() -> None:
            journal.note(out, message, is_composed=True)

        if isinstance(message, frame.Call):
            return _Outgoing(message.message_id, note, is_owed=True)
        return _Outgoing(None, note, may_be_answered=False)

    def _free_id(self, text: str) -> str | None:
        """The id in a CALL that is no JSON, unless another request waits under it."""
        found = frame.call_id(text)
        is_used = found and (self.awaits(found) or self._journal.is_awaited(found))
        return None if is_used else found

    def _problem(self, text: str, outgoing: _Outgoing) -> tuple[str, str] | None:
        """Say what keeps a text from being sent: the subject, and the words."""
        if self._turn.is_stopped:
            return "stopped", "OCPP is stopped by the operator"
        if not self._calls.is_open:
            return "offline", "there is no connection to the CSMS"
        if not is_unicode(text):
            return "not_unicode", "a WebSocket text must be Unicode, without a lone surrogate"
        if (size := len(text.encode())) > TEXT_BYTES_MAX:
            return "too_long", f"{size} bytes are too long; at most {TEXT_BYTES_MAX} are allowed"
        message_id, is_owed = outgoing.message_id, outgoing.is_owed
        if message_id is None:
            return None
        if self.awaits(message_id) or self._journal.is_awaited(message_id):
            return "id_in_use", f"the message id {message_id} waits for its answer already"
        if is_owed and len(self._pending) >= PENDING_MAX:
            return "too_many", f"{PENDING_MAX} composed messages wait for their answer already"
        return None

    def _take(self, message_id: str) -> _Pending:
        """Take out what an answer is for: by its id, else the oldest text that is no frame."""
        by_id = (p for p in self._pending if p.message_id == message_id)
        texts = (p for p in self._pending if p.text is not None)
        pending = next(by_id, None) or next(texts)
        self._pending.remove(pending)
        return pending

    def _settle(
        self,
        pending: _Pending,
        message_id: str | None,
        found: dict[str, JsonValue],
        words: str,
        flaws: tuple[str, ...] = (),
    ) -> None:
        latency_ms = took_ms(pending.sent_at, self._turn.now)
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
        known: dict[str, JsonValue] = {} if message_id is None else {"message_id": message_id}
        result: dict[str, JsonValue] = {**known, **found, **timing}
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

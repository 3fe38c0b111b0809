"""What comes over the wire: answers go to their calls, each request gets one answer (J 4).

Requests are read strictly and answers leniently. A request that breaks its schema gets a CALLERROR,
and a CSMS in development learns what is wrong. An answer, whatever is wrong with it, is the answer:
the CSMS has processed the message, and to send it again would do it twice (S 3.7.1, wire.md). So
a frame that cannot be read is first tried as an answer to an open call, and only then refused.
"""

from __future__ import annotations

from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.effects import LogLevel, Send, WhileDiskFails
from cp_tui.charge_point.events import AnswerUnread
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import Direction
from cp_tui.ocpp import frame
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.answer import brings_id
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.validation import parse_request

if TYPE_CHECKING:
    from cp_tui.charge_point.requests import Requests

_Answer = frame.CallResult | frame.CallError | frame.Unreadable


READING = frozenset(
    {
        Action.GET_CONFIGURATION,
        Action.GET_COMPOSITE_SCHEDULE,
        Action.GET_LOCAL_LIST_VERSION,
        Action.DATA_TRANSFER,
        Action.TRIGGER_MESSAGE,
        Action.EXTENDED_TRIGGER_MESSAGE,
        Action.GET_INSTALLED_CERTIFICATE_IDS,
    }
)
"""Requests that change nothing which a record would have to keep.

Their answers leave even while the disk takes no records. The others promise something: `Accepted`
to ChangeConfiguration must not be heard before the value is where a power cut cannot reach it.
"""


LATE_MAX = 20
"""How many requests may wait for a late answer; the oldest of more is answered at once."""

_INVALID = frozenset({ErrorCode.FORMATION_VIOLATION, ErrorCode.PROTOCOL_ERROR})
"""What is answered so is an event of security (W A04)."""


class Incoming:
    """Reads what the CSMS sends: gives answers to their calls, and answers every request."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._late: list[tuple[datetime, frame.Call]] = []
        """Requests that are carried out and answered later on purpose, and when."""

    @cached_property
    def _requests(self) -> Requests:
        # A boot hears no request, and the models of all of them would hold it up.
        from cp_tui.charge_point.requests import Requests

        return Requests(self._components)

    def receive(self, data: str | bytes) -> None:
        """Take one WebSocket message."""
        calls, journal = self._components.calls, self._components.journal
        # A frame of a connection that the mind has closed, or that a stop has: nobody is owed
        # anything.
        if not calls.is_open:
            return
        try:
            message = frame.parse(data)
        except OcppError as error:
            self._components.turn.log(LogLevel.WARNING, f"invalid frame: {error.description}")
            if self._is_answer(data, error):
                return
            self._components.security.events.received_invalid(error.description)
            journal.invalid(data, _why(error))
            if error.answerable:
                self._refuse(error)
            return
        self._components.security.profiles.heard()
        match message:
            case None:
                self._components.turn.log(LogLevel.INFO, "a frame of an unknown type is ignored")
            case frame.CallResult() | frame.CallError():
                self._answered(message, data)
            case frame.Call():
                self._requested(message, data)

    def _is_answer(self, data: str | bytes, error: OcppError) -> bool:
        """Take a frame that is no proper one as the answer to an open request, if it is one."""
        calls, composer = self._components.calls, self._components.composer
        found = frame.salvage(data)
        if found is None:
            return False
        message_id, is_composed = found.message_id, composer.awaits_answer(found)
        action = None if is_composed else calls.awaited(message_id)
        if not is_composed and action is None:
            return False
        found = _as_it_counts(found, action)
        if not isinstance(found, frame.Unreadable):
            self._answered(found, "", (error.description,))
        elif is_composed:
            composer.unreadable(message_id, data, _why(error))
        else:
            calls.unreadable(message_id, data, _why(error))
        return True

    def _answered(
        self,
        answer: frame.CallResult | frame.CallError,
        text: str | bytes,
        flaws: tuple[str, ...] = (),
    ) -> None:
        takers = self._components.composer, self._components.calls
        taker = takers[not self._components.composer.awaits_answer(answer)]
        self._components.calls.note_sign_of_life(answer.message_id)
        if isinstance(answer, frame.CallResult):
            taker.answered(answer, text, flaws)
        else:
            taker.refused(answer, text, flaws)

    def unread(self, event: AnswerUnread) -> None:
        """Take an answer that an earlier mind could not handle because of an error in it (S 3.7.1).

        That mind is gone, and with it all its open calls but the transaction messages, which are
        stored. The CSMS has processed the message; were it sent again, its answer would meet the
        same error again.
        """
        outbox, words = self._components.outbox, f"its answer met an error inside: {event.error}"
        found = _read(event.data)
        if isinstance(found, frame.Unreadable):
            found = _as_it_counts(found, outbox.awaited(found.message_id))
        match found:
            case frame.CallResult(message_id, payload):
                outbox.taken_unread(message_id, payload)
            case frame.CallError(message_id) | frame.Unreadable(message_id):
                outbox.refused_unread(message_id, words)
            case _:
                pass

    def _requested(self, call: frame.Call, text: str | bytes) -> None:
        turn = self._components.turn
        self._components.journal.note(Direction.IN, call, text)
        if late_s := turn.config.quirks.answers_late_s:
            self._late.append((later(turn.now, late_s), call))
            self.tick()
        else:
            self._answer(call)

    @property
    def deadline(self) -> datetime | None:
        """When the next request is due that this charge point answers late."""
        return self._late[0][0] if self._late else None

    def tick(self) -> None:
        """Answer the requests that have waited for so long as it is set."""
        if not self._components.calls.is_open:
            self._late.clear()
        while self._late and (
            self._late[0][0] <= self._components.turn.now or len(self._late) > LATE_MAX
        ):
            self._answer(self._late.pop(0)[1])

    def _answer(self, call: frame.Call) -> None:
        components = self._components
        if not components.registration.may_answer:
            # S 4.2: while Rejected not even an answer may be sent.
            words = f"{call.action} gets no answer: the CSMS rejected this charge point"
            components.turn.log(LogLevel.INFO, words)
            return
        quirks = components.turn.config.quirks
        try:
            request, habits = _read_request(call, takes_foreign=quirks.takes_foreign_fields)
            answer = self._requests.answer(request)
        except OcppError as error:
            error.message_id = call.message_id
            self._tell(call.action, str(error.code))
            if error.code in _INVALID:
                components.security.events.received_invalid(error.description)
            self._refuse(error)
            return
        # First the answer, then what follows from it, both in this turn (wire.md).
        result = frame.result_text(call.message_id, answer.response)
        result, why = quirks.shaped(result, answer.reason, *habits)
        components.journal.sent_result(call.message_id, answer.response, result, why)
        reads = call.action in READING
        what = WhileDiskFails.LEAVES if reads else WhileDiskFails.WAITS
        components.calls.send(result, call.message_id, what)
        status = getattr(answer.response, "status", None)
        self._tell(call.action, "" if status is None else str(status))
        if answer.then is not None:
            answer.then()

    def _tell(self, action: str, status: str) -> None:
        turn = self._components.turn
        turn.watcher.answered(action, status, turn.config.quirks.answers_late_s)

    def _refuse(self, error: OcppError) -> None:
        if not self._components.registration.may_answer:
            return
        answer = frame.call_error(error)
        self._components.journal.note(Direction.OUT, answer, reason=_why(error))
        text = frame.encode(answer)
        self._components.calls.send(text, answer.message_id, WhileDiskFails.LEAVES)


def met_error(turn: Turn, data: str | bytes, error: str) -> None:
    """Note a message that the charge point could not handle because of an error of ours.

    A request is answered InternalError (wire.md).
    """
    journal, message = Journal(turn), _read(data)
    words = f"an error inside kept it from being handled: {error}"
    if not isinstance(message, frame.Frame):
        journal.invalid(data, _why(OcppError(ErrorCode.GENERIC_ERROR, words)))
    elif not isinstance(message, frame.Call):
        journal.note(Direction.IN, message, flaws=(words,))
    else:
        journal.note(Direction.IN, message)
        words = f"{message.action} could not be handled: {error}"
        refused = OcppError(ErrorCode.INTERNAL_ERROR, words, message_id=message.message_id)
        answer = frame.call_error(refused)
        journal.note(Direction.OUT, answer, reason=_why(refused))
        turn.emit(Send(frame.encode(answer), answer.message_id, WhileDiskFails.LEAVES))


def _read_request(call: frame.Call, *, takes_foreign: bool) -> tuple[WireModel, tuple[str, ...]]:
    """Read a request, and name the habit without which it would be refused."""
    try:
        return parse_request(call.action, call.payload, call.message_id), ()
    except OcppError:
        if not takes_foreign:
            raise
    kept = parse_request(call.action, call.payload, call.message_id, drops_foreign=True)
    return kept, ("takes_foreign_fields",)


def _read(data: str | bytes) -> frame.Frame | frame.Unreadable | None:
    try:
        return frame.parse(data)
    except OcppError:
        return frame.salvage(data)


def _as_it_counts(found: _Answer, action: Action | None) -> _Answer:
    """Take the answer to a request of an action for what it counts, if its shape is wrong."""
    if isinstance(found, frame.Unreadable) and found.payload and brings_id(action, found.payload):
        return frame.CallResult(found.message_id, found.payload)
    return found


def _why(error: OcppError) -> Reason:
    return because(
        f"incoming.{error.code}",
        "J 4.2.3",
        "{code}: {description}",
        code=str(error.code),
        description=error.description,
    )

"""One charge point's WebSocket at the CSMS: frames in, answers and calls out.

Knows the rules of OCPP-J (ids, one CALL at a time); what to answer is the `Responder`'s.

What a person composes goes out as it stands, and still waits for its turn: it may be a CALL, and
the next one of ours has to wait until it is answered or given up (J 4.1.1). Something that need not
be answered is waited for a little as well, for a charge point may complain about it with a
CALLERROR.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from cp_tui.certificates.facts import CertificateFacts
from cp_tui.csms.behaviour import AnswerCallError, Behaviour, Delay, Fault, Silence
from cp_tui.csms.event_log import Called, Composed, EventLog, Malformed, Received
from cp_tui.csms.outcome import ComposedOutcome, JudgedText, OutcomeKind, outcome_of, read_composed
from cp_tui.csms.responder import Responder
from cp_tui.ocpp import frame
from cp_tui.ocpp.action import SPEC, Action, RequestDirection, action_of
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.redaction import redacted_message
from cp_tui.ocpp.units import number
from cp_tui.ocpp.validation import parse_request, parse_response

UNANSWERED_MAX = 32
"""How many CALLs of a charge point may be open: the standard allows one, a slow CSMS sees retries.
"""

OFFLINE = "Offline"
TIMEOUT = "Timeout"
INVALID_RESPONSE = "InvalidResponse"
CONNECTION_CLOSED = "the connection is closed"
NO_ANSWER_S = 2.0
"""How long a complaint is waited for about a text that need not be answered."""


class CallFailed(Exception):
    """A CALL of the CSMS brought no response."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"{code}: {description}" if description else code)
        self.code = code
        """The code of the CALLERROR, or `Offline`, `Timeout` or `InvalidResponse`."""
        self.description = description


class ChargePointSession:
    """The dialogue with one charge point over one connection."""

    def __init__(
        self,
        charge_point_id: str,
        websocket: ServerConnection,
        responder: Responder,
        record: EventLog,
        behaviour: Callable[[], Behaviour],
        now: Callable[[], datetime],
        *,
        profile: int = 0,
        answered: Callable[[str, WireModel], None] = lambda charge_point_id, request: None,
    ) -> None:
        """`answered` hears of each request whose answer is on its way."""
        self.charge_point_id = charge_point_id
        self.profile = profile
        """Security profile of the door by which it came."""
        self.shown: CertificateFacts | None = None
        """Its certificate, where it has shown one."""
        self._answered = answered
        self._websocket = websocket
        self._responder = responder
        self._record = record
        self._behaviour = behaviour
        self._now = now
        self._answering: dict[str, asyncio.Task[None]] = {}
        # J 4.1.1: the next CALL waits until this one was answered or timed out.
        self._turn = asyncio.Lock()
        self._pending: tuple[str, asyncio.Future[frame.CallResult | frame.CallError]] | None = None

    async def run(self) -> None:
        """Take frames until the connection ends."""
        try:
            async with asyncio.TaskGroup() as answers:
                try:
                    async for data in self._websocket:
                        await self._take(data, answers)
                finally:
                    for task in self._answering.values():
                        task.cancel()
        except* ConnectionClosed:
            # Broken instead of closed in order; the record tells by the close code.
            pass
        finally:
            if self._pending is not None and not self._pending[1].done():
                self._pending[1].set_exception(CallFailed(OFFLINE, CONNECTION_CLOSED))

    async def close(self, code: int, reason: str) -> None:
        """Close the connection in order."""
        await self._websocket.close(code, reason)

    async def _take(self, data: str | bytes, answers: asyncio.TaskGroup) -> None:
        try:
            match frame.parse(data):
                case frame.Call() as call:
                    await self._take_call(call, answers)
                case frame.CallResult() | frame.CallError() as answer:
                    self._take_answer(answer)
        except OcppError as error:
            self._record.add(
                Malformed(
                    self._now(),
                    self.charge_point_id,
                    error.code,
                    error.description,
                    error.answerable,
                )
            )
            if error.answerable:
                await self._websocket.send(frame.encode(frame.call_error(error)))
            else:
                self._fail_pending(error.message_id, error.description)

    async def _take_call(self, call: frame.Call, answers: asyncio.TaskGroup) -> None:
        message_id = call.message_id
        request = self._read(call)
        fault = self._behaviour().faults.get(action_of(request))
        answer = self._decide(message_id, request, fault)
        self._record.add(Received(self._now(), self.charge_point_id, message_id, request, answer))
        if answer is None:
            return
        if isinstance(fault, Delay):
            task = answers.create_task(self._answer_late(message_id, request, answer, fault))
            self._answering[message_id] = task
            task.add_done_callback(lambda _: self._answering.pop(message_id))
        else:
            await self._answer(message_id, answer)
            self._answered(self.charge_point_id, request)

    def _read(self, call: frame.Call) -> WireModel:
        """Return the request of a CALL that may be handled; raises `OcppError`."""
        why_not = ""
        if call.message_id in self._answering:
            why_not = "a CALL with this id is still being handled"
        elif len(self._answering) >= UNANSWERED_MAX:
            why_not = f"{UNANSWERED_MAX} CALLs are still being handled"
        if why_not:
            raise OcppError(ErrorCode.GENERIC_ERROR, why_not, message_id=call.message_id)
        request = parse_request(call.action, call.payload, call.message_id)
        if SPEC[action_of(request)].direction is RequestDirection.TO_CHARGE_POINT:
            raise OcppError(
                ErrorCode.NOT_SUPPORTED,
                f"{call.action} is not for a charge point to send",
                message_id=call.message_id,
            )
        return request

    def _decide(
        self, message_id: str, request: WireModel, fault: Fault | None
    ) -> WireModel | frame.CallError | None:
        if isinstance(fault, Silence):
            return None
        if isinstance(fault, AnswerCallError):
            return frame.CallError(message_id, fault.code, fault.description)
        try:
            return self._responder.answer(
                self.charge_point_id, request, self._behaviour(), self._now()
            )
        except OcppError as error:
            return frame.CallError(message_id, error.code, error.description)

    async def _answer_late(
        self,
        message_id: str,
        request: WireModel,
        answer: WireModel | frame.CallError,
        fault: Delay,
    ) -> None:
        await asyncio.sleep(fault.delay_s)
        await self._answer(message_id, answer)
        self._answered(self.charge_point_id, request)

    async def _answer(self, message_id: str, answer: WireModel | frame.CallError) -> None:
        if isinstance(answer, WireModel):
            await self._websocket.send(frame.result_text(message_id, answer))
        else:
            await self._websocket.send(frame.encode(answer))

    async def call(self, request: WireModel, timeout_s: float) -> WireModel:
        """Send a CALL when it is its turn and return the response; `CallFailed` otherwise."""
        shown = redacted_message(request)
        try:
            response = await self._call(request, timeout_s)
        except CallFailed as failure:
            self._record.add(
                Called(self._now(), self.charge_point_id, shown, None, failure=str(failure))
            )
            raise
        self._record.add(
            Called(self._now(), self.charge_point_id, shown, redacted_message(response))
        )
        return response

    async def compose(self, text: str, timeout_s: float) -> ComposedOutcome:
        """Send what a person wrote as it stands, and wait for the answer if one can come."""
        composed = read_composed(text)
        if composed.request is not None:
            self._responder.permit_triggered(self.charge_point_id, composed.request)
        outcome = await self._compose(text, composed, timeout_s)
        self._record.add(
            Composed(
                self._now(), self.charge_point_id, composed.action, composed.shown, outcome.masked()
            )
        )
        return outcome

    async def _compose(self, text: str, composed: JudgedText, timeout_s: float) -> ComposedOutcome:
        message_id = composed.message_id
        loop = asyncio.get_running_loop()
        if not composed.is_owed_an_answer:
            timeout_s = min(timeout_s, NO_ANSWER_S)
        started_at = loop.time()
        try:
            async with asyncio.timeout(timeout_s), self._turn:
                started_at = loop.time()
                answer = await self._await_answer(message_id, text)
        except TimeoutError:
            is_lost = composed.is_owed_an_answer
            return ComposedOutcome(OutcomeKind.TIMEOUT if is_lost else OutcomeKind.SENT, message_id)
        except ConnectionClosed:
            return ComposedOutcome(OutcomeKind.LOST, message_id)
        except CallFailed as failure:
            is_lost = failure.code == OFFLINE
            kind = OutcomeKind.LOST if is_lost else OutcomeKind.INVALID
            return ComposedOutcome(kind, message_id, description=failure.description)
        latency_ms = round((loop.time() - started_at) * 1000, 1)
        return outcome_of(answer, composed.action, latency_ms)

    async def _call(self, request: WireModel, timeout_s: float) -> WireModel:
        action = action_of(request)
        # Before it is sent: the triggered message may follow the response at once.
        self._responder.permit_triggered(self.charge_point_id, request)
        try:
            async with asyncio.timeout(timeout_s), self._turn:
                answer = await self._exchange(action, request)
        except TimeoutError:
            raise CallFailed(TIMEOUT, f"no answer within {number(timeout_s)} s") from None
        except ConnectionClosed:
            raise CallFailed(OFFLINE, CONNECTION_CLOSED) from None
        if isinstance(answer, frame.CallError):
            raise CallFailed(answer.code, answer.description)
        try:
            return parse_response(action, answer.payload)
        except OcppError as error:
            raise CallFailed(INVALID_RESPONSE, error.description) from None

    async def _exchange(
        self, action: Action, request: WireModel
    ) -> frame.CallResult | frame.CallError:
        message_id = str(uuid.uuid4())
        return await self._await_answer(message_id, frame.call_text(message_id, action, request))

    async def _await_answer(self, message_id: str, text: str) -> frame.CallResult | frame.CallError:
        answered: asyncio.Future[frame.CallResult | frame.CallError] = (
            asyncio.get_running_loop().create_future()
        )
        self._pending = (message_id, answered)
        try:
            await self._websocket.send(text)
            return await answered
        finally:
            self._pending = None

    def _take_answer(self, answer: frame.CallResult | frame.CallError) -> None:
        # An answer to nothing, or to a CALL that timed out, is ignored; answers are never answered.
        pending = self._awaited(answer.message_id)
        if pending is not None:
            pending.set_result(answer)

    def _fail_pending(self, message_id: str, why: str) -> None:
        pending = self._awaited(message_id)
        if pending is not None:
            pending.set_exception(CallFailed(INVALID_RESPONSE, why))

    def _awaited(
        self, message_id: str
    ) -> asyncio.Future[frame.CallResult | frame.CallError] | None:
        if self._pending is None or self._pending[0] != message_id or self._pending[1].done():
            return None
        return self._pending[1]

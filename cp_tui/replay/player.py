"""Plays one side of a log to a peer, waits where the log waited, and notes what is other.

Knows no socket: frames go out by a function and come in by `take`. A peer that says less than the
log, or something else, ends no replay; that is what is wanted to be known.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterable
from typing import Any
from uuid import uuid4

from msgspec import Struct, field
from msgspec.json import encode as json_of

from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.frame import Call, CallError, CallResult, parse
from cp_tui.replay.mapping import TRANSACTION_ID, Renaming
from cp_tui.replay.script import ReplayAct, ReplayStep

DIFFERENCES_MAX = 1_000
INBOX_MAX = 1_000
"""CALLs of the peer that wait for their turn; further ones are answered as unexpected."""


class PeerDifference(Struct, frozen=True):
    """Where the peer of now does something else than that of the log."""

    number: int
    """Of the record; 0: none of the log."""
    line: int | None
    text: str


class ReplayReport(Struct):
    """What came of a replay."""

    sent: int = 0
    matched: int = 0
    """Frames of the peer that are as they were."""
    skipped: int = 0
    differences: list[PeerDifference] = field(default_factory=list)
    omitted: int = 0
    """Differences beyond the bound."""


class PeerGone(Exception):
    """The peer has ended the connection."""


class LogPlayer:
    """One replay. `send` takes a text, `reconnect` closes the connection and opens another."""

    def __init__(
        self,
        steps: Iterable[ReplayStep],
        send: Callable[[str], Awaitable[None]],
        reconnect: Callable[[], Awaitable[None]],
        *,
        clock: Callable[[], float],
        speed: float = 1.0,
        pause_max_s: float = 10.0,
        wait_s: float = 30.0,
        tell: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`clock` gives seconds of the epoch; a pause of the log lasts no longer than the bound."""
        self._steps = list(steps)
        self._send = send
        self._reconnect = reconnect
        self._clock = clock
        self._speed = speed
        self._pause_max_s = pause_max_s
        self._wait_s = wait_s
        self._tell = tell
        self._mapping = Renaming()
        self._expected = Counter(
            each.action for each in self._steps if each.kind is ReplayAct.AWAIT_CALL
        )
        """Actions that the peer is still to ask for."""
        self._answers = {
            each.action: each for each in self._steps if each.kind is ReplayAct.SEND_ANSWER
        }
        """The last answer of the log to each action, for what is asked more often now."""
        self._calls: deque[Call] = deque()
        self._asked: dict[int, str] = {}
        """Number of the peer's CALL in the log -> its message id of now."""
        self._sent: dict[int, str] = {}
        """Number of our CALL in the log -> its message id of now."""
        self._results: dict[str, CallResult | CallError] = {}
        self._news = asyncio.Event()
        self._is_gone = False
        self.report = ReplayReport()

    def take(self, data: str | bytes) -> None:
        """The peer has sent something."""
        try:
            frame = parse(data)
        except OcppError as error:
            self._differ(None, f"the peer sent what is no frame: {error.args[0]}")
            return
        match frame:
            case Call():
                if len(self._calls) < INBOX_MAX:
                    self._calls.append(frame)
            case CallResult() | CallError():
                if frame.message_id in self._sent.values():
                    self._results[frame.message_id] = frame
                else:
                    self._differ(None, "the peer answered what nobody has asked")
        self._news.set()

    def gone(self) -> None:
        """The connection has ended."""
        self._is_gone = True
        self._news.set()

    def back(self) -> None:
        """There is a new connection."""
        self._is_gone = False

    def ended_early(self) -> None:
        """The peer has ended the connection for good, though the log goes on."""
        self._differ(None, "the peer ended the connection, and the log goes on")

    async def play(self) -> ReplayReport:
        """Go through all steps; raises `PeerGone` where the connection ends in between."""
        for step in self._steps:
            await asyncio.sleep(min(step.after_s, self._pause_max_s) / self._speed)
            match step.kind:
                case ReplayAct.SEND_CALL:
                    await self._call(step)
                case ReplayAct.SEND_ANSWER:
                    await self._answer(step)
                case ReplayAct.AWAIT_CALL:
                    await self._await_call(step)
                case ReplayAct.AWAIT_ANSWER:
                    await self._await_answer(step)
                case ReplayAct.RECONNECT:
                    self._tell("connects anew, as in the log")
                    await self._reconnect()
                case ReplayAct.SKIP:
                    self.report.skipped += 1
                    self._tell(f"{_where(step)}not sent: {step.why}")
            await self._answer_others()
        await self._answer_others()
        return self.report

    def _moved_s(self, step: ReplayStep) -> float:
        return 0.0 if step.at_s is None else self._clock() - step.at_s

    async def _call(self, step: ReplayStep) -> None:
        self._live()
        message_id = str(uuid4())
        self._sent[step.number] = message_id
        payload = self._mapping.moved(step.payload or {}, self._moved_s(step))
        self._tell(f"{_where(step)}{step.action} sent")
        self.report.sent += 1
        await self._send(_text([2, message_id, step.action, payload]))

    async def _answer(self, step: ReplayStep) -> None:
        message_id = None if step.pair is None else self._asked.pop(step.pair, None)
        if message_id is None:
            self.report.skipped += 1
            self._tell(f"{_where(step)}no answer to {step.action}: it was not asked for")
            return
        self._live()
        self.report.sent += 1
        await self._send(self._answer_text(step, message_id))

    def _answer_text(self, step: ReplayStep, message_id: str) -> str:
        if step.error is not None:
            code, description, details = step.error
            return _text([4, message_id, code, description, details or {}])
        payload = self._mapping.moved(step.payload or {}, self._moved_s(step))
        return _text([3, message_id, payload])

    async def _await_call(self, step: ReplayStep) -> None:
        self._expected[step.action] -= 1

        def found() -> Call | None:
            return next((each for each in self._calls if each.action == step.action), None)

        call = await self._until(found)
        if call is None:
            came = ", ".join(dict.fromkeys(each.action for each in self._calls))
            instead = f"; {came} waits for its turn" if came else ""
            self._differ(step, f"{step.action} did not come within {self._wait_s:g} s{instead}")
            return
        self._calls.remove(call)
        self._asked[step.number] = call.message_id
        self._compare(step, f"{step.action}.req", call.payload)

    async def _await_answer(self, step: ReplayStep) -> None:
        message_id = None if step.pair is None else self._sent.get(step.pair)
        if message_id is None:
            return
        answer = await self._until(lambda: self._results.pop(message_id, None))
        if answer is None:
            self._differ(step, f"no answer to {step.action} within {self._wait_s:g} s")
        elif isinstance(answer, CallError):
            if step.error is None:
                self._differ(step, f"{step.action} was answered {answer.code}, and was accepted")
            elif step.error[0] != answer.code:
                self._differ(step, f"{step.action} was answered {answer.code}, not {step.error[0]}")
            else:
                self.report.matched += 1
        elif step.error is not None:
            self._differ(step, f"{step.action} was accepted, and was answered {step.error[0]}")
        else:
            logged = step.payload if isinstance(step.payload, dict) else {}
            self._mapping.met(logged.get(TRANSACTION_ID), answer.payload.get(TRANSACTION_ID))
            self._compare(step, f"{step.action}.conf", answer.payload)

    def _compare(self, step: ReplayStep, what: str, now: dict[str, Any]) -> None:
        logged = step.payload if isinstance(step.payload, dict) else {}
        found = list(self._mapping.differences(logged, now))
        for each in found:
            self._differ(step, f"{what}: {each}")
        self.report.matched += not found

    async def _until(self, found: Callable[[], Any]) -> Any:
        """Wait for something of the peer, and answer what else it asks meanwhile; None: no more."""
        try:
            async with asyncio.timeout(self._wait_s):
                while (value := found()) is None:
                    self._live()
                    await self._answer_others()
                    self._news.clear()
                    if (value := found()) is not None:
                        return value
                    await self._news.wait()
                return value
        except TimeoutError:
            return None

    async def _answer_others(self) -> None:
        """Answer what the peer asks for and did not ask for in the log, so that it goes on."""
        for call in self._others():
            self._calls.remove(call)
            step = self._answers.get(call.action)
            self._differ(None, f"the peer sent {call.action}, which the log does not have here")
            if step is not None:
                await self._send(self._answer_text(step, call.message_id))
            else:
                error = [4, call.message_id, "NotImplemented", "not in the log", {}]
                await self._send(_text(error))

    def _others(self) -> list[Call]:
        """The CALLs that wait beyond those that are still to come, the newest ones."""
        waiting: Counter[str] = Counter()
        others = []
        for call in self._calls:
            waiting[call.action] += 1
            if waiting[call.action] > self._expected[call.action]:
                others.append(call)
        return others

    def _live(self) -> None:
        if self._is_gone:
            raise PeerGone

    def _differ(self, step: ReplayStep | None, text: str) -> None:
        number, line = (0, None) if step is None else (step.number, step.line)
        if len(self.report.differences) < DIFFERENCES_MAX:
            self.report.differences.append(PeerDifference(number, line, text))
        else:
            self.report.omitted += 1
        self._tell(f"{'' if step is None else _where(step)}differs: {text}")


def _where(step: ReplayStep) -> str:
    return f"line {step.line}: " if step.line is not None else ""


def _text(elements: list[Any]) -> str:
    return json_of(elements).decode()

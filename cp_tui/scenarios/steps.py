"""Plays the steps of a scenario with one charge point; a step that does not pass raises."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping

from msgspec import Struct, field
from pydantic import JsonValue

from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.engine.errors import CommandError
from cp_tui.ocpp.plural import count
from cp_tui.rpc.json_path import WrongPath, condition, found_at
from cp_tui.scenarios.hooks import HookFailed, Hooks
from cp_tui.scenarios.matching import differences, filled, settled
from cp_tui.scenarios.plan import (
    AnyStep,
    AskStep,
    DoStep,
    ExpectStep,
    NetworkStep,
    OnceStep,
    OperatorStep,
    Plan,
    SameStep,
    SeeStep,
    TimeStep,
    Wanted,
    WeatherStep,
)
from cp_tui.scenarios.player_charger import PlayerCharger
from cp_tui.scenarios.verdict import StepEnded, failed, inconclusive

BEHIND_EACH_OTHER = 5
"""So many messages may wait one behind the other in a charge point that is late on purpose."""

Press = Callable[[str, bool], Awaitable[None]]
"""Tells the operator of the CSMS what to press, and waits for Enter where nothing of it is seen."""


class Surroundings(Struct, frozen=True):
    """What a scenario needs beside its charge point."""

    hooks: Hooks
    press: Press | None = None
    """None: there is nobody who could press anything."""
    attended_s: float = 120.0
    """How long a person has, in seconds."""


class Stage(Struct):
    """What the steps of one scenario share."""

    within: float
    """How long a step may take that does not say so, in seconds."""
    charger: PlayerCharger
    around: Surroundings
    known: dict[str, JsonValue]
    """What names in braces stand for."""
    seed: int = 0
    """What the chance of a weather comes from that names no seed."""
    mark: int = 0
    """From which message on a step looks."""
    lost_mark: int = 0
    """How many frames the weather had lost by then."""
    taken: set[int] = field(default_factory=set)
    """Messages that steps have had already."""

    def filled(self, wanted: Wanted) -> Wanted:
        """Fill in what is known."""
        now = self.charger.now()
        return {name: filled(value, self.known, now) for name, value in wanted.items()}

    def within_s(self, step: AnyStep) -> float:
        """Say how long a step may take, in seconds."""
        late_s = BEHIND_EACH_OTHER * self.charger.quirks.answers_late_s
        return (step.within_s or self.within) + late_s

    @property
    def lost(self) -> int:
        """How many frames the weather has lost."""
        network = self.charger.get("network")
        lost = network.get("lost") if isinstance(network, dict) else 0
        return lost if isinstance(lost, int) else 0

    def missing(self, text: str, sent: MessageRecord | None = None) -> StepEnded:
        """Say that nothing came of what was sent: no fault of the CSMS where the weather ate it."""
        fate = sent.reason if sent is not None else None
        if fate is not None and fate.id == "network.lost":
            return inconclusive(f"{text}: {fate.text}")
        if self.lost != self.lost_mark:
            return inconclusive(f"{text}: the weather has lost {count(self.lost, 'frame')}")
        return failed(text)

    def calls(self, direction: Direction, action: str, begin: int) -> list[int]:
        """Give the places of the requests of an action that no step has had."""
        return [
            number
            for number, each in enumerate(self.charger.messages)
            if number >= begin
            and number not in self.taken
            and each.kind is MessageKind.CALL
            and each.direction is direction
            and each.action == action
        ]

    def answer_to(self, number: int) -> MessageRecord | None:
        """Give the answer to a request; None: there is none yet."""
        call = self.charger.messages[number]
        for each in self.charger.messages[number + 1 :]:
            if (
                each.kind in (MessageKind.CALLRESULT, MessageKind.CALLERROR)
                and each.message_id == call.message_id
                and each.direction is not call.direction
                and not each.is_ignored
            ):
                return each
        return None


async def play(step: AnyStep, stage: Stage) -> None:
    """Play one step; raises `StepEnded` where it does not pass."""
    begin = len(stage.charger.messages)
    if not isinstance(step, ExpectStep | SeeStep | SameStep | OnceStep):
        stage.mark, stage.lost_mark = begin, stage.lost
    await _PLAYED[type(step)](step, stage)
    for each in stage.charger.messages[begin:]:
        if each.kind is MessageKind.CALL and each.action in step.forbid:
            raise failed(f"{each.action} was seen, which must not be: {_why(each)}".rstrip(": "))


async def _do(step: DoStep, stage: Stage) -> None:
    try:
        params = stage.filled(step.with_)
        if step.do == "swipe":
            # As `ctl swipe` does: what comes of a tag is what one wants to know.
            params.setdefault("wait", True)
        async with asyncio.timeout(stage.within_s(step)):
            answer = await stage.charger.call(step.do, params)
    except CommandError as error:
        raise inconclusive(f"the charge point refused: {error}") from None
    except TimeoutError:
        raise inconclusive(f"{step.do} took longer than {stage.within_s(step):g} s") from None
    try:
        for path in step.gives:
            found_at(answer.result, path)
    except WrongPath as error:
        raise inconclusive(f"gives: {error}") from None
    wrong = differences(answer.result, stage.filled(step.gives))
    if wrong:
        why = found_text(answer.result)
        raise failed("; ".join(wrong) + (f": {why}" if why else ""))


def found_text(result: JsonValue) -> str:
    """Give the sentence of a result that has one."""
    return str(result["text"]) if isinstance(result, dict) and "text" in result else ""


async def _expect(step: ExpectStep, stage: Stage) -> None:
    loop = asyncio.get_running_loop()
    until_s = loop.time() + stage.within_s(step)
    where = stage.filled(step.where)

    def sent() -> int | None:
        for number in stage.calls(Direction.OUT, step.expect, stage.mark):
            if not differences(stage.charger.messages[number].payload, where):
                return number
        return None

    number = await stage.charger.message(sent, until_s)
    if number is None:
        raise _not_sent(step, stage)
    stage.taken.add(number)
    if step.unanswered:
        return
    answer = await stage.charger.message(lambda: stage.answer_to(number), until_s)
    if answer is None:
        text = f"{step.expect} was left without an answer for {stage.within_s(step):g} s"
        raise stage.missing(text, stage.charger.messages[number])
    if answer.kind is MessageKind.CALLERROR:
        raise failed(f"{step.expect} was answered with CALLERROR {answer.result}{_said(answer)}")
    wrong = [*answer.flaws, *differences(answer.payload, stage.filled(step.answer or {}))]
    if wrong:
        raise failed("; ".join(wrong))
    for name, path in step.save.items():
        stage.known[name] = _at(answer.payload, path)
        if stage.known[name] is None:
            raise failed(f"the answer has no {path}, which is saved as {name}")


def _not_sent(step: ExpectStep, stage: Stage) -> Exception:
    """Say whose fault it is that a message was not sent."""
    for number, each in enumerate(stage.charger.messages):
        is_call = each.kind is MessageKind.CALL and each.direction is Direction.OUT
        if is_call and number >= stage.mark and stage.answer_to(number) is None:
            text = f"{each.action} was left without an answer; {step.expect} waits behind it"
            return stage.missing(text, each)
    seen = [
        each.action
        for each in stage.charger.messages[stage.mark :]
        if each.kind is MessageKind.CALL and each.direction is Direction.OUT
    ]
    text = f"sent was {', '.join(seen)}" if seen else "nothing was sent"
    return inconclusive(f"the charge point did not send it; {text}")


async def _ask(step: AskStep, stage: Stage) -> None:
    payload = stage.filled(step.with_)
    within_s = await _have_done(
        step.ask, payload, step.press or _press(step.ask, payload), stage, step
    )
    until_s = asyncio.get_running_loop().time() + within_s
    want = settled(payload)
    seen: list[str] = []

    def came() -> int | None:
        seen.clear()
        for number in stage.calls(Direction.IN, step.ask, stage.mark):
            seen[:] = differences(stage.charger.messages[number].payload, want)
            if not seen:
                return number
        return None

    number = await stage.charger.message(came, until_s)
    if number is None:
        bad = next((e for e in stage.charger.messages[stage.mark :] if _is_bad(e)), None)
        if bad is not None:
            raise failed(f"the CSMS sent what cannot be read: {_why(bad)}")
        if seen:
            raise failed("; ".join(seen))
        raise stage.missing(f"the CSMS did not send {step.ask} within {within_s:g} s")
    stage.taken.add(number)
    answer = await stage.charger.message(lambda: stage.answer_to(number), until_s)
    if answer is None:
        raise inconclusive(f"the charge point did not answer {step.ask}")
    if answer.kind is MessageKind.CALLERROR:
        raise failed(f"the charge point had to answer {answer.result}{_said(answer)}")
    if wrong := differences(answer.payload, stage.filled(step.answer)):
        why = _why(answer)
        raise failed(f"answered: {'; '.join(wrong)}" + (f", because {why}" if why else ""))


async def _operator(step: OperatorStep, stage: Stage) -> None:
    await _have_done(step.operator, stage.filled(step.with_), step.press, stage, step)


async def _have_done(name: str, payload: Wanted, press: str, stage: Stage, step: AnyStep) -> float:
    """Have the CSMS do something; returns how long may pass until it is seen, in seconds."""
    around = stage.around
    if around.hooks.has(name):
        try:
            await around.hooks.carry_out(name, payload, stage.known)
        except HookFailed as error:
            raise inconclusive(str(error)) from None
        return stage.within_s(step)
    if around.press is None:
        raise inconclusive(f"there is no hook {name}, and nobody to press: {press}")
    try:
        async with asyncio.timeout(around.attended_s):
            await around.press(press, isinstance(step, OperatorStep))
    except TimeoutError:
        raise inconclusive(f"nobody has done this at the CSMS: {press}") from None
    return around.attended_s


def _press(action: str, payload: Wanted) -> str:
    fields = ", ".join(f"{name} {value}" for name, value in payload.items())
    return f"Send {action}" + (f" with {fields}" if fields else "")


async def _see(step: SeeStep, stage: Stage) -> None:
    wanted = []
    for text in step.see:
        read = condition(str(filled(text, stage.known, stage.charger.now())))
        assert read is not None, "checked when it was read"
        wanted.append(read)
    until_s = asyncio.get_running_loop().time() + stage.within_s(step)
    try:
        wrong = await stage.charger.until(tuple(wanted), until_s)
    except WrongPath as error:
        raise inconclusive(str(error)) from None
    if wrong:
        raise failed("; ".join(wrong))


async def _link(step: NetworkStep, stage: Stage) -> None:
    await stage.charger.call("set_network", {"up": step.link == "up"})
    if step.link == "down":
        await _see(SeeStep(see=("is_connected=false",)), stage)


async def _weather(step: WeatherStep, stage: Stage) -> None:
    seed = stage.seed if step.seed is None else step.seed
    await stage.charger.call("set_weather", {"weather": step.weather, "seed": seed})


async def _clock(step: TimeStep, stage: Stage) -> None:
    stage.charger.set_ahead(step.clock)


async def _same(step: SameStep, stage: Stage) -> None:
    until_s = asyncio.get_running_loop().time() + stage.within_s(step)

    def answers() -> list[JsonValue] | None:
        found = [
            _at(each.payload, step.field)
            for each in stage.charger.messages
            if each.action == step.same
            and each.direction is Direction.IN
            and each.kind is MessageKind.CALLRESULT
        ]
        return found if len(found) >= step.times else None

    found = await stage.charger.message(answers, until_s)
    if found is None:
        raise stage.missing(f"there are fewer than {count(step.times, 'answer')} to {step.same}")
    if any(each != found[0] for each in found):
        told = ", then ".join(str(each) for each in found)
        raise failed(f"{step.field} was {told}: the same message is the same transaction")


async def _once(step: OnceStep, stage: Stage) -> None:
    sent: Counter[str] = Counter()
    for each in stage.charger.messages:
        if each.direction is Direction.OUT and each.action in step.once:
            sent[each.message_id] += each.kind is MessageKind.CALL
        elif each.direction is Direction.IN and each.kind is not MessageKind.CALL:
            sent[each.message_id] -= 1
    # The answers to what is not asked about are below as well.
    for each in stage.charger.messages:
        if each.action in step.once and sent[each.message_id] < 0:
            raise failed(
                f"{each.action} {each.message_id} was answered more often than it was sent"
            )


def _at(payload: JsonValue, path: str) -> JsonValue:
    try:
        return found_at(payload, path)
    except WrongPath:
        return None


def _is_bad(record: MessageRecord) -> bool:
    return record.direction is Direction.IN and record.kind is MessageKind.INVALID


def _why(record: MessageRecord) -> str:
    return record.reason.text if record.reason is not None else ""


def _said(record: MessageRecord) -> str:
    payload = record.payload
    text = payload.get("description") if isinstance(payload, Mapping) else None
    why = _why(record)
    return "".join(f": {each}" for each in (text, why) if each)


_PLAYED: Mapping[type, Callable[..., Awaitable[None]]] = {
    DoStep: _do,
    ExpectStep: _expect,
    AskStep: _ask,
    OperatorStep: _operator,
    SeeStep: _see,
    NetworkStep: _link,
    WeatherStep: _weather,
    TimeStep: _clock,
    SameStep: _same,
    OnceStep: _once,
}


def skipped_for(plan: Plan, around: Surroundings) -> str:
    """Say why a scenario cannot be played here; empty: it can."""
    missing = [name for name in plan.hooks if not around.hooks.has(name)]
    if not missing or around.press is not None:
        return ""
    hooks = ", ".join(missing)
    return f"nobody can have the CSMS do {hooks}: give hooks, or --ask to be told what to press"

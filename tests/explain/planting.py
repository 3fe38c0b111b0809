"""Faults for a healthy log: each kind changes a few frames, at a place that is left to chance.

A kind says what has to be found then, and who is at fault. It gives False where the log has no
place for it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

from cp_tui.ocpp.calendar import later
from tests.explain.days import LogFrame

UP, DOWN = "cp-to-csms", "csms-to-cp"
STATUS = "StatusNotification"


class Log:
    """The frames of a log, to be changed."""

    def __init__(self, frames: list[LogFrame], random: Random) -> None:
        self.frames = copy.deepcopy(frames)
        self.random = random
        self._made = 0

    def calls(self, action: str = "", **fields: Any) -> list[LogFrame]:
        """Give the CALLs of an action, or all, whose payload has these fields."""
        return [
            frame
            for frame in self.frames
            if frame["elements"][0] == 2
            and action in ("", frame["elements"][2])
            and all(payload(frame).get(name) == value for name, value in fields.items())
        ]

    def any(self, action: str = "", **fields: Any) -> LogFrame | None:
        """Give one of those CALLs; None: there is none."""
        found = self.calls(action, **fields)
        return self.random.choice(found) if found else None

    def answer(self, call: LogFrame) -> LogFrame:
        """Give the answer to a CALL."""
        behind = self.frames[self.frames.index(call) :]
        return next(
            frame
            for frame in behind
            if frame["elements"][0] != 2 and frame["elements"][1] == call["elements"][1]
        )

    def exchange(
        self, after: LogFrame, way: str, action: str, call: dict[str, Any], answer: dict[str, Any]
    ) -> None:
        """Put a CALL and its answer behind a frame; what follows comes 2 s later."""
        self._made += 1
        id_ = f"planted-{self._made}"
        back = DOWN if way == UP else UP
        self.put(after, way, [2, id_, action, call])
        self.put(self.frames[self.frames.index(after) + 1], back, [3, id_, answer])

    def put(self, after: LogFrame, way: str, elements: list[Any]) -> None:
        """Put a frame behind another; what follows comes 1 s later."""
        place = self.frames.index(after) + 1
        self.shift(place, 1)
        at = later(after["at"], 0.5)
        self.frames.insert(
            place, {"at": at, "way": way, "elements": elements, "is_composed": False}
        )

    def shift(self, place: int, seconds: float) -> None:
        """Let everything from a place on come later."""
        for frame in self.frames[place:]:
            frame["at"] = later(frame["at"], seconds)

    def remove(self, call: LogFrame) -> None:
        """Take a CALL and its answer out."""
        answer = self.answer(call)
        self.frames = [each for each in self.frames if each is not call and each is not answer]

    def between(self, start: LogFrame) -> Iterator[LogFrame]:
        """Give the frames behind one."""
        yield from self.frames[self.frames.index(start) + 1 :]


def payload(frame: LogFrame) -> dict[str, Any]:
    """Give the payload of a CALL or a CALLRESULT."""
    elements = frame["elements"]
    found: dict[str, Any] = elements[3] if elements[0] == 2 else elements[2]
    return found


Plant = Callable[[Log], bool]


class Kind(NamedTuple):
    """A kind of fault."""

    name: str
    ids: tuple[str, ...]
    """One of these has to be found."""
    party: str
    plant: Plant


class Kinds(list[Kind]):
    """Kinds of fault, each made of the function that plants it."""

    def made(self, *ids: str, party: str = "charger") -> Callable[[Plant], Plant]:
        def add(plant: Plant) -> Plant:
            self.append(Kind(plant.__name__, ids, party, plant))
            return plant

        return add


def change(call: LogFrame | None, **fields: Any) -> bool:
    """Change fields of a payload."""
    if call is None:
        return False
    payload(call).update(fields)
    return True


def samples_of(call: LogFrame) -> list[dict[str, Any]]:
    return [each for value in payload(call)["meterValue"] for each in value["sampledValue"]]


def answered(log: Log, action: str, status: str) -> LogFrame | None:
    """Give a CALL of an action whose answer has this status."""
    found = [
        call
        for call in log.calls(action)
        if log.answer(call)["elements"][0] == 3
        and payload(log.answer(call)).get("status") == status
    ]
    return log.random.choice(found) if found else None


def begun(log: Log) -> tuple[LogFrame, LogFrame] | None:
    """Give the start and the stop of a transaction."""
    found = [
        (start, stop)
        for start in log.calls("StartTransaction")
        for stop in log.calls(
            "StopTransaction", transactionId=payload(log.answer(start)).get("transactionId")
        )
    ]
    return log.random.choice(found) if found else None

"""A weather as people write it: a table of the settings or of a scenario, checked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from cp_tui.network.weather import (
    BREAK_KINDS,
    LASTING_KINDS,
    SLOW_KINDS,
    FaultKind,
    NetworkFault,
    Way,
    Weather,
)
from cp_tui.network.weathers import unknown_name
from cp_tui.network.written_table import WrittenTable
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.close_code import CloseCode

FAULTS_MAX = 50
SECONDS_MAX = 86_400.0
PROBABILITY_MIN = 0.001
SHORTEST_S_MIN = 0.1
"""Of what is looked ahead for: the less it is, the longer that takes."""
ACTION_KINDS = (
    *BREAK_KINDS,
    *(FaultKind.DELAY, FaultKind.BANDWIDTH, FaultKind.LOSS, FaultKind.DOUBLE, FaultKind.HOLD),
)
"""What can be of some Actions alone."""
REASON_BYTES_MAX = 123
"""RFC 6455, 5.5: a control frame has no room for more."""


def _between(low: float, high: float, unit: str = "", or_: str = "") -> Callable[[float], float]:
    def check(value: float) -> float:
        # Also refuses what is no number.
        if not low <= value <= high:
            text = f"must be {or_}from {low:g} to {high:g}{unit}, not {value:g}"
            raise PydanticCustomError("between", "{text}", {"text": text})
        return value

    return check


Seconds = Annotated[float, AfterValidator(_between(0, SECONDS_MAX, " s"))]
SomeSeconds = Annotated[float, AfterValidator(_between(SHORTEST_S_MIN, SECONDS_MAX, " s"))]


def _probability(value: float) -> float:
    return value if value == 0 else _between(PROBABILITY_MIN, 1, or_="0 or ")(value)


def _action(name: str) -> str:
    if name not in Action.__members__.values():
        text = unknown_name(name, [each.value for each in Action], "Action")
        raise PydanticCustomError("action", "{text}", {"text": text})
    return name


def _reason(reason: str) -> str:
    if (size := len(reason.encode())) > REASON_BYTES_MAX:
        text = f"must have at most {REASON_BYTES_MAX} bytes, not {size}"
        raise PydanticCustomError("reason", "{text}", {"text": text})
    return reason


class FaultTable(WrittenTable):
    """One fault of a weather."""

    kind: FaultKind
    """What is wrong."""
    probability: Annotated[float, AfterValidator(_probability)] = 1.0
    """Of each frame or attempt to connect; with `shortest_s` of each stretch of that length."""
    shortest_s: SomeSeconds | None = None
    """How long it lasts at least, in seconds; default: it is drawn anew each time."""
    direction: Way | None = None
    """`to_csms` or `to_charge_point`; default: both."""
    actions: tuple[Annotated[str, AfterValidator(_action)], ...] = ()
    """Only frames of these Actions, requests and answers; default: all."""
    begins_s: Seconds = 0.0
    """When it comes first, in seconds after the weather began."""
    every_s: SomeSeconds | None = None
    """How long from one time to the next, in seconds; default: it comes once."""
    lasts_s: SomeSeconds | None = None
    """How long it is there each time, in seconds; default: it does not end."""
    latency_s: Seconds = 0.0
    """Of `delay` and `slow_handshake`, in seconds."""
    jitter_s: Seconds = 0.0
    """What comes on top at most, in seconds."""
    bytes_per_s: Annotated[float, AfterValidator(_between(0, 1e9))] = 0.0
    """Of `bandwidth`."""
    code: CloseCode = 1011
    """Of `close`."""
    reason: Annotated[str, AfterValidator(_reason)] = ""
    """Of `close`."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if wrong := self._nonsense():
            raise PydanticCustomError("fault", "{text}", {"text": f"{self.kind}: {wrong}"})
        return self

    def _nonsense(self) -> str:
        """Say what does not go together; empty: all of it does."""
        kind = self.kind
        is_drawn_anew = self.probability < 1 and self.shortest_s is None
        has_turns = self.every_s is not None or self.begins_s > 0
        breaks_by_time = kind in BREAK_KINDS and not self.actions
        if self.lasts_s is not None and self.lasts_s > (self.every_s or self.lasts_s):
            return f"lasts_s {self.lasts_s:g} must not be more than every_s {self.every_s:g}"
        if self.every_s is not None and self.lasts_s is None and not breaks_by_time:
            return "with every_s it needs lasts_s as well"
        if kind is FaultKind.BANDWIDTH and self.bytes_per_s < 1:
            return f"bytes_per_s must be at least 1, not {self.bytes_per_s:g}"
        if kind in SLOW_KINDS and not self.latency_s + self.jitter_s:
            return "latency_s or jitter_s must be more than 0"
        if kind in LASTING_KINDS and is_drawn_anew:
            return "with a probability it needs shortest_s as well"
        if breaks_by_time and is_drawn_anew:
            return "with a probability it needs shortest_s, or actions whose frames break it"
        if breaks_by_time and self.probability == 1 and not has_turns:
            return "say when: every_s, begins_s, actions, or a probability with shortest_s"
        if kind not in ACTION_KINDS and self.actions:
            return "it is not of frames, so that actions mean nothing"
        return ""


class WeatherTable(WrittenTable):
    """A weather of one's own."""

    about: str = ""
    """In a sentence, what it is like."""
    faults: Annotated[tuple[FaultTable, ...], Field(max_length=FAULTS_MAX)] = ()

    def weather(self, name: str) -> Weather:
        """Give it under its name."""
        return Weather(name=name, about=self.about, faults=tuple(map(_fault_of, self.faults)))


def _fault_of(table: FaultTable) -> NetworkFault:
    given = table.model_dump(exclude={"shortest_s"})
    return NetworkFault(**given, shortest_s=table.shortest_s or 0.0)

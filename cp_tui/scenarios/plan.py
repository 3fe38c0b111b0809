"""What a scenario is: its head and its steps, as a file writes them. Pure.

A step is a table with exactly one of the keys of `STEP_KINDS`, which says what kind of step it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Annotated, Literal

from msgspec import Struct
from pydantic import ConfigDict, Field, JsonValue, PrivateAttr

from cp_tui.charge_point.command_fields import Seed
from cp_tui.network.reading import WeatherTable
from cp_tui.network.written_table import WrittenTable
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.plural import count
from cp_tui.settings.lines import Location, line_of
from cp_tui.settings.model import KeyText

WITHIN_S = 10.0
WITHIN_S_MAX = 3_600.0
SCENARIO_S_MAX = 7_200.0
STEPS_MAX = 200
AHEAD_S_MAX = 31_536_000
"""A year: how far ahead a clock is set at once."""

Seconds = Annotated[float, Field(gt=0, le=WITHIN_S_MAX, allow_inf_nan=False)]
Words = Annotated[str, Field(min_length=1, max_length=300)]
Wanted = dict[str, JsonValue]
"""Where something stands, with dots, and what is to stand there; a list names what may, `*` is
anything but nothing."""


class StepTable(WrittenTable):
    """What every step may say."""

    model_config = ConfigDict(populate_by_name=True)

    about: str = ""
    """Why it is there, in a sentence."""
    within_s: Seconds | None = None
    """How long it may take, in seconds; default: that of the scenario."""
    section: str = ""
    """Of the standard; default: that of the scenario."""
    forbid: tuple[str, ...] = ()
    """Actions of which no request may be seen while the step lasts."""


class DoStep(StepTable):
    """Something is done at the charge point: a command of its door."""

    do: Words
    with_: Wanted = Field(default={}, alias="with")
    """The parameters."""
    gives: Wanted = Field(default={})
    """What has to come of it."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"{self.do} {_listed(self.with_)}".strip()


class ExpectStep(StepTable):
    """The charge point sends a message, and the CSMS has to answer it."""

    expect: Words
    """The action."""
    where: Wanted = Field(default={})
    """Which of these messages is meant, by its fields."""
    answer: Wanted | None = Field(default={})
    """What the CSMS has to answer."""
    unanswered: bool = False
    """Whether it is enough that the message was sent."""
    save: dict[Annotated[str, Field(pattern=r"^[a-z0-9_]+$")], Words] = Field(default={})
    """Name -> field of the answer that later steps have as `{name}`."""

    @property
    def words(self) -> str:
        """The step in a line."""
        text = f"{self.expect} {_listed(self.where)}".strip()
        return (
            text if self.unanswered else f"{text} is answered {_listed(self.answer or {})}".strip()
        )


class AskStep(StepTable):
    """The CSMS sends a message: a hook has it do so, or a person is told to."""

    ask: Words
    """The action."""
    with_: Wanted = Field(default={}, alias="with")
    """The payload for the hook; what arrives has to say the same, if it says more."""
    answer: Wanted = Field(default={})
    """What the charge point answers where the CSMS has asked the right thing."""
    press: str = ""
    """What the operator of the CSMS is told to do; default: to send the message."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"the CSMS sends {self.ask} {_listed(self.with_)}".strip()


class OperatorStep(StepTable):
    """Something happens at the CSMS that is no message: it restarts, it refuses a tag."""

    operator: Words
    """The name of the hook."""
    with_: Wanted = Field(default={}, alias="with")
    press: Words
    """What the operator of the CSMS is told to do."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"at the CSMS: {self.press}"


class SeeStep(StepTable):
    """The charge point comes to be so, as `cp-tui ctl wait` says it."""

    see: Annotated[tuple[Words, ...], Field(min_length=1)]

    @property
    def words(self) -> str:
        """The step in a line."""
        return " and ".join(self.see)


class NetworkStep(StepTable):
    """Something happens to the connection."""

    link: Literal["down", "up"]
    """The cable of the charge point."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return {
            "down": "the network cable is pulled",
            "up": "the network cable is plugged in",
        }[self.link]


class WeatherStep(StepTable):
    """The network becomes as bad as a weather; what the one of before has held arrives now."""

    weather: Words
    """A name that `cp-tui weathers` lists, or one of the scenario's own; `fair` ends it."""
    seed: Seed | None = None
    """What its chance comes from; default: that of the run."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"the weather of the network is {self.weather}"


class TimeStep(StepTable):
    """The clock of the charge point is set ahead."""

    clock: Annotated[int, Field(ge=1, le=AHEAD_S_MAX)]
    """By so many seconds."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"the clock of the charge point goes {self.clock} s ahead"


class SameStep(StepTable):
    """A message that was sent several times has to be answered the same each time."""

    same: Words
    """The action."""
    field: Words
    """Of the answers."""
    times: Annotated[int, Field(ge=2, le=10)] = 2
    """How many answers there have to be, those that came too late included."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"{count(self.times, 'answer')} to the same {self.same} with the same {self.field}"


class OnceStep(StepTable):
    """No message of these actions has been answered more often than it was sent."""

    once: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The actions."""

    @property
    def words(self) -> str:
        """The step in a line."""
        return f"each {' and '.join(self.once)} was answered once"


AnyStep = (
    DoStep
    | ExpectStep
    | AskStep
    | OperatorStep
    | SeeStep
    | NetworkStep
    | WeatherStep
    | TimeStep
    | SameStep
    | OnceStep
)
STEP_KINDS: Mapping[str, type[AnyStep]] = MappingProxyType(
    {
        "do": DoStep,
        "expect": ExpectStep,
        "ask": AskStep,
        "operator": OperatorStep,
        "see": SeeStep,
        "link": NetworkStep,
        "weather": WeatherStep,
        "clock": TimeStep,
        "same": SameStep,
        "once": OnceStep,
    }
)
"""The key that makes a step what it is."""


def kind_of(step: Collection[str]) -> type[AnyStep] | None:
    """Give the kind of a step by its keys; None: none of them makes it one."""
    return next((kind for name, kind in STEP_KINDS.items() if name in step), None)


class WrittenText(Struct, frozen=True):
    """A text of TOML, and what it is called where a mistake is told."""

    place: str = ""
    text: str = ""

    def at(self, location: Location) -> str:
        """Name the line and the key of a value."""
        line = line_of(self.text, location)
        name = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
        return f"{self.place}, line {line}: {name}" if line else f"{self.place}: {name}"


class Plan(WrittenTable):
    """A scenario: who plays, and what happens; the context of its validation is a `WrittenText`."""

    _written: WrittenText = PrivateAttr(default=WrittenText())

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
    about: Words
    """What the CSMS has to do, in a sentence."""
    group: str = "own"
    """Under which heading it is listed."""
    cases: tuple[str, ...] = ()
    """Official test cases that it plays."""
    section: str = ""
    needs: tuple[Words, ...] = ()
    """Feature profiles and configuration keys that the charge point must have, beside those of what
    the CSMS asks, and after `not` a habit that it must not have; else it is skipped."""
    preset: str = ""
    """The kind of charge point that plays it; empty: the one of the settings."""
    connectors: Annotated[int, Field(ge=1, le=100)] = 1
    keys: dict[str, KeyText] = Field(default={})
    """First values of configuration keys."""
    weathers: dict[str, WeatherTable] = Field(default={})
    """Weathers of its own, as under `[network.weathers]` in the settings."""
    clock: Annotated[int, Field(ge=-AHEAD_S_MAX, le=AHEAD_S_MAX)] = 0
    """How far ahead the clock of the charge point is at first, in seconds; below 0: behind."""
    begins: Literal["accepted", "offline"] = "accepted"
    """`accepted`: the steps begin when the CSMS has accepted it; `offline`: with the cable pulled.
    """
    within_s: Seconds = WITHIN_S
    """How long each step may take, in seconds."""
    step: Annotated[tuple[AnyStep, ...], Field(min_length=1, max_length=STEPS_MAX)]

    def model_post_init(self, context: object) -> None:
        """Remember where it is written."""
        if isinstance(context, WrittenText):
            self._written = context

    @property
    def written(self) -> WrittenText:
        """Where it is written."""
        return self._written

    @property
    def asked(self) -> tuple[Action, ...]:
        """What the CSMS asks the charge point."""
        return tuple(Action(each.ask) for each in self.step if isinstance(each, AskStep))

    @property
    def hooks(self) -> tuple[str, ...]:
        """What somebody has to have the CSMS do, by the names of hooks."""
        names = (
            each.ask if isinstance(each, AskStep) else each.operator
            for each in self.step
            if isinstance(each, AskStep | OperatorStep)
        )
        return tuple(dict.fromkeys(names))


def _listed(wanted: Mapping[str, JsonValue]) -> str:
    return ", ".join(f"{name} {_shown(value)}" for name, value in wanted.items())


def _shown(value: JsonValue) -> str:
    if isinstance(value, list):
        return " or ".join(str(each) for each in value)
    return "there" if value == "*" else str(value)

"""What a scenario names and there is not: commands, actions, fields, words in braces. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from pydantic import BaseModel, JsonValue

from cp_tui.charge_point.config import FEATURE_PROFILES
from cp_tui.charge_point.quirks import Quirks
from cp_tui.charge_point.variables import VARIABLES
from cp_tui.engine.commands import COMMANDS
from cp_tui.network.weathers import WEATHERS
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.configuration_key import KEYS, find
from cp_tui.rpc.json_path import condition
from cp_tui.scenarios.matching import MOMENTS, OF_THE_CSMS, TAGS, names_in
from cp_tui.scenarios.needs import NOT
from cp_tui.scenarios.plan import (
    AnyStep,
    AskStep,
    DoStep,
    ExpectStep,
    OperatorStep,
    Plan,
    SameStep,
    SeeStep,
    WeatherStep,
)
from cp_tui.settings.lines import Location
from cp_tui.settings.problem import unknown

Wrong = tuple[Location, str]
"""Where it stands, and what is wrong."""


def wrong_words(plan: Plan, names: Collection[str] | None) -> Iterator[Wrong]:
    """Name all of it; `names` may stand in braces beside what is always there, None: any may."""
    habits = [f"{NOT}{name}" for name in Quirks.__struct_fields__]
    for name in plan.needs:
        if name not in FEATURE_PROFILES and name not in habits and find(name) is None:
            told = unknown(name, (*FEATURE_PROFILES, *(each.name for each in KEYS), *habits))
            yield ("needs",), f"{name}: {told}"
    weathers = {**WEATHERS, **plan.weathers}
    known = {*TAGS, *MOMENTS, *(names or ()), "id"}
    for number, step in enumerate(plan.step):
        braces = () if names is None else _braces(step, known)
        for location, told in (*_names(step, weathers), *_fields(step), *braces):
            yield ("step", number, *location), told
        if isinstance(step, ExpectStep):
            known |= step.save.keys()


def _names(step: AnyStep, weathers: Collection[str]) -> Iterator[Wrong]:
    for key in ("forbid", "once"):
        for action in getattr(step, key, ()):
            if action not in SPEC:
                yield (key,), f"{action}: {unknown(action, SPEC, what='action')}"
    match step:
        case WeatherStep(weather=name) if name not in weathers:
            yield ("weather",), f"{name}: {unknown(name, weathers, what='weather')}"
        case DoStep(do=name) if name not in COMMANDS:
            yield ("do",), f"{name}: {unknown(name, COMMANDS, what='command')}"
        case ExpectStep(expect=name) | AskStep(ask=name) | SameStep(same=name) if name not in SPEC:
            key = next(key for key in ("expect", "ask", "same") if hasattr(step, key))
            yield (key,), f"{name}: {unknown(name, SPEC, what='action')}"
        case SeeStep(see=conditions):
            for text in conditions:
                found = condition(text)
                if found is None:
                    told = f"{text}: must be PLACE=VALUE, such as connectors.1.status=Charging"
                    yield ("see",), told
                elif found.variable not in VARIABLES:
                    told = unknown(found.variable, VARIABLES, what="variable")
                    yield ("see",), f"{found.variable}: {told}"


def _fields(step: AnyStep) -> Iterator[Wrong]:
    """Name the fields that neither the message nor the result of the command can have."""
    match step:
        case DoStep(do=name) if name in COMMANDS:
            given = getattr(COMMANDS[name].result, "__struct_encode_fields__", None)
            if given is not None:
                yield from _not_among(given, "gives", step.gives)
        case ExpectStep(expect=action) if action in SPEC:
            response = _answered(action)
            yield from _not_among(_of(SPEC[Action(action)].request), "where", step.where)
            yield from _not_among(response, "answer", step.answer or {})
            for name, path in step.save.items():
                yield from ((("save", name), told) for _, told in _not_among(response, "", [path]))
        case AskStep(ask=action) if action in SPEC:
            yield from _not_among(_answered(action), "answer", step.answer)
        case SameStep(same=action) if action in SPEC:
            for _, told in _not_among(_answered(action), "", [step.field]):
                yield ("field",), told


def _answered(action: str) -> list[str]:
    return _of(SPEC[Action(action)].response)


def _of(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def _not_among(fields: Collection[str], key: str, paths: Iterable[str]) -> Iterator[Wrong]:
    for path in paths:
        name = path.partition(".")[0]
        if name not in fields:
            hint = "" if fields else "it has no fields"
            yield (key, path), unknown(name, fields, else_hint=hint, what="field")


def _braces(step: AnyStep, known: Collection[str]) -> Iterator[Wrong]:
    asked = isinstance(step, AskStep | OperatorStep)
    for key in ("with_", "gives", "where", "answer", "see"):
        value: JsonValue | tuple[str, ...] = getattr(step, key, None)
        names = names_in(list(value) if isinstance(value, tuple) else value)
        allowed = {*known, *OF_THE_CSMS} if asked and key == "with_" else known
        for name in dict.fromkeys(names):
            if name not in allowed:
                told = unknown(name, sorted(allowed), what="name in braces")
                yield (key.rstrip("_"),), f"{{{name}}}: {told}"

"""Reads scenario files: what is wrong is told with file, line, key and what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cp_tui.network.reading import FaultTable, WeatherTable
from cp_tui.scenarios.plan import STEP_KINDS, AnyStep, Plan, WrittenText, kind_of
from cp_tui.scenarios.wrong_words import Wrong, wrong_words
from cp_tui.settings.lines import Location
from cp_tui.settings.problem import SettingsError, unknown

FILE_BYTES_MAX = 256 * 1024
LINES_MAX = 20
_LINE = re.compile(r" \(at line (\d+), column \d+\)$")


def read_text(text: str, place: str, name: str, names: Collection[str] | None = ()) -> Plan:
    """Read one scenario; `name` is its name unless it says another. Raises `SettingsError`.

    `names` may stand in braces beside those that are always there; None: any may.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = _LINE.search(str(error))
        line = int(found[1]) if found else text.rstrip().count("\n") + 1
        raise SettingsError(
            f"{place}, line {line}: not TOML: {_LINE.sub('', str(error))}"
        ) from None
    written = WrittenText(place, text)
    if wrong := _lines(written, _wrong_kinds(content)):
        raise SettingsError(*wrong)
    content.setdefault("name", name)
    try:
        plan = Plan.model_validate({**content, "step": _steps(content)}, context=written)
    except ValidationError as error:
        raise SettingsError(*_lines(written, _in_words(content, error.errors()))) from None
    except _WrongStep as error:
        raise SettingsError(*_lines(written, _in_words(content, error.details))) from None
    if wrong := _lines(written, wrong_words(plan, names)):
        raise SettingsError(*wrong)
    return plan


def read_file(path: Path, names: Collection[str] | None = ()) -> Plan:
    """Read one scenario from a file; raises `SettingsError`."""
    try:
        content = path.read_bytes()
        text = content.decode().replace("\r\n", "\n")
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: not UTF-8 text") from None
    if len(content) > FILE_BYTES_MAX:
        raise SettingsError(f"{path}: {len(content)} bytes; at most {FILE_BYTES_MAX} are read")
    return read_text(text, str(path), path.stem, names)


@cache
def built_in() -> tuple[Plan, ...]:
    """Give the scenarios that come with cp-tui, by group and name."""
    folder = files("cp_tui.scenarios") / "builtin"
    plans = [
        read_text(each.read_text("utf-8"), each.name, each.name.removesuffix(".toml"))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    ]
    return tuple(sorted(plans, key=lambda plan: (plan.group, plan.name)))


class _WrongStep(Exception):
    def __init__(self, details: list[Any]) -> None:
        super().__init__()
        self.details = details


def _wrong_kinds(content: dict[str, Any]) -> Iterator[Wrong]:
    """Name the steps that are none, before their fields are looked at."""
    steps = content.get("step")
    if not isinstance(steps, list) or not steps:
        yield ("step",), "must be one [[step]] table or more"
        return
    allowed = ", ".join(STEP_KINDS)
    for number, step in enumerate(steps):
        if not isinstance(step, dict):
            yield ("step", number), "must be a table"
            continue
        kinds = [name for name in STEP_KINDS if name in step]
        if len(kinds) != 1:
            text = f"{' and '.join(kinds)} are two steps" if kinds else "unknown step"
            yield ("step", number), f"{text}; a step has exactly one of: {allowed}"


def _lines(written: WrittenText, wrong: Iterable[Wrong]) -> list[str]:
    """Tell what is wrong, a line each."""
    return [f"{written.at(at)}: {words}" for at, words in islice(wrong, LINES_MAX)]


def _steps(content: dict[str, Any]) -> list[Any]:
    made, details = [], []
    for number, step in enumerate(content["step"]):
        kind = _kind_of(step)
        for name in ("see", "once"):
            if isinstance(step.get(name), str):
                step = {**step, name: [step[name]]}
        try:
            made.append(kind.model_validate(step))
        except ValidationError as error:
            details += [{**each, "loc": ("step", number, *each["loc"])} for each in error.errors()]
    if details:
        raise _WrongStep(details)
    return made


def _in_words(content: dict[str, Any], details: list[Any]) -> Iterator[Wrong]:
    """Put what pydantic says into our words."""
    for each in details:
        location: Location = each["loc"]
        if each["type"] == "extra_forbidden":
            told = unknown(str(location[-1]), _fields_at(content, location))
        elif each["type"] == "missing":
            told = "is missing"
        else:
            told = each["msg"].replace("Input should", "must").replace("String should", "must")
            told = told[:1].lower() + told[1:]
        yield location, told


def _fields_at(content: dict[str, Any], location: Location) -> list[str]:
    kind: type[BaseModel] = Plan
    match location:
        case ("weathers", _, _):
            kind = WeatherTable
        case ("weathers", *_):
            kind = FaultTable
        case ("step", int(number), *_):
            kind = _kind_of(content["step"][number])
    return [field.alias or name for name, field in kind.model_fields.items()]


def _kind_of(step: dict[str, Any]) -> type[AnyStep]:
    kind = kind_of(step)
    assert kind is not None, "checked before its fields"
    return kind

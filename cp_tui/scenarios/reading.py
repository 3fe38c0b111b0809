"""Reads scenario files: what is wrong is told with file, line, key and what is allowed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cp_tui.scenarios.plan import STEP_KINDS, Plan
from cp_tui.scenarios.wrong_words import wrong_words
from cp_tui.settings.lines import Location, line_of
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
    wrong = [_told(text, place, *each) for each in _wrong_kinds(content)]
    if wrong:
        raise SettingsError(*wrong[:LINES_MAX])
    content.setdefault("name", name)
    try:
        plan = Plan.model_validate({**content, "step": _steps(content)})
    except ValidationError as error:
        details = error.errors()
        raise SettingsError(*_lines(text, place, details)) from None
    except _WrongStep as error:
        raise SettingsError(*_lines(text, place, error.details)) from None
    wrong = [_told(text, place, *each) for each in wrong_words(plan, names)]
    if wrong:
        raise SettingsError(*wrong[:LINES_MAX])
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


def _wrong_kinds(content: dict[str, Any]) -> Iterator[tuple[Location, str]]:
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


def _steps(content: dict[str, Any]) -> list[Any]:
    made, details = [], []
    for number, step in enumerate(content["step"]):
        kind = next(kind for name, kind in STEP_KINDS.items() if name in step)
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


def _lines(text: str, place: str, details: list[Any]) -> list[str]:
    lines = []
    for each in details[:LINES_MAX]:
        location: Location = each["loc"]
        if each["type"] == "extra_forbidden":
            told = unknown(str(location[-1]), _fields_at(text, location))
        elif each["type"] == "missing":
            told = "is missing"
        else:
            told = each["msg"].replace("Input should", "must").replace("String should", "must")
            told = told[:1].lower() + told[1:]
        lines.append(_told(text, place, location, told))
    return lines


def _fields_at(text: str, location: Location) -> list[str]:
    if len(location) == 1:
        return list(Plan.model_fields)
    step = tomllib.loads(text)["step"][location[1]]
    kind = next(kind for name, kind in STEP_KINDS.items() if name in step)
    return [field.alias or name for name, field in kind.model_fields.items()]


def _told(text: str, place: str, location: Location, words: str) -> str:
    line = line_of(text, location)
    name = ".".join(str(part + 1) if isinstance(part, int) else part for part in location)
    return f"{place}, line {line}: {name}: {words}" if line else f"{place}: {name}: {words}"

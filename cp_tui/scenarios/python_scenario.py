"""Scenarios in Python: an async function with a charge point, which fails by `assert`."""

from __future__ import annotations

import asyncio
import inspect
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType

from msgspec import Struct
from pydantic import JsonValue, ValidationError

from cp_tui.engine.errors import CommandError
from cp_tui.scenarios.plan import STEP_KINDS, kind_of
from cp_tui.scenarios.steps import Stage, play
from cp_tui.scenarios.verdict import StepEnded, failed, inconclusive
from cp_tui.settings.problem import SettingsError

PYTHON_S = 120.0
"""How long one may take."""
PYTHON_CONNECTORS = 2
"""Connectors of the charge point that plays one."""


class PythonPlan(Struct, frozen=True):
    """A scenario that is a function."""

    name: str
    about: str
    function: Callable[[ScenarioCharger], Awaitable[None]]


class ScenarioCharger:
    """What the function gets: the charge point, and the steps of scenario files as methods."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    async def do(self, command: str, /, **parameters: JsonValue) -> JsonValue:
        """Carry out a command of the door, and give its result."""
        result: JsonValue = (await self._stage.charger.call(command, parameters)).result
        return result

    async def step(self, **fields: object) -> None:
        """Play a step as a file writes it: `step(expect="Authorize", where={...})`.

        Raises `ValueError` for what is no step.
        """
        kind = kind_of(fields)
        if kind is None:
            raise ValueError(f"a step has one of: {', '.join(STEP_KINDS)}")
        try:
            step = kind.model_validate(fields)
        except ValidationError as error:
            wrong = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
            raise ValueError("; ".join(wrong)) from None
        await play(step, self._stage)

    def get(self, variable: str) -> JsonValue:
        """Give the newest value of a variable."""
        return self._stage.charger.get(variable)

    def sent(self, action: str) -> list[JsonValue]:
        """Give the payloads of the requests of an action that the charge point has sent."""
        return [
            each.payload
            for each in self._stage.charger.messages
            if each.kind == "CALL" and each.direction == "out" and each.action == action
        ]


def read_python(path: Path) -> list[PythonPlan]:
    """Read the scenarios of a file: its async functions that no underscore hides."""
    module = ModuleType(path.stem)
    module.__file__ = str(path)
    try:
        exec(compile(path.read_bytes(), str(path), "exec"), module.__dict__)
    except OSError as error:
        raise SettingsError(f"{path}: {error.strerror}") from None
    except SyntaxError as error:
        raise SettingsError(f"{path}, line {error.lineno}: not Python: {error.msg}") from None
    except Exception as error:
        line = traceback.extract_tb(error.__traceback__)[-1].lineno
        raise SettingsError(f"{path}, line {line}: {type(error).__name__}: {error}") from None
    found = [
        PythonPlan(
            name.replace("_", "-"), inspect.cleandoc(each.__doc__ or name).partition("\n")[0], each
        )
        for name, each in vars(module).items()
        if inspect.iscoroutinefunction(each)
        and each.__module__ == module.__name__
        and not name.startswith("_")
    ]
    if not found:
        raise SettingsError(
            f"{path}: no scenario; it is an asynchronous function whose name begins with a letter"
        )
    return found


async def play_python(plan: PythonPlan, stage: Stage) -> None:
    """Play it; what it asserts is its verdict. Raises `StepEnded`."""
    try:
        async with asyncio.timeout(PYTHON_S):
            await plan.function(ScenarioCharger(stage))
    except StepEnded:
        raise
    except AssertionError as error:
        line = _line_of(error, plan)
        raise failed(f"{str(error) or line.line} (line {line.lineno})") from None
    except TimeoutError:
        raise inconclusive(f"it took longer than {PYTHON_S:g} s") from None
    except CommandError as error:
        raise inconclusive(f"the charge point refused: {error}") from None
    except Exception as error:
        # A mistake in the scenario says nothing about the CSMS, and does not end the others.
        text = f"{type(error).__name__}: {error} (line {_line_of(error, plan).lineno})"
        raise inconclusive(text) from None


def _line_of(error: Exception, plan: PythonPlan) -> traceback.FrameSummary:
    """Give the line of the scenario in which something was raised."""
    file = inspect.unwrap(plan.function).__code__.co_filename
    lines = traceback.extract_tb(error.__traceback__)
    return next((line for line in reversed(lines) if line.filename == file), lines[-1])

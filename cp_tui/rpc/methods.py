"""All methods that the door takes, with their parameters, for whoever asks what there is."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from cp_tui.engine.commands import COMMANDS, Command
from cp_tui.engine.params import Params
from cp_tui.engine.station_commands import ACTS

NAMES_MAX = 100
"""Variables of one subscription; there are a few dozen."""


class Subscribe(Params):
    """Give the values of variables and the history of streams, then every change."""

    variables: Annotated[list[str], Field(max_length=NAMES_MAX)]
    pages: bool = False
    """The histories follow the answer as events, at the pace of the client; in the answer each
    stream is empty. Of what is followed already the history does not come again."""


class Get(Params):
    """Give the value of one variable."""

    variable: str


class Observe(Params):
    """Only look from here on."""

    read_only: bool = True


class Ping(Params):
    """Say that the engine runs; answered without the charge point."""


class Shutdown(Params):
    """End the engine in order."""


def describe() -> list[str]:
    """Write each method as a line, optional parameters in brackets."""
    models: dict[str, type[BaseModel]] = {
        "subscribe": Subscribe,
        "get": Get,
        "observe": Observe,
        "ping": Ping,
        "shutdown": Shutdown,
    }
    for method, command in COMMANDS.items():
        assert isinstance(command, Command)
        models[method] = command.params
    models |= {method: act.params for method, act in ACTS.items()}
    return [_line(method, model) for method, model in models.items()]


def _line(method: str, model: type[BaseModel]) -> str:
    names = [
        name if field.is_required() else f"[{name}]" for name, field in model.model_fields.items()
    ]
    return " ".join((method, *names))

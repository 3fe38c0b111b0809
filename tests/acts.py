"""What people do at the station, by the names of their commands."""

from __future__ import annotations

from functools import partial

from pydantic import JsonValue

from cp_tui.charger.charger import StationAct
from cp_tui.engine.command import find
from cp_tui.engine.commands import COMMANDS


def act_of(method: str, **params: JsonValue) -> StationAct:
    """What a command has done at the station; raises `CommandError`."""
    command = find(COMMANDS, method, read_only=False)
    return partial(command.does, **command.checked(params))

"""What can be asked, read from the tables of commands: a list, and the help of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.json import schema
from pydantic import TypeAdapter

from cp_tui.cli.door import Door
from cp_tui.engine.command import NOTHING_TO_DO, Act, Command
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.hub import ENGINE, Vocabulary
from cp_tui.engine.value_words import given, in_words, resolved, value_in_words
from cp_tui.rpc.client_session import CONNECTION_COMMANDS

METHODS: Mapping[str, Command] = {**CONNECTION_COMMANDS, **COMMANDS}
"""All commands of a charge point and of the door, by name."""


def methods_of(door: Door) -> Mapping[str, Command]:
    """Give all that can be asked at a door; a shell that completes a word imports no other."""
    match door:
        case Door.CSMS:
            from cp_tui.demo.csms_rpc import CSMS_COMMANDS

            return {**CONNECTION_COMMANDS, **CSMS_COMMANDS}
        case Door.FLEET:
            from cp_tui.fleet.shell.fleet_door import FLEET_COMMANDS

            # It has an end of its own.
            shared = {
                name: each for name, each in CONNECTION_COMMANDS.items() if name != "shutdown"
            }
            return {**shared, **FLEET_COMMANDS}
        case Door.CHARGE_POINT:
            return METHODS


def vocabulary(door: Door) -> Vocabulary:
    """Give what there is to watch at a door."""
    match door:
        case Door.CSMS:
            from cp_tui.demo.csms_variables import CSMS

            return CSMS
        case Door.FLEET:
            from cp_tui.fleet.fleet_variables import FLEET

            return FLEET
        case Door.CHARGE_POINT:
            return ENGINE


def list_of(door: Door) -> str:
    """List what can be asked at a door, a line each; what a demo alone has stands apart."""
    lines = {name: f"  {line_of(command)}" for name, command in methods_of(door).items()}
    if door is not Door.CSMS:
        return "\n".join(lines.values())
    from cp_tui.demo.csms_rpc import PLAY_COMMANDS

    played = [lines.pop(name) for name in PLAY_COMMANDS]
    return "\n".join([*lines.values(), "", "of `cp-tui demo` alone:", *played])


def choices_of(command: Command, name: str) -> Sequence[str]:
    """Give the values that a parameter may have, where they can be listed."""
    whole = command.params.model_json_schema()
    of = whole["properties"].get(name, {})
    kinds = [resolved(each, whole) for each in of.get("anyOf", (of,))]
    if any(kind.get("type") == "boolean" for kind in kinds):
        return ("true", "false")
    return [value for kind in kinds for value in kind.get("enum", ())]


def takes_text(command: Command, name: str) -> bool:
    """Whether a parameter is a text."""
    whole = command.params.model_json_schema()
    return given(whole["properties"].get(name, {}), whole).get("type") == "string"


def line_of(command: Command) -> str:
    """Write a command as a line, optional parameters in brackets."""
    fields = command.params.model_fields.items()
    names = [name if field.is_required() else f"[{name}]" for name, field in fields]
    return " ".join((command.name, *names))


def help_of(command: Command, door: Door = Door.CHARGE_POINT) -> str:
    """Tell all about one command of a door."""
    rows = list(_parameters(command))
    width = max((len(name) for name, _ in rows), default=0)
    usage = re.sub(r" (\[?)(\w+)", r" \1\2=...", line_of(command))
    lines = [f"usage: cp-tui ctl {door.option}{usage}", "", command.sentence, ""]
    lines += [f"  {name:{width}}  {about}" for name, about in rows] + [""] * bool(rows)
    if command.name in ("get", "subscribe"):
        there = vocabulary(door)
        watched = {"Variables": there.variables, "Streams": there.streams}
        lines += [f"{what}: {', '.join(names)}.\n" for what, names in watched.items() if names]
    may = "Observers may use it." if command.is_look else "An observer may not use it."
    return "\n".join([*lines, f"Result: {_result(command)}. {may}"])


def _parameters(command: Command) -> Iterator[tuple[str, str]]:
    """Give each parameter, with its type, what is allowed, and its default."""
    whole = command.params.model_json_schema()
    for name, field in command.params.model_fields.items():
        of = whole["properties"][name]
        parts = [in_words(of, whole)]
        if field.is_required():
            parts.append("required")
        elif (default := of.get("default")) not in (None, ""):
            parts.append(f"default {value_in_words(default)}")
        else:
            parts.append("optional")
        yield name, ", ".join(parts) + (f"; {field.description}" if field.description else "")


def _result(command: Command) -> str:
    given: Any = command.result
    if isinstance(given, str):
        return given
    if isinstance(command, Act):
        return "true, when it is done and saved"
    whole = (
        schema(given)
        if isinstance(given, type) and issubclass(given, Struct)
        else TypeAdapter(given).json_schema(mode="serialization")
    )
    of = resolved(whole, whole)
    if "properties" in of:
        return f"an object with {', '.join(of['properties'])}"
    if of.get("type") == "boolean" and command.undone != NOTHING_TO_DO:
        return f"true, or false: {command.undone}"
    return in_words(whole, whole)

"""What can be asked, read from the tables of commands: a list, and the help of one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.json import schema
from pydantic import TypeAdapter

from cp_tui.charge_point.variables import STREAMS, VARIABLES
from cp_tui.engine.command import NOTHING_TO_DO, Act, Command
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.hub import ENGINE, Vocabulary
from cp_tui.engine.value_words import in_words, resolved, value_in_words
from cp_tui.rpc.client_session import CONNECTION_COMMANDS

METHODS: Mapping[str, Command] = {**CONNECTION_COMMANDS, **COMMANDS}
"""All commands of a charge point and of the door, by name."""

WATCHED = {"Variables": VARIABLES, "Streams": STREAMS}
"""What `get` and `subscribe` take."""


def command_of(method: str) -> Command | None:
    """Give a command of the charge point, else of the CSMS."""
    return METHODS.get(method) or csms_commands().get(method)


def csms_commands() -> Mapping[str, Command]:
    """Import what a shell that completes a word does not wait for."""
    from cp_tui.demo.csms_rpc import CSMS_COMMANDS

    return CSMS_COMMANDS


def vocabulary(of_csms: bool) -> Vocabulary:
    """Give what there is to watch at the door of a charge point, or of a CSMS."""
    if not of_csms:
        return ENGINE
    from cp_tui.demo.csms_variables import CSMS

    return CSMS


def choices_of(command: Command, name: str) -> Sequence[str]:
    """Give the values that a parameter may have, where they can be listed."""
    whole = command.params.model_json_schema()
    of = whole["properties"].get(name, {})
    kinds = [resolved(each, whole) for each in of.get("anyOf", (of,))]
    if any(kind.get("type") == "boolean" for kind in kinds):
        return ("true", "false")
    return [value for kind in kinds for value in kind.get("enum", ())]


def line_of(command: Command) -> str:
    """Write a command as a line, optional parameters in brackets."""
    fields = command.params.model_fields.items()
    names = [name if field.is_required() else f"[{name}]" for name, field in fields]
    return " ".join((command.name, *names))


def help_of(command: Command, *, of_csms: bool = False) -> str:
    """Tell all about one command, of a charge point or of a CSMS."""
    rows = list(_parameters(command))
    width = max((len(name) for name, _ in rows), default=0)
    usage = re.sub(r" (\[?)(\w+)", r" \1\2=...", line_of(command))
    lines = [f"usage: cp-tui ctl {'--csms ' * of_csms}{usage}", "", command.sentence, ""]
    lines += [f"  {name:{width}}  {about}" for name, about in rows] + [""] * bool(rows)
    if command.name in ("get", "subscribe"):
        lines += [f"{what}: {', '.join(names)}.\n" for what, names in WATCHED.items()]
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
        elif (default := of.get("default")) is not None:
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

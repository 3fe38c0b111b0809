"""`cp-tui ctl`: one method of a running engine, from a shell."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, cast

from cp_tui.cli.door import Door, door_of, socket_of
from cp_tui.cli.output import ExitStatus, WrongUse, complain
from cp_tui.engine.errors import ErrorNumber
from cp_tui.ocpp.printable import clean
from cp_tui.rpc.script import EngineGone, lines

if TYPE_CHECKING:
    from pydantic import JsonValue

WATCHING = {
    "wait": "wait PLACE=VALUE ... [timeout]",
    "tail": "tail STREAM [WANTED ...] [past] [count] [timeout]",
}
"""What is done here with the variables and streams of the door, and how it is typed."""
_WRONG_USE_CODES = (ErrorNumber.METHOD_NOT_FOUND, ErrorNumber.INVALID_PARAMS)


def run(options: Namespace) -> int:
    """Call the method, print its result; `subscribe` goes on printing updates."""
    if options.csms and options.id is not None:
        return complain("ctl: --id is of a charge point; a CSMS is chosen with --csms --socket")
    try:
        path = socket_of(options)
        if options.method in WATCHING:
            return _watch(path, options)
        return _call(path, options)
    except WrongUse as error:
        return complain(f"ctl: {error}")
    except EngineGone as error:
        return complain(str(error), ExitStatus.FAILED)
    except KeyboardInterrupt:
        # The way to end what goes on without end.
        return 0 if options.method in ("subscribe", "tail") else ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # `ctl subscribe ... | head`: nobody reads on, so the interpreter must not flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _watch(path: Path, options: Namespace) -> int:
    from cp_tui.cli.command_help import vocabulary
    from cp_tui.cli.ctl_watch import tail, wait

    watch = wait if options.method == "wait" else tail
    return watch(path, options.parameters, vocabulary(door_of(options)))


def _call(path: Path, options: Namespace) -> int:
    method = options.method
    door = door_of(options)
    parameters = _parameters(method, options.parameters, door)
    if method == "subscribe" and parameters.get("variables") == []:
        raise WrongUse("subscribe: name a variable or a stream; nothing would ever come")
    place = str(parameters.pop("path", "")) if method == "get" else ""
    if method == "swipe" and door is Door.CHARGE_POINT:
        # Whoever shows a tag waits to see what comes of it.
        parameters.setdefault("wait", True)
    for content in lines(path, method, parameters, peer=door):
        if "error" in content:
            return _refused(cast("dict[str, JsonValue]", content["error"]))
        if place:
            content["result"] = _at(content["result"], place)
        _show(content, method, parameters, door)
        if "method" not in content and method != "subscribe":
            return 0
    return 0


def _parameters(method: str, typed: Sequence[str], door: Door) -> dict[str, JsonValue]:
    """Read parameters: by name, or in the order of the command; raises `WrongUse`."""
    parameters: dict[str, JsonValue] = {}
    bare = []
    for parameter in typed:
        name, separator, text = parameter.partition("=")
        if not separator or (name and not name.isidentifier()):
            # What holds a sign `=`, such as a certificate in PEM, is no pair for that.
            bare.append(parameter)
            continue
        if not name:
            raise WrongUse(f"{parameter}: a parameter is NAME=VALUE")
        if name in parameters:
            raise WrongUse(f"{name} is given twice")
        parameters[name] = _value(text, method, name, door)
    if bare:
        # The table of commands takes time, and a script that gives names does without it.
        from cp_tui.cli.command_help import methods_of

        command = methods_of(door).get(method)
        names = [] if command is None else [*command.params.model_fields]
        free = [name for name in names if name not in parameters]
        if len(bare) > len(free):
            there = (
                f"{method} takes {', '.join(names) or 'none'}"
                if command
                else f"there is no method {method}"
            )
            raise WrongUse(f"{bare[len(free)]}: a parameter is NAME=VALUE; {there}")
        parameters |= {
            name: _value(text, method, name, door) for name, text in zip(free, bare, strict=False)
        }
    return parameters


def _at(value: JsonValue, place: str) -> JsonValue:
    from cp_tui.rpc.json_path import WrongPath, found_at

    try:
        return found_at(value, place)
    except WrongPath as error:
        raise WrongUse(str(error)) from None


def methods_help(method: str | None, door: Door) -> tuple[str, int]:
    """Tell about one method, or list all with their parameters; give the exit status as well."""
    from cp_tui.cli.command_help import help_of, list_of, methods_of

    if method is None:
        return "\n".join([*(f"  {line}" for line in WATCHING.values()), list_of(door)]), 0
    if method in WATCHING:
        from cp_tui.cli.ctl_watch import HELP

        return HELP[method], 0
    for there in (door, *Door):
        if (command := methods_of(there).get(method)) is not None:
            return help_of(command, there), 0
    known = ", ".join((*WATCHING, *methods_of(door)))
    return f"no method {method!r}; there are: {known}", ExitStatus.WRONG_USE


def _value(text: str, method: str, name: str, door: Door) -> JsonValue:
    """Read a value: JSON if it parses as JSON and no text is wanted, else text."""
    try:
        value: JsonValue = json.loads(text, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError):
        return text
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and (isinstance(value, float) or str(value) != text):
        # A tag such as 12E4, or -0, would not come back as it was typed. To know takes time.
        from cp_tui.cli.command_help import methods_of, takes_text

        command = methods_of(door).get(method)
        if command is not None and takes_text(command, name):
            return text
    return value


def _finite(text: str) -> float:
    """Read a number; NaN, Infinity and what is larger than any number are no JSON."""
    number = float(text)
    if not isfinite(number):
        raise ValueError(text)
    return number


def _show(
    content: dict[str, JsonValue], method: str, parameters: dict[str, JsonValue], door: Door
) -> None:
    """Print a result or an update as one line, its reason apart; JSON here is ASCII only."""
    if "method" in content:
        print(json.dumps(content["params"]), flush=True)
        return
    print(json.dumps(content["result"]), flush=True)
    reason = content.get("reason")
    if isinstance(reason, dict):
        print(clean(f"{reason['text']} [{reason['rule']}]"), file=sys.stderr)
    elif sys.stderr.isatty():
        # A person at a terminal reads what is done; a script has the JSON.
        _tell(method, parameters, content["result"], door)


def _tell(method: str, parameters: dict[str, JsonValue], result: JsonValue, door: Door) -> None:
    from cp_tui.cli.command_help import methods_of

    command = methods_of(door).get(method)
    if command is not None and not command.is_look:
        print(clean(command.told(parameters, result)), file=sys.stderr)


def _refused(error: dict[str, JsonValue]) -> int:
    is_wrong_use = error["code"] in _WRONG_USE_CODES
    return complain(
        f"ctl: {error['message']}", ExitStatus.WRONG_USE if is_wrong_use else ExitStatus.FAILED
    )

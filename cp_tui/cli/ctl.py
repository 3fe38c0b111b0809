"""`cp-tui ctl`: one method of a running engine, from a shell."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from typing import TYPE_CHECKING, cast

from cp_tui.cli.output import ExitStatus, complain
from cp_tui.engine.errors import ErrorNumber
from cp_tui.ocpp.printable import clean
from cp_tui.rpc.paths import find_engine
from cp_tui.rpc.script import EngineGone, lines

if TYPE_CHECKING:
    from pydantic import JsonValue

_WRONG_USE_CODES = (ErrorNumber.METHOD_NOT_FOUND, ErrorNumber.INVALID_PARAMS)


def run(options: Namespace) -> int:
    """Call the method, print its result; `subscribe` goes on printing updates."""
    parameters: dict[str, JsonValue] = {}
    for parameter in options.parameters:
        name, separator, text = parameter.partition("=")
        if not separator or not name:
            return complain(f"ctl: {parameter}: a parameter is NAME=VALUE")
        if name in parameters:
            return complain(f"ctl: {name} is given twice")
        parameters[name] = _value(text)
    if options.method == "swipe":
        # Whoever shows a tag waits to see what comes of it.
        parameters.setdefault("wait", True)
    try:
        path = find_engine(options.socket, options.id)
        for content in lines(path, options.method, parameters):
            if "error" in content:
                return _refused(cast("dict[str, JsonValue]", content["error"]))
            _show(content, options.method, parameters)
            if "method" not in content and options.method != "subscribe":
                return 0
    except EngineGone as error:
        return complain(str(error), ExitStatus.FAILED)
    except KeyboardInterrupt:
        # The way to end `subscribe`.
        return 0 if options.method == "subscribe" else ExitStatus.INTERRUPTED
    except BrokenPipeError:
        # `ctl subscribe ... | head`: nobody reads on, so the interpreter must not flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0


def methods_help(method: str | None) -> tuple[str, int]:
    """Tell about one method, or list all with their parameters; give the exit status as well."""
    from cp_tui.cli.command_help import METHODS, command_of, help_of, line_of

    if method is None:
        return "\n".join(f"  {line_of(each)}" for each in METHODS.values()), 0
    command = command_of(method)
    if command is None:
        return f"no method {method!r}; there are: {', '.join(METHODS)}", ExitStatus.WRONG_USE
    return help_of(command), 0


def _value(text: str) -> JsonValue:
    """A value is JSON if it parses as JSON, else text."""
    try:
        value: JsonValue = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value


def _show(content: dict[str, JsonValue], method: str, parameters: dict[str, JsonValue]) -> None:
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
        _tell(method, parameters, content["result"])


def _tell(method: str, parameters: dict[str, JsonValue], result: JsonValue) -> None:
    from cp_tui.engine.commands import COMMANDS

    if (command := COMMANDS.get(method)) is not None and not command.is_look:
        print(clean(command.told(parameters, result)), file=sys.stderr)


def _refused(error: dict[str, JsonValue]) -> int:
    is_wrong_use = error["code"] in _WRONG_USE_CODES
    return complain(
        f"ctl: {error['message']}", ExitStatus.WRONG_USE if is_wrong_use else ExitStatus.FAILED
    )

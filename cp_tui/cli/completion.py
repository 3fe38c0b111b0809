"""`cp-tui completion`: what a shell needs, and what it is told when somebody presses tab."""

from __future__ import annotations

import json
from argparse import Action, ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from argcomplete import autocomplete
from argcomplete.completers import FilesCompleter
from argcomplete.shell_integration import shellcode

if TYPE_CHECKING:
    from pydantic import JsonValue

PROGRAM = "cp-tui"

Completer = Callable[..., Iterable[str]]
"""Called with the prefix and the parsed options by name."""


def run(options: Namespace) -> int:
    """Print the code for a shell."""
    print(shellcode([PROGRAM], shell=options.shell))
    return 0


def complete(parser: ArgumentParser) -> None:
    """Answer the shell that asks, and end the program."""
    for action in _actions(parser):
        if action.choices is None:
            # The attribute by which argcomplete finds it.
            setattr(action, "completer", COMPLETERS.get(action.dest, _nothing))  # noqa: B010
    autocomplete(parser)


def _actions(parser: ArgumentParser) -> Iterator[Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, _SubParsersAction):
            for command in action.choices.values():
                yield from _actions(command)


def _nothing(**_: object) -> Iterable[str]:
    """Complete nothing: the value is free, and names of files would be wrong."""
    return ()


def _engines(**_: object) -> Iterable[str]:
    from cp_tui.rpc.paths import running_engines

    return running_engines()


def _methods(*, parsed_args: Namespace, **_: object) -> Iterable[str]:
    from cp_tui.cli.command_help import methods_of
    from cp_tui.cli.ctl import WATCHING
    from cp_tui.cli.door import door_of

    return (*WATCHING, *methods_of(door_of(parsed_args)))


def _parameters(*, prefix: str, parsed_args: Namespace, **_: object) -> Iterable[str]:
    """Complete names of parameters, and after `=` the values that a parameter may have."""
    from cp_tui.cli.command_help import choices_of, methods_of, vocabulary
    from cp_tui.cli.door import door_of

    method, door = parsed_args.method, door_of(parsed_args)
    there = vocabulary(door)
    # The word that is being completed is among the parameters already.
    typed = [text for text in parsed_args.parameters if text != prefix]
    if method == "wait":
        return (*_places(prefix, parsed_args), "timeout=")
    if method == "tail":
        return ("past=", "count=", "timeout=") if typed else there.streams
    command = methods_of(door).get(method)
    if command is None:
        return ()
    name, separator, _value = prefix.partition("=")
    if not separator:
        offered = [f"{each}=" for each in command.params.model_fields]
        return [*offered, *there.variables, "path="] if method == "get" else offered
    values: Iterable[str]
    if name == "variable":
        values = there.variables
    elif name in ("key", "keys"):
        values = [key.removesuffix("=") for key in _keys()]
    elif name == "weather":
        values = _names_in("network.weathers", parsed_args) or _weathers()
    elif name == "connector_id":
        values = [str(each) for each in _names_in("connectors", parsed_args)]
    else:
        values = choices_of(command, name)
    return [f"{name}={value}" for value in values]


def _places(prefix: str, options: Namespace) -> Iterable[str]:
    """Complete a place in a variable by what stands there now, and the value by what it is."""
    from cp_tui.cli.command_help import vocabulary
    from cp_tui.cli.door import door_of

    place, separator, _value = prefix.partition("=")
    if separator:
        value = _there(place, options)
        return () if isinstance(value, dict | list) else [f"{place}={_word(value)}"]
    walked, dot, _last = place.rpartition(".")
    if not dot:
        return vocabulary(door_of(options)).variables
    return [f"{walked}.{name}" for name in _names(_there(walked, options))]


def _names_in(place: str, options: Namespace) -> list[str]:
    return _names(_there(place, options))


def _names(value: JsonValue) -> list[str]:
    """Give the names by which one goes further into a value."""
    match value:
        case dict():
            return [*value]
        case list():
            return [_word(next(iter(item.values()))) for item in value if isinstance(item, dict)]
    return []


def _word(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _there(place: str, options: Namespace) -> JsonValue:
    """Give what stands at a place in a variable; None where nobody can be asked."""
    from cp_tui.cli.door import socket_of
    from cp_tui.engine.errors import CannotBegin
    from cp_tui.rpc.json_path import WrongPath, found_at
    from cp_tui.rpc.script import EngineGone, lines

    variable, _, path = place.partition(".")
    try:
        content = next(lines(socket_of(options), "get", {"variable": variable}))
        return found_at(content.get("result"), path)
    except (CannotBegin, EngineGone, WrongPath, StopIteration):
        return None


def _actions_answered(*, prefix: str, **_: object) -> Iterable[str]:
    from cp_tui.demo.behaviour_words import ANSWERED, EVERY

    return (EVERY, *ANSWERED) if "=" not in prefix else ()


def _keys(**_: object) -> Iterable[str]:
    from cp_tui.ocpp.configuration_key import KEYS

    return [f"{key.name}=" for key in KEYS]


def _themes(**_: object) -> Iterable[str]:
    from cp_tui.tui.theme.themes import theme_names, user_themes

    return theme_names(user_themes())


def _presets(*, prefix: str, **_: object) -> Iterable[str]:
    """Complete the names of presets, and files where a path is typed."""
    if "/" in prefix:
        return FilesCompleter(("toml",))(prefix)
    from cp_tui.settings.load import every_preset

    return every_preset()


def _weathers(**_: object) -> Iterable[str]:
    from cp_tui.network.weathers import WEATHERS
    from cp_tui.settings.load import read_network
    from cp_tui.settings.problem import SettingsError

    try:
        return (*WEATHERS, *read_network(None).weathers)
    except SettingsError:
        return WEATHERS


def _misbehaviour(*, prefix: str, **_: object) -> Iterable[str]:
    from cp_tui.fleet.misbehaviour import Kind

    return () if "=" in prefix else [f"{kind}=" for kind in Kind]


def _storms(*, prefix: str, **_: object) -> Iterable[str]:
    from cp_tui.fleet.plan import StormKind

    return () if "@" in prefix else [f"{kind}@" for kind in StormKind]


def _figures(*, prefix: str, **_: object) -> Iterable[str]:
    from cp_tui.fleet.limits import COUNTS, NO_LIMITS, SHARES, SPREADS, TIMED_ACTIONS, TIMES

    spread = [f"{name}.p99" for name in (*SPREADS, *TIMED_ACTIONS)]
    return () if ">" in prefix else [*COUNTS, *SHARES, *TIMES, *spread, NO_LIMITS]


def _screens(**_: object) -> Iterable[str]:
    from cp_tui.tui.registry import SCREENS

    return [screen.NAME for screen in SCREENS]


COMPLETERS: Mapping[str, Completer] = {
    "silent": _actions_answered,
    "delay": _actions_answered,
    "error": _actions_answered,
    "config": FilesCompleter(("toml",)),
    "plan": FilesCompleter(("toml",)),
    "report": FilesCompleter(),
    "ledger": FilesCompleter(),
    "billed": FilesCompleter(),
    "password_file": FilesCompleter(),
    "ca_file": FilesCompleter(),
    "tags": FilesCompleter(),
    "misbehave": _misbehaviour,
    "storm": _storms,
    "fail_if": _figures,
    "socket": FilesCompleter(),
    "data_dir": FilesCompleter(),
    "file": FilesCompleter(),
    "id": _engines,
    "method": _methods,
    "parameters": _parameters,
    "keys": _keys,
    "preset": _presets,
    "screen": _screens,
    "theme": _themes,
    "weather": _weathers,
}

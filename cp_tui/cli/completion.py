"""`cp-tui completion`: what a shell needs, and what it is told when somebody presses tab."""

from __future__ import annotations

from argparse import Action, ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Callable, Iterable, Iterator, Mapping

from argcomplete import autocomplete
from argcomplete.completers import FilesCompleter
from argcomplete.shell_integration import shellcode

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


def _methods(**_: object) -> Iterable[str]:
    from cp_tui.cli.command_help import METHODS

    return METHODS


def _parameters(*, parsed_args: Namespace, **_: object) -> Iterable[str]:
    from cp_tui.cli.command_help import command_of

    command = command_of(parsed_args.method)
    return [f"{name}=" for name in command.params.model_fields] if command else ()


def _keys(**_: object) -> Iterable[str]:
    from cp_tui.ocpp.configuration_key import KEYS

    return [f"{key.name}=" for key in KEYS]


def _themes(**_: object) -> Iterable[str]:
    from cp_tui.tui.theme.themes import theme_names, user_themes

    return theme_names(user_themes())


def _screens(**_: object) -> Iterable[str]:
    from cp_tui.tui.registry import SCREENS

    return [screen.NAME for screen in SCREENS]


COMPLETERS: Mapping[str, Completer] = {
    "config": FilesCompleter(("toml",)),
    "socket": FilesCompleter(),
    "data_dir": FilesCompleter(),
    "file": FilesCompleter(),
    "id": _engines,
    "method": _methods,
    "parameters": _parameters,
    "keys": _keys,
    "screen": _screens,
    "theme": _themes,
}

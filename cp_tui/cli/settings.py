"""From what was typed to settings, and from options back to the arguments of a child."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from cp_tui.cli.patience import reading
from cp_tui.settings.build import ServeSettings
from cp_tui.settings.load import Options, default_config_file, load
from cp_tui.settings.problem import SettingsError

A = TypeVar("A")
B = TypeVar("B")


def read_all(first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """Read two parts of the settings; raises `SettingsError` with every mistake in either."""
    wrong: list[str] = []
    try:
        one = first()
    except SettingsError as error:
        wrong += error.lines
    try:
        other = second()
    except SettingsError as error:
        wrong += error.lines
    if wrong:
        # A mistake in [screen] is found by both.
        raise SettingsError(*dict.fromkeys(wrong))
    return one, other


def read_settings(options: Namespace) -> ServeSettings:
    """Read the settings that the options of `serve` and `run` lead to; raises `SettingsError`."""
    given = Options(
        config=options.config,
        url=options.url,
        id=options.id,
        connectors=options.connectors,
        preset=options.preset,
        keys=tuple(options.keys),
        data_dir=options.data_dir,
        socket=options.socket,
        weather=options.weather,
        seed=options.seed,
    )
    file = options.config or default_config_file()
    try:
        return reading(file, partial(load, given))
    except OSError as error:
        raise SettingsError(f"{file}: {error.strerror}") from None


def serve_arguments(options: Namespace) -> list[str]:
    """Write the options of `run` as arguments of `serve`."""
    arguments = []
    for name in (
        *("config", "url", "id", "connectors", "preset", "data_dir", "socket"),
        *("weather", "seed"),
    ):
        value = getattr(options, name)
        if value is not None:
            arguments.append(f"--{name.replace('_', '-')}={value}")
    return [*arguments, *(f"--set={setting}" for setting in options.keys)]

"""From what was typed to settings, and from options back to the arguments of a child."""

from __future__ import annotations

from argparse import Namespace

from cp_tui.settings.build import ServeSettings
from cp_tui.settings.load import Options, load


def read_settings(options: Namespace) -> ServeSettings:
    """Read the settings that the options of `serve` and `run` lead to; raises `SettingsError`."""
    return load(
        Options(
            config=options.config,
            url=options.url,
            id=options.id,
            connectors=options.connectors,
            keys=tuple(options.keys),
            data_dir=options.data_dir,
            socket=options.socket,
        )
    )


def serve_arguments(options: Namespace) -> list[str]:
    """Write the options of `run` as arguments of `serve`."""
    arguments = []
    for name in ("config", "url", "id", "connectors", "data_dir", "socket"):
        value = getattr(options, name)
        if value is not None:
            arguments.append(f"--{name.replace('_', '-')}={value}")
    return [*arguments, *(f"--set={setting}" for setting in options.keys)]

"""`cp-tui presets`: the kinds of charge points that `--preset` takes, a line each."""

from __future__ import annotations

from argparse import Namespace

from cp_tui.cli.output import say
from cp_tui.settings.load import every_preset


def run(options: Namespace) -> int:
    """List name and sentence of each preset; one that cannot be used is an error."""
    del options
    presets = every_preset()
    width = max(map(len, presets))
    for name, preset in presets.items():
        say(f"{name:{width}}  {preset.about}")
    return 0

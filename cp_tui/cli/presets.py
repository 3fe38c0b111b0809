"""`cp-tui presets`: the kinds of charge points that `--preset` takes, a line each."""

from __future__ import annotations

from argparse import Namespace

from cp_tui.cli.output import complain_of
from cp_tui.ocpp.printable import clean
from cp_tui.settings.load import every_preset
from cp_tui.settings.problem import SettingsError


def run(options: Namespace) -> int:
    """List name and sentence of each preset; one that cannot be used is an error."""
    del options
    presets = every_preset()
    width = max(map(len, presets))
    wrong: list[str] = []
    for name, preset in presets.items():
        if isinstance(preset, SettingsError):
            wrong += preset.lines
        else:
            print(f"{name:{width}}  {clean(preset.about)}")
    return complain_of(wrong) if wrong else 0

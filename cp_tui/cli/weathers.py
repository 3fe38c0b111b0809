"""`cp-tui weathers`: the bad networks that `--weather` takes, a line each."""

from __future__ import annotations

from argparse import Namespace

from cp_tui.network.weathers import WEATHERS
from cp_tui.ocpp.printable import clean
from cp_tui.settings.load import read_network


def run(options: Namespace) -> int:
    """List name and sentence of each weather, those of the settings last."""
    own = read_network(options.config).weathers
    about = {name: weather.about for name, weather in WEATHERS.items()}
    about |= {name: weather.about for name, weather in own.items()}
    width = max(map(len, about))
    for name, text in about.items():
        print(clean(f"{name:{width}}  {text}".rstrip()))
    return 0

"""What can be typed behind `cp-tui replay`."""

from __future__ import annotations

import math
from argparse import ArgumentTypeError, RawTextHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cp_tui.cli.explain_options import Commands

DESCRIPTION = """\
Play one side of a log to a real peer, and tell where the peer of now does something else.

  cp-tui replay steve.log --as charger --url ws://127.0.0.1:9016 --id CP001
  cp-tui replay session.jsonl --as csms --port 9016

Message ids and transaction ids are those of now, times move along, and what the log waited for is
waited for. What is masked in the log is not sent.
Exit status: 0 where all is as it was, 1 where something differs or nobody is there, 2 where the
log cannot be read."""


def add_replay(commands: Commands) -> None:
    """Add `replay`."""
    replay = commands.add_parser(
        "replay",
        help="play one side of a log to a CSMS or a charge point, and tell what differs",
        description=DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    replay.add_argument("file", metavar="FILE", help="the log, in any format of `explain`")
    replay.add_argument(
        "--as", dest="role", choices=("charger", "csms"), required=True, help="the side to play"
    )
    replay.add_argument("--url", metavar="URL", help="of the CSMS, as charger")
    replay.add_argument("--id", metavar="ID", help="of the charge point (default: that of the log)")
    replay.add_argument("--port", type=int, metavar="N", help="on loopback, as csms; 0: a free one")
    replay.add_argument("--from", dest="source", metavar="ID", help="which one of a log of several")
    replay.add_argument("--format", metavar="NAME", help="of the log (default: by itself)")
    replay.add_argument(
        "--speed",
        type=_positive,
        default=1.0,
        metavar="X",
        help="times as fast as the log (default 1)",
    )
    replay.add_argument(
        "--max-pause",
        type=_positive,
        default=10.0,
        metavar="SECONDS",
        help="no pause of the log is longer (default 10)",
    )
    replay.add_argument(
        "--wait",
        type=_positive,
        default=30.0,
        metavar="SECONDS",
        help="for each thing that the peer has to do (default 30)",
    )
    replay.add_argument("--password-file", type=Path, metavar="FILE", help="for Basic, as charger")
    replay.add_argument("--ca-file", type=Path, metavar="PEM", help="roots for wss://")
    replay.add_argument("--json", action="store_true", help="the report as JSON")
    replay.add_argument("--quiet", action="store_true", help="only the report")


def _positive(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= 1e6 or math.isnan(value):
        raise ArgumentTypeError(f"{text}: must be a number above 0, up to 1000000")
    return value

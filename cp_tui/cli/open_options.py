"""What can be typed behind `cp-tui open`."""

from __future__ import annotations

from argparse import ArgumentParser, RawTextHelpFormatter
from typing import TYPE_CHECKING

from cp_tui.cli.explain_options import add_log_options

if TYPE_CHECKING:
    # The class has no other name.
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

DESCRIPTION = """\
Show a log of OCPP 1.6J on the screens of a charge point: what was known of it at any instant, its
messages, and what departs from the standard. The log may be of either side and of nearly any
program; it is recognised by itself, also packed. Nothing leaves this machine.

  cp-tui open steve.log
  cp-tui open --zone Europe/Berlin night.log.gz
  docker logs -f evcc 2>&1 | cp-tui open -

9 lists what is wrong and who is at fault; ] and [ go to the next finding, ' to a time or frame."""


def add_open(commands: Commands) -> ArgumentParser:
    """Add the command and its options, but those of the look."""
    parser = commands.add_parser(
        "open",
        help="show a log on the screens of a charge point",
        description=DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    parser.add_argument(
        "file",
        metavar="FILE",
        help="a log, a bundle, or the data folder of a charge point; - is what comes over a pipe",
    )
    add_log_options(parser)
    parser.add_argument(
        "-f",
        "--follow",
        action="store_true",
        help="read on as the file grows, as of a pipe",
    )
    return parser

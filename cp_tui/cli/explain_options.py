"""What can be typed behind `cp-tui explain`."""

from __future__ import annotations

from argparse import ArgumentParser, RawTextHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The class has no other name.
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

DESCRIPTION = """\
Say what departs from the standard in a log of OCPP 1.6J: when, who is at fault, how grave it is,
which frames show it, and what would have been right. The log may be of either side and of nearly
any program; it is recognised by itself, also packed. Nothing leaves this machine.

  cp-tui explain steve.log
  docker logs evcc 2>&1 | cp-tui explain -
  cp-tui explain --zone Europe/Berlin --json *.log

Where a log does not tell what a rule has to know, the rule is silent.
Exit status: 0 where nothing is above a note, 1 where something is, 2 where a file cannot be
read."""

SEVERITIES = ("error", "warning", "note")


def add_explain(commands: Commands) -> None:
    """Add the command and its options."""
    explain = commands.add_parser(
        "explain",
        help="say what departs from the standard in a log",
        description=DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    explain.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="a log, a bundle, or the data folder of a charge point; - is what comes over a pipe",
    )
    add_log_options(explain)
    explain.add_argument(
        "--ours",
        action="store_true",
        help="also tell what our own charge point would have answered otherwise, and why",
    )
    explain.add_argument("--json", action="store_true", help="an object for each log, on a line")
    explain.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="warning",
        help="from which severity on the exit status is 1 (default warning)",
    )
    explain.add_argument("--rules", action="store_true", help="list all findings and the numbers")
    explain.add_argument("--show-tags", action="store_true", help="print tags of people whole")
    explain.add_argument(
        "--to-trace",
        type=Path,
        metavar="FILE",
        help="write the log as Open OCPP Trace too, secrets masked",
    )
    explain.add_argument(
        "--anonymous",
        action="store_true",
        help="other names for charge points, tags, serial numbers and transactions,\n"
        "in what is printed and written",
    )


def add_log_options(parser: ArgumentParser) -> None:
    """Add what is told of a log that does not say it."""
    parser.add_argument("--format", metavar="NAME", help="whose log it is, if it is mistaken")
    parser.add_argument("--id", metavar="ID", help="the charge point, of a log that names none")
    parser.add_argument(
        "--zone",
        metavar="ZONE",
        help="time zone of a log that states none: +02:00, Europe/Berlin",
    )

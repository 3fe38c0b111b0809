"""What can be typed behind `cp-tui fleet`.

Values are taken as they are typed: the plan checks them with those of its file, so that all that is
wrong is told at once.
"""

from __future__ import annotations

from argparse import SUPPRESS, ArgumentParser, RawTextHelpFormatter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    # The class has no other name.
    from argparse import _SubParsersAction

    Commands = _SubParsersAction[ArgumentParser]

DESCRIPTION = """\
Many charge points at once against one CSMS: they boot, charge, lose their lines and come back, each
as `cp-tui serve` does. At the end stands a table, and whether the CSMS has acknowledged every
transaction with every Wh.

  cp-tui fleet --url ws://127.0.0.1:9016 --stations 200 --for 2m
  cp-tui fleet --plan depot.toml --report run.html --ledger run.csv
  cp-tui fleet --url ws://127.0.0.1:9016 --storm network@30s,share=0.5,down=10s \\
      --fail-if 'BootNotification.p95>2s' --fail-if 'recovery>60s'

Times are written 500ms, 60s, 5m, 1h30m. Ctrl-C ends the run in order, a second one at once.
Exit status: 0 where all limits held, 1 where one did not or the bill is not whole, 2 for wrong use,
3 where no charge point was ever Accepted."""


class PlanOption(NamedTuple):
    """An option that says what a plan could say as well."""

    flag: str
    metavar: str
    place: tuple[str, str]
    """Table and key of the plan."""
    help: str

    @property
    def dest(self) -> str:
        """What its value is called among the parsed options."""
        # An id elsewhere is that of a charge point that runs, and completed so.
        return "ids" if self.flag == "--id" else self.flag.strip("-").replace("-", "_")


PLAN_OPTIONS = (
    PlanOption("--url", "URL", ("fleet", "url"), "of the CSMS, ws:// or wss://, without the id"),
    PlanOption("--stations", "N", ("fleet", "stations"), "how many charge points (default 100)"),
    PlanOption("--id", "PATTERN", ("fleet", "id"), "their ids, with one number (CP{:05d})"),
    PlanOption("--first", "N", ("fleet", "first"), "number of the first one (default 1)"),
    PlanOption("--connectors", "N", ("station", "connectors"), "connectors of each (default 2)"),
    PlanOption("--preset", "NAME", ("charge_point", "preset"), "a kind, or its file"),
    PlanOption(
        "--ramp",
        "HOW",
        ("fleet", "ramp"),
        "how they get power: 10/s, 60s for all (default), or\nstorm for all at once",
    ),
    PlanOption(
        "--for",
        "TIME",
        ("fleet", "for"),
        "how long all of them run (default until Ctrl-C, and 60s\nwithout a terminal)",
    ),
    PlanOption(
        "--sessions",
        "PER_HOUR",
        ("sessions", "per_hour"),
        "sessions at each connector (default 1); 0: nobody comes",
    ),
    PlanOption(
        "--session-length",
        "RANGE",
        ("sessions", "length"),
        "how long one is at most (default 20m..60m)",
    ),
    PlanOption(
        "--energy",
        "RANGE",
        ("sessions", "energy_kwh"),
        "how much it takes at most, in kWh (default 5..40)",
    ),
    PlanOption(
        "--tags",
        "N|FILE",
        ("sessions", "tags"),
        "made-up tags (default 100, TAG00001 and on), or a file\nwith one on each line",
    ),
    PlanOption(
        "--backoff",
        "TIME+TIME",
        ("fleet", "backoff"),
        "wait before a reconnection, and random time on top\n(default 3s+10s)",
    ),
    PlanOption(
        "--connecting",
        "N",
        ("fleet", "connecting"),
        "handshakes at once (default 100); one without an answer\nfor 3 s does not count",
    ),
    PlanOption("--seed", "N", ("fleet", "seed"), "of all chance (default: drawn, and shown)"),
    PlanOption(
        "--settle",
        "TIME",
        ("limits", "settle"),
        "wait at the end for what is not acknowledged\n(default 30s)",
    ),
)
"""Options with one value; the plan has a key for each."""
PLAN_FILES = (
    PlanOption(
        "--password-file",
        "FILE",
        ("fleet", "password_file"),
        "AuthorizationKey of each: lines id,password",
    ),
    PlanOption(
        "--store",
        "FILE",
        ("fleet", "store"),
        "keep what charge points keep in this one file; the next\nrun with it takes over",
    ),
    PlanOption("--ca-file", "FILE", ("csms", "ca_file"), "roots to trust for wss, as PEM"),
)
PLAN_SWITCHES = (
    PlanOption("--compress", "", ("fleet", "compress"), "offer permessage-deflate"),
    PlanOption(
        "--strict-load",
        "",
        ("limits", "strict_load"),
        "fail where the fleet itself is at its limit",
    ),
)
LISTS: Mapping[str, tuple[str, str]] = {
    "--storm": (
        "KIND@TIME[,KEY=VALUE]",
        "reconnect, power or network; with share=, down= and\nbackoff=; may be repeated",
    ),
    "--misbehave": (
        "KIND=SHARE",
        "a share that does something wrong, such as silent=2%%;\nmay be repeated",
    ),
    "--fail-if": (
        "FIGURE>BOUND",
        "a limit, beside lost>0, doubled>0 and unaccepted>0;\nnone takes away those before; may be"
        " repeated",
    ),
    "--set": ("KEY=VALUE", "first value of a configuration key; may be repeated"),
    "--source-address": ("ADDRESS", "own address to connect from; may be repeated"),
    "--watch": ("ID", "give this one a door for cp-tui attach and ctl;\nmay be repeated"),
}
"""Options that may be given more than once."""


RESULTS = ("--plan", "--password", "--report", "--every", "--ledger", "--billed")
"""Options of one value that are none of the plan's own."""


def with_signs(arguments: Sequence[str]) -> list[str]:
    """Join options of a fleet with values that begin with a minus sign and a digit.

    argparse takes those for options and says that a value is missing; the plan says what it may be.
    """
    joined: list[str] = []
    flags = {each.flag for each in PLAN_OPTIONS} if arguments[:1] == ["fleet"] else set()
    for text in arguments:
        if text[:1] == "-" and text[1:2].isdecimal() and joined and joined[-1] in flags:
            joined[-1] += f"={text}"
        else:
            joined.append(text)
    return joined


def add_fleet(commands: Commands) -> ArgumentParser:
    """Add the command and its options."""
    fleet = commands.add_parser(
        "fleet",
        help="many charge points at once against one CSMS, and the bill at the end",
        description=DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    fleet.add_argument(
        "--plan", type=Path, metavar="FILE", help="all of this and stages, in TOML; options win"
    )
    for each in PLAN_OPTIONS:
        fleet.add_argument(each.flag, dest=each.dest, metavar=each.metavar, help=each.help)
    for each in PLAN_FILES:
        fleet.add_argument(each.flag, type=Path, metavar=each.metavar, help=each.help)
    fleet.add_argument(
        "--password",
        metavar="TEXT",
        help="AuthorizationKey of all; others on this machine can\nsee it: better a file",
    )
    for each in PLAN_SWITCHES:
        fleet.add_argument(each.flag, action="store_true", default=None, help=each.help)
    for flag, (metavar, words) in LISTS.items():
        fleet.add_argument(
            flag,
            # As in other commands, where the names of keys are completed.
            dest="keys" if flag == "--set" else flag.strip("-").replace("-", "_"),
            action="append",
            default=[],
            metavar=metavar,
            help=words,
        )
    _add_results(fleet)
    fleet.add_argument(
        "--no-screen", action="store_true", help="on a terminal, too: a line now and then"
    )
    # Behind the screen that has started it: the socket of the door, and no line but the table.
    fleet.add_argument("--behind", type=Path, help=SUPPRESS)
    return fleet


def _add_results(fleet: ArgumentParser) -> None:
    fleet.add_argument(
        "--report", type=Path, metavar="FILE", help="write all figures: .json, .csv or .html"
    )
    fleet.add_argument(
        "--every", metavar="TIME", help="add a point of time so often, to .json and .csv"
    )
    fleet.add_argument(
        "--ledger", type=Path, metavar="FILE", help="write each acknowledged transaction, as CSV"
    )
    fleet.add_argument(
        "--billed",
        type=Path,
        metavar="FILE",
        help="what the CSMS has billed, as CSV, read at the end:\nevery transaction must be there"
        " once, with its energy",
    )
    fleet.add_argument(
        "--print-locustfile",
        action="store_true",
        help="print a locustfile, for more than one process or\nmachine (cp-tui[locust])",
    )

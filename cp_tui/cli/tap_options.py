"""What can be typed behind `cp-tui tap`."""

from __future__ import annotations

from argparse import ArgumentTypeError, RawTextHelpFormatter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cp_tui.cli.explain_options import Commands

TAP_LISTEN = "127.0.0.1:9100"
TAP_DESCRIPTION = """\
Pass everything between charge points and their CSMS on, byte by byte, write the frames down and
tell at once what departs from OCPP, who did it and which section says so.

  cp-tui tap --upstream wss://csms.example.com/ocpp
  cp-tui tap --listen 127.0.0.1:9100 --upstream ws://127.0.0.1:9016 --trace session.jsonl

A charge point that connects to ws://127.0.0.1:9100/CP001 is passed on as CP001. Passwords and keys
are passed on, and written down nowhere. `cp-tui explain` reads what was written, and while the tap
runs, `cp-tui attach --id CP001` shows the charge point on a screen."""


def add_tap(commands: Commands) -> None:
    tap = commands.add_parser(
        "tap",
        help="stand between a charge point and its CSMS, and tell what departs from OCPP",
        description=TAP_DESCRIPTION,
        formatter_class=RawTextHelpFormatter,
    )
    tap.add_argument(
        "--upstream",
        required=True,
        metavar="URL",
        help="the CSMS, ws:// or wss://; the last part of the charge point's path is appended",
    )
    tap.add_argument(
        "--listen",
        default=TAP_LISTEN,
        metavar="HOST:PORT",
        help="where charge points come in (default %(default)s); port 0 takes a free one",
    )
    tap.add_argument(
        "--listen-anywhere", action="store_true", help="let HOST be other than this machine"
    )
    tap.add_argument("--trace", type=Path, metavar="FILE", help="where frames are written")
    tap.add_argument("--no-trace", action="store_true", help="write no frames down")
    tap.add_argument(
        "--no-door", action="store_true", help="let nobody attach to the charge points"
    )
    tap.add_argument(
        "--keep-mb", type=_megabytes, default=100, metavar="N", help="of frames (default 100)"
    )
    tap.add_argument("--certificate", type=Path, metavar="PEM", help="shown to charge points")
    tap.add_argument("--key", type=Path, metavar="PEM", help="its key, where that is a file apart")
    tap.add_argument("--ca-file", type=Path, metavar="PEM", help="roots that the CSMS is held to")
    tap.add_argument(
        "--level",
        choices=("error", "warning", "note"),
        default="warning",
        help="what is told (default %(default)s)",
    )
    tap.add_argument("--json", action="store_true", help="tell it as JSON Lines")


def _megabytes(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise ArgumentTypeError(f"{text}: must be a whole number from 1 to 10000")
    return int(text)

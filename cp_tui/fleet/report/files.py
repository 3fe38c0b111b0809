"""Writes a report where it is wanted, in the form that the ending of its name says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.page import report_page
from cp_tui.fleet.report.rows import report_rows
from cp_tui.fleet.whole_file import write_whole
from cp_tui.ocpp.printable import ascii_json


def report_json(report: FleetReport) -> str:
    """Write it as JSON, with what follows from the figures beside them."""
    content = msgspec.to_builtins(report)
    content["bill"]["lost"] = report.bill.lost
    content["is_held"] = report.is_held and not report.tested_nothing
    text = msgspec.json.format(msgspec.json.encode(content), indent=2).decode()
    return "".join(f"{ascii_json(line)}\n" for line in text.split("\n"))


FORMS: Mapping[str, Callable[[FleetReport], str]] = {
    ".json": report_json,
    ".csv": lambda report: "".join(report_rows(report)),
    ".html": report_page,
}
"""The endings that a report may have."""


def write_report(report: FleetReport, path: Path) -> str:
    """Write it as a whole; gives what went wrong, empty: nothing. An old one stays until then."""
    return write_whole(path, FORMS[path.suffix](report))

"""What a run of a fleet says at its end: the table, and the exit status."""

from __future__ import annotations

from cp_tui.cli.output import ExitStatus, complain_of
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.text import report_lines


def told(report: FleetReport) -> int:
    """Print the table; gives the exit status."""
    try:
        print("\n".join(("", *report_lines(report))), flush=True)
    except OSError as error:
        complain_of([f"standard output: {error.strerror}"])
        return ExitStatus.FAILED
    if report.tested_nothing:
        return ExitStatus.INCONCLUSIVE
    return ExitStatus.DONE if report.is_held else ExitStatus.FAILED

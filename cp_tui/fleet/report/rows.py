"""The report as CSV: a line for each figure, so that any program for tables can turn it round."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from cp_tui.fleet.csv_cells import csv_line
from cp_tui.fleet.report.fleet_report import ActionFigures, FleetReport, Times

COLUMNS = ("section", "name", "figure", "value")
_OF_THE_RUN = (
    *("version", "url", "seed", "began_at", "elapsed_s"),
    *("planned", "started", "behaving", "accepted"),
)

Row = tuple[str, str, str, object]


def report_rows(report: FleetReport) -> Iterator[str]:
    """Give the lines; times are in seconds, shares are parts of 1."""
    yield csv_line(COLUMNS)
    for row in _rows(report):
        yield csv_line(row)


def _rows(report: FleetReport) -> Iterator[Row]:
    yield from (("run", "", name, getattr(report, name)) for name in _OF_THE_RUN)
    yield from (("run", "fault", "", text) for text in report.faults)
    for limit in report.limits:
        yield "limit", limit.limit, "value", limit.figure
        yield "limit", limit.limit, "held", str(limit.is_held).lower()
    yield from _actions("request", report.actions)
    yield from _times("time", "power_to_accepted", report.power_to_accepted)
    yield from _times("time", "swipe_to_charging", report.swipe_to_charging)
    link = report.link
    yield "link", "opened", "count", link.opened
    yield from (("link", "refused", step, number) for step, number in link.refused.items())
    reasons = link.refused_reasons.items()
    yield from (("link", "refused because", why, number) for why, number in reasons)
    yield from (("link", "lost", why, number) for why, number in link.loss_reasons.items())
    yield from _times("link", "connect", link.connect)
    yield from _times("link", "back", link.back)
    yield from (("link", "recovery", f"{n}", each) for n, each in enumerate(link.recoveries_s, 1))
    for command in report.commands:
        for status, number in command.answers.items():
            yield "command", command.action, status, number
        yield from _times("command", command.action, command.took)
    yield from (("bill", "", name, value) for name, value in structs.asdict(report.bill).items())
    yield "bill", "", "lost", report.bill.lost
    for status, tags in report.tags_refused.items():
        yield from (("tag refused", status, tag, number) for tag, number in tags.items())
    for name, value in structs.asdict(report.itself).items():
        if name != "error_texts":
            yield "itself", "", name, str(value).lower() if isinstance(value, bool) else value
    if report.misbehaving is not None:
        yield from _actions("misbehaving", report.misbehaving.actions)
    for moment in report.timeline:
        for name, value in structs.asdict(moment).items():
            if name != "at_s":
                yield "moment", f"{moment.at_s:.3f}", name, value


def _actions(section: str, figures: Iterable[ActionFigures]) -> Iterator[Row]:
    for each in figures:
        for name in ("count", "call_errors", "timeouts", "lost", "per_second"):
            yield section, each.action, name, getattr(each, name)
        yield from _times(section, each.action, each.answer, "answer.")
        yield from _times(section, each.action, each.age, "age.")


def _times(section: str, name: str, times: Times | None, before: str = "") -> Iterator[Row]:
    if times is not None:
        for figure, value in structs.asdict(times).items():
            yield section, name, f"{before}{figure}", value

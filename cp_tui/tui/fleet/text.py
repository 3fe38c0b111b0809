"""The panes of a fleet in words and bars. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from textual.content import Content

from cp_tui.fleet.fleet import StationRow
from cp_tui.fleet.fleet_events import FleetEvent, FleetEventKind, storm_words
from cp_tui.fleet.report.fleet_report import (
    GIVEN_TWICE,
    NOT_ACKNOWLEDGED,
    ActionFigures,
    FleetReport,
    Times,
)
from cp_tui.fleet.report.words import brief, label
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import energy
from cp_tui.tui.dashboard.countdown import until
from cp_tui.tui.fleet.alarms import missing
from cp_tui.tui.state.fleet_state import FleetState
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_ODD, GOOD, QUIET
from cp_tui.tui.text.words import Clock, joined, size
from cp_tui.tui.theme.glyphs import GlyphSet

PHASES: Mapping[StationPhase, tuple[str, str]] = {
    StationPhase.CHARGING: ("charging", "$text-success"),
    StationPhase.ACCEPTED: ("Accepted", "$text-success"),
    StationPhase.OPEN: ("open", "$text-warning"),
    StationPhase.CONNECTING: ("connecting", "$text-warning"),
    StationPhase.WAITING: ("waiting", "$text-error"),
    StationPhase.OFF: ("no power", "$text-muted"),
}
"""Each with its word and colour, the best first."""
EVENT_STYLES: Mapping[FleetEventKind, str] = {
    FleetEventKind.ARRIVED: GOOD,
    FleetEventKind.BACK: GOOD,
    FleetEventKind.LOST: BOLD_BAD,
    FleetEventKind.ERROR: BOLD_BAD,
    FleetEventKind.NO_ROOM: BOLD_BAD,
    FleetEventKind.LOAD: BOLD_ODD,
    FleetEventKind.STORM: BOLD_ODD,
    FleetEventKind.PAUSED: BOLD_ODD,
}
"""Of those that are more than a step of the plan."""
BAR_MIN = 4
LABEL_CELLS = 11
RUN_LABEL_CELLS = 8
"""Of a pane's line, what is no room for the words of a run."""
WIDE_FROM = 45
"""Cells from which more is told of what runs."""


def bar(value: int, most: int, cells: int, glyphs: GlyphSet) -> str:
    """A bar of up to so many cells; what is there at all is seen."""
    parts = len(glyphs.gauge)
    level = max(1, round(value / most * cells * parts)) if value and most else 0
    full, rest = divmod(min(level, cells * parts), parts)
    return glyphs.gauge[-1] * full + (glyphs.gauge[rest - 1] if rest else "")


def phase_facts(view: FleetView | None, width: int, glyphs: GlyphSet) -> list[Fact]:
    """How many are in each phase."""
    if view is None:
        return []
    phases = view.counts.phases
    to_come = max(0, view.planned - view.counts.started)
    most = max(sum(phases.values()) + to_come, 1)
    digits = len(f"{most}")
    cells = max(BAR_MIN, width - LABEL_CELLS - digits - 2)
    facts = []
    for phase, (word, style) in PHASES.items():
        number = phases.get(phase, 0)
        drawn = bar(number, most, cells, glyphs)
        text = Content.assemble(
            (word.ljust(LABEL_CELLS), QUIET),
            (f"{number:>{digits}} ", "bold" if number else QUIET),
            (drawn, style),
        )
        facts.append(Fact("", text, f"{word} {number}"))
    if to_come:
        text = Content.assemble(("to come".ljust(LABEL_CELLS), QUIET), f"{to_come:>{digits}}")
        facts.append(Fact("", text))
    return facts


def bill_facts(state: FleetState) -> list[Fact]:
    """What is billed of what was charged, and what is wrong with it."""
    view, report = state.view, state.report
    if view is None or report is None:
        return []
    bill = report.bill
    waits = bill.begun - bill.acknowledged - bill.given_up
    runs = min(view.counts.transactions, waits)
    is_over = view.part is RunPart.ENDED
    parts = [f"{bill.acknowledged} of {bill.begun}"]
    if not is_over:
        parts += [f"{runs} run" if runs else "", f"{waits - runs} wait" if waits - runs else ""]
    style = GOOD if bill.acknowledged == bill.begun else "" if not is_over else BOLD_BAD
    made, taken = energy(bill.wh_made), energy(bill.wh_acknowledged)
    facts = [
        Fact("Billed", Content.styled(", ".join(filter(None, parts)), style)),
        Fact("Energy", Content(f"{taken} of {made}" if bill.wh_made else "none yet")),
        Fact("Lost", _lost_words(report, is_over=is_over)),
        Fact("Doubled", _doubled_words(report)),
        Fact("Values", _values_words(report)),
    ]
    if bill.taken_over:
        facts.append(Fact("Before", Content(f"{bill.taken_over} taken over from the store")))
    if bill.sent_again:
        facts.append(Fact("Again", Content(f"{bill.sent_again} sent again after a lost answer")))
    return facts


def _lost_words(report: FleetReport, *, is_over: bool) -> Content:
    bill = report.bill
    if is_over and bill.lost:
        return safe_text(f"{bill.lost} · {_note(report, NOT_ACKNOWLEDGED)}", BOLD_BAD)
    if bill.given_up:
        return Content.styled(f"{bill.given_up} given up: start or stop was never taken", BOLD_BAD)
    return Content.styled("none" if is_over else "none so far", GOOD)


def _doubled_words(report: FleetReport) -> Content:
    if not report.bill.doubled:
        return Content.styled("none", GOOD)
    return safe_text(f"{report.bill.doubled} · {_note(report, GIVEN_TWICE)}", BOLD_BAD)


def _note(report: FleetReport, begin: str) -> str:
    return next((each for each in report.notes if each.startswith(begin)), "")


def _values_words(report: FleetReport) -> Content:
    bill = report.bill
    lost = bill.values_dropped + bill.values_given_up
    return Content.assemble(
        f"{bill.values_delivered} of {bill.values_made} MeterValues",
        (f", {lost} never sent or given up", BOLD_ODD) if lost else "",
    )


def run_facts(state: FleetState, clock: Clock, width: int) -> list[Fact]:
    """What runs and comes next, the link, and how the fleet itself fares."""
    view, report = state.view, state.report
    if view is None:
        return []
    is_wide = width >= WIDE_FROM
    facts = [
        Fact("Now", _now_words(view, clock, width)),
        Fact("Next", _next_words(view, clock, width)),
    ]
    if report is not None:
        link = report.link
        refused = sum(link.refused.values())
        facts.append(
            Fact(
                "Link",
                Content.assemble(
                    f"{link.losses} lost, ",
                    (f"{refused} refused", "$text-warning" if refused else ""),
                    f", {view.connecting} connecting" if view.connecting and is_wide else "",
                    f", {view.at_gate} in line" if view.at_gate else "",
                ),
            )
        )
        facts.append(Fact("Back", back_words(view, report)))
    figures, moment = view.figures, view.moment
    is_over = view.part is RunPart.ENDED
    share = figures.cpu_share if moment is None or is_over else moment.cpu_share
    load = f": core {share:.0%} late {brief(figures.lag_p99_s)}"
    memory = f", {size(figures.memory_kib * 1024)}" if is_wide else ""
    facts.append(Fact("Itself", Content.assemble(load_verdict(view), load, (memory, QUIET))))
    return facts


def load_verdict(view: FleetView) -> Content:
    """Whether the times that are measured are those of the CSMS."""
    if view.is_at_limit:
        return Content.styled("at limit", BOLD_BAD)
    return Content.styled("has room", GOOD)


def back_words(view: FleetView, report: FleetReport) -> Content:
    """Whether all are back, and how long that took."""
    if report.link.is_away and view.part is RunPart.ENDED:
        return Content.styled("not all, at the end", BOLD_BAD)
    if view.is_away and view.part is not RunPart.ENDED:
        return Content.styled(f"{missing(view)} not yet", BOLD_BAD)
    times = view.recoveries_s or report.link.recoveries_s
    if times:
        more = f", {count(len(times), 'time')} in all" if len(times) > 1 else ""
        return Content.styled(f"99 % back after {brief(times[-1])}{more}", GOOD)
    if report.link.back is not None:
        return Content(f"each after {brief(report.link.back.p50_s)} (p50)")
    if not view.counts.accepted_once:
        return Content.styled("nobody has come yet", QUIET)
    return Content.styled("none was away", QUIET)


def event_facts(events: Sequence[FleetEvent], clock: Clock) -> list[Fact]:
    """What has happened, the newest first."""
    found = [
        Fact(clock.time(each.at), safe_text(each.text, EVENT_STYLES.get(each.kind, "")))
        for each in reversed(events)
    ]
    return found or [Fact("", Content.styled("nothing yet", QUIET))]


def _now_words(view: FleetView, clock: Clock, width: int) -> Content:
    match view.part:
        case RunPart.SETTLING:
            return Content.styled(f"settling: {view.counts.unsettled} with open messages", BOLD_ODD)
        case RunPart.ENDING:
            return Content.styled("closing the connections", BOLD_ODD)
        case RunPart.ENDED:
            return Content("the run is over")
    here = [each for each in view.storms if each.until > view.at]
    if here:
        storm = here[-1]
        struck = f" · has met {storm.struck}" if width >= WIDE_FROM else ""
        words = f"{storm_words(storm)} to {clock.time(storm.until)}{struck}"
        return Content.styled(words, BOLD_ODD)
    if view.is_paused:
        return Content.styled("the arrivals are paused", BOLD_ODD)
    stage = view.stage
    if stage is None:
        return Content("all stages are over")
    does = "comes to" if stage.is_changing else "holds"
    return Content(f"stage {stage.number} of {stage.stages} {does} {stage.stations}")


def _next_words(view: FleetView, clock: Clock, width: int) -> Content:
    then = Clock(view.at, clock.zone)
    if view.part is not RunPart.RUNNING:
        if view.part is RunPart.SETTLING and view.ends_at is not None:
            return Content(f"waits {until(view.ends_at, then).removeprefix('in ')} at most")
        return Content.styled("nothing", QUIET)
    due: list[tuple[datetime, Content]] = []
    storm, stage = view.next_storm, view.stage
    if storm is not None:
        words = Content.styled(f"{storm_words(storm)} {until(storm.at, then)}", BOLD_ODD)
        due.append((storm.at, words))
    if stage is not None and stage.until is not None and stage.number < stage.stages:
        due.append((stage.until, Content(f"stage {stage.number + 1} {until(stage.until, then)}")))
    if view.ends_at is not None:
        due.append((view.ends_at, Content(f"the end {until(view.ends_at, then)}")))
    parts = [words for _, words in sorted(due, key=lambda each: each[0])]
    # What comes later gives way to what else there is to say.
    while len(parts) > 1 and joined(parts).cell_length > width - RUN_LABEL_CELLS:
        parts.pop()
    return joined(parts) if parts else Content.styled("until it is ended", QUIET)


def _time(times: Times | None, name: str) -> Content:
    return Content("-") if times is None else Content(brief(getattr(times, name)))


def _failures(figures: ActionFigures) -> Content:
    number = figures.failures
    return Content.styled(f"{number}", "$text-error" if number else QUIET)


REQUEST_COLUMNS: tuple[Column[ActionFigures], ...] = (
    Column("Request", 11, lambda each: safe_text(each.action), is_flexible=True),
    Column("count", 6, lambda e: Content(f"{e.count}"), "right", 2, order=lambda e: e.count),
    Column("fail", 4, _failures, "right", 1, order=lambda each: each.failures),
    Column("p50", 6, lambda each: _time(each.answer, "p50_s"), "right", 3),
    Column("p95", 6, lambda each: _time(each.answer, "p95_s"), "right", 5),
    Column("p99", 6, lambda each: _time(each.answer, "p99_s"), "right"),
    Column("max", 6, lambda each: _time(each.answer, "max_s"), "right", 7),
    Column("age 99", 6, lambda each: _time(each.age, "p99_s"), "right", 4),
    Column("per s", 6, lambda each: Content(f"{each.per_second:.1f}"), "right", 6),
)


def request_facts(figures: ActionFigures | None) -> list[Fact]:
    """All about the requests of one Action."""
    if figures is None:
        return []

    def spread(times: Times | None) -> Content:
        if times is None:
            return Content("-")
        names = ("p50", "p95", "p99", "max")
        return Content(" · ".join(f"{n} {brief(getattr(times, f'{n}_s'))}" for n in names))

    return [
        Fact("Request", safe_text(figures.action)),
        Fact("Count", Content(f"{figures.count} · {figures.per_second:.1f} a second")),
        Fact("Answer", spread(figures.answer)),
        Fact("Age", spread(figures.age)),
        Fact("CALLERROR", Content(f"{figures.call_errors}")),
        Fact("Time-out", Content(f"{figures.timeouts}")),
        Fact("Lost", Content(f"{figures.lost} · the connection went before the answer")),
    ]


def command_facts(report: FleetReport | None) -> list[Fact]:
    """What the CSMS asked, and what it was answered."""
    if report is None:
        return []
    lines = []
    for each in report.commands:
        answers = ", ".join(f"{n} {label(s) or 'answered'}" for s, n in each.answers.items())
        took = f"  p99 {brief(each.took.p99_s)}" if each.took else ""
        action = safe_text(label(each.action), "bold")
        lines.append(Fact("", Content.assemble(action, "  ", safe_text(answers), (took, QUIET))))
    return lines or [Fact("", Content.styled("the CSMS has asked nothing yet", QUIET))]


def _phase(row: StationRow) -> Content:
    word, style = PHASES[row.phase]
    return Content.styled(word, style)


STATION_COLUMNS: tuple[Column[StationRow], ...] = (
    Column("Charge point", 12, lambda row: safe_text(row.id, "bold")),
    Column("phase", 10, _phase),
    Column("tx", 3, lambda row: Content(f"{row.transactions or ''}"), "right", rank=1),
    Column("queue", 5, lambda row: Content(f"{row.queue or ''}"), "right"),
    Column("misbehaves", 14, lambda row: Content(row.kind.value if row.kind else ""), rank=2),
)


def station_columns(clock: Clock) -> tuple[Column[StationRow], ...]:
    """All columns: an error of long ago is told as one."""

    def error(row: StationRow) -> Content:
        return safe_text(_error_words(row, clock))

    return (*STATION_COLUMNS, Column("last error", 20, error, is_flexible=True))


def _error_words(row: StationRow, clock: Clock) -> str:
    return "" if row.error_at is None else f"{clock.brief(row.error_at)} {row.last_error}"


def station_facts(row: StationRow | None, clock: Clock) -> list[Fact]:
    """The charge point under the cursor."""
    if row is None:
        return []
    error = _error_words(row, clock)
    return [Fact("Error", safe_text(error) if error else Content.styled("none", QUIET))]

"""What is wrong with a run, the gravest first, or that nothing is: the line on top. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content

from cp_tui.fleet.report import words
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.ocpp.plural import count
from cp_tui.tui.state.fleet_state import FleetState
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.units import cut
from cp_tui.tui.text.words import Clock

BAD, ODD, GOOD, QUIET = (
    "bold $text-error",
    "bold $text-warning",
    "bold $text-success",
    "$text-muted",
)
LOAD_WORDS = "the fleet itself is at its limit: times are partly its own"


class FleetAlarm(Struct, frozen=True):
    """One thing that is wrong."""

    style: str
    words: str


def alarms(state: FleetState) -> list[FleetAlarm]:
    """All that is wrong now, the gravest first."""
    view, report = state.view, state.report
    if view is None:
        return []
    found = [*_of_us(view)]
    if report is not None:
        found += _of_bill(report, is_over=state.has_ended)
    if view.is_away and view.part is RunPart.RUNNING:
        found.append(FleetAlarm(BAD, _away_words(view)))
    if report is not None:
        found += (FleetAlarm(BAD, each) for each in report.faults)
        found += (FleetAlarm(BAD, each.words) for each in report.limits if not each.is_held)
    if report is not None and view.part is RunPart.ENDED and report.tested_nothing:
        found.append(FleetAlarm(BAD, words.nothing_tested(report)))
    if view.figures.is_at_limit:
        found.append(FleetAlarm(ODD, LOAD_WORDS))
    if view.is_paused:
        found.append(FleetAlarm(ODD, "the arrivals are paused"))
    return found


def alarm_line(state: FleetState, clock: Clock, width: int) -> Content:
    """The gravest, and how many more there are; where nothing is wrong, how it stands."""
    found = alarms(state)
    if found and not state.has_ended:
        more = f" · {len(found) - 1} more" if len(found) > 1 else ""
        said = Content.assemble(
            (" ! ", found[0].style), safe_text(found[0].words, found[0].style), (more, QUIET)
        )
        return cut(said, width)
    return cut(Content.assemble(" ", _state_words(state, found)), width)


def accepted_now(view: FleetView) -> int:
    """How many are Accepted, with those that charge and those that misbehave."""
    phases = view.counts.phases
    return phases[StationPhase.ACCEPTED] + phases[StationPhase.CHARGING]


def _of_us(view: FleetView) -> Iterator[FleetAlarm]:
    if view.failures:
        yield FleetAlarm(BAD, f"{count(view.failures, 'charge point')} ended by an error inside")
    if view.store_problem:
        yield FleetAlarm(BAD, view.store_problem)
    if view.no_room:
        number = count(view.no_room, "connection")
        yield FleetAlarm(BAD, f"this machine had no room for {number}")


def _of_bill(report: FleetReport, *, is_over: bool) -> Iterator[FleetAlarm]:
    bill = report.bill
    if bill.doubled:
        number = count(bill.doubled, "transactionId")
        yield FleetAlarm(BAD, f"{number} given out twice: two sessions, one bill")
    if bill.given_up:
        number = count(bill.given_up, "transaction")
        yield FleetAlarm(BAD, f"{number} given up: the CSMS never took start or stop")
    if is_over and bill.lost:
        number = count(bill.lost, "transaction")
        yield FleetAlarm(BAD, f"{number} lost: not acknowledged in full at the end")


def _away_words(view: FleetView) -> str:
    missing = sum(view.counts.phases.values()) - accepted_now(view)
    return f"more than a tenth is lost: {missing} of {view.counts.started} are not Accepted"


def _state_words(state: FleetState, found: list[FleetAlarm]) -> Content:
    view, report = state.view, state.report
    if view is None:
        return Content.styled("waiting for the first word of the fleet", QUIET)
    if view.part is RunPart.ENDED:
        return _end_words(report, found)
    if view.part is not RunPart.RUNNING:
        left = view.counts.unsettled
        rest = f"{count(left, 'charge point')} still to settle" if left else "all is settled"
        return Content.styled(f"the run ends: {rest}", ODD)
    accepted, started = accepted_now(view), view.counts.started
    if started < view.planned and view.stage is not None and view.stage.is_changing:
        return Content.styled(f"arriving: {accepted} of {view.stage.stations} Accepted", GOOD)
    back = f", 99 % back after {words.brief(view.recoveries_s[-1])}" if view.recoveries_s else ""
    is_all = accepted >= started
    said = f"all {started} are Accepted{back}" if is_all else f"{accepted} of {started} Accepted"
    return Content.assemble((said, GOOD if is_all else ODD), " · ", _bill_words(view))


def _bill_words(view: FleetView) -> Content:
    """Whether all is billed that has an end."""
    bill = view.bill
    waits = bill["open"] - min(view.counts.transactions, bill["open"])
    if waits:
        return Content.styled(f"{count(waits, 'transaction')} not billed yet", ODD)
    if not bill["acknowledged"]:
        return Content.styled("nothing to be billed yet", QUIET)
    return Content.styled("all that has ended is billed", GOOD)


def _end_words(report: FleetReport | None, found: list[FleetAlarm]) -> Content:
    if report is None:
        return Content.styled("the run is over", ODD)
    said = words.conclusion(report)
    if report.is_held and not report.tested_nothing:
        whole = "all are billed" if report.bill.begun else "nothing was to be billed"
        return Content.styled(f"the run is over · {said} · {whole}", GOOD)
    why = f" · {found[0].words}" if found else ""
    return safe_text(f"the run is over · {said}{why}", BAD)

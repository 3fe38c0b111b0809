"""What is wrong with a run, the gravest first, or that nothing is: the line on top. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content

from cp_tui.fleet.report import words
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.ocpp.plural import count
from cp_tui.tui.state.fleet_state import FleetState
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.styles import BOLD_BAD, BOLD_GOOD, BOLD_ODD, QUIET
from cp_tui.tui.text.units import cut

LOAD_WORDS = "the fleet itself is at its limit: times are partly its own"

LOST_WORDS = "the fleet is lost: its process has ended or hangs, and all here is as it was"


class FleetAlarm(Struct, frozen=True):
    """One thing that is wrong."""

    style: str
    words: str
    short: str = ""
    """What stands beside how the run is; empty: it stands in its place."""


def alarms(state: FleetState) -> list[FleetAlarm]:
    """All that is wrong now, the gravest first."""
    view, report = state.view, state.report
    if view is None:
        return []
    found: list[FleetAlarm] = []
    if not state.is_here and not state.has_ended:
        found.append(FleetAlarm(BOLD_BAD, LOST_WORDS))
    found += (*_of_us(view), *_of_csms(view))
    if report is not None and view.part is RunPart.ENDED and report.tested_nothing:
        found.append(FleetAlarm(BOLD_BAD, words.nothing_tested(report)))
    if report is not None:
        found += _of_bill(report, is_over=state.has_ended)
    if view.part is RunPart.RUNNING and (view.is_away or _is_nobody_let_in(view)):
        found.append(FleetAlarm(BOLD_BAD, _away_words(view)))
    if report is not None:
        found += (FleetAlarm(BOLD_BAD, each) for each in report.faults)
        found += (FleetAlarm(BOLD_BAD, each.words) for each in report.limits if not each.is_held)
    if view.is_at_limit:
        found.append(FleetAlarm(BOLD_ODD, LOAD_WORDS, "fleet at its limit"))
    if view.is_paused:
        found.append(FleetAlarm(BOLD_ODD, "the arrivals are paused", "arrivals paused"))
    return found


def alarm_line(state: FleetState, width: int) -> Content:
    """The gravest, and how many more there are; where nothing is wrong, how it stands."""
    found = alarms(state)
    if found and not found[0].short and not state.has_ended:
        more = f" · {len(found) - 1} more" if len(found) > 1 else ""
        said = safe_text(f" ! {found[0].words}", found[0].style)
        return Content.assemble(cut(said, max(1, width - len(more))), (more, QUIET))
    beside = [] if state.has_ended else [each for each in found if each.short]
    marks = (Content.styled(f" · ! {each.short}", each.style) for each in beside)
    return cut(Content.assemble(" ", _state_words(state, found), *marks), width)


def _of_us(view: FleetView) -> Iterator[FleetAlarm]:
    if view.failures:
        yield FleetAlarm(
            BOLD_BAD, f"{count(view.failures, 'charge point')} ended by an error inside"
        )
    if view.store_problem:
        yield FleetAlarm(BOLD_BAD, view.store_problem)
    if view.no_room:
        number = count(view.no_room, "connection")
        yield FleetAlarm(BOLD_BAD, f"this machine had no room for {number}")


def _of_csms(view: FleetView) -> Iterator[FleetAlarm]:
    if view.unanswered:
        yield FleetAlarm(BOLD_BAD, words.unanswered(view.unanswered, view.counts.started))


def _of_bill(report: FleetReport, *, is_over: bool) -> Iterator[FleetAlarm]:
    bill = report.bill
    if bill.doubled:
        number = count(bill.doubled, "transactionId")
        yield FleetAlarm(BOLD_BAD, f"{number} given out twice: two sessions, one bill")
    if bill.given_up:
        number = count(bill.given_up, "transaction")
        yield FleetAlarm(BOLD_BAD, f"{number} given up: the CSMS never took start or stop")
    if is_over and bill.lost:
        number = count(bill.lost, "transaction")
        yield FleetAlarm(BOLD_BAD, f"{number} lost: not acknowledged in full at the end")


def _is_nobody_let_in(view: FleetView) -> bool:
    """Whether all are kept away from the beginning."""
    return not view.counts.accepted_once and bool(view.counts.wanted and view.trouble)


def _away_words(view: FleetView) -> str:
    return f"{missing(view)} of {view.counts.wanted} are not Accepted{_why(view)}"


def _why(view: FleetView) -> str:
    return f": {view.trouble}" if view.trouble else ""


def missing(view: FleetView) -> int:
    """How many are not Accepted, of those that are to be."""
    return view.counts.wanted - view.counts.accepted


def _state_words(state: FleetState, found: list[FleetAlarm]) -> Content:
    view, report = state.view, state.report
    if view is None:
        return Content.styled("waiting for the first word of the fleet", QUIET)
    if view.part is RunPart.ENDED:
        return _end_words(report, found)
    if view.part is not RunPart.RUNNING:
        left = view.counts.unsettled
        rest = f"{count(left, 'charge point')} still to settle" if left else "all is settled"
        return Content.styled(f"the run ends: {rest}", BOLD_ODD)
    accepted, wanted = view.counts.accepted, view.counts.wanted
    if view.counts.started < view.planned and view.stage is not None and view.stage.is_changing:
        return Content.styled(f"arriving: {accepted} of {view.stage.stations} Accepted", BOLD_GOOD)
    back = f", 99 % back after {words.brief(view.recoveries_s[-1])}" if view.recoveries_s else ""
    if not wanted:
        who = "is to be there now" if view.counts.behaving else "behaves"
        return Content.styled(f"none of {view.counts.started} {who}", BOLD_ODD)
    is_all = not missing(view)
    whose = "" if view.counts.behaving == view.counts.started else " that behave"
    said = f"all {wanted}{whose} are Accepted{back}"
    if not is_all:
        said = f"{accepted} of {wanted}{whose} Accepted{_why(view)}"
    said_so = safe_text(said, BOLD_GOOD if is_all else BOLD_ODD)
    return Content.assemble(said_so, " · ", _bill_words(view))


def _bill_words(view: FleetView) -> Content:
    """Whether all is billed that has an end."""
    bill = view.bill
    waits = bill["open"] - min(view.counts.transactions, bill["open"])
    if waits:
        return Content.styled(f"{count(waits, 'transaction')} not billed yet", BOLD_ODD)
    if not bill["acknowledged"]:
        return Content.styled("nothing to be billed yet", QUIET)
    return Content.styled("all that has ended is billed", BOLD_GOOD)


def _end_words(report: FleetReport | None, found: list[FleetAlarm]) -> Content:
    if report is None:
        return Content.styled("the run is over", BOLD_ODD)
    said = words.conclusion(report)
    if report.is_held and not report.tested_nothing:
        whole = "all are billed" if report.bill.begun else "nothing was to be billed"
        return Content.styled(f"the run is over · {said} · {whole}", BOLD_GOOD)
    why = f" · {found[0].words}" if found else ""
    return safe_text(f"the run is over · {said}{why}", BOLD_BAD)

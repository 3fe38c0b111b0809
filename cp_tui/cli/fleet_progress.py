"""What a run of a fleet says while it goes on: a line for the beginning, and one now and then."""

from __future__ import annotations

from cp_tui.fleet.arrivals import ends_at_s
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.quantities import duration
from cp_tui.fleet.report.words import brief
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.view import FleetView
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean


def beginning(plan: FleetPlan, taken_over: int = 0) -> str:
    """Say what is begun, and the seed with which it can be done again.

    `taken_over`: transactions in the file of the store that are owed to the CSMS.
    """
    ends_s = ends_at_s(plan)
    how_long = "until Ctrl-C" if ends_s is None else f"for {duration(ends_s)}"
    number = count(plan.stations, "charge point")
    said = f"{number} against {clean(plan.url)} {how_long}, seed {plan.seed}"
    if taken_over:
        said += f", {count(taken_over, 'transaction')} taken over from {clean(f'{plan.store}')}"
    return said


def progress(view: FleetView) -> str:
    """Say how it stands, in a line of 80 columns while the numbers allow it."""
    phases = view.counts.phases
    charging = phases[StationPhase.CHARGING]
    accepted = phases[StationPhase.ACCEPTED] + charging
    bill, moment = view.bill, view.moment
    parts = [
        f"{duration(round(view.elapsed_s)):>7}",
        f"Accepted {accepted} of {view.counts.started}",
        f"charging {charging}",
        f"billed {bill['acknowledged']} of {bill['begun']}",
        f"queue {view.counts.queue}",
    ]
    if moment is not None:
        parts.append(f"core {moment.cpu_share:.0%}")
    if view.figures.is_at_limit:
        parts.append(f"late {brief(view.figures.lag_p99_s)}")
    if view.unanswered:
        parts.append(f"handshakes not answered {view.unanswered}")
    if view.store_problem:
        parts.append(clean(view.store_problem))
    if view.failures:
        parts.append(f"errors inside {view.failures}")
    return "  ".join(parts)

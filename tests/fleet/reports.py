"""Reports for tests, with text from outside in every place that holds some."""

from __future__ import annotations

from cp_tui.fleet.limits import limits_of, verdict
from cp_tui.fleet.report.fleet_report import (
    ActionFigures,
    BillFigures,
    CommandFigures,
    FleetReport,
    ItselfFigures,
    LinkFigures,
    MisbehavingFigures,
    TimelinePoint,
    Times,
)

HOSTILE = "=<script>alert('x')</script>\x1b[2J\u202e&"
TIMES = Times(2_000, 0.0123, 0.04, 0.21, 1.5)
AGED = Times(2_000, 0.1, 3.0, 40.0, 90.0)
ACTIONS = (
    ActionFigures("BootNotification", 2_000, 3, 1, 40, 33.3, TIMES, None),
    ActionFigures("StopTransaction", 500, 0, 0, 0, 0.5, TIMES, AGED),
)
BILL = BillFigures(412, 0, 411, 1, 0, 0, 92_121, 92_000, 12, 11, 1, 0, 17)


def report(
    *,
    actions: tuple[ActionFigures, ...] = ACTIONS,
    bill: BillFigures = BILL,
    accepted: int = 1_980,
    faults: tuple[str, ...] = (),
    points: int = 900,
    is_away: bool = False,
) -> FleetReport:
    """Give one, judged by the default limits."""
    found = {"lost": bill.lost, "doubled": bill.doubled, "unaccepted": 1_980 - accepted}
    return FleetReport(
        version="0.1",
        url="ws://127.0.0.1:9000/ocpp",
        seed=7,
        began_at="2026-11-30T12:00:00Z",
        elapsed_s=965.0,
        planned=2_001,
        started=2_000,
        behaving=1_980,
        accepted=accepted,
        power_to_accepted=TIMES,
        swipe_to_charging=None,
        actions=actions,
        link=LinkFigures(
            opened=2_310,
            refused={"TCP": 71, HOSTILE: 3},
            refused_reasons={"127.0.0.1:9000 refuses connections": 71, HOSTILE: 3},
            unanswered=0,
            connect=TIMES,
            losses=310,
            loss_reasons={HOSTILE: 300},
            back=TIMES,
            recoveries_s=(21.3,),
            is_away=is_away,
        ),
        commands=(CommandFigures(HOSTILE, {"Accepted": 4, HOSTILE: 1}, TIMES),),
        bill=bill,
        tags_refused={"Invalid": {HOSTILE: 3, "TAG00001": 4}, "Blocked": {"TAG00001": 1}},
        itself=ItselfFigures(0.34, 143_000, 0.0007, 0.023, 0.211, True, 1, (HOSTILE,)),
        misbehaving=MisbehavingFigures(ACTIONS[:1], {}, 9, 4, 4, 0),
        faults=faults,
        notes=(HOSTILE,),
        limits=tuple(verdict(each, found.get) for each in limits_of(())),
        timeline=tuple(
            TimelinePoint(
                float(at), at, at, at, at % 70, at % 40, at, at, at * 7, 0.01, 0.4, 90_000
            )
            for at in range(points)
        ),
    )

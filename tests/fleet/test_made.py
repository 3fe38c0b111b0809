"""A report made of what was measured: where each figure comes from, and what makes a run fail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cp_tui.fleet.bill import Bill
from cp_tui.fleet.billed import OurTransaction
from cp_tui.fleet.measures import Measures
from cp_tui.fleet.plan import FleetStage, SessionPlan
from cp_tui.fleet.report import words
from cp_tui.fleet.report.billing import billed_verdicts
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.live import live_report
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.report.rows import report_rows
from cp_tui.fleet.result import FailedStation, FleetFigures, FleetMoment, FleetResult
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.fleet.watcher import Outcome
from tests.fleet.plans import plan_of

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
WHOLE = Bill(begun=2, acknowledged=2, wh_made=9, wh_acknowledged=9)


def measured() -> Measures:
    """Give what four charge points might have told."""
    found = Measures()
    for _ in range(8):
        found.answered("BootNotification", 0.2, Outcome.ANSWERED)
    found.answered("BootNotification", 0.2, Outcome.CALL_ERROR, "InternalError")
    found.answered("BootNotification", 30.0, Outcome.TIMEOUT)
    found.answered("StopTransaction", 0.1, Outcome.ANSWERED)
    found.answered("StopTransaction", 1.0, Outcome.LOST)
    found.aged("StopTransaction", 12.0)
    found.asked("Reset", "Accepted", 0.01)
    found.asked("Reset", "Rejected", 0.01)
    found.connected(0.05)
    found.refused("TCP", "connection refused")
    found.refused("TCP", "timed out")
    found.refused("HTTP", "status 503")
    found.lost("went away")
    found.back(4.0)
    found.accepted(1.5)
    found.charging(2.5)
    return found


def made(
    *,
    plan: dict[str, Any] | None = None,
    hold_s: float | None = 9.0,
    is_over: bool = True,
    **result: Any,
) -> FleetReport:
    """Make the report of a run that went well, but for what is given."""
    fields: dict[str, Any] = {
        "began_at": AT,
        "planned": 4,
        "started": 4,
        "accepted": 4,
        "behaving": 4,
        "measures": measured(),
        "misbehaving": Measures(),
        "bill": WHOLE,
        "misbehaving_bill": Bill(),
        "recoveries_s": (7.0,),
        "figures": FleetFigures(elapsed_s=20.0),
    }
    make = report_of if is_over else live_report
    return make(
        plan_of(FleetStage(4, 1.0, hold_s), **(plan or {})), FleetResult(**(fields | result))
    )


def test_a_run_that_goes_on_is_not_judged_by_what_its_end_will_tell() -> None:
    plan = {"fail_if": ("recovery>5s", "connect.p99>1ms", "charging.p99>1s", "Heartbeat.p99>1s")}
    open_still: dict[str, Any] = {
        "bill": Bill(begun=2, acknowledged=1),
        "accepted": 3,
        "started": 3,
    }
    report = made(plan=plan, is_over=False, recoveries_s=(), is_away=True, **open_still)
    judged = {each.limit: each.is_held for each in report.limits}
    assert judged == {
        "doubled>0": True,
        "connect.p99>1ms": False,
        "charging.p99>1s": False,
        "Heartbeat.p99>1s": True,
    }
    assert report.faults == ()
    over = made(plan=plan, recoveries_s=(), is_away=True, **open_still)
    assert {each.limit for each in over.limits} > {"lost>0", "unaccepted>0", "recovery>5s"}
    assert over.faults


def test_each_figure_comes_from_where_it_was_measured() -> None:
    report = made(
        timeline=(
            FleetMoment(
                at_s=1.0,
                phases={
                    StationPhase.OFF: 1,
                    StationPhase.WAITING: 1,
                    StationPhase.OPEN: 1,
                    StationPhase.ACCEPTED: 2,
                    StationPhase.CHARGING: 3,
                },
                transactions=3,
                queue=5,
                begun=4,
                acknowledged=1,
                messages=40,
                lag_max_s=0.1,
                cpu_share=0.2,
                memory_kib=7,
            ),
        )
    )
    boot, stop = report.actions
    assert (boot.action, boot.count, boot.failures) == ("BootNotification", 10, 2)
    assert (boot.call_errors, boot.timeouts, boot.lost) == (1, 1, 0)
    assert boot.per_second == 0.5
    assert boot.answer is not None
    # Who gets no answer in time has no time of an answer.
    assert (boot.answer.count, boot.answer.max_s, boot.age) == (9, 0.2, None)
    assert (stop.count, stop.lost) == (2, 1)
    assert stop.age is not None
    assert stop.age.max_s == 12.0
    link = report.link
    assert (link.opened, link.losses, link.recoveries_s) == (1, 1, (7.0,))
    assert link.refused == {"TCP": 2, "HTTP": 1}
    assert link.refused_reasons == {"connection refused": 1, "timed out": 1, "status 503": 1}
    assert link.loss_reasons == {"went away": 1}
    (reset,) = report.commands
    assert (reset.action, reset.answers) == ("Reset", {"Accepted": 1, "Rejected": 1})
    (point,) = report.timeline
    assert (point.on, point.open, point.accepted, point.messages) == (7, 6, 5, 40)
    assert report.misbehaving is None
    assert report.began_at == "2026-03-01T12:00:00Z"
    assert report.is_held


@pytest.mark.parametrize(
    ("result", "told"),
    [
        ({"started": 3}, "1 charge point of 4 never got power"),
        (
            {"no_room": 2, "no_room_why": "no port is left"},
            "this machine had no room for 2 connections: no port is left",
        ),
        (
            {"failures": 1, "failed": (FailedStation("CP1", "KeyError: 'x'"),)},
            "1 charge point ended by an error inside",
        ),
        (
            {
                "figures": FleetFigures(lag_p99_s=0.2, elapsed_s=1.0),
                "plan": {"is_strict_load": True},
            },
            "the fleet itself was at its limit, and --strict-load is given",
        ),
        ({"accepted": 3}, ""),
        ({"bill": Bill(begun=2, acknowledged=1)}, ""),
        ({"plan": {"fail_if": ("BootNotification.p95>100ms",)}}, ""),
    ],
)
def test_what_is_not_as_planned_makes_the_run_fail(result: dict[str, Any], told: str) -> None:
    report = made(**result)
    assert not report.is_held
    assert report.faults == ((told,) if told else ())
    assert [each.is_held for each in report.limits].count(False) == (not told)


def test_a_run_in_which_nobody_could_charge_has_failed_and_says_who_was_refused() -> None:
    measures = measured()
    for number in range(4):
        measures.kept_waiting()
        measures.tag_refused(f"TAG{number}", "Invalid")
    measures.tag_refused("TAG1", "Blocked")
    report = made(measures=measures, bill=Bill(begun=1, taken_over=1, acknowledged=1))
    assert report.faults == ("4 cars came to charge, and no transaction was begun",)
    told = "tags refused: 5 (4 Invalid, 1 Blocked), by tag: TAG1 2, TAG0 1, TAG2 1, ..."
    assert told in words.bill(report)
    assert "tag refused,Blocked,TAG1,1" in map(str.strip, report_rows(report))
    # Where one did, those who wait for a slow CSMS are no fault.
    assert made(measures=measures).faults == ()
    # Nobody came: nothing failed, and it is told; nobody was to come: nothing to tell.
    assert made(bill=Bill()).notes == ("nobody came to charge: no transaction was begun",)
    assert made(bill=Bill(), plan={"sessions": SessionPlan((0.0,))}).notes == ()


def test_what_misbehaves_makes_no_run_fail() -> None:
    strange = Measures()
    strange.answered("Heartbeat", 30.0, Outcome.TIMEOUT)
    lost = Bill(begun=3, taken_over=2, acknowledged=1)
    report = made(behaving=3, accepted=3, misbehaving=strange, misbehaving_bill=lost)
    assert report.is_held
    assert report.misbehaving is not None
    assert report.misbehaving.actions[0].timeouts == 1
    assert (report.misbehaving.begun, report.misbehaving.acknowledged) == (3, 1)
    assert "3 begun, 2 of them taken over, 1 acknowledged" in "".join(words.misbehaving(report))


def test_a_run_that_was_ended_is_told_to_be_so() -> None:
    ended = made(was_interrupted=True, started=2, behaving=2, accepted=2, unsettled=1)
    assert ended.faults == (
        "2 charge points of 4 never got power",
        "ended from outside, before the plan was done",
    )
    assert ended.notes == ("1 charge point still had messages when the time to settle was over",)
    assert made(was_interrupted=True, hold_s=None).is_held, "there is no other end"
    chosen = made(was_interrupted=True, was_ended_by_hand=True)
    assert chosen.is_held
    assert chosen.notes == ("ended by hand before the plan was done, which takes 10s",)
    hasty = made(was_interrupted=True, was_ended_by_hand=True, was_cut_off=True)
    assert hasty.faults == ("ended by hand and at once, before the plan was done",)
    assert hasty.notes == ("ended at once: nothing was open",), "and by whom is said once"
    assert made(paused_s=14.04).notes == ("paused for 14s: the run took so much longer",)
    cut_off = made(was_interrupted=True, was_cut_off=True, unsettled=1)
    assert cut_off.notes == ("ended at once: what was open is not settled",)
    at_once = made(was_interrupted=True, was_cut_off=True)
    assert at_once.notes == ("ended at once: nothing was open",)
    assert made(accepted=0).tested_nothing


def test_what_is_lost_is_named() -> None:
    bill = Bill(begun=25, acknowledged=5)
    missing = (("CP1", 7), ("CP2", None), ("CP3", 0))
    assert made(bill=bill, missing=missing).notes == (
        "not acknowledged in full: transaction 7 of CP1, one without an id of CP2,"
        " transaction 0 of CP3 and 17 more",
    )


def test_the_table_of_the_csms_is_a_verdict_beside_the_limits(tmp_path: Path) -> None:
    table = tmp_path / "billed.csv"
    table.write_text("transactionId,Wh\n1,5\n9,9\n")
    held, notes = billed_verdicts(table, [OurTransaction("CP1", 1, 5)])
    assert [(each.is_held, each.words) for each in held] == [
        (True, f"{table}: 1 transaction looked for, each billed once with its energy")
    ]
    assert notes == ["1 transaction billed and not of this run, or not acknowledged in full: 9"]
    broken, _ = billed_verdicts(table, [OurTransaction("CP1", 2, 5)])
    assert [each.is_held for each in broken] == [False]
    unreadable, _ = billed_verdicts(tmp_path / "none.csv", [])
    assert [each.is_held for each in unreadable] == [False]
    assert billed_verdicts(None, []) == ([], [])
    # Nothing that was looked for is nothing that holds.
    held, notes = billed_verdicts(table, [])
    assert held == []
    assert notes[0] == f"--billed {table}: there was no transaction to look for"

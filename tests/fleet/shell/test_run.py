"""Whole runs on real sockets: the plan is carried out, and what came of it adds up at both ends."""

from __future__ import annotations

import asyncio
import csv
from pathlib import Path

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.measures import TimeGroup
from cp_tui.fleet.plan import SessionPlan
from cp_tui.fleet.stream_order import StationPhase
from tests.fleet.csms_process import book_csms
from tests.fleet.shell.runs import plan, run_of

BUSY = SessionPlan(per_hour=(3_600.0,), length_s=(0.5, 1.0))
STATIONS = 60
WAIT_S = 60.0
"""Of a machine that has much to do."""


async def test_charge_points_whose_csms_is_killed_owe_nothing_at_the_end(
    tmp_path: Path,
) -> None:
    """And the CSMS has billed each transaction once, with the same Wh."""
    entries: list[BillEntry] = []
    async with book_csms(tmp_path / "book") as csms:
        run = run_of(plan(csms.url, STATIONS, sessions=BUSY), on_settled=entries.append)
        running = asyncio.create_task(run.run())
        async with asyncio.timeout(WAIT_S):
            while run.fleet.counts().phases[StationPhase.CHARGING] < 20:
                await asyncio.sleep(0.05)
            await csms.kill()
            while run.fleet.counts().phases[StationPhase.WAITING] < 30 or run.bill.open < 30:
                await asyncio.sleep(0.05)
            await csms.start()
            while not run.view().recoveries_s:
                await asyncio.sleep(0.05)
            run.stop()
            result = await running
        with csms.billed.open(newline="") as file:
            rows = list(csv.DictReader(file))
    assert (result.started, result.accepted, result.unsettled) == (STATIONS, STATIONS, 0)
    assert result.bill.closes, result.bill.figures()
    assert result.bill.begun >= 30
    assert (result.bill.lost, result.bill.doubled) == (0, 0)
    billed = {row["transactionId"]: int(row["meterStop"]) - int(row["meterStart"]) for row in rows}
    assert len(billed) == len(rows) == len(entries) == result.bill.acknowledged
    assert billed == {str(each.transaction_id): each.energy_wh for each in entries}
    (recovery_s,) = result.recoveries_s
    assert 0 < recovery_s < WAIT_S
    assert not result.is_away
    assert result.was_interrupted
    assert not result.was_cut_off
    measures = result.measures
    assert measures.histogram(TimeGroup.CONNECT).count >= 2 * STATIONS
    assert measures.histogram(TimeGroup.BACK).count >= STATIONS
    assert measures.histogram(TimeGroup.ACCEPTED).count == STATIONS, "a reconnect is no boot"
    assert result.figures.memory_kib > 10_000
    assert result.figures.cpu_s > 0
    assert result.timeline[-1].messages > result.timeline[0].messages

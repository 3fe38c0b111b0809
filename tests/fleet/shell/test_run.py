"""Whole runs on real sockets: the plan is carried out, and what came of it adds up at both ends."""

from __future__ import annotations

import asyncio
import csv
import errno
import gc
import re
import socket
from pathlib import Path
from typing import Any, NoReturn

import pytest

from cp_tui.engine.errors import CannotBegin, CommandError
from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.charge_points import FleetChargePoints
from cp_tui.fleet.measures import CountGroup, TimeGroup
from cp_tui.fleet.plan import SessionPlan
from cp_tui.fleet.report import words
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.shell import dialling, gate, run as fleet_run
from cp_tui.fleet.shell.run import FleetRun
from cp_tui.fleet.stream_order import StationPhase
from tests.engine.tls_servers import YEAR, Pki
from tests.fleet.csms_process import book_csms
from tests.fleet.shell.runs import config, plan, run_of

BUSY = SessionPlan(per_hour=(3_600.0,), length_s=(5.0, 6.0))
STATIONS = 24
PASSWORD = "planted-secret-77"
WAIT_S = 120.0
"""Of a machine that has much to do."""


async def test_answers_late_twice_or_never_and_an_error_inside_leave_all_others_whole(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    csms_with = book_csms(tmp_path / "book", late_s=0.02, is_twice=True, lose_answer_every=13)
    async with csms_with as csms, asyncio.timeout(WAIT_S):
        run = run_of(plan(csms.url, 20, sessions=BUSY))
        running = asyncio.create_task(run.run())
        while run.bill.begun < 20 or not run.bill.repeated:
            await asyncio.sleep(0.02)
        broken = run.fleet.find("CP00003")
        assert broken is not None
        own = broken.station.charger
        own.handle = _failing  # type: ignore[method-assign,assignment]
        while not run.failed:
            await asyncio.sleep(0.02)
        run.stop()
        result = await running
        counts = await csms.ask("counts")
    ((id_, error),) = [(each.id, each.error) for each in result.failed]
    assert id_ == "CP00003"
    assert re.fullmatch(r"RuntimeError at test_run.py:\d+", error)
    assert result.failures == 1
    assert {each.phase for each in run.fleet} == {StationPhase.OFF}, "the end is no fault"
    assert run.view().counts.phases[StationPhase.OFF] == 20
    assert run.view().counts.wanted == 19, "one is expected no more"
    assert "CP00003: internal error" in caplog.text
    assert "planted" not in caplog.text.replace('RuntimeError("planted")', ""), "it may be a secret"
    assert result.unsettled == 0, "nobody waits for the one that failed"
    bill = result.bill
    assert bill.open <= 2, "what it had begun"
    assert bill.begun - bill.open == bill.acknowledged
    assert counts["transactions"] >= bill.acknowledged
    assert bill.doubled == 0
    assert bill.repeated > 0


def _failing(*given: object) -> NoReturn:
    raise RuntimeError("planted")


async def test_a_csms_that_says_nothing_fills_the_gate_for_a_while_and_two_stops_end_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "HELD_S", 0.1)
    monkeypatch.setattr(fleet_run, "LOOK_S", 0.1)
    async with book_csms(tmp_path / "book", silent_from="tcp") as csms, asyncio.timeout(WAIT_S):
        run = run_of(plan(csms.url, 12, connecting=5))
        running = asyncio.create_task(run.run())
        while run.view().at_gate < 7:
            await asyncio.sleep(0.01)
        view = run.view()
        assert (view.connecting, view.at_gate) == (5, 7)
        assert view.counts.phases[StationPhase.CONNECTING] == 12
        while run.view().unanswered < 12:
            await asyncio.sleep(0.01)
        assert (run.view().at_gate, run.view().connecting) == (0, 0)
        run.stop()
        run.stop()
        result = await running
    assert (result.started, result.accepted, result.unanswered) == (12, 0, 12)
    said = words.nothing_tested(report_of(run.plan, result))
    assert said.endswith("12 of 12 are connected, and the CSMS does not answer their handshake")
    assert result.was_cut_off
    assert not asyncio.all_tasks() - {asyncio.current_task()}, "nothing is left behind"
    assert gc.isenabled()


async def test_one_that_cannot_even_be_made_keeps_no_other_from_its_time(tmp_path: Path) -> None:
    async with book_csms(tmp_path / "book") as csms, asyncio.timeout(WAIT_S):
        small = plan(csms.url, 20)
        usual = FleetChargePoints(small, config())
        run = FleetRun(small, lambda index: usual(index) if index != 7 else usual(1 // 0))
        running = asyncio.create_task(run.run())
        while run.fleet.counts().phases[StationPhase.ACCEPTED] < 19:
            await asyncio.sleep(0.01)
        run.stop()
        result = await running
    assert (result.planned, result.started, result.accepted) == (20, 19, 19)


async def test_a_machine_without_room_is_told_and_not_taken_for_a_csms_that_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual, asked = dialling.connected_socket, 0

    async def full_at_first(*given: Any) -> socket.socket:
        nonlocal asked
        asked += 1
        if asked <= 3:
            raise OSError(errno.EMFILE, "Too many open files")
        return await usual(*given)

    monkeypatch.setattr(dialling, "connected_socket", full_at_first)
    async with book_csms(tmp_path / "book") as csms, asyncio.timeout(WAIT_S):
        run = run_of(plan(csms.url, 5))
        running = asyncio.create_task(run.run())
        while run.fleet.counts().phases[StationPhase.ACCEPTED] < 5:
            await asyncio.sleep(0.01)
        assert run.view().no_room == 3
        run.stop()
        result = await running
    assert result.no_room == 3
    assert result.no_room_why == (
        "this machine has no room for one connection more: Too many open files"
    )


async def test_with_tls_and_a_password_they_are_in_security_profile_2(tmp_path: Path) -> None:
    pki = Pki(tmp_path)
    issued = pki.middle.server(["127.0.0.1"], YEAR)
    shown, trusted = tmp_path / "shown.pem", tmp_path / "trusted.pem"
    shown.write_text(issued.chain + issued.key)
    trusted.write_text(pki.root.certificate)
    options = (f"--certificate={shown}", f"--password={PASSWORD}")
    async with book_csms(tmp_path / "book", *options) as csms, asyncio.timeout(WAIT_S):
        secured = plan(csms.url, 5, ca_file=str(trusted))
        run = run_of(secured, keys={"AuthorizationKey": PASSWORD})
        running = asyncio.create_task(run.run())
        while run.fleet.counts().phases[StationPhase.ACCEPTED] < 5:
            assert run.measures.count(CountGroup.LOST) == 0
            await asyncio.sleep(0.01)
        link = run.watch("CP00001").get("link")
        run.stop()
        result = await running
    assert result.accepted == 5
    assert link.tls.version == "TLS 1.3"
    assert (link.security_profile, link.authorization_key) == (2, "17 characters (text)")
    assert PASSWORD not in repr(result)


async def test_a_run_that_does_not_fit_is_refused_before_anything_is_begun() -> None:
    run = run_of(plan("ws://127.0.0.1:9/ocpp", 50_000, source_addresses=("127.0.0.1",)))
    with pytest.raises(CannotBegin, match="50,000 connections need"):
        await run.run()
    run = run_of(plan("wss://127.0.0.1:9/ocpp", 1, ca_file="none.pem"))
    with pytest.raises(CannotBegin, match=r"none.pem does not exist"):
        await run.run()
    run = run_of(plan("ws://127.0.0.1:9/ocpp", 1, source_addresses=("127.0.0.1", "192.0.2.1")))
    with pytest.raises(CannotBegin, match=r"192.0.2.1: no address of this machine"):
        await run.run()
    with pytest.raises(CommandError, match="50,001 connections need"):
        run.add(50_000)
    assert len(run.fleet) == 0


async def test_charge_points_whose_csms_is_killed_owe_nothing_at_the_end(
    tmp_path: Path,
) -> None:
    """And the CSMS has billed each transaction once, with the same Wh."""
    entries: list[BillEntry] = []
    async with book_csms(tmp_path / "book") as csms:
        run = run_of(
            plan(csms.url, STATIONS, sessions=BUSY, connecting=10), on_settled=entries.append
        )
        running = asyncio.create_task(run.run())
        async with asyncio.timeout(WAIT_S):
            while (
                run.fleet.counts().accepted_once < STATIONS
                or run.fleet.counts().phases[StationPhase.CHARGING] < STATIONS // 3
            ):
                await asyncio.sleep(0.05)
            await csms.kill()
            while (
                run.fleet.counts().phases[StationPhase.WAITING] < STATIONS // 2
                or run.bill.open < STATIONS // 2
            ):
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
    assert result.bill.begun >= STATIONS // 2
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
    assert result.figures.cpu_share > 0
    assert result.timeline[-1].messages > result.timeline[0].messages

"""The command `cp-tui fleet` as one types it: its lines, its files, its exit status."""

from __future__ import annotations

import asyncio
import csv
import json
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import pytest

from cp_tui.cli.child import Child
from cp_tui.fleet.fleet_variables import FLEET
from cp_tui.rpc.client import Client
from cp_tui.rpc.paths import fleet_sockets
from tests.fleet.csms_process import book_csms

BUSY = (
    *("--stations", "12", "--ramp", "storm", "--seed", "7", "--settle", "10s"),
    *("--sessions", "3600", "--session-length", "200ms..600ms"),
)
PATIENCE_S = 90.0


async def fleet(folder: Path, *arguments: str) -> Process:
    """Start one."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cp_tui", "fleet"), *arguments, cwd=folder, stdout=PIPE, stderr=PIPE
    )


async def ended(process: Process) -> tuple[int, str]:
    """Wait until it has ended by itself; gives its status and what it printed."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    assert err.decode() == ""
    assert process.returncode is not None
    return process.returncode, out.decode()


async def test_a_run_is_told_written_down_and_held_against_the_book(tmp_path: Path) -> None:
    async with book_csms(tmp_path / "book") as csms:
        (tmp_path / "plan.toml").write_text(
            f'[fleet]\nurl = "{csms.url}"\nstations = 99\n[[misbehave]]\nkind = "silent"\n'
            'share = "10%"\n[limits]\nfail_if = ["BootNotification.p95 > 9s"]\n'
        )
        files = [f"--report={tmp_path / 'run.json'}", "--every=1s", "--ledger=ledger.csv"]
        run = await fleet(
            tmp_path,
            *("--plan=plan.toml", *BUSY, "--for", "1h", f"--billed={csms.billed}", *files),
        )
        door = next(fleet_sockets("CP00001"))
        await csms.until(lambda counts: counts["transactions"] >= 20, PATIENCE_S)
        async with asyncio.timeout(PATIENCE_S):
            client = await Client.connect(door, vocabulary=FLEET)
            while len((await client.call("get", variable="report")).result["timeline"]) < 2:
                await asyncio.sleep(0.05)
            assert (await client.call("end")).result is True
            await client.close()
        status, out = await ended(run)
        counts = await csms.ask("counts")
    assert status == 0, out
    lines = out.splitlines()
    assert lines[0] == f"12 charge points against {csms.url} for 1h, seed 7"
    assert "ok   lost is not above 0: it is 0" in out
    assert "ok   BootNotification.p95 is not above 9s" in out
    assert "misbehaving: 1 charge point" in out
    assert "looked for, each billed once with its energy" in " ".join(out.split())
    assert lines[-1] == "passed: 5 of 5"
    report = json.loads((tmp_path / "run.json").read_text())
    bill = report["bill"]
    ledger = list(csv.DictReader((tmp_path / "ledger.csv").read_text().splitlines()))
    billed = list(csv.DictReader(csms.billed.read_text().splitlines()))
    assert bill["begun"] == bill["acknowledged"] > 0
    # Nobody waits at the end for what the misbehaving ones have sent; the book may have it.
    others = report["misbehaving"]
    at_csms = len(billed) - bill["acknowledged"]
    assert others["acknowledged"] <= at_csms <= others["begun"]
    ours = {(row["chargePointId"], row["transactionId"], row["Wh"]) for row in ledger}
    book = {(row["chargePointId"], row["transactionId"], f"{_energy_wh(row)}") for row in billed}
    assert ours <= book
    assert len(report["timeline"]) >= 2
    assert counts is not None


def _energy_wh(row: dict[str, str]) -> int:
    return int(row["meterStop"]) - int(row["meterStart"])


async def test_what_the_csms_acknowledges_and_drops_is_named(tmp_path: Path) -> None:
    """And Ctrl-C ends a run in order, without a word of Python."""
    async with book_csms(tmp_path / "book", drop_stop_every=3) as csms:
        run = await fleet(
            tmp_path, *BUSY, "--url", csms.url, "--for", "1h", f"--billed={csms.billed}"
        )
        assert run.stdout is not None
        await run.stdout.readline()
        await csms.until(lambda counts: counts["transactions"] >= 6, PATIENCE_S)
        run.send_signal(signal.SIGINT)
        status, out = await ended(run)
    assert status == 1, out
    assert "ending: waiting up to 10s for acknowledgements" in out
    found = re.search(r"FAIL (\d+) transactions? acknowledged and not billed: (\d+) of CP", out)
    assert found, out
    assert "ended from outside, before the plan was done" in out
    assert out.splitlines()[-1].startswith("failed: ")


async def test_nothing_is_tested_where_there_is_no_csms(tmp_path: Path) -> None:
    run = await fleet(
        tmp_path, "--url", "ws://127.0.0.1:9", "--stations", "3", "--ramp", "storm", "--for", "1s"
    )
    status, out = await ended(run)
    assert status == 3
    assert "nothing was tested: no charge point was ever Accepted" in out


async def test_behind_a_screen_it_ends_with_the_screen_unless_it_is_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    async with book_csms(tmp_path / "book") as csms:
        idle = ["--stations=3", "--sessions=0", "--ramp=storm", f"--url={csms.url}"]

        def begun(name: str) -> tuple[Child, Path]:
            door = tmp_path / name
            given = ["fleet", *idle, f"--behind={door}"]
            child = Child("cp_tui", given, ends_with_us=True, keeps_output=True)
            child.wait_until_answering(door, by_itself=True)
            return child, door

        lost, _ = await asyncio.to_thread(begun, "lost.fleet")
        kept, door = await asyncio.to_thread(begun, "kept.fleet")
        # As the system does with what somebody holds who is killed.
        lost.hang_up()
        kept.let_go()
        status, told = await asyncio.to_thread(lost.output)
        assert (status, told.splitlines()[-1]) == (0, "passed: 3 of 3")
        assert told.splitlines()[0] == "", "no line but the table"
        assert kept.is_running()
        client = await Client.connect(door, vocabulary=FLEET)
        await client.call("end", at_once=True)
        assert "passed: 3 of 3" in (await asyncio.to_thread(kept.output))[1]
        await client.close()
    for child in (lost, kept):
        child.wait()

"""A fleet on a terminal, from its start to the status of its end, as a person drives it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.end_to_end.processes import cp_tui
from tests.end_to_end.terminal import in_terminal
from tests.fleet.csms_process import book_csms

WAIT_S = 120.0


async def test_a_storm_is_begun_by_key_and_the_run_settled_and_its_status_is_that_of_the_bill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    busy = ("--sessions=3600", "--session-length=1s..2s")
    async with book_csms(tmp_path / "book") as csms:
        fleet = ("fleet", f"--url={csms.url}", "--stations=8", "--ramp=storm", *busy)
        async with in_terminal(*fleet) as terminal:
            await terminal.see("all 8 are Accepted", "holds 8", "Billed  ")
            terminal.press("N")
            await terminal.see("Start a storm", "their cable is out")
            # Two seconds, and then all at once.
            terminal.press("2", "down", "0", "enter")
            await terminal.see("The storm has begun: network")
            terminal.press("escape")
            await terminal.see("8 of 8 are not Accepted: the network cable was pulled")
            await terminal.see("all 8 are Accepted, 99 % back after")
            told = await cp_tui("ctl", "--fleet", "tail", "fleet_events", "!kind:load", "count=5")
            kinds = {json.loads(line)["kind"] for line in told.out.splitlines()}
            assert kinds == {"stage", "arrived", "storm", "lost", "back"}
            await csms.until(lambda counts: counts["transactions"] >= 3, WAIT_S)
            terminal.press("F")
            await terminal.see("Settle and end the run?")
            terminal.press("y")
            await terminal.see("the run is over · passed: 3 of 3 · all are billed", "no power   8")
            # Whoever has started it may look on: at the list, and at one as it was at the end.
            terminal.press("2", "/", "CP00007", "enter")
            await terminal.see("1 match 'CP00007'", "CP00007      no power")
            terminal.press("enter")
            await terminal.see("CP00007 as it was at the end", "× the run is over", "read only")
            terminal.press("q")
            await terminal.see("the run is over · passed: 3 of 3")
            terminal.press("q")
            assert await terminal.ended() == 0
            await terminal.last_said("passed: 3 of 3")
        table = csms.billed.read_text().splitlines()
    assert len(table) > 3, "sessions were charged, and are in the book of the CSMS"

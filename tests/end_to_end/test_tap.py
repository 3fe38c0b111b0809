"""`cp-tui tap` between `serve` and the package `ocpp` as CSMS: both notice nothing of it."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Severity
from cp_tui.traces.reading import open_trace
from tests.end_to_end.processes import cp_tui, serving
from tests.end_to_end.programs import start_with_pipes
from tests.peer import PeerCsms

WAIT_S = 30.0


async def test_a_session_goes_through_and_is_written_down(tmp_path: Path) -> None:
    file = tmp_path / "trace.jsonl"
    async with PeerCsms() as csms, asyncio.timeout(WAIT_S):
        tap = await start_with_pipes(
            "tap", "--listen=127.0.0.1:0", f"--upstream={csms.url}", f"--trace={file}", "--json"
        )
        assert tap.stdout
        listening = (await tap.stdout.readline()).decode().split()[2].rstrip(",")
        async with serving(tmp_path / "serve", f"{listening}/", "--id=CP-7") as serve:
            await csms.receive("BootNotification")
            await csms.receive("StatusNotification", connectorId=2)
            assert (await serve.ctl("plug_in", "1")).result is True
            assert (await serve.ctl("swipe", "TAG1")).result["outcome"] == "Accepted"
            await csms.receive("StartTransaction", connectorId=1)
            await csms.receive("StatusNotification", connectorId=1, status="Charging")
            picture = tmp_path / "screen.txt"
            assert (await cp_tui("screenshot", "--id=CP-7", str(picture))).status == 0
            assert "only watched  tap 127.0.0.1" in picture.read_text()
            assert "● Charging" in picture.read_text()
        tap.send_signal(signal.SIGTERM)
        out, err = await tap.communicate()
    assert (tap.returncode, err) == (0, b"")
    lines = out.decode().splitlines()
    told = [json.loads(each)["text"] for each in lines if each.startswith("{")]
    assert {"connected, ocpp1.6", "can be looked at: cp-tui attach --id=CP-7"} <= {*told}
    assert lines[-1].endswith("0 findings above a note")
    trace = open_trace(file)
    assert trace.chargers == ("CP-7",)
    assert not explain(trace).has(Severity.WARNING)

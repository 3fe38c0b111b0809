"""Both sides of a log, played to each other over a real socket, and what is said of wrong use."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from cp_tui.cli import main
from cp_tui.replay.script import steps
from cp_tui.replay.socket import NoPeer, play_charge_point, play_csms
from cp_tui.traces.reading import open_trace
from cp_tui.traces.record import FrameDirection

LOGS = Path(__file__).parents[1] / "data" / "traces"
SESSION = LOGS / "open_ocpp_trace_session.jsonl"


async def test_a_log_played_to_itself_has_no_difference() -> None:
    records = list(open_trace(SESSION).records)
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    fast: dict[str, Any] = {"speed": 1e6, "wait_s": 5.0}
    csms = asyncio.create_task(
        play_csms(
            steps(records, FrameDirection.TO_CHARGE_POINT), 0, listening=port.set_result, **fast
        )
    )
    url = f"ws://127.0.0.1:{await port}/"
    charge_point = steps(records, FrameDirection.TO_CSMS)
    report = await play_charge_point(charge_point, url, "NW-0417", **fast)
    assert report.differences == []
    assert (report.sent, report.matched) == (17, 17)
    assert (await csms).differences == []


async def test_nobody_there_is_said_in_words() -> None:
    with pytest.raises(NoPeer, match=r"127.0.0.1:1: Connection refused"):
        await play_charge_point([], "ws://127.0.0.1:1/", "CP1")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--as", "charger"], "needs --url"),
        (["--as", "csms"], "needs --port"),
        (["--as", "csms", "--port", "70000"], "from 0 to 65535"),
        (["--as", "charger", "--url", "http://x"], "must start with ws://"),
        (["--as", "charger", "--url", "ws://x", "--from", "other"], "the log has NW-0417"),
    ],
)
def test_wrong_use_is_said(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(SESSION), *arguments]) == 2
    assert words in capsys.readouterr().err


def test_what_differs_is_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.log"
    empty.write_text("")
    assert main(["replay", str(empty), "--as", "csms", "--port", "0"]) == 2
    arguments = ["--as", "charger", "--url", "ws://127.0.0.1:1", "--json"]
    assert main(["replay", str(SESSION), *arguments]) == 1
    assert "Connection refused" in capsys.readouterr().err

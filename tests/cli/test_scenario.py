"""`cp-tui scenario`: what it prints, and its exit status."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from threading import Thread
from xml.etree import ElementTree as Xml

import pytest

from cp_tui.cli import main
from cp_tui.csms.central_system import CentralSystem
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.rpc.paths import csms_socket
from cp_tui.rpc.server import RpcServer

NOBODY = "ws://127.0.0.1:9/ocpp"


def test_list_names_them_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "core"
    assert any(line.startswith("  plug-first ") and "[TC_003]" in line for line in lines)
    assert main(["scenario", "list", "--json"]) == 0
    told = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert told["remote-start"]["hooks"] == ["RemoteStartTransaction", "RemoteStopTransaction"]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "name scenarios or files, or give --all"),
        (("--all", "plug-first"), "name scenarios or files, or give --all"),
        (("plug-firs",), 'plug-firs: unknown scenario; did you mean "plug-first"?'),
        (("none.toml",), "none.toml: No such file or directory"),
        (("none.py",), "none.py: No such file or directory"),
        (("plug-first", "--url", "http://x"), "--url: "),
    ],
)
def test_wrong_use_is_told_and_nothing_is_begun(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenario", "run", "--id", "A", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_a_scenario_asks_for_a_charge_point_that_can_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    file.write_text('about = "x"\n[keys]\nFoo = 1\n[[step]]\ndo = "try_now"\n')
    assert main(["scenario", "run", str(file), "--url", NOBODY, "--id", "A"]) == 2
    assert f"{file}, line 3: keys.Foo: unknown key" in capsys.readouterr().err


def test_without_hooks_it_is_skipped_and_nothing_is_conclusive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "out.xml"
    run = ["scenario", "run", "remote-start", "--url", NOBODY, "--id", "A"]
    assert main([*run, "--junit", str(report)]) == 3
    out = capsys.readouterr().out
    assert out.startswith("SKIPPED      remote-start: nobody can have the CSMS do RemoteStart")
    assert out.endswith("1 skipped in 0.0 s, seed 1\n")
    assert Xml.parse(report).getroot().get("skipped") == "1"
    assert main([*run, "--json", "--seed", "5"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["seed"], told["scenarios"][0]["verdict"]) == (5, "skipped")
    assert main([*run, "--junit", str(tmp_path / "no" / "out.xml")]) == 2
    refused = capsys.readouterr()
    assert "No such file or directory" in refused.err
    assert not refused.out, "it was played first"
    assert main([*run, "--junit", "/dev/full"]) == 3
    assert "/dev/full: No space left" in capsys.readouterr().err
    for arguments in (["--json"], []):
        with Path("/dev/full").open("w") as full, redirect_stdout(full):
            assert main([*run, *arguments]) == 3
        assert capsys.readouterr().err == (
            "cp-tui: standard output: No space left on device\ncp-tui: 1 skipped in 0.0 s, seed 1\n"
        )


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Give the URL of a small CSMS with its door, both in a thread: a run has a loop of its own."""
    monkeypatch.setattr("cp_tui.rpc.paths.runtime_folder", lambda: tmp_path / "run")
    loop, urls = asyncio.new_event_loop(), list[str]()
    csms = CentralSystem()

    async def begin() -> RpcServer:
        await csms.start()
        server = RpcServer(CsmsRpc(csms), csms_socket(csms.port))
        await server.start()
        urls.append(csms.url)
        return server

    async def end(server: RpcServer) -> None:
        await server.close()
        await csms.close()

    thread = Thread(target=loop.run_forever)
    thread.start()
    server = asyncio.run_coroutine_threadsafe(begin(), loop).result(30)
    yield urls[0]
    asyncio.run_coroutine_threadsafe(end(server), loop).result(30)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def test_a_csms_of_ours_needs_no_hooks_and_sigterm_ends_all(
    url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ["scenario", "run", "--url", url, "--id", "A"]
    assert main([*run, "remote-start", "blocked-tag"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:2] for line in lines[:2]] == [
        ["PASSED", "remote-start"],
        ["PASSED", "blocked-tag"],
    ]
    file = tmp_path / "hooks.toml"
    file.write_text('[hooks.Reset]\ncommand = "kill -TERM $PPID; sleep 60"\n')
    ended = [*run, "remote-start", "hard-reset", "--config", str(file)]
    assert main(ended) == 128 + signal.SIGTERM
    passed, summary = capsys.readouterr().out.splitlines()
    assert passed.startswith("PASSED       remote-start"), "our CSMS does what has no hook"
    assert summary.startswith("1 passed in ")
    monkeypatch.setattr("cp_tui.cli.scenario.BUSY_S", 0.05)
    busy = tmp_path / "busy.py"
    kill = "import os, signal\n\n    os.kill(os.getpid(), signal.SIGTERM)"
    busy.write_text(f"async def busy(charger):\n    {kill}\n    while True:\n        pass\n")
    assert main([*run, str(busy)]) == 128 + signal.SIGTERM
    assert capsys.readouterr().out.startswith("nothing to play in ")

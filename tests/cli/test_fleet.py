"""`cp-tui fleet`: what is refused before anything is begun."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.cli import main
from cp_tui.engine.errors import CannotBegin
from cp_tui.fleet.shell.run import FleetRun

URL = ("--url", "ws://127.0.0.1:9/ocpp")
SECRET = "planted-secret-77"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), ["no CSMS URL: give --url, or url under [fleet] of the plan"]),
        (
            (*URL, "--report", "x.txt", "--every", "1", "--stations", "none", "--for", "5"),
            [
                "--report x.txt: must end in .json, .csv, .html",
                "--every: must be a time such as 500ms, 60s, 5m or 1h30m",
                "--stations: must be a whole number",
                "--for: must be a time such as 500ms, 60s, 5m or 1h30m",
            ],
        ),
        ((*URL, "--every", "1s"), ["--every goes with --report"]),
        ((*URL, "--report", "none/x.csv"), ["--report none/x.csv: No such file or directory"]),
        ((*URL, "--ledger", "none/x.csv"), ["--ledger none/x.csv: No such file or directory"]),
        ((*URL, "--plan", "none.toml"), ["--plan none.toml: no such file"]),
        (
            (*URL, "--stations", "3", "--watch", "CP00002", "--watch", "CP4"),
            ["--watch CP4: the fleet has CP00001 to CP00003"],
        ),
        (
            (*URL, "--password", SECRET * 3),
            [
                "--password or --set AuthorizationKey: must be 16 to 40 printable ASCII"
                " characters; 32 to 40 hex digits in pairs count as bytes"
            ],
        ),
        (
            (*URL, "--storm", "wind@1s", "--misbehave", "sillent=1%"),
            [
                "--storm (number 1): kind: must be 'reconnect', 'power' or 'network'",
                "--misbehave (number 1): kind: must be 'silent', 'slow', 'half_open',",
            ],
        ),
    ],
)
def test_wrong_use_is_told_all_at_once_and_nothing_is_begun(
    arguments: tuple[str, ...],
    told: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["fleet", *arguments]) == 2
    output = capsys.readouterr()
    lines = output.err.splitlines()
    assert output.out == ""
    assert len(lines) == len(told)
    for line, expected in zip(lines, told, strict=True):
        assert line.startswith(f"cp-tui: {expected}")
    assert SECRET not in output.err


def test_the_locustfile_is_printed_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fleet", "--print-locustfile"]) == 0
    text = capsys.readouterr().out
    compile(text, "locustfile.py", "exec")
    assert "from cp_tui.fleet.locust import ChargingStation" in text


def test_an_old_ledger_stays_where_the_machine_has_no_room_for_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def refuse(fleet: FleetRun) -> None:
        raise CannotBegin("no room")

    monkeypatch.setattr(FleetRun, "run", refuse)
    ledger = tmp_path / "ledger.csv"
    ledger.write_text("old")
    assert main(["fleet", *URL, "--ledger", str(ledger)]) == 2
    assert capsys.readouterr().err == "cp-tui: no room\n"
    assert ledger.read_text() == "old"
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.csv"]

"""What `cp-tui fleet` refuses before anything has begun: status 2, and every reason in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from cp_tui.cli import main
from cp_tui.cli.watch_claims import claimed
from cp_tui.rpc.paths import SocketPathError

HERE = ("fleet", "--url", "ws://127.0.0.1:9", "--stations", "3", "--for", "1s", "--no-screen")


def test_values_with_a_sign_and_files_that_cannot_be_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    signs = ("--settle", "-1s", "--energy", "-1..2", "--tags", "-4")
    files = (f"--ledger={tmp_path}/none/l.csv", f"--report={tmp_path}/none/r.csv")
    assert main([*HERE, *signs, *files]) == 2
    told = capsys.readouterr().err
    for words in (
        "--settle: must be a time such as 500ms",
        "--energy: must be kWh or a range such as 5..40",
        "--tags: must be a number of tags from 1",
        f"--ledger {tmp_path}/none/l.csv: No such file",
        f"--report {tmp_path}/none/r.csv: No such file",
    ):
        assert words in told, told


def test_roots_that_are_none_are_refused_without_tls_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    roots = tmp_path / "roots.pem"
    roots.write_text("no roots")
    assert main([*HERE, f"--ca-file={roots}"]) == 2
    assert "holds no PEM certificate" in capsys.readouterr().err


def test_a_file_that_is_no_store_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[fleet]\nurl = "ws://127.0.0.1:9"\nstore = "plan.toml"\n')
    assert main(["fleet", f"--plan={plan}"]) == 2
    told = capsys.readouterr().err
    assert told == f"cp-tui: {plan} is no store of a fleet: name another file\n"


def test_a_charge_point_that_another_fleet_watches_is_refused_before_its_door_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with claimed(["CP00001", "CP00003", "CP00003"]):
        assert main([*HERE, "--watch=CP00002", "--watch=CP00003"]) == 2
        assert "--watch CP00003: another fleet that runs watches it" in capsys.readouterr().err
        # Nothing is kept of what was refused.
        with claimed(["CP00002"]), pytest.raises(SocketPathError), claimed(["CP00001"]):
            pass
    with claimed(["CP00001", "CP00003"]):
        pass

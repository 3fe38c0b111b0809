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


def test_a_file_that_is_named_for_two_things_is_refused_before_one_takes_the_others_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tags").write_text("TAG1\n")
    Path("link").symlink_to("tags")
    Path("same").hardlink_to("tags")
    plan = '[fleet]\nurl = "ws://127.0.0.1:9"\nstore = "kept.db"\n[sessions]\ntags = "tags"\n'
    Path("plan.toml").write_text(plan)
    before = sorted(tmp_path.iterdir())
    told: list[str] = []
    for options in (
        ("--store=x", "--ledger=x"),
        ("--billed=x", f"--ledger={tmp_path}/x"),
        ("--report=x.csv", "--ledger=x.csv"),
        ("--plan=plan.toml", "--ledger=plan.toml"),
        ("--plan=plan.toml", "--ledger=kept.db"),
        ("--plan=plan.toml", "--ledger=link"),
        ("--tags=tags", "--ledger=same"),
    ):
        assert main([*HERE, *options]) == 2
        told += [line.partition(" both name")[0] for line in capsys.readouterr().err.splitlines()]
    assert told == [
        "cp-tui: --ledger and --store",
        "cp-tui: --ledger and --billed",
        "cp-tui: --report and --ledger",
        "cp-tui: --ledger and --plan",
        "cp-tui: --ledger and store of the plan",
        "cp-tui: --ledger and tags of the plan",
        "cp-tui: --ledger and --tags",
    ]
    assert (Path("plan.toml").read_text(), sorted(tmp_path.iterdir())) == (plan, before)


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


@pytest.mark.parametrize(
    "line",
    [
        "demo --record FILE --config FILE",
        "demo --record FILE --preset FILE",
        "scenario run FILE --junit FILE --url ws://127.0.0.1:9 --id A",
        "scenario run --all --junit FILE --config FILE --url ws://127.0.0.1:9 --id A",
        "tap --upstream ws://127.0.0.1:9 --trace FILE --ca-file FILE --listen 127.0.0.1:0",
        "tap --upstream ws://127.0.0.1:9 --trace FILE --certificate FILE --listen 127.0.0.1:0",
    ],
)
def test_no_other_command_writes_onto_what_it_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    file = tmp_path / "file.toml"
    file.write_text("[keys]\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ssl.SSLContext.load_cert_chain", lambda *_: None)
        assert main(line.replace("FILE", f"{file}").split()) == 2
    assert f"both name {file}" in capsys.readouterr().err
    assert file.read_text() == "[keys]\n"

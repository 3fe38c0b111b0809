"""What can be typed, and what it costs to load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cp_tui.cli.parser import parse
from cp_tui.cli.settings import serve_arguments


def test_every_option_of_the_engine_is_understood() -> None:
    options = parse(
        [
            *("serve", "--config", "f", "--url", "ws://h", "--id", "CP", "--connectors", "3"),
            *("--set", "A=1", "--set", "B=x=y", "--data-dir", "d", "--socket", "s"),
        ]
    )
    assert (options.command, options.url, options.id) == ("serve", "ws://h", "CP")
    assert (options.config, options.data_dir, options.socket) == (Path("f"), Path("d"), Path("s"))
    assert (options.connectors, options.keys) == (3, ["A=1", "B=x=y"])


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--id", "-strange id"],
        ["--url", "ws://h", "--connectors", "2", "--set", "A=-1", "--set=B=", "--socket", "/s"],
        ["--config", "f.toml", "--data-dir", "a b"],
    ],
)
def test_the_options_of_run_reach_serve_unchanged(arguments: list[str]) -> None:
    # A value that begins with a dash needs the form `--id=...`, which is the one written.
    written = [f"--id={arguments[1]}"] if arguments[:1] == ["--id"] else arguments
    run = parse(["run", *written])
    serve = parse(["serve", *serve_arguments(run)])
    for name in ("config", "url", "id", "connectors", "keys", "data_dir", "socket"):
        assert getattr(serve, name) == getattr(run, name)


@pytest.mark.parametrize(
    "arguments",
    [
        ["ctl", "--id", "CP", "plug_in", "connector_id=1"],
        ["ctl", "plug_in", "--id", "CP", "connector_id=1"],
        ["ctl", "plug_in", "connector_id=1", "--id", "CP"],
    ],
)
def test_parameters_of_ctl_may_stand_on_both_sides_of_an_option(arguments: list[str]) -> None:
    options = parse(arguments)
    assert (options.method, options.parameters) == ("plug_in", ["connector_id=1"])
    assert options.id == "CP"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["serve", "further"],
        ["serve", "--connectors", "two"],
        ["attach", "--id", "a", "--socket", "b"],
        ["ctl"],
        ["ctl", "stop", "--nonsense"],
        ["demo", "--seconds", "0"],
        ["demo", "--seconds", "nan"],
        ["csms", "--port", "65536"],
        ["csms", "--port", "-1"],
        ["csms", "--profile", "4"],
    ],
)
def test_wrong_use_ends_with_status_2(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        parse(arguments)
    assert end.value.code == 2
    assert "usage: cp-tui" in capsys.readouterr().err


def test_the_help_of_ctl_lists_the_methods(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["ctl", "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    for line in ("plug_in connector_id", "data_transfer vendor_id [message_id] [data]", "shutdown"):
        assert f"\n  {line}" in said


def test_version_and_help_load_next_to_nothing() -> None:
    code = (
        "import sys; from cp_tui.cli import main\n"
        "for arguments in (['--version'], ['--help'], ['serve', '--help']):\n"
        "    try: main(arguments)\n"
        "    except SystemExit: pass\n"
        "heavy = {'asyncio', 'json', 'logging', 'msgspec', 'platformdirs', 'pydantic', 'socket',"
        " 'subprocess', 'textual', 'tomllib', 'websockets'}\n"
        "print(heavy & sys.modules.keys(), file=sys.stderr)\n"
        "print(*[each for each in sys.modules if each.startswith('cp_tui')], file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = (
        *("explain_options", "fleet_options", "open_options", "replay_options", "tap_options"),
    )
    options = " ".join(f"cp_tui.cli.{name}" for name in names)
    loaded = f"cp_tui cp_tui.cli {options} cp_tui.cli.parser"
    assert done.stderr.splitlines() == ["set()", loaded]

"""`cp-tui scenario`: what it prints, and its exit status."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from cp_tui.cli import main

NOBODY = "ws://127.0.0.1:9/ocpp"


def test_list_names_them_by_group(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "core"
    assert any(line.startswith("  plug-first ") and "[TC_003]" in line for line in lines)
    assert main(["scenario", "list", "--json"]) == 0
    told = {each["name"]: each for each in json.loads(capsys.readouterr().out)}
    assert told["remote-start"]["needs"] == ["RemoteStartTransaction", "RemoteStopTransaction"]


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
    assert "mine: keys.Foo: unknown key" in capsys.readouterr().err


def test_without_hooks_it_is_skipped_and_nothing_is_conclusive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "out.xml"
    run = ["scenario", "run", "remote-start", "--url", NOBODY, "--id", "A"]
    assert main([*run, "--junit", str(report)]) == 3
    out = capsys.readouterr().out
    assert out.startswith("SKIPPED      remote-start: the CSMS has to be had do RemoteStart")
    assert out.endswith("1 skipped in 0.0 s, seed 1\n")
    assert Xml.parse(report).getroot().get("skipped") == "1"
    assert main([*run, "--json", "--seed", "5"]) == 3
    told = json.loads(capsys.readouterr().out)
    assert (told["seed"], told["scenarios"][0]["verdict"]) == (5, "skipped")
    assert main([*run, "--junit", str(tmp_path / "no" / "out.xml")]) == 2
    assert "No such file or directory" in capsys.readouterr().err

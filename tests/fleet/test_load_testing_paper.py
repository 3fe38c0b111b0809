"""What docs/load-testing.md shows can be typed, and its plan and locustfile are right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from cp_tui.cli.parser import parse
from cp_tui.fleet.arrivals import ends_at_s
from cp_tui.fleet.reading.plan_file import PlanOptions, read_plan
from tests.sources import ROOT

PAPER = (ROOT / "docs" / "load-testing.md").read_text()


def shown(language: str) -> list[str]:
    """Give the blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", PAPER, re.DOTALL | re.MULTILINE)


def test_every_command_can_be_typed() -> None:
    lines = [line for block in shown("sh") for line in block.splitlines()]
    ours = [shlex.split(line.split(" > ")[0]) for line in lines if line.startswith("cp-tui ")]
    assert len(ours) > 3
    for command in ours:
        parse(command[1:])


def test_the_plan_is_right_and_takes_as_long_as_is_said(tmp_path: Path) -> None:
    file = tmp_path / "depot.toml"
    file.write_text(shown("toml")[0])
    plan = read_plan(PlanOptions(plan=file), 1).plan
    assert "It takes twenty seconds" in PAPER
    assert ends_at_s(plan) in range(15, 25)
    assert plan.storms[0].at_s < 15


def test_the_locustfile_is_the_one_that_is_printed() -> None:
    """That it runs is tried with Locust: tests/fleet/locust."""
    assert shown("python")[0] == (ROOT / "cp_tui/fleet/locust/example.py").read_text()

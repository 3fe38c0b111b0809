"""docs/scenarios.md: every example in it is executed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from cp_tui.cli.parser import parse
from cp_tui.scenarios import report
from cp_tui.scenarios.bench_settings import read
from cp_tui.scenarios.plan import Plan
from cp_tui.scenarios.python_scenario import PythonPlan, read_python
from cp_tui.scenarios.reading import built_in, read_text
from cp_tui.scenarios.verdict import Verdict
from tests.demo.fast_time import in_fast_time
from tests.scenarios.bench import own_csms
from tests.sources import ROOT

PAPER = (ROOT / "docs" / "scenarios.md").read_text("utf-8")


def examples(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAPER, re.DOTALL | re.MULTILINE)


def test_its_commands_can_be_typed() -> None:
    (lines,) = examples("sh")
    names = {plan.name for plan in built_in()}
    for line in lines.splitlines():
        options = parse(shlex.split(line)[1:])
        assert set(getattr(options, "names", ())) <= names


def test_its_settings_and_hooks_are_right(tmp_path: Path) -> None:
    settings, hooks, _scenario = examples("toml")
    file = tmp_path / "bench.toml"
    file.write_text(settings + hooks)
    bench = read(file, None, None)
    assert all(bench.hooks.has(name) for name in ("RemoteStartTransaction", "Reset", "restart"))
    assert bench.words["other_tag"] == "04A1B2C4"


@in_fast_time
async def test_its_scenarios_pass(tmp_path: Path) -> None:
    (code,) = examples("python")
    file = tmp_path / "mine.py"
    file.write_text(code)
    plans: list[Plan | PythonPlan] = [*read_python(file)]
    plans.append(read_text(examples("toml")[2], "mine.toml", "mine"))
    async with own_csms(tmp_path) as (_csms, runner):
        outcomes = await runner.run_all(plans)
    lines = [line for each in outcomes for line in report.lines(each)]
    assert [each.verdict for each in outcomes] == [Verdict.PASSED] * 2, "\n".join(lines)

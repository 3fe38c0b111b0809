"""A project outside this one tests its CSMS with the fixtures of the installed wheel.

Its tests are those of the paper. They are run twice at once: against a CSMS that is right, and one
with a planted bug.
"""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.library.outside import Outside
from tests.sources import ROOT

PAPER = (ROOT / "docs" / "testing-a-backend.md").read_text()
CSMS = (Path(__file__).parent / "outside_csms.py").read_text()
FOUND, NUMBER = "if started not in self.csms.started:", "self.csms.started.index(started) + 1"
PLANTED = CSMS.replace(FOUND, "if True:").replace(NUMBER, "len(self.csms.started)")
"""A retry gets a transactionId of its own."""
QUIET = "[pytest]\nfilterwarnings = error\naddopts = -p no:asyncio -p no:xdist\n"
"""Without any plug-in for asyncio."""


def example(name: str) -> str:
    """Give an example of the paper."""
    found = re.search(
        rf"<!-- example: {re.escape(name)} -->\n```python\n(.*?)```", PAPER, re.DOTALL
    )
    assert found is not None, name
    return found[1]


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Outside:
    """Give the project, with the wheel in its venv."""
    folder = tmp_path_factory.mktemp("outside")
    suite = example("test_csms.py")
    files = {
        "pytest.ini": QUIET,
        "csms.py": CSMS,
        "planted.py": PLANTED,
        "test_csms.py": suite,
        "test_planted.py": suite.replace("from csms", "from planted"),
        "program.py": example("program.py"),
        "virtual.py": example("virtual.py"),
        "weather.py": example("weather.py"),
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    return Outside(folder)


def in_ci() -> tuple[list[str], list[str]]:
    """Give what the examples for CI run, and the files that they keep; both say the same."""
    examples = re.findall(r"```yaml\n(.*?)```", PAPER, re.DOTALL)
    assert len(examples) == 2
    told = [
        (
            re.findall(r"^ *- (?:run: )?((?:pip|pytest) .*)$", each, re.MULTILINE),
            re.findall(r"\bpaths?: \[?([^],\n]+)", each),
        )
        for each in examples
    ]
    assert told[0] == told[1]
    return told[0]


def test_the_csms_of_a_project_is_tested_in_less_than_thirty_lines(outside: Outside) -> None:
    """One that is right passes; one with a planted bug fails, and the failure names it.

    It is run as the examples for CI run it, and what they keep of a failure is there.
    """
    assert len(example("test_csms.py").splitlines()) < 30
    assert PLANTED.count("if True:") == PLANTED.count("= len(self.csms.started)") == 1
    (install, command), kept_files = in_ci()
    assert install == "pip install pytest cp-tui"
    program, *options = shlex.split(command)
    suites = "test_csms.py", "test_planted.py"
    status, shown = outside.run("-m", program, *options, "-q", *suites)
    (report,) = (each.partition("=")[2] for each in options)
    suite = Xml.parse(outside.folder / report).getroot()[0]
    assert (suite.get("tests"), suite.get("failures")) == ("6", "1")
    assert all([*(outside.folder / each).iterdir()] for each in kept_files)
    assert status == 1, shown
    assert "1 failed, 5 passed" in shown, shown
    assert "test_planted.py::test_a_retry_is_the_same_transaction" in shown
    assert "AssertionError: the retry got another transactionId" in shown
    assert "assert 2 == 1" in shown
    assert "- charge point CP1 -" in shown
    assert re.search(r"-> StartTransaction \{.*\"idTag\":\"TAG1\"", shown)
    assert "    sent again: it is the same transaction as before\n" in shown
    kept = re.search(r"^all frames: (.+)$", shown, re.MULTILINE)
    assert kept is not None
    frames = [json.loads(line) for line in Path(kept[1]).read_text().splitlines()]
    starts = [each["kind"] for each in frames if each["action"] == "StartTransaction"]
    assert starts == ["CALL", "CALL", "CALLRESULT"]


def test_the_programs_of_the_paper_run(outside: Outside) -> None:
    programs = ("program.py", "virtual.py", "weather.py")
    all_of_them = f"from runpy import run_path; [*map(run_path, {programs})]"
    status, shown = outside.run("-c", all_of_them)
    assert status == 0, shown
    assert shown.splitlines()[-3:] == ["TAG1 Accepted", "7", "2 1"]


def test_a_suite_that_does_not_use_it_pays_next_to_nothing(outside: Outside) -> None:
    program = (
        "import pytest, sys; before = {*sys.modules}; import cp_tui.pytest_plugin;"
        "print(*{*sys.modules} - before)"
    )
    status, shown = outside.run("-c", program)
    assert status == 0
    assert set(shown.split()) == {"cp_tui", "cp_tui.pytest_plugin"}

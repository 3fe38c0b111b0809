"""What the README promises is so: its commands, its example of a configuration, its pictures."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.cli.parser import parse
from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.model import Settings
from cp_tui.tui.actions.keymap import shown
from cp_tui.tui.registry import BY_ID
from cp_tui.tui.theme.themes import read_theme
from tests.sources import ROOT
from tests.test_words import texts, texts_of

README = (ROOT / "README.md").read_text()
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest -n 4"
INSTALL = "python3 -m venv .venv && . .venv/bin/activate && pip install ."


def blocks(language: str) -> list[str]:
    """Give the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def example_configuration() -> ChargePointConfig:
    """Build what the example in the README configures; the files with roots are not there."""
    tables = tomllib.loads(blocks("toml")[0])
    del tables["csms"]["ca_file"], tables["security"]["manufacturer_roots"]
    built = build(Settings(**tables), ROOT / "cp-tui.toml")
    assert isinstance(built, ServeSettings), built
    return built.engine.charge_point


def lines() -> list[str]:
    """Give the lines that can be typed."""
    return [line for block in blocks("sh") for line in block.splitlines()]


def table(heading: str) -> list[list[str]]:
    """Give the rows of the table below a heading, cell by cell."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def code(cell: str) -> list[str]:
    """Give what is marked as code in a cell."""
    return re.findall(r"`([^`]+)`", cell)


def test_the_readme_and_the_checks_run_the_same_command() -> None:
    assert TEST_COMMAND in lines()
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text().splitlines()


def test_two_commands_within_the_first_screenful_show_it() -> None:
    first = README.splitlines()[:24]
    assert [line for line in first if line in (INSTALL, "cp-tui demo")] == [INSTALL, "cp-tui demo"]


def test_the_example_of_a_configuration_is_right() -> None:
    configuration = example_configuration()
    assert configuration.charge_point_id == "CP001"
    assert [each.max_current_a for each in configuration.connectors] == [16, 32]
    assert configuration.keys == {"MeterValueSampleInterval": "60"}
    assert [(key.spec.name, key.value) for key in configuration.custom_keys] == [
        ("SiteName", "Depot north"),
        ("MaxPower", "22"),
        ("Modem", "LTE"),
    ]


def test_the_example_of_a_theme_is_right(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(blocks("toml")[1])
    theme, problems = read_theme(file)
    assert problems == []
    assert theme is not None
    assert theme.purpose == "the night shift"


def test_every_command_in_the_examples_can_be_typed() -> None:
    typed = [
        found[0] for line in lines() if (found := re.search(r"cp-tui [^>&|]*?(?= [2>&|]|$)", line))
    ]
    assert len(typed) > 12
    for line in typed:
        parse(line.replace("'", "").split()[1:])


def test_every_key_by_task_is_that_of_its_action() -> None:
    rows = table("Keys by task")
    assert len(rows) > 15
    for _task, keys, where, names in rows:
        actions = [BY_ID[name] for name in code(names)]
        assert [shown(action.keys[0]) for action in actions] == code(keys)
        screens = {BY_ID[f"screen.{name}"].keys[0] for action in actions for name in action.screens}
        assert screens == set(code(where))


@pytest.mark.parametrize("row", table("Troubleshooting"), ids=lambda row: row[0])
def test_what_the_screen_is_said_to_say_is_said_somewhere(row: list[str]) -> None:
    """A gap stands for a value; what is advised is the program's own advice, where it is code."""
    advice = [text for text in code(row[2]) if " " in text]
    for text in (*code(row[0]), *advice):
        for part in re.split("…|: ", text):
            assert any(part.strip() in each for each in said()), part


@cache
def said() -> tuple[str, ...]:
    """Give what the program says, and what the questions read on its screen."""
    questions = (ROOT / "tests" / "questions").glob("test_*.py")
    provoked = (text.text for path in questions for text in texts_of(path))
    return (*(each.text for each in texts()), *provoked)

"""What the README promises is so: its commands, its example of a configuration, its pictures."""

from __future__ import annotations

import re
import tomllib

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.cli.parser import parse
from cp_tui.settings.build import ServeSettings, build
from cp_tui.settings.model import Settings
from tests.sources import ROOT

README = (ROOT / "README.md").read_text()
TEST_COMMAND = "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest -n 2"
DEMO_COMMAND = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/cp-tui demo"


def blocks(language: str) -> list[str]:
    """Give the code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


def example_configuration() -> ChargePointConfig:
    """Build what the example in the README configures; the file with the roots is not there."""
    (text,) = blocks("toml")
    tables = tomllib.loads(text)
    del tables["csms"]["ca_file"]
    built = build(Settings(**tables), ROOT / "cp-tui.toml")
    assert isinstance(built, ServeSettings), built
    return built.engine.charge_point


def test_the_readme_and_the_checks_run_the_same_command() -> None:
    commands = [line for block in blocks("sh") for line in block.splitlines()]
    assert DEMO_COMMAND in commands
    assert TEST_COMMAND in commands
    assert TEST_COMMAND in (ROOT / ".ci" / "run").read_text().splitlines()


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


def test_every_command_in_the_examples_can_be_typed() -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    typed = [line.removesuffix(" &") for line in lines if line.startswith("cp-tui ")]
    assert len(typed) > 4
    for line in typed:
        parse(line.replace("'", "").split()[1:])


def test_every_picture_and_file_that_the_readme_links_to_exists() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []

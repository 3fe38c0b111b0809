"""What can be asked is told from the tables in the help of `ctl`."""

from __future__ import annotations

import pytest

from cp_tui.cli import ctl
from cp_tui.cli.command_help import METHODS, methods_of, vocabulary
from cp_tui.cli.door import Door
from cp_tui.cli.parser import parse


def help_on(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    with pytest.raises(SystemExit) as end:
        parse(["ctl", *arguments])
    assert end.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("door", Door)
def test_every_command_has_a_sentence_and_a_result(door: Door) -> None:
    for name, command in methods_of(door).items():
        assert command.sentence.endswith("."), name
        assert command.result is not None, name


def test_the_help_of_a_method_names_parameters_with_types_and_defaults(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = help_on(capsys, "get_composite_schedule", "--help")
    usage = "get_composite_schedule connector_id=... duration_s=... [start=...] [unit=...]"
    assert f"usage: cp-tui ctl {usage}" in text
    assert "connector_id  whole number from 0, required" in text
    assert "duration_s    whole number of 1 to 31,622,400, required" in text
    assert "unit          one of A, W, default A" in text
    assert "Result: an object with connector_id, start, duration_s" in text
    assert "An observer" not in text
    assert "An observer may not use it." in help_on(capsys, "plug_in", "-h")
    assert "Run a scenario" in help_on(capsys, "run_scenario", "--help")


def test_the_help_of_ctl_lists_every_method(capsys: pytest.CaptureFixture[str]) -> None:
    text = help_on(capsys, "--help")
    assert "\n  swipe id_tag [connector_id] [wait]\n" in text
    assert all(f"\n  {name}" in text for name in METHODS)


def test_the_door_that_is_asked_says_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    of_csms, play = help_on(capsys, "--csms", "--help").split("\nof `cp-tui demo` alone:\n")
    assert "\n  disconnect [charge_point_id] [code]\n" in of_csms
    assert "run_scenario" not in of_csms
    assert "  run_scenario scenario\n" in play
    of_fleet = help_on(capsys, "--fleet", "--help")
    assert "\n  start_storm kind [share]" in of_fleet
    assert "plug_in connector_id" not in of_fleet
    assert "shutdown" not in of_fleet, "a fleet has an end of its own"
    assert "usage: cp-tui ctl --fleet start_storm kind" in help_on(
        capsys, "--fleet", "start_storm", "--help"
    )
    assert "Variables: outline, fleet, report." in help_on(capsys, "--fleet", "get", "--help")
    assert ctl._parameters("start_storm", ["power", "0.5"], Door.FLEET) == {
        "kind": "power",
        "share": 0.5,
    }
    assert "report" in vocabulary(Door.FLEET).variables


def test_there_is_no_help_on_what_is_no_method(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse(["ctl", "dance", "--help"])
    assert end.value.code == 2
    assert "no method 'dance'; there are: wait, tail, subscribe" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("method", "typed", "value"),
    [
        ("swipe", "id_tag=12E45678", "12E45678"),
        ("swipe", "1E10", "1E10"),
        ("swipe", "id_tag=1.50", "1.50"),
        ("explain_tag", "-0", "-0"),
        ("swipe", "id_tag=12345", 12345),
        ("data_transfer", "vendor_id=NaN", "NaN"),
        ("data_transfer", "vendor_id=-Infinity", "-Infinity"),
        ("set_custom_configuration_key", "value=60.0", "60.0"),
        ("get_configuration_key", 'keys=["a", 1E999]', '["a", 1E999]'),
        ("set_vehicle", "max_current_a=NaN", "NaN"),
        ("set_vehicle", "max_current_a=7.50", 7.5),
        ("set_vehicle", "max_current_a=1e1", 10.0),
        ("no_such_method", "x=1.50", 1.5),
    ],
)
def test_a_number_is_a_text_as_it_was_typed_where_a_text_is_wanted(
    method: str, typed: str, value: object
) -> None:
    (found,) = ctl._parameters(method, [typed], Door.CHARGE_POINT).values()
    assert (found, type(found)) == (value, type(value))

"""A command is told in sentences, and takes what its code takes."""

from __future__ import annotations

import re

import pytest
from pydantic import JsonValue

from cp_tui.engine.command import VALUE_LENGTH_MAX, Command
from cp_tui.engine.commands import COMMANDS
from cp_tui.rpc.client_session import CONNECTION_COMMANDS

SNAKE = re.compile(r"[a-z]_[a-z]")
OBSERVERS_MAY = {
    "get_configuration_key",
    "get_certificate",
    "get_composite_schedule",
    "get_measurements",
    "explain_tag",
}


def test_every_command_has_words_of_its_own() -> None:
    assert all(command.words for command in COMMANDS.values())
    assert {name for name, command in COMMANDS.items() if command.is_look} == OBSERVERS_MAY


@pytest.mark.parametrize("name", [*COMMANDS, *CONNECTION_COMMANDS])
def test_no_word_of_a_method_is_said(name: str) -> None:
    command = {**COMMANDS, **CONNECTION_COMMANDS}[name]
    for text in (command.asked({}), command.done({}), command.told({}, True)):
        assert text
        assert not SNAKE.search(text)
        assert "{" not in text


@pytest.mark.parametrize(
    ("method", "params", "result", "text"),
    [
        ("plug_in", {"connector_id": 1}, True, "The cable is plugged in at connector 1"),
        ("raise_error", {"connector_id": 0, "error_code": "GroundFailure"}, True,
         "GroundFailure is raised at the charge point"),
        ("set_network", {"up": True}, True, "The network cable is plugged in"),
        ("set_network", {"up": False}, True, "The network cable is pulled"),
        ("jam_lock", {"connector_id": 1, "jammed": True}, True,
         "The cable lock at connector 1 is jammed"),
        ("jam_lock", {"connector_id": 1, "jammed": False}, True,
         "The cable lock at connector 1 is free again"),
        ("stop", {}, False, "Stop OCPP: it was stopped already"),
        ("set_custom_configuration_key", {"key": "Site", "value": "hidden"}, "Rejected",
         "Set Site: Rejected"),
        ("data_transfer", {"vendor_id": "x"}, {"status": "Accepted"},
         "DataTransfer of vendor x: Accepted"),
        ("swipe", {"id_tag": "T"}, {"outcome": "Accepted", "text": "T may charge"}, "T may charge"),
        ("monitor_configuration_keys", {"keys": ["A", "B"]}, None, "Monitored: A, B"),
        ("get_configuration_key", {}, {"configuration_key": []},
         "Read configuration keys: answered"),
    ],
)  # fmt: skip
def test_an_outcome_is_a_sentence(
    method: str, params: dict[str, JsonValue], result: JsonValue, text: str
) -> None:
    command = COMMANDS[method]
    assert command.told(params, result) == text
    why = f"{text}; because" if result is not False else "Stop OCPP: because"
    if method != "swipe":
        assert command.told(params, result, "because") == why


def test_a_value_is_put_in_once_and_not_at_any_length() -> None:
    params: dict[str, JsonValue] = {"vendor_id": "{key}", "key": "x"}
    assert COMMANDS["data_transfer"].asked(params) == "DataTransfer of vendor {key}"
    assert len(COMMANDS["explain_tag"].asked({"id_tag": "x" * 10_000})) < VALUE_LENGTH_MAX + 20


def test_a_command_without_words_is_called_by_its_name() -> None:
    def open_hatch() -> bool:
        """Open it."""
        return True

    command = Command(open_hatch)
    assert (command.name, command.sentence, command.result) == ("open_hatch", "Open it.", bool)
    assert command.asked({}) == "Open hatch"

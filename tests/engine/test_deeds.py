"""What is done is told in sentences."""

from __future__ import annotations

import re

import pytest
from pydantic import JsonValue

from cp_tui.engine.commands import COMMANDS, METHODS
from cp_tui.engine.deeds import DEEDS, VALUE_LENGTH_MAX, asked, deed_of, done, told

SNAKE = re.compile(r"[a-z]_[a-z]")


def test_every_method_has_words() -> None:
    assert {name.partition(":")[0] for name in DEEDS} == set(METHODS)
    looks = {name for name in METHODS if DEEDS[name].is_look}
    assert looks == {name for name, command in COMMANDS.items() if not command.is_mutating}


@pytest.mark.parametrize("method", METHODS)
def test_no_word_of_a_method_is_said(method: str) -> None:
    for text in (asked(method, {}), done(method, {}), told(method, {}, True)):
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
    assert told(method, params, result) == text
    why = f"{text}; because" if result is not False else "Stop OCPP: because"
    if method != "swipe":
        assert told(method, params, result, "because") == why


def test_a_value_is_put_in_once_and_not_at_any_length() -> None:
    assert (
        asked("data_transfer", {"vendor_id": "{key}", "key": "x"}) == "DataTransfer of vendor {key}"
    )
    assert len(asked("explain_tag", {"id_tag": "x" * 10_000})) < VALUE_LENGTH_MAX + 20


def test_a_method_that_is_not_known_has_words_as_well() -> None:
    assert deed_of("open_hatch", {}, DEEDS).asked == "Open hatch"

"""The texts of a form become parameters of the kinds that the table has."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from cp_tui.ocpp.datatypes import ChargingProfilePurposeType
from cp_tui.tui.actions.command_form import choices, filled
from cp_tui.tui.actions.commands import CommandCall


@pytest.mark.parametrize(
    ("method", "texts", "params"),
    [
        ("swipe", {"id_tag": "0123", "connector_id": " 2 "}, {"id_tag": "0123", "connector_id": 2}),
        ("swipe", {"id_tag": "T", "connector_id": " "}, {"id_tag": "T"}),
        ("data_transfer", {"vendor_id": "v", "data": " "}, {"vendor_id": "v", "data": " "}),
        ("get_configuration_key", {"keys": "A, B C"}, {"keys": ["A", "B", "C"]}),
        ("get_configuration_key", {"keys": ""}, {"keys": []}),
        ("clear_charging_profile", {"profile_id": "9007199254740993"}, {"profile_id": 2**53 + 1}),
        ("clear_charging_profile", {"purpose": "TxProfile"}, {"purpose": "TxProfile"}),
        ("set_vehicle", {"battery_wh": "22.1", "soc_percent": "5"},
         {"battery_wh": 22_100, "soc_percent": 5.0}),
    ],
)  # fmt: skip
def test_each_text_becomes_what_the_command_takes(
    method: str, texts: dict[str, str], params: dict[str, JsonValue]
) -> None:
    call = filled(CommandCall(method), texts, factors={"battery_wh": 1_000})
    assert call == CommandCall(method, params)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("phases", "some", "Phases = 'some': a number is needed"),
        ("phases", "1.5", "Phases = '1.5': a whole number is needed"),
        ("max_current_a", "x", "max current a = 'x': a number is needed"),
    ],
)
def test_what_does_not_fit_is_told_by_its_label(name: str, text: str, words: str) -> None:
    assert filled(CommandCall("set_vehicle"), {name: text}, labels={"phases": "Phases"}) == words


def test_the_choices_are_those_of_the_standard() -> None:
    purposes = tuple(each.value for each in ChargingProfilePurposeType)
    assert choices("clear_charging_profile", "purpose") == purposes
    assert choices("set_behaviour", "start_status", is_csms=True)[0] == "Accepted"
    assert choices("swipe", "id_tag") == ()

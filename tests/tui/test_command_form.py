"""A form of a command: its parameters complete the fields, and texts become what it takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from pydantic import JsonValue

from cp_tui.engine.commands import COMMANDS
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargingProfilePurposeType
from cp_tui.tui.actions.command_form import completed, parameters, result_of
from cp_tui.tui.actions.commands import CommandCall
from cp_tui.tui.actions.desk import Form, FormField
from cp_tui.tui.text.paths import UnusableInput


def form_of(
    call: CommandCall, *fields: FormField, remembered: Mapping[str, Sequence[str]] | None = None
) -> Form:
    return completed(
        Form("Title", fields, "Do", call), lambda what: (remembered or {}).get(what, ())
    )


def result(method: str, texts: Mapping[str, str], *, is_csms: bool = False) -> object:
    fields = [FormField(name) for name in texts]
    given = {"connector_id": 1} if method == "set_vehicle" else {}
    try:
        return result_of(form_of(CommandCall(method, {**given}, is_csms), *fields), texts)
    except UnusableInput as wrong:
        return f"{wrong}" if wrong.field in texts else wrong


@pytest.mark.parametrize(
    ("method", "texts", "params"),
    [
        ("swipe", {"id_tag": "0123", "connector_id": " 2 "}, {"id_tag": "0123", "connector_id": 2}),
        ("swipe", {"id_tag": "T", "connector_id": " "}, {"id_tag": "T"}),
        ("data_transfer", {"vendor_id": "v", "data": " "}, {"vendor_id": "v", "data": " "}),
        ("get_configuration_key", {"keys": "A, B C"}, {"keys": ["A", "B", "C"]}),
        ("get_configuration_key", {"keys": ""}, {"keys": []}),
        ("clear_charging_profile", {"profile_id": "9007199254740993"}, {"profile_id": 2**53 + 1}),
        ("clear_charging_profile", {"purpose": "txp"}, {"purpose": "TxProfile"}),
        ("set_vehicle", {"battery_wh": "22.1", "soc_percent": "05"},
         {"connector_id": 1, "battery_wh": 22_100, "soc_percent": 5}),
        ("set_vehicle", {"max_power_w": "11.00049", "phases": "3.0", "max_current_a": "1.6e1"},
         {"connector_id": 1, "max_power_w": 11_000, "phases": 3, "max_current_a": 16}),
        ("set_custom_configuration_key", {"key": "K", "value": ""}, {"key": "K", "value": ""}),
        ("set_custom_configuration_key", {"key": '""', "value": '""'},
         {"key": '""', "value": '""'}),
        ("data_transfer", {"vendor_id": "v", "data": '""'}, {"vendor_id": "v", "data": '""'}),
        ("swipe", {"id_tag": '""'}, {"id_tag": '""'}),
        ("clear_charging_profile", {"purpose": "  ", "stack_level": "1"}, {"stack_level": 1}),
        ("get_composite_schedule", {"connector_id": "1", "duration_s": "9", "start": " "},
         {"connector_id": 1, "duration_s": 9}),
    ],
)  # fmt: skip
def test_each_text_becomes_what_the_command_takes(
    method: str, texts: dict[str, str], params: dict[str, JsonValue]
) -> None:
    assert result(method, texts) == CommandCall(method, params)


def test_pairs_become_a_table_and_none_an_empty_one() -> None:
    texts = {"id_tags": "A=Blocked, b = Expired,", "faults": " "}
    params: dict[str, JsonValue] = {"id_tags": {"A": "Blocked", "b": "Expired"}, "faults": {}}
    assert result("set_behaviour", texts, is_csms=True) == CommandCall(
        "set_behaviour", params, True
    )


@pytest.mark.parametrize(
    ("method", "name", "text", "words"),
    [
        ("set_vehicle", "phases", "some", "Phases: 'some' is no whole number of 1 to 3"),
        ("set_vehicle", "phases", "1.5", "Phases: '1.5' is no whole number of 1 to 3"),
        ("set_vehicle", "phases", "²", "Phases: '²' is no whole number of 1 to 3"),
        ("set_vehicle", "max_current_a", "5", "Current: '5' is no number of 6 to 1,000 A"),
        ("set_vehicle", "soc_percent", "nan", "SoC: 'nan' is no number of 0 to 100 %"),
        ("set_vehicle", "battery_wh", "5000", "Battery: '5000' is no number of 1 to 2,000 kWh"),
        ("set_vehicle", "battery_wh", "1e999999999", "is no number of 1 to 2,000 kWh"),
        ("set_vehicle", "battery_wh", "1e200", "is no number of 1 to 2,000 kWh"),
        ("swipe", "id_tag", "", "Tag must not be empty"),
        ("swipe", "id_tag", "ü", "is no text of 1 to 20 characters of printable ASCII"),
        ("swipe", "id_tag", "x" * 99, f"Tag: '{'x' * 60}…' is no text of 1 to 20 characters"),
        ("data_transfer", "vendor_id", "", "Vendor id must not be empty"),
        ("monitor_configuration_keys", "keys", " , ", "Keys: ' , ' is no list"),
        ("monitor_configuration_keys", "keys", " ", "Keys must not be empty"),
        ("set_custom_configuration_key", "key", " ", "Key must not be empty"),
        ("get_configuration_key", "keys", "x" * 51, "each text of 1 to 50 characters"),
        (
            "clear_charging_profile",
            "profile_id",
            "99999999999999999999",
            "'99999999999999999999' is too large: it may be 9,223,372,036,854,775,807 at most",
        ),
        ("clear_charging_profile", "profile_id", "9" * 40, "is too large: it may be 9,223,372,"),
        (
            "clear_charging_profile",
            "stack_level",
            f"-{'9' * 20}",
            "is too small: it may be -9,223,372,036,854,775,808 at least",
        ),
        ("clear_charging_profile", "stack_level", "1e999999999", "'1e999999999' is too large"),
        ("clear_charging_profile", "stack_level", f"{'9' * 20}.5", "is no whole number"),
        ("clear_charging_profile", "stack_level", "inf", "'inf' is no whole number"),
        ("plug_in", "connector_id", "9" * 40, f"Connector: '{'9' * 40}' is too large"),
        ("plug_in", "connector_id", f"-{'9' * 40}", "is no whole number from 1"),
        ("raise_error", "info", " " * 51, "is no text up to 50 characters"),
        ("clear_charging_profile", "purpose", "Tx", "Purpose: 'Tx' is several of TxDefault"),
    ],
)
def test_what_does_not_fit_is_told_with_what_may_stand_there(
    method: str, name: str, text: str, words: str
) -> None:
    told = result(method, {name: text})
    assert isinstance(told, str), told
    assert words in told


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("interval_s", "-1", "Interval: '-1' is no whole number of 0 to 604,800 s"),
        ("faults", "Heartbeat", "'Heartbeat' is no NAME=VALUE with commas between: action, or *"),
        ("faults", "*=silent, abc", "Faults: 'abc' is no NAME=VALUE with commas between: action"),
        ("faults", "abc", "or the code of a CALLERROR: NotImplemented, NotSupported, Internal"),
        ("id_tags", "A=Blockt", "tags: 'A=Blockt': 'Blockt' is not one of Accepted, Blocked,"),
        ("id_tags", "A=Accepted, b = x", "'b=x': 'x' is not one of Accepted, Blocked,"),
        ("id_tags", "A=Blocked, B=", "'B=' is no NAME=VALUE with commas between: one of Accepted"),
        ("id_tags", ",".join(f"{n}=Blocked" for n in range(1001)), "no list up to 1,000, each"),
    ],
)
def test_so_it_is_for_what_the_csms_is_asked(name: str, text: str, words: str) -> None:
    assert words in str(result("set_behaviour", {name: text}, is_csms=True))


@pytest.mark.parametrize("name", ["registration_status", "unknown_id_tag", "start_status"])
def test_blanks_in_a_field_of_the_behaviour_leave_it_unchanged(name: str) -> None:
    texts = {name: "  ", "interval_s": " "}
    assert result("set_behaviour", texts, is_csms=True) == CommandCall("set_behaviour", {}, True)


def test_the_choices_are_those_of_the_standard() -> None:
    purposes = tuple(each.value for each in ChargingProfilePurposeType)
    assert parameters("clear_charging_profile")["purpose"].choices == purposes
    statuses = parameters("set_behaviour", is_csms=True)["start_status"].choices
    assert statuses[0] == "Accepted"
    assert parameters("swipe")["id_tag"].choices == ()


def test_an_error_that_is_none_cannot_be_chosen() -> None:
    choices = parameters("raise_error")["error_code"].choices
    assert set(ChargePointErrorCode) - set(choices) == {ChargePointErrorCode.NO_ERROR}


def test_every_parameter_of_every_command_is_a_field() -> None:
    for method, command in COMMANDS.items():
        assert parameters(method).keys() == command.params.model_fields.keys()


def test_what_the_command_knows_completes_a_field() -> None:
    purpose, level = FormField("purpose", placeholder="any"), FormField("stack_level", "Level")
    form = form_of(CommandCall("clear_charging_profile"), purpose, level)
    first, second = form.fields
    assert (first.label, first.placeholder, first.choices[0]) == (
        "Purpose",
        "any",
        "ChargePointMaxProfile",
    )
    assert (second.label, second.placeholder, second.choices) == ("Level", "optional", ())
    assert form_of(CommandCall("swipe"), FormField("id_tag")).fields[0].placeholder == ""
    (choice,) = form_of(CommandCall("clear_error"), FormField("error_code")).fields
    assert choice.placeholder == "optional; space: choices"


def test_what_was_typed_before_is_offered_and_may_be_what_it_begins_with() -> None:
    tag = FormField("id_tag", value=None, recent=("C", "A"), keep="tags")
    (field,) = form_of(CommandCall("swipe"), tag, remembered={"tags": ("A", "B")}).fields
    assert (field.value, field.recent) == ("A", ("A", "B", "C"))
    (field,) = form_of(CommandCall("swipe"), FormField("id_tag", value=None, keep="tags")).fields
    assert (field.value, field.recent) == ("", ())
    shown = FormField("id_tag", value="S", keep="tags")
    (field,) = form_of(CommandCall("swipe"), shown, remembered={"tags": ("A",)}).fields
    assert (field.value, field.recent) == ("S", ("S", "A"))

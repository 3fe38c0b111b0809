"""Who changed a setting, when, from what, and what was refused; secrets are never told."""

from __future__ import annotations

from functools import partial

import pytest

from cp_tui.charge_point.config import CustomKey
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import SetCustomConfigurationKey
from cp_tui.charge_point.variables import (
    ConfigurationEntry,
    ConfigurationView,
    KeyChange,
    KeySource,
)
from cp_tui.ocpp.configuration_key import KeySpec
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import answers, set_key

SECRET, OTHER_SECRET = "0123456789abcdef", "fedcba9876543210"


def charger() -> Rig:
    return rig(custom_keys=(CustomKey(KeySpec("SiteName"), "Depot"),))


def entry(made: Rig, key: str) -> ConfigurationEntry:
    view: ConfigurationView = made.variables["configuration"]
    return next(each for each in view if each.key == key)


def changes(made: Rig) -> list[KeyChange]:
    told = [event for name, event in made.events if name == "configuration_changes"]
    return [event for event in told if isinstance(event, KeyChange)]


def change(made: Rig, key: str, value: str) -> str:
    status = made.request("ChangeConfiguration", {"key": key, "value": value})[2]["status"]
    assert isinstance(status, str)
    return status


def test_a_change_of_the_csms_is_told_with_the_old_value_though_nobody_monitors_it() -> None:
    made = charger()
    made.after(60)
    assert change(made, "metervaluesampleinterval", "15") == "Accepted"
    (told,) = changes(made)
    assert (told.key, told.old_value, told.value) == ("MeterValueSampleInterval", "60", "15")
    assert (told.source, told.answer, told.time) == (KeySource.CSMS, "Accepted", made.now)
    assert told.reason is not None
    assert told.reason.text == "MeterValueSampleInterval: 60 -> 15, set by CSMS"
    assert [name for name, _ in made.events if name == "configuration_key"] == []
    found = entry(made, "MeterValueSampleInterval")
    assert (found.value, found.old_value, found.source) == ("15", "60", KeySource.CSMS)
    assert found.changed_at == made.now


def test_the_old_value_is_known_after_a_boot() -> None:
    made = charger()
    set_key(made, "MeterValueSampleInterval", "15")
    set_key(made, "MeterValueSampleInterval", "30")
    made.power_cycle()
    found = entry(made, "MeterValueSampleInterval")
    assert (found.value, found.old_value) == ("30", "15")


@pytest.mark.parametrize(
    ("key", "value", "answer", "words"),
    [
        ("NumberOfConnectors", "3", "Rejected", "NumberOfConnectors is read-only"),
        ("HeartbeatInterval", "soon", "Rejected", "HeartbeatInterval"),
        ("NoSuchKey", "1", "NotSupported", "there is no configuration key NoSuchKey"),
    ],
)
def test_a_refused_change_of_the_csms_is_told(
    key: str, value: str, answer: str, words: str
) -> None:
    made = charger()
    assert change(made, key, value) == answer
    (told,) = changes(made)
    assert (told.key, told.value, told.answer) == (key, value, answer)
    assert told.reason is not None
    assert words in told.reason.text
    if answer == "Rejected":
        assert entry(made, key).last_refusal == told
        assert entry(made, key).value == told.old_value


def test_the_operator_is_named_too_whatever_the_answer() -> None:
    made = charger()
    made.command(partial(SetCustomConfigurationKey, key="SiteName", value="North"))
    made.command(partial(SetCustomConfigurationKey, key="HeartbeatInterval", value="9"))
    accepted, rejected = changes(made)
    assert (accepted.old_value, accepted.value, accepted.answer) == ("Depot", "North", "Accepted")
    assert (rejected.old_value, rejected.value, rejected.answer) == ("300", "9", "Rejected")
    assert {accepted.source, rejected.source} == {KeySource.OPERATOR}
    assert entry(made, "HeartbeatInterval").last_refusal == rejected


def test_the_interval_of_a_boot_is_a_change_by_the_csms() -> None:
    made = rig(boot=False)
    made.responders["BootNotification"] = answers("Accepted")
    made.power_on()
    (told,) = changes(made)
    assert (told.key, told.value, told.source) == ("HeartbeatInterval", "40", KeySource.CSMS)


def test_the_authorization_key_is_told_without_its_values() -> None:
    made = charger()
    assert change(made, "AuthorizationKey", SECRET) == "Accepted"
    assert change(made, "AuthorizationKey", OTHER_SECRET) == "Accepted"
    assert change(made, "AuthorizationKey", SECRET[:9]) == "Rejected"
    first, second, third = changes(made)
    assert (first.old_value, first.value) == (None, "(secret)")
    assert (second.old_value, second.value) == ("(secret)", "(secret)")
    assert (third.old_value, third.value) == ("(secret)", "(secret)")
    shown = f"{changes(made)}{made.variables['configuration']}{made.events}"
    for secret in (SECRET, OTHER_SECRET, SECRET[:9]):
        assert secret not in shown
    assert SECRET not in str(made.store[Table.KEY]["authorizationkey"])
    assert entry(made, "AuthorizationKey").old_value == "(secret)"


def test_a_record_of_an_older_version_has_no_old_value() -> None:
    made = charger()
    set_key(made, "MeterValueSampleInterval", "15")
    stored = made.store[Table.KEY]
    stored["metervaluesampleinterval"] = stored["metervaluesampleinterval"].replace(
        ',"old_value":"60"', ""
    )
    made.power_cycle()
    found = entry(made, "MeterValueSampleInterval")
    assert (found.value, found.old_value) == ("15", None)

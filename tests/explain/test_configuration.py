"""Rules of the configuration keys."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.explain.finding import Severity
from cp_tui.ocpp.configuration_key import STANDARD_KEYS, Access
from tests.explain.talk import Talk


def key(name: str, value: str, *, readonly: bool = False) -> dict[str, Any]:
    """One key, as it is told."""
    return {"key": name, "value": value, "readonly": readonly}


def asked(talk: Talk, *keys: dict[str, Any], names: list[str] | None = None) -> None:
    """The CSMS asks for these keys, or for those that are named."""
    names = [each["key"] for each in keys] if names is None else names
    talk.ask("GetConfiguration", {"key": names} if names else {}, {"configurationKey": [*keys]})


def changed(talk: Talk, name: str, value: str, status: str = "Accepted") -> None:
    talk.ask("ChangeConfiguration", {"key": name, "value": value}, {"status": status})


def full_list(*but: str) -> list[dict[str, Any]]:
    """All keys of Core as a charge point tells them."""
    return [
        key(spec.name, "Core" if "Profiles" in spec.name else "90", readonly=spec.is_read_only)
        for spec in STANDARD_KEYS
        if spec.profile == "Core" and spec.is_required and spec.name not in but
    ]


@pytest.mark.parametrize(
    ("name", "wanted", "told", "is_same"),
    [
        ("MeterValueSampleInterval", "30", "60", False),
        ("MeterValueSampleInterval", "30", "030", True),
        ("LocalPreAuthorize", "true", "TRUE", True),
        ("LocalPreAuthorize", "true", "false", False),
        ("MeterValuesSampledData", "Voltage,SoC", "SoC, Voltage", True),
        ("MeterValuesSampledData", "Voltage,SoC", "Voltage", False),
        ("VendorKey", "a, b", "a,b", True),
        ("VendorKey", "a", "b", False),
    ],
)
def test_what_was_accepted_is_in_force(name: str, wanted: str, told: str, is_same: bool) -> None:
    talk = Talk()
    changed(talk, name, wanted)
    asked(talk, key(name, told))
    assert talk.found() == ([] if is_same else ["config.accepted_not_applied"])


def test_what_waits_for_a_boot_or_is_masked_or_came_with_the_boot_is_not_held_against_it() -> None:
    talk = Talk()
    changed(talk, "MeterValueSampleInterval", "30", "RebootRequired")
    asked(talk, key("MeterValueSampleInterval", "60"))
    changed(talk, "HeartbeatInterval", "30")
    talk.booted(300)
    asked(talk, key("HeartbeatInterval", "300"))
    changed(talk, "ConnectionTimeOut", "30")
    talk.csms("GetConfiguration", {"key": ["ConnectionTimeOut"]})
    talk.answer({"configurationKey": [key("ConnectionTimeOut", "***")]}, is_masked=True)
    assert talk.found() == []
    changed(talk, "ConnectionTimeOut", "40", "RebootRequired")
    asked(talk, key("ConnectionTimeOut", "40"))
    talk.csms("GetConfiguration", {"key": ["VendorKey"]})
    talk.answer({"configurationKey": [{"key": "VendorKey", "readonly": False}]})
    assert talk.found() == []
    asked(talk, key("MeterValueSampleInterval", "60"))
    changed(talk, "HeartbeatInterval", "30")
    asked(talk, key("HeartbeatInterval", "300"))
    assert talk.found() == ["config.accepted_not_applied"] * 2


def test_after_a_break_somebody_else_may_have_changed_it() -> None:
    talk = Talk()
    talk.booted()
    changed(talk, "ConnectionTimeOut", "30")
    talk.booted()
    asked(talk, key("ConnectionTimeOut", "60"))
    finding = talk.only("config.accepted_not_applied")
    assert finding.severity is Severity.WARNING


def test_a_key_that_is_not_there_is_not_supported() -> None:
    talk = Talk()
    talk.ask("GetConfiguration", {"key": ["Foo"]}, {"unknownKey": ["Foo"]})
    changed(talk, "foo", "1", "NotSupported")
    assert talk.found() == []
    changed(talk, "foo", "1", "Rejected")
    assert talk.found() == ["config.unknown_key_accepted"]
    other = Talk()
    changed(other, "Foo", "1")
    changed(other, "AuthorizationKey", "***")
    asked(other, *full_list(), names=[])
    assert other.only("config.unknown_key_accepted").frames[0].number == 2
    third = Talk()
    asked(third, *full_list(), names=[])
    changed(third, "ConnectionTimeOut", "90")
    assert third.found() == []
    changed(third, "BlinkRepeat", "1")
    assert third.found() == ["config.unknown_key_accepted"]


def test_a_key_that_is_read_only_cannot_be_changed() -> None:
    talk = Talk()
    asked(talk, key("NumberOfConnectors", "1", readonly=True), key("Foo", "1"))
    asked(talk, key("ConnectionTimeOut", "60", readonly=True))
    changed(talk, "NumberOfConnectors", "2", "Rejected")
    changed(talk, "ConnectionTimeOut", "90", "Rejected")
    changed(talk, "Foo", "2")
    talk.csms("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "***"}, is_masked=True)
    talk.answer({"status": "Rejected"})
    assert talk.noted() == ["config.wrong_access"]
    changed(talk, "NumberOfConnectors", "2")
    assert talk.found() == ["config.wrong_access", "config.read_only_accepted"]


def test_a_key_of_the_standard_has_the_access_of_the_standard() -> None:
    talk = Talk()
    asked(talk, *full_list())
    asked(talk, key("AuthorizeRemoteTxRequests", "true", readonly=True), key("Foo", "1"))
    asked(talk, key("TxProfileFallback", "true", readonly=True))
    asked(talk, key("AuthorizationKey", "", readonly=True))
    assert talk.found() == []
    asked(talk, key("HeartbeatInterval", "1", readonly=True), key("NumberOfConnectors", "1"))
    assert [each.rule for each in talk.findings()] == ["S 9.1.10", "S 9.1.21"]
    assert "writable" in talk.findings()[0].text.partition(";")[2]
    assert set(talk.found()) == {"config.wrong_access"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HeartbeatInterval", "-1"),
        ("HeartbeatInterval", "soon"),
        ("ConnectionTimeOut", ""),
        ("LocalPreAuthorize", "yes"),
        ("MeterValuesSampledData", "Voltage,Wattage"),
    ],
)
def test_what_no_key_can_be_is_refused(name: str, value: str) -> None:
    talk = Talk()
    changed(talk, name, value, "Rejected")
    assert talk.noted() == []
    changed(talk, name, value)
    assert talk.found() == ["config.bad_value_accepted"]


def test_bounds_of_our_own_and_keys_of_vendors_are_held_against_nobody() -> None:
    talk = Talk()
    changed(talk, "ClockAlignedDataInterval", "100000")
    changed(talk, "HeartbeatInterval", "0")
    changed(talk, "VendorKey", "yes")
    changed(talk, "TxProfileFallback", "yes")
    talk.csms("ChangeConfiguration", {"key": "ConnectionTimeOut", "value": "***"}, is_masked=True)
    talk.answer({"status": "Accepted"})
    changed(talk, "MeterValuesSampledData", "")
    changed(talk, "MeterValuesSampledData", "Voltage.L1, Current.Import")
    assert talk.noted() == []
    changed(talk, "HeartbeatInterval", "60", "Rejected")
    assert talk.noted() == ["config.good_value_refused"]


def test_a_list_of_all_keys_has_those_that_must_be() -> None:
    talk = Talk()
    asked(talk, *full_list(), names=[])
    asked(talk, *full_list("ResetRetries"))
    few = {"configurationKey": full_list("ResetRetries")}
    talk.ask("GetConfiguration", {"key": []}, few)
    assert talk.found() == []
    asked(talk, *full_list("ResetRetries"), names=[])
    assert "ResetRetries" in talk.only("config.required_key_missing").text


def test_each_key_that_was_asked_for_is_answered() -> None:
    talk = Talk()
    asked(talk, names=["Foo", "Bar"])
    assert talk.found() == []  # Who knows how many keys it can answer for.
    asked(talk, names=["Foo"])
    asked(talk, key("Bar", "1"), names=["bar"])
    assert talk.found() == ["config.key_not_answered"]
    asked(talk, key("Bar", "1"), key("Foo", "1"), names=["Foo"])
    assert talk.found() == ["config.key_not_answered"] * 2
    few = Talk()
    asked(few, key("GetConfigurationMaxKeys", "2", readonly=True))
    asked(few, names=["A", "B", "C"])
    assert few.found() == ["config.too_many_keys"]
    asked(few, names=["A", "B"])
    assert few.found() == ["config.too_many_keys", *["config.key_not_answered"] * 2]


def test_a_profile_that_is_used_is_named() -> None:
    talk = Talk()
    talk.ask("GetLocalListVersion", {}, {"listVersion": 0})
    asked(talk, key("SupportedFeatureProfiles", "Core, Reservation", readonly=True))
    talk.ask("CancelReservation", {"reservationId": 1}, {"status": "Rejected"})
    assert "config.profile_unused" not in talk.noted()
    talk.ask("GetLocalListVersion", {}, {"listVersion": 0})
    talk.ask("GetLocalListVersion", {}, {"listVersion": 0})
    assert talk.noted().count("config.profile_unused") == 1


def test_the_value_of_a_secret_is_never_told() -> None:
    talk = Talk()
    for status in ("Accepted", "Rejected"):
        changed(talk, "AuthorizationKey", "tooshort", status)
        asked(talk, key("AuthorizationKey", "hunter2"))
    changed(talk, "WifiPassword", "short")
    asked(talk, key("WifiPassword", "hunter2"))
    assert "config.accepted_not_applied" in talk.found()
    assert all("short" not in each.text and "hunter2" not in each.text for each in talk.findings())
    assert [spec.name for spec in STANDARD_KEYS if spec.access is Access.WRITE_ONLY] == [
        "AuthorizationKey"
    ]


def test_a_key_of_a_log_that_was_pasted_twice_is_not_that_of_the_first_copy() -> None:
    """Where the time jumps back, what was known before is forgotten."""
    talk = Talk()
    for seconds in (0, -60):
        talk.wait(seconds)
        told = [{"key": "MeterValueSampleInterval", "readonly": False, "value": "60"}]
        talk.ask("GetConfiguration", {}, {"configurationKey": told})
        change = {"key": "MeterValueSampleInterval", "value": "10"}
        talk.ask("ChangeConfiguration", change, {"status": "Accepted"})
    assert "config.accepted_not_applied" not in talk.found()

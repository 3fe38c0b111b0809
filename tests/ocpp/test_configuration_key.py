"""Configuration keys: the table, and what each type allows."""

from __future__ import annotations

import csv
import re

import pytest

from cp_tui.ocpp.configuration_key import (
    KEYS,
    STANDARD_KEYS,
    VENDOR_KEYS,
    Access,
    KeySpec,
    KeyType,
    find,
    parse_measurand,
    parse_phase_rotation,
)
from cp_tui.ocpp.datatypes import Measurand, Phase
from cp_tui.ocpp.feature_profile import FeatureProfile
from tests.sources import ROOT

TABLE = ROOT / "tests" / "data" / "configuration_keys.csv"
"""The keys of S 9 and W 7, in their order."""

# T TC_019, with what the standard leaves to the charge point decided.
REQUIRED_CORE_KEYS = {
    "AuthorizeRemoteTxRequests": Access.READ_WRITE,
    "ClockAlignedDataInterval": Access.READ_WRITE,
    "ConnectionTimeOut": Access.READ_WRITE,
    "ConnectorPhaseRotation": Access.READ_WRITE,
    "GetConfigurationMaxKeys": Access.READ_ONLY,
    "HeartbeatInterval": Access.READ_WRITE,
    "LocalAuthorizeOffline": Access.READ_WRITE,
    "LocalPreAuthorize": Access.READ_WRITE,
    "MeterValuesAlignedData": Access.READ_WRITE,
    "MeterValuesSampledData": Access.READ_WRITE,
    "MeterValueSampleInterval": Access.READ_WRITE,
    "NumberOfConnectors": Access.READ_ONLY,
    "ResetRetries": Access.READ_WRITE,
    "StopTransactionOnInvalidId": Access.READ_WRITE,
    "StopTxnAlignedData": Access.READ_WRITE,
    "StopTxnSampledData": Access.READ_WRITE,
    "SupportedFeatureProfiles": Access.READ_ONLY,
    "TransactionMessageAttempts": Access.READ_WRITE,
    "TransactionMessageRetryInterval": Access.READ_WRITE,
    "UnlockConnectorOnEVSideDisconnect": Access.READ_WRITE,
}


def key(name: str) -> KeySpec:
    """Return a key that exists."""
    spec = find(name)
    assert spec is not None
    return spec


def refusal(name: str, value: str) -> str:
    """Return the words with which a value is refused."""
    with pytest.raises(ValueError, match=name) as caught:
        key(name).check(value)
    assert caught.value.__context__ is None
    return str(caught.value)


def test_the_52_keys_of_the_standard_come_in_its_order() -> None:
    assert len(STANDARD_KEYS) == 52
    assert len({spec.name.lower() for spec in KEYS}) == len(KEYS) == 58
    assert STANDARD_KEYS[0].name == "AllowOfflineTxForUnknownId"
    assert STANDARD_KEYS[-1].name == "SecurityProfile"


def test_names_types_and_access_are_those_of_the_table() -> None:
    """Where the standard leaves the access open, both can be chosen."""
    with TABLE.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["key"] for row in rows] == [spec.name for spec in STANDARD_KEYS]
    for row, spec in zip(rows, STANDARD_KEYS, strict=True):
        assert spec.type == row["type"]
        assert spec.access in (row["access"], Access.READ_WRITE)
        assert (spec.access == row["access"]) or row["access"] in ("R or RW", "R")


def test_the_core_keys_that_certification_asks_for_are_required() -> None:
    required = {
        spec.name: spec.access
        for spec in STANDARD_KEYS
        if spec.is_required and spec.profile is FeatureProfile.CORE
    }
    assert required == REQUIRED_CORE_KEYS


def test_every_default_is_legal_and_canonical() -> None:
    for spec in KEYS:
        if spec.default is not None:
            assert spec.check(spec.default) == spec.default


def test_every_key_says_what_it_does_and_where_it_is_defined() -> None:
    for spec in STANDARD_KEYS:
        assert spec.effect
        assert re.match(r"[SEW] \d", spec.source)
        assert spec.constraint
        assert spec.profile


def test_every_companion_key_exists_and_is_a_read_only_integer() -> None:
    for spec in KEYS:
        if spec.max_length_key is not None:
            companion = key(spec.max_length_key)
            assert (companion.type, companion.access) == (KeyType.INTEGER, Access.READ_ONLY)


def test_our_own_keys_have_a_default_and_go_with_the_profile_that_they_switch() -> None:
    assert [spec.name for spec in VENDOR_KEYS] == [
        "TxProfileFallback",
        "BootOnReconnect",
        "ReservationEnabled",
        "StopTransactionOnFault",
        "DisableSecurityEventNotifications",
        "WaitingMeterValuesMax",
    ]
    assert all(spec.default is not None for spec in VENDOR_KEYS)
    switches = {spec.name: spec.profile for spec in VENDOR_KEYS if spec.profile is not None}
    assert switches == {
        "DisableSecurityEventNotifications": FeatureProfile.SECURITY,
        "ReservationEnabled": FeatureProfile.RESERVATION,
        "TxProfileFallback": FeatureProfile.SMART_CHARGING,
    }


def test_keys_are_found_in_any_case() -> None:
    """S 9: names are CiString."""
    assert find("heartbeatINTERVAL") is find("HeartbeatInterval") is not None
    assert find("Heartbeat") is None


@pytest.mark.parametrize(
    ("name", "value", "canonical"),
    [
        ("LocalPreAuthorize", "true", "true"),
        ("LocalPreAuthorize", "FALSE", "false"),
        ("HeartbeatInterval", "600", "600"),
        ("HeartbeatInterval", "007", "7"),
        ("MeterValueSampleInterval", "-0", "0"),
        ("ClockAlignedDataInterval", "86400", "86400"),
        ("MeterValuesSampledData", "Voltage.L1-N , SoC", "Voltage.L1-N,SoC"),
        ("MeterValuesSampledData", "", ""),
        ("StopTxnSampledData", "  ", ""),
        ("ConnectorPhaseRotation", "0.RST, 1.Unknown", "0.RST,1.Unknown"),
        ("ChargingScheduleAllowedChargingRateUnit", "Current", "Current"),
        ("CpoName", "Example, Inc.", "Example, Inc."),
        ("SecurityProfile", "3", "3"),
        ("AuthorizationKey", "correct horse ba", "correct horse ba"),
    ],
)
def test_a_legal_value_is_made_canonical(name: str, value: str, canonical: str) -> None:
    assert key(name).check(value) == canonical


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LocalPreAuthorize", "yes", "must be true or false"),
        ("LocalPreAuthorize", "1", "must be true or false"),
        ("LocalPreAuthorize", " true", "must be true or false"),
        ("MeterValueSampleInterval", "-1", "(too small); must be an integer of at least 0"),
        ("HeartbeatInterval", "0", "must be an integer of at least 1"),
        ("HeartbeatInterval", "+60", "(not an integer)"),
        ("HeartbeatInterval", " 60", "(not an integer)"),
        ("HeartbeatInterval", "60.0", "(not an integer)"),
        ("HeartbeatInterval", "1e3", "(not an integer)"),
        ("HeartbeatInterval", "", "(not an integer)"),
        ("HeartbeatInterval", "2147483648", "(too large)"),
        ("HeartbeatInterval", "9" * 500, "(too large)"),
        ("ClockAlignedDataInterval", "86401", "must be an integer from 0 to 86400"),
        ("LightIntensity", "101", "from 0 to 100"),
        ("SecurityProfile", "4", "from 0 to 3"),
        ("MeterValuesSampledData", "Voltage,Bogus", "(no measurand: Bogus)"),
        ("MeterValuesSampledData", "voltage", "(no measurand: voltage)"),
        ("MeterValuesSampledData", "Voltage.L4", "(no measurand: Voltage.L4)"),
        ("MeterValuesSampledData", "Voltage,,SoC", "(an empty item)"),
        ("MeterValuesSampledData", "Voltage,", "(an empty item)"),
        ("MeterValuesSampledData", "Voltage, Voltage", "(twice: Voltage)"),
        ("ConnectorPhaseRotation", "", "(empty)"),
        ("ConnectorPhaseRotation", "1.RRT", "no connector with its order of phases"),
        ("ConnectorPhaseRotation", "-1.RST", "no connector with its order of phases"),
        ("ConnectorPhaseRotation", "1.RST,1.RTS", "(twice: connector 1)"),
        ("ChargingScheduleAllowedChargingRateUnit", "A", "(unknown: A)"),
        ("CpoName", "Größe", "printable ASCII"),
        ("CpoName", "x" * 501, "500 characters"),
    ],
)
def test_an_illegal_value_is_refused_in_words(name: str, value: str, words: str) -> None:
    assert words in refusal(name, value)


def test_a_refusal_names_the_value_but_not_all_of_a_long_one() -> None:
    assert '"soon"' in refusal("HeartbeatInterval", "soon")
    assert len(refusal("HeartbeatInterval", "x" * 500)) < 200
    assert len(refusal("MeterValuesSampledData", "x" * 500)) < 300


@pytest.mark.parametrize("value", ["s3cr3t", "s3cr3t" * 7, "s3cr3t" * 100, "s3cr3t-s3cr3t-é"])
def test_a_refused_authorization_key_is_not_named(value: str) -> None:
    assert "s3cr3t" not in refusal("AuthorizationKey", value)


def test_a_list_holds_no_more_items_than_its_companion_key_says() -> None:
    spec = key("StopTxnSampledData")
    assert spec.check("Voltage,SoC", items_max=2) == "Voltage,SoC"
    with pytest.raises(ValueError, match="2 items, at most 1"):
        spec.check("Voltage,SoC", items_max=1)


@pytest.mark.parametrize(
    ("item", "measurand", "phase"),
    [
        ("Voltage", Measurand.VOLTAGE, None),
        ("Voltage.L1", Measurand.VOLTAGE, Phase.L1),
        ("Voltage.L1-N", Measurand.VOLTAGE, Phase.L1_N),
        ("Current.Import.L2", Measurand.CURRENT_IMPORT, Phase.L2),
        ("Current.Import.N", Measurand.CURRENT_IMPORT, Phase.N),
        ("Energy.Active.Import.Register", Measurand.ENERGY_ACTIVE_IMPORT_REGISTER, None),
    ],
)
def test_a_measurand_is_read_with_its_phase(
    item: str, measurand: Measurand, phase: Phase | None
) -> None:
    """S 9.1.17."""
    assert parse_measurand(item) == (measurand, phase)


@pytest.mark.parametrize("item", ["", ".", "L1", "Voltage.", ".L1", "Voltage.L1.L2", "Current"])
def test_what_is_no_measurand_is_refused(item: str) -> None:
    with pytest.raises(ValueError, match="no measurand"):
        parse_measurand(item)


def test_a_phase_rotation_is_read_with_its_connector() -> None:
    assert parse_phase_rotation("12.NotApplicable") == (12, "NotApplicable")


def test_a_custom_key_checks_by_its_own_type() -> None:
    mode = KeySpec("Mode", choices=("eco", "fast"))
    assert mode.check("eco") == "eco"
    with pytest.raises(ValueError, match='Mode: "slow" is refused; must be one of eco, fast'):
        mode.check("slow")
    level = KeySpec("Level", KeyType.INTEGER, minimum=-5, maximum=5, unit="K")
    assert level.check("-5") == "-5"
    with pytest.raises(ValueError, match="from -5 to 5"):
        level.check("6")
    tags = KeySpec("Tags", KeyType.LIST, choices=("a", "b"))
    assert tags.check("b, a") == "b,a"
    with pytest.raises(ValueError, match="must be a comma-separated list of a, b"):
        tags.check("c")
    assert KeySpec("Free", KeyType.LIST).check("x , y") == "x,y"
    assert KeySpec("SiteName").check("Depot north") == "Depot north"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"name": ""}, "1 to 50 characters"),
        ({"name": "x" * 51}, "1 to 50 characters"),
        ({"name": "Größe"}, "printable ASCII"),
        ({"name": "A", "minimum": 1}, "only an integer"),
        ({"name": "A", "type": KeyType.INTEGER, "minimum": 2, "maximum": 1}, "above the maximum"),
        ({"name": "A", "type": KeyType.BOOLEAN, "choices": ("true",)}, "no choices"),
    ],
)
def test_a_custom_key_that_makes_no_sense_is_refused(
    settings: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        KeySpec(**settings)  # type: ignore[arg-type]

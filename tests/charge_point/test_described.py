"""Every key that describes the charger at its narrowest value: the charger then is so (S 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cp_tui.charge_point.described import (
    DESCRIBING_KEYS,
    SPANS,
    check_described,
    described_profiles,
    why_no_transfer,
)
from cp_tui.ocpp.action import Action
from tests.charge_point.listing import entry, send
from tests.charge_point.rig import Rig, rig


def profile(number: int, *, level: int = 0, unit: str = "A", periods: int = 1) -> dict[str, Any]:
    steps = [{"startPeriod": 60 * n, "limit": 8 + n} for n in range(periods)]
    return {
        "chargingProfileId": number,
        "stackLevel": level,
        "chargingProfilePurpose": "TxDefaultProfile",
        "chargingProfileKind": "Relative",
        "chargingSchedule": {"chargingRateUnit": unit, "chargingSchedulePeriod": steps},
    }


def installed(made: Rig, connector_id: int, **profile_fields: Any) -> str:
    payload = {"connectorId": connector_id, "csChargingProfiles": profile(**profile_fields)}
    return str(made.request("SetChargingProfile", payload)[2]["status"])


def change(made: Rig, key: str, value: str) -> str:
    return str(made.request("ChangeConfiguration", {"key": key, "value": value})[2]["status"])


def value(made: Rig, key: str) -> str:
    return str(made.request("GetConfiguration", {"key": [key]})[2]["configurationKey"][0]["value"])


def list_of(key: str, one: str, two: str) -> Callable[[Rig], None]:
    def check(made: Rig) -> None:
        assert len(value(made, key).split(",")) == 1
        assert change(made, key, one) == "Accepted"
        assert change(made, key, two) == "Rejected"

    return check


measurands = "Voltage", "Voltage,Power.Active.Import"


def phase_rotation(made: Rig) -> None:
    list_of("ConnectorPhaseRotation", "1.RST", "1.RST,2.RST")(made)


def keys_asked(made: Rig) -> None:
    assert made.request("GetConfiguration", {"key": ["HeartbeatInterval"]})[0] == 3
    answer = made.request("GetConfiguration", {"key": ["HeartbeatInterval", "ResetRetries"]})
    assert answer[2] == "OccurenceConstraintViolation"
    assert "GetConfigurationMaxKeys is 1" in answer[3]
    assert len(made.request("GetConfiguration")[2]["configurationKey"]) > 1


def transaction_data(made: Rig) -> None:
    change(made, "StopTxnSampledData", "Energy.Active.Import.Register")
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(3600)
    made.act("plug_out", connector_id=1)
    data = made.calls("StopTransaction")[-1]["transactionData"]
    assert [each["sampledValue"][0]["context"] for each in data] == [
        "Transaction.Begin",
        "Transaction.End",
    ]


def core_alone(made: Rig) -> None:
    assert made.request("TriggerMessage", {"requestedMessage": "Heartbeat"})[2] == "NotSupported"
    assert made.request("GetLocalListVersion")[2] == {"listVersion": -1}
    keys = made.request("GetConfiguration")[2]["configurationKey"]
    assert not {"LocalAuthListEnabled", "ChargeProfileMaxStackLevel"} & {k["key"] for k in keys}


def local_list(made: Rig) -> None:
    assert send(made, 1, "Full", [entry("A")]) == "Accepted"
    assert send(made, 2, "Differential", [entry("B")]) == "Failed"
    assert made.variables["local_list"].count_max == 1


def sent_list(made: Rig) -> None:
    assert send(made, 1, "Full", [entry("A"), entry("B")]) == "Failed"
    assert send(made, 1, "Full", [entry("A")]) == "Accepted"
    assert send(made, 2, "Differential", [entry("B")]) == "Accepted"


def connector_zero(made: Rig) -> None:
    reservation = {"expiryDate": "2026-01-05T09:00:00Z", "idTag": "TAG", "reservationId": 1}
    answer = made.request("ReserveNow", {"connectorId": 0, **reservation})
    assert answer[2] == {"status": "Rejected"}
    answer = made.request("ReserveNow", {"connectorId": 1, **reservation})
    assert answer[2] == {"status": "Accepted"}


def stack_level(made: Rig) -> None:
    assert installed(made, 1, number=1, level=1) == "Rejected"
    assert installed(made, 1, number=1, level=0) == "Accepted"


def amperes(made: Rig) -> None:
    assert installed(made, 1, number=1, unit="W") == "Rejected"
    assert installed(made, 1, number=1, unit="A") == "Accepted"
    asked = {"connectorId": 1, "duration": 60, "chargingRateUnit": "W"}
    assert made.request("GetCompositeSchedule", asked)[2] == {"status": "Rejected"}


def periods(made: Rig) -> None:
    assert installed(made, 1, number=1, periods=2) == "Rejected"
    assert installed(made, 1, number=1, periods=1) == "Accepted"


def profiles(made: Rig) -> None:
    assert installed(made, 1, number=1) == "Accepted"
    assert installed(made, 2, number=2) == "Rejected"


def transfers(made: Rig) -> None:
    when = {"retrieveDate": "2026-01-05T08:00:00Z"}
    made.request("UpdateFirmware", {"location": "ftp://127.0.0.1/f.bin", "retries": 0} | when)
    made.request("GetDiagnostics", {"location": "ftp://127.0.0.1/", "retries": 0})
    made.after(60)
    assert not made.transfers
    assert made.calls("FirmwareStatusNotification")[-1]["status"] == "DownloadFailed"
    assert made.calls("DiagnosticsStatusNotification")[-1]["status"] == "UploadFailed"
    made.request("GetDiagnostics", {"location": "https://127.0.0.1/", "retries": 0})
    assert len(made.transfers) == 1


def told(made: Rig) -> None:
    key = "ConnectorSwitch3to1PhaseSupported"
    assert rig().request("GetConfiguration", {"key": [key]})[2]["unknownKey"] == [key]
    assert value(made, key) == "false"


NARROWEST: dict[str, tuple[str, Callable[[Rig], None]]] = {
    "ConnectorPhaseRotationMaxLength": ("1", phase_rotation),
    "GetConfigurationMaxKeys": ("1", keys_asked),
    "MeterValuesAlignedDataMaxLength": ("1", list_of("MeterValuesAlignedData", *measurands)),
    "MeterValuesSampledDataMaxLength": ("1", list_of("MeterValuesSampledData", *measurands)),
    "StopTxnAlignedDataMaxLength": ("1", list_of("StopTxnAlignedData", *measurands)),
    "StopTxnSampledDataMaxLength": ("1", list_of("StopTxnSampledData", *measurands)),
    "StopTransactionMaxMeterValues": ("2", transaction_data),
    "SupportedFeatureProfiles": ("Core", core_alone),
    "SupportedFeatureProfilesMaxLength": ("1", core_alone),
    "LocalAuthListMaxLength": ("1", local_list),
    "SendLocalListMaxLength": ("1", sent_list),
    "ReserveConnectorZeroSupported": ("false", connector_zero),
    "ChargeProfileMaxStackLevel": ("0", stack_level),
    "ChargingScheduleAllowedChargingRateUnit": ("Current", amperes),
    "ChargingScheduleMaxPeriods": ("1", periods),
    "ConnectorSwitch3to1PhaseSupported": ("false", told),
    "MaxChargingProfilesInstalled": ("1", profiles),
    "SupportedFileTransferProtocols": ("HTTPS", transfers),
}
OF_THE_SETTINGS = {
    "NumberOfConnectors",
    "AdditionalRootCertificateCheck",
    "CertificateSignedMaxChainSize",
    "CertificateStoreMaxLength",
}
"""Settings of their own hold them; tests/settings says that the key sets them."""


def test_each_describing_key_has_a_case_at_its_narrowest() -> None:
    assert {spec.name for spec in DESCRIBING_KEYS} == NARROWEST.keys() | OF_THE_SETTINGS
    for name, (narrowest, _) in NARROWEST.items():
        assert name not in SPANS or SPANS[name].minimum == int(narrowest)


@pytest.mark.parametrize("key", NARROWEST)
def test_at_its_narrowest_the_charger_is_so(key: str) -> None:
    narrowest, check = NARROWEST[key]
    described = {key: narrowest}
    if key == "SupportedFeatureProfilesMaxLength":
        described["SupportedFeatureProfiles"] = "Core"
    found = described_profiles(described)
    kind: dict[str, Any] = {} if found is None else {"feature_profiles": found}
    made = rig(described=described, **kind)
    assert value(made, key) == narrowest
    assert change(made, key, narrowest) == "Rejected"
    check(made)


@pytest.mark.parametrize(
    ("key", "text", "allowed"),
    [
        ("ChargingScheduleMaxPeriods", "0", "an integer from 1 to 100"),
        ("ChargingScheduleMaxPeriods", "101", "an integer from 1 to 100"),
        ("SupportedFeatureProfiles", "Reservation", "Core is always there"),
        ("ChargingScheduleAllowedChargingRateUnit", "", "at least one"),
        ("ConnectorSwitch3to1PhaseSupported", "true", "must be false"),
    ],
)
def test_what_it_cannot_be_is_refused(key: str, text: str, allowed: str) -> None:
    spec = next(spec for spec in DESCRIBING_KEYS if spec.name == key)
    with pytest.raises(ValueError, match=allowed):
        check_described(spec, text)


def test_an_unsupported_action_is_answered_not_supported() -> None:
    made = rig(unsupported=frozenset({Action.CLEAR_CACHE}))
    answer = made.request("ClearCache")
    assert answer[0] == 4
    assert answer[2] == "NotSupported"
    assert made.request("GetConfiguration")[0] == 3


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("ftp://h/f", "FTP is not among the SupportedFileTransferProtocols: HTTP,HTTPS"),
        ("https://h/f", None),
        ("gopher://h/f", None),
        ("http://[::1/f", None),
    ],
)
def test_a_location_is_held_against_the_protocols_that_are_described(
    location: str, why: str | None
) -> None:
    described = {"SupportedFileTransferProtocols": "HTTP,HTTPS"}
    assert why_no_transfer(location, described) == why
    assert why_no_transfer(location, {}) is None

"""Every key that describes the charger at its narrowest value: the charger then is so (S 9)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from cp_tui.charge_point.described import (
    DESCRIBING_KEYS,
    SPANS,
    why_no_transfer,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.key_spec import KeySpec
from cp_tui.settings.load import load_tables
from cp_tui.settings.problem import SettingsError
from tests.charge_point.listing import entry, send
from tests.charge_point.rig import Rig, rig
from tests.charge_point.securing import (
    CPO,
    DECADE,
    deliver,
    install,
    root,
    successor,
    trigger_certificate,
)


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


def one_connector(made: Rig) -> None:
    made.request("TriggerMessage", {"requestedMessage": "StatusNotification"})
    assert {each["connectorId"] for each in made.calls("StatusNotification")} == {0, 1}
    change_availability = {"connectorId": 2, "type": "Inoperative"}
    assert made.request("ChangeAvailability", change_availability)[2]["status"] == "Rejected"
    start = {"connectorId": 2, "idTag": "TAG"}
    assert made.request("RemoteStartTransaction", start)[2]["status"] == "Rejected"


def roots_checked(made: Rig) -> None:
    assert install(made, root().certificate) == "Accepted"
    assert install(made, root("Stranger").certificate) == "Rejected"
    assert install(made, successor().certificate) == "Accepted"


def one_root(made: Rig) -> None:
    assert install(made, root().certificate) == "Accepted"
    assert install(made, root("One more").certificate) == "Rejected"


def short_chains(made: Rig) -> None:
    install(made, root().certificate)
    chain = root().charge_point(trigger_certificate(made), DECADE)
    assert len(chain) <= 1_000
    assert deliver(made, chain + root().certificate) == "Rejected"
    assert deliver(made, chain) == "Accepted"


NARROWEST: dict[str, tuple[str, Callable[[Rig], None]]] = {
    "ConnectorPhaseRotationMaxLength": ("1", phase_rotation),
    "GetConfigurationMaxKeys": ("1", keys_asked),
    "MeterValuesAlignedDataMaxLength": ("1", list_of("MeterValuesAlignedData", *measurands)),
    "MeterValuesSampledDataMaxLength": ("1", list_of("MeterValuesSampledData", *measurands)),
    "NumberOfConnectors": ("1", one_connector),
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
    "AdditionalRootCertificateCheck": ("true", roots_checked),
    "CertificateSignedMaxChainSize": ("1000", short_chains),
    "CertificateStoreMaxLength": ("1", one_root),
}


def described(**keys: str) -> Rig:
    """Give a charge point that is on line, with these keys under `[keys]` of its settings."""
    tables = {
        "csms": {"url": "ws://127.0.0.1:9"},
        "charge_point": {"id": "CP001", "charge_box_serial_number": "SN-0001"},
        "keys": {"CpoName": CPO} | keys,
    }
    made = Rig(load_tables(tables, "test", None).engine.charge_point)
    made.responders["SignCertificate"] = lambda _: {"status": "Accepted"}
    made.power_on()
    made.forget_sent()
    return made


def test_each_describing_key_has_a_case_at_its_narrowest() -> None:
    assert {spec.name for spec in DESCRIBING_KEYS} == NARROWEST.keys()
    for name, (narrowest, _) in NARROWEST.items():
        assert name not in SPANS or SPANS[name].minimum == int(narrowest)


@pytest.mark.parametrize("key", NARROWEST)
def test_at_its_narrowest_the_charge_point_is_so_and_else_it_is_not(key: str) -> None:
    narrowest, check = NARROWEST[key]
    keys = {key: narrowest}
    if key == "SupportedFeatureProfilesMaxLength":
        keys["SupportedFeatureProfiles"] = "Core"
    made = described(**keys)
    assert value(made, key) == narrowest
    assert change(made, key, narrowest) == "Rejected"
    check(made)
    with pytest.raises((AssertionError, IndexError)):
        check(described())


@pytest.mark.parametrize("spec", DESCRIBING_KEYS, ids=lambda spec: spec.name)
def test_what_it_cannot_be_is_refused_with_what_is_allowed(spec: KeySpec) -> None:
    beyond, allowed = ["maybe"], "must be true or false"
    if (span := SPANS.get(spec.name)) is not None:
        beyond = [f"{span.minimum - 1}", f"{span.maximum + 1}"]
        allowed = f"an integer from {span.minimum} to {span.maximum}"
    elif spec.name == "ConnectorSwitch3to1PhaseSupported":
        beyond, allowed = ["true"], "must be false"
    elif spec.name == "SupportedFeatureProfiles":
        beyond, allowed = ["Reservation"], "Core is always there"
    elif spec.choices:
        beyond, allowed = ["", "None"], ", ".join(spec.choices)
    for text in beyond:
        with pytest.raises(SettingsError, match=re.escape(f"keys.{spec.name}: ")) as found:
            described(**{spec.name: text})
        assert allowed in str(found.value)


def test_fewer_feature_profiles_may_be_listed_than_there_are_nowhere() -> None:
    with pytest.raises(SettingsError, match="SupportedFeatureProfiles"):
        described(SupportedFeatureProfilesMaxLength="1")


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

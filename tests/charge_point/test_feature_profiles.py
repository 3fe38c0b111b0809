"""A feature profile that a charger does not have: keys, answers, and what goes on without it."""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.charge_point.config import FEATURE_PROFILES
from cp_tui.ocpp.feature_profile import FeatureProfile
from tests.charge_point.rig import Rig, rig

OTHERS = FEATURE_PROFILES[1:]
PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8}],
    },
}
FILE = {"location": "ftp://127.0.0.1/", "retrieveDate": "2026-01-05T08:00:00Z"}


def without(profile: FeatureProfile) -> Rig:
    return rig(feature_profiles=frozenset(FEATURE_PROFILES) - {profile})


def keys(made: Rig) -> dict[str, Any]:
    found = made.request("GetConfiguration")[2]["configurationKey"]
    return {entry["key"]: entry.get("value") for entry in found}


@pytest.mark.parametrize(
    ("profile", "gone"),
    [
        (FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT, "LocalAuthListEnabled"),
        (FeatureProfile.RESERVATION, "ReserveConnectorZeroSupported"),
        (FeatureProfile.RESERVATION, "ReservationEnabled"),
        (FeatureProfile.SMART_CHARGING, "ChargeProfileMaxStackLevel"),
        (FeatureProfile.SMART_CHARGING, "TxProfileFallback"),
        (FeatureProfile.FIRMWARE_MANAGEMENT, "SupportedFileTransferProtocols"),
    ],
)
def test_its_keys_are_unknown(profile: FeatureProfile, gone: str) -> None:
    assert gone in keys(rig())
    made = without(profile)
    assert gone not in keys(made)
    answer = made.request("GetConfiguration", {"key": [gone]})[2]
    assert answer["unknownKey"] == [gone]
    change = made.request("ChangeConfiguration", {"key": gone, "value": "true"})
    assert change[2] == {"status": "NotSupported"}


def test_charge_points_of_one_kind_share_their_keys_but_no_value() -> None:
    one, other = rig(), rig()
    one.request("ChangeConfiguration", {"key": "HeartbeatInterval", "value": "77"})
    assert keys(one)["HeartbeatInterval"] == "77"
    assert keys(other)["HeartbeatInterval"] == keys(rig())["HeartbeatInterval"] != "77"


@pytest.mark.parametrize("profile", OTHERS)
def test_supported_feature_profiles_lists_what_there_is(profile: FeatureProfile) -> None:
    expected = [str(each) for each in FEATURE_PROFILES if each is not profile]
    assert keys(without(profile))["SupportedFeatureProfiles"].split(",") == expected


def test_core_is_always_there() -> None:
    made = rig(feature_profiles=frozenset())
    assert keys(made)["SupportedFeatureProfiles"] == "Core"
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag="TAG")
    made.after(3600)
    assert made.calls("StartTransaction")


@pytest.mark.parametrize(
    ("profile", "action", "payload", "answer"),
    [
        (
            FeatureProfile.RESERVATION,
            "ReserveNow",
            {
                "connectorId": 1,
                "expiryDate": "2026-01-05T09:00:00Z",
                "idTag": "TAG",
                "reservationId": 1,
            },
            {"status": "Rejected"},
        ),
        (
            FeatureProfile.RESERVATION,
            "CancelReservation",
            {"reservationId": 1},
            {"status": "Rejected"},
        ),
        (
            FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
            "SendLocalList",
            {"listVersion": 1, "updateType": "Full"},
            {"status": "NotSupported"},
        ),
        (
            FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
            "GetLocalListVersion",
            {},
            {"listVersion": -1},
        ),
        (
            FeatureProfile.SMART_CHARGING,
            "SetChargingProfile",
            {"connectorId": 1, "csChargingProfiles": PROFILE},
            "NotSupported",
        ),
        (FeatureProfile.SMART_CHARGING, "ClearChargingProfile", {}, "NotSupported"),
        (
            FeatureProfile.SMART_CHARGING,
            "GetCompositeSchedule",
            {"connectorId": 1, "duration": 60},
            "NotSupported",
        ),
        (
            FeatureProfile.REMOTE_TRIGGER,
            "TriggerMessage",
            {"requestedMessage": "Heartbeat"},
            "NotSupported",
        ),
        (FeatureProfile.FIRMWARE_MANAGEMENT, "UpdateFirmware", FILE, "NotSupported"),
        (
            FeatureProfile.FIRMWARE_MANAGEMENT,
            "GetDiagnostics",
            {"location": "ftp://127.0.0.1/"},
            "NotSupported",
        ),
        (
            FeatureProfile.FIRMWARE_MANAGEMENT,
            "TriggerMessage",
            {"requestedMessage": "FirmwareStatusNotification"},
            {"status": "NotImplemented"},
        ),
        (
            FeatureProfile.FIRMWARE_MANAGEMENT,
            "TriggerMessage",
            {"requestedMessage": "DiagnosticsStatusNotification"},
            {"status": "NotImplemented"},
        ),
    ],
)
def test_its_requests_are_answered_as_the_official_cases_want(
    profile: FeatureProfile, action: str, payload: dict[str, Any], answer: Any
) -> None:
    """TC_042_1, TC_043_1, TC_054, E 3.39."""
    assert made_answer(rig(), action, payload) != answer or action == "CancelReservation"
    made = without(profile)
    assert made_answer(made, action, payload) == answer
    assert made.request("GetConfiguration")[0] == 3


def made_answer(made: Rig, action: str, payload: dict[str, Any]) -> Any:
    return made.request(action, payload)[2]


def test_without_smart_charging_a_profile_of_a_remote_start_is_ignored() -> None:
    """S 5.11."""
    made = without(FeatureProfile.SMART_CHARGING)
    made.act("plug_in", connector_id=1)
    start = {"connectorId": 1, "idTag": "TAG", "chargingProfile": PROFILE}
    assert made.request("RemoteStartTransaction", start)[2] == {"status": "Accepted"}
    profiles: Any = made.variables["profiles"]
    assert profiles == ()
    assert made.calls("StartTransaction")

"""Rules of payloads."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cp_tui.explain.explain import explain
from cp_tui.explain.finding import Severity
from cp_tui.traces.record import FrameDirection
from cp_tui.traces.trace import LogNote
from tests.explain.talk import BOOT, Talk, status
from tests.traces.layouts import read

HEARTBEAT = {"currentTime": "2026-11-03T08:00:00Z"}


@pytest.mark.parametrize(
    ("action", "payload", "answer", "id", "party"),
    [
        ("Heartbeats", {}, {}, "schema.unknown_action", "charger"),
        ("HeartBeat", {}, {}, "schema.unknown_action", "charger"),
        ("Authorize", {}, {"idTagInfo": {"status": "Accepted"}}, "schema.missing_field", "charger"),
        ("Heartbeat", {}, {}, "schema.missing_field", "csms"),
        ("Heartbeat", {"x": 1}, HEARTBEAT, "schema.unknown_field", "charger"),
        ("Heartbeat", {}, {**HEARTBEAT, "x": 1}, "schema.unknown_field", "csms"),
        ("StatusNotification", status(1, "Free"), {}, "schema.not_in_enum", "charger"),
        ("StatusNotification", status(1, ""), {}, "schema.not_in_enum", "charger"),
        (
            "StatusNotification",
            status(1, "Available", connectorId="1"),
            {},
            "schema.wrong_type",
            "charger",
        ),
        (
            "StatusNotification",
            status(1, "Available", status=7),
            {},
            "schema.wrong_type",
            "charger",
        ),
        ("Heartbeat", {}, {"currentTime": "now"}, "schema.bad_time", "csms"),
        (
            "Heartbeat",
            {},
            {"currentTime": "2026-11-03T08:00:00"},
            "schema.time_without_zone",
            "csms",
        ),
        ("MeterValues", {"connectorId": 1, "meterValue": []}, {}, "schema.list_count", "charger"),
        (
            "StatusNotification",
            status(1, "Available", info="x" * 51),
            {},
            "schema.too_long",
            "charger",
        ),
        (
            "StatusNotification",
            status(1, "Available", info=None),
            {},
            "schema.null_value",
            "charger",
        ),
        ("StatusNotification", status(-1, "Available"), {}, "schema.out_of_range", "charger"),
    ],
)
def test_a_flaw_of_a_payload_has_its_own_id_and_blames_who_wrote_it(
    action: str, payload: dict[str, Any], answer: dict[str, Any], id: str, party: str
) -> None:
    talk = Talk()
    talk.booted()
    talk.tell(action, payload, answer)
    finding = talk.only(id)
    assert (finding.at_fault, finding.severity in ("error", "warning")) == (party, True)


def test_an_action_that_is_none_is_shown_without_secrets_and_not_at_any_length() -> None:
    talk = Talk()
    talk.booted()
    talk.charge_point("AuthorizationKey=0102030405")
    talk.answer()
    talk.charge_point("ftp://me:hunter22@example.com/")
    talk.charge_point("x" * 9_000)
    talk.wait(4_000)
    talk.tell("Heartbeat", {}, HEARTBEAT)
    report = talk.report()
    assert {"schema.unknown_action", "call.two_outstanding"} <= {*talk.found()}
    told = " ".join(each.text + each.matter for each in report.findings)
    assert "0102" not in told
    assert "hunter22" not in told
    assert "x" * 200 not in told


def test_what_the_words_of_the_standard_allow_is_no_flaw() -> None:
    talk = Talk()
    talk.booted()
    talk.charge_point("Heartbeat", id="null")
    talk.answer({**HEARTBEAT, "currentTime": "2026-11-03 09:00:00.123456+01:00"})
    talk.tell("StatusNotification", status(1, "Available", info="", vendorId=""))
    talk.tell("MeterValues", meter("12.50", context="Sample.Periodic"))
    talk.tell("MeterValues", meter("0a1b", format="SignedData"))
    talk.tell(
        "DataTransfer", {"vendorId": "x", "data": "2026-11-03T08:00:00"}, {"status": "Accepted"}
    )
    assert talk.found() == []


def meter(value: str, **more: Any) -> dict[str, Any]:
    sampled = {"value": value, **more}
    return {
        "connectorId": 1,
        "meterValue": [{"timestamp": "2026-11-03T08:00:00Z", "sampledValue": [sampled]}],
    }


@pytest.mark.parametrize("value", ["2e+01", "1,5", "", "12 Wh"])
def test_a_value_that_is_no_decimal_number_is_told(value: str) -> None:
    talk = Talk()
    talk.booted()
    talk.tell("MeterValues", meter(value))
    assert talk.only("schema.value_not_decimal").at_fault == "charger"


def test_a_log_that_writes_frames_anew_or_masks_values_proves_less() -> None:
    talk = Talk()
    talk.booted()
    payload = status(1, "Available", info=None, connectorId="1")
    talk.charge_point("StatusNotification", payload, is_raw_exact=False)
    talk.answer()
    talk.charge_point("StatusNotification", status(1, "***", timestamp="***"), is_masked=True)
    talk.answer()
    talk.text('[3,"nobody",{"x":1}]', FrameDirection.TO_CSMS)
    talk.charge_point("StatusNotification", status(1, "Free"), is_truncated=True)
    talk.answer()
    assert talk.found() == []


def test_ranges_of_schedules_and_of_connectors_that_must_be_real() -> None:
    talk = Talk()
    talk.booted()
    period = {"startPeriod": -1, "limit": -2, "numberPhases": 4}
    schedule = {"chargingRateUnit": "A", "duration": -5, "chargingSchedulePeriod": [period]}
    talk.csms(
        "SetChargingProfile",
        {
            "connectorId": 1,
            "csChargingProfiles": {
                "chargingProfileId": 1,
                "stackLevel": -1,
                "chargingProfilePurpose": "TxDefaultProfile",
                "chargingProfileKind": "Absolute",
                "chargingSchedule": schedule,
            },
        },
    )
    talk.answer({"status": "Rejected"})
    talk.ask("UnlockConnector", {"connectorId": 0}, {"status": "NotSupported"})
    places = {each.text.split(" is ")[0] for each in talk.findings() if "range" in each.id}
    head = "SetChargingProfile.req: csChargingProfiles"
    assert places == {
        f"{head}.stackLevel",
        f"{head}.chargingSchedule.duration",
        f"{head}.chargingSchedule.chargingSchedulePeriod[0].startPeriod",
        f"{head}.chargingSchedule.chargingSchedulePeriod[0].limit",
        f"{head}.chargingSchedule.chargingSchedulePeriod[0].numberPhases",
        "UnlockConnector.req: connectorId",
    }


def test_the_field_of_ocpp_1_5_is_two_flaws_and_says_what_follows() -> None:
    talk = Talk()
    answer = {"status": "Accepted", "currentTime": talk.time, "heartbeatInterval": 300}
    talk.tell("BootNotification", BOOT, answer)
    missing, unknown = sorted(talk.findings(), key=lambda each: each.id)
    assert (missing.id, unknown.id) == ("schema.missing_field", "schema.unknown_field")
    assert "Heartbeat" in missing.effect
    assert "1.5" in unknown.effect


def test_the_same_flaw_again_is_counted_and_a_secret_is_never_shown() -> None:
    talk = Talk()
    talk.booted()
    for _ in range(8):
        talk.ask(
            "ChangeConfiguration",
            {"key": "AuthorizationKey", "value": "hunter2-hunter2-" * 40},
            {"status": "Rejected"},
        )
    finding, secret = sorted(talk.findings(), key=lambda each: each.id)
    assert (finding.id, finding.count, len(finding.frames)) == ("schema.too_long", 8, 5)
    # What is too long is a key all the same.
    assert secret.id == "security.secret_in_log"
    assert "hunter2" not in repr(talk.report().findings)


def test_messages_of_another_version_blame_nobody() -> None:
    talk = Talk()
    talk.notes.append(LogNote("log.other_protocol", "OCPP 2.0.1 was passed over", (1,)))
    talk.charge_point("TransactionEvent")
    assert talk.noted() == ["log.other_protocol"]
    assert talk.findings(Severity.NOTE)[0].at_fault == "log"


def test_messages_of_another_version_are_passed_over_with_their_answers() -> None:
    """The actions are those of 1.6; the payloads tell."""
    station = {"chargingStation": {"model": "M", "vendorName": "V"}, "reason": "PowerUp"}
    accepted = {"status": "Accepted", "currentTime": "2026-11-03T08:00:00Z", "interval": 300}
    told = {"evseId": 1, "connectorId": 1, "connectorStatus": "Available"}
    token = {"idToken": {"idToken": "TAG-1", "type": "ISO14443"}}
    other: tuple[tuple[str, dict[str, Any], dict[str, Any]], ...] = (
        ("BootNotification", station, accepted),
        ("StatusNotification", told | {"timestamp": "2026-11-03T08:00:01Z"}, {}),
        ("Authorize", token, {"idTokenInfo": {"status": "Accepted"}}),
        ("MeterValues", {"evseId": 1, "meterValue": []}, {}),
    )
    lines = "".join(
        f'2026-11-03T08:00:0{n}Z TX [2,"{n}","{action}",{json.dumps(request)}]\n'
        f'2026-11-03T08:00:0{n}Z RX [3,"{n}",{json.dumps(response)}]\n'
        for n, (action, request, response) in enumerate(other)
    )
    found = [each.id for each in explain(read(lines)).findings]
    assert "log.other_protocol" in found
    assert not [each for each in found if not each.startswith("log.")]

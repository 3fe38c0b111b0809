"""The official test cases of the Core profile (OCTT, 2024-04): meter values, refusals, remote.

Each test is named by its case; the steps are those of the case, in virtual time.
"""

from __future__ import annotations

import pytest

from tests.charge_point.rig import rig
from tests.conformance.steps import OTHER_TAG, TAG, charging, set_key


@pytest.mark.parametrize("measurands", ["Voltage,Power.Active.Import", ""])
def test_tc_070_sampled_meter_values(measurands: str) -> None:
    made = rig()
    set_key(made, "MeterValueSampleInterval", "20")
    set_key(made, "MeterValuesSampledData", measurands)
    charging(made)
    made.after(60)
    values = [p["meterValue"][0] for p in made.calls("MeterValues")]
    stamps = [f"2026-01-05T08:00:{s}Z" for s in ("20", "40")] + ["2026-01-05T08:01:00Z"]
    assert [value["timestamp"] for value in values] == stamps
    expected = set(measurands.split(",")) if measurands else {"Energy.Active.Import.Register"}
    for value in values:
        sampled = value["sampledValue"]
        assert {s["context"] for s in sampled} == {"Sample.Periodic"}
        assert {s["measurand"] for s in sampled} == expected


def test_tc_071_clock_aligned_meter_values() -> None:
    made = rig()
    made.after(7)
    set_key(made, "MeterValueSampleInterval", "0")
    set_key(made, "ClockAlignedDataInterval", "20")
    charging(made)
    made.after(60)
    mine = [p for p in made.calls("MeterValues") if p["connectorId"] == 1]
    seconds = [p["meterValue"][0]["timestamp"][-3:-1] for p in mine]
    assert seconds == ["20", "40", "00"]
    assert {s["context"] for p in mine for s in p["meterValue"][0]["sampledValue"]} == {
        "Sample.Clock"
    }
    others = [p for p in made.calls("MeterValues") if p["connectorId"] == 2]
    assert len(others) == 3
    assert all("transactionId" not in p for p in others)


@pytest.mark.parametrize("status", ["Invalid", "Blocked", "Expired"])
def test_tc_023_authorize_invalid(status: str) -> None:
    made = rig()
    set_key(made, "MinimumStatusDuration", "10")
    set_key(made, "LocalPreAuthorize", "true")
    made.responders["Authorize"] = lambda _: {"idTagInfo": {"status": status}}
    made.act("plug_in", connector_id=1)
    made.after(10)
    assert made.statuses(1) == ["Preparing"]
    for _ in range(2):
        made.act("swipe", id_tag=TAG)
    assert len(made.calls("Authorize")) == 2
    made.after(20)
    assert not made.calls("StartTransaction")
    assert made.statuses(1) == ["Preparing"]


def test_tc_024_lock_failure() -> None:
    made = rig()
    made.act("jam_lock", connector_id=1, jammed=True)
    made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": TAG})
    made.act("plug_in", connector_id=1)
    notified = made.calls("StatusNotification")[-1]
    assert (notified["status"], notified["errorCode"]) == ("Faulted", "ConnectorLockFailure")
    assert not made.calls("StartTransaction")


def test_tc_026_remote_start_rejected() -> None:
    made = rig()
    charging(made)
    answer = made.request("RemoteStartTransaction", {"connectorId": 1, "idTag": OTHER_TAG})
    assert answer[2] == {"status": "Rejected"}
    assert made.actions() == []


def test_tc_027_remote_start_connector_0() -> None:
    answer = rig().request("RemoteStartTransaction", {"connectorId": 0, "idTag": TAG})
    assert answer[2] == {"status": "Rejected"}


def test_tc_028_remote_stop_rejected() -> None:
    made = rig()
    charging(made)
    assert made.request("RemoteStopTransaction", {"transactionId": 99})[2] == {"status": "Rejected"}
    assert made.actions() == []

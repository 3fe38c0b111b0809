"""The official test cases of the SmartCharging profile (OCTT, 2024-04).

The numbers are those of the examples E3, E4 and E5 of the specification notes.
"""

from __future__ import annotations

from typing import Any

import pytest

from cp_tui.ocpp.datatypes import ChargingProfile
from tests.charge_point.charging import asked, clear, ids, set_profile
from tests.charge_point.rig import rig
from tests.charge_point.smart_charging.builders import (
    ABSOLUTE,
    CP_MAX,
    RELATIVE,
    TX,
    TX_DEFAULT,
    A,
    W,
    after,
    profile,
)
from tests.conformance.steps import TAG, charging


@pytest.mark.parametrize(("unit", "limit"), [("A", 6), ("W", 6000)])
def test_tc_056_tx_default_profile(unit: str, limit: int) -> None:
    made = rig()
    rate = A if unit == "A" else W
    assert set_profile(made, 1, profile(TX_DEFAULT, (0, limit), unit=rate)) == "Accepted"
    assert asked(made, 1, 300, unit) == f"0:{limit}"


def test_tc_057_tx_profile() -> None:
    made = rig()
    charging(made)
    assert set_profile(made, 1, profile(TX, (0, 6), transaction_id=1)) == "Accepted"
    assert asked(made, 1, 300) == "0:6"


def test_tc_058_1_tx_profile_without_a_transaction() -> None:
    made = rig()
    assert set_profile(made, 1, profile(TX, (0, 6), transaction_id=1)) == "Rejected"
    assert ids(made) == []


def test_tc_058_2_tx_profile_with_the_id_of_another_transaction() -> None:
    made = rig()
    charging(made)
    assert set_profile(made, 1, profile(TX, (0, 6), transaction_id=2)) == "Rejected"
    assert asked(made, 1, 300) == "0:32"


def test_tc_059_remote_start_with_a_profile() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    payload = {
        "connectorId": 1,
        "idTag": TAG,
        "chargingProfile": profile(TX, (0, 6), kind=RELATIVE).to_payload(),
    }
    assert made.request("RemoteStartTransaction", payload)[2] == {"status": "Accepted"}
    assert made.statuses(1)[-1] == "Charging"
    assert asked(made, 1, 300) == "0:6"


def test_tc_060_remote_start_with_a_profile_of_another_purpose() -> None:
    made = rig()
    made.act("plug_in", connector_id=1)
    payload = {
        "connectorId": 1,
        "idTag": TAG,
        "chargingProfile": profile(TX_DEFAULT, (0, 6)).to_payload(),
    }
    assert made.request("RemoteStartTransaction", payload)[2] == {"status": "Rejected"}
    assert made.calls("StartTransaction") == []
    assert ids(made) == []


E3_TX_DEFAULT = ((0, 6), (60, 10), (120, 8), (180, 15), (260, 8))
E3_TX = ((0, 8), (50, 11), (140, 16), (200, 6), (240, 12))


@pytest.mark.parametrize(
    ("fallback", "at_once", "five_seconds_later"),
    [
        ("false", "0:8, 50:10, 200:6, 240:10", "0:8, 45:10, 195:6, 235:10"),
        (
            "true",
            "0:8, 50:10, 200:6, 240:10, 260:8, 300:10",
            "0:8, 45:10, 195:6, 235:10, 255:8, 295:10",
        ),
    ],
)
def test_tc_066_composite_schedule(fallback: str, at_once: str, five_seconds_later: str) -> None:
    """E3; the test wants what TxProfileFallback = false gives."""
    made = rig(keys={"TxProfileFallback": fallback})
    charging(made)
    cap = profile(CP_MAX, (0, 10), id=1, duration=86_400)
    default = profile(TX_DEFAULT, *E3_TX_DEFAULT, id=2, duration=300, valid_to=after(401))
    own = profile(TX, *E3_TX, id=3, duration=260, valid_to=after(401), transaction_id=1)
    assert set_profile(made, 0, cap) == "Accepted"
    assert set_profile(made, 1, default) == "Accepted"
    assert set_profile(made, 1, own) == "Accepted"
    assert asked(made, 1, 400) == at_once
    made.after(5)
    assert asked(made, 1, 400) == five_seconds_later


def e5() -> tuple[tuple[int, ChargingProfile], ...]:
    a = profile(TX_DEFAULT, (0, 6), (60, 8), (200, 10), id=1, level=1, duration=400)
    b = profile(TX_DEFAULT, (0, 7), (100, 9), id=2, duration=400, valid_to=after(401))
    c = profile(CP_MAX, (0, 11), (200, 12), id=3)
    return (1, a), (1, b), (0, c)


def test_tc_067_clear_charging_profile() -> None:
    """E5."""
    made = rig()
    for connector_id, what in e5():
        assert set_profile(made, connector_id, what) == "Accepted"
    assert asked(made, 1, 350) == "0:6, 60:8, 200:10"
    assert clear(made, id=1) == "Accepted"
    assert asked(made, 1, 350) == "0:7, 100:9"
    fields: dict[str, Any] = {"chargingProfilePurpose": "TxDefaultProfile", "stackLevel": 0}
    assert clear(made, **fields) == "Accepted"
    assert asked(made, 1, 350) == "0:11, 200:12"
    assert clear(made) == "Accepted"
    assert asked(made, 1, 350) == "0:32"
    assert clear(made) == "Unknown"


def test_tc_072_stacking_of_charging_profiles() -> None:
    """E4."""
    made = rig()
    low = profile(TX_DEFAULT, (0, 6), (100, 8), (200, 10), id=1, duration=400, kind=ABSOLUTE)
    high = profile(TX_DEFAULT, (0, 7), (100, 9), id=2, level=1, duration=150)
    assert set_profile(made, 1, low) == "Accepted"
    assert set_profile(made, 1, high) == "Accepted"
    made.after(10)
    assert asked(made, 1, 350) == "0:7, 90:9, 140:8, 190:10"


def test_tc_082_tx_default_profile_with_an_ongoing_transaction() -> None:
    made = rig()
    charging(made)
    assert set_profile(made, 1, profile(TX_DEFAULT, (0, 6))) == "Accepted"
    assert asked(made, 1, 300) == "0:6"

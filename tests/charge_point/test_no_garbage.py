"""Charging leaves nothing to Python's collector of cycles: a fleet runs with it switched off."""

from __future__ import annotations

import gc
from collections import Counter

from cp_tui.charge_point.config import ChargePointConfig
from tests.charge_point.rig import Rig

PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [
            {"startPeriod": 0, "limit": 16},
            {"startPeriod": 120, "limit": 8},
        ],
    },
}


def living() -> Counter[str]:
    """Count objects that can be part of a cycle; `gc.collect` does not count generators.

    A collection forgets about tuples and dicts that hold nothing of interest: they are left out.
    """
    kinds = (type(each) for each in gc.get_objects())
    return Counter(kind.__qualname__ for kind in kinds if kind not in (tuple, dict))


def test_sessions_with_profiles_leave_no_object_that_only_the_collector_would_free() -> None:
    rig = Rig(
        ChargePointConfig(
            charge_point_id="CP1",
            url="ws://127.0.0.1/CP1",
            keys={"MeterValueSampleInterval": "60"},
        ),
        is_watched=False,
    )
    rig.power_on()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        for _ in range(3):
            rig.request("SetChargingProfile", {"connectorId": 0, "csChargingProfiles": PROFILE})
            rig.act("plug_in", connector_id=1)
            rig.act("swipe", id_tag="TAG", connector_id=1)
            rig.after(300)
            rig.request("GetCompositeSchedule", {"connectorId": 1, "duration": 3_600})
            rig.act("press_stop", connector_id=1)
            rig.act("plug_out", connector_id=1)
        assert "StopTransaction" in rig.actions()
        before = living()
        gc.collect()
        assert before - living() == Counter()
    finally:
        gc.enable()
        gc.unfreeze()

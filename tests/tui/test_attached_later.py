"""A screen that comes later tells of the past what one tells that was there."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from cp_tui.charge_point.codec import JsonValue
from cp_tui.charge_point.events import InstallChargingProfile
from cp_tui.tui.state.past import in_force, with_past
from cp_tui.tui.state.store import SnapshotStore
from cp_tui.tui.timeline.bends import bends
from tests.charge_point.charging import clear, set_profile
from tests.charge_point.rig import Rig, rig
from tests.charge_point.smart_charging.builders import CP_MAX, RELATIVE, TX, TX_DEFAULT, profile
from tests.conformance.steps import charging
from tests.tui.attached import LivedScreen, attached, past_of


def by_operator(made: Rig, connector_id: int, what: dict[str, JsonValue]) -> None:
    install = partial(InstallChargingProfile, connector_id=connector_id, profile=what)
    assert made.command(install).reason is not None


def told_at_bends(store: SnapshotStore, made: Rig) -> list[str]:
    """The words at each change of the limit of connector 1, a column being a second."""
    snapshot = store.snapshot
    now = snapshot.schedule_time(made.now)
    published = in_force(snapshot.charging_schedules[1])
    known = with_past(published, snapshot.limits[1])
    begin = known.periods[0].start

    def column_of(at: datetime) -> int:
        return round((at - begin).total_seconds())

    found = bends(known, column_of, column_of(now) + 1, now)
    return [each.texts[0] for each in sorted(found, key=lambda each: each.column)]


def test_older_bends_name_the_profile_and_who_installed_it() -> None:
    """Also of a profile that is gone, and of one whose id somebody else has taken since."""
    made = rig(keys={"MeterValueSampleInterval": "0"})
    lived = LivedScreen(made)
    lived.watch(5)
    set_profile(made, 0, profile(TX_DEFAULT, (0, 16), id=2))
    lived.watch(5)
    charging(made)
    lived.watch(5)
    set_profile(made, 1, profile(TX, (0, 16), (10, 10), id=7, kind=RELATIVE))
    lived.watch(15)
    clear(made, id=7)
    lived.watch(5)
    by_operator(made, 0, profile(TX_DEFAULT, (0, 8), id=2).to_payload())
    lived.watch(5)
    set_profile(made, 0, profile(CP_MAX, (0, 20), id=1))
    charging(made, 2, "TAG2")
    clear(made, id=2)
    lived.watch(5)
    assert told_at_bends(lived.store, made) == [
        "16.0 A TxDefaultProfile #2 CSMS",
        "10.0 A TxProfile #7 CSMS",
        "16.0 A TxDefaultProfile #2 CSMS",
        "8.0 A TxDefaultProfile #2 operator",
        "10.0 A share",
    ]
    later = attached(made)
    assert told_at_bends(later, made) == told_at_bends(lived.store, made)
    for connector_id in (0, 1):
        assert past_of(later, made, connector_id) == past_of(lived.store, made, connector_id)

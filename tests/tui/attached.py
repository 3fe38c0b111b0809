"""A screen that was there all the time, one that comes later, and what both know of what was."""

from __future__ import annotations

from datetime import datetime, timedelta

from cp_tui.engine.hub import VariableChanged
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.tui.state.past import flow_at, flows
from cp_tui.tui.state.store import SnapshotStore
from tests.charge_point.rig import Rig


class LivedScreen:
    """What a screen knows that looks at this charge point from now on."""

    def __init__(self, made: Rig) -> None:
        self.store = attached(made)
        self._made = made
        self._seen = len(made.published)

    def watch(self, seconds: int) -> None:
        """Hear what has happened, and let time pass."""
        self._hear()
        for _ in range(seconds):
            self._made.after(1)
            self._hear()

    def _hear(self) -> None:
        made = self._made
        news = dict(made.published[self._seen :])
        self._seen = len(made.published)
        # The engine looks each second while energy flows, and tells the clock first.
        news["connectors"] = made.charger.mind.view("connectors", made.now)
        for name in sorted(news, key=lambda each: each != "registration"):
            self.store.apply([VariableChanged(name, news[name])], made.now)


def attached(made: Rig) -> SnapshotStore:
    """A screen that comes to this charge point now."""
    store = SnapshotStore()
    store.apply([VariableChanged(*each) for each in made.variables.items()], made.now)
    for connector_id in (0, 1):
        found = made.charger.measurements(connector_id, None, None, made.now)
        store.measured_before(connector_id, found)
    return store


def past_of(
    store: SnapshotStore, made: Rig, connector_id: int = 1
) -> list[tuple[datetime, object, object, object]]:
    """What was allowed, by what, and what flowed in each second that anything is known of."""
    snapshot = store.snapshot
    now = snapshot.schedule_time(made.now)
    flowed, limits = (
        flows(snapshot.measured[connector_id], now, ChargingRateUnitType.A),
        snapshot.limits[connector_id],
    )
    known_s = round((now - min(flowed[0].start, limits[0].start)).total_seconds())
    found: list[tuple[datetime, object, object, object]] = []
    for second in range(known_s):
        at = now - timedelta(seconds=second + 0.5)
        period = next((each for each in limits if each.start <= at < each.end), None)
        flow = flow_at(flowed, at)
        setter = period and (
            period.source.kind,
            period.source.winner,
            period.source.is_hypothetical,
        )
        found.append((at, period and period.limit, setter, flow and flow.limit))
    return found

"""Whether a vehicle charges on as it did: only what is counted has grown since. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from cp_tui.charge_point.variables import ConnectorView
from cp_tui.charge_point.variables.measurement import CHANGE_MIN


def only_counts_on(before: Sequence[ConnectorView], after: Sequence[ConnectorView]) -> bool:
    """Whether nothing is new but energy, state of charge, and power within the noise.

    The engine says so each second of a charge, and to nobody it is news of each second.
    """
    return len(before) == len(after) and all(map(_charges_on, before, after))


def _charges_on(before: ConnectorView, after: ConnectorView) -> bool:
    old, new = before.measurement, after.measurement
    if old is not None and new is not None:
        pairs = (old.power_w, new.power_w), (old.current_a, new.current_a)
        if any(abs(one - two) > CHANGE_MIN * max(one, two) for one, two in pairs):
            return False
    return _without_counters(before) == _without_counters(after)


def _without_counters(connector: ConnectorView) -> ConnectorView:
    measurement, vehicle = connector.measurement, connector.vehicle
    transaction, restraint = connector.transaction, connector.restraint
    still = {"register_wh": 0, "power_w": 0, "current_a": 0, "voltage_v": 0, "soc_percent": None}
    return replace(
        connector,
        measurement=measurement and replace(measurement, **still),
        vehicle=vehicle and replace(vehicle, soc_percent=0, full_at=None),
        transaction=transaction and replace(transaction, energy_wh=0),
        # What a battery takes, and how full it is, goes on with the charge.
        restraint=restraint and replace(restraint, power_w=None, soc_percent=None),
    )

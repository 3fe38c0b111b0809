"""Whether a vehicle charges on as it did: only what is counted has grown since. Pure.

While it charges, its meter values come to the CSMS every few seconds as well, and each of them
passes through the link, the queue and the time of the next heartbeat.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point.variables import (
    ConnectorView,
    LinkPhase,
    LinkView,
    MeasuredPoint,
    OutboxView,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST

METER_VALUES = Action.METER_VALUES.value


def goes_on(name: str, before: Any, after: Any) -> bool:
    """Whether a variable of this name says nothing but that charging goes on."""
    if before is None or after is None:
        return False
    match name:
        case "connectors":
            return only_counts_on(before, after)
        case "link":
            return _only_sends_readings(before, after)
        case "registration":
            # Whatever is sent puts the heartbeat off.
            return bool(before == replace(after, next_heartbeat_at=before.next_heartbeat_at))
        case "outbox":
            return before.count <= after.count and only_passes(before) and only_passes(after)
        case _:
            return False


def _only_sends_readings(before: LinkView, after: LinkView) -> bool:
    is_open = after.phase is LinkPhase.OPEN
    frames = [each for each in (after.last_in, after.last_out) if each is not None]
    same = {"last_in": before.last_in, "last_out": before.last_out}
    return (
        is_open
        and all(each.action == METER_VALUES for each in frames)
        and replace(after, **same) == before
    )


def only_passes(outbox: OutboxView) -> bool:
    """Whether nothing waits but readings that are on their way for the first time."""
    return (
        not outbox.thinned
        and outbox.count == len(outbox.entries)
        and all(
            each.action == METER_VALUES and each.attempts == 0 and each.next_attempt_at is None
            for each in outbox.entries
        )
    )


def only_counts_on(before: Sequence[ConnectorView], after: Sequence[ConnectorView]) -> bool:
    """Whether nothing is new but energy, state of charge, and power within the noise.

    The engine says so each second of a charge, and to nobody it is news of each second.
    """
    return len(before) == len(after) and all(map(_charges_on, before, after))


def _charges_on(before: ConnectorView, after: ConnectorView) -> bool:
    old, new = before.measurement, after.measurement
    if old is not None and new is not None:
        was, flows = (
            MeasuredPoint(at=FIRST, power_w=each.power_w, current_a=each.current_a)
            for each in (old, new)
        )
        if not was.is_like(flows):
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

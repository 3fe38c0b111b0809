"""What the screen asks the engine by itself: schedules beyond the published ones, what flowed.

Each raises `RpcError` or `ConnectionLost`, as every call does, and `ValidationError` where the
answer is not what it should be.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cp_tui.charge_point.codec import converted
from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule
from cp_tui.charge_point.variables import Measurements
from cp_tui.ocpp.datatypes import ChargingRateUnitType
from cp_tui.rpc.client import EngineConnection


async def schedules(
    connection: EngineConnection,
    connector_ids: Iterable[int],
    start: datetime,
    duration_s: int,
    unit: ChargingRateUnitType,
) -> dict[int, CompositeSchedule]:
    """The composite schedule of each connector."""
    found: dict[int, CompositeSchedule] = {}
    for connector_id in connector_ids:
        answer = await connection.call(
            "get_composite_schedule",
            connector_id=connector_id,
            duration_s=duration_s,
            start=start.isoformat(),
            unit=unit.value,
        )
        found[connector_id] = converted(CompositeSchedule, answer.result)
    return found


async def measurements(
    connection: EngineConnection, connector_ids: Iterable[int]
) -> dict[int, Measurements]:
    """What flowed at each connector and its limits, as far as the engine remembers."""
    found: dict[int, Measurements] = {}
    for connector_id in connector_ids:
        answer = await connection.call("get_measurements", connector_id=connector_id)
        found[connector_id] = converted(Measurements, answer.result)
    return found

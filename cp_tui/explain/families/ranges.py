"""The ranges of numbers that stand in the words of the standard and in no schema (S 6, S 7)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType

from pydantic.alias_generators import to_camel

from cp_tui.ocpp.core import RemoteStartTransactionRequest
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingSchedule
from cp_tui.ocpp.model import WireModel

NEEDS_CONNECTOR = frozenset({"StartTransactionRequest", "UnlockConnectorRequest"})
"""Messages in which connector 0 does not stand for the charge point."""

_LEAST: Mapping[str, int] = MappingProxyType(
    {
        "connector_id": 0,
        "interval": 0,
        "meter_start": 0,
        "meter_stop": 0,
        "duration": 0,
        "retries": 0,
        "retry_interval": 0,
        "list_version": -1,
    }
)
PHASES_MAX = 3

OutOfRange = tuple[str, object, str]
"""Field, value, and what is allowed."""


def out_of_range(message: WireModel) -> Iterator[OutOfRange]:
    """Give the numbers of a message that its fields cannot have."""
    values = vars(message)
    for name, least in _least_of(type(message)):
        value = values[name]
        if value is not None and value < least:
            yield to_camel(name), value, f"at least {least}"
    for name, value in values.items():
        if isinstance(value, ChargingProfile):
            if value.stack_level < 0:
                yield f"{to_camel(name)}.stackLevel", value.stack_level, "at least 0"
            yield from _in_schedule(f"{to_camel(name)}.chargingSchedule", value.charging_schedule)
        elif isinstance(value, ChargingSchedule):
            yield from _in_schedule(to_camel(name), value)


@cache
def _least_of(model: type[WireModel]) -> tuple[tuple[str, int], ...]:
    """Give the numbers of a message, and what each is at least."""
    # RemoteStartTransaction has a finding of its own for this (S 5.11).
    if issubclass(model, RemoteStartTransactionRequest):
        return ()
    least = dict(_LEAST)
    if model.__name__ in NEEDS_CONNECTOR:
        least["connector_id"] = 1
    return tuple((name, number) for name, number in least.items() if name in model.model_fields)


def _in_schedule(path: str, schedule: ChargingSchedule) -> Iterator[OutOfRange]:
    if schedule.duration is not None and schedule.duration < 0:
        yield f"{path}.duration", schedule.duration, "at least 0"
    for index, period in enumerate(schedule.charging_schedule_period):
        place = f"{path}.chargingSchedulePeriod[{index}]"
        if period.start_period < 0:
            yield f"{place}.startPeriod", period.start_period, "at least 0"
        if period.limit < 0:
            yield f"{place}.limit", period.limit, "at least 0"
        phases = period.number_phases
        if phases is not None and not 1 <= phases <= PHASES_MAX:
            yield f"{place}.numberPhases", phases, f"from 1 to {PHASES_MAX}"

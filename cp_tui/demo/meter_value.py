"""Reads what the story needs from MeterValues."""

from __future__ import annotations

from cp_tui.ocpp.core import MeterValuesRequest
from cp_tui.ocpp.datatypes import Measurand, SampledValue, UnitOfMeasure


def active_power_w(message: MeterValuesRequest) -> float | None:
    """Return the newest imported power in W, over all phases; None where it is not reported."""
    for meter_value in reversed(message.meter_value):
        samples = [
            sample
            for sample in meter_value.sampled_value
            if sample.measurand is Measurand.POWER_ACTIVE_IMPORT
        ]
        total = [sample for sample in samples if sample.phase is None]
        if samples:
            return sum(_watts(sample) for sample in total or samples)
    return None


def _watts(sample: SampledValue) -> float:
    return float(sample.value) * (1000 if sample.unit is UnitOfMeasure.KW else 1)

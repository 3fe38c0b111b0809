"""The values of a meter as a log holds them: what can be read is read, the rest is passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cp_tui.explain.payload import instant, text
from cp_tui.ocpp.datatypes import Location, Measurand, ReadingContext, UnitOfMeasure, ValueFormat

_PLAIN = re.compile(r"\s*([+-]?\d{1,18}(?:\.(\d{0,9}))?)\s*", re.ASCII)
_KILO = 1000
REGISTER = Measurand.ENERGY_ACTIVE_IMPORT_REGISTER


class Sample(Struct, frozen=True, gc=False):
    """One value of a meter, with what it stands for where it does not say so (S 7.43)."""

    at: datetime | None
    """The instant that the charge point gives; None: it cannot be read."""
    at_text: str
    context: str
    measurand: str
    phase: str
    """Empty: all phases together."""
    location: str
    unit: str
    value: Decimal | None
    """None: signed, or no plain decimal number."""
    decimals: int = 0

    @property
    def base(self) -> Decimal | None:
        """The value in Wh, W, and so on, also where it was sent in thousands."""
        if self.value is None:
            return None
        return self.value * _KILO if self.unit.startswith("k") else self.value

    @property
    def step(self) -> Decimal:
        """By how much the value could differ without another text, in the unit of `base`."""
        step = Decimal(1).scaleb(-self.decimals)
        return step * _KILO if self.unit.startswith("k") else step

    @property
    def is_register(self) -> bool:
        """Whether it is the energy that the meter has counted since ever."""
        return self.measurand == REGISTER and self.value is not None


def samples(meter_values: Any) -> Iterator[Sample]:
    """Give the values in a `meterValue` or `transactionData`, in their order."""
    for each in meter_values if isinstance(meter_values, list) else ():
        if not isinstance(each, dict):
            continue
        at, at_text = instant(each, "timestamp"), text(each, "timestamp")
        sampled = each.get("sampledValue")
        for value in sampled if isinstance(sampled, list) else ():
            if isinstance(value, dict):
                yield _sample(value, at, at_text)


def _sample(value: dict[str, Any], at: datetime | None, at_text: str) -> Sample:
    # Most values of a log have nothing but the value, so that nothing is asked for by its name.
    told = {name: each for name, each in value.items() if isinstance(each, str)}.get
    measurand = told("measurand") or REGISTER
    is_energy = measurand.startswith("Energy.")
    is_signed = told("format") == ValueFormat.SIGNED_DATA
    plain = None if is_signed else _PLAIN.fullmatch(str(value.get("value")))
    return Sample(
        at=at,
        at_text=at_text,
        context=told("context") or ReadingContext.SAMPLE_PERIODIC,
        measurand=measurand,
        phase=told("phase") or "",
        location=told("location") or Location.OUTLET,
        unit=told("unit") or (UnitOfMeasure.WH if is_energy else ""),
        value=Decimal(plain[1]) if plain else None,
        decimals=len(plain[2] or "") if plain else 0,
    )

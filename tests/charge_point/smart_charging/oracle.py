"""A second opinion on composite schedules: second by second, and as simple as it can be said.

It shares no code with the program, so it knows neither its classes nor its units. Limits are
numbers, instants are seconds since 1970, and one voltage holds for all. tests/.../test_oracle.py
holds it against examples that were worked out by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import Literal, NamedTuple

CP_MAX, TX_DEFAULT, TX = "ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"
RECURRENCE_S = {"Daily": 86_400, "Weekly": 7 * 86_400}
VOLTAGE = 230
PHASES = 3

Number = int | str | Decimal
Period = tuple[int, Number] | tuple[int, Number, int | None]
Reading = Literal["V", "F"]
"""What a TxProfile does that is valid but says nothing: V, it hides TxDefaultProfile; F, not."""


class Value(NamedTuple):
    """What a profile says of one moment."""

    limit: Number
    unit: str
    phases: int | None


@dataclass(frozen=True)
class Profile:
    """A charging profile that is installed."""

    purpose: str
    kind: str
    level: int
    periods: list[Period]
    """Start in seconds, limit, and the number of phases where there is one."""
    unit: str = "A"
    start: int | None = None
    duration: int | None = None
    valid_from: int | None = None
    valid_to: int | None = None
    recurrency: str | None = None
    connector: int = 0

    def is_valid(self, t: int) -> bool:
        """Say whether it may count at all."""
        has_begun = self.valid_from is None or t >= self.valid_from
        return has_begun and (self.valid_to is None or t < self.valid_to)

    def at(self, t: int, tx_start: int) -> Value | None:
        """Give what it says of a moment, or None where it says nothing."""
        if not self.is_valid(t):
            return None
        start = tx_start if self.kind == "Relative" else self.start
        assert start is not None
        offset = t - start
        if self.recurrency is not None and self.kind == "Recurring":
            offset %= RECURRENCE_S[self.recurrency]
        if offset < 0 or (self.duration is not None and offset >= self.duration):
            return None
        _, limit, *phases = [period for period in self.periods if period[0] <= offset][-1]
        return Value(limit, self.unit, phases[0] if phases else None)


def seconds(text: str) -> int:
    """Read an instant."""
    return int(datetime.fromisoformat(text).timestamp())


def convert(limit: Number, unit: str, to: str, phases: int | None) -> Decimal:
    """Convert a limit; amperes are rounded down to a tenth."""
    limit = Decimal(str(limit))
    volts = VOLTAGE * (phases or PHASES)
    if unit == to:
        return limit
    if to == "A":
        return (limit / volts).quantize(Decimal("0.1"), ROUND_DOWN)
    return limit * volts


def purpose_value(
    profiles: list[Profile], purpose: str, connector: int, t: int, tx_start: int
) -> Value | None:
    """Give what the profiles of one purpose say: the highest level that says anything."""
    own = [p for p in profiles if p.purpose == purpose and p.connector == connector]
    if purpose == TX_DEFAULT and connector:
        levels = {p.level for p in own}
        common = [p for p in profiles if p.purpose == purpose and p.connector == 0]
        own += [p for p in common if p.level not in levels]
    for profile in sorted(own, key=lambda p: -p.level):
        if (value := profile.at(t, tx_start)) is not None:
            return value
    return None


def connector_value(
    profiles: list[Profile], connector: int, t: int, tx_start: int, unit: str, reading: Reading
) -> Decimal | None:
    """Give the limit of a connector without the cap of the charge point; None: none."""
    value = purpose_value(profiles, TX, connector, t, tx_start)
    if value is None:
        is_hidden = reading == "V" and any(
            p.purpose == TX and p.connector == connector and p.is_valid(t) for p in profiles
        )
        if not is_hidden:
            value = purpose_value(profiles, TX_DEFAULT, connector, t, tx_start)
    return None if value is None else convert(value.limit, value.unit, unit, value.phases)


def composite(
    profiles: list[Profile],
    connector: int,
    now: int,
    duration: int,
    unit: str = "A",
    tx: dict[int, int] | None = None,
    reading: Reading = "V",
    local: Number = 32,
    connectors: int = 1,
) -> list[tuple[int, Decimal]]:
    """Give start and limit of each period; `local` is the limit where nothing else limits."""
    starts = tx or {}
    hardware = Decimal(str(local))
    steps: list[tuple[int, Decimal]] = []
    for second in range(duration):
        t = now + second

        def limit_of(n: int, t: int = t) -> Decimal | None:
            return connector_value(profiles, n, t, starts.get(n, now), unit, reading)

        cap = purpose_value(profiles, CP_MAX, 0, t, now)
        found = [] if cap is None else [convert(cap.limit, cap.unit, unit, cap.phases)]
        if connector:
            own = limit_of(connector)
            found += [] if own is None else [own]
        else:
            each = [limit_of(n) for n in range(1, connectors + 1)]
            if any(value is not None for value in each):
                found.append(sum((hardware if v is None else v for v in each), start=Decimal(0)))
        limit = min(found, default=hardware)
        if not steps or steps[-1][1] != limit:
            steps.append((second, limit))
    return steps

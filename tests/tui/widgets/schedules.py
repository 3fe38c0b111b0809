"""Builders of composite schedules as the mind publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    Loser,
    LostBecause,
    ProfileRef,
    SetBy,
    SourceKind,
)
from cp_tui.ocpp.datatypes import ChargingProfilePurposeType, ChargingRateUnitType

NOW = datetime(2026, 1, 5, 14, 3, tzinfo=UTC)
"""A Monday."""

TX_PROFILE = ProfileRef(
    profile_id=7,
    purpose=ChargingProfilePurposeType.TX_PROFILE,
    stack_level=2,
    connector_id=1,
)
DEFAULT_PROFILE = ProfileRef(
    profile_id=3,
    purpose=ChargingProfilePurposeType.TX_DEFAULT_PROFILE,
    stack_level=0,
    connector_id=0,
)

HARDWARE = SetBy(kind=SourceKind.HARDWARE, is_hypothetical=False)

BY_TX_PROFILE = LimitSource(
    kind=SourceKind.PROFILE,
    is_hypothetical=False,
    winner=TX_PROFILE,
    sentence="TxProfile #7 level 2 allows 10.0 A",
    losers=(
        Loser(
            profile=DEFAULT_PROFILE,
            why=LostBecause.HIDDEN_BY_TX_PROFILE,
            sentence="TxProfile #7 level 2 beats TxDefaultProfile #3 level 0",
        ),
    ),
    conversion="6.90 kW / (230 V x 3) = 10.0 A",
)
ARMED = LimitSource(
    kind=SourceKind.PROFILE,
    is_hypothetical=True,
    winner=DEFAULT_PROFILE,
    sentence="TxDefaultProfile #3 level 0 allows 32.0 A",
)
SUM = LimitSource(
    kind=SourceKind.SUM_OF_CONNECTORS,
    is_hypothetical=False,
    sentence="Connectors together: 32.0 A + 31.0 A",
)


def schedule(
    connector_id: int,
    steps: Sequence[tuple[float, str]],
    source: LimitSource = BY_TX_PROFILE,
    *,
    start: datetime = NOW,
    unit: ChargingRateUnitType = ChargingRateUnitType.A,
) -> CompositeSchedule:
    """A schedule from `(hours, limit)`, one period after another."""
    periods: list[CompositePeriod] = []
    begin = start
    for hours, limit in steps:
        end = begin + timedelta(hours=hours)
        periods.append(CompositePeriod(start=begin, end=end, limit=Decimal(limit), source=source))
        begin = end
    return CompositeSchedule(
        connector_id=connector_id,
        start=start,
        duration_s=int((begin - start).total_seconds()),
        unit=unit,
        periods=tuple(periods),
    )


def demo() -> dict[int, CompositeSchedule]:
    """A station with a running transaction on 1 and nothing on 2."""
    return {
        0: schedule(0, [(1.5, "63"), (2, "42"), (2, "16"), (1, "48"), (17.5, "63")], SUM),
        1: schedule(1, [(1, "32"), (0.65, "16"), (0.2, "0"), (1.5, "10"), (2, "6"), (18, "32")]),
        2: schedule(2, [(2, "32"), (3, "12.5"), (1, "0"), (18, "32")], ARMED),
    }

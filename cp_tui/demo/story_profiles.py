"""The charging profiles of the demo: believable numbers around now, no change of a period near.

Pure: the instant comes in. A depot with a 32 A supply, less of it later, and two 32 A sockets.

The numbers are chosen so that each step shows one thing: 20 A is what the default gives; 8 A is
above the least that a vehicle charges with, and far enough below 20 A to be seen in the power; 24 A
is more than half of the supply, so that with the second car it is the supply that limits the first
one, and no longer its profile.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    ChargingSchedule,
    ChargingSchedulePeriod,
    RecurrencyKindType,
)

SUPPLY_A = Decimal(32)
"""What the depot may take as a whole, now."""
DEFAULT_A = Decimal(20)
"""What a car gets by default, now: more than half of the supply, and less than all of it."""
LOWERED_A = Decimal(8)
"""What the TxProfile leaves for a time."""
RAISED_A = Decimal(24)
"""What the TxProfile gives after that."""

CHARGE_POINT_MAX, TX_DEFAULT, TX = 1, 2, 3
"""Profile ids."""

_HOUR_S = 3600
_DAY_S = 24 * _HOUR_S


def charge_point_max_profile(now: datetime) -> ChargingProfile:
    """Cap the charge point as a whole, for a day from now on."""
    return ChargingProfile(
        charging_profile_id=CHARGE_POINT_MAX,
        stack_level=0,
        charging_profile_purpose=ChargingProfilePurposeType.CHARGE_POINT_MAX_PROFILE,
        charging_profile_kind=ChargingProfileKindType.ABSOLUTE,
        charging_schedule=_schedule(
            [(0, SUPPLY_A), (2 * _HOUR_S, Decimal(24)), (4 * _HOUR_S, Decimal(50))],
            start=_a_while_before(now),
            duration_s=_DAY_S,
        ),
    )


def tx_default_profile(now: datetime) -> ChargingProfile:
    """Give every car a daily rhythm."""
    return ChargingProfile(
        charging_profile_id=TX_DEFAULT,
        stack_level=0,
        charging_profile_purpose=ChargingProfilePurposeType.TX_DEFAULT_PROFILE,
        charging_profile_kind=ChargingProfileKindType.RECURRING,
        recurrency_kind=RecurrencyKindType.DAILY,
        charging_schedule=_schedule(
            [
                (0, DEFAULT_A),
                (1 * _HOUR_S, Decimal(16)),
                (3 * _HOUR_S, Decimal(10)),
                (5 * _HOUR_S, Decimal(32)),
                (13 * _HOUR_S, Decimal(16)),
            ],
            start=_a_while_before(now),
            duration_s=_DAY_S,
        ),
    )


def tx_profile(transaction_id: int, now: datetime, lowered_s: int) -> ChargingProfile:
    """Lower the limit of one transaction for `lowered_s` seconds, then give it more than before."""
    return ChargingProfile(
        charging_profile_id=TX,
        transaction_id=transaction_id,
        stack_level=0,
        charging_profile_purpose=ChargingProfilePurposeType.TX_PROFILE,
        charging_profile_kind=ChargingProfileKindType.ABSOLUTE,
        charging_schedule=_schedule(
            [(0, LOWERED_A), (lowered_s, RAISED_A)], start=now.replace(microsecond=0)
        ),
    )


def _schedule(
    periods: list[tuple[int, Decimal]], *, start: datetime, duration_s: int | None = None
) -> ChargingSchedule:
    return ChargingSchedule(
        charging_rate_unit=ChargingRateUnitType.A,
        charging_schedule_period=tuple(
            ChargingSchedulePeriod(start_period=start_s, limit=limit) for start_s, limit in periods
        ),
        start_schedule=start,
        duration=duration_s,
    )


def _a_while_before(now: datetime) -> datetime:
    """Go back half an hour, to a round time, so that no period changes during a round."""
    before = now - timedelta(minutes=30)
    return before.replace(minute=before.minute // 5 * 5, second=0, microsecond=0)

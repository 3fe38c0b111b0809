"""How the time for a composite schedule grows: `python bench/composite.py`.

Each table varies one thing and shows time against size; a growth of 1.0 is linear, 0 is none.
Time of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import gc
import math
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from time import process_time

from cp_tui.charge_point.smart_charging.composite import composite, next_change
from cp_tui.charge_point.smart_charging.context import Context, Hardware, InstalledProfile
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from cp_tui.charge_point.smart_charging.standing import standings
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileKindType,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
    ChargingSchedule,
    ChargingSchedulePeriod,
    RecurrencyKindType,
)

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
HOUR_S, DAY_S = 3_600, 86_400
REPEATS = 5
CONNECTORS = 2


def station(profiles: int, periods: int) -> Context:
    """Stacked daily TxDefaultProfiles; the upper ones leave gaps, so that all of them count."""
    return Context(
        hardware={each: Hardware(Decimal(32)) for each in range(1, CONNECTORS + 1)},
        profiles=tuple(
            InstalledProfile(0, daily(level, profiles, periods), NOW) for level in range(profiles)
        ),
    )


def daily(level: int, profiles: int, periods: int) -> ChargingProfile:
    step = DAY_S // periods
    share = DAY_S * (profiles - level) // profiles
    return ChargingProfile(
        charging_profile_id=level,
        stack_level=level,
        charging_profile_purpose=ChargingProfilePurposeType.TX_DEFAULT_PROFILE,
        charging_profile_kind=ChargingProfileKindType.RECURRING,
        recurrency_kind=RecurrencyKindType.DAILY,
        charging_schedule=ChargingSchedule(
            charging_rate_unit=ChargingRateUnitType.A,
            start_schedule=NOW,
            duration=max(share, 1),
            charging_schedule_period=tuple(
                ChargingSchedulePeriod(start_period=i * step, limit=Decimal(6 + (i + level) % 20))
                for i in range(periods)
            ),
        ),
    )


def every_standing(context: Context) -> object:
    """Say of each profile what it does, with the source of the whole as `Charging` computes it."""
    sources = {each: composite(context, each, NOW, 0).periods[0].source for each in (0, 1, 2)}
    return standings(context, sources, NOW)


def fastest_ms(work: Callable[[], object]) -> float:
    """Return the shortest of a few runs, in milliseconds."""
    times = []
    for _ in range(REPEATS):
        gc.collect()
        begin = process_time()
        work()
        times.append(process_time() - begin)
    return min(times) * 1_000


def table(
    title: str,
    sizes: Sequence[int],
    make: Callable[[int], Context],
    horizon_s: Callable[[int], int],
) -> None:
    """Print one line per size."""
    print(f"\n{title}")
    print(f"{'size':>10} {'periods':>8} {'cut':>4} {'ms':>9} {'us/period':>10} {'growth':>7}")
    last: tuple[int, float] | None = None
    for size in sizes:
        context, duration_s = make(size), horizon_s(size)
        schedule = composite(context, 1, NOW, duration_s)
        took_ms = fastest_ms(lambda c=context, d=duration_s: composite(c, 1, NOW, d))  # type: ignore[misc]
        count = len(schedule.periods)
        growth = (
            "" if last is None else f"{math.log(took_ms / last[1]) / math.log(size / last[0]):.2f}"
        )
        cut = "yes" if schedule.is_truncated else "no"
        per_period_us = took_ms * 1_000 / count
        print(f"{size:>10} {count:>8} {cut:>4} {took_ms:>9.2f} {per_period_us:>10.1f} {growth:>7}")
        last = (size, took_ms)


def main() -> None:
    """Print all tables."""
    table(
        "profiles (1 period each, 1 day)",
        (1, 2, 5, 10, 50, 100, 500),
        lambda size: station(size, 1),
        lambda _: DAY_S,
    )
    table(
        "periods (1 profile, 1 day)",
        (1, 10, 100, 1_000),
        lambda size: station(1, size),
        lambda _: DAY_S,
    )
    table(
        "horizon in hours (1 daily profile of 24 periods)",
        (1, 24, 7 * 24, 30 * 24, 365 * 24),
        lambda _: station(1, 24),
        lambda size: size * HOUR_S,
    )
    table(
        "horizon in hours (500 daily profiles of 24 periods: ten times what may be installed)",
        (1, 24, 7 * 24, 30 * 24, 365 * 24),
        lambda _: station(500, 24),
        lambda size: size * HOUR_S,
    )
    print("\nafter every change, with 2 connectors")
    print(
        f"{'profiles':>10} {'next_change ms':>15} {'limits_in_force ms':>19} {'standings ms':>13}"
    )
    for profiles in (1, 10, 50, 100, 500):
        context = station(profiles, 24)
        change = fastest_ms(lambda c=context: next_change(c, 0, NOW))  # type: ignore[misc]
        limits = fastest_ms(lambda c=context: limits_in_force(c, NOW))  # type: ignore[misc]
        standing = fastest_ms(lambda c=context: every_standing(c))  # type: ignore[misc]
        print(f"{profiles:>10} {change:>15.2f} {limits:>19.2f} {standing:>13.2f}")


if __name__ == "__main__":
    main()

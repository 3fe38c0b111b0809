"""How the time for a composite schedule grows: `python -m bench.composite`.

Each table varies one thing and shows time against size; a growth of 1.0 is linear, 0 is none.
Time of the processor, so that other work on the machine does not count.
"""

from __future__ import annotations

import gc
import json
import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from time import perf_counter_ns, process_time

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.config import ChargePointConfig, ConnectorConfig
from cp_tui.charge_point.effects import Effect, Send
from cp_tui.charge_point.events import Event, FrameReceived, LinkOpened, PoweredOn, Tick
from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Context, Hardware, InstalledProfile
from cp_tui.charge_point.smart_charging.profile_status import standings
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from cp_tui.charger.charger import Charger
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


class ChargerAtWork:
    """A whole charger without a network: what holds the loop is the time of one turn of it."""

    def __init__(self, connectors: int = CONNECTORS) -> None:
        config = ChargePointConfig(
            charge_point_id="BENCH",
            url="ws://127.0.0.1/BENCH",
            connectors=(ConnectorConfig(),) * connectors,
        )
        self.now = NOW
        self.charger = Charger(config, {}, Random(1), mind=ChargePoint)
        self.charger.handle(PoweredOn(), self.now)
        self._answer(self.charger.handle(LinkOpened(), self.now))

    def request(self, action: str, payload: Mapping[str, object]) -> tuple[float, float, int]:
        """Send a request; give ms of its turn, of the longest slice for who looks, and how many."""
        text = json.dumps([2, f"{action}-{perf_counter_ns()}", action, payload])
        took_ms = self._turn(FrameReceived(text))
        longest_ms, slices = 0.0, 0
        for variable in ("connectors", "profiles", "charging_schedules"):
            is_more = True
            while is_more:
                begin = process_time()
                is_more = self.charger.mind.prepare(variable)
                longest_ms = max(longest_ms, (process_time() - begin) * 1_000)
                slices += is_more
        self.now += timedelta(seconds=0.2)
        self._turn(Tick())
        return took_ms, longest_ms, slices

    def _turn(self, event: Event) -> float:
        begin = process_time()
        effects = self.charger.handle(event, self.now)
        took_ms = (process_time() - begin) * 1_000
        self._answer(effects)
        return took_ms

    def _answer(self, effects: Sequence[Effect]) -> None:
        """Accept whatever the charger sends."""
        for effect in effects:
            if isinstance(effect, Send) and (sent := json.loads(effect.text))[0] == 2:
                time = self.now.isoformat()
                answer = {"status": "Accepted", "currentTime": time, "interval": 3_600}
                given = answer if sent[2] == "BootNotification" else {}
                text = json.dumps([3, sent[1], given])
                self._answer(self.charger.handle(FrameReceived(text), self.now))


def waits(connectors: int) -> None:
    """Print how long requests hold the loop with 50 profiles of 100 periods."""
    made = ChargerAtWork(connectors)
    rest_ms = min(made.request("GetConfiguration", {"key": []})[0] for _ in range(20))
    for level in range(49):
        purpose = ("TxDefaultProfile", "ChargePointMaxProfile")[level % 2]
        payload = daily(level, 50, 100).to_payload()
        payload |= {"chargingProfilePurpose": purpose, "stackLevel": level // 5}
        connector_id = 0 if level % 2 else level // 2 % (connectors + 1)
        made.request(
            "SetChargingProfile", {"connectorId": connector_id, "csChargingProfiles": payload}
        )
    print(f"\n{connectors} connectors, 50 profiles of 100 periods")
    print(f"GetConfiguration at rest, all keys: {rest_ms:.2f} ms")
    print(f"{'request':>34} {'ms':>7} {'then, ms':>9} {'slices':>7}")
    profile = daily(60, 50, 100).to_payload() | {"stackLevel": 10}
    requests: list[tuple[str, str, Mapping[str, object]]] = [
        ("SetChargingProfile", "", {"connectorId": 1, "csChargingProfiles": profile})
    ]
    for name, duration_s in (("1 h", HOUR_S), ("30 days", 30 * DAY_S), ("1 year", 365 * DAY_S)):
        for connector_id in (0, 1):
            asked: dict[str, object] = {"connectorId": connector_id, "duration": duration_s}
            requests.append(("GetCompositeSchedule", f"{name}, {connector_id}", asked))
    for action, words, asked_for in requests:
        found = [made.request(action, asked_for) for _ in range(REPEATS)]
        took_ms, then_ms = min(each[0] for each in found), min(each[1] for each in found)
        print(f"{action + ' ' + words:>34} {took_ms:>7.1f} {then_ms:>9.1f} {found[-1][2]:>7}")


def main() -> None:
    """Print all tables."""
    # `serve` lets the collector look at few of the objects that stay (`cli/promptness.py`).
    gc.disable()
    for connectors in (2, 30):
        waits(connectors)
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
    print(f"{'profiles':>10} {'limits_in_force ms':>19} {'standings ms':>13}")
    for profiles in (1, 10, 50, 100, 500):
        context = station(profiles, 24)
        limits = fastest_ms(lambda c=context: limits_in_force(c, NOW))  # type: ignore[misc]
        standing = fastest_ms(lambda c=context: every_standing(c))  # type: ignore[misc]
        print(f"{profiles:>10} {limits:>19.2f} {standing:>13.2f}")


if __name__ == "__main__":
    main()

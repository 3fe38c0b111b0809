"""A depot on a smart day: profiles of every purpose, a vehicle that did not always obey.

Schedules, reasons and standings come from the charge point's own arithmetic.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace
from pydantic import JsonValue

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.codec import builtins_of
from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.profile_status import standings
from cp_tui.charge_point.smart_charging.schedule import ProfileSource
from cp_tui.charge_point.smart_charging.sharing import limits_in_force
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingRateUnitType
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    RELATIVE,
    TX,
    TX_DEFAULT,
    W,
    context,
    profile,
)
from tests.tui import worlds
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import NOW, at

STARTED = at(13, 20)
"""When the transaction began, and the schedule was published last."""

HOUR_S = 3600


def installed() -> tuple[InstalledProfile, ...]:
    """A cap, a night tariff, a spare one, one for the transaction, one that comes tomorrow."""

    def on(
        connector_id: int, what: ChargingProfile, key: str | None, by: ProfileSource
    ) -> InstalledProfile:
        return InstalledProfile(connector_id, what, at(12, 5), key, by)

    cap = profile(
        CP_MAX,
        (0, 63),
        (4 * HOUR_S, 40),
        (8 * HOUR_S, 63),
        id=1,
        start=at(12),
        duration=DAY_S,
    )
    night = profile(
        TX_DEFAULT,
        (0, 32),
        (7 * HOUR_S, 16),
        (20 * HOUR_S, 6),
        (22 * HOUR_S, 32),
        id=2,
        kind=RECURRING,
        recurrency=DAILY,
        start=at(0),
    )
    spare = profile(
        TX_DEFAULT, (0, 11_000), id=5, level=1, unit=W, start=at(18), valid_to=at(20, day=6)
    )
    session = profile(
        TX,
        (0, 16),
        (1200, 10),
        (2 * HOUR_S, 6, 1),
        (3 * HOUR_S, 24),
        id=7,
        level=2,
        kind=RELATIVE,
    )
    tomorrow = profile(TX_DEFAULT, (0, 20), id=9, level=3, start=at(8, day=6), duration=HOUR_S)
    return (
        on(0, cap, None, ProfileSource.CSMS),
        on(0, night, None, ProfileSource.CSMS),
        on(2, spare, None, ProfileSource.OPERATOR),
        on(1, session, "tx-1", ProfileSource.CSMS),
        on(2, tomorrow, None, ProfileSource.CSMS),
    )


def charging() -> worlds.World:
    """The healthy world with these profiles."""
    given = context(*installed(), connectors=2, transactions={1: STARTED})
    schedules = {each: composite(given, each, STARTED, DAY_S) for each in (0, 1, 2)}
    sources = {each: limit.source for each, limit in limits_in_force(given, NOW).items()}
    sources[0] = composite(given, 0, NOW, 0).periods[0].source
    doing = standings(given, sources, NOW)
    entries = tuple(
        v.ProfileEntry(
            connector_id=each.connector_id,
            profile=each.profile,
            installed_at=each.installed_at,
            source=each.source,
            standing=doing[each.profile.charging_profile_id],
        )
        for each in given.profiles
    )
    return worlds.healthy() | {
        "charging_schedules": v.ChargingSchedules(schedules),
        "profiles": v.Profiles(entries),
    }


def measured(*points: tuple[datetime, float]) -> tuple[v.MeasuredPoint, ...]:
    """Currents on three phases of 230 V."""
    return tuple(
        v.MeasuredPoint(at=when, power_w=round(current_a * 690), current_a=current_a)
        for when, current_a in points
    )


class DepotEngine(FakeEngine):
    """Answers for any stretch of time, unless a test says otherwise."""

    async def call(self, method: str, **params: JsonValue) -> CommandAnswer:
        answer = await super().call(method, **params)
        if method != "get_composite_schedule" or answer.result is not True:
            return answer
        given = context(*installed(), connectors=2, transactions={1: STARTED})
        connector_id, duration_s = params["connector_id"], params["duration_s"]
        assert isinstance(connector_id, int)
        assert isinstance(duration_s, int)
        start = datetime.fromisoformat(f"{params['start']}")
        unit = ChargingRateUnitType(f"{params['unit']}")
        found = composite(given, connector_id, start, duration_s, unit)
        dumped: JsonValue = builtins_of(found)
        return CommandAnswer(dumped)


def engine() -> FakeEngine:
    """An engine on it; the vehicle followed the limit of 13:40 only three minutes later."""
    fake = DepotEngine(charging())
    flowed = measured(
        (at(13, 0), 0),
        (at(13, 20, 8), 15.8),
        (at(13, 43), 9.8),
        (at(13, 55), 8.1),
        (NOW - timedelta(minutes=2), 9.8),
    )
    fake.measured = {0: flowed, 1: flowed, 2: measured((at(13), 0))}
    whole, charging_one, free = worlds.connectors()
    reading = charging_one.measurement
    assert reading is not None
    # The charge point as a whole draws what its one vehicle draws.
    changes = {"measurement": replace(reading, power_w=6762, current_a=9.8)}
    fake.world["connectors"] = v.Connectors(
        (
            replace(whole, **changes),
            replace(charging_one, **(changes | {"limit": limit("10", "TxProfile #7 level 2")})),
            replace(free, limit=limit("16", "TxDefaultProfile #2 level 0")),
        )
    )
    return fake


def limit(amperes: str, source: str) -> v.LimitView:
    """The limit that the schedule has now."""
    return worlds.limit(amperes, source, at(15, 20))

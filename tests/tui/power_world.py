"""Two vehicles charge: the CSMS lowered the limit of one, the other is nearly full."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from msgspec.structs import replace

from cp_tui.charge_point import variables as v
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    ProfileRef,
    ProfileSource,
    ProfileStanding,
    SourceKind,
)
from cp_tui.ocpp.datatypes import (
    ChargePointStatus,
    ChargingProfilePurposeType,
    ChargingRateUnitType,
)
from tests.charge_point.smart_charging.builders import TX, TX_DEFAULT, profile
from tests.tui import worlds
from tests.tui.charging_world import measured
from tests.tui.fake_engine import FakeEngine
from tests.tui.worlds import NOW, at

SCHEDULES_BEGIN = at(13, 20)


def by(purpose: ChargingProfilePurposeType, profile_id: int, *, real: bool = True) -> LimitSource:
    """A profile sets the limit."""
    ref = ProfileRef(profile_id=profile_id, purpose=purpose, stack_level=0, connector_id=1)
    sentence = f"{ref} sets the limit."
    return LimitSource(
        kind=SourceKind.PROFILE, is_hypothetical=not real, winner=ref, sentence=sentence
    )


SESSION = by(ChargingProfilePurposeType.TX_PROFILE, 7)
DEFAULT = by(ChargingProfilePurposeType.TX_DEFAULT_PROFILE, 3)
TOGETHER = LimitSource(
    kind=SourceKind.SUM_OF_CONNECTORS, is_hypothetical=False, sentence="Connectors together."
)


def limits(
    connector_id: int, steps: Sequence[tuple[datetime, str, LimitSource]]
) -> CompositeSchedule:
    """A schedule from each start, limit and source."""
    end = SCHEDULES_BEGIN + timedelta(days=1)
    ends = [begin for begin, _limit, _source in steps[1:]] + [end]
    periods = tuple(
        CompositePeriod(start=begin, end=until, limit=Decimal(amperes), source=source)
        for (begin, amperes, source), until in zip(steps, ends, strict=True)
    )
    return CompositeSchedule(
        connector_id=connector_id,
        start=SCHEDULES_BEGIN,
        duration_s=86_400,
        unit=ChargingRateUnitType.A,
        periods=periods,
    )


def schedules() -> v.ChargingSchedules:
    """The first is lowered at 13:57 and rises at 14:06; the second may take 20 A all the time."""
    begin, lowered, raised = SCHEDULES_BEGIN, at(13, 57), at(14, 6)
    one = [(begin, "32", DEFAULT), (lowered, "10", SESSION), (raised, "24", SESSION)]
    two = [(begin, "20", DEFAULT)]
    whole = [(begin, "52", TOGETHER), (lowered, "30", TOGETHER), (raised, "44", TOGETHER)]
    return v.ChargingSchedules({0: limits(0, whole), 1: limits(1, one), 2: limits(2, two)})


def connectors() -> v.Connectors:
    """The second one has not long to go."""
    whole, first, _free = worlds.connectors()
    assert first.vehicle is not None
    assert first.measurement is not None
    assert first.transaction is not None
    second = replace(
        first,
        connector_id=2,
        since=at(12, 41, 3),
        vehicle=replace(first.vehicle, soc_percent=91.3, full_at=at(16, 24, 40)),
        transaction=replace(
            first.transaction,
            transaction_id=1233,
            id_tag="APP-USER-2",
            started_at=at(12, 41),
            energy_wh=9_870,
        ),
        measurement=replace(
            first.measurement, power_w=5_520, current_a=8.0, soc_percent=91.3, register_wh=97_870
        ),
        limit=worlds.limit("20", "TxDefaultProfile #3 level 0"),
        restraint=v.Restraint(
            kind=v.RestraintKind.TAPER, power_w=5_520, soc_percent=91.3, from_soc_percent=80
        ),
    )
    first = replace(
        first,
        vehicle=replace(first.vehicle, full_at=at(19, 28, 59)),
        measurement=replace(first.measurement, power_w=6_760, current_a=9.8),
        limit=worlds.limit("10", "TxProfile #7 level 0", at(14, 6)),
    )
    assert whole.measurement is not None
    both = replace(whole.measurement, power_w=12_280, current_a=17.8)
    return v.Connectors((replace(whole, measurement=both), first, second))


def profiles() -> v.Profiles:
    """The one of the transaction, and the one for every car."""
    session = profile(TX, (0, 10), (540, 24), id=7, start=at(13, 57))
    default = profile(TX_DEFAULT, (0, 32), id=3, start=at(0))
    return v.Profiles(
        tuple(
            v.ProfileEntry(
                connector_id=connector_id,
                profile=each,
                installed_at=at(13, 57),
                source=ProfileSource.CSMS,
                standing=ProfileStanding(is_active=True),
            )
            for connector_id, each in ((1, session), (0, default))
        )
    )


def engine() -> FakeEngine:
    """An engine on it."""
    fake = FakeEngine(
        worlds.healthy()
        | {
            "charging_schedules": schedules(),
            "connectors": connectors(),
            "profiles": profiles(),
        }
    )
    taper = [(NOW - timedelta(minutes=each), 8.0 + each * 0.8) for each in reversed(range(13))]
    first = measured((at(13, 20, 8), 31.4), (at(13, 57, 4), 9.8))
    fake.measured = {0: measured((at(13, 20, 8), 48.0), (at(13, 57, 4), 21.4)), 1: first}
    fake.measured[2] = measured((at(12, 41, 9), 19.6), *taper)
    return fake


def idle() -> FakeEngine:
    """The same depot, an hour after both have gone."""
    fake = FakeEngine(worlds.healthy())
    whole, _charging, free = worlds.connectors()
    assert whole.measurement is not None
    nothing = replace(whole.measurement, power_w=0, current_a=0)
    ones = (replace(free, connector_id=each, last_refusal=None) for each in (1, 2))
    fake.world["connectors"] = v.Connectors((replace(whole, measurement=nothing), *ones))
    armed = by(ChargingProfilePurposeType.TX_DEFAULT_PROFILE, 3, real=False)
    evening = [(SCHEDULES_BEGIN, "32", armed), (at(17), "16", armed), (at(19), "32", armed)]
    together = [(begin, f"{2 * int(amperes)}", source) for begin, amperes, source in evening]
    fake.world["charging_schedules"] = v.ChargingSchedules(
        {0: limits(0, together), 1: limits(1, evening), 2: limits(2, evening)}
    )
    fake.world["transactions"] = v.TransactionsView(())
    assert {each.status for each in ones} <= {ChargePointStatus.AVAILABLE}
    return fake

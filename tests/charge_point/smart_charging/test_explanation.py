"""Every limit says where it comes from and what it displaced, in sentences that fit 80 columns."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.config import CurrentKind
from cp_tui.charge_point.smart_charging.composite import composite
from cp_tui.charge_point.smart_charging.context import Context, Hardware
from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
    LostBecause,
    SourceKind,
)
from cp_tui.charge_point.smart_charging.stacking import LOSERS_MAX
from cp_tui.ocpp.datatypes import ChargingProfile, ChargingRateUnitType
from tests.charge_point.smart_charging.builders import (
    CP_MAX,
    DAILY,
    DAY_S,
    RECURRING,
    T0,
    TX,
    TX_DEFAULT,
    A,
    W,
    after,
    context,
    on,
    profile,
)
from tests.charge_point.smart_charging.scenario import scenario


def source(
    given: Context, connector_id: int = 1, unit: ChargingRateUnitType = A, at_s: int = 0
) -> LimitSource:
    return composite(given, connector_id, after(at_s), 10, unit).periods[0].source


def losers(found: LimitSource) -> list[tuple[LostBecause, str]]:
    return [(loser.why, loser.sentence) for loser in found.losers]


def test_without_profiles_the_hardware_is_the_source() -> None:
    found = source(context())
    assert found.kind is SourceKind.HARDWARE
    assert found.sentence == "No profile applies: hardware limit 32.0 A"
    assert found.winner is None
    assert found.losers == ()


def test_a_tx_profile_beats_the_default() -> None:
    given = context(
        on(1, profile(TX, (0, 16), id=7, level=2), "tx-1"),
        on(0, profile(TX_DEFAULT, (0, 10), id=3)),
        transactions={1: T0},
    )
    found = source(given)
    assert str(found.winner) == "TxProfile #7 level 2"
    assert found.sentence == "TxProfile #7 level 2 allows 16.0 A"
    assert losers(found) == [
        (
            LostBecause.HIDDEN_BY_TX_PROFILE,
            "TxProfile #7 level 2 beats TxDefaultProfile #3 level 0",
        )
    ]
    assert not found.is_hypothetical


def test_a_tx_profile_without_a_value_hides_the_default() -> None:
    given = context(
        on(1, profile(TX, (0, 16), id=7, duration=60), "tx-1"),
        on(0, profile(TX_DEFAULT, (0, 10), id=3)),
        transactions={1: T0},
    )
    found = source(given, at_s=100)
    assert found.kind is SourceKind.HARDWARE
    assert losers(found) == [
        (
            LostBecause.HIDDEN_BY_TX_PROFILE,
            "TxProfile #7 level 0 hides TxDefaultProfile #3 level 0",
        ),
        (LostBecause.DURATION_OVER, "TxProfile #7 level 0 ended at 2026-01-05 08:01:00Z"),
    ]


@pytest.mark.parametrize(
    ("what", "why", "sentence"),
    [
        (
            profile(TX_DEFAULT, (0, 6), id=2, level=1, valid_from=after(60)),
            LostBecause.NOT_YET_VALID,
            "TxDefaultProfile #2 level 1 is not valid before 2026-01-05 08:01:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 6), id=2, level=1, valid_to=T0),
            LostBecause.EXPIRED,
            "TxDefaultProfile #2 level 1 was valid until 2026-01-05 08:00:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 6), id=2, level=1, start=after(60)),
            LostBecause.NOT_STARTED,
            "TxDefaultProfile #2 level 1 starts at 2026-01-05 08:01:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 6), id=2, level=1, start=after(-60), duration=60),
            LostBecause.DURATION_OVER,
            "TxDefaultProfile #2 level 1 ended at 2026-01-05 08:00:00Z",
        ),
        (
            profile(
                TX_DEFAULT,
                (0, 6),
                id=2,
                level=1,
                kind=RECURRING,
                recurrency=DAILY,
                start=after(-60),
                duration=60,
            ),
            LostBecause.RECURRENCE_GAP,
            "TxDefaultProfile #2 level 1 rests until 2026-01-06 07:59:00Z",
        ),
        (
            profile(TX_DEFAULT, (0, 6), id=2, level=-1),
            LostBecause.LOWER_STACK_LEVEL,
            "TxDefaultProfile #1 level 0 beats TxDefaultProfile #2 level -1",
        ),
    ],
)
def test_a_profile_of_the_same_purpose_loses_with_its_reason(
    what: ChargingProfile, why: LostBecause, sentence: str
) -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 10), id=1)), on(0, what))
    assert losers(source(given)) == [(why, sentence)]


def test_a_cap_that_allows_more_or_the_same_loses() -> None:
    default = on(0, profile(TX_DEFAULT, (0, 16), id=1))
    for limit, sentence in (
        (40, "ChargePointMaxProfile #2 level 0 allows more: 40.0 A"),
        (16, "ChargePointMaxProfile #2 level 0 allows 16.0 A as well"),
    ):
        found = source(context(default, on(0, profile(CP_MAX, (0, limit), id=2))))
        assert str(found.winner) == "TxDefaultProfile #1 level 0"
        assert losers(found) == [(LostBecause.HIGHER_THAN_MINIMUM, sentence)]


def test_a_cap_that_allows_less_wins() -> None:
    default = on(0, profile(TX_DEFAULT, (0, 16), id=1))
    found = source(context(default, on(0, profile(CP_MAX, (0, 10), id=2))))
    assert str(found.winner) == "ChargePointMaxProfile #2 level 0"
    assert [why for why, _ in losers(found)] == [LostBecause.HIGHER_THAN_MINIMUM]


def test_a_profile_above_the_hardware_loses_to_it() -> None:
    found = source(context(on(0, profile(TX_DEFAULT, (0, 40)))))
    assert found.kind is SourceKind.HARDWARE
    assert found.sentence == "The hardware delivers no more than 32.0 A"
    assert losers(found) == [
        (
            LostBecause.HIGHER_THAN_MINIMUM,
            "TxDefaultProfile #1 level 0 allows more: 40.0 A",
        )
    ]


def test_the_profile_of_a_connector_replaces_that_of_connector_0_at_its_level() -> None:
    given = context(
        on(1, profile(TX_DEFAULT, (0, 8), id=1)),
        on(0, profile(TX_DEFAULT, (0, 20), id=2)),
    )
    assert losers(source(given)) == [
        (
            LostBecause.REPLACED_ON_CONNECTOR,
            "#1 on connector 1 replaces TxDefaultProfile #2 level 0",
        )
    ]


def test_a_profile_of_another_transaction_loses() -> None:
    given = context(on(1, profile(TX, (0, 8)), "tx-9"), transactions={1: T0})
    assert losers(source(given)) == [
        (LostBecause.OTHER_TRANSACTION, "TxProfile #1 level 0 belongs to another transaction")
    ]


def test_a_loser_for_two_reasons_in_one_period_stands_there_twice() -> None:
    given = context(
        on(0, profile(TX_DEFAULT, (0, 10), id=1, level=2)),
        on(0, profile(TX_DEFAULT, (0, 16), id=2, level=1, start=after(60), duration=60)),
    )
    schedule = composite(given, 1, T0, 300, A)
    assert len(schedule.periods) == 1
    assert losers(schedule.periods[0].source) == [
        (
            LostBecause.LOWER_STACK_LEVEL,
            "TxDefaultProfile #1 level 2 beats TxDefaultProfile #2 level 1",
        ),
        (LostBecause.NOT_STARTED, "TxDefaultProfile #2 level 1 starts at 2026-01-05 08:01:00Z"),
        (LostBecause.DURATION_OVER, "TxDefaultProfile #2 level 1 ends at 2026-01-05 08:02:00Z"),
    ]


def test_what_ends_within_a_period_is_to_come_and_what_ended_before_it_is_past() -> None:
    above = on(0, profile(TX_DEFAULT, (0, 10), id=1, level=2))
    given = context(above, on(0, profile(TX_DEFAULT, (0, 16), id=2, level=1, valid_to=after(60))))
    expired = "TxDefaultProfile #2 level 1 {} valid until 2026-01-05 08:01:00Z"
    assert (LostBecause.EXPIRED, expired.format("is")) in losers(
        composite(given, 1, T0, 300, A).periods[0].source
    )
    assert (LostBecause.EXPIRED, expired.format("was")) in losers(
        composite(given, 1, after(60), 300, A).periods[0].source
    )


def test_a_cap_that_changes_above_the_limit_does_not_divide_the_period() -> None:
    given = context(
        on(0, profile(TX_DEFAULT, (0, 10), id=1)),
        on(0, profile(CP_MAX, (0, 40), (60, 20), (120, 30), id=2)),
    )
    schedule = composite(given, 1, T0, 300, A)
    assert len(schedule.periods) == 1
    assert losers(schedule.periods[0].source) == [
        (
            LostBecause.HIGHER_THAN_MINIMUM,
            "ChargePointMaxProfile #2 level 0 allows more: at least 20.0 A",
        )
    ]


def test_more_losers_than_fit_are_counted() -> None:
    many = [on(0, profile(TX_DEFAULT, (0, 10), id=level, level=level)) for level in range(20)]
    found = source(context(*many))
    assert len(found.losers) == LOSERS_MAX
    assert found.losers_omitted == 19 - LOSERS_MAX


def test_the_conversion_is_shown() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 11_000), unit=W)))
    found = source(given)
    assert found.sentence == "TxDefaultProfile #1 level 0 allows 15.9 A"
    assert found.conversion == "11.00 kW / (230 V x 3) = 15.9 A"
    assert source(given, unit=W).conversion is None


def test_on_one_phase_the_current_per_phase_stays_as_it_is() -> None:
    """E 3.34."""
    hardware = {1: Hardware(Decimal(32), phases=1)}
    in_a = Context(hardware, profiles=(on(0, profile(TX_DEFAULT, (0, 16))),))
    schedule = composite(in_a, 1, T0, 10, W)
    assert schedule.periods[0].limit == 3680
    in_w = Context(hardware, profiles=(on(0, profile(TX_DEFAULT, (0, 11_040, 3), unit=W)),))
    assert composite(in_w, 1, T0, 10, A).periods[0].limit == 16
    period = composite(in_w, 1, T0, 10, W).periods[0]
    assert period.limit == 3680
    assert period.source.conversion == "11.04 kW x 1/3 phases = 3.68 kW"


def test_dc_converts_with_its_own_voltage_and_no_phases() -> None:
    hardware = {1: Hardware(Decimal(125), voltage_v=400, kind=CurrentKind.DC)}
    given = Context(hardware, profiles=(on(0, profile(TX_DEFAULT, (0, 20_000), unit=W)),))
    period = composite(given, 1, T0, 10, A).periods[0]
    assert period.limit == 50
    assert period.source.conversion == "20.00 kW / 400 V = 50.0 A"
    assert composite(Context(hardware), 1, T0, 10, W).periods[0].limit == 50_000


def test_connector_0_shows_its_parts() -> None:
    given = context(on(1, profile(TX_DEFAULT, (0, 16))), connectors=2)
    found = source(given, 0)
    assert found.kind is SourceKind.SUM_OF_CONNECTORS
    assert found.sentence == "Connectors together: 16.0 A + 32.0 A"
    assert source(context(), 0).sentence == "Connectors together: 32.0 A"
    assert source(context(connectors=5), 0).sentence == "5 connectors together: 160.0 A"


def test_what_would_be_is_told_from_what_is() -> None:
    idle = context(connectors=2)
    assert source(idle, 1).is_hypothetical
    one = context(connectors=2, transactions={1: T0})
    assert not source(one, 1).is_hypothetical
    assert source(one, 2).is_hypothetical
    assert source(one, 0).is_hypothetical
    both = context(connectors=2, transactions={1: T0, 2: T0})
    assert not source(both, 0).is_hypothetical


def test_sentences_fit_a_terminal_and_survive_the_door() -> None:
    for seed in range(150):
        asked = scenario(seed)
        schedule = composite(
            asked.context, asked.connector_id, asked.start, asked.duration_s, asked.unit
        )
        text = encode(schedule).decode()
        assert decode(CompositeSchedule, text) == schedule
        for period in schedule.periods:
            for line in lines_of(period):
                assert len(line) <= 80, line


def lines_of(period: CompositePeriod) -> list[str]:
    found = period.source
    return [found.sentence, *(loser.sentence for loser in found.losers)] + (
        [found.conversion] if found.conversion else []
    )


def test_limits_cross_the_door_as_exact_numbers() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, "8.1"), (60, 16), duration=DAY_S)))
    schedule = composite(given, 1, T0, 120, A)
    text = encode(schedule).decode()
    assert '"limit":8.1' in text
    assert '"limit":16,' in text
    limits = [period.limit for period in decode(CompositeSchedule, text).periods]
    assert limits == [Decimal("8.1"), Decimal(16)]


def test_a_schedule_tells_the_period_at_an_instant() -> None:
    given = context(on(0, profile(TX_DEFAULT, (0, 6), (60, 10))))
    schedule = composite(given, 1, T0, 120, A)
    assert [schedule.at(after(s)).limit for s in (-5, 0, 59, 60, 500)] == [6, 6, 6, 10, 10]

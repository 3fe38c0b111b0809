"""Whoever only watches the frames of a charge point of ours knows what it knows itself.

Compared is what the wire tells: not the body of the station, and no default that nobody has read.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from cp_tui.charge_point.smart_charging.schedule import CompositeSchedule, SourceKind
from cp_tui.charge_point.variables import ConnectorView, TransactionEntry
from cp_tui.ocpp.calendar import later
from tests.follow.lives import WatchedDay
from tests.tiers import tier


@pytest.mark.parametrize("seed", range(tier(4, deep=2_000)))
def test_each_variable_is_as_the_charge_point_itself_has_it(seed: int) -> None:
    day = WatchedDay(seed)
    for _ in day.steps(12):
        _compare(day)


def _compare(day: WatchedDay) -> None:
    ours, watched, now = day.charger, day.follower, day.charger.now

    def both(name: str) -> tuple[Any, Any]:
        return ours.get(name), watched.view(name, now)

    mine, theirs = both("connectors")
    assert [*map(_connector, theirs)] == [*map(_connector, mine)]
    mine, theirs = both("transactions")
    known = {each.transaction_id: _transaction(each) for each in mine}
    assert {each.transaction_id: _transaction(each) for each in theirs} == known
    mine, theirs = both("configuration")
    told = {each.key: each.value for each in theirs}
    assert told == {each.key: each.value for each in mine if each.key in told}
    mine, theirs = both("profiles")
    assert {*map(_profile, theirs)} == {*map(_profile, mine)}
    mine, theirs = both("charging_schedules")
    for connector, schedule in theirs.items():
        instants = [later(now, seconds) for seconds in (0, 90, 700, 5_000, 40_000)]
        for at in instants:
            assert _limit(schedule, at) == _limit(mine[connector], at), (connector, at)
    mine, theirs = both("reservations")
    assert {each.reservation_id for each in theirs.active} == {
        each.reservation_id for each in mine.active
    }
    mine, theirs = both("local_list")
    if theirs.version is not None:
        assert (theirs.version, theirs.entries) == (mine.version, mine.entries)
    mine, theirs = both("registration")
    assert (theirs.status, theirs.interval_s) == (mine.status, mine.interval_s)
    mine, theirs = both("firmware")
    assert theirs.status == mine.status
    mine, theirs = both("diagnostics")
    assert theirs.status == mine.status


def _connector(view: ConnectorView) -> tuple[Any, ...]:
    running, limit = view.transaction, view.limit
    is_limited = limit is not None and limit.source != SourceKind.HARDWARE
    return (
        *(view.connector_id, view.status, view.error_code),
        *(view.is_operative, view.scheduled_operative),
        view.reservation.reservation_id if view.reservation else None,
        running
        and (
            running.transaction_id,
            running.id_tag,
            _ms(running.started_at),
            running.meter_start_wh,
        ),
        (limit.limit_a, limit.source) if limit is not None and is_limited else None,
    )


def _ms(instant: datetime | None) -> datetime | None:
    """The wire has milliseconds."""
    return instant and instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _transaction(entry: TransactionEntry) -> tuple[Any, ...]:
    return (
        *(entry.connector_id, entry.id_tag, _ms(entry.started_at), _ms(entry.stopped_at)),
        *(entry.meter_start_wh, entry.meter_stop_wh, entry.stop_reason, entry.delivery),
    )


def _profile(entry: Any) -> tuple[Any, ...]:
    return (entry.connector_id, entry.profile.model_dump_json(), entry.standing.is_active)


def _limit(schedule: CompositeSchedule, at: datetime) -> Any:
    """What a profile allows at an instant; of the hardware nothing is known."""
    for each in schedule.periods:
        if each.start <= at < each.end and each.source.kind is SourceKind.PROFILE:
            return each.limit, each.source.winner, each.until
    return None

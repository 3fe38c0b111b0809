"""Which MeterValues give way: those that stand closest, never two neighbours, never an end."""

from __future__ import annotations

from datetime import timedelta

from cp_tui.charge_point.records import OutboxRecord
from cp_tui.charge_point.thinning import thin_out
from tests.charge_point.rig import T0


def waiting(
    *seconds: int, action: str = "MeterValues", transaction: str = "A"
) -> list[OutboxRecord]:
    """Give messages that wait since then; their sequence numbers are those seconds."""
    return [
        OutboxRecord(
            sequence=each,
            action=action,
            payload={},
            transaction_key=transaction,
            connector_id=1,
            created_at=T0 + timedelta(seconds=each),
        )
        for each in seconds
    ]


def test_those_that_stand_closest_go_first() -> None:
    assert thin_out(waiting(0, 60, 61, 62, 120, 180), 1) == {61}


def test_the_ends_and_what_is_no_meter_value_stay_however_many_are_asked_for() -> None:
    stop = waiting(7, action="StopTransaction")
    assert thin_out([*waiting(0, 1, 2, 3, 4), *stop], 10) == {1, 3}
    assert thin_out(waiting(0, 1), 10) == frozenset()


def test_each_transaction_is_thinned_by_itself() -> None:
    mixed = [*waiting(0, 10, 20), *waiting(1, 11, 21, transaction="B")]
    assert thin_out(mixed, 10) == {10, 11}

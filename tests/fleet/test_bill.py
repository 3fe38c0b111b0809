"""The bill: ids that were given out twice are counted, and the first of them named."""

from __future__ import annotations

from cp_tui.fleet.bill import NAMED_MAX, Bill, IdSet


def test_ids_that_come_again_are_counted_and_named_in_one_set_and_over_several() -> None:
    first, second = Bill(), Bill()
    assert [first.ids.add(number) for number in (1, 5_000, 7, 7)] == [False, False, False, True]
    for number in (2, 5_000, 1):
        second.ids.add(number)
    first.merge(Bill.from_builtins(second.to_builtins()))
    assert (first.doubled, first.ids.named) == (3, [7, 1, 5_000])
    assert not first.closes
    copy = Bill.from_builtins(first.to_builtins())
    assert copy == first
    all_twice = IdSet()
    for number in (*range(NAMED_MAX + 5), *range(NAMED_MAX + 5)):
        all_twice.add(number)
    assert all_twice.again == NAMED_MAX + 5
    assert all_twice.named == list(range(NAMED_MAX))

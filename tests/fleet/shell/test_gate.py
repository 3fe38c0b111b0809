"""The gate: so many at once, in the order in which they came."""

from __future__ import annotations

from cp_tui.fleet.shell.gate import Gate


def test_so_many_are_let_in_and_the_others_in_their_order() -> None:
    inside: list[int] = []
    gate = Gate[int](2, inside.append)
    for guest in range(5):
        gate.ask(guest)
    assert (inside, gate.inside, gate.waiting) == ([0, 1], 2, 3)
    gate.ask(0)
    gate.ask(3)
    assert (gate.inside, gate.waiting) == (2, 3), "nobody is here twice"
    gate.leave(1)
    assert inside == [0, 1, 2]
    gate.leave(3)
    assert (gate.inside, gate.waiting) == (2, 1), "who waits may go as well"
    gate.leave(0)
    gate.leave(0)
    assert (inside, gate.inside, gate.waiting) == ([0, 1, 2, 4], 2, 0)
    gate.leave(2)
    gate.ask(1)
    assert inside == [0, 1, 2, 4, 1], "who has left may come again"


def test_ten_thousand_that_wait_cost_no_more_than_their_number() -> None:
    """A dict from whose front one takes again and again walks all that were there before."""
    inside: list[int] = []
    gate = Gate[int](1, inside.append)
    for guest in range(10_000):
        gate.ask(guest)
    for guest in range(10_000):
        gate.leave(guest)
    assert inside == list(range(10_000))

"""The gate: so many at once, in the order in which they came."""

from __future__ import annotations

from cp_tui.fleet.result import HELD_S
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


def test_who_gets_no_answer_keeps_nobody_out_for_long_and_is_known() -> None:
    inside: list[int] = []
    gate = Gate[int](2, inside.append)
    for guest in range(6):
        gate.ask(guest)
    for now_s in (10.0, 10.0 + HELD_S - 0.1):
        gate.look(now_s)
    assert (inside, gate.late) == ([0, 1], set())
    gate.leave(1)
    gate.look(10.0 + HELD_S)
    assert (inside, gate.late, gate.inside) == ([0, 1, 2, 3], {0}, 2)
    gate.leave(0)
    assert gate.late == set(), "it is answered after all, or has given up"
    gate.look(11.0 + 2 * HELD_S)
    gate.look(11.0 + 3 * HELD_S)
    assert (inside, gate.late) == ([0, 1, 2, 3, 4, 5], {2, 3})
    gate.ask(2)
    assert (gate.late, gate.waiting) == ({3}, 1), "who tries again takes its turn"


def test_ten_thousand_that_wait_cost_no_more_than_their_number() -> None:
    """A dict from whose front one takes again and again walks all that were there before."""
    inside: list[int] = []
    gate = Gate[int](1, inside.append)
    for guest in range(10_000):
        gate.ask(guest)
    for guest in range(10_000):
        gate.leave(guest)
    assert inside == list(range(10_000))

"""When a fault is there: from its schedule and the seed alone, so that it can be asked at any time.

Instants are seconds since the weather began. A schedule has turns; within a turn, a fault with a
shortest duration is drawn for each stretch of that length.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import floor, inf

from msgspec import Struct

from cp_tui.network.draw import draw
from cp_tui.network.weather import NetworkFault

STRETCHES_MAX = 100_000
"""How far is looked ahead: a fault of the least probability is then found but for one in 10^43."""
JOINED_MAX = 64
"""How many stretches are told as one."""


class Window(Struct, frozen=True):
    """A time in which a fault is there."""

    since: float
    until: float
    """Infinite where it does not end."""


def window_at(fault: NetworkFault, seed: int, at: float) -> Window | None:
    """Give the window in which an instant lies; None: the fault is not there."""
    number = _turn_number(fault, at)
    turn = _turn(fault, number)
    if turn is None or not turn.since <= at < turn.until:
        return None
    if not _has_stretches(fault):
        return turn
    place = _place(turn.since, fault.shortest_s, at)
    return _stretch(fault, turn, place) if _is_drawn(fault, seed, number, place) else None


def next_window(fault: NetworkFault, seed: int, after: float) -> Window | None:
    """Give the first window that begins after an instant; None: none does."""
    if fault.probability == 0:
        return None
    for number, place, window in islice(_ahead(fault, after), STRETCHES_MAX):
        if window.since > after and (place is None or _is_drawn(fault, seed, number, place)):
            return window
    return None


def joined_window(fault: NetworkFault, seed: int, at: float) -> Window | None:
    """As `window_at`, with those that follow each other without a gap as one, for people."""
    window = window_at(fault, seed, at)
    if window is None or not _has_stretches(fault):
        return window
    since, until = window.since, window.until
    for _ in range(JOINED_MAX):
        before = window_at(fault, seed, since - fault.shortest_s / 2)
        if before is None or before.until != since:
            break
        since = before.since
    for _ in range(JOINED_MAX):
        following = window_at(fault, seed, until)
        if following is None:
            break
        until = following.until
    return Window(since, until)


def _has_stretches(fault: NetworkFault) -> bool:
    return fault.shortest_s > 0 and fault.probability < 1


def _turn_number(fault: NetworkFault, at: float) -> int:
    if fault.every_s is None or at < fault.begins_s:
        return 0
    return _place(fault.begins_s, fault.every_s, at)


def _place(begin: float, length_s: float, at: float) -> int:
    """Number the stretches of a length; the sums that give their ends decide, not the division."""
    place = floor((at - begin) / length_s)
    place -= at < begin + place * length_s
    return place + (at >= begin + (place + 1) * length_s)


def _turn(fault: NetworkFault, number: int) -> Window | None:
    """Give a turn of the schedule; None: there is no such."""
    if number and fault.every_s is None:
        return None
    since = fault.begins_s + number * (fault.every_s or 0.0)
    last = inf if fault.every_s is None else fault.begins_s + (number + 1) * fault.every_s
    return Window(since, min(last, since + (inf if fault.lasts_s is None else fault.lasts_s)))


def _stretch(fault: NetworkFault, turn: Window, place: int) -> Window:
    since = turn.since + place * fault.shortest_s
    return Window(since, min(turn.since + (place + 1) * fault.shortest_s, turn.until))


def _is_drawn(fault: NetworkFault, seed: int, number: int, place: int) -> bool:
    schedule = (fault.begins_s, fault.every_s, fault.lasts_s, fault.shortest_s, fault.probability)
    return draw(seed, "window", *schedule, number, place) < fault.probability


def _ahead(fault: NetworkFault, after: float) -> Iterator[tuple[int, int | None, Window]]:
    """Give what may be a window from the turn of an instant on: turn, stretch of it, and itself."""
    number = _turn_number(fault, after)
    while (turn := _turn(fault, number)) is not None:
        if not _has_stretches(fault):
            yield number, None, turn
        elif turn.until > after:
            place = max(0, _place(turn.since, fault.shortest_s, after))
            while (window := _stretch(fault, turn, place)).since < turn.until:
                yield number, place, window
                place += 1
        number += 1

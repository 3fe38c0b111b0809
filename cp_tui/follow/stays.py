"""Where the transactions of a log stand: from their start to the answer to their stop."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Hashable, Iterable, Iterator

from cp_tui.explain.knowledge.transactions import TRANSACTIONS_MAX

NEVER = (1 << 63) - 1
SAME_MAX = 20_000
"""Starts and ids that are remembered for what comes to them later."""


class Stays:
    """The transactions of one charge point, by the place of their first message."""

    def __init__(self) -> None:
        self._first = array("I")
        """Of each transaction, in their order: its first message."""
        self._last = array("Q")
        """Its StopTransaction.req; `NEVER` while it runs."""
        self._places: list[tuple[int, ...]] = []
        """All its places but the first."""
        self._of_place: dict[int, int] = {}
        """Place of a start or a stop -> the transaction."""
        self._readings = array("Q")
        """Places of MeterValues that name a transaction."""
        self._of_readings = array("L")
        """Which one, of each of them."""
        self._starts: dict[Hashable, int] = {}
        """A start that may be sent again -> the transaction."""
        self._ids: dict[Hashable, int] = {}
        self._boots = 0
        self._told = array("L")
        """After how many boots of the charge point each was told of last."""
        self._connectors: list[int | None] = []
        self._running: dict[int | None, int] = {}
        """Connector -> what runs there."""

    def boot(self) -> None:
        """The charge point boots: of what runs it may be told next that it runs still."""
        self._boots += 1

    def start(self, start: Hashable, connector: int | None, place: int) -> None:
        """A StartTransaction.req, perhaps the same once more."""
        known = self._starts.get(start)
        if known is not None and self._last[known] == NEVER:
            self._places[known] += (place,)
            self._of_place[place] = known
            self._told[known] = self._boots
            return
        self._begin(connector, place, start)

    def started(self, start: Hashable, id_: int | None, place: int) -> None:
        """The answer to it."""
        known = self._starts.get(start)
        if known is not None and id_ is not None:
            self._places[known] += (place,)
            _remember(self._ids, id_, known)

    def reading(self, id_: int | None, connector: int | None, place: int) -> None:
        """A message that names a transaction, which may have begun before the log."""
        if id_ is None or id_ <= 0:
            return
        known = self._ids.get(id_)
        if known is None and connector not in self._running:
            known = self._begin(connector, place, None)
            _remember(self._ids, id_, known)
        if known is not None:
            self._readings.append(place)
            self._of_readings.append(known)
            if self._told[known] != self._boots:
                self._told[known] = self._boots
                self._places[known] += (place,)

    def stop(self, id_: int | None, place: int) -> int | None:
        """A StopTransaction.req; gives the connector of what it ends, if that is known."""
        known = None if id_ is None else self._ids.get(id_)
        if known is None:
            return None
        self._places[known] += (place,)
        self._of_place[place] = known
        if self._last[known] == NEVER:
            self._last[known] = place
        connector = self._connectors[known]
        if self._running.get(connector) == known:
            del self._running[connector]
        return connector

    def stopped(self, id_: int | None, place: int) -> None:
        """The answer to it."""
        known = None if id_ is None else self._ids.get(id_)
        if known is not None:
            self._places[known] += (place,)

    def places(self, found: Iterable[int], upto: int) -> Iterator[int]:
        """Give all places of what runs at one of them, and of what others of them belong to."""
        end = bisect_right(self._first, upto)
        running = [each for each in range(end) if self._last[each] > upto]
        wanted = set(running[-TRANSACTIONS_MAX:])
        wanted.update(known for each in found if (known := self._at(each)) is not None)
        for each in wanted:
            yield self._first[each]
            yield from (place for place in self._places[each] if place <= upto)

    def _at(self, place: int) -> int | None:
        """Give the transaction that a message belongs to."""
        known = self._of_place.get(place)
        if known is None:
            index = bisect_left(self._readings, place)
            if index < len(self._readings) and self._readings[index] == place:
                return self._of_readings[index]
        return known

    def _begin(self, connector: int | None, place: int, start: Hashable) -> int:
        number = len(self._first)
        self._first.append(place)
        self._last.append(NEVER)
        self._places.append(())
        self._of_place[place] = number
        self._told.append(self._boots)
        self._connectors.append(connector)
        self._running[connector] = number
        if start is not None:
            _remember(self._starts, start, number)
        return number


def _remember(known: dict[Hashable, int], key: Hashable, value: int) -> None:
    """Keep the newest."""
    known.pop(key, None)
    known[key] = value
    if len(known) > SAME_MAX:
        del known[next(iter(known))]

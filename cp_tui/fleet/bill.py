"""The bill: which transactions began, and of which the CSMS has acknowledged every kWh.

A transaction is begun when energy may flow, and acknowledged once the CSMS has taken its start and
its stop; the values between leave before the stop, or are counted as lost. What one station knows
is put together from its records (`StationBook`), so that a message that comes late, or a start that
was taken after all, corrects what was said before.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct, field

NAMED_MAX = 20
"""How many transactionIds that were given out twice are named; all are counted."""
BLOCK = 1_024
"""Ids of one block are bits of one number: those that are given in a row cost next to nothing."""


class BillEntry(Struct, frozen=True, kw_only=True):
    """One transaction that the CSMS has acknowledged in full."""

    station: str
    connector_id: int
    transaction_id: int
    id_tag: str
    meter_start_wh: int
    meter_stop_wh: int
    started_at: datetime
    """In the clock of the station, as the CSMS was told; so is `stopped_at`."""
    stopped_at: datetime
    reason: str
    start_acknowledged_at: datetime
    stop_acknowledged_at: datetime
    values_made: int
    """MeterValues of it that were queued."""
    values_delivered: int
    values_dropped: int
    """Never sent, because too many waited."""
    values_given_up: int
    """Sent, and never taken."""
    is_repeated: bool
    """A message of it was sent again with the same id: the answer to the first was lost."""
    is_refused: bool = False
    """The CSMS refused its tag: it may leave it out of its book."""

    @property
    def energy_wh(self) -> int:
        """What the CSMS was told."""
        return self.meter_stop_wh - self.meter_start_wh


class IdSet(Struct):
    """Numbers that were seen, and how often one came again."""

    blocks: dict[int, int] = field(default_factory=dict)
    again: int = 0
    named: list[int] = field(default_factory=list)
    """The first of those that came again."""

    def add(self, number: int) -> bool:
        """Note a number; says whether it was there before."""
        block, bit = divmod(number, BLOCK)
        before = self.blocks.get(block, 0)
        is_again = bool(before >> bit & 1)
        if is_again:
            self._came_again(number)
        self.blocks[block] = before | 1 << bit
        return is_again

    def merge(self, other: IdSet) -> None:
        """Note all that another one has seen."""
        self.again += other.again
        self._name(other.named)
        for block, bits in other.blocks.items():
            before = self.blocks.get(block, 0)
            both = before & bits
            while both:
                lowest = both & -both
                self._came_again(block * BLOCK + lowest.bit_length() - 1)
                both ^= lowest
            self.blocks[block] = before | bits

    def _came_again(self, number: int) -> None:
        self.again += 1
        self._name([number])

    def _name(self, numbers: Iterable[int]) -> None:
        room = NAMED_MAX - len(self.named)
        self.named += [each for each in numbers if each not in self.named][:room]


class Bill(Struct):
    """The sums of a fleet, of a part of it or of one station; sums may be merged."""

    begun: int = 0
    taken_over: int = 0
    """Of these: those that an earlier run has begun, and left in the file of the store."""
    acknowledged: int = 0
    lost: int = 0
    """A start or a stop was given up: the CSMS will never have it."""
    wh_made: int = 0
    """Of all transactions that have ended."""
    wh_acknowledged: int = 0
    values_made: int = 0
    values_delivered: int = 0
    values_dropped: int = 0
    values_given_up: int = 0
    repeated: int = 0
    """Messages that were sent again with the same id."""
    ids: IdSet = field(default_factory=IdSet)
    """The transactionIds that were given out."""

    @property
    def open(self) -> int:
        """Transactions that run, or whose messages still wait."""
        return self.begun - self.acknowledged - self.lost

    @property
    def doubled(self) -> int:
        """How often a transactionId was given out that another transaction has."""
        return self.ids.again

    @property
    def closes(self) -> bool:
        """Whether everything that was begun is acknowledged, once each, with every Wh."""
        is_whole = self.begun == self.acknowledged and self.wh_made == self.wh_acknowledged
        return is_whole and not self.doubled

    def merge(self, other: Bill) -> None:
        """Add what another bill says."""
        for name in _SUMS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.ids.merge(other.ids)

    def to_builtins(self) -> dict[str, Any]:
        """Give it as JSON may hold it; the blocks of ids as text."""
        content = {name: getattr(self, name) for name in _SUMS}
        blocks = {f"{block}": f"{bits:x}" for block, bits in self.ids.blocks.items()}
        return {
            **content,
            "ids": {"again": self.ids.again, "blocks": blocks, "named": self.ids.named},
        }

    @classmethod
    def from_builtins(cls, content: dict[str, Any]) -> Bill:
        """Read what `to_builtins` gave."""
        ids = content["ids"]
        blocks = {int(block): int(bits, 16) for block, bits in ids["blocks"].items()}
        sums = {name: content[name] for name in _SUMS}
        return cls(**sums, ids=IdSet(blocks, ids["again"], list(ids["named"])))

    def figures(self) -> dict[str, int]:
        """Give all sums by name, with those that follow from others."""
        sums = {name: getattr(self, name) for name in _SUMS}
        return {**sums, "open": self.open, "doubled": self.doubled}


_SUMS = tuple(name for name in Bill.__struct_fields__ if name != "ids")


def total(bills: Iterable[Bill]) -> Bill:
    """Give the sum of bills."""
    found = Bill()
    for bill in bills:
        found.merge(bill)
    return found

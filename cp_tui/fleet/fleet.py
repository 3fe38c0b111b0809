"""All charge points of a run, counted as they change: ten thousand are looked at like one.

Pure. Who has a turn with a charge point notes it here afterwards (`note`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol

from msgspec import Struct

from cp_tui.fleet.misbehaviour import Kind
from cp_tui.fleet.recovery import FleetRecovery
from cp_tui.fleet.sessions import SessionDriver
from cp_tui.fleet.station import FleetStation
from cp_tui.fleet.stream_order import StationPhase
from cp_tui.ocpp.word_filter import WordFilter, word_filter

ROWS_MAX = 1_000
"""How many rows are given at once."""
AWAY_LOOKED_AT_MAX = 500
"""Of how many it is asked what keeps them away: most have the same reason."""
ACCEPTED = frozenset({StationPhase.ACCEPTED, StationPhase.CHARGING})
_ON_THE_WAY = frozenset({StationPhase.CONNECTING, StationPhase.OPEN})
_AWAY = (StationPhase.OFF, StationPhase.WAITING, StationPhase.CONNECTING)


class TurnOfStation(Protocol):
    """Lets something happen to one charge point, now, and does what comes of it."""

    def __call__(self, happen: Callable[..., Any], *given: Any) -> Any:
        """Call it with what is given and the instant of now."""


@dataclass(slots=True, eq=False)
class Member:
    """A charge point of the fleet, and how it was counted last."""

    index: int
    """Its place in the plan; a twin has that of the other one."""
    station: FleetStation
    turn: TurnOfStation
    people: SessionDriver | None = None
    kind: Kind | None = None
    """How it misbehaves; None: not at all."""
    phase: StationPhase = StationPhase.OFF
    transactions: int = 0
    queue: int = 0
    was_accepted: bool = False
    """At least once."""
    is_expected: bool = False
    """Whether it is missed where it is not accepted: it was, and is to stay."""
    is_leaving: bool = False
    """It ends what it is at, and then loses its power."""
    is_down: bool = False
    """A storm has taken its power or its cable."""
    was_hurried: bool = False
    """A storm has given it another back-off."""


class StationOrder(StrEnum):
    """By what rows are sorted."""

    ID = "id"
    PHASE = "phase"
    QUEUE = "queue"
    TRANSACTIONS = "transactions"
    KIND = "kind"
    ERROR = "error"


class StationFilter(Struct, frozen=True):
    """Which charge points are asked for; what is empty leaves nobody out."""

    text: str = ""
    """Words, each in the id, the kind or the newest error; `!word` leaves out what has it."""
    phases: frozenset[StationPhase] = frozenset()
    is_misbehaving: bool | None = None
    has_queue: bool | None = None


class StationRow(Struct, frozen=True):
    """One charge point in a list."""

    id: str
    phase: StationPhase
    transactions: int
    queue: int
    kind: Kind | None
    last_error: str
    error_at: datetime | None


class Counts(Struct, frozen=True):
    """How many charge points there are, with those that misbehave, and what they are at."""

    phases: Mapping[StationPhase, int]
    started: int
    """Got their power at least once."""
    behaving: int
    """Of these."""
    wanted: int
    """That behave, and are to stay."""
    accepted: int
    """Of these, now."""
    accepted_once: int
    """Of those that behave."""
    transactions: int
    """That run."""
    queue: int
    """Messages that wait."""
    unsettled: int
    """Charge points that behave, and have a transaction or a message that waits."""


class Fleet:
    """The charge points, by index and by id, and their numbers."""

    def __init__(self) -> None:
        self._members: list[Member] = []
        self._by_index: dict[int, list[Member]] = {}
        self._by_id: dict[str, Member] = {}
        self._phases = dict.fromkeys(StationPhase, 0)
        self._behaving = 0
        self._leaving = 0
        """Of these."""
        self._is_over = False
        self._accepted_once = 0
        self._accepted = 0
        """Now, of those that are expected."""
        self._expected = 0
        self._transactions = 0
        self._queue = 0
        self.unsettled = 0
        """Charge points that behave, and have a transaction or a message that waits."""
        self.arriving = 0
        """Charge points that behave, are on the way to their first boot and have got somewhere."""
        self.recovery = FleetRecovery()

    def __len__(self) -> int:
        """How many there are."""
        return len(self._members)

    def __iter__(self) -> Iterator[Member]:
        """Give them in the order in which they came."""
        return iter(self._members)

    def add(self, member: Member) -> None:
        """Take one in; a twin comes after the one whose id it has."""
        self._members.append(member)
        self._by_index.setdefault(member.index, []).append(member)
        self._by_id.setdefault(member.station.id, member)
        self._phases[member.phase] += 1
        self._behaving += member.kind is None

    def at(self, index: int) -> Sequence[Member]:
        """Give those at a place of the plan: none yet, one, or one and its twin."""
        return self._by_index.get(index, ())

    def find(self, id: str) -> Member | None:
        """Give the one with this id."""
        return self._by_id.get(id)

    def note(self, member: Member, now: datetime) -> None:
        """Count one anew after its turn."""
        station = member.station
        self._count(member, station.phase, station.transactions, station.queue, now)

    def lose(self, member: Member, now: datetime) -> None:
        """Count one out that nothing can be expected of any more."""
        self.leaves(member, now)
        self._count(member, StationPhase.OFF, 0, 0, now)

    def end(self) -> None:
        """Have none of them be at anything any more: that the connections end is no fault."""
        self._is_over = True
        for member in self._members:
            member.phase = StationPhase.OFF
        self._phases = dict.fromkeys(StationPhase, 0) | {StationPhase.OFF: len(self._members)}

    def _count(
        self, member: Member, phase: StationPhase, transactions: int, queue: int, now: datetime
    ) -> None:
        if self._is_over:
            return
        was_arriving = _is_arriving(member)
        is_moved = phase is not member.phase
        if not is_moved and transactions == member.transactions and queue == member.queue:
            return
        if member.kind is None:
            self.unsettled += bool(transactions or queue)
            self.unsettled -= bool(member.transactions or member.queue)
        self._transactions += transactions - member.transactions
        self._queue += queue - member.queue
        member.transactions, member.queue = transactions, queue
        if is_moved:
            self._move(member, phase, now)
            self.arriving += _is_arriving(member) - was_arriving

    @property
    def is_quiet(self) -> bool:
        """Whether nothing is to be waited for: no transaction, no message, no first boot."""
        return not (self.unsettled or self.arriving)

    def leaves(self, member: Member, now: datetime) -> None:
        """Miss one no longer: it is to go."""
        self._leaving += member.kind is None and not member.is_leaving
        member.is_leaving = True
        self._expect(member, False, now)

    def stays(self, member: Member, now: datetime) -> None:
        """Keep one that was to go, and miss it again."""
        self._leaving -= member.kind is None and member.is_leaving
        member.is_leaving = False
        if member.phase in ACCEPTED and member.kind is None:
            self._expect(member, True, now)

    def counts(self) -> Counts:
        """Say how many there are of each."""
        return Counts(
            phases=dict(self._phases),
            started=len(self._by_index),
            behaving=self._behaving,
            wanted=self._behaving - self._leaving,
            accepted=self._accepted,
            accepted_once=self._accepted_once,
            transactions=self._transactions,
            queue=self._queue,
            unsettled=self.unsettled,
        )

    def trouble(self) -> str:
        """Say what keeps most of those away that have no connection; empty: none are away."""
        if self._is_over or not any(self._phases[each] for each in _AWAY):
            return ""
        away = (
            each
            for each in self._members
            if each.phase in _AWAY and each.kind is None and not each.is_leaving
        )
        found = Counter(map(_trouble, islice(away, AWAY_LOOKED_AT_MAX)))
        del found[""]
        return max(found, key=lambda each: found[each], default="")

    def rows(
        self,
        wanted: StationFilter | None = None,
        order: StationOrder = StationOrder.ID,
        offset: int = 0,
        limit: int = ROWS_MAX,
        *,
        is_turned: bool = False,
    ) -> tuple[int, list[StationRow]]:
        """Give a page of a list, and how long the list is.

        The highest numbers come first, unless the order is turned round.
        """
        found: Sequence[Member] = self._members
        if wanted is not None:
            words = word_filter(wanted.text)
            found = [each for each in found if _is_wanted(each, wanted, words)]
        if order is not StationOrder.ID or wanted is None:
            found = sorted(found, key=_KEYS[order])
        if is_turned:
            found = found[::-1]
        page = found[offset : offset + min(limit, ROWS_MAX)]
        return len(found), [_row(each) for each in page]

    def _move(self, member: Member, phase: StationPhase, now: datetime) -> None:
        was_in, is_in = member.phase in ACCEPTED, phase in ACCEPTED
        self._phases[member.phase] -= 1
        self._phases[phase] += 1
        member.phase = phase
        if is_in and not member.was_accepted:
            member.was_accepted = True
            self._accepted_once += member.kind is None
        if member.is_expected:
            self._accepted += is_in - was_in
            self.recovery.note(self._accepted, self._expected, now)
        elif is_in and member.kind is None and not member.is_leaving:
            self._expect(member, True, now)

    def _expect(self, member: Member, is_expected: bool, now: datetime) -> None:
        if member.is_expected is not is_expected:
            sign = 1 if is_expected else -1
            member.is_expected = is_expected
            self._expected += sign
            self._accepted += sign * (member.phase in ACCEPTED)
            self.recovery.note(self._accepted, self._expected, now)


_KEYS: Mapping[StationOrder, Callable[[Member], Any]] = {
    StationOrder.ID: lambda each: each.index,
    StationOrder.PHASE: lambda each: (tuple(StationPhase).index(each.phase), each.index),
    StationOrder.QUEUE: lambda each: (-each.queue, each.index),
    StationOrder.TRANSACTIONS: lambda each: (-each.transactions, each.index),
    StationOrder.KIND: lambda each: (each.kind is None, each.kind or "", each.index),
    StationOrder.ERROR: lambda each: (not (e := each.station.last_error), e, each.index),
}


def _trouble(member: Member) -> str:
    match member.phase:
        case StationPhase.OFF:
            return "no power"
        case StationPhase.WAITING:
            return member.station.link.trouble or "they wait to connect again"
    return member.station.link.trouble


def _is_arriving(member: Member) -> bool:
    return member.kind is None and not member.was_accepted and member.phase in _ON_THE_WAY


def _is_wanted(member: Member, wanted: StationFilter, words: WordFilter) -> bool:
    if wanted.phases and member.phase not in wanted.phases:
        return False
    if wanted.is_misbehaving is not None and wanted.is_misbehaving is not bool(member.kind):
        return False
    if wanted.has_queue is not None and wanted.has_queue is not bool(member.queue):
        return False
    if not wanted.text:
        return True
    station = member.station
    text = f"{station.id} {member.kind or ''} {station.last_error}".casefold()
    return words.takes(text.__contains__)


def _row(member: Member) -> StationRow:
    return StationRow(
        id=member.station.id,
        phase=member.phase,
        transactions=member.transactions,
        queue=member.queue,
        kind=member.kind,
        last_error=member.station.last_error,
        error_at=member.station.error_at,
    )

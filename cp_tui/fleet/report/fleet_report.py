"""The figures of a run as they are told; its JSON has these names.

Everything that is printed, written or judged is made of a report alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from cp_tui.fleet.limits import LimitVerdict

NOT_ACKNOWLEDGED, GIVEN_TWICE = "not acknowledged in full: ", "given out twice: "
"""What the notes begin with that name transactions."""


class Times(Struct, frozen=True):
    """How a length of time is spread."""

    count: int
    p50_s: float
    p95_s: float
    p99_s: float
    max_s: float


class ActionFigures(Struct, frozen=True):
    """Requests of charge points of one Action."""

    action: str
    count: int
    """Those that have an end: an answer, or one of the failures."""
    call_errors: int
    """Answered with a CALLERROR."""
    timeouts: int
    """Not answered in time."""
    lost: int
    """The connection was lost before the answer; most are sent again, and count again."""
    per_second: float
    """Over the whole run."""
    answer: Times | None
    """From the request on the wire to its answer; None: none was answered."""
    age: Times | None
    """Of messages of transactions: from the event to its acknowledgement."""

    @property
    def failures(self) -> int:
        """All that were not answered as they should."""
        return self.call_errors + self.timeouts + self.lost


class LinkFigures(Struct, frozen=True):
    """Connections."""

    opened: int
    refused: Mapping[str, int]
    """Attempts in vain, by the step at which they failed."""
    refused_reasons: Mapping[str, int]
    """The same by what went wrong."""
    unanswered: int
    """The most handshakes at a time that had no answer after 3 s; not known of Locust."""
    connect: Times | None
    """An attempt that succeeded, without the wait for its turn."""
    losses: int
    """Open connections that ended, not counting those that were meant to."""
    loss_reasons: Mapping[str, int]
    back: Times | None
    """From a loss to an open connection."""
    recoveries_s: tuple[float, ...]
    """Each time that more than 10 % were lost: how long until 99 % were Accepted again."""
    is_away: bool
    """More than 10 % were still missing at the end."""


class CommandFigures(Struct, frozen=True):
    """Requests of the CSMS of one Action."""

    action: str
    answers: Mapping[str, int]
    """How many had each status, or CALLERROR code; empty: the answer has no status."""
    took: Times | None


class BillFigures(Struct, frozen=True):
    """Transactions, and whether the CSMS has acknowledged them in full."""

    begun: int
    taken_over: int
    """Of these: those of an earlier run, from the file of `--store`."""
    acknowledged: int
    open: int
    """At the end not acknowledged in full: they wait for an answer."""
    given_up: int
    """Start or stop was sent as often as allowed, and never taken."""
    doubled: int
    """How often a transactionId was given out that another transaction has."""
    wh_made: int
    wh_acknowledged: int
    values_made: int
    """MeterValues of transactions."""
    values_delivered: int
    values_dropped: int
    """Never sent, because too many waited."""
    values_given_up: int
    sent_again: int
    """Messages that were sent again with the same id, because the answer was lost."""

    @property
    def lost(self) -> int:
        """Transactions that are not acknowledged in full; energy alone counts as one."""
        missing = self.begun - self.acknowledged
        return missing or int(self.wh_made != self.wh_acknowledged)


class ItselfFigures(Struct, frozen=True):
    """How the fleet itself fared."""

    cpu_share: float
    """Of one core."""
    memory_kib: int
    lag_p50_s: float
    """How late its timers were."""
    lag_p99_s: float
    lag_max_s: float
    is_at_limit: bool
    """Times are partly those of this machine."""
    errors: int
    """Charge points that an error of our own has taken out of the run."""
    error_texts: tuple[str, ...]


class MisbehavingFigures(Struct, frozen=True):
    """Charge points that misbehave; nothing of it makes the run fail."""

    actions: tuple[ActionFigures, ...]
    refused: Mapping[str, int]
    losses: int
    begun: int
    acknowledged: int
    taken_over: int
    """Of those begun: from the file of `--store`; they are none of the bill."""


class TimelinePoint(Struct, frozen=True):
    """One point of the time series."""

    at_s: float
    """Since the run began."""
    on: int
    """Charge points with power."""
    open: int
    """Connected."""
    accepted: int
    transactions: int
    """That run."""
    queue: int
    """Messages that wait."""
    begun: int
    """Transactions so far."""
    acknowledged: int
    messages: int
    """Requests answered so far."""
    lag_max_s: float
    """Since the point before."""
    cpu_share: float
    memory_kib: int


class FleetReport(Struct, frozen=True):
    """All figures of a run."""

    version: str
    """Of cp-tui."""
    url: str
    seed: int
    began_at: str
    elapsed_s: float
    planned: int
    """Charge points that there were to be."""
    started: int
    """Got their power at least once."""
    behaving: int
    """Those of them that do not misbehave; all that follows is of them."""
    accepted: int
    """Were Accepted at least once."""
    power_to_accepted: Times | None
    swipe_to_charging: Times | None
    actions: tuple[ActionFigures, ...]
    link: LinkFigures
    commands: tuple[CommandFigures, ...]
    bill: BillFigures
    tags_refused: Mapping[str, Mapping[str, int]]
    """How often the CSMS answered that a tag may not charge, by status, then by tag."""
    itself: ItselfFigures
    misbehaving: MisbehavingFigures | None
    faults: tuple[str, ...]
    """What makes the run fail beside its limits."""
    notes: tuple[str, ...]
    limits: tuple[LimitVerdict, ...]
    timeline: tuple[TimelinePoint, ...]

    @property
    def is_held(self) -> bool:
        """Whether there is no fault, and no limit is broken."""
        return not self.faults and all(each.is_held for each in self.limits)

    @property
    def tested_nothing(self) -> bool:
        """No charge point was ever Accepted."""
        return self.accepted == 0

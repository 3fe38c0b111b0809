"""Rules of MeterValues: when they come, what is in them, and which transaction they are of (S 4.7).

The values of a running transaction are sent every MeterValueSampleInterval, and those aligned to
the clock on a grid that begins at midnight. Nothing is said where these keys are not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct, field

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, ref
from cp_tui.explain.knowledge.transactions import TransactionKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.samples import Sample
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    MeterValuesRequest,
    StartTransactionRequest,
    StartTransactionResponse,
    StopTransactionRequest,
)
from cp_tui.ocpp.datatypes import ConfigurationStatus, Measurand, ReadingContext
from cp_tui.ocpp.key_items import parse_measurand
from cp_tui.ocpp.units import number
from cp_tui.traces.record import Record

INTERVAL = "MeterValueSampleInterval"
GRID = "ClockAlignedDataInterval"
MEASURANDS = "MeterValuesSampledData"
SETS_LEAST = 2
"""So many periodic MeterValues without a measurand show that it never comes."""
END_S = 5.0
"""The values of the end may be read this long after it."""
TIMELINES_MAX = 1_000
_DAY_S = 86_400
_OWN_TIME = frozenset({ReadingContext.SAMPLE_PERIODIC, ReadingContext.SAMPLE_CLOCK})
_OF_VEHICLE = frozenset({Measurand.SOC})
"""Only some vehicles tell this."""


class _Seen(Struct):
    """The measurands of the periodic values since it is set which ones shall come."""

    wanted: tuple[str, ...] | None = None
    """MeterValuesSampledData; None: not known."""
    sets: int = 0
    names: set[str] = field(default_factory=set)


class _Last(Struct, frozen=True):
    """The last periodic values of a transaction."""

    at: datetime
    where: FrameRef
    interval_s: int | None
    """MeterValueSampleInterval as it was then."""


class MeterValuesRules(Family):
    """The MeterValues of one charge point."""

    ACTIONS = frozenset(
        {
            Action.METER_VALUES,
            Action.START_TRANSACTION,
            Action.STOP_TRANSACTION,
            Action.CHANGE_CONFIGURATION,
        }
    )

    def __init__(self) -> None:
        self._next: Waits[int, int] = Waits(is_queued=True)
        """Transaction -> its connector: values are due."""
        self._last: dict[int, _Last] = {}
        """Transaction -> its last periodic values."""
        self._seen = _Seen()

    @property
    def is_waiting(self) -> bool:
        return bool(self._next)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        yield from self._missing(known)
        exchange = known.exchange
        match exchange.request if exchange.is_call else None:
            case MeterValuesRequest() as values if record.frame is not None:
                yield from self._values(record, values, known)
            case StopTransactionRequest() as stop:
                transaction = known.meant_by(stop)
                if transaction is not None and transaction.id is not None:
                    self._next.end(transaction.id)
                    self._last.pop(transaction.id, None)
        match exchange.request, exchange.response:
            case StartTransactionRequest() as start, StartTransactionResponse(
                transaction_id=int(id_)
            ):
                self._expect(id_, start.connector_id, record, known)
            case (
                ChangeConfigurationRequest() as change,
                ChangeConfigurationResponse(status=ConfigurationStatus.ACCEPTED),
            ) if change.key.lower() == INTERVAL.lower():
                # The new interval counts from the next values on.
                self._forget()

    def at_end(self, known: Known) -> Iterable[Finding]:
        yield from self._missing(known)
        yield from self._unseen(known)

    def _forget(self) -> None:
        for id_, _ in self._next.items():
            self._next.end(id_)

    def _expect(self, id_: int, connector: int, record: Record, known: Known) -> None:
        interval_s = known.keys.integer(INTERVAL)
        if interval_s is not None and interval_s > 0:
            wait_s = LIMITS.values_factor * interval_s + LIMITS.values_grace
            self._next.begin(id_, connector, wait_s, record, known)

    def _missing(self, known: Known) -> Iterator[Finding]:
        if known.may_be_draining:
            return
        for wait in self._next.over(known):
            yield found(
                "tx.values_missing",
                f"No periodic MeterValues came from connector {wait.what} for more than "
                f"{number(wait.seconds)} s while its transaction was running; {INTERVAL} is "
                f"{known.keys.integer(INTERVAL)}.",
                wait.where,
                matter=str(wait.where.number),
            )

    def _values(
        self, record: Record, values: MeterValuesRequest, known: Known
    ) -> Iterator[Finding]:
        assert record.frame is not None
        found_samples = known.samples
        contexts = {each.context for each in found_samples}
        id_ = values.transaction_id
        transaction = known.transactions.get(id_) if id_ is not None else None
        if transaction is not None:
            yield from _outside(record, found_samples, transaction, known)
        elif id_ is None and values.connector_id > 0 and contexts & _OWN_TIME:
            yield from _nameless(record, values.connector_id, found_samples, known)
        if ReadingContext.SAMPLE_PERIODIC in contexts:
            yield from self._periodic(record, values, found_samples, known)
        if ReadingContext.SAMPLE_CLOCK in contexts:
            yield from _off_grid(record, found_samples, known)

    def _periodic(
        self,
        record: Record,
        values: MeterValuesRequest,
        found_samples: tuple[Sample, ...],
        known: Known,
    ) -> Iterator[Finding]:
        if not record.is_masked:
            yield from self._see(found_samples, known)
        here = known.transactions.on(values.connector_id)
        if here is None or here.id is None:
            return
        self._expect(here.id, here.connector, record, known)
        instants = [
            each.at
            for each in found_samples
            if each.at is not None and each.context == ReadingContext.SAMPLE_PERIODIC
        ]
        for at in dict.fromkeys(instants):
            last = self._last.get(here.id)
            if last is not None:
                yield from _spacing(record, last, at, known)
            if len(self._last) < TIMELINES_MAX or here.id in self._last:
                self._last[here.id] = _Last(at, ref(record), known.keys.integer(INTERVAL))

    def _see(self, found_samples: tuple[Sample, ...], known: Known) -> Iterator[Finding]:
        """Note which measurands come, since it is set which ones shall."""
        wanted = known.keys.items(MEASURANDS)
        if wanted != self._seen.wanted:
            yield from self._unseen(known)
            self._seen = _Seen(wanted)
        self._seen.sets += 1
        for each in found_samples:
            self._seen.names.add(each.measurand)
            self._seen.names.add(f"{each.measurand}.{each.phase.partition('-')[0]}")

    def _unseen(self, known: Known) -> Iterator[Finding]:
        """Tell of the measurands that never came."""
        seen, key = self._seen, known.keys.get(MEASURANDS)
        if seen.sets < SETS_LEAST or not seen.wanted:
            return
        missing = [item for item in seen.wanted if not _is_in(item, seen.names)]
        if missing:
            yield found(
                "tx.measurand_missing",
                f"{', '.join(missing)} of {MEASURANDS} was in no periodic MeterValues.",
                key.where if key else None,
                matter=" ".join(missing),
                values={"measurands": missing},
            )


def _is_in(item: str, names: set[str]) -> bool:
    """Whether an item of the key came; what is no measurand is for the rules of the keys."""
    try:
        measurand, phase = parse_measurand(item)
    except ValueError:
        return True
    if measurand in _OF_VEHICLE:
        return True
    return (f"{measurand}.{phase.partition('-')[0]}" if phase else measurand) in names


def _outside(
    record: Record,
    found_samples: tuple[Sample, ...],
    transaction: TransactionKnown,
    known: Known,
) -> Iterator[Finding]:
    """Judge the instants of values by the begin and the end of their transaction."""
    start, stop, blur_s = transaction.request, transaction.stop, LIMITS.interval_least
    if known.clock.set_back_since(transaction.where):
        return
    for each in found_samples:
        if each.at is None:
            continue
        late_s = (each.at - stop.timestamp).total_seconds() if stop else 0.0
        early_s = (start.timestamp - each.at).total_seconds() if start else 0.0
        is_end = each.context == ReadingContext.TRANSACTION_END
        if late_s > (END_S if is_end else blur_s):
            words, other = f"{number(late_s)} s after it had ended", transaction.stopped
        elif early_s > blur_s:
            words, other = f"{number(early_s)} s before it began", transaction.where
        else:
            continue
        yield found(
            "tx.values_outside",
            f"MeterValues of transaction {transaction.id} tell of an instant {words}.",
            record,
            other,
            matter=str(transaction.id),
        )
        return


def _nameless(
    record: Record, connector: int, found_samples: tuple[Sample, ...], known: Known
) -> Iterator[Finding]:
    """Judge values that name no transaction."""
    here = known.transactions.on(connector)
    if here is None or here.id is None or here.breaks != known.breaks:
        return
    # Those that were taken before its id was known may have been made without it.
    since = [at for at in (here.confirmed_at, here.request and here.request.timestamp) if at]
    own = [each.at for each in found_samples if each.context in _OWN_TIME and each.at]
    if own and all(at > max(since, default=at) for at in own):
        yield found(
            "tx.values_without_id",
            f"MeterValues of connector {connector} name no transaction, while {here.id} is running "
            "there.",
            record,
            here.where,
            matter=str(here.id),
        )


def _spacing(record: Record, last: _Last, at: datetime, known: Known) -> Iterator[Finding]:
    """Compare the time between two sets of values with the one that is set."""
    interval_s, passed_s = known.keys.integer(INTERVAL), (at - last.at).total_seconds()
    if not interval_s or last.interval_s != interval_s or passed_s <= 0:
        return
    if abs(passed_s - interval_s) > _blur_s(interval_s):
        yield found(
            "tx.values_interval",
            f"Periodic values came {number(passed_s)} s after those before; {INTERVAL} is "
            f"{interval_s}.",
            record,
            last.where,
        )


def _blur_s(interval_s: float) -> float:
    return max(LIMITS.interval_least, LIMITS.interval_factor * interval_s)


def _off_grid(record: Record, found_samples: tuple[Sample, ...], known: Known) -> Iterator[Finding]:
    key, interval_s = known.keys.get(GRID), known.keys.integer(GRID)
    if key is None or not interval_s or interval_s < 0:
        return
    for each in found_samples:
        # Values of before the change were taken on the old grid.
        if each.at is None or each.context != ReadingContext.SAMPLE_CLOCK:
            continue
        is_older = key.changed and key.changed.at is not None and each.at <= key.changed.at
        if not is_older and not _is_on_grid(each, interval_s, LIMITS.interval_least):
            yield found(
                "tx.aligned_off_grid",
                f"Values with context Sample.Clock are of {each.at_text}, and {GRID} is "
                f"{interval_s}: they are taken at its multiples from midnight on.",
                record,
                key.where,
            )
            return


def _is_on_grid(sample: Sample, interval_s: int, blur_s: float) -> bool:
    """Whether an instant is on the grid, by UTC or by the time as it is written."""
    assert sample.at is not None
    try:
        written = datetime.fromisoformat(sample.at_text.strip().upper())
    except ValueError:
        written = sample.at
    for clock in (sample.at, written):
        second = clock.hour * 3600 + clock.minute * 60 + clock.second + clock.microsecond / 1e6
        past_s = second % interval_s
        # The grid begins anew at midnight, also where the interval does not divide the day.
        if past_s <= blur_s or interval_s - past_s <= blur_s or _DAY_S - second <= blur_s:
            return True
    return False

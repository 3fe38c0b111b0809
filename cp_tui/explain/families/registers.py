"""Rules of the meter's register: it only rises, and all messages tell the same of it (S 7.31)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal

from msgspec import Struct, field

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, ref
from cp_tui.explain.knowledge.transactions import TransactionKnown
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.samples import Sample
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import MeterValuesRequest, StartTransactionRequest, StopTransactionRequest
from cp_tui.ocpp.datatypes import Location, Measurand, ReadingContext
from cp_tui.ocpp.units import number
from cp_tui.traces.record import Record

CHAINS_MAX = 1_000
WHOLE = Decimal(1)
"""Wh: meterStart and meterStop are whole numbers."""
COARSE_S = 2.0
"""Instants of two values are known no better than this together."""
OFFERED_LEAST_W = 43_000
"""What is offered changes between two values; below this it is no bound."""

_MAIN = (Location.OUTLET.value, "")


class _Reading(Struct, frozen=True):
    """A register at an instant."""

    at: datetime
    energy_wh: Decimal
    step_wh: Decimal
    where: FrameRef


class _Chain(Struct):
    """The registers of one transaction, by location and phase."""

    last: dict[tuple[str, str], _Reading] = field(default_factory=dict)
    offered_w: Decimal | None = None
    """The most that was ever offered to the vehicle."""


class _Stopped(Struct, frozen=True):
    """The transaction before, on a connector."""

    start_wh: int
    stop_wh: int
    at: datetime
    breaks: int
    where: FrameRef


class RegisterRules(Family):
    """The registers of one charge point."""

    ACTIONS = frozenset({Action.START_TRANSACTION, Action.METER_VALUES, Action.STOP_TRANSACTION})

    def __init__(self) -> None:
        self._chains: dict[int, _Chain] = {}
        """By the number of the first frame of the transaction."""
        self._stopped: dict[int, _Stopped] = {}

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if not known.exchange.is_call or record.is_masked or record.frame is None:
            return
        match known.exchange.request:
            case StartTransactionRequest() as start:
                if known.transactions.start_of(start) is None:
                    yield from self._started(record, start, known)
            case MeterValuesRequest() as values:
                transaction = _transaction_of(values, record, known)
                if transaction is not None:
                    chain = self._chain(transaction)
                    yield from _follow(chain, known.samples, record, transaction)
            case StopTransactionRequest() as stop:
                transaction = known.meant_by(stop)
                if transaction is not None:
                    yield from self._ended(record, stop, transaction, known.samples, known)

    def _chain(self, transaction: TransactionKnown) -> _Chain:
        number_ = transaction.where.number
        if number_ not in self._chains:
            if len(self._chains) >= CHAINS_MAX:
                del self._chains[next(iter(self._chains))]
            self._chains[number_] = _begun(transaction)
        return self._chains[number_]

    def _started(
        self, record: Record, start: StartTransactionRequest, known: Known
    ) -> Iterator[Finding]:
        before = self._stopped.get(start.connector_id)
        if before is None or before.at > start.timestamp or start.meter_start >= before.stop_wh - 1:
            return
        # After a boot it may be another meter.
        if before.breaks != known.breaks:
            return
        if start.meter_start == before.start_wh == 0:
            yield found(
                "tx.register_rebased",
                f"meterStart of connector {start.connector_id} is 0 in each transaction; the "
                "register of a meter goes on where it ended.",
                record,
                before.where,
                matter=str(start.connector_id),
            )
            return
        yield found(
            "tx.meter_start_mismatch",
            f"meterStart of connector {start.connector_id} is {start.meter_start} Wh; the "
            f"transaction before had ended at {before.stop_wh} Wh.",
            record,
            before.where,
        )

    def _ended(
        self,
        record: Record,
        stop: StopTransactionRequest,
        transaction: TransactionKnown,
        data: tuple[Sample, ...],
        known: Known,
    ) -> Iterator[Finding]:
        chain = self._chains.pop(transaction.where.number, None) or _begun(transaction)
        start = transaction.request
        yield from _follow(_begun(transaction), data, record, transaction)
        if start is not None:
            self._stopped[transaction.connector] = _Stopped(
                start.meter_start,
                stop.meter_stop,
                stop.timestamp,
                known.breaks,
                ref(record),
            )
        if start is not None and stop.meter_stop < start.meter_start:
            yield found(
                "tx.meter_stop_below_start",
                f"meterStop of transaction {transaction.id} is {stop.meter_stop} Wh; its "
                f"meterStart was {start.meter_start} Wh.",
                record,
                transaction.where,
                effect="the energy of the session comes out negative",
            )
            return
        end = next((each for each in data if _is_main(each, ReadingContext.TRANSACTION_END)), None)
        last = chain.last.get(_MAIN)
        if end is not None:
            if _differ(end, stop.meter_stop):
                yield _stop_mismatch(
                    record, None, transaction, stop, f"Transaction.End says {end.base:f} Wh"
                )
            return
        is_older = last is not None and last.at <= stop.timestamp
        if last and is_older and stop.meter_stop < last.energy_wh - max(WHOLE, last.step_wh):
            words = f"the register had stood at {last.energy_wh:f} Wh"
            yield _stop_mismatch(record, last.where, transaction, stop, words)


def _stop_mismatch(
    record: Record,
    other: FrameRef | None,
    transaction: TransactionKnown,
    stop: StopTransactionRequest,
    words: str,
) -> Finding:
    return found(
        "tx.meter_stop_mismatch",
        f"meterStop of transaction {transaction.id} is {stop.meter_stop} Wh; {words}.",
        record,
        other,
    )


def _transaction_of(
    values: MeterValuesRequest, record: Record, known: Known
) -> TransactionKnown | None:
    """Give the running transaction that values are of, also where they do not name it."""
    running, id_ = known.transactions.running, values.transaction_id
    if id_ is not None and id_ in running:
        return running[id_] if running[id_].connector == values.connector_id else None
    here = known.transactions.on(values.connector_id)
    if here is None and id_ is not None and known.transactions.get(id_) is None:
        # It began before the log, and is known from here on.
        return TransactionKnown(values.connector_id, ref(record), known.breaks, id=id_)
    if here is None or here.request is None or id_ is not None:
        return None
    is_within = all(each.timestamp >= here.request.timestamp for each in values.meter_value)
    return here if is_within else None


def _begun(transaction: TransactionKnown) -> _Chain:
    chain, start = _Chain(), transaction.request
    if start is not None:
        first = _Reading(start.timestamp, Decimal(start.meter_start), WHOLE, transaction.where)
        chain.last[_MAIN] = first
    return chain


def _is_main(sample: Sample, context: ReadingContext) -> bool:
    return (
        sample.is_register
        and (sample.location, sample.phase) == _MAIN
        and sample.context == context
    )


def _differ(sample: Sample, whole_wh: int) -> bool:
    """Whether a register and a whole number of Wh are further apart than they are exact."""
    assert sample.base is not None
    return abs(sample.base - whole_wh) > max(WHOLE, sample.step)


def _follow(
    chain: _Chain,
    readings: tuple[Sample, ...],
    record: Record,
    transaction: TransactionKnown,
) -> Iterator[Finding]:
    """Go on along the registers with those of a message."""
    for each in readings:
        if each.measurand == Measurand.POWER_OFFERED and each.base is not None and not each.phase:
            chain.offered_w = max(chain.offered_w or each.base, each.base)
    for each in readings:
        if not each.is_register or each.at is None or each.base is None:
            continue
        key = (each.location, each.phase)
        last, new = chain.last.get(key), _Reading(each.at, each.base, each.step, ref(record))
        if last is None:
            chain.last[key] = new
            continue
        if _is_begin(each, transaction):
            yield from _begin_mismatch(each, record, transaction)
            chain.last[key] = new
            continue
        # What is older came late, or a clock was set: then the order of the values is not known.
        if new.at > last.at:
            chain.last[key] = new
            yield from _step(last, new, chain, record, transaction)


def _is_begin(sample: Sample, transaction: TransactionKnown) -> bool:
    """Whether a register is of the very begin of its transaction, where meterStart is too."""
    start = transaction.request
    if start is None or sample.phase or sample.location != Location.OUTLET:
        return False
    is_end = sample.context == ReadingContext.TRANSACTION_END
    is_same = sample.at is not None and sample.at == start.timestamp and not is_end
    return is_same or sample.context == ReadingContext.TRANSACTION_BEGIN


def _begin_mismatch(
    sample: Sample, record: Record, transaction: TransactionKnown
) -> Iterator[Finding]:
    start = transaction.request
    if start is not None and _differ(sample, start.meter_start):
        yield found(
            "tx.meter_start_mismatch",
            f"meterStart of transaction {transaction.id} was {start.meter_start} Wh; the register "
            f"of that moment is told as {sample.base:f} Wh.",
            record,
            transaction.where,
            matter=str(transaction.id),
        )


def _step(
    last: _Reading,
    new: _Reading,
    chain: _Chain,
    record: Record,
    transaction: TransactionKnown,
) -> Iterator[Finding]:
    """Judge two registers that follow each other."""
    risen_wh = new.energy_wh - last.energy_wh
    # What is written in another unit or with fewer digits may be rounded another way.
    blur_wh = max(new.step_wh, last.step_wh) if new.step_wh != last.step_wh else Decimal(0)
    if risen_wh < -blur_wh:
        yield found(
            "tx.register_falls",
            f"The register of connector {transaction.connector} fell from {last.energy_wh:f} Wh to "
            f"{new.energy_wh:f} Wh in transaction {transaction.id}; it only ever rises.",
            record,
            last.where,
            matter=str(transaction.id),
            effect="the energy of the session is wrong",
        )
        return
    most_w = LIMITS.power_most
    if chain.offered_w is not None:
        most_w = min(most_w, max(float(chain.offered_w), OFFERED_LEAST_W))
    passed_s = (new.at - last.at).total_seconds() + COARSE_S
    most_wh = LIMITS.power_factor * most_w * passed_s / 3600 + float(new.step_wh + last.step_wh)
    if float(risen_wh) > most_wh:
        yield found(
            "tx.register_jumps",
            f"The register of connector {transaction.connector} rose by {risen_wh:f} Wh in "
            f"{number((new.at - last.at).total_seconds())} s, which is more than can flow.",
            record,
            last.where,
            matter=str(transaction.id),
        )

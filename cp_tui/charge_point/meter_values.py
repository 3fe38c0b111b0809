"""When meters are read and where the values go: MeterValues and transactionData (S 3.16, S 4.7).

Periodic samples count from the start of their transaction, so they go by the clock of the machine.
Clock-aligned ones stand on a grid from 00:00:00 UTC, so they go by the clock that the CSMS sets,
and a step of it moves the grid. The values carry the instant that they were due at, not the one at
which the timer fired: the official tests want them exactly the interval apart (T TC_070, TC_071). A
timer that is more than a second late has missed the instant, and then the truth is stamped.

The register of a running transaction is also kept every minute, with or without samples. It is
where the transaction ends if the power fails (`Transactions.close_interrupted`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.calls import Calls, Outgoing
from cp_tui.charge_point.connector import Connector
from cp_tui.charge_point.measurands import Item, meter_value, next_aligned
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.transaction_data import TransactionData
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later, span
from cp_tui.ocpp.core import MeterValuesRequest
from cp_tui.ocpp.datatypes import (
    Measurand,
    MeterValue,
    ReadingContext,
    SampledValue,
    UnitOfMeasure,
)

LATE_MAX = timedelta(seconds=1)
"""A timer that fires this late or less still stamps the instant it was set for."""

CHECKPOINT = timedelta(seconds=60)
"""How often the register of a running transaction is kept, also without samples."""

DEFAULT_ITEMS = (Item(Measurand.ENERGY_ACTIVE_IMPORT_REGISTER, None),)
"""What an empty list of MeterValues measurands means (T TC_070, TC_071)."""


class SamplingKeys(Protocol):
    """The configuration keys that drive sampling."""

    def integer(self, key: str) -> int:
        """Give the value of an integer key."""

    def items(self, key: str) -> tuple[Item, ...]:
        """Give a list of measurands."""


class _Running(Struct):
    next_sample_at: datetime | None
    checkpoint_at: datetime


class MeterValueSampling:
    """The sampling timers of all connectors."""

    def __init__(
        self,
        turn: Turn,
        calls: Calls,
        outbox: Outbox,
        keys: SamplingKeys,
        connectors: Iterable[Connector],
    ) -> None:
        self._turn = turn
        self._calls = calls
        self._outbox = outbox
        self._keys = keys
        self._connectors = [c for c in connectors if c.connector_id > 0]
        self._running: dict[int, _Running] = {}
        self._aligned_at: datetime | None = None
        self._data = TransactionData(turn)
        self._names_them = not turn.config.quirks.meter_values_without_transaction

    def begin(self, connector: Connector) -> None:
        """Start the periodic samples of a transaction."""
        self._running[connector.connector_id] = _Running(
            self._first_sample(), self._turn.now + CHECKPOINT
        )
        items = self._transaction_data_items()
        self._collect(connector, items, ReadingContext.TRANSACTION_BEGIN, self._turn.time)

    def end(self, connector: Connector) -> tuple[MeterValue, ...] | None:
        """Stop sampling; give the transactionData, None where both StopTxn lists are empty."""
        items = self._transaction_data_items()
        self._collect(connector, items, ReadingContext.TRANSACTION_END, self._turn.time)
        self._running.pop(connector.connector_id, None)
        record = connector.transaction
        kept = self._data.take(record.key) if record is not None else ()
        return kept if items else None

    def end_interrupted(
        self, transaction_key: str, meter_stop_wh: int, time: datetime
    ) -> tuple[MeterValue, ...] | None:
        """Give what was kept of the transactionData of a transaction that a power loss ended."""
        kept = self._data.take(transaction_key)
        if not self._transaction_data_items():
            return None
        end = SampledValue(
            value=str(meter_stop_wh),
            context=ReadingContext.TRANSACTION_END,
            measurand=Measurand.ENERGY_ACTIVE_IMPORT_REGISTER,
            unit=UnitOfMeasure.WH,
        )
        return (*kept, MeterValue(timestamp=time, sampled_value=(end,)))

    def rearm(self) -> None:
        """Take changed intervals into account at once."""
        for running in self._running.values():
            running.next_sample_at = self._first_sample()
        self.follow_clock()

    def follow_clock(self) -> None:
        """Find the grid of aligned values again after a clock step; durations are as before."""
        interval_s = self._keys.integer("ClockAlignedDataInterval")
        self._aligned_at = next_aligned(self._turn.time, interval_s) if interval_s else None

    @property
    def deadline(self) -> datetime | None:
        """When the next meter is to be read, in the clock of the machine."""
        times = [r.next_sample_at for r in self._running.values() if r.next_sample_at]
        times += [r.checkpoint_at for r in self._running.values()]
        if self._aligned_at:
            times.append(self._turn.machine_time(self._aligned_at))
        return min(times, default=None)

    def tick(self) -> list[Connector]:
        """Read the meters that are due; give the connectors whose transaction was read."""
        read = [connector for connector in self._connectors if self._sample_if_due(connector)]
        aligned_at = self._aligned_at
        if aligned_at and self._turn.time >= aligned_at:
            is_late = self._turn.time - aligned_at > LATE_MAX
            self._aligned(self._turn.time if is_late else aligned_at)
            interval_s = self._keys.integer("ClockAlignedDataInterval")
            self._aligned_at = next_aligned(self._turn.time, interval_s) if interval_s else None
            read.extend(c for c in self._connectors if c.transaction and c not in read)
        return read

    def trigger(self, connectors: Iterable[Connector]) -> None:
        """Send the latest values at once (TriggerMessage); these are not queued (S 3.7)."""
        for connector in connectors:
            # Something follows what was answered Accepted, also where no vehicle tells its SoC.
            items = self._keys.items("MeterValuesSampledData")
            context, time = ReadingContext.TRIGGER, self._turn.time
            value = self._read(connector, items, context, time) or self._read(
                connector, DEFAULT_ITEMS, context, time
            )
            if value is None:
                continue
            record = connector.transaction
            request = MeterValuesRequest(
                connector_id=connector.connector_id,
                transaction_id=record.transaction_id if record and self._names_them else None,
                meter_value=(value,),
            )
            self._calls.call(Outgoing(request, lambda _: None, lambda _: None, is_triggered=True))

    def _first_sample(self) -> datetime | None:
        interval_s = self._keys.integer("MeterValueSampleInterval")
        return later(self._turn.now, interval_s) if interval_s else None

    def _sample_if_due(self, connector: Connector) -> bool:
        """Sample a running transaction; say whether its register is to be kept."""
        running = self._running.get(connector.connector_id)
        if running is None:
            return False
        is_checkpoint = self._turn.now >= running.checkpoint_at
        if is_checkpoint:
            running.checkpoint_at = self._turn.now + CHECKPOINT
        if running.next_sample_at is None or self._turn.now < running.next_sample_at:
            return is_checkpoint
        late = self._turn.now - running.next_sample_at
        interval = span(self._keys.integer("MeterValueSampleInterval"))
        running.next_sample_at = later(running.next_sample_at, interval * (1 + late // interval))
        time = self._turn.time - late if late <= LATE_MAX else self._turn.time
        items = self._keys.items("MeterValuesSampledData") or DEFAULT_ITEMS
        self._queue(connector, items, ReadingContext.SAMPLE_PERIODIC, time)
        stop_items = self._keys.items("StopTxnSampledData")
        self._collect(connector, stop_items, ReadingContext.SAMPLE_PERIODIC, time)
        return True

    def _aligned(self, time: datetime) -> None:
        items = self._keys.items("MeterValuesAlignedData") or DEFAULT_ITEMS
        stop_items = self._keys.items("StopTxnAlignedData")
        for connector in self._connectors:
            self._queue(connector, items, ReadingContext.SAMPLE_CLOCK, time)
            self._collect(connector, stop_items, ReadingContext.SAMPLE_CLOCK, time)

    def _queue(
        self,
        connector: Connector,
        items: tuple[Item, ...],
        context: ReadingContext,
        time: datetime,
    ) -> None:
        value = self._read(connector, items, context, time)
        if value is None:
            return
        connector_id = connector.connector_id
        request = MeterValuesRequest(connector_id=connector_id, meter_value=(value,))
        record = connector.transaction if self._names_them else None
        key = record.key if record else None
        self._outbox.add(request, Action.METER_VALUES, key, connector_id)

    def _collect(
        self,
        connector: Connector,
        items: tuple[Item, ...],
        context: ReadingContext,
        time: datetime,
    ) -> None:
        record = connector.transaction
        value = self._read(connector, items, context, time) if items else None
        if record is not None and value is not None:
            self._data.add(record.key, value)

    def _transaction_data_items(self) -> tuple[Item, ...]:
        sampled = self._keys.items("StopTxnSampledData")
        aligned = self._keys.items("StopTxnAlignedData")
        return tuple(dict.fromkeys((*sampled, *aligned)))

    def _read(
        self,
        connector: Connector,
        items: Iterable[Item],
        context: ReadingContext,
        time: datetime,
    ) -> MeterValue | None:
        reading = self._turn.body.reading(connector.connector_id, self._turn.now)
        start_wh = connector.transaction.meter_start_wh if connector.transaction else 0
        shown_wh = self._turn.config.quirks.meter_wh(reading.register_wh, start_wh)
        if shown_wh != reading.register_wh:
            reading = replace(reading, register_wh=shown_wh)
        return meter_value(reading, items, context, time)

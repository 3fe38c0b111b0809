"""Transactions from StartTransaction to the confirmed StopTransaction (S 4.8, S 4.10).

A transaction begins and ends here, and the CSMS hears of it when it can: energy flows before
StartTransaction is answered, and a stop cannot be vetoed. So each has a key of our own from its
first moment; the transactionId comes with the answer, or never. What refers to a transaction inside
(profiles, queued messages, meter values) uses the key, and the outbox puts the transactionId in
when a message leaves. A request that is queued therefore carries 0 in its place.

The register that it started with, the newest one that was saved, and the one it stopped with are of
one meter that only grows. After a power cut the meter may have gone on for some seconds beyond what
was saved with the transaction; the higher of both counts, or energy that flowed would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cp_tui.charge_point.authorization_rules import group_of
from cp_tui.charge_point.connector import Connector, PendingStart
from cp_tui.charge_point.effects import LogLevel, Table
from cp_tui.charge_point.measurands import register_wh
from cp_tui.charge_point.meter_values import MeterValueSampling
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.records import OutboxRecord, TransactionRecord
from cp_tui.charge_point.transaction_delivery import entry
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import ClockStep, DeliveryState, TransactionsView
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.answer import read_answer
from cp_tui.ocpp.core import (
    StartTransactionRequest,
    StartTransactionResponse,
    StopTransactionRequest,
    StopTransactionResponse,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo, StopReason
from cp_tui.ocpp.model import WireModel

if TYPE_CHECKING:
    from pydantic import JsonValue

PAST_MAX = 2_000
"""How many past transactions are kept; the oldest confirmed one makes room first."""
SHOWN_MAX = 100
"""How many past transactions the variable shows."""
_NOT_NAMED = because(
    "transactions.not_named",
    "E 3.18",
    "StopTransaction was sent with the transactionId -1: the CSMS gave the right one only later",
)


class Transactions:
    """The running transactions and the past ones."""

    def __init__(
        self,
        turn: Turn,
        outbox: Outbox,
        sampling: MeterValueSampling,
        connectors: Iterable[Connector],
        *,
        on_changed: Callable[[Connector, str], None],
        on_refused: Callable[[Connector, Reason], None],
        learn: Callable[[str, IdTagInfo], None],
        past_max: int = PAST_MAX,
    ) -> None:
        self._turn = turn
        self._outbox = outbox
        self._sampling = sampling
        self._connectors = {connector.connector_id: connector for connector in connectors}
        self._on_changed = on_changed
        self._on_refused = on_refused
        self._learn = learn
        self._past_max = past_max
        records = [record for _, record in turn.records(Table.TRANSACTION, TransactionRecord)]
        records.sort(key=lambda record: (record.sequence, record.started_at))
        self._records = {record.key: record for record in records}
        self._sequence = records[-1].sequence if records else 0

    def running(self) -> list[tuple[Connector, TransactionRecord]]:
        """Give each connector with a running transaction."""
        return [(c, c.transaction) for c in self._connectors.values() if c.transaction]

    def find(self, transaction_id: int) -> Connector | None:
        """Find the connector where this transaction runs."""
        for connector, record in self.running():
            if record.transaction_id == transaction_id:
                return connector
        return None

    def transaction_id(self, key: str) -> int | None:
        """Give the transactionId of a transaction; None where the CSMS gave none."""
        record = self._records.get(key)
        return record.transaction_id if record else None

    def start(
        self, connector: Connector, pending: PendingStart, reservation_id: int | None
    ) -> TransactionRecord:
        """Begin a transaction: cable and tag are both there; it may use a reservation (S 4.8)."""
        connector_id = connector.connector_id
        assert connector_id > 0, "0 is the charge point as a whole"
        assert connector.transaction is None, "one transaction at a time"
        meter_wh = register_wh(self._turn.body.reading(connector_id, self._turn.now))
        self._sequence += 1
        record = TransactionRecord(
            key=self._turn.new_id(),
            sequence=self._sequence,
            connector_id=connector_id,
            id_tag=pending.id_tag,
            parent_id_tag=pending.parent_id_tag,
            started_at=self._turn.time,
            meter_start_wh=meter_wh,
            meter_last_wh=meter_wh,
            last_seen_at=self._turn.time,
        )
        self._store(connector, record)
        request = StartTransactionRequest(
            connector_id=connector_id,
            id_tag=record.id_tag,
            meter_start=self._meter_wh(record, meter_wh),
            timestamp=record.started_at,
            reservation_id=reservation_id,
        )
        self._outbox.add(request, Action.START_TRANSACTION, record.key, connector_id)
        self._sampling.begin(connector)
        return record

    def _meter_wh(self, record: TransactionRecord, register_wh: int) -> int:
        """Give what the CSMS is told of a register."""
        return int(self._turn.config.quirks.meter_wh(register_wh, record.meter_start_wh))

    def seen(self, connector: Connector) -> None:
        """Save the register and the time of now: it ends with them if the power fails."""
        record = connector.transaction
        if record is None:
            return
        reading = self._turn.body.reading(connector.connector_id, self._turn.now)
        self._store(
            connector,
            replace(
                record,
                meter_last_wh=max(record.meter_last_wh, register_wh(reading)),
                last_seen_at=self._turn.time,
            ),
        )

    def clock_stepped(self, step: ClockStep) -> None:
        """Remember a step of the clock in all that runs: their durations include it."""
        for connector, record in self.running():
            update: dict[str, object] = {"clock_step_s": record.clock_step_s + step.step_s}
            if step.is_told:
                update["clock_step"] = step
            self._store(connector, replace(record, **update))
            # Where the power fails now, it ends in the clock of now.
            self.seen(connector)

    def stop(
        self,
        connector: Connector,
        stop_reason: StopReason,
        explanation: Reason,
        id_tag: str | None = None,
    ) -> TransactionRecord:
        """End the running transaction of a connector (S 4.10)."""
        self.seen(connector)
        record = connector.transaction
        assert record is not None
        assert record.meter_last_wh >= record.meter_start_wh, "a register only grows"
        ended = replace(
            record,
            stopped_at=self._turn.time,
            meter_stop_wh=record.meter_last_wh,
            stop_reason=stop_reason,
            stop_id_tag=id_tag,
            stop_explanation=explanation,
        )
        data = self._sampling.end(connector)
        self._store(connector, ended)
        connector.transaction = None
        request = StopTransactionRequest(
            id_tag=id_tag,
            meter_stop=self._meter_wh(ended, ended.meter_last_wh),
            timestamp=self._turn.time,
            # Required by the model; the outbox fills in what is known when it is sent.
            transaction_id=0,
            reason=stop_reason,
            transaction_data=data,
        )
        self._outbox.add(request, Action.STOP_TRANSACTION, ended.key, connector.connector_id)
        self._trim()
        return ended

    def hold_cable(self, connector: Connector, *, held: bool) -> None:
        """Remember over a boot whether the cable of the ended transaction is still locked."""
        ended = connector.ended
        if ended is not None and ended.is_cable_held != held:
            self._keep(replace(ended, is_cable_held=held))

    def holding_cables(self) -> list[tuple[Connector, TransactionRecord]]:
        """Give each connector with the ended transaction that its locked cable belongs to."""
        return [
            (self._connectors[record.connector_id], record)
            for record in self._records.values()
            if record.is_cable_held and record.connector_id in self._connectors
        ]

    def close_interrupted(self, after_failure: bool) -> list[TransactionRecord]:
        """After a boot: end the transactions that were running, with what was saved of them last.

        After a power cut the reason is PowerLoss and the time that of the last saved values. After
        an error inside, where the power never went, it is Reboot and the time is now (S 7.36).
        """
        interrupted = [record for record in self._records.values() if record.is_running]
        return [self._close(record, after_failure) for record in interrupted]

    def _close(self, record: TransactionRecord, after_failure: bool) -> TransactionRecord:
        if after_failure:
            stop_reason, time = StopReason.REBOOT, max(record.last_seen_at, self._turn.time)
            words = "an error inside made the charge point boot during this transaction"
            reason = Reason(id="transactions.failure", rule="S 7.36", text=words)
        else:
            stop_reason, time = StopReason.POWER_LOSS, record.last_seen_at
            words = "the charge point lost power during this transaction"
            reason = Reason(id="transactions.power_loss", rule="S 4.10", text=words)
        known = record.connector_id in self._connectors
        register = (
            register_wh(self._turn.body.reading(record.connector_id, self._turn.now))
            if known
            else record.meter_last_wh
        )
        meter_stop_wh = max(record.meter_last_wh, register)
        ended = replace(
            record,
            stopped_at=time,
            meter_stop_wh=meter_stop_wh,
            stop_reason=stop_reason,
            stop_explanation=reason,
        )
        self._keep(ended)
        told_wh = self._meter_wh(record, meter_stop_wh)
        request = StopTransactionRequest(
            meter_stop=told_wh,
            timestamp=time,
            transaction_id=0,
            reason=stop_reason,
            transaction_data=self._sampling.end_interrupted(record.key, told_wh, time),
        )
        self._outbox.add(request, Action.STOP_TRANSACTION, ended.key, ended.connector_id)
        return ended

    def suspend_energy(self, connector: Connector) -> None:
        """Let the transaction go on without energy (StopTransactionOnInvalidId false)."""
        if connector.transaction is not None:
            update = {"is_deauthorized": True}
            self._store(connector, replace(connector.transaction, **update))

    def confirmed(self, message: OutboxRecord, response: WireModel) -> None:
        """Take the answer to a transaction message."""
        record = self._records.get(message.transaction_key or "")
        if record is None:
            return
        if isinstance(response, StartTransactionResponse):
            self._started(record, response)
        elif isinstance(response, StopTransactionResponse):
            if response.id_tag_info and record.stop_id_tag:
                self._learn(record.stop_id_tag, response.id_tag_info)
            self._stop_delivered(record, is_named=not message.is_unnamed)
        else:
            update = {"meter_values_delivered": record.meter_values_delivered + 1}
            self._replace(replace(record, **update))

    def taken_unread(self, message: OutboxRecord, payload: JsonValue) -> None:
        """Note that the CSMS has a message whose answer could not be handled here.

        Only what later messages need is taken from the answer: the transactionId. Whether the tag
        is refused changes nothing any more: the boot after the error has ended the transaction.
        """
        record = self._records.get(message.transaction_key or "")
        if record is None:
            return
        if message.action == Action.START_TRANSACTION and isinstance(payload, dict):
            response, _ = read_answer(Action.START_TRANSACTION, payload)
            assert isinstance(response, StartTransactionResponse)
            self._take_id(record, response)
        elif message.action == Action.STOP_TRANSACTION:
            self._stop_delivered(record, is_named=not message.is_unnamed)

    def lost(self, message: OutboxRecord, why: str) -> None:
        """Note that the CSMS never took a message, and why."""
        record = self._records.get(message.transaction_key or "")
        if record is None:
            return
        words = because(
            "transactions.message_lost",
            "S 3.7",
            "{action} was given up {why}",
            action=message.action,
            why=why,
        )
        update: dict[str, object] = {"loss": words}
        if message.action == Action.METER_VALUES:
            update["meter_values_lost"] = record.meter_values_lost + 1
        else:
            update["delivery"] = DeliveryState.LOST
        if message.action == Action.START_TRANSACTION:
            update["is_start_lost"] = True
        self._replace(replace(record, **update))

    def view(self) -> TransactionsView:
        """Give the variable `transactions`."""
        newest = list(reversed(self._records.values()))
        running = [record for record in newest if record.is_running]
        past = [record for record in newest if not record.is_running][:SHOWN_MAX]
        waiting = self._outbox.waiting()
        return TransactionsView(tuple(entry(each, waiting) for each in (*running, *past)))

    def _started(self, record: TransactionRecord, response: StartTransactionResponse) -> None:
        info = response.id_tag_info
        self._learn(record.id_tag, info)
        if info.status is not AuthorizationStatus.ACCEPTED:
            self._turn.watcher.tag_refused(record.id_tag, info.status)
        record = self._take_id(record, response)
        connector = self._connectors.get(record.connector_id)
        if connector is None or connector.transaction is None or connector.transaction != record:
            return
        if info.status is AuthorizationStatus.ACCEPTED:
            self._on_changed(connector, "the CSMS accepted the transaction")
            return
        reason = because(
            "transactions.refused",
            "S 4.8",
            "the CSMS answered StartTransaction of {tag} with {status}",
            tag=record.id_tag,
            status=info.status_words.removesuffix(","),
        )
        self._turn.log(LogLevel.WARNING, reason.text)
        self._on_refused(connector, reason)

    def _stop_delivered(self, record: TransactionRecord, *, is_named: bool) -> None:
        """Note that the CSMS has the stop; where it does not name a transaction it ends none."""
        is_lost = record.is_start_lost or not is_named
        update: dict[str, object] = {
            "delivery": DeliveryState.LOST if is_lost else DeliveryState.DELIVERED,
            "stop_delivered_at": self._turn.time,
        }
        if is_lost and not record.is_start_lost:
            update["loss"] = _NOT_NAMED
        self._keep(replace(record, **update))

    def _take_id(
        self, record: TransactionRecord, response: StartTransactionResponse
    ) -> TransactionRecord:
        """Note the transactionId, and that the CSMS has the start."""
        update: dict[str, object] = {
            "transaction_id": response.transaction_id,
            "parent_id_tag": group_of(response.id_tag_info) or record.parent_id_tag,
            "is_start_lost": False,
            "start_delivered_at": self._turn.time,
            "delivery": DeliveryState.WAITING,
        }
        if response.transaction_id is None:
            # Answered all the same, so it is not sent again (wire.md).
            words = "the CSMS answered StartTransaction without a transactionId that can be read"
            update |= {
                "is_start_lost": True,
                "start_delivered_at": None,
                "delivery": DeliveryState.LOST,
                "loss": Reason(id="transactions.no_id", rule="E 3.18", text=words),
            }
        elif not record.is_running and not self._outbox.waits_for(record.key):
            # It came so late that the stop went without it, or is given up: neither is sent again.
            update["delivery"] = DeliveryState.LOST
            if record.stop_delivered_at is not None:
                update["loss"] = _NOT_NAMED
        record = replace(record, **update)
        self._replace(record)
        return record

    def _replace(self, record: TransactionRecord) -> None:
        connector = self._connectors.get(record.connector_id)
        running = connector.transaction if connector else None
        if connector and running and running.key == record.key:
            self._store(connector, record)
        else:
            self._keep(record)

    def _store(self, connector: Connector, record: TransactionRecord) -> None:
        connector.transaction = record
        self._keep(record)

    def _keep(self, record: TransactionRecord) -> None:
        self._records[record.key] = record
        connector = self._connectors.get(record.connector_id)
        if connector and connector.ended and connector.ended.key == record.key:
            connector.ended = record
        self._turn.save(Table.TRANSACTION, record.key, record)
        self._turn.changed("transactions", "connectors")

    def _trim(self) -> None:
        surplus = len(self._records) - self._past_max
        if surplus <= 0:
            return
        settled = [
            key
            for key, record in self._records.items()
            if not record.is_running
            and not record.is_cable_held
            and not self._outbox.waits_for(key)
        ]
        for key in settled[:surplus]:
            del self._records[key]
            self._turn.forget(Table.TRANSACTION, key)

"""Watches the transaction messages from the store to the CSMS: each once, in order, none lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cp_tui.charge_point.effects import Effect, Forget, Save, Table
from cp_tui.charge_point.records import OutboxRecord, TransactionRecord
from tests.simulation.call_watch import Outcome, Sent

START, STOP, METER_VALUES = "StartTransaction", "StopTransaction", "MeterValues"
EVENT = "SecurityEventNotification"


@dataclass
class Entry:
    """A transaction message that was committed."""

    record: OutboxRecord
    failures: int = 0
    result: dict[str, Any] | None = None
    """What the CSMS answered, as far as the charger has not lost its memory since."""
    is_delivered: bool = False
    """Whether it was forgotten because it was answered."""


class DeliveryWatch:
    """The outbox, as it must be by what was committed and what was answered."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        """By their key in the store, oldest first."""
        self.by_message: dict[str, Entry] = {}
        """Each attempt by its message id."""
        self._started: set[str] = set()
        self._stopped: set[str] = set()
        self._ids: dict[str, int] = {}
        self._late_ids: dict[str, int] = {}
        self._named: set[str] = set()
        """Transactions of which the charge point knows the id."""
        self.nameless: set[str] = set()
        """Transactions whose start was answered without an id: as lost, what follows carries -1."""
        self.saved: list[Entry] = []
        """All that was ever to be sent, in order."""
        self.lost: list[OutboxRecord] = []
        self.thinned = 0

    def booted(self) -> None:
        """The charger lost its memory: a result that it had not stored is as if lost."""
        for entry in self.entries.values():
            entry.result = None

    def arrived(self, outcome: Outcome) -> None:
        """A CALL was answered, or failed."""
        entry = self.by_message.get(outcome.sent.message_id)
        if entry is None:
            return
        if outcome.result is None:
            entry.failures += 1
            return
        entry.result = outcome.result
        record = entry.record
        if record in self.lost and record.action == START and "transactionId" in outcome.result:
            # Given up by now, but the late answer still brings the transactionId.
            assert record.transaction_key is not None
            self._late_ids[record.transaction_key] = outcome.result["transactionId"]

    def counts_again(self, outcome: Outcome) -> None:
        """After a boot the charger knows of a result again, by the id that it has kept.

        Of a message that had timed out before it kept none: it is tried again (S 3.7.1).
        """
        entry = self.by_message.get(outcome.sent.message_id)
        if entry is not None and entry.record.message_id == outcome.sent.message_id:
            entry.result = outcome.result

    def committed(
        self, effects: Iterable[Effect], attempts_max: int, values_max: int
    ) -> list[OutboxRecord]:
        """Records are on disk now; give the messages that are new."""
        new: list[OutboxRecord] = []
        transactions: list[TransactionRecord] = []
        effects = list(effects)
        self._named |= {
            effect.record.key
            for effect in effects
            if isinstance(effect, Save)
            and isinstance(effect.record, TransactionRecord)
            and effect.record.transaction_id is not None
        }
        for effect in effects:
            match effect:
                case Save(Table.OUTBOX, key, OutboxRecord() as record):
                    if self._save(key, record):
                        new.append(record)
                case Save(Table.TRANSACTION, _, TransactionRecord() as record):
                    transactions.append(record)
                case Forget(Table.OUTBOX, key):
                    self._forget(key, attempts_max, values_max)
                case _:
                    pass
        for transaction in transactions:
            key = transaction.key
            assert key in self._started, f"{transaction} was stored without its start"
            if transaction.transaction_id is not None and key in self._late_ids:
                self._ids.setdefault(key, self._late_ids[key])
            has_stop = key in self._stopped
            assert has_stop or transaction.is_running, f"{transaction} was stored without its stop"
        return new

    def sent(self, call: Sent) -> None:
        """A CALL leaves; a transaction message must be the oldest one that is on disk.

        Security events keep their order, and are passed while the oldest waits for another attempt.
        """
        if call.action not in (START, STOP, METER_VALUES, EVENT) or _is_triggered(call.payload):
            return
        assert self.entries, f"{call} was never committed"
        entry = next(iter(self.entries.values()))
        if call.action != EVENT and entry.record.action == EVENT:
            other = next(e for e in self.entries.values() if e.record.action != EVENT)
            if entry.record.next_attempt_at or other.record.attempts:
                entry = other
        record = entry.record
        payload = {k: v for k, v in call.payload.items() if k != "transactionId"}
        expected = {k: v for k, v in record.payload.items() if k != "transactionId"}
        assert (call.action, payload) == (record.action, expected), (
            f"{call} passed the oldest message {record}"
        )
        assert entry.result is None, f"{call} was answered already: {entry.result}"
        assert call.message_id == record.message_id, f"{call} has an id that was never committed"
        assert self.by_message.get(call.message_id) in (None, entry), f"{call} has a used id"
        self.by_message[call.message_id] = entry
        self._check_id(call, record)

    def _check_id(self, call: Sent, record: OutboxRecord) -> None:
        if call.action == START:
            assert record.transaction_key not in self._ids, f"a second start: {call}"
        elif record.transaction_key is None:
            assert "transactionId" not in call.payload, f"{call} belongs to no transaction"
        else:
            expected = self._ids.get(record.transaction_key, -1)
            assert call.payload["transactionId"] == expected, f"{call} is of {expected}"

    def _save(self, key: str, record: OutboxRecord) -> bool:
        known = self.entries.get(key)
        if known is not None:
            assert known.record.payload == record.payload, f"{known.record} became {record}"
            if known.record.message_id not in (None, record.message_id):
                counted = record.attempts - known.record.attempts
                # What names the transaction, and did not when it was sent, is another message.
                is_other = record.transaction_key in self._named
                assert counted == 1 or is_other, f"{record} has a new id without a failure"
            known.record = record
            return False
        assert key > max(self.entries, default=""), f"{record} is not the newest"
        self.entries[key] = entry = Entry(record)
        self.saved.append(entry)
        transaction = record.transaction_key
        if record.action == START:
            assert transaction is not None
            assert transaction not in self._started, f"a second start: {record}"
            self._started.add(transaction)
        elif transaction is not None:
            assert transaction in self._started, f"before its start: {record}"
            assert transaction not in self._stopped, f"after its stop: {record}"
            if record.action == STOP:
                self._stopped.add(transaction)
        return True

    def _forget(self, key: str, attempts_max: int, values_max: int) -> None:
        waiting = sum(e.record.action == METER_VALUES for e in self.entries.values())
        entry = self.entries.pop(key)
        record = entry.record
        if entry.result is not None:
            entry.is_delivered = True
            if record.action == START and record.transaction_key:
                if "transactionId" in entry.result:
                    self._ids[record.transaction_key] = entry.result["transactionId"]
                else:
                    self.nameless.add(record.transaction_key)
        elif entry.failures >= attempts_max and not record.is_guaranteed:
            self.lost.append(record)
        else:
            assert record.action == METER_VALUES, f"{record} was dropped after {entry.failures}"
            assert waiting > values_max * 0.8, f"{record} was dropped, only {waiting} wait"
            self.thinned += 1


def _is_triggered(payload: dict[str, Any]) -> bool:
    values = payload.get("meterValue", [])
    return any(s.get("context") == "Trigger" for v in values for s in v["sampledValue"])

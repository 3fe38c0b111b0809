"""The book of one station: what becomes of its messages and transactions, told and summed up.

The records of transactions say how they stand; the messages say how many values there were. Both
count once a turn is over: one that met an error has not been, and nothing of it is in the book.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from msgspec import Struct

from cp_tui.charge_point.effects import Effect, Forget, Save, StoredRecords, Table
from cp_tui.charge_point.exchange_watcher import ExchangeWatcher, Outcome
from cp_tui.charge_point.records import OutboxRecord, TransactionRecord
from cp_tui.charge_point.turn import read_record
from cp_tui.charge_point.variables import DeliveryState
from cp_tui.fleet.bill import Bill, BillEntry
from cp_tui.fleet.watcher import StationWatcher
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.datatypes import StopReason

Read = TypeVar("Read", bound=Struct)
ANY_READER = 0
"""Stands for the reader that all connectors share."""


class _Account(Struct):
    """What is in the bill for one transaction."""

    is_acknowledged: bool = False
    is_lost: bool = False
    wh_made: int = 0
    transaction_id: int | None = None
    values_made: int = 0
    values_delivered: int = 0
    values_dropped: int = 0
    values_given_up: int = 0
    is_repeated: bool = False


class StationBook(ExchangeWatcher):
    """Hears the mind of one station; several stations may enter into one bill."""

    def __init__(self, station: str, watcher: StationWatcher, bill: Bill) -> None:
        self._station = station
        self._watcher = watcher
        self._bill = bill
        self._accounts: dict[str, _Account] = {}
        self._newest = 0
        """Sequence of the newest transaction: an older one without an account was forgotten."""
        self._made: list[OutboxRecord] = []
        self._repeated: list[OutboxRecord] = []
        self._confirmed: list[OutboxRecord] = []
        self._lost: list[OutboxRecord] = []
        self._swiped: dict[int, datetime] = {}
        self.now = FIRST
        """The clock of the machine in this turn."""

    def take_over(self, stored: StoredRecords) -> None:
        """Enter what an earlier run has left: what is not acknowledged by now is owed still."""
        bill = self._bill
        for key in stored.get(Table.TRANSACTION, ()):
            record = _read(stored, Table.TRANSACTION, key, TransactionRecord)
            if record is None:
                continue
            self._newest = max(self._newest, record.sequence)
            if is_owed(record):
                bill.begun += 1
                bill.taken_over += 1
                account = self._accounts[key] = _Account()
                self._enter(account, record)
            elif record.transaction_id is not None and not _is_refused(record):
                # An id of before that is given out again is one too many.
                bill.ids.add(record.transaction_id)
        for key in stored.get(Table.OUTBOX, ()):
            message = _read(stored, Table.OUTBOX, key, OutboxRecord)
            if message is not None and (waiting := self._account_of(message)):
                waiting.values_made += 1
                bill.values_made += 1

    @property
    def missing(self) -> list[int | None]:
        """The transactionIds of those that are not acknowledged in full; None: it has none."""
        return [each.transaction_id for each in self._accounts.values() if not each.is_acknowledged]

    def settled(self, action: str, sent_at: datetime, outcome: Outcome, detail: str = "") -> None:
        """Tell how long the answer took."""
        answer_s = (self.now - sent_at).total_seconds()
        self._watcher.answered(action, answer_s, outcome, detail)

    def queued(self, message: OutboxRecord) -> None:
        """Count a message at the end of the turn, as all below do."""
        self._made.append(message)

    def repeated(self, message: OutboxRecord) -> None:
        """Count a message that is sent again."""
        self._repeated.append(message)

    def confirmed(self, message: OutboxRecord) -> None:
        """Count a message that has arrived."""
        self._confirmed.append(message)

    def lost(self, message: OutboxRecord) -> None:
        """Count a message that will not arrive."""
        self._lost.append(message)

    def answered(self, action: str, status: str, late_s: float) -> None:
        """Tell how a CALL of the CSMS was answered."""
        self._watcher.asked(action, status, late_s)

    def tag_refused(self, id_tag: str, status: str) -> None:
        """Tell of a tag that may not charge."""
        self._watcher.tag_refused(id_tag, status)

    def kept_waiting(self) -> None:
        """Tell that somebody has plugged in, and no energy flows so far."""
        self._watcher.kept_waiting()

    def swiped(self, connector_id: int | None, now: datetime) -> None:
        """Note that somebody has shown a tag, and waits from now on."""
        self._swiped[connector_id or ANY_READER] = now

    def begin(self, now: datetime) -> None:
        """Begin a turn; what is left of one that met an error is dropped."""
        self.now = now
        for facts in (self._made, self._repeated, self._confirmed, self._lost):
            if facts:
                facts.clear()

    def end(self, effects: Iterable[Effect]) -> None:
        """Enter what a turn has brought."""
        newest: dict[str, TransactionRecord | None] = {}
        for effect in effects:
            if isinstance(effect, Save):
                if isinstance(effect.record, TransactionRecord):
                    newest[effect.key] = effect.record
            elif isinstance(effect, Forget) and effect.table is Table.TRANSACTION:
                newest[effect.key] = None
        if not newest:
            self._count()
            return
        kept = [record for record in newest.values() if record is not None]
        for record in kept:
            self._begin(record)
        self._count()
        for record in kept:
            if (account := self._accounts.get(record.key)) is not None:
                self._enter(account, record)
        for key in newest.keys() - {record.key for record in kept}:
            self._accounts.pop(key, None)

    def _begin(self, record: TransactionRecord) -> None:
        if record.sequence <= self._newest:
            return
        self._newest = record.sequence
        self._accounts[record.key] = _Account()
        self._bill.begun += 1
        for reader in (record.connector_id, ANY_READER):
            since = self._swiped.pop(reader, None)
            if since is not None:
                self._watcher.charging((self.now - since).total_seconds())
                break

    def _count(self) -> None:
        """Enter the messages; a value belongs to its transaction, if it has one."""
        bill = self._bill
        for message in self._made:
            if account := self._account_of(message):
                account.values_made += 1
                bill.values_made += 1
        for message in self._confirmed:
            if not message.is_event:
                age_s = (self.now - message.created_at).total_seconds()
                self._watcher.aged(message.action, age_s)
            if account := self._account_of(message):
                account.values_delivered += 1
                bill.values_delivered += 1
        for message in self._lost:
            if (account := self._account_of(message)) is None:
                continue
            if message.message_id is None and not message.attempts:
                account.values_dropped += 1
                bill.values_dropped += 1
            else:
                account.values_given_up += 1
                bill.values_given_up += 1
        for message in self._repeated:
            bill.repeated += 1
            if account := self._accounts.get(message.transaction_key or ""):
                account.is_repeated = True

    def _account_of(self, message: OutboxRecord) -> _Account | None:
        if message.action != Action.METER_VALUES:
            return None
        return self._accounts.get(message.transaction_key or "")

    def _enter(self, account: _Account, record: TransactionRecord) -> None:
        """Correct the bill by what this record says and the one before did not."""
        bill = self._bill
        self._enter_id(account, record)
        wh_made = 0 if record.is_running else record.energy_wh
        bill.wh_made += wh_made - account.wh_made
        account.wh_made = wh_made
        is_lost = record.delivery is DeliveryState.LOST
        bill.lost += is_lost - account.is_lost
        account.is_lost = is_lost
        if account.is_acknowledged or (entry := self._entry(account, record)) is None:
            return
        account.is_acknowledged = True
        bill.acknowledged += 1
        bill.wh_acknowledged += wh_made
        self._watcher.settled(entry)

    def _enter_id(self, account: _Account, record: TransactionRecord) -> None:
        found = record.transaction_id
        if found is None or found == account.transaction_id or _is_refused(record):
            return
        account.transaction_id = found
        self._bill.ids.add(found)

    def _entry(self, account: _Account, record: TransactionRecord) -> BillEntry | None:
        """Give a transaction as it is in the bill; None: it is not acknowledged in full."""
        start, stop = record.start_delivered_at, record.stop_delivered_at
        named, is_delivered = record.transaction_id, record.delivery is DeliveryState.DELIVERED
        if start is None or stop is None or named is None or not is_delivered:
            return None
        assert record.stopped_at is not None
        assert record.meter_stop_wh is not None
        return BillEntry(
            station=self._station,
            connector_id=record.connector_id,
            transaction_id=named,
            id_tag=record.id_tag,
            meter_start_wh=record.meter_start_wh,
            meter_stop_wh=record.meter_stop_wh,
            started_at=record.started_at,
            stopped_at=record.stopped_at,
            reason=record.stop_reason or "",
            start_acknowledged_at=start,
            stop_acknowledged_at=stop,
            values_made=account.values_made,
            values_delivered=account.values_delivered,
            values_dropped=account.values_dropped,
            values_given_up=account.values_given_up,
            is_repeated=account.is_repeated,
            is_refused=_is_refused(record),
        )


def is_owed(record: TransactionRecord) -> bool:
    """Whether the CSMS has still to acknowledge a transaction; one that was given up is not."""
    return record.delivery is DeliveryState.WAITING


def _is_refused(record: TransactionRecord) -> bool:
    """Whether its tag was refused: nothing is billed, and many CSMS give all of these one id."""
    return record.is_deauthorized or record.stop_reason is StopReason.DE_AUTHORIZED


def _read(stored: StoredRecords, table: Table, key: str, kind: type[Read]) -> Read | None:
    """Read a record; of one that is damaged the mind tells, which reads it as well."""
    return read_record(stored, table, key, kind, lambda effect: None)

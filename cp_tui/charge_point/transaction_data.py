"""The meter values that are collected for StopTransaction.transactionData (S 3.16.5, E 3.91).

They are kept over a power loss, and thinned out where there are too many: the ends always stay.
Each time they are too many every second one goes, so that what is left of a long session is spread
over all of it, at twice the distance, and not only over its begin or its end.
"""

from __future__ import annotations

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.records import TransactionDataRecord
from cp_tui.charge_point.turn import Turn
from cp_tui.ocpp.datatypes import MeterValue

TRANSACTION_DATA_MAX = 200
"""How many sets of values are kept of a transaction (StopTransactionMaxMeterValues)."""


class TransactionData:
    """The collected values of the running transactions."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self._count_max = int(
            turn.config.described.get("StopTransactionMaxMeterValues", TRANSACTION_DATA_MAX)
        )
        self._values: dict[str, dict[int, MeterValue]] = {}
        for key, record in sorted(turn.records(Table.TRANSACTION_DATA, TransactionDataRecord)):
            number = int(key.rpartition(":")[2])
            self._values.setdefault(record.transaction_key, {})[number] = record.value

    def add(self, transaction_key: str, value: MeterValue) -> None:
        """Keep one more set of values; where it is full, every second one in between goes."""
        values = self._values.setdefault(transaction_key, {})
        if len(values) >= self._count_max:
            # Of two there is none in between, and the newer one is no end any more.
            for number in list(values)[1:-1:2] or list(values)[1:]:
                self._forget(transaction_key, number)
        number = max(values, default=0) + 1
        values[number] = value
        record = TransactionDataRecord(transaction_key=transaction_key, value=value)
        self._turn.save(Table.TRANSACTION_DATA, _key(transaction_key, number), record)

    def take(self, transaction_key: str) -> tuple[MeterValue, ...]:
        """Hand over what was collected, in the order of time."""
        values = tuple(self._values.get(transaction_key, {}).values())
        for number in list(self._values.get(transaction_key, {})):
            self._forget(transaction_key, number)
        self._values.pop(transaction_key, None)
        return values

    def _forget(self, transaction_key: str, number: int) -> None:
        del self._values[transaction_key][number]
        self._turn.forget(Table.TRANSACTION_DATA, _key(transaction_key, number))


def _key(transaction_key: str, number: int) -> str:
    return f"{transaction_key}:{number:09d}"

"""What a CSMS for tests has been told about transactions: a file that outlives a kill -9.

A line is written before the message is answered, so what was acknowledged is in the book, and a
message that comes again, because its answer was lost, is known again. Beside it, as `.csv`, is
the table of what is billed, as a CSMS would give it out.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec

COLUMNS = (
    "transactionId",
    "chargePointId",
    "connectorId",
    "idTag",
    "meterStart",
    "meterStop",
    "reason",
)


@dataclass(slots=True)
class Billed:
    """A transaction as the CSMS knows it."""

    transaction_id: int
    charge_point: str
    connector_id: int
    id_tag: str
    meter_start_wh: int
    meter_stop_wh: int | None = None
    reason: str = ""
    values: int = 0
    """MeterValues messages that named it."""


class Book:
    """Transactions by charge point and id, and every message that was written down."""

    def __init__(self, path: Path) -> None:
        """Read what is there, and go on writing behind it."""
        self.transactions: dict[tuple[str, int], Billed] = {}
        self.repeated = 0
        """Messages that were known already,"""
        self.renewed = 0
        """and those of them that came with an id that was not."""
        self.values = 0
        self.newest_id = 0
        self.newest_of = ""
        """The charge point that began a transaction last."""
        self._known: dict[tuple[str, str | int], int] = {}
        """What was answered to a message, by its id and by its content."""
        if path.exists():
            # A line that a kill has cut was never answered.
            for line in path.read_bytes().splitlines():
                if line.endswith(b"]"):
                    self._take(*msgspec.json.decode(line))
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        table = path.with_suffix(".csv")
        self._table = os.open(table, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(self._table, (",".join(COLUMNS) + "\n").encode())
        for key, each in self.transactions.items():
            if each.meter_stop_wh is not None:
                self._bill(key)

    def note(
        self,
        charge_point: str,
        message_id: str,
        action: str,
        content: bytes,
        payload: dict[str, Any],
    ) -> int:
        """Write a message of a transaction down unless it is known; gives its transactionId."""
        sum_ = int.from_bytes(blake2b(content, digest_size=7).digest())
        for key in (message_id, sum_):
            known = self._known.get((charge_point, key))
            if known is not None:
                self.repeated += 1
                self.renewed += key is sum_
                return known
        transaction_id = int(payload.get("transactionId", 0))
        if action == "StartTransaction":
            transaction_id = self.newest_id + 1
        line = (charge_point, message_id, sum_, action, transaction_id, payload)
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        self._take(*line)
        if action == "StopTransaction" and (charge_point, transaction_id) in self.transactions:
            self._bill((charge_point, transaction_id))
        return transaction_id

    def hand_out_again(self, charge_point: str, message_id: str, payload: dict[str, Any]) -> int:
        """Answer a StartTransaction with the id of the newest transaction: a fault."""
        line = (charge_point, message_id, 0, "StartTransaction", self.newest_id, payload)
        os.write(self._file, msgspec.json.encode(line) + b"\n")
        self._take(*line)
        return self.newest_id

    def _take(
        self,
        charge_point: str,
        message_id: str,
        sum_: int,
        action: str,
        transaction_id: int,
        payload: dict[str, Any],
    ) -> None:
        self._known[charge_point, message_id] = transaction_id
        self._known[charge_point, sum_] = transaction_id
        key = (charge_point, transaction_id)
        if action == "StartTransaction":
            self.newest_id = max(self.newest_id, transaction_id)
            self.newest_of = charge_point
            self.transactions[key] = Billed(
                transaction_id,
                charge_point,
                payload["connectorId"],
                payload["idTag"],
                payload["meterStart"],
            )
        elif action == "MeterValues":
            self.values += 1
            if key in self.transactions:
                self.transactions[key].values += 1
        elif key in self.transactions:
            self.transactions[key].meter_stop_wh = payload["meterStop"]
            self.transactions[key].reason = payload.get("reason", "Local")

    @property
    def billed(self) -> list[Billed]:
        """The transactions that have ended."""
        return [each for each in self.transactions.values() if each.meter_stop_wh is not None]

    def _bill(self, key: tuple[str, int]) -> None:
        """Add a row to the table of what is billed."""
        billed = self.transactions[key]
        row = (
            billed.transaction_id,
            billed.charge_point,
            billed.connector_id,
            billed.id_tag,
            billed.meter_start_wh,
            billed.meter_stop_wh,
            billed.reason,
        )
        os.write(self._table, (",".join(map(str, row)) + "\n").encode())

"""What is other now than it was in the log: message ids, transaction ids and the time.

Pure. Ids are known once the peer has given them; times move by as much as the frame did.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.datatypes import DATE_TIME_FIELDS, format_date_time

TRANSACTION_ID = "transactionId"
TRANSACTIONS_MAX = 100_000


class Renaming:
    """From the names of the log to those of the peer, and back."""

    def __init__(self) -> None:
        self._transactions: dict[int, int] = {}
        """transactionId of the log -> the one of now."""

    def met(self, logged: Any, now: Any) -> None:
        """Learn what a transaction of the log is called now."""
        if type(logged) is int and type(now) is int and len(self._transactions) < TRANSACTIONS_MAX:
            self._transactions[logged] = now

    def moved(self, payload: Any, seconds: float) -> Any:
        """Give a payload of the log as it is sent now: ids of now, times later by so much."""
        if isinstance(payload, list):
            return [self.moved(each, seconds) for each in payload]
        if not isinstance(payload, dict):
            return payload
        return {name: self._field(name, value, seconds) for name, value in payload.items()}

    def _field(self, name: str, value: Any, seconds: float) -> Any:
        if name == TRANSACTION_ID and type(value) is int:
            return self._transactions.get(value, value)
        if name in DATE_TIME_FIELDS and isinstance(value, str):
            return _later(value, seconds)
        return self.moved(value, seconds)

    def differences(self, logged: Any, now: Any, path: str = "") -> Iterator[str]:
        """Say what is other in a payload of now than in that of the log, times left aside."""
        name = path.rpartition(".")[2]
        if name in DATE_TIME_FIELDS and isinstance(logged, str) and isinstance(now, str):
            return
        if isinstance(logged, dict) and isinstance(now, dict):
            for field in sorted(logged.keys() | now.keys()):
                where = f"{path}.{field}" if path else field
                if field not in now:
                    yield f"{where} is missing, and was {_shown(logged[field])}"
                elif field not in logged:
                    yield f"{where} is {_shown(now[field])}, and was not there"
                else:
                    yield from self.differences(logged[field], now[field], where)
        elif isinstance(logged, list) and isinstance(now, list) and len(logged) == len(now):
            for number, (before, after) in enumerate(zip(logged, now, strict=True)):
                yield from self.differences(before, after, f"{path}[{number}]")
        elif name == TRANSACTION_ID and type(logged) is int and type(now) is int:
            expected = self._transactions.get(logged)
            if expected is not None and expected != now:
                yield f"{path} is {now}, and {expected} is what {logged} was"
        elif logged != now:
            yield f"{path} is {_shown(now)}, and was {_shown(logged)}"


SHOWN_MAX = 60


def _shown(value: Any) -> str:
    text = f"{value!r}" if isinstance(value, str) else str(value)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"


def _later(text: str, seconds: float) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    moved = later(at, seconds)
    # One without a zone stays so: it is a habit of whoever wrote it.
    return format_date_time(moved) if at.tzinfo else moved.isoformat(timespec="milliseconds")

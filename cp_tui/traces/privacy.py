"""Names of people and their things in a log: shown shortened, or replaced where others may look.

A stand-in is the same for the same name all through a log, so that the story stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from cp_tui.traces.record import Record

NAMES_MAX = 100_000
"""Of each kind; those beyond are all called alike."""
SHOWN_MAX = 4
"""Characters of a tag that are shown."""
FREE_MIN = 4
"""Shorter names are replaced in their fields only: in a text they may be any number or word."""

TAG, SERIAL, CHARGE_POINT, TRANSACTION = "TAG-", "SERIAL-", "CP-", "transaction"
_KINDS = {
    "idTag": TAG,
    "parentIdTag": TAG,
    "chargePointSerialNumber": SERIAL,
    "chargeBoxSerialNumber": SERIAL,
    "meterSerialNumber": SERIAL,
    "iccid": SERIAL,
    "imsi": SERIAL,
    "transactionId": TRANSACTION,
}
"""Field -> the kind of name in it."""
_WORD = re.compile(r'(?<=")[^"]+(?=")|[^\s"\'(),;]+')
_TRANSACTION = re.compile(r"\b([Tt]ransaction(?:Id)?s? )(\d+)")


class PrivateNames:
    """The names that a log has, each with its stand-in."""

    def __init__(self) -> None:
        self._names: dict[str, dict[Any, int]] = {
            kind: {} for kind in (TAG, SERIAL, CHARGE_POINT, TRANSACTION)
        }

    @classmethod
    def of(cls, records: Iterable[Record]) -> PrivateNames:
        """Learn the names of all records."""
        found = cls()
        found.learn(records)
        return found

    def learn(self, records: Iterable[Record]) -> None:
        """Learn the names of further records; those of before keep their stand-ins."""
        for record in records:
            if record.charger:
                self._number(CHARGE_POINT, record.charger)
            if record.frame is not None:
                self._learn(record.frame.payload)

    def _learn(self, value: Any) -> None:
        if isinstance(value, dict):
            for name, each in value.items():
                kind = _KINDS.get(name)
                if kind is not None and isinstance(each, str | int):
                    self._number(kind, each)
                else:
                    self._learn(each)
        elif isinstance(value, list):
            for each in value:
                self._learn(each)

    def _number(self, kind: str, name: Any) -> int:
        names = self._names[kind]
        if name not in names and len(names) >= NAMES_MAX:
            return 0
        return names.setdefault(name, len(names) + 1)

    def shortened(self, text: str) -> str:
        """Show but the first characters of each tag."""
        tags = self._names[TAG]
        return _WORD.sub(
            lambda found: shortened_tag(found[0]) if found[0] in tags else found[0], text
        )

    def disguised_text(self, text: str) -> str:
        """Put stand-ins for all names of a text."""
        text = _TRANSACTION.sub(
            lambda found: f"{found[1]}{self._number(TRANSACTION, int(found[2]))}", text
        )
        return _WORD.sub(lambda found: self.stand_in(found[0]), text)

    def stand_in(self, name: str) -> str:
        """Give the stand-in of a name; what is none, or too short to tell, stays."""
        bare = name.rstrip(".:")
        for kind in (CHARGE_POINT, TAG, SERIAL):
            if len(bare) >= FREE_MIN and bare in self._names[kind]:
                return f"{kind}{self._names[kind][bare]}{name[len(bare) :]}"
        return name

    def disguised(self, value: Any, field: str = "") -> Any:
        """Put stand-ins into a payload, and leave out what DataTransfer carries."""
        if isinstance(value, dict):
            return {
                name: self.disguised(each, name)
                for name, each in value.items()
                if not (name == "data" and ("vendorId" in value or "status" in value))
            }
        if isinstance(value, list):
            return [self.disguised(each, field) for each in value]
        kind = _KINDS.get(field)
        if kind is TRANSACTION and isinstance(value, int):
            # -1 and 0 stand for no transaction at all.
            return self._number(kind, value) if value > 0 else value
        if kind is not None and isinstance(value, str):
            return f"{kind}{self._number(kind, value)}" if value else value
        return self.stand_in(value) if isinstance(value, str) else value


def shortened_tag(tag: str) -> str:
    """Give the begin of a tag, and dots for the rest."""
    return tag if len(tag) <= SHOWN_MAX else tag[:SHOWN_MAX] + "…"

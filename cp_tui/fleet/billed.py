"""Whether the CSMS has billed what it acknowledged: its own table held against our transactions.

A CSMS can acknowledge a message and lose it; only its own book tells. The table is a CSV of any
order with a head: `transactionId`, and either `meterStart` and `meterStop` or the energy.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path

from msgspec import Struct

from cp_tui.fleet.bill import BillEntry
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean

NAMED_MAX = 20
"""How many transactions of a kind are named; all are counted."""
CELL_MAX = 200
"""Characters of a cell: what is longer is no number and no id."""
HEAD_MAX = 100_000
KILO = 1_000
_NAMES: Mapping[str, tuple[str, ...]] = {
    "transaction": ("transactionid", "transaction", "txid", "transactionpk"),
    "charge_point": ("chargepointid", "chargepoint", "chargeboxid", "station", "stationid"),
    "start": ("meterstart", "meterstartwh", "startvalue", "startmeter"),
    "stop": ("meterstop", "meterstopwh", "stopvalue", "stopmeter"),
    "wh": ("wh", "energywh", "totalwh", "consumedwh"),
    "kwh": ("kwh", "energykwh", "totalkwh", "consumedkwh"),
}
"""What a column may be called, in small letters and without all but letters."""
_NEEDED = "transactionId, and meterStart and meterStop, or Wh, or kWh"


class BilledError(ValueError):
    """The table cannot be read; the text says where and why."""


class BilledRow(Struct, frozen=True):
    """A transaction as the CSMS has it."""

    line: int
    charge_point: str
    """Empty: the table does not say it."""
    transaction_id: int
    energy_wh: Decimal | None
    """None: it has not ended."""
    within_wh: Decimal
    """Half of the last digit that is written."""


class OurTransaction(Struct, frozen=True):
    """A transaction that the CSMS has acknowledged in full."""

    charge_point: str
    transaction_id: int
    energy_wh: int


class BilledVerdict(Struct, frozen=True):
    """What came of it."""

    transactions: int
    """How many of ours were looked for."""
    faults: tuple[str, ...]
    """What makes it fail, in sentences."""
    notes: tuple[str, ...]
    """What is told as well."""

    @property
    def is_held(self) -> bool:
        """Whether every transaction is there once, with its energy."""
        return not self.faults


def ours(entry: BillEntry) -> OurTransaction:
    """Take what has to be billed of an entry of the bill."""
    return OurTransaction(entry.station, entry.transaction_id or 0, entry.energy_wh)


def read_billed(path: Path) -> Iterator[BilledRow]:
    """Read the table of the CSMS, a row at a time; raises `BilledError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(HEAD_MAX)
            separator = max(",;\t", key=head.count)
            names = next(csv.reader([head], delimiter=separator), [])
            columns = _columns(path, names)
            rows = csv.reader(file, delimiter=separator)
            for cells in rows:
                if any(cell.strip() for cell in cells):
                    yield _row(path, rows.line_num + 1, columns, cells)
    except OSError as error:
        raise BilledError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise BilledError(f"{path}: not UTF-8 text") from None
    except csv.Error as error:
        raise BilledError(f"{path}: not CSV: {error}") from None


def compare(ours: Iterable[OurTransaction], billed: Iterable[BilledRow]) -> BilledVerdict:
    """Look for each of our transactions in the table of the CSMS."""
    wanted = {(each.charge_point, each.transaction_id): each.energy_wh for each in ours}
    by_id = {transaction_id: charge_point for charge_point, transaction_id in wanted}
    known = set(by_id.values())
    found: dict[tuple[str, int], int] = {}
    missing, doubled, differs, unknown = (_Told() for _ in range(4))
    for row in billed:
        key = (row.charge_point or by_id.get(row.transaction_id, ""), row.transaction_id)
        if key not in wanted:
            # The book may have charge points that have nothing to do with this run.
            if not row.charge_point or row.charge_point in known:
                unknown.add(_named(key))
        elif key in found:
            doubled.add(f"{_named(key)} in lines {found[key]} and {row.line}")
        else:
            found[key] = row.line
            if words := _difference(wanted[key], row):
                differs.add(f"{_named(key)}: {words}")
    for key in wanted:
        if key not in found:
            missing.add(_named(key))
    faults = [
        missing.words("acknowledged and not billed"),
        doubled.words("billed twice"),
        differs.words("billed with another energy"),
    ]
    notes = [unknown.words("billed and not of this run, or not acknowledged in full")]
    return BilledVerdict(len(wanted), tuple(filter(None, faults)), tuple(filter(None, notes)))


class _Told:
    """Transactions of which the same is said: all are counted, the first are named."""

    def __init__(self) -> None:
        self._number = 0
        self._named: list[str] = []

    def add(self, named: str) -> None:
        self._number += 1
        if len(self._named) < NAMED_MAX:
            self._named.append(named)

    def words(self, what: str) -> str:
        """Say how many there are, and name the first; empty: there are none."""
        if not self._number:
            return ""
        more = self._number - len(self._named)
        listed = "; ".join(self._named) + (f"; and {more} more" if more else "")
        return f"{count(self._number, 'transaction')} {what}: {listed}"


def _columns(path: Path, names: list[str]) -> dict[str, int]:
    bare = [re.sub("[^a-z]", "", name.casefold()) for name in names]
    columns = {
        what: bare.index(name)
        for what, known in _NAMES.items()
        if (name := next((each for each in known if each in bare), None))
    }
    has_energy = columns.keys() & {"wh", "kwh"} or {"start", "stop"} <= columns.keys()
    if "transaction" not in columns or not has_energy:
        raise BilledError(f"{path}, line 1: the head must have the columns {_NEEDED}")
    return columns


def _row(path: Path, line: int, columns: Mapping[str, int], cells: list[str]) -> BilledRow:
    def cell(what: str) -> str:
        place = columns.get(what, len(cells))
        return cells[place].strip()[:CELL_MAX] if place < len(cells) else ""

    def amount(what: str) -> Decimal | None:
        if not cell(what):
            return None
        try:
            found = Decimal(cell(what))
        except InvalidOperation:
            found = Decimal("nan")
        if not found.is_finite():
            raise BilledError(f"{path}, line {line}: no number: {clean(cell(what))}")
        return found

    number = cell("transaction")
    if not re.fullmatch(r"-?\d{1,18}", number, re.ASCII):
        raise BilledError(f"{path}, line {line}: no transactionId: {clean(number) or 'empty'}")
    factor = 1
    if "wh" in columns:
        energy = written = amount("wh")
    elif "start" in columns and "stop" in columns:
        start, stop = amount("start"), amount("stop")
        energy = None if start is None or stop is None else stop - start
        written = stop
    else:
        factor, energy = KILO, amount("kwh")
        written = energy
    exponent = 0 if written is None else min(0, int(written.as_tuple().exponent))
    within = Decimal(factor).scaleb(exponent) / 2
    energy_wh = None if energy is None else energy * factor
    return BilledRow(line, clean(cell("charge_point")), int(number), energy_wh, within)


def _difference(energy_wh: int, row: BilledRow) -> str:
    if row.energy_wh is None:
        return f"{energy_wh} Wh here, and no end there"
    if abs(row.energy_wh - energy_wh) < row.within_wh:
        return ""
    return f"{energy_wh} Wh here, {row.energy_wh:f} Wh there"


def _named(key: tuple[str, int]) -> str:
    charge_point, transaction_id = key
    return f"{transaction_id} of {charge_point}" if charge_point else f"{transaction_id}"

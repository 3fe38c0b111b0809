"""Whether the CSMS has billed what it acknowledged: its own table held against our transactions.

A CSMS can acknowledge a message and lose it; only its own book tells. The table is a CSV of any
order with a head: `transactionId`, and either `meterStart` and `meterStop` or the energy.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from itertools import chain
from operator import attrgetter
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
_STATION, _ENERGY = attrgetter("charge_point"), attrgetter("energy_wh")
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
    is_refused: bool = False
    """The CSMS refused its tag: it need not be in the table."""


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
    return OurTransaction(entry.station, entry.transaction_id, entry.energy_wh, entry.is_refused)


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


def compare(ours: Sequence[OurTransaction], billed: Iterable[BilledRow]) -> BilledVerdict:
    """Look for each of our transactions in the table of the CSMS.

    Those that got one transactionId have to be there as often as they are, each with its energy.
    """
    rows = iter(billed)
    first = next(rows, None)
    names_stations = first is not None and bool(first.charge_point)
    owed = _by_id(ours, names_stations)
    known = {each.charge_point for left in owed.values() for each in left}
    found: dict[tuple[str, int], tuple[OurTransaction, int]] = {}
    missing, doubled, differs, unknown = (_Told() for _ in range(4))
    for row in chain(() if first is None else (first,), rows):
        left = owed.get(row.transaction_id, [])
        place = _nearest(left, row, names_stations)
        if place is not None:
            taken = left.pop(place)
            for charge_point in {taken.charge_point, ""}:
                found[charge_point, row.transaction_id] = taken, row.line
            if words := _difference(taken.energy_wh, row):
                differs.add(f"{_named(taken)}: {words}")
        elif (before := found.get((row.charge_point, row.transaction_id))) is not None:
            doubled.add(f"{_named(before[0])} in lines {before[1]} and {row.line}")
        # The book may have charge points that have nothing to do with this run.
        elif not row.charge_point or row.charge_point in known:
            unknown.add(_named(row))
    for each in chain.from_iterable(owed.values()):
        if not each.is_refused:
            missing.add(_named(each))
    faults = [
        missing.words("acknowledged and not billed"),
        doubled.words("billed twice"),
        differs.words("billed with another energy"),
    ]
    notes = [unknown.words("billed and not of this run, or not acknowledged in full")]
    return BilledVerdict(len(ours), tuple(filter(None, faults)), tuple(filter(None, notes)))


def _by_id(ours: Iterable[OurTransaction], names_stations: bool) -> dict[int, list[OurTransaction]]:
    """Give our transactions by their id, each group in the order of `_nearest`.

    One id is given to one transaction, but for a CSMS that gives 0 to all of them.
    """
    found: dict[int, list[OurTransaction]] = {}
    for each in ours:
        found.setdefault(each.transaction_id, []).append(each)
    for group in found.values():
        # Of two that are alike the one that has to be there goes first.
        group.sort(key=lambda each: (each.energy_wh, each.is_refused))
        if names_stations:
            group.sort(key=_STATION)
    return found


def _nearest(left: Sequence[OurTransaction], row: BilledRow, names_stations: bool) -> int | None:
    """Find the place of the transaction that a row is about, by its energy where several may be.

    `names_stations`: they are sorted by charge point before the energy, as for rows that name it.
    """
    low, high = 0, len(left)
    if bool(row.charge_point) is names_stations:
        if names_stations:
            low = bisect_left(left, row.charge_point, key=_STATION)
            high = bisect_right(left, row.charge_point, key=_STATION)
        if row.energy_wh is not None:
            at = bisect_left(left, row.energy_wh, low, high, key=_ENERGY)
            low, high = max(low, at - 1), min(high, at + 1)
    of_it = (at for at in range(low, high) if row.charge_point in ("", left[at].charge_point))
    wh = row.energy_wh
    return min(
        of_it, key=lambda at: 0 if wh is None else abs(left[at].energy_wh - wh), default=None
    )


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


def _named(about: OurTransaction | BilledRow) -> str:
    named = f"{about.transaction_id}"
    return f"{named} of {about.charge_point}" if about.charge_point else named

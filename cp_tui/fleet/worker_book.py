"""What the processes of one run report of their charge points, and whether all is accounted for.

Pure. Each worker sends its sums as they stand, so that the newest report of each is all of it; only
what grows without end (transactionIds, entries of the ledger) is sent once. A worker that dies
takes its last figures along: what it had is told, and makes the run fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from cp_tui.fleet.bill import Bill, BillEntry, IdSet
from cp_tui.fleet.measures import Measures
from cp_tui.ocpp.plural import count

UNSETTLED_NAMED = 20
"""How many charge points a report names that were not done at the end."""


class WorkerReport(Struct, frozen=True, kw_only=True):
    """What one process says of its charge points, as it travels."""

    run: str
    version: str
    """Of cp-tui."""
    worker: int
    """Its number."""
    charge_points: int = 0
    """How many have ever had power in this run."""
    unaccepted: int = 0
    """Those of them that the CSMS never accepted."""
    broken: int = 0
    """Those that an error inside has taken out of the run."""
    is_settled: bool = False
    """Nothing waits any more, or the time for it is over; no report follows."""
    unsettled: tuple[str, ...] = ()
    """Ids of some whose messages the CSMS has not confirmed in time."""
    bill: Bill = field(default_factory=Bill)
    """Sums of those that behave, as they stand; without their transactionIds."""
    measures: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    """transactionIds since the last report."""
    again: int = 0
    """How often this process met a transactionId that it had met before."""
    entries: tuple[BillEntry, ...] = ()
    """Transactions that were acknowledged since the last report."""


class ReportError(ValueError):
    """A report that does not count; the text says why."""


class _Worker(Struct):
    """What is known of one process."""

    report: WorkerReport
    measures: Measures = field(default_factory=Measures)
    users: int = 0
    """How many charge points it has, as Locust counts."""
    is_gone: bool = False
    """It has left, or does not answer any more."""


class RunBook:
    """All that the processes of one run have told."""

    def __init__(
        self, run: str, version: str, entered: Callable[[BillEntry], None] = lambda entry: None
    ) -> None:
        """`run` and `version` are those that count; `entered` gets each entry of the ledger."""
        self.run = run
        self._version = version
        self._entered = entered
        self._workers: dict[str, _Worker] = {}
        self._ids = IdSet()
        self.entries = 0
        """How many entries have come."""

    def read(self, sender: str, content: object) -> WorkerReport | None:
        """Take a report; None: it is of another run. Raises `ReportError` where it cannot count."""
        try:
            report = convert(content, WorkerReport)
            measures = Measures.from_builtins(report.measures) if report.measures else Measures()
            ids = {int(block): int(bits, 16) for block, bits in report.ids.items()}
        except (ValidationError, ValueError, TypeError, KeyError):
            raise ReportError("it does not speak as this version of cp-tui does") from None
        if report.version != self._version:
            text = f"it runs cp-tui {report.version}, and the master {self._version}"
            raise ReportError(text)
        if report.run != self.run:
            return None
        worker = self._workers.setdefault(sender, _Worker(report))
        worker.report, worker.measures = report, measures
        self._ids.merge(IdSet(blocks=ids))
        for entry in report.entries:
            self.entries += 1
            self._entered(entry)
        return report

    def count_users(self, sender: str, number: int, users: int) -> None:
        """Take how many charge points a worker has now by the count of Locust.

        `number` is that of the worker, which may not have reported yet.
        """
        silent = WorkerReport(run=self.run, version=self._version, worker=number)
        worker = self._workers.setdefault(sender, _Worker(silent))
        worker.users = max(worker.users, users)

    def lose(self, sender: str) -> None:
        """Note that a worker will not report any more."""
        if sender in self._workers:
            self._workers[sender].is_gone = True

    @property
    def waited_for(self) -> list[str]:
        """Those that have charge points and have not told their last figures."""
        return [
            sender
            for sender, worker in self._workers.items()
            if not worker.is_gone and not worker.report.is_settled
        ]

    @property
    def reports(self) -> Iterable[WorkerReport]:
        """The newest of each worker."""
        return [worker.report for worker in self._workers.values()]

    @property
    def charge_points(self) -> int:
        """How many have had power."""
        return sum(each.charge_points for each in self.reports)

    @property
    def unaccepted(self) -> int:
        """How many were never Accepted."""
        return sum(each.unaccepted for each in self.reports)

    def bill(self) -> Bill:
        """Give the sums of all."""
        found = Bill()
        for report in self.reports:
            found.merge(replace(report.bill, ids=IdSet(again=report.again)))
        found.ids.merge(self._ids)
        return found

    def measures(self) -> Measures:
        """Give what all have measured."""
        found = Measures()
        for worker in self._workers.values():
            found.merge(worker.measures)
        return found

    def missing(self) -> list[str]:
        """Say which charge points nobody accounts for: each makes the run fail."""
        lines = []
        for worker in self._workers.values():
            report = worker.report
            number = max(report.charge_points, worker.users)
            if report.is_settled or not number:
                continue
            verb = "is" if number == 1 else "are"
            lines.append(
                f"{count(number, 'charge point')} of worker {report.worker} {verb} not accounted"
                " for: it has not told its last figures"
            )
        if broken := sum(each.broken for each in self.reports):
            lines.append(f"an error of our own ended {count(broken, 'charge point')}: see the log")
        return lines

    def unsettled(self) -> str:
        """Name those whose messages were not confirmed in time; empty: there are none."""
        names = [name for each in self.reports for name in each.unsettled]
        more = len(names) - UNSETTLED_NAMED
        listed = ", ".join(names[:UNSETTLED_NAMED])
        return f"{listed} and {more} more" if more > 0 else listed


def bill_lines(book: RunBook, bill: Bill) -> list[str]:
    """Say the bill in words."""
    return [
        f"the bill: {count(bill.begun, 'transaction')} begun, {bill.acknowledged} acknowledged,"
        f" {bill.open} open, {bill.lost} lost, {bill.doubled} doubled;"
        f" {bill.wh_made} Wh made, {bill.wh_acknowledged} Wh acknowledged",
        f"meter values: {bill.values_made} made, {bill.values_delivered} delivered,"
        f" {bill.values_dropped} dropped, {bill.values_given_up} given up;"
        f" {count(bill.repeated, 'message')} sent again with the same id",
    ]


def figure_of(book: RunBook, bill: Bill) -> Callable[[str], float | None]:
    """Give the lookup of a figure by the name that limits know it by."""
    figures = {
        "lost": bill.open + bill.lost,
        "doubled": bill.doubled,
        "unaccepted": book.unaccepted,
        "errors": sum(each.broken for each in book.reports),
    }
    return figures.get


def news(ids: IdSet, told: dict[int, int]) -> dict[str, str]:
    """Give the numbers that were not told yet, block by block, and note them as told."""
    found = {}
    for block, bits in ids.blocks.items():
        if new := bits & ~told.get(block, 0):
            found[f"{block}"] = f"{new:x}"
            told[block] = bits
    return found

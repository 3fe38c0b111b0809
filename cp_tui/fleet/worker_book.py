"""What the processes of one run report of their charge points, and whether all is accounted for.

Pure. Each worker sends its sums as they stand, so that the newest report of each is all of it; only
what grows without end (transactionIds, entries of the ledger) is sent once. A worker that dies
takes its last figures along: what it had is told, and makes the run fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct, ValidationError, convert, field
from msgspec.structs import replace

from cp_tui.fleet.bill import Bill, BillEntry, IdSet, total
from cp_tui.fleet.measures import Histogram, Measures
from cp_tui.fleet.result import FAILED_MAX, FailedStation, FleetFigures, FleetResult
from cp_tui.ocpp.plural import count

UNSETTLED_NAMED = 20
"""How many charge points are named that were not done at the end; all are counted."""


class WorkerReport(Struct, frozen=True, kw_only=True):
    """What one process says of its charge points, as it travels."""

    run: str
    version: str
    """Of cp-tui."""
    worker: int
    """Its number."""
    started: int = 0
    """How many charge points have ever had power in this run."""
    behaving: int = 0
    """Of these; all that follows is of them, where nothing else is said."""
    accepted: int = 0
    """Of these, at least once."""
    is_settled: bool = False
    """Nothing waits any more, or the time for it is over; no report follows."""
    unsettled: int = 0
    """How many had something that waited then."""
    unsettled_ids: tuple[str, ...] = ()
    """The first of them."""
    recoveries_s: tuple[float, ...] = ()
    is_away: bool = False
    failures: int = 0
    """How many charge points an error inside has taken out of the run."""
    failed: tuple[FailedStation, ...] = ()
    bill: Bill = field(default_factory=Bill)
    """Without transactionIds, as the next one."""
    misbehaving_bill: Bill = field(default_factory=Bill)
    measures: dict[str, Any] = field(default_factory=lambda: Measures().to_builtins())
    misbehaving: dict[str, Any] = field(default_factory=lambda: Measures().to_builtins())
    lag: Histogram = field(default_factory=Histogram)
    figures: FleetFigures = FleetFigures()
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
    misbehaving: Measures = field(default_factory=Measures)
    users: int = 0
    """How many charge points it has, as Locust counts."""
    is_gone: bool = False
    """It has left, or does not answer any more."""


class RunBook:
    """All that the processes of one run have told."""

    def __init__(
        self,
        run: str,
        version: str,
        began_at: datetime,
        entered: Callable[[BillEntry], None] = lambda entry: None,
    ) -> None:
        """`run` and `version` are those that count; `entered` gets each entry of the ledger."""
        self.run = run
        self._version = version
        self._began_at = began_at
        self._entered = entered
        self._workers: dict[str, _Worker] = {}
        self._ids = IdSet()
        self._entries = 0

    def read(self, sender: str, content: object) -> None:
        """Take a report, but of another run; raises `ReportError` where it cannot count."""
        try:
            report = convert(content, WorkerReport)
            measures = Measures.from_builtins(report.measures)
            misbehaving = Measures.from_builtins(report.misbehaving)
            ids = {int(block): int(bits, 16) for block, bits in report.ids.items()}
        except (ValidationError, ValueError, TypeError, KeyError):
            raise ReportError("it does not speak as this version of cp-tui does") from None
        if report.version != self._version:
            text = f"it runs cp-tui {report.version}, and the master {self._version}"
            raise ReportError(text)
        if report.run != self.run:
            return
        worker = self._workers.setdefault(sender, _Worker(report))
        worker.report, worker.measures, worker.misbehaving = report, measures, misbehaving
        self._ids.merge(IdSet(blocks=ids))
        for entry in report.entries:
            self._entries += 1
            self._entered(entry)

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

    def faults(self) -> list[str]:
        """Say which charge points and transactions nobody accounts for."""
        lines = []
        for worker in self._workers.values():
            report = worker.report
            number = max(report.started, worker.users)
            if report.is_settled or not number:
                continue
            verb = "is" if number == 1 else "are"
            lines.append(
                f"{count(number, 'charge point')} of worker {report.worker} {verb} not accounted"
                " for: it has not told its last figures"
            )
        missing = sum(each.bill.acknowledged for each in self._reports) - self._entries
        if missing:
            fewer = count(missing, "transaction")
            lines.append(f"a report of a worker got lost: {fewer} fewer in the ledger")
        return lines

    def notes(self) -> list[str]:
        """Say what is worth telling beside the figures."""
        names = [name for each in self._reports for name in each.unsettled_ids]
        listed = ", ".join(names[:UNSETTLED_NAMED])
        return [f"not done when the run was closed: {listed}"] if names else []

    def result(self, planned: int, *, was_interrupted: bool, was_cut_off: bool) -> FleetResult:
        """Put together what all have told; `planned`: how many charge points there were to be."""
        reports, workers = self._reports, self._workers.values()
        return FleetResult(
            began_at=self._began_at,
            planned=planned,
            started=sum(each.started for each in reports),
            accepted=sum(each.accepted for each in reports),
            behaving=sum(each.behaving for each in reports),
            measures=_merged(worker.measures for worker in workers),
            misbehaving=_merged(worker.misbehaving for worker in workers),
            bill=self._bill(),
            misbehaving_bill=total(each.misbehaving_bill for each in reports),
            recoveries_s=tuple(each for report in reports for each in report.recoveries_s),
            is_away=any(each.is_away for each in reports),
            unsettled=sum(each.unsettled for each in reports),
            figures=_figures(reports),
            failed=tuple(each for report in reports for each in report.failed)[:FAILED_MAX],
            failures=sum(each.failures for each in reports),
            was_interrupted=was_interrupted,
            was_cut_off=was_cut_off,
        )

    @property
    def _reports(self) -> list[WorkerReport]:
        return [worker.report for worker in self._workers.values()]

    def _bill(self) -> Bill:
        found = total(replace(each.bill, ids=IdSet(again=each.again)) for each in self._reports)
        found.ids.merge(self._ids)
        return found


def news(ids: IdSet, told: dict[int, int]) -> dict[str, str]:
    """Give the numbers that were not told yet, block by block, and note them as told."""
    found = {}
    for block, bits in ids.blocks.items():
        if new := bits & ~told.get(block, 0):
            found[f"{block}"] = f"{new:x}"
            told[block] = bits
    return found


def _merged(every: Iterable[Measures]) -> Measures:
    found = Measures()
    for each in every:
        found.merge(each)
    return found


def _figures(reports: Sequence[WorkerReport]) -> FleetFigures:
    """How the processes fared; the busiest one says whether they are at their limit."""
    lag = Histogram()
    for each in reports:
        lag.merge(each.lag)
    figures = [each.figures for each in reports]
    return FleetFigures(
        lag_p50_s=lag.quantile(0.5),
        lag_p99_s=lag.quantile(0.99),
        lag_max_s=lag.quantile(1.0),
        cpu_share=max((each.cpu_share for each in figures), default=0.0),
        memory_kib=sum(each.memory_kib for each in figures),
        elapsed_s=max((each.elapsed_s for each in figures), default=0.0),
    )

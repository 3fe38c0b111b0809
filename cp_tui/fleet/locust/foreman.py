"""The master's side of a run: who takes part, the settling at its end, the bill and the verdict.

Locust's master closes its books half a second after it has told its workers to stop. So the end is
made before that: `test_stopping` may block, and waits until every worker has told its last figures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from secrets import randbelow
from time import monotonic

from gevent.event import Event
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner
from msgspec import to_builtins

from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.billed import OurTransaction, ours
from cp_tui.fleet.early_end import early_end
from cp_tui.fleet.ledger import Ledger
from cp_tui.fleet.locust.crew import Crew
from cp_tui.fleet.locust.run_token import RunToken
from cp_tui.fleet.locust_options import LoadOptions
from cp_tui.fleet.plan import FleetPlan, FleetStorm
from cp_tui.fleet.report import words
from cp_tui.fleet.report.billing import billed_verdicts
from cp_tui.fleet.report.files import write_report
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.worker_book import ReportError, RunBook
from cp_tui.ocpp.printable import clean

SETTLE, REPORT, REFUSED, STORM = (
    f"charge_points.{name}" for name in ("settle", "report", "refused", "storm")
)
"""Messages between master and workers."""
GRACE_S = 15.0
"""How long past the time for settling the last figures may be on their way: reports leave each 3 s,
and a worker that has died is known after 4 s."""
HURRY_S = 2.0
"""How long they may take where somebody does not want to wait."""
SEED_END = 2**32
ALONE = "local"
"""The one process of a run without workers."""
LOOK_S = 0.5
HELD, FAILED, WRONG, NOTHING = 0, 1, 2, 3
"""Exit codes: all held; a limit or the bill failed; wrong use; nothing was tested."""
_LOGGER = logging.getLogger(__name__)


class Foreman:
    """Keeps the book of each run that this process is the master of, or plays alone."""

    def __init__(self, environment: Environment, origin: str, version: str) -> None:
        self._environment = environment
        self._origin, self._version = origin, version
        self._number = 0
        self._options = LoadOptions()
        self._seed = 0
        self._book: RunBook | None = None
        self._crew: Crew | None = None
        """Where this process has charge points itself."""
        self._ledger: Ledger | None = None
        self._transactions: list[OurTransaction] = []
        """What the CSMS should have billed, where its table is to be read."""
        self._refused: list[str] = []
        """Why workers were sent away."""
        self._planned = 0
        self._began_s = 0.0
        self._due_s: float | None = None
        """How long the run is to last; None: until somebody ends it."""
        self._early = ""
        """That it did not last so long, in words."""
        self._news = Event()
        self._closed = Event()
        self._is_closing = False
        self._is_hurried = False
        """Somebody does not want to wait any longer."""
        self.report: FleetReport | None = None
        """Of the last run, once it is closed."""

    def begin(
        self,
        options: LoadOptions,
        crew: Callable[[RunToken], Crew] | None,
        *,
        due_s: float | None = None,
        misbehave: Sequence[tuple[str, float]] = (),
    ) -> RunToken:
        """Begin a run that is to last so long; whatever was known of one before is forgotten.

        `misbehave`: kinds with their shares, where the plan has some. Raises
        `OSError` where the ledger cannot be written.
        """
        self._number += 1
        self._began_s, self._due_s, self._early = monotonic(), due_s, ""
        seed = randbelow(SEED_END) if options.seed is None else options.seed
        token = RunToken(self._origin, self._number, seed, self._version, tuple(misbehave))
        self._options, self._seed = options, seed
        self._ledger = None if options.ledger is None else Ledger(options.ledger)
        self._transactions = []
        self._book = RunBook(token.run, self._version, datetime.now(UTC), self._enter)
        self._crew = None if crew is None else crew(token)
        self._planned = 0
        self._refused = []
        self._closed.clear()
        self._is_closing = self._is_hurried = False
        self.report = None
        return token

    def take(self, sender: str, content: object) -> None:
        """Take the report of a worker."""
        if self._book is None:
            return
        try:
            self._book.read(sender, content)
        except ReportError as error:
            self._refuse(sender, f"{error}")
        self._count_users()
        self._news.set()

    def complete(self, charge_points: int) -> None:
        """Note that all have come that were to come by now."""
        self._planned = max(self._planned, charge_points)

    def storm(self, storm: FleetStorm) -> None:
        """Have a storm happen to all charge points."""
        runner = self._environment.runner
        if self._crew is not None:
            self._crew.storm(storm)
        elif isinstance(runner, MasterRunner):
            runner.send_message(STORM, {"storm": to_builtins(storm)})

    def close(self, *, was_asked: bool = False) -> None:
        """Have everything settled, once; whoever comes meanwhile waits for it.

        `was_asked`: a signal ends it, and not Locust by itself.
        """
        if self._book is None:
            return
        if not self._is_closing:
            self._is_closing = True
            ran_s = monotonic() - self._began_s
            self._early = early_end(ran_s, self._due_s, was_asked=was_asked)
            # Until it is judged; whatever becomes of that, nobody may wait for it for ever.
            self._environment.process_exit_code = FAILED
            try:
                self._close(self._book)
            finally:
                self._closed.set()
        try:
            self._closed.wait()
        except KeyboardInterrupt:
            self._hurry()
            self._closed.wait()

    def _close(self, book: RunBook) -> None:
        try:
            self._settle(book)
        except KeyboardInterrupt:
            self._hurry()
        if self._is_hurried and self._crew is None:
            with suppress(KeyboardInterrupt):
                self._wait(book, HURRY_S, lambda: False)
        self._judge(book)

    def forget(self) -> None:
        """Take no part in the run that is about to begin."""
        self._book = self._crew = self.report = None

    def end(self) -> None:
        """Let go of what was needed for the run alone."""
        if self._crew is not None:
            self._crew.end()

    def _hurry(self) -> None:
        self._is_hurried = True
        self._news.set()
        runner = self._environment.runner
        if self._crew is not None:
            self._crew.hurry()
        elif self._book is not None and isinstance(runner, MasterRunner):
            runner.send_message(SETTLE, {"run": self._book.run, "is_hurried": True})

    def _settle(self, book: RunBook) -> None:
        """Have all workers settle, and wait for their last figures."""
        if self._crew is not None:
            self._crew.close()
            book.read(ALONE, self._crew.report())
            return
        runner = self._environment.runner
        assert isinstance(runner, MasterRunner)
        self._count_users()
        for sender in book.waited_for:
            runner.send_message(SETTLE, {"run": book.run}, client_id=sender)
        self._wait(book, self._options.settle_s + GRACE_S, lambda: self._is_hurried)

    def _wait(self, book: RunBook, limit_s: float, is_over: Callable[[], bool]) -> None:
        """Wait for the last figures of all workers that can tell them."""
        until_s = monotonic() + limit_s
        while not is_over() and monotonic() < until_s:
            runner = self._environment.runner
            assert isinstance(runner, MasterRunner)
            for sender in book.waited_for:
                node = runner.clients.get(sender)
                if node is None or node.state == STATE_MISSING:
                    book.lose(sender)
            if not book.waited_for:
                return
            self._news.wait(LOOK_S)
            self._news.clear()

    def _count_users(self) -> None:
        """Take over who has how many users by the count of Locust, also of those still silent."""
        runner, book = self._environment.runner, self._book
        if book is None or not isinstance(runner, MasterRunner):
            return
        for sender, node in runner.clients.items():
            if node.user_count:
                book.count_users(sender, runner.get_worker_index(sender), node.user_count)

    def _enter(self, entry: BillEntry) -> None:
        if self._ledger is not None:
            self._ledger.add(entry)
        if self._options.billed is not None:
            self._transactions.append(ours(entry))

    def _refuse(self, sender: str, why: str) -> None:
        """Send a worker away that would count otherwise; its charge points are missed."""
        runner = self._environment.runner
        if isinstance(runner, MasterRunner):
            number = runner.get_worker_index(sender)
            line = f"worker {number} cannot take part: {clean(why)}"
            if line not in self._refused:
                _LOGGER.error(line)
                self._refused.append(line)
            runner.send_message(REFUSED, {"why": why}, client_id=sender)

    def _judge(self, book: RunBook) -> None:
        """Make the report of the run and say what makes it fail."""
        faults = [*filter(None, [self._early]), *self._refused, *book.faults()]
        billed, notes = billed_verdicts(self._options.billed, self._transactions)
        notes = [*book.notes(), *notes]
        if self._ledger is not None and (wrong := self._ledger.finish()):
            faults.append(f"--ledger: {wrong}")
        result = book.result(
            # Whether it came too early is told above: here no plan says how long it is.
            self._planned,
            was_interrupted=False,
            was_cut_off=self._is_hurried,
        )
        report = report_of(self._plan(), result, faults, notes, billed)
        if self._options.report is not None and (
            wrong := write_report(report, self._options.report)
        ):
            faults.append(f"--report: {wrong}")
            report = report_of(self._plan(), result, faults, notes, billed)
        self.report = report
        # On the page of Locust nobody sees the table: its log has the verdict.
        for is_held, text in words.verdicts(report):
            _LOGGER.log(logging.INFO if is_held else logging.ERROR, "%s", text)
        _LOGGER.info("%s", words.conclusion(report))
        self._environment.process_exit_code = (
            NOTHING if report.tested_nothing else HELD if report.is_held else FAILED
        )

    def _plan(self) -> FleetPlan:
        options = self._options
        return FleetPlan(
            url=self._environment.host or "",
            stations=self._planned,
            seed=self._seed,
            stages=(),
            settle_s=options.settle_s,
            fail_if=options.fail_if,
        )

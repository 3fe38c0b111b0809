"""The master's side of a run: who takes part, the settling at its end, the bill and the verdict.

Locust's master closes its books half a second after it has told its workers to stop. So the end is
made before that: `test_stopping` may block, and waits until every worker has told its last figures.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic

from gevent.event import Event
from locust.env import Environment
from locust.runners import STATE_MISSING, MasterRunner
from msgspec import to_builtins

from cp_tui.fleet.bill import Bill, BillEntry
from cp_tui.fleet.billed import BilledError, OurTransaction, compare, ours, read_billed
from cp_tui.fleet.ledger import Ledger
from cp_tui.fleet.limits import verdict
from cp_tui.fleet.locust.crew import Crew
from cp_tui.fleet.locust.run_token import RunToken
from cp_tui.fleet.locust_options import LoadOptions
from cp_tui.fleet.plan import FleetStorm
from cp_tui.fleet.worker_book import ReportError, RunBook, bill_lines, figure_of
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean

SETTLE, REPORT, REFUSED, STORM = (
    f"charge_points.{name}" for name in ("settle", "report", "refused", "storm")
)
"""Messages between master and workers."""
GRACE_S = 15.0
"""How long past the time for settling the last figures may be on their way: reports leave each 3 s,
and a worker that has died is known after 4 s."""
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
        self._book: RunBook | None = None
        self._crew: Crew | None = None
        """Where this process has charge points itself."""
        self._ledger: Ledger | None = None
        self._transactions: list[OurTransaction] = []
        """What the CSMS should have billed, where its table is to be read."""
        self._news = Event()
        self._closed = Event()
        self._is_closing = False
        self._is_hurried = False
        """Somebody does not want to wait any longer."""
        self.exit_code = NOTHING

    def begin(self, options: LoadOptions, crew: Callable[[RunToken], Crew] | None) -> RunToken:
        """Begin a run; whatever was known of one before is forgotten.

        Raises `OSError` where the ledger cannot be written.
        """
        self._number += 1
        token = RunToken(self._origin, self._number, self._version)
        self._options = options
        self._ledger = None if options.ledger is None else Ledger(options.ledger)
        self._transactions = []
        self._book = RunBook(token.run, self._version, self._enter)
        self._crew = None if crew is None else crew(token)
        self._closed.clear()
        self._is_closing = self._is_hurried = False
        self.exit_code = NOTHING
        return token

    def take(self, sender: str, content: object) -> None:
        """Take the report of a worker."""
        book = self._book
        if book is None:
            return
        try:
            book.read(sender, content)
        except ReportError as error:
            self._refuse(sender, f"{error}")
        self._count_users()
        self._news.set()

    def close(self) -> None:
        """Have everything settled, once; whoever comes meanwhile waits for it."""
        if self._book is None:
            return
        if not self._is_closing:
            self._is_closing = True
            try:
                self._settle(self._book)
            except KeyboardInterrupt:
                self._is_hurried = True
            self._judge(self._book)
            self._closed.set()
        try:
            self._closed.wait()
        except KeyboardInterrupt:
            self._is_hurried = True
            self._news.set()
            self._closed.wait()
        self._environment.process_exit_code = self.exit_code

    def storm(self, number: int, storm: FleetStorm) -> None:
        """Have a storm happen to all charge points."""
        content = {"number": number, "storm": to_builtins(storm)}
        if self._crew is not None:
            self._crew.storm(storm, number)
        elif isinstance(runner := self._environment.runner, MasterRunner):
            runner.send_message(STORM, content)

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
        until_s = monotonic() + self._options.settle_s + GRACE_S
        while self._waited_for(book, runner) and not self._is_hurried and monotonic() < until_s:
            self._news.wait(LOOK_S)
            self._news.clear()
        if self._is_hurried:
            runner.send_message(SETTLE, {"run": book.run, "is_hurried": True})

    def _waited_for(self, book: RunBook, runner: MasterRunner) -> bool:
        """Say whether anybody is to report who can."""
        for sender in book.waited_for:
            node = runner.clients.get(sender)
            if node is None or node.state == STATE_MISSING:
                book.lose(sender)
        return bool(book.waited_for)

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

    def _papers(self, book: RunBook, bill: Bill) -> list[str]:
        """Finish the ledger and look into the table of the CSMS; gives what is wrong with them."""
        wrong = []
        if self._ledger is not None:
            wrong.append(self._ledger.finish())
        if book.entries != bill.acknowledged:
            missing = count(bill.acknowledged - book.entries, "transaction")
            wrong.append(f"a report of a worker got lost: {missing} fewer in the ledger")
        if self._options.billed is not None:
            try:
                found = compare(self._transactions, read_billed(self._options.billed))
            except BilledError as error:
                wrong.append(f"--billed: {error}")
            else:
                wrong += found.faults
                for note in found.notes:
                    _LOGGER.warning(note)
        return [line for line in wrong if line]

    def _refuse(self, sender: str, why: str) -> None:
        """Send a worker away that would count otherwise; its charge points are missed."""
        runner = self._environment.runner
        if isinstance(runner, MasterRunner):
            number = runner.get_worker_index(sender)
            _LOGGER.error("worker %s cannot take part: %s", number, clean(why))
            runner.send_message(REFUSED, {"why": why}, client_id=sender)

    def _judge(self, book: RunBook) -> None:
        """Say what came of the run, line by line, and with which exit code it ends."""
        bill = book.bill()
        lines = bill_lines(book, bill)
        wrong = [*book.missing(), *self._papers(book, bill)]
        if self._is_hurried:
            wrong.append("the run was ended before everything was settled")
        for each in self._options.limits:
            found = verdict(each, figure_of(book, bill))
            (lines if found.is_held else wrong).append(found.words)
        for line in lines:
            _LOGGER.info(line)
        for line in wrong:
            _LOGGER.error("FAIL: %s", line)
        if book.charge_points == book.unaccepted:
            _LOGGER.error("nothing was tested: no charge point was ever Accepted")
            self.exit_code = NOTHING
        else:
            self.exit_code = FAILED if wrong else HELD

    def forget(self) -> None:
        """Take no part in the run that is about to begin."""
        self._book = self._crew = None

    def end(self) -> None:
        """Forget what was needed for the run alone."""
        if self._crew is not None:
            self._crew.end()

"""`cp-tui fleet`: many charge points against one CSMS, and a verdict at the end."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

import cp_tui.fleet
from cp_tui.cli.fleet_end import told
from cp_tui.cli.fleet_options import PLAN_FILES, PLAN_OPTIONS, PLAN_SWITCHES
from cp_tui.cli.fleet_progress import beginning, progress
from cp_tui.cli.output import ExitStatus, complain_of, told_without_waiting
from cp_tui.cli.parent_pipe import when_stdin_closes
from cp_tui.cli.terminal import is_terminal, terminal_problem
from cp_tui.cli.watch_claims import claimed
from cp_tui.engine.one_file import named_twice
from cp_tui.fleet.bill import BillEntry
from cp_tui.fleet.billed import OurTransaction, ours
from cp_tui.fleet.ledger import Ledger
from cp_tui.fleet.plan import FleetPlan
from cp_tui.fleet.quantities import duration, duration_s
from cp_tui.fleet.reading.plan_file import PlanOptions, ReadPlan, read_plan
from cp_tui.fleet.report.billing import billed_verdicts
from cp_tui.fleet.report.files import FORMS, write_report
from cp_tui.fleet.report.fleet_report import FleetReport
from cp_tui.fleet.report.made import report_of
from cp_tui.fleet.report.timeline import every
from cp_tui.fleet.result import FleetResult
from cp_tui.fleet.shell.fleet_door import FleetDoor
from cp_tui.fleet.shell.fleet_store import FleetStore, seed_in
from cp_tui.fleet.shell.run import FleetRun
from cp_tui.fleet.view import FleetView, RunPart
from cp_tui.fleet.whole_file import cannot_write
from cp_tui.rpc.paths import SocketPathError, default_socket, fleet_sockets
from cp_tui.rpc.server import RpcServer, check_socket
from cp_tui.settings.problem import SettingsError

LINE_S = 10.0
"""How often a line is printed."""
SEED_END = 2**32
LAST_WORD_S = 0.2
"""For those who look to be told how it has ended, before the door closes."""
LOCUSTFILE = Path("locust", "example.py")


class Results(Struct, frozen=True):
    """Where the figures of a run are to go."""

    report: Path | None
    every_s: float | None
    billed: Path | None


def run(options: Namespace) -> int:
    """Carry a plan out; returns the exit status."""
    if options.print_locustfile:
        print((Path(cp_tui.fleet.__file__).parent / LOCUSTFILE).read_text("utf-8"), end="")
        return ExitStatus.DONE
    results, wrong = _results(options)
    try:
        read = _read(options)
    except SettingsError as error:
        # All that was mistyped is told at once.
        return complain_of([*wrong, *error.lines])
    wrong += _wrong_doors(read.plan, options.watch)
    wrong += _named_twice(options, read)
    if wrong:
        return complain_of(wrong)
    if options.behind is None and not options.no_screen and _can_show():
        from cp_tui.cli.fleet_screen import run_behind_screen

        return run_behind_screen(options, read)
    report = asyncio.run(Errand(read, options, results).carry_out())
    # One Ctrl-C too many, in the haste of the end, must not cost the figures.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return told(report)


def _read(options: Namespace) -> ReadPlan:
    """Read the plan; the file of an earlier run has the seed, where nobody says another one."""
    given = _plan_options(options)
    read = read_plan(given, secrets.randbelow(SEED_END))
    if read.plan.store is None:
        return read
    seed = asyncio.run(seed_in(Path(read.plan.store)))
    return read if seed is None else read_plan(given, seed)


def _named_twice(options: Namespace, read: ReadPlan) -> list[str]:
    """Say which file is named for two things, by options or in the plan."""
    stores = ("--store", "store of the plan")
    kept = {flag: read.files[flag] for flag in stores if flag in read.files}
    others = {flag: path for flag, path in read.files.items() if flag not in kept}
    written = {"--report": options.report, "--ledger": options.ledger, **kept}
    return named_twice(written, {"--billed": options.billed, **others})


def _can_show() -> bool:
    """Whether there is a terminal for a screen, and for the lines."""
    return is_terminal(sys.stdout) and terminal_problem() is None


class Errand:
    """A run with what belongs to it: its lines, its ledger, its door, its report."""

    def __init__(self, read: ReadPlan, options: Namespace, results: Results) -> None:
        self._read = read
        self._options = options
        self._results = results
        self._transactions: list[OurTransaction] = []
        self._failed: list[str] = []
        self._told_at_s = 0.0
        self._door: FleetDoor | None = None
        self._left = asyncio.Event()
        """Nobody holds us any more who has started us with a screen."""

    async def carry_out(self) -> FleetReport:
        """Run it until its plan is done or somebody ends it, with a line now and then."""
        async with AsyncExitStack() as open_doors:
            open_doors.enter_context(claimed(self._options.watch))
            plan, ledger = self._read.plan, self._options.ledger
            with (
                told_without_waiting() as tell,
                _ledger(ledger, self._failed, by_line=plan.store is not None) as add,
            ):
                if self._options.behind is not None:
                    # The screen tells it.
                    tell = _say_nothing
                store = await self._store()
                run = self._run(tell, add, store)
                run.prepare()
                if self._options.behind is not None:
                    await when_stdin_closes(partial(self._leave, run), self._left.set)
                door = self._door = await self._open_door(run, tell, open_doors)
                tell(beginning(plan, 0 if store is None else store.taken_over))
                open_doors.push_async_callback(run.doors.close)
                result = await run.run()
            report = await asyncio.to_thread(self._sum_up, result)
            door.ended(report)
            if self._options.behind is not None:
                # Whoever looks on has the whole list, and each charge point as it was at the end.
                await self._left.wait()
            await asyncio.sleep(LAST_WORD_S)
        return report

    def _leave(self, run: FleetRun) -> None:
        self._left.set()
        run.stop()

    async def _store(self) -> FleetStore | None:
        plan = self._read.plan
        return None if plan.store is None else await FleetStore.open(Path(plan.store), plan)

    def _run(
        self,
        tell: Callable[[str], None],
        add: Callable[[BillEntry], None],
        store: FleetStore | None,
    ) -> FleetRun:
        def look(view: FleetView) -> None:
            if self._door is not None:
                self._door.look(view)
            if view.elapsed_s >= self._told_at_s + LINE_S:
                self._told_at_s = view.elapsed_s // LINE_S * LINE_S
                tell(progress(view))

        def settled(entry: BillEntry) -> None:
            add(entry)
            if self._results.billed is not None:
                self._transactions.append(ours(entry))

        def stop() -> None:
            if fleet.part is RunPart.ENDED:
                self._left.set()
            fleet.stop()
            if fleet.stops > 1:
                return
            wait = duration(self._read.plan.settle_s)
            tell(f"ending: waiting up to {wait} for acknowledgements; once more ends at once")

        watched = self._options.watch
        plan, config_of = self._read.plan, self._read.config_of
        fleet = FleetRun(
            plan, config_of, on_settled=settled, on_moment=look, watched=watched, store=store
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        return fleet

    async def _open_door(
        self, run: FleetRun, tell: Callable[[str], None], open_doors: AsyncExitStack
    ) -> FleetDoor:
        """Open the door for `attach` and `ctl`; without one the run goes on all the same."""
        door, why = FleetDoor(run), ""
        open_doors.callback(door.close)
        behind = self._options.behind
        for path in [behind] if behind is not None else fleet_sockets(self._read.plan.id_of(0)):
            server = RpcServer(door, path)
            try:
                await server.start()
            except SocketPathError as error:
                why = f"{error}"
                continue
            open_doors.push_async_callback(server.close)
            return door
        if behind is not None:
            raise SocketPathError(why)
        tell(f"no door for attach and ctl: {why}")
        return door

    def _sum_up(self, result: FleetResult) -> FleetReport:
        """Make the report, and write it where it is wanted."""
        results = self._results
        billed, notes = billed_verdicts(results.billed, self._transactions)
        report = report_of(self._read.plan, result, self._failed, notes, billed)
        if results.report is not None and (wrong := _written(report, results)):
            report = replace(report, faults=(*report.faults, wrong))
        return report


def _say_nothing(line: str) -> None:
    """Leave it to the screen."""


def _wrong_doors(plan: FleetPlan, watched: Sequence[str]) -> list[str]:
    """Say which charge points cannot have a door."""
    wrong = []
    ids = {plan.id_of(index) for index in range(plan.stations)} if watched else set()
    for id_ in watched:
        if id_ not in ids:
            there = f"{plan.id_of(0)} to {plan.id_of(plan.stations - 1)}"
            wrong.append(f"--watch {id_}: the fleet has {there}")
            continue
        try:
            check_socket(default_socket(id_))
        except SocketPathError as error:
            wrong.append(f"--watch {id_}: {error}")
    return wrong


def _written(report: FleetReport, results: Results) -> str:
    assert results.report is not None, "somebody wants it written"
    if results.report.suffix != ".html":
        report = replace(report, timeline=every(report.timeline, results.every_s))
    return write_report(report, results.report)


@contextmanager
def _ledger(
    path: Path | None, failed: list[str], *, by_line: bool
) -> Iterator[Callable[[BillEntry], None]]:
    """Write the ledger while the run goes on; what goes wrong is put to what has failed."""
    if path is None:
        yield lambda entry: None
        return
    try:
        ledger = Ledger(path, by_line=by_line)
    except OSError as error:
        raise SettingsError(f"--ledger {path}: {error.strerror}") from None
    try:
        yield ledger.add
    except BaseException:
        ledger.abandon()
        raise
    if wrong := ledger.finish():
        failed.append(wrong)


def _results(options: Namespace) -> tuple[Results, list[str]]:
    """Read where the figures go, and say what is wrong with it."""
    wrong, every_s = [], None
    report: Path | None = options.report
    if report is not None and report.suffix not in FORMS:
        wrong.append(f"--report {report}: must end in {', '.join(FORMS)}")
    for name, path in (("report", report), ("ledger", options.ledger)):
        # Told before anything is measured, which may take hours.
        if path is not None and (cannot := cannot_write(path)):
            wrong.append(f"--{name} {cannot}")
    if options.every is not None and report is None:
        wrong.append("--every goes with --report")
    elif options.every is not None:
        try:
            every_s = duration_s(options.every)
        except ValueError as error:
            wrong.append(f"--every: {error}")
    return Results(report, every_s, options.billed), wrong


def _plan_options(options: Namespace) -> PlanOptions:
    tables: dict[str, dict[str, Any]] = {}
    for each in (*PLAN_OPTIONS, *PLAN_FILES, *PLAN_SWITCHES):
        value = getattr(options, each.dest)
        table, name = each.place
        if value is None:
            continue
        is_file = isinstance(value, Path) or (name == "tags" and not value.lstrip("-").isdecimal())
        # As seen from here, wherever the plan lies.
        tables.setdefault(table, {})[name] = Path(value).absolute() if is_file else value
    if options.source_address:
        tables.setdefault("fleet", {})["source_addresses"] = options.source_address
    return PlanOptions(
        plan=options.plan,
        tables=tables,
        keys=tuple(options.keys),
        password=options.password,
        storms=tuple(options.storm),
        misbehave=tuple(options.misbehave),
        fail_if=tuple(options.fail_if),
        is_attended=sys.stdout.isatty() or options.behind is not None,
    )

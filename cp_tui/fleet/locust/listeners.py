"""Where the fleet meets Locust: its events, its messages between processes, its signals.

A locustfile that imports the class of its charge points has it all.
"""

from __future__ import annotations

import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence
from functools import partial
from secrets import randbelow
from time import perf_counter
from typing import Any

import gevent
from locust import events
from locust.argument_parser import get_parser
from locust.env import Environment
from locust.rpc import Message
from locust.runners import STATE_INIT, MasterRunner, WorkerRunner
from msgspec import convert, to_builtins
from msgspec.structs import replace

from cp_tui import __version__
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.one_file import named_twice
from cp_tui.engine.tls import tls_context
from cp_tui.fleet.arrivals import ends_at_s
from cp_tui.fleet.locust.charging_station import ChargingStation, check_class
from cp_tui.fleet.locust.crew import Crew
from cp_tui.fleet.locust.foreman import REFUSED, REPORT, SEED_END, SETTLE, STORM, WRONG, Foreman
from cp_tui.fleet.locust.run_token import OPTION, RunToken, new_origin, read_token
from cp_tui.fleet.locust.shape import PlanShape
from cp_tui.fleet.locust_options import LoadOptions, OptionsError, add_options, read_options
from cp_tui.fleet.plan import FleetPlan, FleetStorm
from cp_tui.fleet.quantities import duration
from cp_tui.fleet.reading.plan_file import PlanOptions, read_plan
from cp_tui.fleet.report.text import report_lines
from cp_tui.fleet.whole_file import cannot_write
from cp_tui.fleet.worker_book import WorkerReport
from cp_tui.settings.problem import SettingsError

ORIGIN, FIRST_PID = new_origin(), os.getpid()
"""Made before Locust forks its workers: who shares them belongs together."""
REPORT_KEY = "charge_points"
"""Under this name the figures travel in the reports of the workers."""
THRESHOLDS = (20_000, 50, 1_000)
"""Of the collector: with 1,000 charge points its longest pause is 55 ms."""
LEFT_TO_MASTER = 2
"""How often somebody presses Ctrl-C before a worker ends by itself."""
NOBODY_FOLLOWS = (
    "nothing in the locustfile follows a plan: add `from cp_tui.fleet.locust import PlanShape`"
)
BOTH_MISBEHAVE = "both the plan and {} say who misbehaves: leave it out of one of them"
IN_MEMORY = "store of the plan: on Locust charge points are in memory, leave it out"
_LOGGER = logging.getLogger(__name__)


class WorkerSide:
    """What a process does that has charge points, and a master elsewhere."""

    def __init__(self, environment: Environment, runner: WorkerRunner) -> None:
        self._environment = environment
        self._runner = runner
        self._crew: Crew | None = None
        self._is_over = False
        """The run was ended by the master."""
        self._interrupts = 0
        self._has_own_master = has_own_master()
        runner.register_message(SETTLE, self._on_settle, concurrent=True)
        runner.register_message(REFUSED, self._on_refused, concurrent=True)
        runner.register_message(STORM, self._on_storm, concurrent=True)
        hooks = environment.events
        hooks.test_start.add_listener(self._on_start)
        hooks.test_stop.add_listener(self._on_stop)
        hooks.report_to_master.add_listener(self._on_report)
        hooks.quitting.add_listener(self._on_quitting)
        if self._has_own_master:
            signal.signal(signal.SIGINT, self._on_interrupt)
        if runner.worker_state != STATE_INIT:
            # A worker that joins a run may be told to begin before it is made ready.
            self._on_start(environment)

    def _on_start(self, environment: Environment, **_: Any) -> None:
        self._is_over = False
        given = environment.parsed_options
        if not (text := getattr(given, OPTION, "")):
            # The master has refused what this run was asked to be, and ends it.
            self._crew = ChargingStation.crew = None
            return
        token = read_token(text)
        if self._has_own_master and token.origin != ORIGIN:
            # Nothing of it counts there, so nothing of it is missed.
            number = self._runner.worker_index
            none = WorkerReport(
                run=token.run, version=token.version, worker=number, is_settled=True
            )
            self._runner.send_message(REPORT, to_builtins(none))
            self._leave("its master is that of another run: give each run a port of its own")
        elif token.version != __version__:
            # The master tells as well why it has fewer charge points.
            number = self._runner.worker_index
            other = WorkerReport(run=token.run, version=__version__, worker=number)
            self._runner.send_message(REPORT, to_builtins(other))
            self._leave(f"it runs cp-tui {__version__}, and the master {token.version}")
        elif fault := roots_fault(options := read_options(given)):
            self._leave(fault)
        else:
            self._crew = begin_crew(environment, options, token, self._runner.worker_index)

    def _on_stop(self, **_: Any) -> None:
        self._is_over = True
        if self._crew is not None:
            self._crew.end()

    def _on_report(self, data: dict[str, Any], **_: Any) -> None:
        if self._crew is not None:
            data[REPORT_KEY] = self._crew.report()

    def _on_settle(self, msg: Message, **_: Any) -> None:
        if self._crew is None or self._crew.token.run != msg.data["run"]:
            return
        if msg.data.get("is_hurried"):
            self._crew.hurry()
            self._runner.send_message(REPORT, self._crew.report())
        else:
            self._crew.close()

    def _on_refused(self, msg: Message, **_: Any) -> None:
        self._leave(msg.data["why"])

    def _on_storm(self, msg: Message, **_: Any) -> None:
        if self._crew is not None:
            self._crew.storm(convert(msg.data["storm"], FleetStorm))

    def _on_quitting(self, **_: Any) -> None:
        # The master has ended the run before, unless somebody ends this process alone.
        if self._crew is not None and not self._is_over:
            if not self._crew.is_settled:
                self._crew.close()
            self._runner.send_message(REPORT, self._crew.report())

    def _on_interrupt(self, number: int, frame: Any) -> None:
        """Leave Ctrl-C to the master, whom the terminal tells too, unless it does not help."""
        self._interrupts += 1
        if self._crew is None or self._is_over or self._interrupts > LEFT_TO_MASTER:
            raise KeyboardInterrupt

    def _leave(self, why: str) -> None:
        _LOGGER.error("this worker cannot take part: %s", why)
        self._crew = ChargingStation.crew = None
        self._environment.process_exit_code = WRONG
        gevent.spawn(self._runner.quit)


class MasterSide:
    """What a process does that leads a run, with workers or alone."""

    def __init__(self, environment: Environment, runner: Any) -> None:
        self._environment = environment
        self._runner = runner
        self._foreman = Foreman(environment, ORIGIN, __version__)
        self._storms: Sequence[FleetStorm] = ()
        self._timers: list[gevent.Greenlet] = []
        self._is_alone = not isinstance(runner, MasterRunner)
        if not self._is_alone:
            runner.register_message(REPORT, self._on_message, concurrent=True)
        hooks = environment.events
        hooks.test_start.add_listener(self._on_start)
        hooks.test_stopping.add_listener(self._on_stopping)
        hooks.test_stop.add_listener(self._on_stop)
        hooks.quitting.add_listener(self._on_quitting)
        hooks.quit.add_listener(self._on_quit)
        hooks.spawning_complete.add_listener(self._on_complete)
        hooks.worker_report.add_listener(self._on_report)
        self._check(environment)
        # Locust counts -t from the last look at the clock, which is from before its start-up.
        gevent.get_hub().loop.update_now()

    def _check(self, environment: Environment) -> None:
        """Refuse before anything begins what can be refused then."""
        given = environment.parsed_options
        if given is None or not (given.headless or given.autostart):
            return
        try:
            self._prepare(environment)
        except (OptionsError, SettingsError) as error:
            for line in error.lines:
                _LOGGER.error(line)
            sys.exit(WRONG)

    def _prepare(self, environment: Environment) -> LoadOptions:
        """Read the options and the plan; raises `OptionsError` or `SettingsError`."""
        given: Any = environment.parsed_options
        options = read_options(given)
        shape = environment.shape_class
        self._misbehave: Sequence[tuple[str, float]] = ()
        self._check_files(options)
        if not isinstance(shape, PlanShape):
            if options.plan is not None:
                raise OptionsError([f"--plan {options.plan}: {NOBODY_FOLLOWS}"])
        else:
            if options.plan is None:
                raise OptionsError(["PlanShape follows a plan: give --plan FILE"])
            fleet = {"url": environment.host} if environment.host else {}
            tables = {"fleet": fleet} if fleet else {}
            drawn = randbelow(SEED_END) if options.seed is None else options.seed
            plan = read_plan(PlanOptions(plan=options.plan, tables=tables), drawn).plan
            shape.plan, environment.host, self._storms = plan, plan.url, plan.storms
            seed = plan.seed if options.seed is None else options.seed
            fail_if = (*plan.fail_if, *options.fail_if)
            options = replace(options, seed=seed, fail_if=fail_if)
            if options.settle_s == LoadOptions().settle_s:
                # As an option it reaches the workers, too.
                options = replace(options, settle_s=plan.settle_s)
                given.settle = duration(plan.settle_s)
            _check_plan(environment, plan)
            self._misbehave = plan.misbehave
        for each in stations_of(environment):
            check_class(each, environment.host)
        return options

    def _check_files(self, options: LoadOptions) -> None:
        """See that what is read and written can be; raises `OptionsError`."""
        given: Any = self._environment.parsed_options
        wrong = []
        # On other machines the workers have the roots.
        if (self._is_alone or given.processes) and (fault := roots_fault(options)):
            wrong.append(fault)
        files = (("report", options.report), ("ledger", options.ledger))
        for name, path in files:
            if path is not None and (cannot := cannot_write(path)):
                wrong.append(f"--{name} {cannot}")
        read = {"--plan": options.plan, "--billed": options.billed}
        wrong += named_twice({f"--{name}": path for name, path in files}, read)
        if wrong:
            raise OptionsError(wrong)

    def _on_start(self, environment: Environment, **_: Any) -> None:
        given = environment.parsed_options
        try:
            options = self._prepare(environment)
            crew = partial(begin_crew, environment, options, worker=0) if self._is_alone else None
            token = self._foreman.begin(
                options, crew, due_s=self._due_s(), misbehave=self._misbehave
            )
        except (OptionsError, SettingsError) as error:
            self._refuse(error.lines)
        except OSError as error:
            self._refuse([f"--ledger {error.filename}: {error.strerror}"])
        else:
            vars(given)[OPTION] = token.text
            self._timers = [
                gevent.spawn_later(storm.at_s, self._foreman.storm, storm) for storm in self._storms
            ]

    def _refuse(self, lines: Sequence[str]) -> None:
        """End a run that cannot be."""
        for line in lines:
            _LOGGER.error(line)
        self._foreman.forget()
        vars(self._environment.parsed_options)[OPTION] = ""
        self._environment.process_exit_code = WRONG
        given = self._environment.parsed_options
        is_attended = given is not None and not given.headless
        gevent.spawn(self._runner.stop if is_attended else self._runner.quit)

    def _due_s(self) -> float | None:
        """Give how long the run is to last; on the page whoever looks at it ends it."""
        given, shape = self._environment.parsed_options, self._environment.shape_class
        if given is None or not given.headless:
            return None
        if isinstance(shape, PlanShape) and shape.plan is not None:
            end_s = ends_at_s(shape.plan)
            # It has waited for its first charge points.
            return None if end_s is None else end_s - (perf_counter() - shape.start_time)
        return given.run_time or None

    def _on_stopping(self, **_: Any) -> None:
        self._close()

    def _on_quitting(self, **_: Any) -> None:
        # Nothing has stopped the run before: a signal does.
        self._close(was_asked=True)

    def _close(self, *, was_asked: bool = False) -> None:
        for timer in self._timers:
            timer.kill(block=False)
        self._foreman.close(was_asked=was_asked)

    def _on_stop(self, **_: Any) -> None:
        self._foreman.end()

    def _on_complete(self, user_count: int, **_: Any) -> None:
        self._foreman.complete(user_count)

    def _on_quit(self, **_: Any) -> None:
        """Put our own table below that of Locust."""
        if self._foreman.report is not None:
            print()
            for line in report_lines(self._foreman.report):
                print(line)

    def _on_report(self, client_id: str, data: dict[str, Any], **_: Any) -> None:
        if REPORT_KEY in data:
            self._foreman.take(client_id, data[REPORT_KEY])

    def _on_message(self, msg: Message, **_: Any) -> None:
        self._foreman.take(msg.node_id, msg.data)


def has_own_master() -> bool:
    """Whether this worker was forked from its master, and does not only share `--processes`.

    Locust makes a worker of whatever it forks; what was typed says what it was forked from.
    """
    return os.getpid() != FIRST_PID and not get_parser().parse_args().worker


def begin_crew(
    environment: Environment, options: LoadOptions, token: RunToken, worker: int
) -> Crew:
    """Have this process ready for charge points of a new run."""
    if ChargingStation.crew is not None:
        ChargingStation.crew.end()
    # Seldom, but not never: Locust leaves much behind with each message that it sends a worker.
    gc.set_threshold(*THRESHOLDS)
    crew = Crew(environment.events.request.fire, options, token, worker)
    ChargingStation.crew = crew
    return crew


def roots_fault(options: LoadOptions) -> str:
    """Say why the roots to trust cannot be read, whether they are needed or not."""
    if options.ca_file is None:
        return ""
    try:
        tls_context(options.ca_file, check_hostname=True)
    except EngineStartError as error:
        return f"--ca-file: {error}".replace("csms.ca_file: ", "")
    return ""


def _check_plan(environment: Environment, plan: FleetPlan) -> None:
    """Refuse what a plan says and does not hold here; raises `OptionsError`."""
    own = [f"class {each.__name__}" for each in stations_of(environment) if each.misbehave]
    lines = [BOTH_MISBEHAVE.format(", ".join(own))] if own and plan.misbehave else []
    if plan.store is not None:
        lines.append(IN_MEMORY)
    if lines:
        raise OptionsError(lines)


def stations_of(environment: Environment) -> list[type[ChargingStation]]:
    """Give the classes of charge points in the locustfile."""
    return [each for each in environment.user_classes if issubclass(each, ChargingStation)]


def freeze(**_: Any) -> None:
    """Take all that is there out of the sight of the collector.

    Most of it stays to the end, and to walk it would make every timer late. Locust does so before
    it forks, when no charge point is there.
    """
    gc.freeze()


def begin(environment: Environment, **_: Any) -> None:
    """Make this process what its runner is."""
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        WorkerSide(environment, runner)
    else:
        MasterSide(environment, runner)
    if not isinstance(runner, MasterRunner):
        environment.events.spawning_complete.add_listener(freeze)


def listen() -> None:
    """Have Locust tell of itself; a locustfile does so by importing the room."""
    events.init_command_line_parser.add_listener(add_options)
    events.init.add_listener(begin)

"""`cp-tui fleet` on a terminal: the fleet in a process of its own, and a screen on it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cp_tui.cli.child import Child
from cp_tui.cli.fleet_end import told
from cp_tui.cli.fleet_options import LISTS, PLAN_FILES, PLAN_OPTIONS, PLAN_SWITCHES, RESULTS
from cp_tui.cli.output import ExitStatus, complain, say
from cp_tui.cli.quick_imports import importing
from cp_tui.cli.screen import attachment_at, read_look, show_screen
from cp_tui.cli.terminal import on_terminal
from cp_tui.fleet.quantities import duration
from cp_tui.fleet.reading.plan_file import ReadPlan
from cp_tui.rpc.paths import SocketPathError, fleet_sockets, is_answering

if TYPE_CHECKING:
    from cp_tui.fleet.report.fleet_report import FleetReport
    from cp_tui.tui.preferences import Look
    from cp_tui.tui.start.fleet_app import FleetVisit


def run_behind_screen(options: Namespace, read: ReadPlan) -> int:
    """Start the fleet, show it until somebody leaves, print its figures; gives its status."""
    look = read_look(options)
    plan = read.plan
    path = next((p for p in fleet_sockets(plan.id_of(0)) if not is_answering(p)), None)
    if path is None:
        raise SocketPathError(f"too many fleets run that begin with {plan.id_of(0)}")
    given = [*arguments(options), f"--seed={plan.seed}", f"--behind={path}"]
    child = Child("cp_tui", ["fleet", *given], ends_with_us=True, keeps_output=True)
    try:
        child.wait_until_answering(path, by_itself=True, what="the fleet")
    except BaseException:
        child.end()
        raise
    try:
        left, _ = show_fleet(path, look, is_host=True, read_only=False)
    except OSError:
        # The terminal is lost: the fleet ends in order, as it does whenever we are no longer there.
        return ExitStatus.FAILED
    from cp_tui.tui.start.fleet_app import GOES_ON

    if left == GOES_ON and child.is_running():
        child.let_go()
        say(f"the fleet goes on: `cp-tui attach --fleet` shows it again{_without_report(options)}")
        return ExitStatus.DONE
    return _ended(child, left, plan.settle_s)


def _without_report(options: Namespace) -> str:
    if options.report is not None:
        return f"; its report goes to {options.report}"
    return ", and its figures are told there alone"


def _ended(child: Child, left: str, settle_s: float) -> int:
    """Have it end, unless it has, and print what it has printed."""
    from cp_tui.tui.start.fleet_app import OVER

    is_asked = left != OVER and child.is_running()
    # It ends in order, and waits for our looks no longer.
    child.hang_up()
    if is_asked:
        wait = duration(settle_s)
        say(f"ending: waiting up to {wait} for acknowledgements; ctrl+c ends at once")
    while True:
        try:
            status, text = child.output()
            break
        except KeyboardInterrupt:
            child.interrupt()
    if not text and (words := child.last_words()):
        return complain(f"fleet: {words}", ExitStatus.FAILED)
    with suppress(OSError):
        print(text, end="", flush=True)
    return status


def show_fleet(
    path: Path, look: Look, *, is_host: bool, read_only: bool
) -> tuple[str, FleetReport | None]:
    """Show a fleet, and of it each charge point that is wanted.

    Says how it was left, and gives its report where its run has ended.
    """
    with importing():
        from cp_tui.tui.start.fleet_app import STATION, FleetVisit

    visit = FleetVisit(is_host)
    while (left := _show(visit, path, look, read_only=read_only)) == STATION:
        assert visit.station is not None
        is_over = visit.state.has_ended
        when = "as it was at the end" if is_over else "of the fleet"
        welcome = f"{visit.station_id} {when}; q goes back to the fleet"
        if is_answering(visit.station):
            # Nothing can happen to it any more, so nothing that changes it is offered.
            only_looks = read_only or is_over
            show_screen(attachment_at(visit.station, read_only=only_looks, welcome=welcome), look)
    return left, visit.state.report if visit.state.has_ended else None


def attach_fleet(path: Path, look: Look, *, read_only: bool) -> int:
    """Show a fleet that runs, and print its figures where it ends meanwhile; gives its status."""
    _, report = show_fleet(path, look, is_host=False, read_only=read_only)
    return ExitStatus.DONE if report is None else told(report)


def _show(visit: FleetVisit, path: Path, look: Look, *, read_only: bool) -> str:
    with importing():
        from cp_tui.fleet.fleet_variables import FLEET
        from cp_tui.rpc.client import Client, EngineConnection
        from cp_tui.tui.app import Attachment
        from cp_tui.tui.main import run_screen
        from cp_tui.tui.start.fleet_app import FleetApp

    async def connect() -> EngineConnection:
        return await Client.connect(path, read_only=read_only, vocabulary=FLEET)

    make: Any = partial(FleetApp, visit)
    with on_terminal():
        return run_screen(Attachment(connect, read_only), look, make=make)


def arguments(options: Namespace) -> list[str]:
    """Write what was typed anew, for the process of the fleet."""
    return [*_arguments(options)]


def _arguments(options: Namespace) -> Iterator[str]:
    for each in (*PLAN_OPTIONS, *PLAN_FILES):
        value = getattr(options, each.dest)
        if value is not None and each.flag != "--seed":
            yield f"{each.flag}={value}"
    yield from (each.flag for each in PLAN_SWITCHES if getattr(options, each.dest))
    for flag in LISTS:
        dest = "keys" if flag == "--set" else flag.strip("-").replace("-", "_")
        yield from (f"{flag}={value}" for value in getattr(options, dest))
    for flag in RESULTS:
        if (value := getattr(options, flag.strip("-"))) is not None:
            yield f"{flag}={value}"

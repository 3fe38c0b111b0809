"""`cp-tui scenario`: lists scenarios, and plays them against a CSMS with a verdict each."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cp_tui.cli.output import ExitStatus, complain, complain_of
from cp_tui.engine.one_file import named_twice
from cp_tui.engine.thread import in_daemon_thread
from cp_tui.ocpp.printable import clean
from cp_tui.scenarios import report
from cp_tui.scenarios.bench_settings import BenchSettings, read
from cp_tui.scenarios.plan import Plan
from cp_tui.scenarios.python_scenario import PythonPlan, read_python
from cp_tui.scenarios.reading import built_in, read_file
from cp_tui.scenarios.runner import Runner
from cp_tui.scenarios.steps import Surroundings
from cp_tui.scenarios.verdict import ScenarioOutcome, exit_status
from cp_tui.settings.problem import SettingsError, unknown

SEED_MAX = 2**53
SIGNALLED = 128
"""With the number of the signal: the status of a process that one has ended."""
BUSY_S = 2.0
"""How long what is played may take to come to its end after SIGTERM before it is thrown out."""


def run(options: Namespace) -> int:
    """List or play; returns the exit status."""
    if options.what == "list":
        return _list(as_json=options.json)
    if bool(options.names) is options.all:
        return complain("scenario: name scenarios or files, or give --all; `list` names them")
    if not 0 <= options.seed <= SEED_MAX:
        return complain(f"scenario: --seed: must be from 0 to {SEED_MAX}")
    try:
        settings = read(options.config, options.url, options.id)
    except SettingsError as error:
        # All that was mistyped is told at once.
        _named(options.names, None, error.lines)
        raise
    read_files = {name: Path(name) for name in options.names if Path(name).suffix}
    if twice := named_twice({"--junit": options.junit}, {"--config": options.config, **read_files}):
        return complain_of(twice)
    plans = [*built_in()] if options.all else _named(options.names, settings.words)
    settings.check_hooks(plans)
    for plan in plans:
        settings.charge_point(plan)
    if options.junit is not None:
        try:
            # Told before all is played, which may take minutes.
            options.junit.open("a").close()
        except OSError as error:
            return complain(f"{options.junit}: {error.strerror}")
    outcomes: list[ScenarioOutcome] = []
    wrong: list[str] = []
    try:
        asyncio.run(_play(options, settings, plans, outcomes, wrong))
    except asyncio.CancelledError:
        # Told to end: everything that was started has ended, and what was played is told.
        _sum_up(options, outcomes, wrong)
        return SIGNALLED + signal.SIGTERM
    _sum_up(options, outcomes, wrong)
    return exit_status(outcomes) or (ExitStatus.INCONCLUSIVE if wrong else ExitStatus.DONE)


def _sum_up(options: Namespace, outcomes: Sequence[ScenarioOutcome], wrong: list[str]) -> None:
    """Print what came of it, and write the file; `wrong` gets what there was no room for."""
    summary = report.summary(outcomes, options.seed)
    _print(report.as_json(outcomes, options.seed) if options.json else summary, wrong)
    if options.junit is not None:
        try:
            options.junit.write_text(report.junit(outcomes, options.seed), encoding="utf-8")
        except OSError as error:
            wrong.append(f"{options.junit}: {error.strerror}")
    if wrong:
        complain_of([*wrong, summary])


def _print(text: str, wrong: list[str]) -> None:
    """Print on standard output; where that is full or gone, all is played and told elsewhere."""
    try:
        print(text, flush=True)
    except OSError as error:
        wrong.append(f"standard output: {error.strerror}")
        # What is still in the buffer goes nowhere, else the end of the process stumbles over it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _named(
    names: list[str], words: Collection[str] | None, others: Iterable[str] = ()
) -> list[Plan | PythonPlan]:
    """Find scenarios by name, or read the files that are named.

    `words` may stand in braces there; None: any may. Raises `SettingsError`, which tells what
    `others` say as well.
    """
    known = {plan.name: plan for plan in built_in()}
    found: list[Plan | PythonPlan] = []
    wrong: list[str] = []
    for name in names:
        try:
            if name in known:
                found.append(known[name])
            elif name.endswith(".py"):
                found += read_python(Path(name))
            elif name.endswith(".toml") or "/" in name:
                found.append(read_file(Path(name), words))
            else:
                hint = "`cp-tui scenario list` names them; a file ends in .toml or .py"
                wrong.append(f"{name}: {unknown(name, known, else_hint=hint, what='scenario')}")
        except SettingsError as error:
            wrong += error.lines
    if wrong:
        raise SettingsError(*wrong, *others)
    return found


def _list(*, as_json: bool) -> int:
    wrong: list[str] = []
    _print(_list_as_json() if as_json else "\n".join(_list_lines()), wrong)
    return complain_of(wrong, ExitStatus.INCONCLUSIVE) if wrong else ExitStatus.DONE


def _list_as_json() -> str:
    told = [
        {
            "name": plan.name,
            "group": plan.group,
            "about": plan.about,
            "cases": list(plan.cases),
            "section": plan.section,
            "needs": list(plan.needs),
            "hooks": list(plan.hooks),
        }
        for plan in built_in()
    ]
    return json.dumps(told)


def _list_lines() -> Iterator[str]:
    plans = built_in()
    width = max(len(plan.name) for plan in plans)
    group = ""
    for plan in plans:
        if plan.group != group:
            yield plan.group if not group else f"\n{plan.group}"
            group = plan.group
        cases = f" [{', '.join(plan.cases)}]" if plan.cases else ""
        yield f"  {plan.name:<{width}}  {plan.about}{cases}"


async def _play(
    options: Namespace,
    settings: BenchSettings,
    plans: Sequence[Plan | PythonPlan],
    outcomes: list[ScenarioOutcome],
    wrong: list[str],
) -> None:
    """Play all; each outcome is there as soon as its scenario is over."""
    is_attended = options.ask or (sys.stdin.isatty() and sys.stderr.isatty())
    around = Surroundings(settings.hooks, press=_press if is_attended else None)

    def tell(outcome: ScenarioOutcome) -> None:
        outcomes.append(outcome)
        if not options.json:
            _print("\n".join(report.lines(outcome)), wrong)

    runner = Runner(settings.charge_point, around, seed=options.seed, words=settings.words)
    playing = asyncio.create_task(runner.run_all(plans, tell))
    with _ended_by_sigterm(playing):
        await playing


@contextmanager
def _ended_by_sigterm(playing: asyncio.Task[Any]) -> Iterator[None]:
    """Have SIGTERM cancel what is played, also where a scenario of Python lets nothing else run."""
    loop = asyncio.get_running_loop()
    is_out = False

    def end(number: int, frame: object) -> None:
        loop.call_soon_threadsafe(lambda: is_out or playing.cancel())
        signal.setitimer(signal.ITIMER_REAL, BUSY_S)

    def throw_out(number: int, frame: object) -> None:
        nonlocal is_out
        is_out = True
        raise asyncio.CancelledError

    before = {
        number: signal.signal(number, handler)
        for number, handler in ((signal.SIGTERM, end), (signal.SIGALRM, throw_out))
    }
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number, handler in before.items():
            signal.signal(number, handler)


async def _press(words: str, confirm: bool) -> None:
    """Tell the operator what to press; where nothing of it is seen here, wait for Enter."""
    then = ", then press Enter here" if confirm else ""
    print(clean(f"At the CSMS: {words}{then}"), file=sys.stderr, flush=True)
    if confirm:
        with suppress(OSError):
            await in_daemon_thread(sys.stdin.readline)

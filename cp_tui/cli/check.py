"""`cp-tui check`: tests the way to the CSMS step by step, with the code that the engine uses."""

from __future__ import annotations

import asyncio
import shutil
import sys
from argparse import Namespace
from functools import partial
from pathlib import Path
from textwrap import wrap

from cp_tui.cli.output import ExitStatus, complain
from cp_tui.cli.patience import reading
from cp_tui.cli.quick_imports import importing
from cp_tui.cli.settings import read_all, read_settings
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.connection_check import (
    CheckStep,
    CheckVerdict,
    StepResult,
    check_connection,
)
from cp_tui.engine.credentials import StoredSecurity
from cp_tui.engine.lock import engine_in
from cp_tui.engine.profile_check import FIRST_WITH_TLS, check_profiles
from cp_tui.engine.profile_outlook import ProfileOutlook, outlooks
from cp_tui.engine.tls import with_roots
from cp_tui.network.weathers import FAIR
from cp_tui.ocpp.printable import clean
from cp_tui.rpc.paths import is_answering
from cp_tui.settings.build import ServeSettings
from cp_tui.settings.load import default_config_file, read_screen

STEP_WIDTH, VERDICT_WIDTH = 12, 7


def run(options: Namespace) -> int:
    """Test until a step fails; status 0 where all went well, 1 where one failed."""
    try:
        file = options.config or default_config_file()
        look = partial(reading, file, partial(_check_look, options.config))
        settings, _ = read_all(partial(read_settings, options), look)
        engine = reading(settings.data_dir, partial(_running_engine, settings))
        if engine is not None and not options.force:
            return complain(
                f"check: {engine}. A second connection with the same id makes many CSMS close the"
                " first one; --force tests all the same"
            )
        _show("Settings", CheckVerdict.OK, _source(options.config))
        config = settings.engine
        if (weather := config.network.weather) != FAIR.name:
            text = f"the weather {weather} is set; what is tried here is the network as it is"
            _show("Network", CheckVerdict.NOTE, text)
        stored = partial(_stored, config, settings.data_dir)
        security = reading(settings.data_dir, stored)
        profiles = outlooks(security)
        _show_profiles(profiles)
        asked = options.profile
        if asked == 3 and (why := profiles[asked].lacks_certificate):
            hint = "let the CSMS sign one in another profile first: screen 8 of the charge point"
            show(StepResult(CheckStep.PROFILE, CheckVerdict.FAILED, f"3 is not tried: {why}", hint))
            return ExitStatus.FAILED
        is_well = asyncio.run(_check(options, config, security, settings.data_dir))
        if asked is not None:
            verdict = CheckVerdict.OK if is_well else CheckVerdict.FAILED
            which = f"profile {asked}" + (", in force" if profiles[asked].is_in_force else "")
            says = "comes up" if is_well else "does not come up; the step that failed says why"
            _show("Result", verdict, f"{which}: {says}")
        return ExitStatus.DONE if is_well else ExitStatus.FAILED
    except OSError as error:
        return complain(f"check: {error.strerror or error}", ExitStatus.FAILED)


def _stored(config: EngineConfig, data_dir: Path) -> StoredSecurity:
    """Read what there is to connect with."""
    return StoredSecurity(with_roots(config), data_dir)


async def _check(
    options: Namespace, config: EngineConfig, security: StoredSecurity, data_dir: Path
) -> bool:
    """Make the attempt; where somebody answers, hold the other profiles against the servers."""
    done: set[CheckStep] = set()

    def tell(result: StepResult) -> None:
        if result.verdict is not CheckVerdict.FAILED:
            done.add(result.step)
        show(result)

    is_well = await check_connection(
        config,
        security.credentials(options.profile),
        tell,
        with_boot=options.boot,
        waits=show_waiting if sys.stdout.isatty() else None,
        data_dir=data_dir,
    )
    if CheckStep.TCP in done:
        tried = security.profiles.profile if options.profile is None else options.profile
        # What TLS alone would let through is no news of a profile that was just refused.
        is_known = not is_well or tried < FIRST_WITH_TLS
        leave_out = (tried,) if is_known else ()
        with_tls = (tried,) if CheckStep.CHAIN in done else ()
        await check_profiles(
            config, security, show, data_dir=data_dir, leave_out=leave_out, with_tls=with_tls
        )
    return is_well


def _show_profiles(profiles: tuple[ProfileOutlook, ...]) -> None:
    for outlook in profiles:
        verdict = CheckVerdict.OK if outlook.is_ready else CheckVerdict.NOTE
        which = f"{outlook.profile}, in force" if outlook.is_in_force else f"{outlook.profile}"
        step = "" if outlook.profile else "Profiles"
        _show(step, verdict, f"{which}: {outlook.url}: {outlook.text}")


def show(result: StepResult) -> None:
    """Print how a step went as soon as it is known, and below it what to check."""
    took = "" if result.took_ms is None else f" ({result.took_ms / 1000:.3f} s)"
    _show(result.step, result.verdict, result.text + took)
    if result.hint:
        _show("", "", result.hint)


def show_waiting(result: StepResult) -> None:
    """Say what is waited for, on a terminal, until the next line takes its place."""
    columns = shutil.get_terminal_size().columns - 1
    line = _line(result.step, result.verdict, result.text)[:columns]
    print(f"{line:<{columns}}", end="\r", flush=True)


def _show(step: str, verdict: str, text: str) -> None:
    lines, columns = [_line(step, verdict, text)], 0
    if sys.stdout.isatty():
        # It takes the place of what was waited for, which filled the line; and no word is torn.
        columns = shutil.get_terminal_size().columns - 1
        indent = " " * len(_line("", "", ""))
        lines = wrap(lines[0], max(columns, 2 * len(indent)), subsequent_indent=indent) or lines
    for line in lines:
        print(f"{line:<{columns}}", flush=True)


def _line(step: str, verdict: str, text: str) -> str:
    return clean(f"{step:<{STEP_WIDTH}} {verdict:<{VERDICT_WIDTH}} {text}")


def _check_look(config: Path | None) -> None:
    """Check what the file says of the screen, if it says anything: `run` would refuse it."""
    _, sources, _, _ = read_screen(config)
    if "screen" in sources.merged():
        with importing():
            from cp_tui.cli.look import ScreenOptions, load_look

        load_look(ScreenOptions(config))


def _source(chosen: Path | None) -> str:
    """Say which file was read."""
    path = chosen or default_config_file()
    if path.expanduser().exists():
        return f"{path}"
    return f"no {path}; options and environment only"


def _running_engine(settings: ServeSettings) -> str | None:
    """Say which engine holds the connection now, if any."""
    if (holder := engine_in(settings.data_dir)) is not None:
        return holder
    if is_answering(settings.socket):
        there = f"a charge point runs already and answers at {settings.socket}"
        return f"{there}; `cp-tui attach` shows it"
    return None

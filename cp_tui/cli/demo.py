"""`cp-tui demo`: everything on this machine, with a story; without a terminal as lines."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import tempfile
from argparse import Namespace
from pathlib import Path

from cp_tui.cli.child import Child, ChildFailed, own_environment
from cp_tui.cli.demo_folder import csms_socket_path, socket_path
from cp_tui.cli.demo_record import problem_of, record
from cp_tui.cli.output import ExitStatus, complain, complain_of, say, told_without_waiting
from cp_tui.cli.parser import DEMO_SECONDS
from cp_tui.cli.screen import attachment_at, read_look, show_screen
from cp_tui.cli.terminal import is_terminal, terminal_problem
from cp_tui.engine.one_file import named_twice

Wanted = dict[str, dict[str, str | int]]
"""Tables of the settings."""
FOLDER_PREFIX = "cp-tui-demo-"


def run(options: Namespace) -> int:
    """Play the demo; nothing of it is left behind."""
    wanted = _wanted(options)
    preset = None if options.preset is None else Path(options.preset)
    read = {"--config": options.config, "--preset": preset}
    if twice := named_twice({"--record": options.record}, read):
        return complain_of(f"demo: {line}" for line in twice)
    if options.record is not None and (problem := problem_of(options.record)) is not None:
        return complain(f"demo: {problem}", ExitStatus.FAILED)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX, ignore_cleanup_errors=True) as name:
        problem = terminal_problem()
        if problem is None and not is_terminal(sys.stdout):
            problem = "standard output is no terminal"
        if options.record is not None or problem is None:
            return _as_screen(Path(name), options, wanted)
        if is_terminal(sys.stderr):
            say(f"demo: as lines, without a screen: {problem}")
        return _as_lines(Path(name), options, wanted)


def _wanted(options: Namespace) -> Wanted:
    """Give what the options say of the settings, by table; raises `SettingsError`."""
    wanted: Wanted = {}
    if (preset := options.preset) is not None:
        from cp_tui.settings.preset import is_path

        # As it is found from another folder.
        name = str(Path(preset).expanduser().absolute()) if is_path(preset) else preset
        wanted["charge_point"] = {"preset": name}
    network = {"weather": options.weather, "seed": options.seed}
    if given := {name: value for name, value in network.items() if value is not None}:
        wanted["network"] = given
    if wanted:
        from cp_tui.settings.load import load_tables

        own = {**wanted.get("charge_point", {}), "id": "DEMO"}
        place = {"csms": {"url": "ws://127.0.0.1:9"}, "charge_point": own}
        load_tables({**wanted, **place}, "cp-tui demo", None)
    return wanted


def _as_screen(folder: Path, options: Namespace, wanted: Wanted) -> int:
    look = read_look(options)
    child = Child(
        "cp_tui.cli.demo_process",
        [str(folder), str(options.pace), str(options.profile), json.dumps(wanted)],
        ends_with_us=True,
        environment=own_environment(),
    )
    try:
        child.wait_until_answering(socket_path(folder))
        attachment = attachment_at(
            socket_path(folder),
            read_only=False,
            csms=csms_socket_path(folder),
            why_gone=child.last_words,
            ends_with_screen=True,
        )
        status = 0
        if options.record is not None:
            status = record(attachment, look, options)
        else:
            show_screen(attachment, look)
        if words := child.last_words():
            return complain(f"demo: {words}", ExitStatus.FAILED)
        say("stopping the demo ...")
    except ChildFailed as error:
        return complain(f"demo: {error}", ExitStatus.FAILED)
    finally:
        child.end()
    return status


def _as_lines(folder: Path, options: Namespace, wanted: Wanted) -> int:
    """Print the story; status 0 where it was completed in time."""
    from cp_tui.demo.story import StoryFailed

    try:
        return asyncio.run(_tell(folder, options, wanted))
    except StoryFailed as error:
        return complain(f"demo: {error}", ExitStatus.FAILED)


async def _tell(folder: Path, options: Namespace, wanted: Wanted) -> int:
    from cp_tui.cli.demo_process import play_once

    signals: list[signal.Signals] = []
    with told_without_waiting(lambda: story.cancel()) as tell:
        seconds = options.seconds or DEMO_SECONDS
        story = asyncio.create_task(play_once(folder, tell, seconds, options.profile, wanted))
        loop = asyncio.get_running_loop()

        def interrupt(number: signal.Signals) -> None:
            signals.append(number)
            story.cancel()

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, interrupt, number)
        try:
            await story
        except asyncio.CancelledError:
            return 128 + signals[0] if signals else 1
        return 0

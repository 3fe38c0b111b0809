"""What else runs in a process than its charge point, kept from holding up an answer for long.

Three things of Python do that. Its garbage collector looks through all objects now and then; those
of the boot live as long as the process, so they are taken out of its sight once (`gc.freeze`), and
it is told to look seldom. A thread that works keeps the interpreter for 5 ms by default before
another gets it. And the first use of a message or a command imports modules and builds models, for
up to some ms each; that is done ahead of its use, a little at a time, when the boot is over.
"""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from pydantic import BaseModel

from cp_tui.engine.thread import in_daemon_thread

if TYPE_CHECKING:
    from cp_tui.engine.command import Command

BOOT_S = 1.0
"""How long after the start this work begins: the boot comes first."""
PAUSE_S = 0.005
"""The pause between two models that are built."""
COLLECTOR_THRESHOLDS = (2_000, 2, 250)
"""Python's own (700, 10, 10) look through everything now and then, for 50 to 110 ms with 30
connectors. With these, and without what the boot made, the young ones take 2 to 4 ms, and all that
came since the boot is looked through once in 1,500,000 objects that stay, for up to 40 ms."""
SWITCH_S = 0.0005
"""After so long a thread that works (log, store, archive) gives way to the charge point, which it
may hold up with each frame. Python's own is ten times as long."""


async def stay_prompt(end: asyncio.Event) -> None:
    """Keep the pauses of this process short until `end`: switch threads sooner, collect less."""
    sys.setswitchinterval(SWITCH_S)
    if not await _is_set(end, BOOT_S):
        try:
            await _build_late(end)
        except Exception:
            # It is for speed alone, and what cannot be built says so where it is needed.
            logging.getLogger(__name__).exception("internal error while getting ready")
        # Of a boot nothing becomes garbage but the mind, should there be another: once, some MiB.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*COLLECTOR_THRESHOLDS)
    await end.wait()


async def _build_late(end: asyncio.Event) -> None:
    """Have ready what clients and requests will need, a little at a time."""
    for _ in late_builds(await in_daemon_thread(late_commands)):
        if await _is_set(end, PAUSE_S):
            break


async def _is_set(end: asyncio.Event, within_s: float) -> bool:
    with suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await end.wait()
    return end.is_set()


def late_builds(commands: Iterable[Command]) -> Iterator[object]:
    """Build the models that are built when first used, one at each step."""
    parameters = (command.params for command in commands)
    return chain(parameters, (model.model_rebuild() for model in _models_to_build(BaseModel)))


def late_commands() -> list[Command]:
    """Import what the first client, command and request need, before they wait for it."""
    import cp_tui.charge_point.operator.charging_profiles
    import cp_tui.charge_point.requests  # noqa: F401
    from cp_tui.engine.commands import COMMANDS
    from cp_tui.rpc.client_session import CONNECTION_COMMANDS

    return [*CONNECTION_COMMANDS.values(), *COMMANDS.values()]


def _models_to_build(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Give our models that are built when first used, which takes up to some ms for each."""
    for each in base.__subclasses__():
        if each.__module__.startswith("cp_tui.") and not each.__pydantic_complete__:
            yield each
        yield from _models_to_build(each)

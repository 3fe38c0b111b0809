"""Commands and their outcomes: what was asked, since when it runs, what came of it and why."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, field
from pydantic import JsonValue
from textual.content import Content

from cp_tui.rpc.client import ConnectionLost, EngineConnection, RpcError
from cp_tui.tui.actions.outcome import CommandOutcome, broken, described, refused
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import Clock

if TYPE_CHECKING:
    from cp_tui.engine.command import Command

RUNS_KEPT = 100
"""Commands that the log of this screen remembers."""


def commands_of(*, is_csms: bool = False, is_fleet: bool = False) -> Mapping[str, Command]:
    """The table of commands; not imported by the start of a screen, which it would hold up."""
    if is_fleet:
        from cp_tui.fleet.shell.fleet_door import FLEET_COMMANDS

        return FLEET_COMMANDS
    if is_csms:
        from cp_tui.demo.csms_rpc import CSMS_COMMANDS

        return CSMS_COMMANDS
    from cp_tui.engine.commands import COMMANDS

    return COMMANDS


class CommandCall(Struct, frozen=True):
    """A method of the engine with its parameters."""

    method: str
    params: Mapping[str, JsonValue] = field(default_factory=dict)
    is_for_csms: bool = False
    """It goes to the CSMS that was started with the screen, not to the engine."""
    shows_itself: bool = False
    """What comes of it is seen anyhow: only that it was not done is told."""
    is_for_fleet: bool = False
    """It goes to the fleet that is shown in the place of a charge point."""

    @property
    def command(self) -> Command:
        """Its entry in the table."""
        return commands_of(is_csms=self.is_for_csms, is_fleet=self.is_for_fleet)[self.method]


class CommandRun(Struct, eq=False):
    """One command, from being asked until it was answered."""

    call: CommandCall
    started_at: datetime
    finished_at: datetime | None = None
    outcome: CommandOutcome | None = None
    result: JsonValue = None
    """What was answered, where it was."""
    hung_since: datetime | None = None
    """Since when the engine that is to answer hangs; None: it does not."""
    watcher: Callable[[CommandRun], None] | None = None
    """Who shows it while it is under way, and is told when it waits for another reason."""

    @property
    def is_to_be_told(self) -> bool:
        """Whether there is something to say that is not seen anyhow."""
        is_well = self.outcome is None or self.outcome.is_sentence
        return not (self.call.shows_itself and is_well)

    @property
    def name(self) -> Content:
        """What was asked, in words."""
        return safe_text(self.call.command.asked(self.call.params))

    def lines(self, clock: Clock) -> list[Content]:
        """The state in one line, then shorter ones: what is asked for, what came of it and why."""
        name = self.name
        if self.outcome is None:
            waits = self._under_way(clock)
            return [Content.assemble(name, " … ", waits), waits]
        at = clock.time(self.finished_at or self.started_at)
        why = safe_text(f" · {self.outcome.why}" if self.outcome.why else "")
        said = self.outcome.summary
        if not self.outcome.is_sentence:
            said = Content.assemble(name, ": ", said)
        shorter = [Content.assemble(said, why), Content.assemble(self.outcome.summary, why)]
        return [Content.assemble(f"{at} ", said, why), *shorter]

    def _under_way(self, clock: Clock) -> Content:
        if self.hung_since is not None:
            waits = Content.styled("waits for the charge point", "bold $text-warning")
            return Content.assemble(waits, f", silent since {clock.time(self.hung_since)}")
        running = Content.styled("running", "bold $text-warning")
        return Content.assemble(running, f" since {clock.time(self.started_at)}")


class Commands:
    """Sends commands over the connection of the moment and remembers what came of them."""

    def __init__(self, now: Callable[[], datetime], changed: Callable[[CommandRun], None]) -> None:
        self.connection: EngineConnection | None = None
        self.csms: EngineConnection | None = None
        """The CSMS that was started with the screen."""
        self.runs: deque[CommandRun] = deque(maxlen=RUNS_KEPT)
        self._now = now
        self._changed = changed
        self._hung_since: datetime | None = None
        self._answers = asyncio.Event()
        """Cleared while the engine hangs: what is asked then is sent when it goes on, or never."""
        self._answers.set()

    @property
    def under_way(self) -> list[CommandRun]:
        """The commands that wait for their answer, in the order in which they were asked."""
        return [run for run in self.runs if run.outcome is None]

    @property
    def newest(self) -> CommandRun | None:
        """The command asked last."""
        return self.runs[-1] if self.runs else None

    def begin(self, call: CommandCall) -> CommandRun:
        """Note a command as running; `finish` sends it."""
        hung_since = None if call.is_for_csms else self._hung_since
        run = CommandRun(call, self._now(), hung_since=hung_since)
        self.runs.append(run)
        self._changed(run)
        return run

    def engine_hangs(self, since: datetime | None) -> None:
        """Let every command under way say what it waits for."""
        self._hung_since = since
        if since is None:
            self._answers.set()
        else:
            self._answers.clear()
        waiting = [r for r in self.runs if r.outcome is None and not r.call.is_for_csms]
        for run in waiting:
            run.hung_since = since
            if run.watcher is not None:
                run.watcher(run)
        if (newest := self.newest) in waiting:
            assert newest is not None
            self._changed(newest)

    async def finish(self, run: CommandRun) -> CommandRun:
        """Send a command and wait for its answer; never raises for what the engine says."""
        try:
            if not run.call.is_for_csms:
                await self._answers.wait()
            connection = self.csms if run.call.is_for_csms else self.connection
            if connection is None:
                peer = "CSMS" if run.call.is_for_csms else "charge point"
                peer = "fleet" if run.call.is_for_fleet else peer
                raise ConnectionLost(f"no {peer} is attached")
            answer = await connection.call(run.call.method, **run.call.params)
        except RpcError as error:
            run.outcome = refused(error.message)
        except ConnectionLost as error:
            run.outcome = broken(f"{error}")
        else:
            run.result = answer.result
            run.outcome = described(run.call.command, run.call.params, answer.result, answer.reason)
        run.finished_at = self._now()
        self._changed(run)
        return run

"""The door of a charge point that is only watched: its variables for who attaches, and no commands.

Who feeds the follower may be a thread, which alone touches it: what the loop wants of it is asked
there, and comes back. So no client, however many of them look, holds up the frames that pass.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import UNSET, Struct
from pydantic import JsonValue

from cp_tui.charge_point.variables import VARIABLES
from cp_tui.engine.command import find
from cp_tui.engine.commands import COMMANDS
from cp_tui.engine.errors import CommandError, ErrorNumber
from cp_tui.engine.hub import Hub, Subscription
from cp_tui.engine.pending_requests import CommandAnswer
from cp_tui.follow.follower import OF_TIME, Follower
from cp_tui.follow.looks import LOOKS, look, refusal

OF_TIME_S = 5.0
"""How soon it is seen that something has changed by the time alone."""
ANSWER_S = 30.0
"""How long the thread that feeds the follower may be busy with what came before."""
STUMBLED = "an error inside cp-tui: what has passed could not be told"

Job = Callable[[], Any]
AskThere = Callable[[Job, Callable[[Any], None]], None]
"""Has a job done where the follower is fed, and its result told there; never waits."""


class FollowDoor:
    """What stands behind the socket of a charge point that is watched."""

    def __init__(
        self,
        follower: Follower,
        ask_there: AskThere,
        clock: Callable[[], datetime],
        through: str,
    ) -> None:
        """`through` says how it is watched: `tap 127.0.0.1:9100`."""
        self._follower = follower
        self._ask_there = ask_there
        self._clock = clock
        self._through = through
        self._loop = asyncio.get_running_loop()
        self._values: dict[str, Any] = {}
        """As they came last."""
        self._ready: set[str] = set()
        """The variables whose value may be taken."""
        self._stale: set[str] = set()
        """Those that have changed since: one that changes all the time is told all the same."""
        self._asked: dict[str, int] = {}
        """Those that are being worked out, with their versions when that was asked for."""
        self._versions: Counter[str] = Counter()
        self._hub = Hub()
        self._hub.provide(VARIABLES, self._value, self._is_working)
        self._passing = self._loop.create_task(self._follow_time())

    def take(self, changed: set[str], events: Sequence[tuple[str, Struct]]) -> None:
        """Records have passed; call it in the loop."""
        self._versions.update(changed)
        self._stale |= changed & self._ready
        self._hub.changed(changed)
        for stream, event in events:
            self._hub.emit(stream, event)

    def close(self) -> None:
        """Tell nobody anything any more."""
        self._passing.cancel()
        self._hub.close()

    async def call(
        self, method: str, params: Mapping[str, JsonValue], *, read_only: bool = False
    ) -> CommandAnswer:
        """Answer what can be known from what has passed; raises `CommandError`."""
        command = find(COMMANDS, method, read_only=read_only)
        if method not in LOOKS:
            raise CommandError(ErrorNumber.REFUSED, refusal(self._through))
        checked, now = command.checked(params), self._clock()
        return CommandAnswer(
            await self._done_there(lambda: look(self._follower, method, checked, now))
        )

    async def prepare(self, names: Sequence[str]) -> None:
        """Have variables worked out where the follower is."""
        wanted = [each for each in names if each in VARIABLES]
        self._ready -= {*wanted}
        self._stale -= {*wanted}
        await self._hub.prepare(wanted)

    def get(self, name: str) -> Any:
        """Give the value of a variable; raises `CommandError`."""
        return self._hub.get(name)

    def subscribe(self, names: Sequence[str], *, history_as_events: bool = False) -> Subscription:
        """Follow variables and streams; raises `CommandError`."""
        return self._hub.subscribe(names, history_as_events=history_as_events)

    def _value(self, name: str) -> Any:
        if name in self._stale:
            self._stale.discard(name)
            self._ready.discard(name)
            self._loop.call_soon(self._hub.changed, (name,))
        return self._values.get(name, UNSET)

    def _is_working(self, name: str) -> bool:
        """Ask for a variable, once; say whether its value is still to come."""
        if name in self._ready:
            return False
        if name not in self._asked:
            self._asked[name] = self._versions[name]
            follower, clock = self._follower, self._clock
            self._ask(lambda: follower.view(name, clock()), partial(self._came, name))
        return True

    def _came(self, name: str, value: Any) -> None:
        # Of what could not be worked out nothing is known.
        self._values[name] = UNSET if isinstance(value, CommandError) else value
        self._ready.add(name)
        if self._asked.pop(name) != self._versions[name]:
            self._stale.add(name)

    def _of_time(self) -> set[str]:
        return {*self._follower.of_time(self._clock())}

    async def _done_there(self, job: Job) -> Any:
        """Wait for a job where the follower is; raises `CommandError`."""
        found: asyncio.Future[Any] = self._loop.create_future()
        self._ask(job, lambda value: None if found.done() else found.set_result(value))
        try:
            async with asyncio.timeout(ANSWER_S):
                value = await found
        except TimeoutError:
            text = f"{self._through} is busy with what passes"
            raise CommandError(ErrorNumber.REFUSED, text) from None
        if isinstance(value, CommandError):
            raise value
        return value

    async def _follow_time(self) -> None:
        """Have looked at what changes by the time alone, as long as somebody watches it."""
        while True:
            await asyncio.sleep(OF_TIME_S)
            if any(map(self._hub.is_watched, OF_TIME)):
                # Where that is busy, what passes brings news by itself.
                with suppress(CommandError):
                    self.take(await self._done_there(self._of_time), ())

    def _ask(self, job: Job, answered: Callable[[Any], None]) -> None:
        """Have a job done where the follower is; its answer comes in the loop.

        Where we stumble over what has passed, a `CommandError` is the answer: who looks waits for
        nothing that will never come. What went wrong is told by whoever does the job.
        """

        def there(value: Any) -> None:
            # A loop that has ended meanwhile needs no answer.
            if not self._loop.is_closed():
                self._loop.call_soon_threadsafe(answered, value)

        def done() -> Any:
            try:
                return job()
            except Exception:
                there(CommandError(ErrorNumber.INTERNAL_ERROR, STUMBLED))
                raise

        self._ask_there(done, there)

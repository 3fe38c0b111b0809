"""After an error inside: it is told, its cause is looked for, and the charge point boots anew.

A boot that fails is tried again, slower each time, without the stored records that break it.

Three causes, and each has its remedy. A mind that was in a bad state is cured by the boot itself. A
record that breaks whoever reads it would break every mind: `rescue` finds it and puts it aside. The
body, which a boot leaves as it is (cables stay plugged in, as with a power cut), is made anew only
where new minds have failed as well. An error that somebody asked for (a frame, a command) boots at
once, for whoever sends them sets the pace; one that comes by itself waits longer each time, or a
charge point that fails at every tick would do nothing but boot.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from cp_tui.charge_point.effects import PutAside, StoredRecords
from cp_tui.charger.charger import Charger
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.failure import Watchdog
from cp_tui.engine.inbox import StoreMended
from cp_tui.engine.rescue import SET_ANEW, Rescue
from cp_tui.engine.troubles import HAPPENED, TroubleKeeper
from cp_tui.engine.write_buffer import WriteBuffer

STORE_RETRY_S = 5.0
"""The time after which a disk that takes or gives no records is tried again."""
NOT_READING = "store.not_reading"
"""The trouble: a charge point that boots does not get its records."""
NOT_READING_HINT = (
    "is the disk of the data folder there? It is tried again by itself; a file that is damaged has"
    " to be moved away, and the charge point started again"
)
TURN_FAILED = "turn.failed"
"""The trouble: there was an error inside."""
REPORT = "the log has the details: please report them"


class Recovery:
    """What errors inside lead to."""

    def __init__(
        self,
        *,
        write_buffer: WriteBuffer,
        load: Callable[[], Awaitable[StoredRecords]],
        rescue: Rescue,
        troubles: TroubleKeeper,
        log: logging.Logger,
        clock: Callable[[], datetime],
    ) -> None:
        self._write_buffer = write_buffer
        self._load = load
        self._rescue = rescue
        self._troubles = troubles
        self._log = log
        self._clock = clock
        self._watchdog = Watchdog()
        self._has_failed = False
        """Something has failed, and nobody has looked yet whether the store is to blame."""
        self._look: asyncio.Task[None] | None = None
        """Looks at the store."""

    def tell_error(self, what: str, error: Exception) -> None:
        """Let the operator know of an error inside, and somebody look for its cause."""
        words = f"Error inside, {what}: {type(error).__name__}"
        self._log.error("internal error: %s", words, exc_info=error)
        self._troubles.raise_trouble(TURN_FAILED, words, REPORT, lasts=HAPPENED)
        self._has_failed = True

    async def put_aside(self, records: Sequence[PutAside]) -> None:
        """Move records out of the way that a mind could not read."""
        await self._rescue.put_aside(records, "Damaged records are left out", SET_ANEW)

    async def boot(self, charger: Charger, *, is_calm: bool) -> None:
        """Make a new mind from the store; at once where `is_calm`, else as the watchdog has it."""
        while True:
            if not is_calm:
                await asyncio.sleep(self._watchdog.wait_s(self._clock()))
            stored = await self._records()
            # After an error the records are suspected first: a boot from bad ones fails again.
            if not is_calm:
                stored = await self._rescue.heal(stored)
                self._has_failed = False
            try:
                if not is_calm and self._watchdog.is_body_suspect:
                    charger.start_over(stored)
                else:
                    charger.lose_power(stored, self._clock())
                return
            except Exception as error:
                self.tell_error("the charge point cannot boot", error)
                is_calm = False

    def look_at_store(self, tell: Callable[[StoreMended], Awaitable[None]]) -> None:
        """After an error, see whether a stored record will make for more; nobody waits for it."""
        is_looking = self._look is not None and not self._look.done()
        if self._has_failed and not is_looking and self._rescue.is_due():
            self._has_failed = False
            self._look = asyncio.create_task(self._mend_store(tell), name="look at the store")

    def look_at_clock(self) -> None:
        """End the troubles whose time is over."""
        self._troubles.look_at_clock()

    async def close(self) -> None:
        """Look no further."""
        if self._look is not None:
            self._look.cancel()
            await asyncio.wait({self._look})

    async def _mend_store(self, tell: Callable[[StoreMended], Awaitable[None]]) -> None:
        stored = await self._records()
        if await self._rescue.heal(stored) is not stored:
            await tell(StoreMended())

    async def _records(self) -> StoredRecords:
        """Read the store, as it will be once the disk has taken what waits to be written."""
        while True:
            try:
                stored = await self._load()
            except EngineStartError as error:
                self._log.error("the charge point cannot boot: %s", error)
                self._troubles.raise_trouble(
                    NOT_READING, f"The store cannot be read: {error}", NOT_READING_HINT
                )
                await asyncio.sleep(STORE_RETRY_S)
            else:
                self._troubles.end_trouble(NOT_READING)
                return self._write_buffer.with_unwritten(stored)

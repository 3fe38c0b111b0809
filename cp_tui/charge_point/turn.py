"""What all parts share while one event is handled: the time, the effects, the log.

A part never talks to the shell directly; it says here what it wants done.

There are two clocks. `now` is the machine's; it only runs forward, and every wait goes by it: call
timeouts, retries, ConnectionTimeOut, sample intervals. `time` is the charge point's own, which each
BootNotification.conf and Heartbeat.conf sets (S 4.2, S 4.6); every instant that the CSMS gives or
reads is in it: timestamps, schedules, expiry dates. With one clock for both, a CSMS that corrects
the time by an hour would make every timer fire at once, or none for an hour. Where something waits
for an instant of the CSMS, `machine_time` says when that is, and it is asked for anew at each look,
so that a step of the clock moves the deadline along.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from msgspec import DecodeError, Struct

from cp_tui.charge_point.chance import Chance
from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.effects import (
    Effect,
    Emit,
    Forget,
    Log,
    LogLevel,
    PutAside,
    Save,
    StoredRecords,
    Table,
)
from cp_tui.charge_point.exchange_watcher import ExchangeWatcher
from cp_tui.charge_point.records import ClockRecord
from cp_tui.charge_point.station_port import Body
from cp_tui.charge_point.variables import ClockStep, StopReport
from cp_tui.ocpp.calendar import later, span

R = TypeVar("R", bound=Struct)

CLOCK_KEY = "clock"
NOBODY = ExchangeWatcher()

CLOCK_STEP_MIN = timedelta(seconds=1)
"""A smaller difference to the CSMS is noise of the network and of whole seconds."""


class Turn:
    """The moment that is being handled, what is to be done in it, and the records of the start."""

    def __init__(
        self,
        config: ChargePointConfig,
        body: Body,
        stored: StoredRecords,
        random: Chance,
        watcher: ExchangeWatcher = NOBODY,
    ) -> None:
        self.config = config
        self.body = body
        self.random = random
        self.watcher = watcher
        """Who is told what becomes of messages."""
        self.now = datetime.min.replace(tzinfo=UTC)
        """The clock of the machine: for everything that is a duration."""
        self.offset = timedelta(0)
        """What the clock of the charge point is ahead of the machine's; kept over a boot."""
        self.can_write = True
        """Whether the disk takes records: nothing that rests on one leaves until it does."""
        self.is_clock_set = False
        """Whether the CSMS has told the time since the boot."""
        self.stop_report: StopReport | None = None
        """What a stop by the operator did, until a restart or a boot."""
        self._stored = stored
        self._effects: list[Effect] = []
        self._changed: set[str] = set()
        self.clock_step: ClockStep | None = None
        """The newest step that is worth telling; kept over a boot."""
        if known := self.record(Table.STATE, CLOCK_KEY, ClockRecord):
            self.offset = span(known.offset_s)
            self.clock_step = known.step

    @property
    def is_stopped(self) -> bool:
        """Whether OCPP is stopped by the operator."""
        return self.stop_report is not None

    @property
    def time(self) -> datetime:
        """The clock of the charge point, which follows the CSMS: for every instant."""
        return later(self.now, self.offset)

    def machine_time(self, time: datetime) -> datetime:
        """Say when the clock of the machine will read what the charge point calls `time`."""
        return later(time, -self.offset)

    def set_clock(self, csms_time: datetime, latency: timedelta, by: str) -> ClockStep | None:
        """Follow the clock of the CSMS, told `by` a message; give the step, if it was one.

        It read `csms_time` at some moment of the `latency` between request and answer: a clock
        that fits one of these moments is right, and a slow CSMS must not make it jump.
        """
        self.is_clock_set = True
        # Seen from here, the difference lies between `least` (the CSMS read its clock as the
        # request left) and `least + latency` (as the answer left). What is known already and lies
        # within, or a second beside it, is as good as this answer: without that, each heartbeat
        # would set the clock by the noise of the network.
        least = csms_time - self.now
        if least - CLOCK_STEP_MIN < self.offset < least + latency + CLOCK_STEP_MIN:
            return None
        before = self.time
        self.offset = least + latency / 2
        step = ClockStep(at=self.now, before=before, after=self.time, by=by)
        self.clock_step = step if step.is_told else self.clock_step
        offset_s = self.offset.total_seconds()
        self.save(Table.STATE, CLOCK_KEY, ClockRecord(offset_s=offset_s, step=self.clock_step))
        return step

    def emit(self, *effects: Effect) -> None:
        """Have effects carried out, in this order."""
        self._effects.extend(effects)

    def take_effects(self) -> list[Effect]:
        """Hand over the effects collected so far, and begin anew."""
        effects, self._effects = self._effects, []
        return effects

    def save(self, table: Table, key: str, record: Struct) -> None:
        """Keep a record over a restart."""
        self.emit(Save(table, key, record))

    def forget(self, table: Table, key: str) -> None:
        """Delete a record."""
        self.emit(Forget(table, key))

    def event(self, stream: str, event: Struct) -> None:
        """Add an event to a stream."""
        self.emit(Emit(stream, event))

    def changed(self, *variables: str) -> None:
        """Note that these variables may have changed; whoever watches one looks at it again."""
        self._changed.update(variables)

    def take_changed(self) -> set[str]:
        """Hand over the names of the variables that may have changed."""
        changed, self._changed = self._changed, set()
        return changed

    def log(self, level: LogLevel, text: str) -> None:
        """Write a line into the engine's log."""
        self.emit(Log(level, text))

    def new_id(self) -> str:
        """Make an identifier that is never used again: a UUID of 36 characters."""
        return str(UUID(int=self.random.getrandbits(128), version=4))

    def records(self, table: Table, kind: type[R]) -> Iterator[tuple[str, R]]:
        """Read the records of a table as they were at start; a damaged one is skipped, logged."""
        for key in self._stored.get(table, {}):
            record = self.record(table, key, kind)
            if record is not None:
                yield key, record

    def record(self, table: Table, key: str, kind: type[R]) -> R | None:
        """Read one record as it was at start; None if there is none, or a damaged one."""
        return read_record(self._stored, table, key, kind, self.emit)


def read_record(
    stored: StoredRecords, table: Table, key: str, kind: type[R], tell: Callable[[Effect], None]
) -> R | None:
    """Read one stored record; a damaged one counts as none, and what comes of that is told."""
    text = stored.get(table, {}).get(key)
    if text is None:
        return None
    try:
        return decode(kind, _unfolded(text, getattr(kind, "WITHIN", None)))
    except DecodeError as error:
        words = f"record {key!r} of {table} is damaged and left out: {error}"
        tell(Log(LogLevel.ERROR, words))
        tell(PutAside(table, key, str(error)))
        return None


def _unfolded(text: str, name: str | None) -> str:
    """Give a record flat whose fields the first version kept in an object within it."""
    if name is None or f'"{name}":{{' not in text:
        return text
    fields = decode(dict[str, Any], text)
    return encode(fields.pop(name) | fields).decode()

"""A machine with a real mind and body, a store in memory and a CSMS that accepts everything."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from io import StringIO
from random import Random
from typing import Any

import pytest

from cp_tui.charge_point.charge_point import ChargePoint
from cp_tui.charge_point.effects import PutAside, StoredRecords, Table
from cp_tui.charge_point.events import (
    FrameReceived,
    LinkOpened,
    Swipe,
)
from cp_tui.charge_point.variables import Connectors, Trouble, Troubles
from cp_tui.charger.charger import Charger
from cp_tui.engine.engine_loop import EngineLoop
from cp_tui.engine.errors import StoreError
from cp_tui.engine.hub import Hub
from cp_tui.engine.recovery import Recovery
from cp_tui.engine.rescue import Rescue
from cp_tui.engine.store import Changes
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.engine.write_buffer import WriteBuffer
from cp_tui.ocpp.datatypes import ChargePointStatus
from tests.acts import act_of
from tests.demo.fast_time import clock_here
from tests.engine.fakes import CONFIG, FakeErrands, FakeLink, FakeTransfers

WAIT_S = 30.0
QUIET_TURNS = 200
"""Ten times as many as the longest way from an event to what is sent because of it."""

TAG = "TAG1"


PROFILE = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {
        "chargingRateUnit": "A",
        "startSchedule": "2020-01-01T00:00:00Z",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 9}],
    },
}


class Disk:
    """A store in memory, with a quarantine."""

    def __init__(self) -> None:
        self.tables: dict[Table, dict[str, str]] = {}
        self.aside: list[tuple[Table, str, str]] = []
        self.is_full = False
        self.takes_s = 0.0
        """For each write."""

    async def commit(self, changes: Changes) -> None:
        await asyncio.sleep(self.takes_s)
        if self.is_full:
            raise StoreError("records were not written: database or disk is full")
        for (table, key), value in changes.items():
            records = self.tables.setdefault(table, {})
            if value is None:
                records.pop(key, None)
            else:
                records[key] = value

    async def load(self) -> StoredRecords:
        return {table: dict(records) for table, records in self.tables.items()}

    async def put_aside(self, records: Collection[PutAside]) -> None:
        for each in records:
            self.aside.append((each.table, self.tables[each.table].pop(each.key), each.why))


class Wire(FakeLink):
    """The CSMS at the other end: accepts everything, and remembers what it saw."""

    def __init__(self) -> None:
        super().__init__([])
        self.frames: list[list[Any]] = []
        self.refuses: set[str] = set()
        """Actions that are answered with a CALLERROR."""
        self.registration = "Accepted"

    def send(self, *texts: str, connection: int) -> bool:
        self.frames += map(json.loads, texts)
        return True


class World:
    """A machine with a real mind and body."""

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.hub = Hub()
        self.lines = StringIO()
        log = logging.Logger("world", logging.DEBUG)
        log.addHandler(logging.StreamHandler(self.lines))
        self.clock = clock = clock_here()
        self.troubles = TroubleKeeper(self.hub.publish, clock)
        self.charger = Charger(CONFIG, disk.tables, Random(1), mind=ChargePoint)
        write_buffer = WriteBuffer(disk, log, self.troubles)
        recovery = Recovery(
            write_buffer=write_buffer,
            load=disk.load,
            rescue=Rescue(CONFIG, ChargePoint, disk.put_aside, self.troubles, log, clock),
            troubles=self.troubles,
            log=log,
            clock=clock,
        )
        self.engine_loop = EngineLoop(
            self.charger,
            write_buffer=write_buffer,
            recovery=recovery,
            hub=self.hub,
            log=log,
            clock=clock,
        )
        self.wire = Wire()
        transfers, errands = FakeTransfers([]).as_transfers(), FakeErrands([]).as_errands()
        self.engine_loop.use(self.wire.as_link(), transfers, errands)
        self._answered = 0
        self.answers_after_s = 0.0

    @property
    def told(self) -> tuple[Trouble, ...]:
        value: Troubles = self.hub.get("troubles")
        return value

    @property
    def ids(self) -> list[str]:
        return [trouble.id for trouble in self.told]

    def status(self, connector_id: int) -> ChargePointStatus:
        value: Connectors = self.hub.get("connectors")
        status = value[connector_id].status
        assert status is not None
        return status

    async def settle(self) -> None:
        """Answer what was sent until nothing more comes.

        All of it happens in this event loop, so quiet is counted in its turns: on a machine that is
        busy with other things, time says nothing.
        """
        quiet = 0
        while quiet < QUIET_TURNS:
            for frame in self.wire.frames[self._answered :]:
                self._answered += 1
                if frame[0] == 2:
                    await asyncio.sleep(self.answers_after_s)
                    answer = [3, frame[1], self._answer(frame[2])]
                    if frame[2] in self.wire.refuses:
                        answer = [4, frame[1], "GenericError", "", {}]
                    await self.engine_loop.deliver(FrameReceived(json.dumps(answer)))
            await asyncio.sleep(0)
            quiet = 0 if self._answered < len(self.wire.frames) else quiet + 1

    async def until_booted(self, old: ChargePoint) -> None:
        """Wait for another mind."""
        async with asyncio.timeout(WAIT_S):
            while self.charger.mind is old or "connectors" not in self.hub.values():
                await asyncio.sleep(0.01)

    async def connect(self) -> None:
        await self.engine_loop.deliver(LinkOpened())
        await self.settle()

    async def ask(self, action: str, payload: object, message_id: str = "m1") -> list[Any]:
        """Send a CALL; give the answer."""
        text = json.dumps([2, message_id, action, payload])
        await self.engine_loop.deliver(FrameReceived(text))
        async with asyncio.timeout(WAIT_S):
            while True:
                await self.settle()
                for frame in self.wire.frames:
                    if frame[1] == message_id:
                        return frame

    async def swipe(self, connector_id: int) -> None:
        """Show the tag; what comes of it comes later."""
        await self.engine_loop.ask(lambda number: Swipe(number, TAG, connector_id), WAIT_S)

    async def start(self, connector_id: int) -> None:
        """Have a car charge."""
        await self.engine_loop.act(act_of("plug_in", connector_id=connector_id), "Plug in", WAIT_S)
        await self.swipe(connector_id)
        await self.settle()
        assert self.status(connector_id) is ChargePointStatus.CHARGING

    def calls(self, action: str) -> list[dict[str, Any]]:
        return [each[3] for each in self.wire.frames if each[0] == 2 and each[2] == action]

    def _answer(self, action: str) -> dict[str, Any]:
        now = self.clock().isoformat()
        accepted = {"status": "Accepted"}
        answers: dict[str, dict[str, Any]] = {
            "BootNotification": {
                "status": self.wire.registration,
                "currentTime": now,
                "interval": 300,
            },
            "Heartbeat": {"currentTime": now},
            "Authorize": {"idTagInfo": accepted},
            "StartTransaction": {"transactionId": 7, "idTagInfo": accepted},
        }
        return answers.get(action, {})


@asynccontextmanager
async def world(
    disk: Disk | None = None, *, registration: str = "Accepted"
) -> AsyncIterator[World]:
    made = World(disk or Disk())
    made.wire.registration = registration
    await made.engine_loop.boot()
    work = asyncio.create_task(made.engine_loop.run())
    await made.connect()
    try:
        yield made
    finally:
        await made.engine_loop.end()
        async with asyncio.timeout(WAIT_S):
            await work
        await made.engine_loop.close()


class Fault:
    """An error of ours in one method, after it has done its work; so often, then no more."""

    def __init__(self, patch: pytest.MonkeyPatch, part: type, method: str, times: int = 1) -> None:
        self.left = times
        whole = getattr(part, method)

        def broken(*args: object, **keywords: object) -> object:
            result = whole(*args, **keywords)
            if self.left:
                self.left -= 1
                raise ZeroDivisionError("a bug of ours")
            return result

        patch.setattr(part, method, broken)

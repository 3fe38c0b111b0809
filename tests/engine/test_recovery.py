"""A store that a boot cannot read: it is told, and tried again until it can."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime
from typing import cast

import pytest

from cp_tui.charge_point.effects import StoredRecords, Table
from cp_tui.charge_point.variables import Troubles
from cp_tui.charger.charger import Charger
from cp_tui.engine import recovery
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.hub import Hub
from cp_tui.engine.recovery import NOT_READING, Recovery
from cp_tui.engine.troubles import TroubleKeeper
from cp_tui.engine.write_buffer import WriteBuffer
from tests.engine.fakes import FakeDisk, FakeRescue


class FakeCharger:
    """Notes what it boots from."""

    def __init__(self) -> None:
        self.booted: list[StoredRecords] = []

    def lose_power(self, stored: StoredRecords, now: datetime) -> None:
        self.booted.append(stored)


async def test_a_store_that_cannot_be_read_is_told_until_it_can(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recovery, "STORE_RETRY_S", 0.01)
    hub, log = Hub(), logging.Logger("test", logging.CRITICAL)
    keeper = TroubleKeeper(hub.publish, lambda: datetime.now(UTC))
    is_there = asyncio.Event()

    async def load() -> StoredRecords:
        if not is_there.is_set():
            raise EngineStartError("cannot read state.sqlite3: disk I/O error")
        return {Table.KEY: {"a": "{}"}}

    def told() -> list[str]:
        found: Troubles = hub.get("troubles")
        return [f"{each.id} {each.text}" for each in found]

    under_test = Recovery(
        write_buffer=WriteBuffer(FakeDisk([]), log, keeper),
        load=load,
        rescue=FakeRescue().as_rescue(),
        troubles=keeper,
        log=log,
        clock=lambda: datetime.now(UTC),
    )
    charger = FakeCharger()
    booting = asyncio.create_task(under_test.boot(cast(Charger, charger), is_calm=True))
    async with asyncio.timeout(30):
        while not told():
            await asyncio.sleep(0.005)
    assert told() == [
        f"{NOT_READING} The store cannot be read: cannot read state.sqlite3: disk I/O error"
    ]
    is_there.set()
    async with asyncio.timeout(30):
        await booting
    assert told() == []
    assert charger.booted == [{Table.KEY: {"a": "{}"}}]

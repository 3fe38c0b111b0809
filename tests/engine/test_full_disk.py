"""A disk that takes no records, or takes them late, under a real mind: nothing lost or doubled."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress

import pytest

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import (
    FrameReceived,
    Swipe,
)
from cp_tui.charge_point.variables import OutboxView
from cp_tui.engine.errors import CommandError
from cp_tui.ocpp.datatypes import ChargePointStatus
from tests.acts import act_of
from tests.demo.fast_time import in_fast_time
from tests.engine.world import TAG, WAIT_S, Disk, world


@in_fast_time
async def test_no_transaction_message_is_lost_or_tried_while_the_disk_is_full() -> None:
    disk = Disk()
    async with world(disk) as on:
        for key, value in (("MessageTimeout", 1), ("TransactionMessageAttempts", 1)):
            await on.ask("ChangeConfiguration", {"key": key, "value": str(value)}, key)
        await on.start(1)
        disk.is_full = True
        with pytest.raises(CommandError, match="done, but not saved"):
            await on.engine_loop.act(act_of("press_stop", connector_id=1), "Press stop", WAIT_S)
        await on.settle()
        assert on.calls("StopTransaction") == []
        outbox = on.hub.get("outbox")
        assert isinstance(outbox, OutboxView)
        assert [(each.why, each.attempts) for each in outbox.entries] == [
            ("the disk takes no records", 0)
        ]
        # Longer than MessageTimeout; what rests on no record is still said and answered.
        await asyncio.sleep(1.2)
        assert (await on.ask("GetConfiguration", {"key": ["MessageTimeout"]}))[0] == 3
        disk.is_full = False
        await on.ask("ChangeConfiguration", {"key": "MessageTimeout", "value": "2"}, "free")
        await on.settle()
        (stop,) = on.calls("StopTransaction")
        assert stop["transactionId"] == 7
        assert disk.tables[Table.OUTBOX] == {}


@in_fast_time
async def test_a_request_that_could_not_be_saved_is_answered_when_it_is() -> None:
    disk = Disk()
    async with world(disk) as on:
        disk.is_full = True
        text = json.dumps(
            [2, "held", "ChangeAvailability", {"connectorId": 1, "type": "Inoperative"}]
        )
        await on.engine_loop.deliver(FrameReceived(text))
        await on.settle()
        assert all(each[1] != "held" for each in on.wire.frames)
        disk.is_full = False
        await on.ask("ClearCache", {})
        (answer,) = [each for each in on.wire.frames if each[1] == "held"]
        assert answer == [3, "held", {"status": "Accepted"}]


@in_fast_time
async def test_a_mind_that_boots_on_a_full_disk_knows_it() -> None:
    disk = Disk()
    async with world(disk) as on:
        await on.start(1)
        disk.is_full = True
        with suppress(CommandError):
            await on.engine_loop.act(act_of("press_stop", connector_id=1), "Press stop", WAIT_S)
        mind = on.charger.mind
        text = json.dumps([2, "reset", "Reset", {"type": "Hard"}])
        await on.engine_loop.deliver(FrameReceived(text))
        await on.until_booted(mind)
        await on.connect()
        assert len(on.calls("BootNotification")) == 2
        assert on.calls("StopTransaction") == []
        disk.is_full = False
        await on.ask("ClearCache", {})
        await on.settle()
        (stop,) = on.calls("StopTransaction")
        assert stop["transactionId"] == 7


@in_fast_time
async def test_a_message_whose_records_take_longer_than_its_answer_may_is_sent_once() -> None:
    disk = Disk()
    async with world(disk) as on:
        change = {"key": "MessageTimeout", "value": "1"}
        await on.ask("ChangeConfiguration", change)
        await on.ask(
            "ChangeConfiguration", {**change, "key": "TransactionMessageRetryInterval"}, "m2"
        )
        disk.takes_s, on.answers_after_s = 1.2, 0.1
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", 2 * WAIT_S)
        await on.engine_loop.ask(lambda number: Swipe(number, TAG, 1), 2 * WAIT_S)
        async with asyncio.timeout(6 * WAIT_S):
            while disk.tables.get(Table.OUTBOX) or not on.calls("StartTransaction"):
                await asyncio.sleep(0.01)
                await on.settle()
        disk.takes_s = on.answers_after_s = 0.0
        await on.settle()
        assert len(on.calls("StartTransaction")) == 1
        assert on.status(1) is ChargePointStatus.CHARGING

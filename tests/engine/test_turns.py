"""A turn is whole or it has not been: errors inside a real mind and body, and what is left."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from cp_tui.charge_point.authorization_cache import AuthorizationCache
from cp_tui.charge_point.calls import Calls
from cp_tui.charge_point.charging import Charging
from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import (
    ClearAuthorizationCache,
    FrameReceived,
    LinkClosed,
    LinkOpened,
    TransferFinished,
)
from cp_tui.charge_point.journal import Journal
from cp_tui.charge_point.meter_values import MeterValueSampling
from cp_tui.charge_point.registration import Registration
from cp_tui.charge_point.reservations import Reservations
from cp_tui.charge_point.sessions import Sessions
from cp_tui.charge_point.transactions import Transactions
from cp_tui.charge_point.variables import Profiles
from cp_tui.engine.errors import CommandError
from cp_tui.ocpp.datatypes import ChargePointStatus
from tests.acts import act_of
from tests.engine.world import PROFILE, WAIT_S, Disk, Fault, world


async def test_a_request_that_fails_is_answered_so_and_nothing_of_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        await on.start(1)
        stored, profiles = await on.disk.load(), on.hub.get("profiles")
        Fault(monkeypatch, Charging, "recompute")
        request = {"connectorId": 0, "csChargingProfiles": PROFILE}
        answer = await on.ask("SetChargingProfile", request)
        assert answer[:3] == [4, "m1", "InternalError"]
        assert "SetChargingProfile could not be handled: ZeroDivisionError" in answer[3]
        assert (await on.disk.load()).get(Table.PROFILE) == stored.get(Table.PROFILE)
        assert on.hub.get("profiles") == profiles
        assert on.ids == ["turn.failed"]
        # The answer was the last of that connection: on the next, the charge point has booted.
        await on.connect()
        assert len(on.calls("BootNotification")) == 2
        (stop,) = on.calls("StopTransaction")
        assert (stop["reason"], stop["transactionId"]) == ("Reboot", 7)
        again = await on.ask("SetChargingProfile", request, "m2")
        assert again[:3] == [3, "m2", {"status": "Accepted"}]
        await on.start(2)


async def test_what_was_decided_beside_a_request_that_fails_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        Fault(monkeypatch, Reservations, "cancel")
        change = {"key": "MeterValueSampleInterval", "value": "17"}
        for number, (action, payload) in enumerate(
            [
                ("ChangeConfiguration", change),
                ("CancelReservation", {"reservationId": 1}),
            ]
        ):
            text = json.dumps([2, f"batch-{number}", action, payload])
            await on.engine_loop.deliver(FrameReceived(text))
        await on.settle()
        answers = {each[1]: each for each in on.wire.frames if str(each[1]).startswith("batch")}
        assert answers["batch-0"][2] == {"status": "Accepted"}
        assert answers["batch-1"][2] == "InternalError"
        await on.connect()
        known = await on.ask("GetConfiguration", {"key": ["MeterValueSampleInterval"]})
        assert known[2]["configurationKey"][0]["value"] == "17"


async def test_a_command_that_fails_is_refused_with_words_and_nothing_of_it_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        await on.start(1)
        before = on.hub.get("authorization_cache")
        Fault(monkeypatch, AuthorizationCache, "clear")
        with pytest.raises(CommandError, match="nothing of it was done"):
            await on.engine_loop.ask(ClearAuthorizationCache, WAIT_S)
        await on.connect()
        assert on.hub.get("authorization_cache") == before
        assert on.disk.tables[Table.AUTHORIZATION_CACHE] != {}
        await on.engine_loop.ask(ClearAuthorizationCache, WAIT_S)
        assert on.disk.tables[Table.AUTHORIZATION_CACHE] == {}


async def test_an_act_at_the_station_that_fails_is_met_by_a_boot_that_finds_it_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        Fault(monkeypatch, Sessions, "plugged_in")
        mind = on.charger.mind
        with pytest.raises(CommandError, match="look whether it was done"):
            await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        await on.until_booted(mind)
        await on.connect()
        assert on.status(1) is ChargePointStatus.PREPARING
        await on.swipe(1)
        await on.settle()
        assert on.status(1) is ChargePointStatus.CHARGING


async def test_an_answer_that_fails_loses_no_transaction_id_and_repeats_no_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        Fault(monkeypatch, Transactions, "confirmed")
        mind = on.charger.mind
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        await on.swipe(1)
        await on.settle()
        await on.until_booted(mind)
        assert on.ids == ["turn.failed"]
        await on.connect()
        assert len(on.calls("StartTransaction")) == 1
        (stop,) = on.calls("StopTransaction")
        assert stop["transactionId"] == 7
        assert on.disk.tables[Table.OUTBOX] == {}


@pytest.mark.parametrize("attempts", [1, 2])
async def test_a_refusal_that_fails_is_an_attempt_of_that_message(
    monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    async with world() as on:
        for key, value in (("Attempts", attempts), ("RetryInterval", 0)):
            change = {"key": f"TransactionMessage{key}", "value": str(value)}
            await on.ask("ChangeConfiguration", change, key)
        Fault(monkeypatch, Calls, "refused")
        mind = on.charger.mind
        on.wire.refuses = {"StartTransaction"}
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        await on.swipe(1)
        await on.settle()
        await on.until_booted(mind)
        on.wire.refuses = set()
        await on.connect()
        assert len(on.calls("StartTransaction")) == attempts
        (stop,) = on.calls("StopTransaction")
        assert stop["transactionId"] == (-1 if attempts == 1 else 7)
        assert on.disk.tables[Table.OUTBOX] == {}


async def test_a_swipe_whose_answer_fails_ends_with_the_boot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        Fault(monkeypatch, Sessions, "permit")
        mind = on.charger.mind
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        await on.swipe(1)
        await on.settle()
        await on.until_booted(mind)
        assert on.ids == ["turn.failed"]
        await on.connect()
        assert on.calls("StartTransaction") == []
        await on.start(2)


async def test_a_csms_that_rejects_gets_no_answer_whatever_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world(registration="Rejected") as on:
        Fault(monkeypatch, Journal, "note")
        mind = on.charger.mind
        frame = json.dumps([2, "silence", "ClearCache", {}])
        await on.engine_loop.deliver(FrameReceived(frame))
        await on.until_booted(mind)
        assert all(each[1] != "silence" for each in on.wire.frames)


async def test_errors_that_somebody_asks_for_again_and_again_make_nobody_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:
        Fault(monkeypatch, AuthorizationCache, "clear", times=5)
        for number in range(5):
            answer = await on.ask("ClearCache", {}, f"again-{number}")
            assert answer[2] == "InternalError"
            await on.connect()
        assert (await on.ask("ClearCache", {}, "last"))[2] == {"status": "Accepted"}
        await on.start(1)


@pytest.mark.parametrize(
    ("part", "method", "event"),
    [
        (MeterValueSampling, "tick", TransferFinished("none", ok=True, text="")),
        (Registration, "link_opened", LinkOpened()),
    ],
)
async def test_what_cannot_be_undone_makes_a_new_mind_that_charges(
    monkeypatch: pytest.MonkeyPatch, part: type, method: str, event: TransferFinished | LinkOpened
) -> None:
    async with world() as on:
        await on.start(1)
        mind = on.charger.mind
        Fault(monkeypatch, part, method)
        if isinstance(event, LinkOpened):
            await on.engine_loop.deliver(LinkClosed())
        await on.engine_loop.deliver(event)
        await on.until_booted(mind)
        assert "end" in on.wire.log
        await on.connect()
        assert len(on.calls("BootNotification")) == 2
        (stop,) = on.calls("StopTransaction")
        assert (stop["reason"], stop["transactionId"]) == ("Reboot", 7)
        await on.start(2)
        # Mind and body agree after the boot: nothing flows where no transaction runs.
        assert on.charger.station.reading(1, datetime.now(UTC)).power_w == 0


async def test_an_error_that_comes_with_every_tick_makes_boots_that_grow_rarer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        if seconds >= 1:
            waits.append(seconds)
        await real(0)

    async with world() as on:
        monkeypatch.setattr("cp_tui.engine.engine_loop.asyncio.sleep", sleep)
        fault = Fault(monkeypatch, MeterValueSampling, "tick", times=1_000_000)
        for _ in range(5):
            await on.engine_loop.deliver(TransferFinished("none", ok=True, text=""))
            async with asyncio.timeout(WAIT_S):
                await real(0.2)
        assert waits == sorted(waits)
        assert 1.0 in waits
        assert max(waits) <= 60
        fault.left = 0
        monkeypatch.undo()


async def test_an_effect_that_fails_does_not_take_the_others_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with world() as on:

        def broken(name: str, event: object) -> None:
            raise ZeroDivisionError("a bug of ours")

        monkeypatch.setattr(on.hub, "emit", broken)
        answer = await on.ask("GetConfiguration", {"key": ["HeartbeatInterval"]})
        assert answer[0] == 3
        assert on.ids == ["turn.failed"]
        monkeypatch.undo()


async def test_a_stored_record_that_breaks_the_boot_is_put_aside_and_the_rest_boots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = Disk()
    async with world(disk) as on:
        for number in (1, 2):
            profile = {**PROFILE, "chargingProfileId": number, "stackLevel": number}
            request = {"connectorId": 0, "csChargingProfiles": profile}
            assert (await on.ask("SetChargingProfile", request, f"p{number}"))[0] == 3
    whole = Charging.recompute

    def poisoned(self: Charging) -> None:
        whole(self)
        if any(each.profile.charging_profile_id == 2 for each in self._profiles):
            raise OverflowError("date value out of range")

    monkeypatch.setattr(Charging, "recompute", poisoned)
    async with world(disk) as on:
        await on.start(1)
        await on.start(2)
        assert [(table, why) for table, _, why in disk.aside] == [
            (Table.PROFILE, "OverflowError: date value out of range")
        ]
        assert len(disk.tables[Table.PROFILE]) == 1
        assert "record.set_aside" in on.ids


async def test_a_stored_record_that_only_keeps_cars_from_charging_is_found_by_trying(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = Disk()
    whole = Transactions.start

    def poisoned(self: Transactions, *args: Any) -> object:
        if self._turn._stored.get(Table.PROFILE):
            raise OverflowError("date value out of range")
        return whole(self, *args)

    async with world(disk) as on:
        request = {"connectorId": 0, "csChargingProfiles": PROFILE}
        assert (await on.ask("SetChargingProfile", request))[0] == 3
    monkeypatch.setattr(Transactions, "start", poisoned)
    async with world(disk) as on:
        assert disk.aside == []
        mind = on.charger.mind
        await on.engine_loop.act(act_of("plug_in", connector_id=1), "Plug in", WAIT_S)
        await on.swipe(1)
        await on.settle()
        await on.until_booted(mind)
        async with asyncio.timeout(WAIT_S):
            while not disk.aside:
                mind = on.charger.mind
                await asyncio.sleep(0.01)
        await on.until_booted(mind)
        assert [table for table, _, _ in disk.aside] == [Table.PROFILE]
        await on.connect()
        await on.engine_loop.act(act_of("plug_out", connector_id=1), "Plug out", WAIT_S)
        await on.start(1)


async def test_a_stored_record_that_only_breaks_what_is_shown_is_found_by_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    disk = Disk()
    async with world(disk) as on:
        request = {"connectorId": 0, "csChargingProfiles": PROFILE}
        assert (await on.ask("SetChargingProfile", request))[0] == 3

        def poisoned(self: Charging) -> object:
            if self._profiles:
                raise OverflowError("date value out of range")
            return Profiles(())

        monkeypatch.setattr(Charging, "profiles_view", poisoned)
        mind = on.charger.mind
        with pytest.raises(CommandError, match="profiles has no value yet"):
            on.hub.get("profiles")
        # The charge point goes on, and looks at its store when it has a moment.
        assert (await on.ask("GetConfiguration", {"key": ["HeartbeatInterval"]}, "m2"))[0] == 3
        await on.until_booted(mind)
        assert [table for table, _, _ in disk.aside] == [Table.PROFILE]
        assert on.hub.get("profiles") == Profiles(())


async def test_a_record_that_cannot_be_read_is_put_aside_and_told() -> None:
    disk = Disk()
    disk.tables = {Table.RESERVATION: {"5": '{"nonsense": true}'}}
    async with world(disk) as on:
        assert [(table, value) for table, value, _ in disk.aside] == [
            (Table.RESERVATION, '{"nonsense": true}')
        ]
        assert on.ids == ["record.set_aside"]
        await on.start(1)

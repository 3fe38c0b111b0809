"""The connectors of a charge point that is watched."""

from __future__ import annotations

from datetime import UTC

from cp_tui.charge_point.variables import BEFORE_BOOT, ConnectorView
from cp_tui.follow.connectors import CAUSE
from cp_tui.follow.follower import Follower
from cp_tui.ocpp.datatypes import ChargePointStatus
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.clock_steps import begun_words
from cp_tui.tui.text.status import status_content
from cp_tui.tui.text.words import Clock
from cp_tui.tui.transactions.text import transaction_columns, transaction_facts
from tests.explain.talk import BOOT, Talk, status


def test_a_status_from_before_a_boot_is_said_to_be_from_then_until_it_is_told_anew() -> None:
    follower, talk = Follower("CP-1"), Talk()

    def connector() -> ConnectorView:
        for record in talk.records:
            follower.learn(record)
        talk.records.clear()
        view: ConnectorView = follower.view("connectors", talk.now)[1]
        return view

    talk.booted()
    talk.tell("StatusNotification", status(1, "Preparing"))
    assert (connector().is_from_before_boot, connector().cause) == (False, CAUSE)
    talk.ask("Reset", {"type": "Hard"}, {"status": "Accepted"})
    talk.charge_point("BootNotification", BOOT)
    assert (connector().is_from_before_boot, connector().cause) == (True, BEFORE_BOOT)
    assert connector().status is ChargePointStatus.PREPARING
    assert status_content(connector().status, is_old=True).plain == "? Preparing"
    talk.answer({"status": "Accepted", "currentTime": talk.time, "interval": 300})
    talk.tell("StatusNotification", status(1, "Preparing"))
    assert not connector().is_from_before_boot


def test_what_flowed_says_nothing_any_more_once_its_transaction_has_ended() -> None:
    follower, talk = Follower("CP-1"), Talk()
    talk.booted()
    talk.started()
    flows = {"value": "7.4", "measurand": "Power.Active.Import", "unit": "kW"}
    values = [{"timestamp": talk.time, "sampledValue": [flows, {"value": "1500"}]}]
    talk.tell("MeterValues", {"connectorId": 1, "transactionId": 7, "meterValue": values})
    for record in talk.records:
        follower.take(record)
    charging = follower.view("connectors", talk.now)[1].measurement
    follower.take(talk.stopped())
    stopped = follower.view("connectors", talk.now)[1].measurement
    assert (charging.power_w, charging.register_wh) == (7_400, 1_500)
    assert (stopped.power_w, stopped.register_wh) == (None, 2_000)


def test_what_ran_before_a_boot_counts_as_running_only_once_it_is_told_of_again() -> None:
    follower, talk = Follower("CP-1"), Talk()

    def is_old() -> bool:
        for record in talk.records:
            follower.learn(record)
        talk.records.clear()
        running = follower.view("connectors", talk.now)[1].transaction
        (entry,) = follower.view("transactions", talk.now)
        assert running.is_from_before_boot is entry.is_from_before_boot
        assert entry.stopped_at is None
        clock, snapshot = Clock(talk.now, UTC), Snapshot(transactions=(entry,))
        told = f"{begun_words(running, clock)} {transaction_facts(snapshot, entry, clock)[0].text}"
        assert told.count(BEFORE_BOOT) == 2 * entry.is_from_before_boot
        (ended,) = (each for each in transaction_columns(snapshot, clock) if each.title == "Ended")
        assert ended.cell(entry).plain == ("? running" if entry.is_from_before_boot else "running")
        return bool(entry.is_from_before_boot)

    talk.booted()
    talk.started()
    values = [{"timestamp": talk.time, "sampledValue": [{"value": "1500"}]}]
    meters = {"connectorId": 1, "transactionId": 7, "meterValue": values}
    talk.tell("MeterValues", meters)
    assert not is_old()
    talk.booted()
    talk.tell("MeterValues", {"connectorId": 1, "meterValue": values})
    assert is_old()
    talk.tell("MeterValues", meters)
    assert not is_old()
    talk.booted()
    talk.stopped()
    follower.learn(talk.records[-1])
    assert not follower.view("transactions", talk.now)[0].is_from_before_boot

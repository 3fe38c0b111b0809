"""The store keeps the newest value of each variable and a bounded list of events."""

from __future__ import annotations

from cp_tui.charge_point import variables as v
from cp_tui.engine.hub import EventHappened, VariableChanged
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.tui.state.store import EVENTS_MAX, SnapshotStore
from tests.tui import message_world, worlds


def status_change(second: int) -> v.StatusChange:
    return v.StatusChange(
        connector_id=1,
        old_status=ChargePointStatus.AVAILABLE,
        status=ChargePointStatus.PREPARING,
        code="A2",
        cause="cable plugged in",
        error_code=ChargePointErrorCode.NO_ERROR,
        time=worlds.at(10, second // 60 % 60, second % 60),
    )


def test_every_variable_of_a_world_arrives_in_the_snapshot() -> None:
    store = SnapshotStore()
    world = worlds.stopped()
    store.apply([VariableChanged(name, value) for name, value in world.items()])
    snapshot = store.snapshot
    assert snapshot.identity == world["identity"]
    assert snapshot.link == world["link"]
    assert snapshot.is_stopped
    assert [c.connector_id for c in snapshot.running] == [1]
    assert snapshot.entry("heartbeatinterval") is not None
    assert snapshot.stop_report is not None
    assert store.take_dirty() == set(world)
    assert not store.is_dirty


def test_of_several_values_only_the_newest_stays() -> None:
    store = SnapshotStore()
    store.apply([VariableChanged("outbox", v.OutboxView(count=n)) for n in range(5)])
    assert store.snapshot.outbox.count == 4


def test_events_are_bounded() -> None:
    store = SnapshotStore()
    events = [status_change(n) for n in range(EVENTS_MAX + 10)]
    store.apply([EventHappened("status_changes", event, 0) for event in events])
    assert store.snapshot.status_changes == tuple(events[10:])


def test_messages_go_into_their_log_with_what_was_dropped_before_them() -> None:
    store = SnapshotStore()
    asked = message_world.request("1", "Heartbeat")
    store.apply([EventHappened("messages", asked, 0), EventHappened("messages", asked, 7)])
    log = store.snapshot.messages
    found = [exchange for exchange in map(log.exchange, log.numbers) if exchange is not None]
    assert [exchange.missed for exchange in found] == [0, 7, 0]
    assert store.take_dirty() == {"messages"}


def test_a_closed_link_gives_up_what_waits() -> None:
    store = SnapshotStore()
    store.apply([EventHappened("messages", message_world.request("1", "Heartbeat"), 0)])
    store.apply([VariableChanged("link", worlds.broken_link())])
    exchange = store.snapshot.messages.exchange(0)
    assert exchange is not None
    assert exchange.is_given_up

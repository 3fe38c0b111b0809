"""The end of a run: everything is well, nobody acts, and what must be true then."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cp_tui.charge_point.effects import Table
from cp_tui.charge_point.events import Restart
from cp_tui.charge_point.variables import (
    Connectors,
    ConnectorView,
    DeliveryState,
    RegistrationView,
    TransactionsView,
)
from cp_tui.network.weathers import FAIR
from tests.simulation.book_check import check_book
from tests.simulation.options import Trouble

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

REST_S = 307.3
"""No multiple of any sample interval: then a value would be on its way at each look."""
ROUNDS_MAX = 200
SETTLED_S = 20.0
FRESH_TAG = "FRESH"


def come_to_rest(world: Simulation) -> None:
    """Mend everything, connect anew, and wait until nothing is owed any more."""
    world.note("everything is well from now on")
    world.is_quiet = True
    world.csms.is_healthy = True
    world.network.near_s = (0.0, 0.04)
    world.network.is_up = True
    world.network.set_weather(FAIR, world.options.seed)
    if world.options.has(Trouble.SECURITY):
        world.door.be_kind(world.charger.mind.view("security", world.now))
    if world.checker.calls.is_stopped:
        world.command(Restart)
    world.network.cut()
    for _ in range(ROUNDS_MAX):
        world.after(REST_S)
        if _is_at_rest(world):
            break
    else:
        waiting = [entry.record for entry in world.checker.delivery.entries.values()]
        raise AssertionError(
            f"no rest after {ROUNDS_MAX * REST_S:g} s: registration"
            f" {world.checker.calls.registration}, {len(waiting)} wait: {waiting[:3]}"
        )


def _is_at_rest(world: Simulation) -> bool:
    is_accepted = world.checker.calls.registration == "Accepted"
    return is_accepted and not world.checker.delivery.entries


def check_use(world: Simulation) -> None:
    """Check that every connector is still of use: a fresh car charges there."""
    _clear_away(world)
    for connector_id in range(1, len(world.options.connectors) + 1):
        _charge(world, connector_id)
    come_to_rest(world)
    check(world)


def _clear_away(world: Simulation) -> None:
    """Have everybody take back what rightly keeps a connector from charging."""
    connectors = range(1, len(world.options.connectors) + 1)
    for connector_id in (0, *connectors):
        world.act("clear_error", connector_id=connector_id)
        world.csms.ask("ChangeAvailability", {"connectorId": connector_id, "type": "Operative"})
    for number in range(4):
        world.csms.ask("CancelReservation", {"reservationId": number})
    world.csms.ask("ClearChargingProfile", {})
    for connector_id in connectors:
        world.act("jam_lock", connector_id=connector_id, jammed=False)
        world.act("press_stop", connector_id=connector_id)
        world.csms.ask("UnlockConnector", {"connectorId": connector_id})
    world.after(SETTLED_S)
    for connector_id in connectors:
        world.act("plug_out", connector_id=connector_id)
    world.after(SETTLED_S)


def _charge(world: Simulation, connector_id: int) -> None:
    """A fresh car comes with a tag that the CSMS accepts; or with one that waits for a cable."""
    world.act("plug_in", connector_id=connector_id)
    world.act("set_vehicle", connector_id=connector_id, soc_percent=20.0)
    world.act("resume_ev", connector_id=connector_id)
    world.after(SETTLED_S)
    if _connector(world, connector_id).transaction is None:
        world.act("swipe", id_tag=FRESH_TAG, connector_id=connector_id)
    world.after(SETTLED_S)
    connector = _connector(world, connector_id)
    power_w = world.charger.station.reading(connector_id, world.now).power_w
    # An update may come due just now: it lets nobody begin, and waits for those who charge.
    is_updated = bool(world.checker.variables["firmware"].waits_for) or connector.cause.endswith(
        "new firmware waits to be installed"
    )
    assert power_w > 0 or is_updated, f"no car charges at connector {connector_id}: {connector}"


def _connector(world: Simulation, connector_id: int) -> ConnectorView:
    connectors: Connectors = world.checker.variables["connectors"]
    return connectors[connector_id]


def check(world: Simulation) -> None:
    """Check what must be true once all is quiet."""
    _check_registration(world)
    _check_connectors(world)
    _check_transactions(world)
    _check_records(world)
    check_book(world)
    assert not world.open_requests, f"nobody answered {world.open_requests}"
    assert not world.checker.calls.owed, f"without an answer: {world.checker.calls.owed}"


def _check_registration(world: Simulation) -> None:
    registration = world.checker.variables["registration"]
    assert isinstance(registration, RegistrationView)
    assert registration.status == "Accepted"


def _check_connectors(world: Simulation) -> None:
    connectors: Connectors = world.checker.variables["connectors"]
    minimum = world.charger.mind.get_configuration_keys(["MinimumStatusDuration"])[0][0].value
    for connector in connectors:
        number = connector.connector_id
        notified = world.csms.book.statuses.get(number)
        if int(minimum or "0") < REST_S:
            assert notified == connector.status, f"the CSMS believes {notified}: {connector}"
        if number == 0:
            continue
        is_plugged = world.charger.station.vehicle(number, world.now) is not None
        assert is_plugged == connector.is_plugged, f"is a cable in? {connector}"
        is_charging = connector.status in ("Charging", "SuspendedEV", "SuspendedEVSE")
        assert not is_charging or connector.transaction is not None, f"for whom? {connector}"


def _check_transactions(world: Simulation) -> None:
    transactions: TransactionsView = world.checker.variables["transactions"]
    delivery = world.checker.delivery
    lost = {record.transaction_key for record in delivery.lost} | delivery.nameless
    for entry in transactions:
        is_running = entry.stopped_at is None
        if entry.key in lost:
            continue
        assert entry.transaction_id is not None, f"has no id: {entry}"
        if not is_running:
            assert entry.delivery is DeliveryState.DELIVERED, f"is not delivered: {entry}"


def _check_records(world: Simulation) -> None:
    """Nothing may pile up that belongs to nothing any more."""
    connectors: Connectors = world.checker.variables["connectors"]
    records = world.store.table(Table.TRANSACTION).values()
    running = {r["key"] for r in map(json.loads, records) if r["stopped_at"] is None}
    assert len(running) == sum(c.transaction is not None for c in connectors), running
    data = world.store.table(Table.TRANSACTION_DATA).values()
    orphans = {r["transaction_key"] for r in map(json.loads, data)} - running
    assert not orphans, f"transaction data of ended transactions stays: {orphans}"

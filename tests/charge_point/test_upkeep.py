"""What the operator takes away, how far messages got, and the trace that it leaves."""

from __future__ import annotations

from functools import partial

import pytest

from cp_tui.charge_point.effects import Log
from cp_tui.charge_point.events import (
    CancelReservation,
    ClearAuthorizationCache,
    DropMessage,
    TryNow,
)
from cp_tui.charge_point.variables import (
    AuthorizationCacheView,
    DeliveryState,
    MessageDelivery,
    OutboxView,
    ReservationsView,
    TransactionEntry,
    TransactionsView,
)
from tests.charge_point.reserving import reserve
from tests.charge_point.rig import Rig, rig
from tests.conformance.steps import TAG, charging, set_key


def transaction(made: Rig) -> TransactionEntry:
    view: TransactionsView = made.variables["transactions"]
    return view[0]


def waiting(made: Rig) -> list[tuple[int, str]]:
    view = made.variables["outbox"]
    assert isinstance(view, OutboxView)
    return [(each.sequence, each.action) for each in view.entries]


def drop(made: Rig, action: str) -> None:
    sequence = next(number for number, each in waiting(made) if each == action)
    assert made.command(partial(DropMessage, sequence=sequence)).result is True


def logged(made: Rig) -> list[str]:
    return [each.text for each in made.effects if isinstance(each, Log)]


def test_a_message_that_waits_for_its_next_attempt_is_sent_at_once() -> None:
    """S 3.7.1: the attempts still count, only the wait is cut short."""
    made = rig(keys={"TransactionMessageRetryInterval": "600"})
    charging(made)
    made.responders["StopTransaction"] = lambda _: "InternalError"
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert len(made.calls("StopTransaction")) == 1
    reply = made.command(TryNow)
    assert reply.result is True
    assert reply.reason is not None
    assert reply.reason.text == "StopTransaction is sent again at once, the others follow"
    assert len(made.calls("StopTransaction")) == 2


def test_without_a_message_that_waits_for_its_time_there_is_nothing_to_try() -> None:
    made = rig()
    charging(made)
    reply = made.command(TryNow)
    assert reply.result is False
    assert reply.reason is not None
    assert reply.reason.id == "outbox.nothing_to_try"


def test_a_dropped_stop_makes_the_transaction_lost_with_the_reason() -> None:
    made = rig()
    charging(made)
    made.cut()
    made.act("swipe", id_tag=TAG, connector_id=1)
    drop(made, "StopTransaction")
    entry = transaction(made)
    assert entry.delivery is DeliveryState.LOST
    assert entry.loss is not None
    assert entry.loss.text == "StopTransaction was given up because the operator dropped it"
    assert entry.messages.start.state is DeliveryState.DELIVERED
    assert entry.messages.stop == MessageDelivery(state=DeliveryState.LOST)
    assert "StopTransaction is given up because the operator dropped it" in logged(made)
    made.reconnect()
    assert not made.calls("StopTransaction")


def test_a_dropped_start_stays_lost_over_a_boot_and_the_rest_is_sent_with_minus_1() -> None:
    """E 3.18."""
    made = rig(keys={"AllowOfflineTxForUnknownId": "true"})
    made.cut()
    made.act("plug_in", connector_id=1)
    made.act("swipe", id_tag=TAG, connector_id=1)
    drop(made, "StartTransaction")
    made.power_cycle()
    entry = transaction(made)
    assert entry.messages.start.state is DeliveryState.LOST
    assert entry.loss is not None
    made.reconnect()
    (stop,) = made.calls("StopTransaction")
    assert stop["transactionId"] == -1
    assert transaction(made).messages.stop == MessageDelivery(
        state=DeliveryState.DELIVERED, delivered_at=made.now
    )


def test_a_message_on_its_way_and_one_that_is_not_there_are_not_dropped() -> None:
    made = rig()
    charging(made)
    made.responders["StopTransaction"] = lambda _: None
    made.act("swipe", id_tag=TAG, connector_id=1)
    ((sequence, _),) = waiting(made)
    request = made.start_command(partial(DropMessage, sequence=sequence))
    assert made.refusals[request].text == "StopTransaction is sent and waits for its answer"
    request = made.start_command(partial(DropMessage, sequence=99))
    assert made.refusals[request].text.startswith("no message 99 waits")
    assert made.replies == {}


def test_the_messages_of_a_transaction_are_counted_as_they_wait_and_arrive() -> None:
    made = rig(keys={"MeterValueSampleInterval": "60"})
    charging(made)
    start = made.now
    made.after(121)
    told = transaction(made).messages
    assert told.start == MessageDelivery(state=DeliveryState.DELIVERED, delivered_at=start)
    assert (told.meter_values_delivered, told.meter_values_waiting) == (2, 0)
    made.cut()
    made.after(180)
    assert transaction(made).messages.meter_values_waiting == 3
    assert transaction(made).messages.stop is None
    made.act("swipe", id_tag=TAG, connector_id=1)
    assert transaction(made).messages.stop == MessageDelivery(state=DeliveryState.WAITING)
    made.after(30)
    made.reconnect()
    told = transaction(made).messages
    assert (told.meter_values_delivered, told.meter_values_waiting) == (5, 0)
    assert told.stop == MessageDelivery(state=DeliveryState.DELIVERED, delivered_at=made.now)
    made.power_cycle()
    assert transaction(made).messages == told


def test_meter_values_that_were_thinned_out_count_as_lost() -> None:
    """E 3.91."""
    made = rig(keys={"MeterValueSampleInterval": "1", "WaitingMeterValuesMax": "20"})
    charging(made)
    made.cut()
    made.after(40)
    told = transaction(made)
    assert told.messages.meter_values_lost > 0
    assert told.messages.meter_values_waiting + told.messages.meter_values_lost == 40
    assert told.delivery is DeliveryState.WAITING
    assert told.loss is not None
    assert "WaitingMeterValuesMax" in told.loss.text


def test_meter_values_that_the_csms_fails_on_count_as_lost_too() -> None:
    made = rig(keys={"MeterValueSampleInterval": "60", "TransactionMessageAttempts": "1"})
    charging(made)
    made.responders["MeterValues"] = lambda _: "InternalError"
    made.after(61)
    told = transaction(made)
    assert (told.messages.meter_values_delivered, told.messages.meter_values_lost) == (0, 1)
    assert told.loss is not None
    assert "InternalError" in told.loss.text


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_clearing_the_cache_forgets_every_tag_and_says_how_many(enabled: str) -> None:
    made = rig()
    made.act("swipe", id_tag=TAG)
    set_key(made, "AuthorizationCacheEnabled", enabled)
    reply = made.command(ClearAuthorizationCache)
    assert reply.result == 1
    assert reply.reason is not None
    assert reply.reason.text == "the operator cleared the authorization cache, 1 tag in it"
    view = made.variables["authorization_cache"]
    assert isinstance(view, AuthorizationCacheView)
    assert view.count == 0


def test_a_reservation_that_the_operator_cancels_says_so() -> None:
    made = rig()
    reserve(made)
    assert made.command(partial(CancelReservation, reservation_id=7)).result is True
    view = made.variables["reservations"]
    assert isinstance(view, ReservationsView)
    assert not view.active
    assert view.ended[0].reason.text.endswith("the operator cancelled it")
    assert made.statuses(1) == ["Reserved", "Available"]
    request = made.start_command(partial(CancelReservation, reservation_id=7))
    assert made.refusals[request].text == "there is no reservation 7, only: none"


def test_a_boot_says_who_the_charge_point_is_and_what_its_meter_is() -> None:
    made = rig(boot=False, vendor="Example", meter_type="EM3", meter_serial_number="M001")
    made.power_on()
    (boot,) = [frame[3] for frame in made.sent if frame[2] == "BootNotification"]
    assert boot == {
        "chargePointVendor": "Example",
        "chargePointModel": "cp-tui",
        "meterType": "EM3",
        "meterSerialNumber": "M001",
    }

"""A transaction as it is published, with how far each of its messages got."""

from __future__ import annotations

from collections.abc import Mapping

from cp_tui.charge_point.records import TransactionRecord
from cp_tui.charge_point.variables import (
    DeliveryState,
    MessageDelivery,
    TransactionEntry,
    TransactionMessages,
)
from cp_tui.ocpp.action import Action

Waiting = Mapping[tuple[str | None, str], int]
"""Transaction and action -> how many messages of it wait."""


def entry(record: TransactionRecord, waiting: Waiting) -> TransactionEntry:
    """Give the entry of a transaction in the variable `transactions`."""
    return TransactionEntry(
        key=record.key,
        connector_id=record.connector_id,
        transaction_id=record.transaction_id,
        id_tag=record.id_tag,
        started_at=record.started_at,
        meter_start_wh=record.meter_start_wh,
        stopped_at=record.stopped_at,
        meter_stop_wh=record.meter_stop_wh,
        energy_wh=record.energy_wh,
        stop_reason=record.stop_reason,
        stop_explanation=record.stop_explanation,
        delivery=record.delivery,
        loss=record.loss,
        clock_step_s=record.clock_step_s,
        clock_step=record.clock_step,
        messages=TransactionMessages(
            start=_start(record),
            meter_values_delivered=record.meter_values_delivered,
            meter_values_waiting=waiting.get((record.key, Action.METER_VALUES), 0),
            meter_values_lost=record.meter_values_lost,
            stop=None
            if record.is_running
            else _stop(record, is_waiting=(record.key, Action.STOP_TRANSACTION) in waiting),
        ),
    )


def _start(record: TransactionRecord) -> MessageDelivery:
    if record.is_start_lost:
        return MessageDelivery(state=DeliveryState.LOST)
    if record.transaction_id is None:
        return MessageDelivery(state=DeliveryState.WAITING)
    return MessageDelivery(state=DeliveryState.DELIVERED, delivered_at=record.start_delivered_at)


def _stop(record: TransactionRecord, *, is_waiting: bool) -> MessageDelivery:
    at = record.stop_delivered_at
    if is_waiting:
        return MessageDelivery(state=DeliveryState.WAITING)
    if at is not None or record.delivery is DeliveryState.DELIVERED:
        return MessageDelivery(state=DeliveryState.DELIVERED, delivered_at=at)
    return MessageDelivery(state=DeliveryState.LOST)

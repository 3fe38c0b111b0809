"""A transaction message as it is sent, made from its record in the queue (S 3.7)."""

from __future__ import annotations

from collections.abc import Callable

from cp_tui.charge_point.records import OutboxRecord
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.model import WireModel

UNKNOWN_TRANSACTION_ID = -1
"""Stands for the transactionId that a lost StartTransaction never brought (E 3.18)."""


def request_of(record: OutboxRecord, transaction_id: Callable[[str], int | None]) -> WireModel:
    """Fill in the transactionId, which is known by the key of the transaction, if it is."""
    payload = dict(record.payload)
    if record.transaction_key is not None and record.action != Action.START_TRANSACTION:
        known = transaction_id(record.transaction_key)
        payload["transactionId"] = UNKNOWN_TRANSACTION_ID if known is None else known
    return SPEC[Action(record.action)].request.model_validate(payload)


def is_unnamed(record: OutboxRecord, transaction_id: Callable[[str], int | None]) -> bool:
    """Say whether a message of a transaction would leave now without its transactionId."""
    if record.transaction_key is None or record.action == Action.START_TRANSACTION:
        return False
    return transaction_id(record.transaction_key) is None

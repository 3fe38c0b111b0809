"""The variables `transactions` and `outbox` and the stream `messages`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from pydantic_core import to_json

from cp_tui.charge_point.codec import JsonValue, Value
from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables.clock import ClockStep
from cp_tui.ocpp.datatypes import StopReason
from cp_tui.ocpp.frame import CallError, Frame, parse
from cp_tui.ocpp.redaction import shown_text

PAYLOAD_MAX = 65_536
"""Longest payload that is kept whole, in characters; 1,000 messages are kept for those who come
later, and a frame may be of 1 MB."""


class DeliveryState(StrEnum):
    """How far the messages of a transaction got."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    LOST = "lost"
    """The CSMS failed to process it TransactionMessageAttempts times."""
    UNANSWERED = "unanswered"
    """Of a charge point that is only watched: it was sent, and no answer was seen yet."""


class MessageDelivery(Value, frozen=True, kw_only=True):
    """How far one message of a transaction got."""

    state: DeliveryState
    delivered_at: datetime | None = None
    """When the CSMS confirmed it; None also where an older version took the answer."""


class TransactionMessages(Value, frozen=True, kw_only=True):
    """The messages of a transaction, and how far each of them got."""

    start: MessageDelivery
    meter_values_delivered: int | None = 0
    """None: of a charge point that is only watched, not counted."""
    meter_values_waiting: int = 0
    """Of one that is only watched: those that were sent, and no answer was seen yet."""
    meter_values_lost: int = 0
    """Given up, or dropped because too many waited (E 3.91)."""
    stop: MessageDelivery | None = None
    """None while it runs."""


class TransactionEntry(Value, frozen=True, kw_only=True):
    """A transaction, running or past."""

    key: str
    """Our own name for it, which is there before the CSMS gives one."""
    connector_id: int
    transaction_id: int | None
    """What the CSMS calls it; None until it has said so."""
    id_tag: str
    started_at: datetime
    meter_start_wh: int
    stopped_at: datetime | None = None
    meter_stop_wh: int | None = None
    energy_wh: int
    """Up to now, or in all."""
    is_begin_known: bool = True
    """False: of a charge point that is only watched, it began before anybody did. It was first seen
    at `started_at`; tag, meter and energy are not known, and stand empty."""
    is_from_before_boot: bool = False
    """Of a charge point that is only watched: it ran when it was told of last, before a boot."""
    stop_reason: StopReason | None = None
    stop_explanation: Reason | None = None
    """Why it stopped, in words, and by which rule."""
    delivery: DeliveryState
    """Whether the CSMS has all of it."""
    loss: Reason | None = None
    """Why a message of it never arrived, where that is known."""
    clock_step_s: float = 0.0
    """By how much the clock was set while it ran, in seconds, all steps together: ahead, or back
    where it is negative. So much too long is what lies between start and stop."""
    clock_step: ClockStep | None = None
    """The newest of these steps that is worth telling."""
    messages: TransactionMessages

    @property
    def known_energy_wh(self) -> int | None:
        """The energy; None where its begin is not known."""
        return self.energy_wh if self.is_begin_known else None


TransactionsView = tuple[TransactionEntry, ...]
"""Running transactions first, then past ones, newest first; a bounded history."""


class OutboxEntry(Value, frozen=True, kw_only=True):
    """A message that waits to be sent."""

    sequence: int = 0
    """Its place among all transaction messages of this charge point: what `drop_message` takes."""
    action: str
    connector_id: int | None = None
    transaction_key: str | None = None
    """As in `transactions`."""
    why: str
    """In words: `offline`, `CSMS answered InternalError, attempt 2 of 3`."""
    since: datetime
    attempts: int
    """So far."""
    attempts_max: int
    """After so many it is given up (`TransactionMessageAttempts`); 0: never, it is a critical
    security event."""
    next_attempt_at: datetime | None = None


class OutboxView(Value, frozen=True, kw_only=True):
    """What waits to be sent: the oldest transaction messages, and how many there are."""

    count: int = 0
    """Of all that waits, also of what `entries` leaves out."""
    thinned: int = 0
    """MeterValues that were dropped, spread over time, because too many waited (E 3.91)."""
    entries: tuple[OutboxEntry, ...] = ()
    """The oldest 100."""


class Direction(StrEnum):
    """Of a frame, seen from the charge point."""

    IN = "in"
    OUT = "out"


class MessageKind(StrEnum):
    """Type of a frame."""

    CALL = "CALL"
    CALLRESULT = "CALLRESULT"
    CALLERROR = "CALLERROR"
    INVALID = "invalid"
    """Something that is no OCPP frame."""


class MessageRecord(Value, frozen=True, kw_only=True):
    """A frame as it went over the wire, secrets masked: the event of the stream `messages`."""

    time: datetime
    direction: Direction
    """`in`: from the CSMS."""
    kind: MessageKind
    """CALL, CALLRESULT, CALLERROR, or what could not be read."""
    message_id: str
    action: str
    """Of a response: the action of its request."""
    payload: JsonValue
    """Of a CALLERROR: description and details; its code is the `result`."""
    connector_id: int | None = None
    latency_ms: float | None = None
    """Of a response: since its request."""
    result: str | None = None
    """Status of a response, error code of a CALLERROR."""
    is_composed: bool = False
    """A person composed it (`send_call`, `send_raw`), or it answers what a person composed."""
    reason: Reason | None = None
    """Why it was refused, or what was decided upon it."""
    flaws: tuple[str, ...] = ()
    """Of an answer of the CSMS: what was wrong with it and what was used instead, a sentence
    each."""
    is_ignored: bool = False
    """Of an answer of the CSMS: it counts for nothing, for it came after its request was given up,
    or answers none; `reason` says which."""

    def __getitem__(self, name: str) -> Any:
        """Give a field of the payload by its name on the wire; raises `KeyError`."""
        if not isinstance(self.payload, dict):
            raise KeyError(f"{name}: the payload of this {self.action} is no object")
        if name not in self.payload:
            there = ", ".join(self.payload) or "nothing"
            raise KeyError(f"no {name} in the payload of this {self.action}; there is: {there}")
        return self.payload[name]


class NotedFrame(Struct, frozen=True):
    """A frame that went over the wire; its record is made when somebody wants to see it."""

    head: MessageRecord
    """The record, without the payload as long as it stands in `text`."""
    text: str | bytes = ""
    """The frame, where it holds no secret and no more than a record does."""

    def record(self) -> MessageRecord:
        """Make the record.

        Its id is masked only here: until then it is needed as it was sent, for the other half.
        """
        message = parse(self.text) if self.text else None
        payload = self.head.payload if message is None else bounded(payload_of(message))
        return replace(self.head, message_id=shown_text(self.head.message_id), payload=payload)


def payload_of(message: Frame) -> dict[str, JsonValue]:
    """Give what a record shows of a frame."""
    if isinstance(message, CallError):
        return {"description": message.description, "details": message.details}
    return message.payload


def status_of(payload: Mapping[str, JsonValue]) -> str | None:
    """Give the status of a CALLRESULT, or of the tag that it tells of."""
    status, info = payload.get("status"), payload.get("idTagInfo")
    if status is None and isinstance(info, dict):
        status = info.get("status")
    return status if isinstance(status, str) else None


def bounded(payload: JsonValue) -> JsonValue:
    """Give a payload as it is, or of a long one the begin as text."""
    text = to_json(payload)
    if len(text) <= PAYLOAD_MAX:
        return payload
    begin = text[:PAYLOAD_MAX].decode("utf-8", "ignore")
    return f"{begin}… (cut: {len(text)} bytes)"

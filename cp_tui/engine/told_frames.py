"""Frames in words, a line each: what a test or a scenario that failed says of its last ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cp_tui.charge_point.codec import encode
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord

PAYLOAD_SHOWN = 240
"""How many characters of a payload."""
OF_TRANSACTIONS = ("StartTransaction", "StopTransaction")
"""Requests whose retry stands out: the CSMS has to take it for the one that it may know."""


def told(messages: Iterable[MessageRecord]) -> Iterator[str]:
    """Tell frames, a line each, with the reason of what was decided upon them."""
    is_empty = True
    transactions: set[str] = set()
    for each in messages:
        is_empty = False
        arrow = "->" if each.direction is Direction.OUT else "<-"
        kind = "" if each.kind is MessageKind.CALL else f" {each.kind}"
        payload = encode(each.payload).decode()
        if len(payload) > PAYLOAD_SHOWN:
            payload = f"{payload[:PAYLOAD_SHOWN]}…"
        code = f" {each.result}" if each.kind is MessageKind.CALLERROR else ""
        yield f"{each.time:%H:%M:%S.%f} {arrow} {each.action}{kind}{code} {payload}"
        if each.kind is MessageKind.CALL and each.action in OF_TRANSACTIONS:
            if f"{each.action} {payload}" in transactions:
                yield "    sent again: it is the same transaction as before"
            transactions.add(f"{each.action} {payload}")
        if each.reason is not None:
            yield f"    {each.reason.text} ({each.reason.rule})"
        yield from (f"    {flaw}" for flaw in each.flaws)
    if is_empty:
        yield "none"

"""A log as what one side has to do, step by step.

Pure. The order is that of the log: what the peer has said before something was sent is waited for
before it is sent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from msgspec import Struct

from cp_tui.traces.record import ANSWERS, FrameDirection, LinkKind, Record, RecordKind


class ReplayAct(Enum):
    """What is to be done."""

    SEND_CALL = "send a CALL"
    SEND_ANSWER = "send an answer"
    AWAIT_CALL = "wait for a CALL"
    AWAIT_ANSWER = "wait for an answer"
    RECONNECT = "connect anew"
    SKIP = "skip"


class ReplayStep(Struct, frozen=True):
    """One step of a replay."""

    kind: ReplayAct
    number: int
    """Of the record in the log."""
    line: int | None = None
    after_s: float = 0.0
    """How long after the step before, in the log."""
    at_s: float | None = None
    """When, in seconds of the epoch; None: the log does not tell."""
    action: str = ""
    payload: Any = None
    error: tuple[str, str, Any] | None = None
    """Of a CALLERROR: code, description and details."""
    pair: int | None = None
    """Number of the other frame of the exchange."""
    why: str = ""
    """Of one that is skipped."""


PAUSE_MAX_S = 86_400.0


def steps(records: Iterable[Record], ours: FrameDirection) -> Iterator[ReplayStep]:
    """Give the steps of the side whose frames go this way."""
    before: float | None = None
    was_closed = False
    for record in records:
        at_s = None if record.at is None else record.at.timestamp()
        after_s = 0.0
        if at_s is not None:
            after_s = 0.0 if before is None else min(max(0.0, at_s - before), PAUSE_MAX_S)
            before = at_s
        if record.kind is RecordKind.LINK:
            event = record.link.event if record.link else None
            was_closed = was_closed or event is LinkKind.CLOSE
            if event is LinkKind.OPEN and was_closed:
                was_closed = False
                yield ReplayStep(
                    ReplayAct.RECONNECT, record.number, record.source.line, after_s, at_s
                )
            continue
        yield _step(record, ours, after_s, at_s)


def _step(record: Record, ours: FrameDirection, after_s: float, at_s: float | None) -> ReplayStep:
    frame = record.frame
    is_ours = record.direction is ours
    why = ""
    if record.direction is None:
        why = "the log does not tell who sent it"
    elif frame is None or record.is_truncated or record.kind is RecordKind.UNREADABLE:
        why = "it is not whole"
    elif is_ours and record.is_masked:
        why = "values in it are masked"
    elif record.kind in ANSWERS and record.pair is None:
        why = "the log does not have its CALL"
    if why or frame is None:
        return ReplayStep(ReplayAct.SKIP, record.number, record.source.line, after_s, at_s, why=why)
    is_call = record.kind is RecordKind.CALL
    kind = {
        (True, True): ReplayAct.SEND_CALL,
        (True, False): ReplayAct.SEND_ANSWER,
        (False, True): ReplayAct.AWAIT_CALL,
        (False, False): ReplayAct.AWAIT_ANSWER,
    }[is_ours, is_call]
    is_error = record.kind is RecordKind.CALL_ERROR
    return ReplayStep(
        kind,
        record.number,
        record.source.line,
        after_s,
        at_s,
        frame.action,
        frame.payload,
        (frame.code, frame.description, frame.details) if is_error else None,
        record.pair,
    )

"""Messages in a line each: a request with its answer, what became of it, and what it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from pydantic import JsonValue
from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import MessageKind
from cp_tui.ocpp.units import amps, energy, power, volts
from cp_tui.tui.state.log_state import GRAVITY, gravest
from cp_tui.tui.state.message_log import Fate, LoggedFrame, MessagePair
from cp_tui.tui.text.columns import Column, widest
from cp_tui.tui.text.gaps import since_words, until_words, what_words
from cp_tui.tui.text.log_words import OTHER, finding_word, other_word
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, GOOD, ODD, QUIET
from cp_tui.tui.text.words import Clock, latency

WIDE = 100
"""Cells from which times have milliseconds and results are written out."""

ABOUT_MAX = 200
"""Characters of a payload that are worth reading in a line."""


def message_columns(
    clock: Clock,
    width: int,
    *ends: datetime | None,
    is_judged: bool = False,
    frame_of: Callable[[int], int] | None = None,
) -> list[Column[MessagePair]]:
    """The columns of the messages, of which those at the `ends` may need a date.

    Those of a log that `is_judged` have one for what is wrong with them. `frame_of` gives the
    first frame of an exchange by its number: for a log that tells no times.
    """
    is_wide = width >= WIDE
    return [
        _time_column(clock, is_wide, ends) if frame_of is None else _frame_column(frame_of),
        Column("Dir", 3, lambda e: Content(_direction(e))),
        Column("Action", 22, _action, said=_action_words),
        Column("#", 2, lambda e: Content(_connector(e)), "right", rank=1),
        Column("Latency", 9, lambda e: Content(_latency(e)), "right", rank=2, order=_latency_ms),
        Column(
            "Result",
            27 if is_wide else 16,
            lambda e: _result_or_gap(e, clock),
            said=lambda e: _result_or_gap(e, clock).plain.removeprefix("! "),
        ),
        *([_finding_column(is_wide)] if is_judged else []),
        Column("What it says", 8, lambda e: about(e, clock), rank=3, is_flexible=True),
        *([Column("Message id", 36, _message_id, rank=4)] if is_wide else []),
    ]


def _time_column(
    clock: Clock, is_wide: bool, ends: Sequence[datetime | None]
) -> Column[MessagePair]:
    time = clock.thousandths if is_wide else clock.brief
    return Column(
        "Time",
        widest([time(each) for each in ends if each], 12 if is_wide else 8),
        lambda e: Content(_when(e, time)),
        order=lambda e: e.number,
    )


def _frame_column(frame_of: Callable[[int], int]) -> Column[MessagePair]:
    return Column(
        "Frame",
        8,
        lambda e: Content(f"{frame_of(e.number):,}"),
        "right",
        order=lambda e: e.number,
    )


def _finding_column(is_wide: bool) -> Column[MessagePair]:
    return Column(
        "Finding",
        32 if is_wide else 22,
        _finding,
        order=lambda e: min((GRAVITY[each.severity] for each in e.findings), default=None),
        said=_finding_words,
    )


def _finding_words(exchange: MessagePair) -> str:
    ours = "" if exchange.ours is None else f"ours: {exchange.ours.ours}"
    return ", ".join(filter(None, [*(each.id for each in exchange.findings), drawn(ours)]))


def _finding(exchange: MessagePair) -> Content:
    """The gravest, how many there are besides, and whether ours would have answered otherwise."""
    found, ours = gravest(exchange.findings), exchange.ours
    if found is None:
        return Content("") if ours is None else other_word(ours)
    more = len(exchange.findings) - 1
    # It stands first, as the end may be cut.
    mark = f"{OTHER} " if ours is not None else ""
    return Content.assemble(mark, finding_word(found), f" +{more}" if more else "")


def result(exchange: MessagePair) -> Content:
    """What became of a request; the sign before it tells without a colour that it is bad."""
    answer = exchange.answer
    status = "" if answer is None else answer.result or ""
    match exchange.fate:
        case Fate.DONE:
            return safe_text(status, GOOD) if status else Content.styled("answered", QUIET)
        case Fate.REFUSED | Fate.ERROR:
            return safe_text(f"! {status or 'CALLERROR'}", BOLD_BAD)
        case Fate.IGNORED:
            is_asked = any(frame.action for frame in exchange.frames)
            return Content.styled("! too late" if is_asked else "! not asked for", BOLD_BAD)
        case Fate.NO_ANSWER:
            return Content.styled("! no answer", BOLD_BAD)
        case Fate.INVALID:
            return Content.styled("! no OCPP frame", BOLD_BAD)
        case Fate.WAITS:
            return Content.styled("waits", ODD)
        case Fate.MISSED:
            return Content("")


def _result_or_gap(exchange: MessagePair, clock: Clock) -> Content:
    gap = exchange.gap
    return result(exchange) if gap is None else Content.styled(until_words(gap, clock), ODD)


def about(exchange: MessagePair, clock: Clock) -> Content:
    """The reason where there is one, else what the request says."""
    if exchange.gap is not None:
        return Content.styled(since_words(exchange.gap), ODD)
    if (reason := reason_of(exchange)) is not None:
        return safe_text(reason.text[:ABOUT_MAX])
    if flaws := flaws_of(exchange):
        return safe_text(f"the answer has flaws: {flaws[0]}"[:ABOUT_MAX], ODD)
    if exchange.fate is Fate.ERROR and exchange.answer is not None:
        error = json.loads(exchange.answer.payload)
        if isinstance(error, dict) and error.get("description"):
            return safe_text(f"{error['description']}"[:ABOUT_MAX])
    return safe_text(_brief(exchange.frames[0]), QUIET)


def _when(exchange: MessagePair, time: Callable[[datetime], str]) -> str:
    if exchange.gap is not None:
        return time(exchange.gap.lost_at)
    return time(exchange.frames[0].at) if exchange.frames else ""


def _direction(exchange: MessagePair) -> str:
    """Which way the request went; of an answer alone, which way it went itself."""
    return exchange.frames[0].direction.value if exchange.frames else ""


def _action(exchange: MessagePair) -> Content:
    if exchange.gap is not None:
        return Content.styled(_action_words(exchange), ODD)
    mark = "*" if exchange.frames[0].is_composed else ""
    return safe_text(f"{mark}{_action_words(exchange)}")


def _action_words(exchange: MessagePair) -> str:
    if exchange.gap is not None:
        return f"({what_words(exchange.gap)})"
    first = exchange.frames[0]
    name = first.action or ("(no frame)" if first.kind is MessageKind.INVALID else "(unknown)")
    alone = " (answer)" if exchange.request is None else ""
    return f"{name}{alone}"


def _connector(exchange: MessagePair) -> str:
    found = [f.connector_id for f in exchange.frames if f.connector_id is not None]
    return f"{found[0]}" if found else ""


def _message_id(exchange: MessagePair) -> Content:
    return safe_text(exchange.frames[0].message_id if exchange.frames else "", QUIET)


def _latency_ms(exchange: MessagePair) -> float | None:
    return None if exchange.answer is None else exchange.answer.latency_ms


def _latency(exchange: MessagePair) -> str:
    if exchange.answer is None or exchange.answer.latency_ms is None:
        return ""
    return latency(exchange.answer.latency_ms)


def _brief(frame: LoggedFrame) -> str:
    """The payload without its brackets, as far as it is read at a glance."""
    if len(frame.payload) > ABOUT_MAX * 4:
        return frame.payload[:ABOUT_MAX]
    payload = json.loads(frame.payload)
    if not isinstance(payload, dict):
        return f"{payload}"[:ABOUT_MAX]
    # A status is what a narrow column has to show; the error code beside it is mostly NoError.
    parts = [
        ", ".join(_readings(value)) if name == "meterValue" else f"{name} {_word(value)}"
        for name, value in sorted(payload.items(), key=lambda field: field[0] != "status")
        if name != "connectorId"
    ]
    return ", ".join(filter(None, parts))[:ABOUT_MAX]


def _word(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _readings(meter_value: JsonValue) -> Iterator[str]:
    """`120 Wh`, `11010 W` and so on (S 7.33), of whatever the wire holds there."""
    for each in meter_value if isinstance(meter_value, list) else ():
        samples = each.get("sampledValue") if isinstance(each, dict) else None
        for sample in samples if isinstance(samples, list) else ():
            if isinstance(sample, dict):
                yield _reading(f"{sample.get('value')}", f"{sample.get('unit', 'Wh')}")


READ_AS = {"A": amps, "V": volts, "W": power, "Wh": energy}
"""Units that are told as everywhere on the screen; the frame below has what was sent."""


def _reading(value: str, unit: str) -> str:
    try:
        return READ_AS[unit](float(value))
    except (KeyError, ValueError):
        return f"{value} {unit}"


def flaws_of(exchange: MessagePair) -> tuple[str, ...]:
    """What was wrong with the answer, and what was used instead."""
    return exchange.answer.flaws if exchange.answer is not None else ()


def reason_of(exchange: MessagePair) -> Reason | None:
    """Of the answer, else of the request."""
    found = [frame.reason for frame in reversed(exchange.frames) if frame.reason_json is not None]
    return found[0] if found else None

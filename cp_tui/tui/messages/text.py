"""Messages in words: a line for a request with its answer, and everything about one as facts."""

from __future__ import annotations

import json
from collections.abc import Iterator

from pydantic import JsonValue
from textual.content import Content
from textual.highlight import HighlightTheme, highlight

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Direction, MessageKind
from cp_tui.ocpp.calendar import in_zone
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import amps, energy, power, volts
from cp_tui.tui.state.message_log import Fate, LoggedFrame, MessagePair
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.facts import TEXT_CELLS_MAX, Fact
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.words import Clock, joined, latency

GOOD, BAD, ODD, QUIET = "$text-success", "bold $text-error", "$text-warning", "$text-muted"

WIDE = 100
"""Cells from which times have milliseconds and results are written out."""

ABOUT_MAX = 200
"""Characters of a payload that are worth reading in a line."""

JSON_LINES_MAX = 300
"""Of one payload; beyond, export it."""


class JsonTheme(HighlightTheme):
    """Colours of JSON that every theme has."""

    STYLES = {  # noqa: RUF012 - as declared by Textual
        token: style
        for token, style in (
            (("Name", "Tag"), "$text-accent"),
            (("Literal", "String"), "$text-success"),
            (("Literal", "Number"), "$text-warning"),
            (("Keyword", "Constant"), "bold"),
        )
    }


# --- a line ---------------------------------------------------------------------------------------


def message_columns(clock: Clock, width: int) -> list[Column[MessagePair]]:
    """The columns of the messages."""
    is_wide = width >= WIDE
    return [
        Column("Time", 12 if is_wide else 8, lambda e: Content(_when(e, clock, is_wide))),
        Column("Dir", 3, lambda e: Content(_direction(e))),
        Column("Action", 22, _action),
        Column("#", 2, lambda e: Content(_connector(e)), "right", rank=1),
        Column("Latency", 9, lambda e: Content(_latency(e)), "right", rank=2),
        Column("Result", 27 if is_wide else 16, result),
        Column("What it says", 12, about, rank=3, is_flexible=True),
        *([Column("Message id", 36, _message_id, rank=4)] if is_wide else []),
    ]


def result(exchange: MessagePair) -> Content:
    """What became of a request; the sign before it tells without a colour that it is bad."""
    answer = exchange.answer
    status = "" if answer is None else answer.result or ""
    match exchange.fate:
        case Fate.DONE:
            return safe_text(status, GOOD) if status else Content.styled("answered", QUIET)
        case Fate.REFUSED | Fate.ERROR:
            return safe_text(f"! {status or 'CALLERROR'}", BAD)
        case Fate.NO_ANSWER:
            return Content.styled("! no answer", BAD)
        case Fate.INVALID:
            return Content.styled("! no OCPP frame", BAD)
        case Fate.WAITS:
            return Content.styled("waits", ODD)
        case Fate.MISSED:
            return Content("")


def about(exchange: MessagePair) -> Content:
    """The reason where there is one, else what the request says."""
    if exchange.missed:
        missed = count(exchange.missed, "message")
        return Content.styled(f"{missed} not shown: the screen was too slow", ODD)
    if (reason := _reason(exchange)) is not None:
        return safe_text(reason.text[:ABOUT_MAX])
    if flaws := _flaws(exchange):
        return safe_text(f"the answer has flaws: {flaws[0]}"[:ABOUT_MAX], ODD)
    if exchange.fate is Fate.ERROR and exchange.answer is not None:
        error = json.loads(exchange.answer.payload)
        if isinstance(error, dict) and error.get("description"):
            return safe_text(f"{error['description']}"[:ABOUT_MAX])
    return safe_text(_brief(exchange.frames[0]), QUIET)


def _when(exchange: MessagePair, clock: Clock, is_wide: bool) -> str:
    if exchange.missed:
        return ""
    at = exchange.frames[0].at
    local, today = in_zone(at, clock.zone), in_zone(clock.now, clock.zone)
    if local.date() != today.date():
        return f"{local:%b %d %H:%M}" if is_wide else f"{local:%b %d}"
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03}" if is_wide else f"{local:%H:%M:%S}"


def _direction(exchange: MessagePair) -> str:
    """Which way the request went; of an answer alone, which way it went itself."""
    return "" if exchange.missed else exchange.frames[0].direction.value


def _action(exchange: MessagePair) -> Content:
    if exchange.missed:
        return Content.styled(f"({exchange.missed} not shown)", ODD)
    first = exchange.frames[0]
    name = first.action or ("(no frame)" if first.kind is MessageKind.INVALID else "(unknown)")
    mark = "*" if first.is_composed else ""
    alone = " (answer)" if exchange.request is None else ""
    return safe_text(f"{mark}{name}{alone}")


def _connector(exchange: MessagePair) -> str:
    found = [f.connector_id for f in exchange.frames if f.connector_id is not None]
    return f"{found[0]}" if found else ""


def _message_id(exchange: MessagePair) -> Content:
    return safe_text("" if exchange.missed else exchange.frames[0].message_id, QUIET)


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


def _flaws(exchange: MessagePair) -> tuple[str, ...]:
    """What was wrong with the answer, and what was used instead."""
    return exchange.answer.flaws if exchange.answer is not None else ()


def _reason(exchange: MessagePair) -> Reason | None:
    """Of the answer, else of the request."""
    found = [frame.reason for frame in reversed(exchange.frames) if frame.reason_json is not None]
    return found[0] if found else None


# --- everything about one -------------------------------------------------------------------------


def short_facts(exchange: MessagePair, width: int) -> list[Fact]:
    """What was asked, what was answered and why, in a few lines."""
    if exchange.missed:
        return [_missed(exchange)]
    facts = [
        Fact(_label(frame, exchange, "Asked"), _compact(frame, exchange, width))
        for frame in exchange.frames
    ]
    if exchange.answer is None and exchange.fate is not Fate.INVALID:
        facts.append(Fact("Answer", result(exchange)))
    if (reason := _reason(exchange)) is not None:
        facts.append(Fact("Why", _sentence(reason)))
    facts += _flaw_facts(_flaws(exchange))
    return facts


def message_details(exchange: MessagePair, clock: Clock) -> list[Fact]:
    """Both frames in full, with their times and their reasons."""
    if exchange.missed:
        return [_missed(exchange)]
    facts: list[Fact] = []
    for frame in exchange.frames:
        facts.append(Fact(_label(frame, exchange, "Request"), _head(frame, exchange, clock)))
        if frame.is_composed and frame is exchange.request:
            facts.append(Fact("", Content.styled("composed by a person", ODD)))
        facts += _why(frame.reason)
        facts += _flaw_facts(frame.flaws)
        facts += [Fact("", line) for line in json_lines(frame.payload)]
    if exchange.answer is None and exchange.fate is not Fate.INVALID:
        facts.append(Fact("Answer", result(exchange)))
    return facts


def json_lines(text: str) -> list[Content]:
    """JSON text over several lines, in colours; harmless whatever it holds."""
    pretty = json.dumps(json.loads(text), indent=2, ensure_ascii=False).split("\n")
    # Cleaned before it is coloured: a control character would move the colours.
    lines = [drawn(line[:TEXT_CELLS_MAX]) for line in pretty[:JSON_LINES_MAX]]
    coloured = highlight("\n".join(lines), language="json", theme=JsonTheme)
    plain = Content(coloured.plain, [span for span in coloured.spans if span.style != "$text"])
    found = plain.split("\n", allow_blank=True)
    if len(pretty) > JSON_LINES_MAX:
        more = f"… {count(len(pretty) - JSON_LINES_MAX, 'more line')}: copy or export it"
        found.append(Content.styled(more, ODD))
    return found


def _label(frame: LoggedFrame, exchange: MessagePair, request: str) -> str:
    if frame.kind is MessageKind.INVALID:
        return "Text"
    return request if frame is exchange.request else "Answer"


def _head(frame: LoggedFrame, exchange: MessagePair, clock: Clock) -> Content:
    """`MeterValues to the CSMS · 14:03:15.123 · 12 ms · id 4b1f`."""
    way = "to the CSMS" if frame.direction is Direction.OUT else "from the CSMS"
    if frame.kind is MessageKind.INVALID:
        what = Content.styled("no OCPP frame", BAD)
    else:
        what = safe_text(f"{frame.action} {frame.kind}".strip(), "bold")
    local = in_zone(frame.at, clock.zone)
    parts: list[Content | str] = [
        Content.assemble(what, f" {way}"),
        f"{clock.date(frame.at)} {local:%H:%M:%S}.{local.microsecond // 1000:03}",
    ]
    if frame.result is not None:
        parts.append(safe_text(frame.result, "bold"))
    if frame.latency_ms is not None:
        parts.append(f"after {latency(frame.latency_ms)}")
    if frame.connector_id is not None and frame is exchange.frames[0]:
        parts.append(f"connector {frame.connector_id}")
    if frame.message_id and frame is exchange.frames[0]:
        parts.append(safe_text(f"id {frame.message_id}", QUIET))
    return joined(parts)


def _compact(frame: LoggedFrame, exchange: MessagePair, width: int) -> Content:
    parts: list[Content | str] = []
    if frame is exchange.answer:
        parts.append(result(exchange))
        if frame.latency_ms is not None:
            parts.append(latency(frame.latency_ms))
    text = frame.payload
    if len(text) < 2 * width:
        # With blanks it is broken between words.
        text = json.dumps(json.loads(text), ensure_ascii=False)
    parts.append(safe_text(text[: 4 * width]).truncate(2 * width, ellipsis=True))
    return joined(parts)


def _missed(exchange: MessagePair) -> Fact:
    return Fact("", about(exchange))


def _sentence(reason: Reason) -> Content:
    return Content.assemble(safe_text(reason.text), safe_text(f" ({reason.rule})", QUIET))


def _flaw_facts(flaws: tuple[str, ...]) -> list[Fact]:
    return [Fact("" if at else "Flaws", safe_text(flaw, ODD)) for at, flaw in enumerate(flaws)]


def _why(reason: Reason | None) -> list[Fact]:
    """The reason with its rule and the values that were compared."""
    if reason is None:
        return []
    values = [safe_text(f"  {name} = {value}", QUIET) for name, value in reason.values.items()]
    return [
        Fact("Why", safe_text(reason.text)),
        Fact("Rule", safe_text(f"{reason.rule} · {reason.id}", QUIET)),
        *(Fact("", value) for value in values),
    ]

"""Everything about a message in words: both frames, their reasons, and JSON in colours."""

from __future__ import annotations

import json
from collections.abc import Sequence

from textual.content import Content

from cp_tui.charge_point.reason import Reason
from cp_tui.charge_point.variables import Direction, MessageKind
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import storable
from cp_tui.tui.messages.findings_text import finding_facts
from cp_tui.tui.messages.others_text import ours_facts
from cp_tui.tui.messages.text import flaws_of, reason_of, result
from cp_tui.tui.state.arrivals import Gap
from cp_tui.tui.state.log_state import GRAVITY
from cp_tui.tui.state.message_log import Fate, LoggedFrame, MessagePair
from cp_tui.tui.text.columns import Column
from cp_tui.tui.text.copying import CopiedField, Copyable, fields_of_row
from cp_tui.tui.text.facts import Fact
from cp_tui.tui.text.gaps import gap_words
from cp_tui.tui.text.json_text import json_line, json_lines
from cp_tui.tui.text.safe_text import drawn, safe_text
from cp_tui.tui.text.styles import BOLD_BAD, ODD, QUIET
from cp_tui.tui.text.words import Clock, joined, latency, reason_text


def short_facts(exchange: MessagePair, clock: Clock, width: int) -> list[Fact]:
    """What was asked, what was answered and why, in a few lines."""
    if exchange.gap is not None:
        return [_missed(exchange.gap, clock)]
    facts = [
        Fact(_label(frame, exchange, "Asked"), _compact(frame, exchange, width))
        for frame in exchange.frames
    ]
    if exchange.answer is None and exchange.fate is not Fate.INVALID:
        facts.append(Fact("Answer", result(exchange)))
    if (reason := reason_of(exchange)) is not None:
        facts.append(Fact("Why", reason_text(reason, clock)))
    facts += _flaw_facts(flaws_of(exchange))
    found = sorted(exchange.findings, key=lambda each: GRAVITY[each.severity])
    return [
        *(fact for each in found for fact in finding_facts(each)[:1]),
        *ours_facts(exchange.ours),
        *facts,
    ]


def message_details(exchange: MessagePair, clock: Clock) -> list[Fact]:
    """Both frames in full, with their times and their reasons."""
    if exchange.gap is not None:
        return [_missed(exchange.gap, clock)]
    facts: list[Fact] = []
    for finding in sorted(exchange.findings, key=lambda each: GRAVITY[each.severity]):
        facts += finding_facts(finding, clock)
    facts += ours_facts(exchange.ours)
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


def frames_text(exchange: MessagePair) -> str:
    """The frames as they went over the wire, secrets masked, one in each line."""
    return "\n".join(frame.wire for frame in exchange.frames)


def frames_name(exchange: MessagePair) -> str:
    """How many they are, and whether they are whole."""
    cut = ", the longest payload cut off," if any(f.is_cut for f in exchange.frames) else ""
    return count(len(exchange.frames), "frame") + cut


def copyable_message(exchange: MessagePair, columns: Sequence[Column[MessagePair]]) -> Copyable:
    """Each frame, and what the line of the message says."""
    frames = [CopiedField(_copied_label(f, exchange), f.wire) for f in exchange.frames]
    why = reason_of(exchange)
    fields = [
        *frames,
        *fields_of_row(columns, exchange),
        *(CopiedField(each.label, each.text.plain) for each in ours_facts(exchange.ours)),
        *([CopiedField("Why", reason_text(why).plain)] if why is not None else []),
        CopiedField("Message id", drawn(exchange.frames[0].message_id)),
    ]
    known = tuple(dict.fromkeys(field for field in fields if field.text))
    return Copyable(known, frames_text(exchange), whole_name=frames_name(exchange))


def _copied_label(frame: LoggedFrame, exchange: MessagePair) -> str:
    cut = ", cut off," if frame.is_cut else ""
    return f"{_label(frame, exchange, 'Request')}{cut}"


def _label(frame: LoggedFrame, exchange: MessagePair, request: str) -> str:
    if frame.kind is MessageKind.INVALID:
        return "Text"
    return request if frame is exchange.request else "Answer"


def _head(frame: LoggedFrame, exchange: MessagePair, clock: Clock) -> Content:
    """`MeterValues to the CSMS · 14:03:15.123 · 12 ms · id 4b1f`."""
    way = "to the CSMS" if frame.direction is Direction.OUT else "from the CSMS"
    if frame.kind is MessageKind.INVALID:
        what = Content.styled("no OCPP frame", BOLD_BAD)
    else:
        what = safe_text(f"{frame.action} {frame.kind}".strip(), "bold")
    parts: list[Content | str] = [
        Content.assemble(what, f" {way}"),
        clock.full(frame.at),
    ]
    if frame.is_ignored:
        parts.append(result(exchange))
    if frame.result is not None:
        parts.append(safe_text(frame.result, "" if frame.is_ignored else "bold"))
    if frame.latency_ms is not None:
        parts.append(f"after {latency(frame.latency_ms)}")
    if frame.connector_id is not None and frame is exchange.frames[0]:
        parts.append(f"connector {frame.connector_id}")
    if frame.message_id and frame is exchange.frames[0]:
        parts.append(safe_text(f"id {frame.message_id}", QUIET))
    parts.append(count(len(storable(frame.wire).encode()), "byte"))
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
    parts.append(json_line(drawn(text[: 4 * width])).truncate(2 * width, ellipsis=True))
    return joined(parts)


def _missed(gap: Gap, clock: Clock) -> Fact:
    return Fact("Gap", joined([clock.brief(gap.lost_at), gap_words(gap, clock)]))


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

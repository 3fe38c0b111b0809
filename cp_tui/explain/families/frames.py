"""Frames before their payload matters: JSON, elements, ids, codes, who may send what (J 4)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import msgspec

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, of_line
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.frame import MESSAGE_ID_LENGTH_MAX, shape_defect
from cp_tui.ocpp.json_array import is_json, load
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.validation import quoted
from cp_tui.traces.direction import DIRECTION_OF
from cp_tui.traces.frames import KIND_OF_TYPE
from cp_tui.traces.record import DirectionFrom, FrameDirection, ParsedFrame, Record, RecordKind

IDS_MAX = 300_000
"""Message ids that are remembered of a charge point; later ones are not compared."""
BREAKS_MASK = 0xFFFF
_PROVEN = (DirectionFrom.STATED, DirectionFrom.PERSPECTIVE)


class FrameRules(Family):
    """Every frame by itself, and its id against those before."""

    def __init__(self) -> None:
        self._ids = SeenIds()
        self._handled: set[tuple[FrameDirection | None, Action]] = set()
        """What each side has shown to know: it sent it, or answered it with a CALLRESULT."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.kind is RecordKind.LINK or record.is_truncated or known.file.is_damaged:
            return
        frame = record.frame
        if frame is None:
            yield from _unreadable(record)
            return
        yield from _shape(record, frame)
        if record.kind is RecordKind.CALL:
            yield from _side(record, known)
            yield from self._reused(record, frame, known)
        elif record.kind is RecordKind.CALL_ERROR:
            yield from self._code(record, frame, known)
        if known.exchange.action and record.kind is not RecordKind.CALL_ERROR:
            self._handled.add((record.direction, known.exchange.action))

    def _reused(self, record: Record, frame: ParsedFrame, known: Known) -> Iterator[Finding]:
        earlier = self._ids.seen_before(record, frame, known)
        if earlier is None or known.file.is_mixed:
            # Two charge points may have the same ids.
            return
        is_counted_anew = (
            earlier.was_cold
            and frame.message_id.isdigit()
            and known.breaks & BREAKS_MASK != earlier.breaks
        )
        yield found(
            "frame.id_reused",
            f"The id {quoted(frame.message_id)} of {frame.action} was the id of another CALL"
            f"{of_line(earlier.where.line)}. Each CALL has an id of its own; an answer cannot be"
            " told apart from one to the earlier CALL.",
            record,
            earlier.where,
            severity=Severity.NOTE if is_counted_anew else None,
            values={"message_id": frame.message_id},
        )

    def _code(self, record: Record, frame: ParsedFrame, known: Known) -> Iterator[Finding]:
        code, action = frame.code, known.exchange.action
        if code != ErrorCode.GENERIC_ERROR and ErrorCode.of(code) is ErrorCode.GENERIC_ERROR:
            yield found(
                "callerror.unknown_code",
                f"The CALLERROR to {frame.action or 'a CALL'} has the code {quoted(code)},"
                " which is not in the list.",
                record,
                matter=code[:50],
            )
        why = ""
        if action and code == ErrorCode.NOT_IMPLEMENTED:
            if (record.direction, action) in self._handled:
                why = "though it has handled that action before"
        elif (
            action
            and code == ErrorCode.NOT_SUPPORTED
            and SPEC[action].feature_profile is FeatureProfile.CORE
        ):
            why = "though that action belongs to Core, which everybody supports"
        if why:
            yield found(
                "callerror.unfit_code",
                f"{frame.action} was answered with {code}, {why}.",
                record,
                matter=frame.action,
            )


class SeenId(msgspec.Struct, frozen=True):
    """An earlier CALL with the same id."""

    where: FrameRef
    was_cold: bool
    breaks: int
    """How often the log had broken off by then, of the low bits."""


class SeenIds:
    """The ids of all CALLs so far, with a digest of what they said; small, as there are many."""

    def __init__(self) -> None:
        self._seen: dict[int, int] = {}

    def seen_before(self, record: Record, frame: ParsedFrame, known: Known) -> SeenId | None:
        """Return the earlier CALL of this id, if it said something else."""
        key = hash((record.direction, frame.message_id))
        digest = hash(_said(frame)) & 0xFFFFFFFF
        packed = self._seen.get(key)
        if packed is None:
            if len(self._seen) < IDS_MAX:
                line = (record.source.line or 0) & 0xFFFFFFFF
                number = record.number & 0x7FFFFFFF
                breaks = known.breaks & BREAKS_MASK
                was = number << 16 | breaks
                self._seen[key] = was << 65 | known.is_cold << 64 | line << 32 | digest
            return None
        if packed & 0xFFFFFFFF == digest:
            return None
        line = packed >> 32 & 0xFFFFFFFF
        where = FrameRef(packed >> 81, line or None, None)
        return SeenId(where, bool(packed >> 64 & 1), packed >> 65 & BREAKS_MASK)


def _said(frame: ParsedFrame) -> bytes | str:
    """Write down what a CALL says, its fields in one order."""
    said = [frame.action, frame.payload]
    try:
        return msgspec.json.encode(said, order="sorted")
    except (ValueError, TypeError, RecursionError):
        # ASCII holds lone surrogates too, which a hostile frame may name.
        return json.dumps(said, sort_keys=True)


def _unreadable(record: Record) -> Iterator[Finding]:
    if not record.is_raw_exact:
        return
    if (elements := _array(record.raw)) is not None:
        kind = elements[0] if elements and type(elements[0]) is int else None
        id_ = elements[1] if len(elements) > 1 and isinstance(elements[1], str) else ""
        yield from _shape(record, ParsedFrame(kind, id_, elements=tuple(elements)))
    elif is_json(record.raw):
        yield found(
            "frame.shape",
            "A message is a JSON array; this is JSON, but none.",
            record,
        )
    else:
        yield found(
            "frame.not_json",
            "This message is no JSON; whoever gets it cannot tell what it answers or asks.",
            record,
        )


def _array(text: str) -> list[object] | None:
    """Read a JSON array in the place of a frame; None: it is something else."""
    try:
        return load(text)
    except OcppError:
        return None


def _shape(record: Record, frame: ParsedFrame) -> Iterator[Finding]:
    elements = frame.elements
    kind = frame.message_type
    if kind is not None and kind not in KIND_OF_TYPE:
        yield found(
            "frame.unknown_type",
            f"The type of this message is {kind}; there are 2 (CALL), 3 (CALLRESULT) and"
            " 4 (CALLERROR). It will be ignored.",
            record,
        )
        return
    is_text = len(elements) < 2 or isinstance(elements[1], str)
    if is_text and len(frame.message_id) > MESSAGE_ID_LENGTH_MAX:
        yield found(
            "frame.id_too_long",
            f"The id of this message has {count(len(frame.message_id), 'character')}; at most"
            f" {MESSAGE_ID_LENGTH_MAX} are allowed.",
            record,
        )
        return
    if not record.is_raw_exact:
        return
    if not is_text:
        yield found(
            "frame.id_not_text",
            f"The id of this message is {quoted(elements[1])} without quotes; it must be a text.",
            record,
        )
    elif defect := shape_defect(elements):
        yield found(
            "frame.shape",
            f"The message has not the shape of its kind: {defect}.",
            record,
            matter=defect,
        )


def _side(record: Record, known: Known) -> Iterator[Finding]:
    action = known.exchange.action
    if action is None or record.direction is None or record.direction_from not in _PROVEN:
        return
    may = DIRECTION_OF.get(action)
    if may is record.direction.opposite:
        side = "the charge point" if may is FrameDirection.TO_CSMS else "the CSMS"
        yield found(
            "direction.wrong_side",
            f"{action} came from the wrong side: only {side} may send it.",
            record,
            matter=action,
        )

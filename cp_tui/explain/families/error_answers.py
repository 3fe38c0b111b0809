"""What a CALLERROR says, and whether it says so rightly (J 4.2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cp_tui.explain.catalogue import found
from cp_tui.explain.exchange import Half, shown_action
from cp_tui.explain.finding import Finding, Severity
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.redaction import shown_text
from cp_tui.ocpp.validation import quoted
from cp_tui.traces.record import Record

_MEANING: Mapping[ErrorCode, str] = MappingProxyType(
    {
        ErrorCode.NOT_IMPLEMENTED: "this action is not known there",
        ErrorCode.NOT_SUPPORTED: "this action is known there, and not supported",
        ErrorCode.INTERNAL_ERROR: "something failed inside; the message was not handled",
        ErrorCode.PROTOCOL_ERROR: "the payload does not fit the action",
        ErrorCode.SECURITY_ERROR: "it may not be handled now, as before a registration",
        ErrorCode.FORMATION_VIOLATION: "the payload is not built as it must be",
        ErrorCode.PROPERTY_CONSTRAINT_VIOLATION: "a value is not allowed",
        ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION: "a field or an entry is missing or too many",
        ErrorCode.TYPE_CONSTRAINT_VIOLATION: "a value has the wrong type",
        ErrorCode.GENERIC_ERROR: "some other error",
    }
)
_BLAMES_FORM = frozenset(
    {
        ErrorCode.FORMATION_VIOLATION,
        ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
        ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    }
)
"""What a valid CALL cannot be; a value may be refused for reasons that no schema knows (E 3.24)."""


def error_answer(record: Record, call: Half) -> Finding:
    """Tell what was refused, and whether the CALL was in order."""
    frame = record.frame
    code = ErrorCode.of(frame.code if frame else "")
    is_wrong = code in _BLAMES_FORM and call.message is not None and not call.defects
    said = f" and {quoted(shown_text(frame.description))}" if frame and frame.description else ""
    verdict = " Nothing is wrong with the CALL." if is_wrong else ""
    name = shown_action(call.record)
    return found(
        "call.error_answer",
        f"{name} was answered with {quoted(frame.code) if frame else code}{said}:"
        f" {_MEANING[code]}.{verdict}",
        record,
        call.record,
        severity=Severity.WARNING if is_wrong else None,
        matter=f"{name} {code}",
    )

"""CALLs and their answers (J 4.1)."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.explain.catalogue import found
from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.traces.record import Record, RecordKind

ANSWERS = (RecordKind.CALL_RESULT, RecordKind.CALL_ERROR)


class CallRules:
    """Who answered what, and when."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.kind in ANSWERS:
            yield from self._answered(record, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        return ()

    def _answered(self, record: Record, known: Known) -> Iterable[Finding]:
        call = known.call_of(record)
        if call is not None and not known.calls.is_open(call.record.number):
            yield found(
                "call.answered_twice",
                f"A second answer to {call.record.action} of line {call.record.source.line}:"
                " a CALL has one.",
                record,
                call.record,
                charger=known.charger,
            )

"""What there is to say about the recording itself, which is nobody's fault."""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef
from cp_tui.explain.known import Known
from cp_tui.ocpp.plural import count
from cp_tui.traces.record import LinkKind, Record
from cp_tui.traces.trace import Trace

MINUTE_S = 60


def noted(trace: Trace) -> Iterable[Finding]:
    """Give what was noted when the log was read."""
    only = trace.inferred_charger or (trace.chargers[0] if len(trace.chargers) == 1 else None)
    for note in trace.notes:
        lines = (*note.lines, *[None] * len(note.numbers))
        where = [
            FrameRef(number, line, None) for number, line in zip(note.numbers, lines, strict=False)
        ]
        yield found(note.id, note.text, *where, charger=note.charger or only, matter=note.text)


class RecordingRules(Family):
    """Gaps, and what was left out by a filter."""

    ACTIONS = frozenset()

    def __init__(self) -> None:
        self._is_begun = False

    @property
    def is_waiting(self) -> bool:
        return not self._is_begun

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if not self._is_begun:
            self._is_begun = True
            yield from _one_sided(record, known)
        gone = known.seconds_since(known.before)
        if known.is_gap and gone is not None:
            minutes = round(gone / MINUTE_S)
            yield found(
                "log.gap",
                f"Nothing was recorded for {minutes} min before this. What may have changed"
                " meanwhile is not judged.",
                record,
            )
        elif known.skipped:
            missing = count(known.skipped, "CALL")
            yield found(
                "log.gap",
                f"The charge point counts its message ids, and {missing} "
                f"{'is' if known.skipped == 1 else 'are'} missing before this. What may have"
                " changed meanwhile is not judged.",
                record,
                matter="ids",
            )
        if record.link and record.link.event is LinkKind.ROTATION:
            yield found(
                "log.gap",
                "The log begins anew here; what was written before may be missing.",
                record,
                matter="rotation",
            )


def _one_sided(record: Record, known: Known) -> Iterable[Finding]:
    survey = known.survey
    if survey.frames < 2:
        return
    missing = ""
    if not survey.has_both_sides:
        missing = "only one side of the conversation"
    elif not survey.has_answers:
        missing = "no answers"
    if missing:
        yield found(
            "log.one_sided",
            f"The log has {missing}: whether anything was answered, or followed, is not judged.",
            record,
        )

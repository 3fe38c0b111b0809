"""A conversation that goes on, judged record by record as it passes.

Of a log that is complete the rules know beforehand what it holds at all. Here they learn it as they
go, so they stay silent a little longer than over the same conversation once it is written down.
"""

from __future__ import annotations

from collections.abc import Iterable

from cp_tui.explain.explain import FAMILIES, Speaker
from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.explain.survey import FileKnown, Survey
from cp_tui.traces.record import Record


class LiveExplainer:
    """The rules over one charge point, as it speaks."""

    def __init__(self, charger: str | None, *, is_whole: bool = False) -> None:
        """`is_whole`: it is read along from the first frame of each connection on."""
        self._survey = Survey(is_whole=is_whole)
        self._file = FileKnown()
        self._file.surveys[charger] = self._survey
        self.known = Known(charger, self._survey, self._file)
        self._speaker = Speaker(self.known, FAMILIES)

    def take(self, record: Record) -> Iterable[Finding]:
        """Judge the next record."""
        self._survey.add(record)
        yield from self._speaker.take(record)
        if record.at is not None and record.frame is not None:
            self._file.last_at = record.at

    def learn(self, record: Record) -> None:
        """Take over what the next record tells, and judge nothing."""
        self._survey.add(record)
        self.known.meet(record)
        self.known.learn(record)

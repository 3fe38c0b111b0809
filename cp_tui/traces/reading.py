"""A log read into records: surveyed once from begin to end, then told as often as is asked.

No text is kept between the two, so a log can be of any length.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import IO

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.ocpp.printable import clean
from cp_tui.ocpp.redaction import shown_text
from cp_tui.traces.documents import DocumentError
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import is_masked, parsed, take_apart
from cp_tui.traces.lines import Line, lines_of
from cp_tui.traces.notes import cut_lines, notes_of
from cp_tui.traces.opening import TraceText, UnreadableTrace, texts_in
from cp_tui.traces.ordering import in_order, is_newest_first, order_of
from cp_tui.traces.pairing import Pairs, paired
from cp_tui.traces.recognise import FORMATS, Recognised, actions_in, recognised
from cp_tui.traces.record import (
    NOTHING_MORE,
    ChargerFrom,
    DirectionFrom,
    Record,
    RecordKind,
    Source,
    ZoneFrom,
)
from cp_tui.traces.survey import KIND_OF, NO_ACTION, LogSurvey
from cp_tui.traces.times import LogClock, stamp_of
from cp_tui.traces.trace import LogNote, Trace, TraceCounts


def open_trace(
    file: str | Path | IO[bytes],
    *,
    format: str | None = None,
    charger: str | None = None,
    zone: tzinfo | None = None,
) -> Trace:
    """Read a log; of a zip the first member that is one.

    Raises:
        UnreadableTrace: it holds no frame that can be read, and why.
    """
    return open_traces(file, format=format, charger=charger, zone=zone)[0]


def open_traces(
    file: str | Path | IO[bytes],
    *,
    format: str | None = None,
    charger: str | None = None,
    zone: tzinfo | None = None,
) -> list[Trace]:
    """Read every log in a file; only a zip may hold more than one.

    Raises:
        UnreadableTrace: it holds no frame that can be read, and why.
    """
    if format is not None and format not in FORMATS:
        raise UnreadableTrace(f"no format {clean(format)}; there are: {', '.join(FORMATS)}")
    texts = texts_in(file)
    refusals, traces, untold = [], [], []
    for text in texts:
        try:
            traces.append(_read(text, format, charger, zone))
        except UnreadableTrace as refusal:
            refusals.append(refusal)
            if text.damage:
                untold.append(LogNote("log.damaged", f"Passed over: {refusal}."))
    if not traces:
        raise refusals[0] if refusals else UnreadableTrace(f"{file}: there is nothing in it")
    traces[0] = replace(traces[0], notes=(*untold, *traces[0].notes))
    return traces


def _read(text: TraceText, wanted: str | None, charger: str | None, zone: tzinfo | None) -> Trace:
    found = recognised(text, wanted)
    if found is None:
        raise UnreadableTrace(_without_frames(text))
    cut: list[int] = []
    recording = _recording(text, found, cut)
    survey = LogSurvey(is_logged=found.format.is_logged)
    try:
        survey.walk(_entries(found.format, recording))
    except DocumentError:
        if not survey.frames:
            raise UnreadableTrace(f"{text.name}: it is no JSON that can be read") from None
    if not survey.frames:
        raise UnreadableTrace(_without_frames(text))
    order = order_of(survey, found.format)
    pairs = paired(survey, range(survey.frames) if order is None else order)
    clock = _clock(survey, found.format, zone)
    who = _Who.of(survey, charger)
    records = Records(text.name, found.format, recording, survey, pairs, clock, who, order)
    return records.trace(text.damage, cut)


def _without_frames(text: TraceText) -> str:
    with text.open() as stream:
        is_empty = not stream.read(1)
    if is_empty:
        return f"{text.name}: {text.damage or 'it is empty'}"
    words = (
        f"{text.name}: no frame of OCPP-J was found: no line and no JSON in it has an array that "
        "begins with 2, 3 or 4 and a message id"
    )
    actions = list(actions_in(text))
    if actions:
        words += f"; it speaks of {', '.join(actions[:5])}, without the frames"
    with text.open() as stream:
        first = next(lines_of(stream)).text[:60]
    if _MAY_BE_SECRET.search(first):
        return words
    return f"{words}; it begins with: {clean(shown_text(first))}"


_MAY_BE_SECRET = re.compile(r"authori[sz]ation|passw|secret|token|key", re.IGNORECASE)


def _recording(text: TraceText, found: Recognised, cut: list[int]) -> LogSource:
    def lines() -> Iterator[Line]:
        cut.clear()
        with text.open() as stream:
            unwrapped = lines_of(stream, cut)
            for wrapper in found.wrappers:
                unwrapped = wrapper.unwrapped(unwrapped)
            yield from unwrapped

    return LogSource(text.open, lines)


def _entries(format: TraceFormat, recording: LogSource) -> Iterator[LogEntry]:
    for entry in format.entries(recording):
        if entry.link is None and not entry.is_settled:
            take_apart(entry)
        yield entry


def _clock(survey: LogSurvey, format: TraceFormat, zone: tzinfo | None) -> LogClock:
    year = survey.first_current_time.year if survey.first_current_time else None
    if zone is not None:
        return LogClock(ZoneFrom.GIVEN, given=zone, year=year)
    if format.is_utc:
        return LogClock(ZoneFrom.BY_FORMAT, year=year)
    offsets = survey.offsets.estimate()
    return LogClock(ZoneFrom.ESTIMATED if offsets else ZoneFrom.NONE, offsets=offsets, year=year)


class _Who(Struct, frozen=True):
    """Which charge point speaks in entries that do not name one."""

    name: str | None
    source: ChargerFrom
    is_for_all: bool = False

    @classmethod
    def of(cls, survey: LogSurvey, given: str | None) -> _Who:
        if given is not None:
            return cls(given, ChargerFrom.OPTION, is_for_all=survey.is_unnamed)
        if not survey.is_unnamed:
            named = [text for text in survey.charger_names.texts if text]
            return cls(named[0] if len(named) == 1 else None, ChargerFrom.STATED)
        if survey.path_charger:
            return cls(survey.path_charger, ChargerFrom.PATH)
        if survey.boot_charger and not survey.is_mixed:
            return cls(survey.boot_charger, ChargerFrom.BOOT)
        return cls(None, ChargerFrom.UNKNOWN)


class Records:
    """The records of a log, read anew each time they are walked."""

    def __init__(
        self,
        file: str,
        format: TraceFormat,
        recording: LogSource,
        survey: LogSurvey,
        pairs: Pairs,
        clock: LogClock,
        who: _Who,
        order: Sequence[int] | None,
    ) -> None:
        self._file, self._format, self._recording = file, format, recording
        self._survey, self._pairs, self._clock, self._who = survey, pairs, clock, who
        self._order = order

    def __iter__(self) -> Iterator[Record]:
        entries = self._numbered()
        if self._order is not None:
            entries = in_order(entries, self._order)
        passed = 0
        for frame, entry in entries:
            passed += self._order is not None and frame >= 0
            record = self._record(entry, frame, passed if frame >= 0 else 0)
            if record is not None:
                yield record

    def _numbered(self) -> Iterator[tuple[int, LogEntry]]:
        """Give each entry with its frame, counted from 0; -1 for an event of the connection."""
        frame = 0
        left_out = iter(self._survey.left_out)
        next_left_out = next(left_out, -1)
        try:
            for place, entry in enumerate(_entries(self._format, self._recording)):
                if entry.link is not None:
                    yield -1, entry
                elif place == next_left_out:
                    next_left_out = next(left_out, -1)
                elif frame < self._survey.frames:
                    yield frame, entry
                    frame += 1
        except DocumentError:
            return

    def _record(self, entry: LogEntry, frame: int, passed: int) -> Record | None:
        survey, pairs = self._survey, self._pairs
        time, stamp = entry.time or entry.outer, None
        if time:
            stamp = stamp_of(entry.time) or stamp_of(entry.outer)
        at, zone, offset_s = self._clock.utc(stamp) if stamp else (None, ZoneFrom.NONE, None)
        charger, charger_from = self._charger(entry)
        is_frame = frame >= 0
        kind = RecordKind.LINK if not is_frame else KIND_OF[survey.kinds[frame]]
        pair = pairs.pair(frame) if is_frame else None
        elements = entry.elements
        return Record(
            frame + 1,
            Source(self._file, entry.line, entry.last_line, entry.offset, entry.pointer),
            kind,
            at,
            time,
            stamp.resolution if stamp else 0.0,
            zone,
            offset_s,
            charger,
            charger_from,
            entry.connection,
            pairs.direction(frame) if is_frame else entry.direction,
            pairs.direction_from(frame) if is_frame else DirectionFrom.UNKNOWN,
            entry.text,
            entry.is_exact,
            parsed(elements, self._action_of(pair)) if elements else None,
            entry.link,
            entry.is_truncated,
            is_frame and is_masked(entry.text),
            entry.is_injected,
            None if pair is None else pair + 1,
            entry.extra or NOTHING_MORE,
            passed,
        )

    def _charger(self, entry: LogEntry) -> tuple[str | None, ChargerFrom]:
        if entry.charger is not None and not self._who.is_for_all:
            return entry.charger, entry.charger_from
        return self._who.name, self._who.source

    def _action_of(self, call: int | None) -> str:
        if call is None:
            return ""
        number = self._survey.actions[call]
        return self._survey.action_names.texts[number] or "" if number < NO_ACTION else ""

    def trace(self, damage: str, cut: Sequence[int]) -> Trace:
        """Describe the log as a whole; `cut` are the lines that were too long."""
        survey, clock = self._survey, self._clock
        named = tuple(dict.fromkeys(text for text in survey.charger_names.texts if text))
        earliest, latest = survey.earliest, survey.latest
        first, zone, _ = clock.utc(earliest[1]) if earliest else (None, ZoneFrom.NONE, None)
        last = clock.utc(latest[1])[0] if latest else None
        is_reversed = is_newest_first(survey)
        notes = notes_of(survey, self._pairs, zone, is_reversed=is_reversed)
        if cut:
            notes = (*notes, cut_lines(cut))
        if damage:
            notes = (LogNote("log.damaged", f"The file is not whole: {damage}."), *notes)
        return Trace(
            self._file,
            self._format.id,
            self,
            notes,
            _counts(survey, self._pairs),
            named or (None,),
            None if named else self._who.name,
            first,
            last,
            zone,
            survey.is_mixed,
        )


def _counts(survey: LogSurvey, pairs: Pairs) -> TraceCounts:
    kinds = Counter(KIND_OF[number] for number in survey.kinds)
    noted = {id: each.count for id, each in survey.noted.items()}
    return TraceCounts(
        frames=survey.frames,
        calls=kinds[RecordKind.CALL],
        results=kinds[RecordKind.CALL_RESULT],
        errors=kinds[RecordKind.CALL_ERROR],
        unreadable=kinds[RecordKind.UNREADABLE],
        truncated=noted.get("log.truncated_frame", 0),
        unanswered_calls=pairs.unanswered,
        answers_without_call=pairs.stray,
        skipped=survey.skipped,
        doubled=noted.get("log.duplicate", 0),
    )

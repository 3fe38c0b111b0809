"""A log read into records: surveyed once from begin to end, then told as often as is asked.

No text stays in memory between the two, so a log can be of any length.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import tzinfo
from pathlib import Path
from typing import IO

from msgspec.structs import replace

from cp_tui.ocpp.printable import clean
from cp_tui.ocpp.redaction import shown_text, sounds_secret
from cp_tui.traces.documents import DocumentError
from cp_tui.traces.entry import LogEntry
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import take_apart
from cp_tui.traces.kept import Keep, KeptEntries
from cp_tui.traces.lines import Line, lines_of
from cp_tui.traces.notes import cut_lines, notes_of
from cp_tui.traces.opening import TraceText, UnreadableTrace, name_of, texts_in
from cp_tui.traces.ordering import is_newest_first, order_of, rows_in_order
from cp_tui.traces.pairing import Pairs, paired
from cp_tui.traces.recognise import FORMATS, Recognised, actions_in, recognised
from cp_tui.traces.record import Record, RecordKind, ZoneFrom
from cp_tui.traces.record_maker import RecordMaker, Speaking
from cp_tui.traces.survey import KIND_OF, LogSurvey
from cp_tui.traces.times import LogClock
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
    file: str | Path | IO[bytes] | TraceText,
    *,
    format: str | None = None,
    charger: str | None = None,
    zone: tzinfo | None = None,
    keep: Keep | None = None,
) -> list[Trace]:
    """Read every log in a file; only a zip may hold more than one.

    With `keep` its entries are kept there while they are read, and the file is not read again.

    Raises:
        UnreadableTrace: it holds no frame that can be read, and why.
    """
    if format is not None and format not in FORMATS:
        raise UnreadableTrace(f"no format {clean(format)}; there are: {', '.join(FORMATS)}")
    texts = texts_in(file)
    refusals, traces, untold = [], [], []
    for text in texts:
        try:
            traces.append(_read(text, format, charger, zone, keep))
        except UnreadableTrace as refusal:
            refusals.append(refusal)
            if text.damage:
                untold.append(LogNote("log.damaged", f"Passed over: {refusal}."))
    if not traces:
        raise _refusal(file, refusals)
    traces[0] = replace(traces[0], notes=(*untold, *traces[0].notes))
    return traces


def _refusal(
    file: str | Path | IO[bytes] | TraceText, refusals: Sequence[UnreadableTrace]
) -> UnreadableTrace:
    """Say why there is no log: of a zip with several files not only of the first."""
    name = name_of(file)
    if not refusals:
        return UnreadableTrace(f"{name}: there is nothing in it")
    if len(refusals) == 1:
        return refusals[0]
    words = f"none of its {len(refusals)} files is a log that can be read; the first is not, as"
    return UnreadableTrace(f"{name}: {words} {refusals[0]}")


def _read(
    text: TraceText,
    wanted: str | None,
    charger: str | None,
    zone: tzinfo | None,
    keep: Keep | None,
) -> Trace:
    found = recognised(text, wanted)
    if found is None:
        raise UnreadableTrace(_without_frames(text))
    cut: list[int] = []
    recording = _recording(text, found, cut)
    survey = LogSurvey(is_logged=found.format.is_logged)
    kept = keep(text) if keep else None
    entries = _entries(found.format, recording)
    try:
        survey.walk(entries if kept is None else _keeping(entries, survey, kept))
    except DocumentError:
        if not survey.frames:
            raise UnreadableTrace(f"{text.name}: it is no JSON that can be read") from None
    if not survey.frames:
        raise UnreadableTrace(_without_frames(text))
    order = order_of(survey, found.format)
    pairs = paired(survey, range(survey.frames) if order is None else order)
    clock = _clock(survey, found.format, zone)
    if kept is not None:
        kept.end()
    maker = RecordMaker(
        text.name,
        survey.kinds,
        survey.actions,
        survey.action_names.texts,
        pairs,
        clock,
        Speaking.of(survey, charger),
    )
    records = Records(found.format, recording, survey, maker, order, kept)
    return records.trace(text.damage, cut)


def _keeping(
    entries: Iterator[LogEntry], survey: LogSurvey, kept: KeptEntries
) -> Iterator[LogEntry]:
    """Keep each entry that the survey counts, once it has."""
    for entry in entries:
        frame = survey.frames
        yield entry
        if entry.link is not None:
            kept.add(entry, -1)
        elif survey.frames > frame:
            kept.add(entry, frame)


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
    if sounds_secret(first):
        return words
    return f"{words}; it begins with: {clean(shown_text(first))}"


def _recording(text: TraceText, found: Recognised, cut: list[int]) -> LogSource:
    def lines() -> Iterator[Line]:
        cut.clear()
        with text.open() as stream:
            unwrapped = lines_of(stream, cut)
            for wrapper in found.wrappers:
                unwrapped = wrapper(unwrapped)
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


class Records:
    """The records of a log, from its begin each time they are walked."""

    def __init__(
        self,
        format: TraceFormat,
        recording: LogSource,
        survey: LogSurvey,
        maker: RecordMaker,
        order: Sequence[int] | None,
        kept: KeptEntries | None,
    ) -> None:
        self._format, self._recording, self.survey = format, recording, survey
        self.maker, self._order = maker, order
        self._kept = kept

    def __iter__(self) -> Iterator[Record]:
        record = self.maker.record
        if self._kept is None and self._order is None:
            entries = self._numbered()
        else:
            kept, rows = self.in_order()
            entries = kept.walk(rows)
        if self._order is None:
            for frame, entry in entries:
                yield record(entry, frame)
            return
        passed = 0
        for frame, entry in entries:
            passed += frame >= 0
            yield record(entry, frame, passed if frame >= 0 else 0)

    @property
    def is_reordered(self) -> bool:
        """Whether the frames passed in another order than that in which they stand."""
        return self._order is not None

    def in_order(self) -> tuple[KeptEntries, Sequence[int] | None]:
        """Give the entries and the order of their rows; None: that in which they stand."""
        if self._kept is None:
            with tempfile.TemporaryFile() as file:
                self._kept = KeptEntries(file)
                for frame, entry in self._numbered():
                    self._kept.add(entry, frame)
                self._kept.end()
        order = self._order
        return self._kept, None if order is None else rows_in_order(self._kept.frames, order)

    def _numbered(self) -> Iterator[tuple[int, LogEntry]]:
        """Give each entry with its frame, counted from 0; -1 for an event of the connection."""
        frame = 0
        left_out = iter(self.survey.left_out)
        next_left_out = next(left_out, -1)
        try:
            for place, entry in enumerate(_entries(self._format, self._recording)):
                if entry.link is not None:
                    yield -1, entry
                elif place == next_left_out:
                    next_left_out = next(left_out, -1)
                elif frame < self.survey.frames:
                    yield frame, entry
                    frame += 1
        except DocumentError:
            return

    def trace(self, damage: str, cut: Sequence[int]) -> Trace:
        """Describe the log as a whole; `cut` are the lines that were too long."""
        survey, maker = self.survey, self.maker
        named = tuple(dict.fromkeys(text for text in survey.charger_names.texts if text))
        earliest, latest = survey.earliest, survey.latest
        first, zone, _ = maker.clock.utc(earliest[1]) if earliest else (None, ZoneFrom.NONE, None)
        last = maker.clock.utc(latest[1])[0] if latest else None
        is_reversed = is_newest_first(survey)
        notes = notes_of(survey, maker.pairs, zone, is_reversed=is_reversed)
        if cut:
            notes = (*notes, cut_lines(cut))
        if damage:
            notes = (LogNote("log.damaged", f"The file is not whole: {damage}."), *notes)
        return Trace(
            maker.file,
            self._format.id,
            self,
            notes,
            _counts(survey, maker.pairs),
            named or (None,),
            None if named else maker.who.name,
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

"""Frames and nothing else: one a line, or an array of them; who, when and which way is open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cp_tui.traces.entry import LogEntry, entry_at
from cp_tui.traces.formats.json_records import is_document, records_of
from cp_tui.traces.formats.trace_format import LogSource, TraceFormat
from cp_tui.traces.frames import put_together, settle


def is_frame(value: Any) -> bool:
    """Say whether a JSON value is a frame of one of the three types."""
    return (
        isinstance(value, list)
        and len(value) > 2
        and type(value[0]) is int
        and value[0] in (2, 3, 4)
    )


def entries(recording: LogSource) -> Iterator[LogEntry]:
    """Find the frames of a log that has nothing else."""
    if is_document(recording):
        # The document is one frame, or a list of them.
        is_one = type(next(records_of(recording, frozenset({""}))).value) is int
        for found in records_of(recording, frozenset() if is_one else frozenset({""})):
            if not is_frame(found.value):
                continue
            entry = found.entry()
            put_together(entry, found.value)
            yield entry
        return
    for line in recording.lines():
        if line.text.strip():
            entry = entry_at(line)
            entry.text = line.text
            settle(entry)
            yield entry


FORMAT = TraceFormat("frames", entries)

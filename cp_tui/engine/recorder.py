"""The trace: all frames and events of a charge point on its disk, and read back after a restart.

Frames are in one file, in a format that other tools read, all other events in a second one. Both
are written as the log is: who has something to tell never waits, a thread makes the line and takes
it to the disk, the oldest file makes room for the newest, and what the disk does not take is
counted and named in the place where it is missing.

A line is made in that thread, and not where the frame passes: most are never read, and the answer
to the CSMS should not wait for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from msgspec import DecodeError, Raw, Struct

from cp_tui.charge_point.codec import decode, encode
from cp_tui.charge_point.variables import (
    STREAMS,
    MessageKind,
    NotedFrame,
    Troubles,
)
from cp_tui.engine.config import TraceConfig
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.hub import HEAD_BYTES, HISTORY_BYTES_MAX, HISTORY_MAX, time_of
from cp_tui.engine.line_writer import CLOSE_S, LineWriter
from cp_tui.engine.log import LogFile, log_files
from cp_tui.engine.tag_mask import tag_mask
from cp_tui.engine.trace_line import record_of, written_line
from cp_tui.engine.troubles import TroubleKeeper

FRAMES_FILE = "trace.jsonl"
EVENTS_FILE = "events.jsonl"
TROUBLES = "troubles"
FILES_KEPT = 3
"""Older files of each, besides the one that is written."""
EVENTS_SHARE = 8
"""The events get so much less room than the frames: there are fewer."""
NOT_WRITING = "trace.not_writing"
"""The trouble: the disk takes no lines of the trace."""
HINT = "make room on the disk; charging and reporting are not touched by this"


class RecordedEvent(Struct, frozen=True):
    """A line of the events."""

    stream: str
    event: Raw


class StandingTroubles(Struct, frozen=True):
    """The alarms of the charge point from an instant on; a line whenever there is another one."""

    at: datetime
    troubles: Troubles


class Recorder:
    """Writes down what the streams of one engine tell."""

    def __init__(self, folder: Path, charge_point_id: str, config: TraceConfig) -> None:
        """Open the files; blocks, and raises `EngineStartError`."""
        self._charge_point_id = charge_point_id
        self._folder = folder
        self._told = 0
        self._standing: set[str] | None = None
        """The ids of the alarms that were written down last."""
        bytes_max = config.keep_bytes // (FILES_KEPT + 1)
        try:
            self._mask = tag_mask(folder) if config.masks_id_tags else None
            frames = LogFile(folder / FRAMES_FILE, bytes_max, FILES_KEPT)
            events = LogFile(folder / EVENTS_FILE, bytes_max // EVENTS_SHARE, FILES_KEPT)
        except OSError as error:
            raise EngineStartError(
                f"cannot write the trace in {folder}: {error.strerror}"
            ) from None
        self._frames = LineWriter(frames, _missing, "trace")
        self._events = LineWriter(events, _missing, "events")

    def put(self, stream: str, event: Struct) -> None:
        """Have an event written down. Never waits."""
        if isinstance(event, NotedFrame):
            size = HEAD_BYTES + len(event.text)
            if event.head.kind is MessageKind.INVALID:
                self._events.put_late(partial(self._invalid, stream, event), size)
            else:
                self._frames.put_late(partial(self._frame, event), size)
        else:
            self._events.put_late(partial(self._event, stream, event), HEAD_BYTES)

    def put_troubles(self, troubles: Troubles, at: datetime) -> None:
        """Have written down which alarms stand, where there are others than before. Never waits.

        One that only counts on is the same one.
        """
        ids = {each.id for each in troubles}
        if ids != self._standing:
            self._standing = ids
            event = StandingTroubles(at, troubles)
            self._events.put_late(partial(self._event, TROUBLES, event), HEAD_BYTES)

    def look(self, troubles: TroubleKeeper) -> None:
        """Raise and end the trouble of the trace, according to how it stands."""
        writers = self._frames, self._events
        ever = sum(writer.dropped_ever for writer in writers)
        new, self._told = ever - self._told, ever
        if new:
            why = next((writer.error for writer in writers if writer.error), "it is too slow")
            text = f"Lines of the trace are lost, {ever} so far: {self._folder} ({why})"
            troubles.raise_trouble(NOT_WRITING, text, HINT, new)
        elif not any(writer.is_dropping for writer in writers):
            troubles.end_trouble(NOT_WRITING)

    def close(self) -> None:
        """Write what waits, within a second, and close the files; blocks."""
        for writer in (self._frames, self._events):
            writer.close(CLOSE_S / 2)

    def _frame(self, noted: NotedFrame) -> bytes:
        return self._masked(written_line(noted.record(), self._charge_point_id))

    def _invalid(self, stream: str, noted: NotedFrame) -> bytes:
        return self._event(stream, noted.record())

    def _event(self, stream: str, event: Struct) -> bytes:
        return self._masked(encode({"stream": stream, "event": event}))

    def _masked(self, line: bytes) -> bytes:
        return line if self._mask is None else self._mask.masked(line)


def read_back(folder: Path) -> Mapping[str, list[Struct]]:
    """Read the newest events of each stream, oldest first; blocks. What is damaged is left out."""
    found: dict[str, list[Struct]] = {name: [] for name in STREAMS}
    for stream, event in events_in(_newest(folder / EVENTS_FILE, HISTORY_MAX * len(STREAMS))):
        if stream != TROUBLES:
            found[stream].append(event)
    frames = (record_of(line) for line in _newest(folder / FRAMES_FILE, HISTORY_MAX))
    found["messages"] += [each for each in frames if each is not None]
    return {name: sorted(events, key=time_of)[-HISTORY_MAX:] for name, events in found.items()}


def events_in(lines: Iterable[bytes]) -> list[tuple[str, Struct]]:
    """Read events and alarms, each with its stream, as written; what is damaged is left out."""
    kinds: dict[str, type[Struct]] = {**STREAMS, TROUBLES: StandingTroubles}
    found: list[tuple[str, Struct]] = []
    for line in lines:
        with suppress(DecodeError):
            read = decode(RecordedEvent, line)
            if read.stream in kinds:
                found.append((read.stream, decode(kinds[read.stream], bytes(read.event))))
    return found


def trace_files(folder: Path) -> list[Path]:
    """Give the files of a trace that there are, oldest first: the frames, then the events."""
    names = FRAMES_FILE, EVENTS_FILE
    paths = (path for name in names for path in log_files(folder / name, FILES_KEPT))
    return [path for path in paths if path.is_file()]


def _newest(path: Path, lines_max: int) -> Iterable[bytes]:
    """Give the last lines of a file and those before it, oldest first, bounded by bytes too."""
    lines: list[bytes] = []
    room = HISTORY_BYTES_MAX
    for part in reversed(log_files(path, FILES_KEPT)):
        if room <= 0 or len(lines) >= lines_max:
            break
        with suppress(OSError), part.open("rb") as file:
            size = file.seek(0, 2)
            # What the cut leaves of a first line cannot be read, and is left out as damaged.
            file.seek(max(0, size - room))
            lines = [*file.read(room).splitlines(), *lines]
            room -= size
    return lines[-lines_max:]


def _missing(lines: int) -> str:
    """The line in the place of those that are missing; a reader of frames passes over it."""
    return encode({"missing_lines": lines, "reason": "the disk took no more"}).decode()

"""The entries of a log kept in a file without a name, so that each is at hand by its row.

The file holds what the log holds, secrets as well: it has no name, and ends with the process.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any

import msgspec

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.frames import BEGIN, take_apart
from cp_tui.traces.opening import Spool, TraceText


def _plain(value: Any) -> Any:
    """Give what a link has in place of headers as a dict."""
    return dict(value)


_ENCODER = msgspec.msgpack.Encoder(enc_hook=_plain)
_DECODER = msgspec.msgpack.Decoder(LogEntry)
_JSON = b"["
"""How an entry begins that is no MessagePack, which begins the array of an entry otherwise."""


class KeptEntries:
    """Entries in a file, added one by one and read again from anywhere.

    Raises:
        OSError: the disk has no room for them.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._spool: Spool | None = None
        self._size = file.seek(0, os.SEEK_END)
        self.offsets = array("Q", [self._size])
        """Where each row begins, and at last where the newest ends."""
        self.frames = array("i")
        """The frame of each row, from 0; -1 for an event of the connection."""

    def __len__(self) -> int:
        return len(self.frames)

    def add(self, entry: LogEntry, frame: int) -> None:
        text = packed(entry)
        self._file.write(text)
        self._size += len(text)
        self.offsets.append(self._size)
        self.frames.append(frame)

    def end(self) -> None:
        """Make what was added ready to be read, also when the file is closed."""
        self._spool = Spool(self._file)

    def walk(self, rows: Iterable[int] | None = None) -> Iterator[tuple[int, LogEntry]]:
        """Give each entry with its frame, as they were added or in another order of rows."""
        assert self._spool is not None, "it is at its end"
        reader = self._spool.open()
        offsets, frames = self.offsets, self.frames
        if rows is None:
            reader.seek(offsets[0])
            for row, frame in enumerate(frames):
                yield frame, unpacked(reader.read(offsets[row + 1] - offsets[row]))
            return
        for row in rows:
            reader.seek(offsets[row])
            yield frames[row], unpacked(reader.read(offsets[row + 1] - offsets[row]))


def packed(entry: LogEntry) -> bytes:
    """Write an entry; a frame that its own text tells is not written twice."""
    elements = entry.elements
    if elements is None or entry.is_truncated or BEGIN.match(entry.text) is None:
        return _written(entry)
    is_settled = entry.is_settled
    entry.elements, entry.is_settled = None, False
    text = _written(entry)
    entry.elements, entry.is_settled = elements, is_settled
    return text


def _written(entry: LogEntry) -> bytes:
    try:
        return _ENCODER.encode(entry)
    except (OverflowError, UnicodeEncodeError):
        # A number beyond 64 bits or half a surrogate pair, which only this form can hold.
        return json.dumps(msgspec.to_builtins(entry, enc_hook=_plain)).encode()


def unpacked(text: bytes) -> LogEntry:
    """Read an entry again."""
    if text.startswith(_JSON):
        entry = msgspec.convert(json.loads(text), LogEntry)
    else:
        entry = _DECODER.decode(text)
    if entry.link is None and not entry.is_settled:
        take_apart(entry)
    return entry


Keep = Callable[[TraceText], KeptEntries]
"""Gives the room for the entries of a text."""

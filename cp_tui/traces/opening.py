"""A file or a stream as text that can be read again: unpacked, in UTF-8, never whole in memory.

What only looks like a log (a capture of packets, a flow file) is refused with the command that
makes a readable one of it.
"""

from __future__ import annotations

import codecs
import io
import lzma
import os
import struct
import sys
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb
from typing import IO, TYPE_CHECKING, cast

from msgspec import Struct

from cp_tui.ocpp.printable import clean

if TYPE_CHECKING:
    from typing_extensions import Buffer

CHUNK = 1 << 16
MEMBERS_MAX = 200
"""Files in a zip, and in those within it, that are looked at."""
UNPACKED_MAX = 4 << 30
"""Bytes of all that one file has packed; one with more was made to fill the disk."""
LAYERS_MAX = 3
"""How often a log may be packed again: by who rotates it, by who sends it, by a portal."""

_GZIP_WINDOW = 31
"""Of zlib: the largest window, with the head of gzip."""
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_CAPTURES = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a")
FAULTS_OF_PACKERS = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    # A password that is needed, a method that is not known, a place that is not in the file.
    *(RuntimeError, NotImplementedError, ValueError),
)
_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

TSHARK = (
    "tshark -r FILE -Y 'websocket or http' -T fields -E header=y -E separator=/t -E occurrence=a "
    "-e frame.time_epoch -e ip.src -e tcp.srcport -e ip.dst -e tcp.dstport -e tcp.stream "
    "-e http.request.uri -e http.authorization -e websocket.opcode -e websocket.payload.text"
)
"""Makes a text of a capture."""
MITMDUMP = "mitmdump -nr FILE --set hardump=OUT.har"


class UnreadableTrace(Exception):
    """A file that cannot be read as a log, with the reason for people."""


class TraceText(Struct, frozen=True):
    """One text that may be a log."""

    name: str
    """Of the file, with that of the member in a zip."""
    open: Callable[[], IO[bytes]]
    """Gives its bytes from the begin, each time it is called."""
    damage: str = ""
    """What kept it from being unpacked to its end."""


def texts_in(file: str | Path | IO[bytes] | TraceText) -> list[TraceText]:
    """Give the texts in a file, stream or text; only a zip may hold more than one.

    What of a zip cannot be read is empty, and has its damage.

    Raises:
        UnreadableTrace: it is no text, or the machine does not let it be read.
    """
    name = name_of(file)
    with _refusals(name):
        if isinstance(file, TraceText):
            plain = file
        elif not isinstance(file, str | Path):
            plain = _spooled(name, file)
        elif (path := Path(file)).is_file():
            plain = TraceText(name, lambda: path.open("rb"))
        else:
            # A pipe with a name, or that of a shell, gives its bytes once.
            with path.open("rb") as pipe:
                plain = _spooled(name, pipe)
        return _Unpacking().texts(plain, LAYERS_MAX)


def name_of(file: str | Path | IO[bytes] | TraceText) -> str:
    """Give the name of a log as it is told; `-` for a stream."""
    if isinstance(file, TraceText):
        return file.name
    return clean(str(file)) if isinstance(file, str | Path) else "-"


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Put what the machine or a packer complains about into words."""
    try:
        yield
    except FAULTS_OF_PACKERS as error:
        words = f"it is packed, and cannot be unpacked: {clean(str(error))}"
        raise UnreadableTrace(f"{name}: {words}") from None
    except OSError as error:
        raise UnreadableTrace(f"{name}: {error.strerror or clean(str(error))}") from None


@contextmanager
def faults_told(file: str) -> Iterator[None]:
    """Tell in a line what no reader has thought of: a log may hold anything.

    Raises:
        UnreadableTrace: where we stumbled; what the log holds there may be a secret.
    """
    try:
        yield
    except UnreadableTrace:
        raise
    except OSError as error:
        raise UnreadableTrace(f"{file}: {error.strerror}") from None
    except Exception as error:
        *_, last = extract_tb(error.__traceback__)
        place = f"{Path(last.filename).stem}:{last.lineno}"
        words = f"we stumbled over it, a fault of ours ({type(error).__name__} at {place})"
        raise UnreadableTrace(f"{file}: {words}") from None


class _Unpacking:
    """What is packed, and packed again, is taken out within bounds for the whole file."""

    def __init__(self) -> None:
        self._files_left, self._bytes_left = MEMBERS_MAX, UNPACKED_MAX

    def texts(self, text: TraceText, layers: int) -> list[TraceText]:
        """Give the texts in what may be packed so many times over.

        Raises:
            UnreadableTrace: it is packed once more, or is no text.
        """
        with text.open() as stream:
            head = stream.read(4)
        if not head.startswith((_GZIP, _ZIP)):
            return [_in_utf_8(text)]
        if not layers:
            words = f"it is packed more than {LAYERS_MAX} times over; unpack it first"
            raise UnreadableTrace(f"{text.name}: {words}")
        with text.open() as packed:
            if head.startswith(_ZIP):
                return self._members(text.name, packed, layers - 1)
            inner = self._taken_out(text.name, packed, _gunzipped)
        return [_damaged(each, inner.damage) for each in self.texts(inner, layers - 1)]

    def _members(self, name: str, stream: IO[bytes], layers: int) -> list[TraceText]:
        found: list[TraceText] = []
        with zipfile.ZipFile(stream) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                if not self._files_left:
                    words = f"only the first {MEMBERS_MAX} files were looked at"
                    return [*found, TraceText(name, io.BytesIO, words)]
                self._files_left -= 1
                inner = f"{name}:{clean(member.filename)}"
                try:
                    with _refusals(inner):
                        with archive.open(member) as packed:
                            text = self._taken_out(inner, packed)
                        found += [_damaged(each, text.damage) for each in self.texts(text, layers)]
                except UnreadableTrace as refusal:
                    words = str(refusal).removeprefix(f"{inner}: ")
                    found.append(TraceText(inner, io.BytesIO, words))
        return found

    def _taken_out(
        self,
        name: str,
        packed: IO[bytes],
        read: Callable[[IO[bytes]], Iterator[bytes]] | None = None,
    ) -> TraceText:
        text = _spooled(name, packed, read, self._bytes_left)
        with text.open() as stream:
            self._bytes_left -= stream.seek(0, os.SEEK_END)
        return text


def _damaged(text: TraceText, damage: str) -> TraceText:
    return TraceText(text.name, text.open, text.damage or damage)


def _in_utf_8(text: TraceText) -> TraceText:
    """Give a text without the mark at its begin, and in the one encoding that is read."""
    with text.open() as stream:
        head = stream.read(64)
    if head.startswith(_CAPTURES):
        words = f"it is a capture of packets; make a text of it: {TSHARK}"
        raise UnreadableTrace(f"{text.name}: {words}")
    digits, colon, _ = head.partition(b":")
    if colon and digits.isdigit() and b";" in head:
        words = f"it is a flow file of mitmproxy; make a HAR of it: {MITMDUMP}"
        raise UnreadableTrace(f"{text.name}: {words}")
    for mark, encoding in _UTF_16.items():
        if head.startswith(mark):
            text = _recoded(text, encoding)
    if _has_returns_only(text):
        text = _with_line_feeds(text)
    if head.startswith(codecs.BOM_UTF8):
        return TraceText(text.name, lambda: _after_mark(text.open()), text.damage)
    return text


def _recoded(text: TraceText, encoding: str) -> TraceText:
    def read(stream: IO[bytes]) -> Iterator[bytes]:
        for piece in codecs.iterdecode(_chunks(stream), encoding, "replace"):
            yield piece.removeprefix("\ufeff").encode("utf-8", "replace")

    with text.open() as stream:
        return _damaged(_spooled(text.name, stream, read, sys.maxsize), text.damage)


def _has_returns_only(text: TraceText) -> bool:
    """Say whether each line ends in CR alone, as terminals and old machines write it."""
    with text.open() as stream:
        begin = stream.read(CHUNK).rstrip(b"\r\n")
    return b"\r" in begin and b"\n" not in begin


def _with_line_feeds(text: TraceText) -> TraceText:
    def read(stream: IO[bytes]) -> Iterator[bytes]:
        return (piece.replace(b"\r", b"\n") for piece in _chunks(stream))

    with text.open() as stream:
        return _damaged(_spooled(text.name, stream, read, sys.maxsize), text.damage)


def _spooled(
    name: str,
    stream: IO[bytes],
    read: Callable[[IO[bytes]], Iterator[bytes]] | None = None,
    bytes_max: int = UNPACKED_MAX,
) -> TraceText:
    """Copy a stream, which can be read once, into a file that has no name and ends with it."""
    size, damage = 0, ""
    with tempfile.TemporaryFile() as file:
        try:
            for piece in (read or _chunks)(stream):
                size += len(piece)
                if size > bytes_max:
                    damage = f"only the first {UNPACKED_MAX >> 30} GiB were read"
                    break
                file.write(piece)
        except FAULTS_OF_PACKERS as error:
            damage = f"it is packed, and cannot be unpacked to its end: {clean(str(error))}"
        spool = Spool(file)
    return TraceText(name, spool.open, damage)


def _gunzipped(stream: IO[bytes]) -> Iterator[bytes]:
    """Unpack as far as it goes, one packed part after the other."""
    unpacking = None
    for piece in _chunks(stream):
        while piece:
            unpacking = unpacking or zlib.decompressobj(_GZIP_WINDOW)
            # Bounded, as a few bytes may stand for very many.
            yield unpacking.decompress(piece, CHUNK)
            piece = unpacking.unconsumed_tail
            if unpacking.eof:
                piece, unpacking = unpacking.unused_data.lstrip(b"\0"), None
    if unpacking is not None:
        raise EOFError("it is cut off")


class Spool:
    """A file without a name that is complete; it is gone when nobody reads it any more."""

    def __init__(self, file: IO[bytes], size: int | None = None) -> None:
        """Of a file that grows, `size` is the part that counts."""
        if file.writable():
            file.flush()
        self._size = size
        self.descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self.descriptor)

    @property
    def size(self) -> int:
        """How many bytes of it count."""
        if self._size is not None:
            return self._size
        return os.fstat(self.descriptor).st_size

    def open(self) -> IO[bytes]:
        """Give a reader from its begin; several may read at once."""
        return cast("IO[bytes]", io.BufferedReader(_Reader(self), CHUNK))


class _Reader(io.RawIOBase):
    """A place of its own in a file that others read too."""

    def __init__(self, spool: Spool) -> None:
        self._spool, self._at = spool, 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Buffer) -> int:
        view = memoryview(into)
        room = max(min(len(view), self._spool.size - self._at), 0)
        piece = os.pread(self._spool.descriptor, room, self._at)
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        size = self._spool.size
        begin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: size}[whence]
        self._at = max(begin + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at


def _after_mark(stream: IO[bytes]) -> IO[bytes]:
    stream.read(len(codecs.BOM_UTF8))
    return stream


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece

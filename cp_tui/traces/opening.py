"""A file or a stream as text that can be read again: unpacked, in UTF-8, never whole in memory.

What only looks like a log (a capture of packets, a flow file) is refused with the command that
makes a readable one of it.
"""

from __future__ import annotations

import codecs
import io
import os
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from msgspec import Struct

from cp_tui.ocpp.printable import clean

if TYPE_CHECKING:
    from typing_extensions import Buffer

CHUNK = 1 << 16
MEMBERS_MAX = 200
"""Files in a zip that are looked at."""
UNPACKED_MAX = 4 << 30
"""Bytes of one packed file; one with more was made to fill the disk."""

_GZIP_WINDOW = 31
"""Of zlib: the largest window, with the head of gzip."""
_GZIP = b"\x1f\x8b"
_ZIP = b"PK\x03\x04"
_CAPTURES = (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1", b"\x0a\x0d\x0d\x0a")
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


def texts_in(file: str | Path | IO[bytes]) -> list[TraceText]:
    """Give the texts in a file or stream; only a zip may hold more than one.

    Raises:
        UnreadableTrace: it is no text, or the machine does not let it be read.
    """
    name = clean(str(file)) if isinstance(file, str | Path) else "-"
    with _refusals(name):
        if isinstance(file, str | Path):
            path = Path(file)
            plain = TraceText(name, lambda: path.open("rb"))
        else:
            plain = _spooled(name, file)
        with plain.open() as stream:
            head = stream.read(4)
        if head.startswith(_GZIP):
            with plain.open() as packed:
                return [_in_utf_8(_spooled(name, packed, _gunzipped))]
        if head.startswith(_ZIP):
            with plain.open() as packed:
                return _members(name, packed)
        return [_in_utf_8(plain)]


@contextmanager
def _refusals(name: str) -> Iterator[None]:
    """Put what the machine or a packer complains about into words."""
    try:
        yield
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        words = f"it is packed, and cannot be unpacked: {clean(str(error))}"
        raise UnreadableTrace(f"{name}: {words}") from None
    except OSError as error:
        raise UnreadableTrace(f"{name}: {error.strerror or clean(str(error))}") from None


def _members(name: str, stream: IO[bytes]) -> list[TraceText]:
    with zipfile.ZipFile(stream) as archive:
        found = []
        for member in archive.infolist()[:MEMBERS_MAX]:
            if not member.is_dir():
                with archive.open(member) as packed:
                    spooled = _spooled(f"{name}:{clean(member.filename)}", packed)
                found.append(_in_utf_8(spooled))
    return found


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
    if head.startswith(codecs.BOM_UTF8):
        return TraceText(text.name, lambda: _after_mark(text.open()), text.damage)
    for mark, encoding in _UTF_16.items():
        if head.startswith(mark):
            return _recoded(text, encoding)
    return text


def _recoded(text: TraceText, encoding: str) -> TraceText:
    with tempfile.TemporaryFile() as file, text.open() as stream:
        for piece in codecs.iterdecode(_chunks(stream), encoding, "replace"):
            file.write(piece.removeprefix("\ufeff").encode("utf-8", "replace"))
        spool = Spool(file)
    return TraceText(text.name, spool.open, text.damage)


def _spooled(
    name: str, stream: IO[bytes], read: Callable[[IO[bytes]], Iterator[bytes]] | None = None
) -> TraceText:
    """Copy a stream, which can be read once, into a file that has no name and ends with it."""
    size, damage = 0, ""
    with tempfile.TemporaryFile() as file:
        try:
            for piece in (read or _chunks)(stream):
                file.write(piece)
                size += len(piece)
                if size > UNPACKED_MAX:
                    damage = f"only its first {UNPACKED_MAX >> 30} GiB were read"
                    break
        except (EOFError, zlib.error, zipfile.BadZipFile) as error:
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

    def __init__(self, file: IO[bytes]) -> None:
        file.flush()
        self.descriptor = os.dup(file.fileno())
        weakref.finalize(self, os.close, self.descriptor)

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
        piece = os.pread(self._spool.descriptor, len(view), self._at)
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        assert whence == os.SEEK_SET, "nobody asks for more"
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at


def _after_mark(stream: IO[bytes]) -> IO[bytes]:
    stream.read(len(codecs.BOM_UTF8))
    return stream


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(CHUNK):
        yield piece

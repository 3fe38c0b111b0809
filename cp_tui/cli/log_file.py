"""The log in a data folder or a bundle: its trace in one piece, and what was noted beside it."""

from __future__ import annotations

import errno
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory, gettempdir
from typing import IO

from msgspec import DecodeError, Struct

from cp_tui.charge_point.codec import decode
from cp_tui.cli.bundle import SUMMARY_FILE, TRACE_FOLDER
from cp_tui.engine.recorder import EVENTS_FILE, FRAMES_FILE, events_in, trace_files
from cp_tui.ocpp.printable import clean
from cp_tui.traces.opening import FAULTS_OF_PACKERS, UNPACKED_MAX, UnreadableTrace

EVENTS_MAX = 100_000
"""Of what was noted the newest; the events of a trace of 20 MB are a tenth of that."""
SUMMARY_MAX = 1_000_000
"""Bytes that are read of what a bundle says of itself."""
COPY = "cp-tui-open-"
"""How the folder begins in which the pieces of a trace are joined; no other is ever removed."""


def _is_zip(path: str) -> bool:
    # A pipe would be read empty by the question.
    return Path(path).is_file() and zipfile.is_zipfile(path)


def is_copy(file: str) -> bool:
    """Whether it is a copy of ours, joined of pieces."""
    folder = Path(file).parent
    return folder.name.startswith(COPY) and folder.parent == Path(gettempdir())


@contextmanager
def log_file(path: str) -> Iterator[str]:
    """Give the file of a log; of a data folder or a bundle its trace, which may be in pieces.

    Raises `OSError`.
    """
    if path == "-":
        yield path
    elif Path(path).is_dir():
        pieces = [each for each in trace_files(Path(path)) if _is_of_trace(each.name)]
        if not pieces:
            raise FileNotFoundError(errno.ENOENT, "no charge point has its trace there")
        if len(pieces) == 1:
            yield f"{pieces[0]}"
            return
        with _joined([partial(_bytes_of, each) for each in pieces]) as whole:
            yield whole
    elif _is_zip(path):
        with _of_bundle(path) as file:
            yield file
    else:
        yield path


def log_within(stack: ExitStack, path: str) -> str:
    """Give the file of a log for as long as the stack lasts; raises `UnreadableTrace`."""
    try:
        return stack.enter_context(log_file(path))
    except OSError as error:
        raise UnreadableTrace(f"{clean(path)}: {error.strerror}") from None


@contextmanager
def _of_bundle(path: str) -> Iterator[str]:
    """Give the trace of a bundle in one piece; any other zip as it is, which may be damaged too.

    Raises `OSError`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            pieces = _pieces(archive)
            if len(pieces) < 2 or sum(each.file_size for each in pieces) > UNPACKED_MAX:
                yield path
                return
            with _joined([partial(archive.open, each) for each in pieces]) as whole:
                yield whole
    except zipfile.BadZipFile as error:
        raise OSError(errno.EIO, f"it cannot be unpacked: {clean(str(error))}") from None


def _pieces(archive: zipfile.ZipFile, name: str = FRAMES_FILE) -> list[zipfile.ZipInfo]:
    """Give the members of a bundle that have its frames, or its events, oldest first."""
    if SUMMARY_FILE not in archive.namelist():
        return []
    found = [
        each
        for each in archive.infolist()
        if each.filename.startswith(TRACE_FOLDER) and Path(each.filename).name.startswith(name)
    ]
    return sorted(found, key=lambda each: _age(each.filename), reverse=True)


class _Summary(Struct):
    """What a bundle says of itself, as far as it matters here."""

    charge_point_id: str = ""


def named_in(path: str) -> str | None:
    """Give the charge point that a bundle is of; None: it is no bundle, or does not say.

    The messages of one that was only watched do not name it.
    """
    with suppress(OSError, *FAULTS_OF_PACKERS, KeyError, DecodeError):
        if _is_zip(path):
            with zipfile.ZipFile(path) as archive:
                if archive.getinfo(SUMMARY_FILE).file_size <= SUMMARY_MAX:
                    return decode(_Summary, archive.read(SUMMARY_FILE)).charge_point_id or None
    return None


def events_beside(path: str) -> Sequence[tuple[str, Struct]]:
    """Read what the charge point of a data folder or a bundle has written down beside its frames.

    What cannot be read is missing, and the frames are there all the same.
    """
    lines: list[bytes] = []
    with suppress(OSError, *FAULTS_OF_PACKERS):
        if path != "-" and Path(path).is_dir():
            for piece in trace_files(Path(path)):
                if piece.name.startswith(EVENTS_FILE):
                    lines += piece.read_bytes().splitlines()
        elif _is_zip(path):
            with zipfile.ZipFile(path) as archive:
                for member in _pieces(archive, EVENTS_FILE):
                    lines += archive.read(member).splitlines()
    return events_in(lines[-EVENTS_MAX:])


def _age(name: str) -> int:
    """Tell how many newer files there are: `trace.jsonl.2` is older than `trace.jsonl.1`."""
    number = name.rpartition(".")[2]
    return int(number) if number.isdecimal() else 0


def _is_of_trace(name: str) -> bool:
    return name.startswith(FRAMES_FILE)


def _bytes_of(piece: Path) -> IO[bytes]:
    return piece.open("rb")


@contextmanager
def _joined(pieces: Sequence[Callable[[], IO[bytes]]]) -> Iterator[str]:
    with TemporaryDirectory(prefix=COPY, ignore_cleanup_errors=True) as folder:
        whole = Path(folder, FRAMES_FILE)
        with whole.open("wb") as to:
            for open_piece in pieces:
                with open_piece() as part:
                    copyfileobj(part, to)
        yield f"{whole}"

"""Writing what a screen knows to a file that somebody names, without holding up the screen."""

from __future__ import annotations

import asyncio
import errno
import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock
from time import monotonic

from msgspec.structs import replace
from textual.content import Content

from cp_tui.engine.disk import on_disk
from cp_tui.engine.line_writer import write_all
from cp_tui.tui.actions.desk import Desk, Form, FormField, Job
from cp_tui.tui.actions.outcome import CommandOutcome, finished
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.paths import UnusableInput, expanded, where_paths_start, words_first
from cp_tui.tui.text.safe_text import safe_text
from cp_tui.tui.text.words import file_stamp

SLICE_S = 0.01
"""So long it writes before keys are heard again."""
BREATH_S = 0.005
PROGRESS_INTERVAL_S = 0.5
MEGABYTE = 1_000_000
PIECE_BYTES = 256 * 1024
"""Written at once: a thread for every line would cost more than the line."""
TAKE_AWAY_S = 1.0
"""For what is not finished; where the disk hangs, it goes when the disk answers."""


Writes = Callable[[Path, Callable[[str], None]], Awaitable[None]]
"""Writes a new file, and tells how far it is; raises `OSError`."""


async def save(
    desk: Desk,
    title: str,
    stem: str,
    suffix: str,
    pieces: Callable[[Path], Iterable[str]],
    hint: str,
) -> None:
    """Let a path be filled in, write the pieces of a text to a new file and say where it is."""

    async def write(path: Path, tell: Callable[[str], None]) -> None:
        await write_new(path, pieces(path), tell)

    await save_by(desk, title, stem, suffix, write, hint)


async def save_by(
    desk: Desk, title: str, stem: str, suffix: str, writes: Writes, hint: str
) -> None:
    """Let a path be filled in, have a new file written there and say where it is."""

    def write(values: Mapping[str, str]) -> Job:
        text = values["path"]

        async def job(tell: Callable[[str], None]) -> CommandOutcome:
            try:
                path = await on_disk(partial(expanded, text), f"looking for {text}", tell)
                # No disk is asked for it, unlike `resolve`.
                place = os.path.abspath(path)
                await writes(path, tell)
            except OSError as error:
                why = f"{text}: {(error.strerror or 'cannot be written').lower()}"
                desk.tell(safe_text(words_first(why), "$text-error"))
                raise UnusableInput(why) from None
            outcome = finished("written", place)
            desk.tell(Content.assemble(outcome.summary, " ", safe_text(place)))
            return outcome

        return job

    value = f"{stem}-{_file_name(desk.snapshot)}-{file_stamp(desk.clock.now)}.{suffix}"
    field = replace(path_field("", hint), value=value)
    intro = (safe_text(where_paths_start()),)
    await desk.fill(Form(title, (field,), "Write", write, intro))


def path_field(keep: str, hint: str) -> FormField:
    """Ask for a file; `keep` is by which name the path is remembered, `hint` what may stand there.

    It begins with the one that was named there last.
    """
    return FormField("path", "File", None, hint, keep=keep, is_needed=True, is_path=True)


async def write_new(path: Path, pieces: Iterable[str], tell: Callable[[str], None]) -> None:
    """Write a file that is not there yet, in slices; one that is not finished is taken away.

    Raises `OSError`; tells now and then how far it is.
    """
    file, doing = _NewFile(path), f"writing {path.name}"
    try:
        await on_disk(file.open, doing, tell)
        slice_began = told_at = monotonic()
        written, waiting = 0, bytearray()
        for piece in pieces:
            waiting += piece.encode()
            if len(waiting) >= PIECE_BYTES:
                await on_disk(partial(file.write, bytes(waiting)), doing, tell)
                written += len(waiting)
                waiting.clear()
            now = monotonic()
            if now - told_at > PROGRESS_INTERVAL_S:
                told_at = now
                tell(f"{(written + len(waiting)) / MEGABYTE:.1f} MB so far")
            if now - slice_began > SLICE_S:
                await asyncio.sleep(BREATH_S)
                slice_began = monotonic()
        await on_disk(partial(file.write, bytes(waiting)), doing, tell)
        await on_disk(file.close, doing, tell)
    except BaseException:
        file.is_unwanted = True
        with suppress(OSError):
            await on_disk(file.take_away, doing, limit_s=TAKE_AWAY_S)
        raise


class _NewFile:
    """A file that is being written, in threads: each method blocks as long as the disk does."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None
        self._is_ours = False
        self._one_at_a_time = Lock()
        self.is_unwanted = False
        """Nobody waits for it any more: what is still under way leaves nothing behind."""

    def open(self) -> None:
        """Create it, never over a file that is there already; raises `OSError`, with words."""
        with self._one_at_a_time:
            if not self.is_unwanted:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
                try:
                    self._file = os.open(self._path, flags, 0o666)
                except (FileExistsError, FileNotFoundError) as error:
                    raise self._told(error) from None
                self._is_ours = True

    def _told(self, error: OSError) -> OSError:
        """What the system says of a file that should be read, as it is of one to be made."""
        if isinstance(error, FileExistsError):
            if not self._path.is_dir():
                return error
            return IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        words = "takes no new file" if self._path.parent.is_dir() else "is not there"
        return FileNotFoundError(errno.ENOENT, f"its folder {words}")

    def write(self, data: bytes) -> None:
        """Append; raises `OSError`."""
        with self._one_at_a_time:
            if self._file is not None and not self.is_unwanted:
                write_all(self._file, data)

    def close(self) -> None:
        """Be done with it; raises `OSError`, for a disk may say only now that it is full."""
        with self._one_at_a_time:
            self._close()

    def take_away(self) -> None:
        """Delete what was created; a file that was there before stays. Raises `OSError`."""
        # After what hangs: it may be the very call that creates the file.
        with self._one_at_a_time:
            if self._is_ours:
                self._path.unlink(missing_ok=True)
            self._close()

    def _close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def _file_name(snapshot: Snapshot) -> str:
    """The charge point id, as far as it can stand in the name of a file."""
    name = snapshot.identity.charge_point_id if snapshot.identity is not None else "cp-tui"
    return "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in name)

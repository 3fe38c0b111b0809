"""A terminal of our own around a command: what it wrote, as bytes and as a person would see it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import sys
import termios
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from pyte import ByteStream, Screen
from pyte.screens import Char

from tests.end_to_end.programs import Running, start_in_terminal

SEE_TIMEOUT_S = 30.0
"""Of everything that is awaited; only a test that fails waits so long."""
END_TIMEOUT_S = 30.0
LAST_TIMEOUT_S = 30.0
LOOK_S = 0.02
CALM_LOOKS = 3
"""So often in a row nothing was written and nobody worked when a picture is complete."""
CHUNK_BYTES = 65_536

KEYS = {"enter": "\r", "escape": "\x1b", "tab": "\t", "up": "\x1b[A", "down": "\x1b[B"}
"""What a terminal sends for keys that are no character."""

READ_BY_PYTHON = {"LC_ALL"}
"""What Python itself reads when it starts: a command with these is not started by one that runs."""

# The command becomes the leader of the session of its terminal, as a login shell's child is: only
# then does a closed terminal send it SIGHUP.
IN_SESSION = "import os, sys; os.login_tty(0); os.execvp(sys.argv[1], sys.argv[1:])"


class Terminal:
    """A running command in a terminal of a fixed size."""

    def __init__(self, process: Running, near: int, columns: int, lines: int) -> None:
        self.process = process
        self.written = bytearray()
        """Everything that the command wrote."""
        self._near = near
        self._picture = Screen(columns, lines)
        self._stream = ByteStream(self._picture)
        self._drawn_bytes = 0
        self._lines: Sequence[str] = [""] * lines
        self._is_reading = False
        self._is_over = False
        self._news = asyncio.Event()
        self.read_on()

    @property
    def lines(self) -> Sequence[str]:
        """What stands on the screen."""
        if self._drawn_bytes < len(self.written):
            self._stream.feed(bytes(self.written[self._drawn_bytes :]))
            self._drawn_bytes = len(self.written)
            # As `Screen.display` does, but for the lines alone that were written to.
            picture, lines = self._picture, [*self._lines]
            for y in picture.dirty:
                row = picture.buffer[y]
                # Of a wide character, the second cell is empty.
                lines[y] = "".join(row[x].data for x in range(picture.columns))
            picture.dirty.clear()
            self._lines = lines
        return self._lines

    @property
    def cells(self) -> Sequence[Sequence[Char]]:
        """What stands on the screen, cell by cell with its attributes."""
        assert self.lines
        picture = self._picture
        return [
            [picture.buffer[y][x] for x in range(picture.columns)] for y in range(picture.lines)
        ]

    @property
    def text(self) -> str:
        """What stands on the screen, lines apart."""
        return "\n".join(line.rstrip() for line in self.lines)

    async def see(self, *texts: str) -> None:
        """Wait until all of these stand on the screen at once."""
        await self.until(lambda: all(text in self.text for text in texts), f"{texts} not seen")

    async def see_no_more(self, text: str) -> None:
        """Wait until this stands on the screen no longer."""
        await self.until(lambda: text not in self.text, f"{text!r} still seen")

    async def last_said(self, words: str) -> None:
        """Wait for what is printed at the very end; the process may be gone before it is read.

        White space does not count: a terminal breaks a line wherever it is full.
        """
        try:
            async with asyncio.timeout(LAST_TIMEOUT_S):
                while letters(words) not in letters(self.text):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"{words!r} not said in:\n{self.text}") from None

    async def until(
        self, is_true: Callable[[], bool], otherwise: str, timeout_s: float = SEE_TIMEOUT_S
    ) -> None:
        """Wait until something is so, looked at whenever more was written."""
        try:
            async with asyncio.timeout(timeout_s):
                while not is_true():
                    assert not self._is_over, f"the command ended; {otherwise} in:\n{self.text}"
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"{otherwise} in:\n{self.text}") from None

    async def settle(self, *others: int) -> None:
        """Wait until what the last key does is on the screen: nobody works on it any more.

        `others` are the processes that the command may have to ask, if it matters what they say.
        """
        length, calm = len(self.written), 0
        async with asyncio.timeout(SEE_TIMEOUT_S):
            while calm < CALM_LOOKS:
                await asyncio.sleep(LOOK_S)
                is_calm = len(self.written) == length and all(
                    rests(process_id) for process_id in (self.process.pid, *others)
                )
                length, calm = len(self.written), calm + 1 if is_calm else 0

    def press(self, *keys: str) -> None:
        """Send keys: names of `KEYS`, or texts that are typed."""
        os.write(self._near, "".join(KEYS.get(key, key) for key in keys).encode())

    def stop_reading(self) -> None:
        """Let what the command writes pile up, as the far end of a dead connection does."""
        if self._is_reading:
            asyncio.get_running_loop().remove_reader(self._near)
            self._is_reading = False

    def read_on(self) -> None:
        """Read whatever comes."""
        if not self._is_reading:
            asyncio.get_running_loop().add_reader(self._near, self._read)
            self._is_reading = True

    def hang_up(self) -> None:
        """Close the terminal, as a lost connection does."""
        if self._near >= 0:
            self.stop_reading()
            os.close(self._near)
            self._near = -1

    async def ended(self) -> int:
        """Wait for the end of the command; returns its status."""
        async with asyncio.timeout(END_TIMEOUT_S):
            return await self.process.wait()

    async def close(self) -> None:
        """End the command, whatever state it is in."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        self.hang_up()

    def _read(self) -> None:
        try:
            data = os.read(self._near, CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            # Linux reports EIO when nobody holds the far end any more.
            data = b""
        if not data:
            self.stop_reading()
            self._is_over = True
        self.written += data
        self._news.set()


def rests(process_id: int) -> bool:
    """Say whether all threads of a process sleep, or are stopped, or gone.

    One that waits for the processor does not rest, however busy the machine is.
    """
    for thread in Path(f"/proc/{process_id}/task").glob("*/stat"):
        with suppress(OSError):
            if thread.read_text().rpartition(")")[2].split()[0] in "RD":
                return False
    return True


def letters(text: str) -> str:
    """Give a text without its white space."""
    return re.sub(r"\s+", "", text)


def in_terminal(
    *arguments: str, size: tuple[int, int] = (80, 24), **environment: str
) -> AbstractAsyncContextManager[Terminal]:
    """Run `cp-tui` in a terminal of this many columns and lines; it ends with the block."""
    if READ_BY_PYTHON & environment.keys():
        command = (sys.executable, "-m", "cp_tui", *arguments)
        return program_in_terminal(*command, size=size, **environment)
    return _running(partial(start_in_terminal, arguments), size, environment)


def program_in_terminal(
    *command: str, size: tuple[int, int] = (80, 24), **environment: str
) -> AbstractAsyncContextManager[Terminal]:
    """Run any program in a terminal."""
    return _running(partial(_start_program, command), size, environment)


async def _start_program(
    command: Sequence[str], far: int, environment: Mapping[str, str]
) -> Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-S", "-c", IN_SESSION, *command),
        stdin=far,
        stdout=far,
        stderr=far,
        env=environment,
    )


@asynccontextmanager
async def _running(
    start: Callable[[int, Mapping[str, str]], Awaitable[Running]],
    size: tuple[int, int],
    environment: Mapping[str, str],
) -> AsyncIterator[Terminal]:
    """Run what is started; a screen remembers nothing, unless it is told where."""
    with TemporaryDirectory(prefix="cp-tui-state-") as state:
        own = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "XDG_STATE_HOME": state}
        async with _terminal(start, size, {**os.environ, **own, **environment}) as terminal:
            yield terminal


@asynccontextmanager
async def _terminal(
    start: Callable[[int, Mapping[str, str]], Awaitable[Running]],
    size: tuple[int, int],
    environment: Mapping[str, str],
) -> AsyncIterator[Terminal]:
    columns, lines = size
    near, far = pty.openpty()
    os.set_blocking(near, False)
    termios.tcsetwinsize(far, (lines, columns))
    # Children of the test must not hold our end: the terminal would not be closed when we close it.
    fcntl.fcntl(near, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
    try:
        process = await start(far, environment)
    finally:
        os.close(far)
    terminal = Terminal(process, near, columns, lines)
    try:
        yield terminal
    finally:
        await terminal.close()

"""A program in a pty, as seen by whoever pays for the line: bytes, time to paint, processor."""

from __future__ import annotations

import asyncio
import os
import pty
import termios
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import gettempdir
from time import monotonic

from pyte import ByteStream, Screen

COLUMNS, LINES = 80, 24
PAINT_S_MAX = 1.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Terminal:
    """A program in a pty: how many bytes came, and when the newest did."""

    def __init__(self, process: Process, near: int) -> None:
        self.process = process
        self.bytes = 0
        self.text = bytearray()
        self._picture = Screen(COLUMNS, LINES)
        self._stream = ByteStream(self._picture)
        self._drawn_bytes = 0
        self.last_at = 0.0
        self._near = near
        self._news = asyncio.Event()
        asyncio.get_running_loop().add_reader(near, self._read)

    def _read(self) -> None:
        try:
            data = os.read(self._near, 65_536)
        except OSError:
            asyncio.get_running_loop().remove_reader(self._near)
            return
        self.bytes += len(data)
        self.text += data
        self.last_at = monotonic()
        self._news.set()

    def press(self, keys: str) -> None:
        """Type."""
        os.write(self._near, keys.encode())

    async def painted(self, keys: str) -> tuple[float, int] | None:
        """Type; give the seconds to the first byte of what comes of it, and how many bytes come.

        None: nothing changes.
        """
        before, begin = self.bytes, monotonic()
        self._news.clear()
        self.press(keys)
        try:
            async with asyncio.timeout(PAINT_S_MAX):
                await self._news.wait()
        except TimeoutError:
            return None
        first_s = self.last_at - begin
        await asyncio.sleep(0.3)
        return first_s, self.bytes - before

    @property
    def lines(self) -> Sequence[str]:
        """What stands on the screen."""
        self._stream.feed(bytes(self.text[self._drawn_bytes :]))
        self._drawn_bytes = len(self.text)
        return self._picture.display

    def shows(self, text: str) -> bool:
        """Whether a text stands on the screen, however its letters came there."""
        return any(text in line for line in self.lines)

    async def wait_for(self, text: bytes) -> None:
        """Wait until a text was written, or stands on the screen."""
        async with asyncio.timeout(20):
            while text not in self.text and not self.shows(text.decode()):
                self._news.clear()
                await self._news.wait()

    @property
    def cpu_s(self) -> float:
        """Time of the processor that the program took so far."""
        return cpu_s(self.process.pid)

    async def close(self) -> None:
        """End it."""
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()
        asyncio.get_running_loop().remove_reader(self._near)
        os.close(self._near)


def cpu_s(process_id: int) -> float:
    """Time of the processor that a process took so far, its threads included."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def good_terminal() -> dict[str, str]:
    """A terminal with all colours, and nothing remembered or set by whoever runs this."""
    nowhere = str(Path(gettempdir()) / "cp-tui-bench-nothing")
    return os.environ | {
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "XDG_STATE_HOME": nowhere,
        "XDG_CONFIG_HOME": nowhere,
    }


@asynccontextmanager
async def in_terminal(
    *command: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[Terminal]:
    """Run a program in a pty of 80x24; `environment` goes before the one of a good terminal."""
    near, far = pty.openpty()
    os.set_blocking(near, False)
    termios.tcsetwinsize(far, (LINES, COLUMNS))
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=far,
        stdout=far,
        stderr=far,
        start_new_session=True,
        env=good_terminal() | dict(environment or {}),
    )
    os.close(far)
    terminal = Terminal(process, near)
    try:
        yield terminal
    finally:
        await terminal.close()

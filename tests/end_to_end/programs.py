"""Commands of ours that run, started by a process that has made their imports: see ready.py."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio import StreamReader
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache

from tests.end_to_end.ready import COMMAND_LINE, Asked
from tests.sources import ROOT

NUMBER_BYTES_MAX = 32


class Program:
    """A running command, used as a `Process` of asyncio is."""

    def __init__(self, link: socket.socket, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self.stdout: StreamReader | None = None
        self.stderr: StreamReader | None = None
        self._link = link
        self._end = asyncio.Event()
        asyncio.get_running_loop().add_reader(link, self._take_end)

    async def wait(self) -> int:
        """Wait for its end; returns its status, below 0 for a signal."""
        await self._end.wait()
        assert self.returncode is not None
        return self.returncode

    async def communicate(self) -> tuple[bytes, bytes]:
        """Wait for its end; returns all that it wrote and nobody has read."""
        out, err = await asyncio.gather(_rest(self.stdout), _rest(self.stderr))
        await self.wait()
        return out, err

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def _take_end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._link)
        self.returncode = int(self._link.recv(NUMBER_BYTES_MAX))
        self._link.close()
        self._end.set()


Running = Process | Program


async def _rest(stream: StreamReader | None) -> bytes:
    return b"" if stream is None else await stream.read()


async def start_in_terminal(
    arguments: Sequence[str], far: int, environment: Mapping[str, str]
) -> Program:
    """Start a command as the leader of a session of its own on a terminal."""
    return await _start((far, far, far), arguments, environment, is_leader=True)


async def start_with_pipes(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> Program:
    """Start a command whose output and errors are read."""
    out, err = await _pipe(), await _pipe()
    try:
        program = await start_writing(
            *arguments, stdout=out[1], stderr=err[1], environment=environment
        )
    finally:
        os.close(out[1])
        os.close(err[1])
    program.stdout, program.stderr = out[0], err[0]
    return program


async def start_writing(
    *arguments: str,
    stdout: int | None = None,
    stderr: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Program:
    """Start a command that reads nothing, and writes there; to nobody, where it is not said."""
    with open(os.devnull, "r+b") as file:
        nothing = file.fileno()
        streams = (
            nothing,
            nothing if stdout is None else stdout,
            nothing if stderr is None else stderr,
        )
        whole = {**os.environ, **(environment or {})}
        return await _start(streams, arguments, whole, is_leader=False)


async def _pipe() -> tuple[StreamReader, int]:
    """Give what is read and what is written to."""
    reading, writing = os.pipe()
    stream = StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb")
    )
    return stream, writing


async def _start(
    streams: Sequence[int],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    is_leader: bool,
) -> Program:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.setblocking(False)
    asked: Asked = {
        "arguments": [*arguments],
        "environment": dict(environment),
        "folder": os.getcwd(),
        "is_leader": is_leader,
    }
    with theirs:
        socket.send_fds(
            ready_process().control, [json.dumps(asked).encode()], [theirs.fileno(), *streams]
        )
    pid = int(await asyncio.get_running_loop().sock_recv(ours, NUMBER_BYTES_MAX))
    return Program(ours, pid)


@dataclass(frozen=True)
class ReadyProcess:
    """What starts our programs, and where it is asked to; forks of who began it ask it as well."""

    process: subprocess.Popen[bytes]
    control: socket.socket
    begun_by: int


@cache
def ready_process() -> ReadyProcess:
    """Give the process that is ready, which is begun when it is first needed."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = (sys.executable, "-m", "tests.end_to_end.ready", COMMAND_LINE)
    with theirs:
        process = subprocess.Popen(command, stdin=theirs.fileno(), cwd=ROOT)
    return ReadyProcess(process, ours, os.getpid())


def end_ready_process() -> None:
    """Need it no more; it waits for all that it has started, and who has begun it waits for it."""
    if ready_process.cache_info().currsize and ready_process().begun_by == os.getpid():
        ready = ready_process()
        ready.control.close()
        ready.process.wait()
        ready_process.cache_clear()

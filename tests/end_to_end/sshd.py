"""An SSH server of our own on loopback, for one key and as long as a test needs it."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.ports import free_port

READY_TIMEOUT_S = 30.0
PRIVILEGES_FOLDER = Path("/run/sshd")
"""A server that runs as root wants it; a package makes it when it starts the service."""


def missing() -> str | None:
    """Say what there is not on this machine, in words; None: all is there."""
    gone = [name for name in ("ssh", "ssh-keygen", "sshd") if _program(name) is None]
    return f"not installed: {', '.join(gone)}" if gone else None


def _program(name: str) -> str | None:
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin:/usr/local/sbin")


@dataclass(frozen=True)
class Sshd:
    """A server that lets in who has the key."""

    folder: Path
    port: int

    def client(self, *remote: str) -> tuple[str, ...]:
        """The command that runs another one over there, in a terminal."""
        return (
            *("ssh", "-F", "none", "-tt", "-p", f"{self.port}", "-i", f"{self.folder / 'key'}"),
            *(
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                f"UserKnownHostsFile={self.folder / 'hosts'}",
            ),
            *("-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR"),
            *("127.0.0.1", *remote),
        )


@asynccontextmanager
async def sshd(folder: Path) -> AsyncIterator[Sshd]:
    """Run the server; its keys and everything else of it are in the folder."""
    for name in ("host", "key"):
        await _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", f"{folder / name}")
    port = free_port()
    (folder / "config").write_text(
        f"""\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder / "host"}
AuthorizedKeysFile {folder / "key.pub"}
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PrintMotd no
"""
    )
    if os.geteuid() == 0:
        PRIVILEGES_FOLDER.mkdir(exist_ok=True)
    server = _program("sshd")
    assert server is not None
    process = await asyncio.create_subprocess_exec(
        *(server, "-D", "-e", "-f", f"{folder / 'config'}"), stdin=DEVNULL, stderr=PIPE
    )
    try:
        await _until_it_listens(process, port)
        yield Sshd(folder, port)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.communicate()


async def _until_it_listens(process: asyncio.subprocess.Process, port: int) -> None:
    async with asyncio.timeout(READY_TIMEOUT_S):
        while True:
            assert process.returncode is None, await _complaint(process)
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def _complaint(process: asyncio.subprocess.Process) -> str:
    assert process.stderr is not None
    return (await process.stderr.read()).decode()


async def _run(*command: str) -> None:
    process = await asyncio.create_subprocess_exec(*command, stdin=DEVNULL)
    assert await process.wait() == 0, command

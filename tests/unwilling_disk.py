"""A real file system in memory (FUSE, spoken directly) that hangs, is full or fails when told so.

It runs in a process of its own: `python -m tests.unwilling_disk FOLDER`, and obeys the words on its
standard input. Where the system lets nobody mount, the tests that need it are skipped.
"""

from __future__ import annotations

import ctypes
import errno
import os
import select
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from threading import Lock, Timer

HEADER = struct.Struct("<IIQQIIII")
"""Length, operation, number, node, uid, gid, pid, padding of a request."""
ANSWER = struct.Struct("<IiQ")
REQUEST_BYTES_MAX = 1 << 20
ROOT = 1
READY_S = 30.0

HANG_S_MAX = 60.0
"""Then it is well again, so that a test fails that would hang for ever."""


class Op(IntEnum):
    """What the kernel asks for, as far as it is answered."""

    LOOKUP = 1
    FORGET = 2
    GETATTR = 3
    SETATTR = 4
    MKDIR = 9
    UNLINK = 10
    RMDIR = 11
    RENAME = 12
    OPEN = 14
    READ = 15
    WRITE = 16
    STATFS = 17
    RELEASE = 18
    FSYNC = 20
    FLUSH = 25
    INIT = 26
    OPENDIR = 27
    READDIR = 28
    RELEASEDIR = 29
    FSYNCDIR = 30
    CREATE = 35
    INTERRUPT = 36
    DESTROY = 38
    BATCH_FORGET = 42
    RENAME2 = 45


UNANSWERED = {Op.FORGET, Op.BATCH_FORGET, Op.INTERRUPT}
GROWS = {Op.CREATE, Op.MKDIR, Op.WRITE}
CHANGES = GROWS | {Op.SETATTR, Op.UNLINK, Op.RMDIR, Op.RENAME, Op.RENAME2}
NO_HANDLE = struct.pack("<QII", 0, 0, 0)

WELL, HANGS, FULL, READ_ONLY, FAILS = "well", "hangs", "full", "read only", "fails"


@dataclass(slots=True)
class Node:
    """A file or a folder."""

    mode: int
    data: bytearray = field(default_factory=bytearray)
    names: dict[bytes, int] = field(default_factory=dict)
    changed_ns: int = field(default_factory=time.time_ns)


class Refused(Exception):
    """The number of an error instead of an answer."""

    def __init__(self, number: int) -> None:
        super().__init__(os.strerror(number))
        self.number = number


class FileSystem:
    """Answers the kernel's requests; one at a time, so that nothing needs a lock."""

    def __init__(self) -> None:
        self.mood = WELL
        self._nodes = {ROOT: Node(stat.S_IFDIR | 0o777)}
        self._newest = ROOT

    def answer(self, operation: int, node: int, body: bytes) -> bytes:
        """Carry out a request; raises `Refused`."""
        if self.mood == FAILS and operation != Op.RELEASE:
            raise Refused(errno.EIO)
        if self.mood == READ_ONLY and operation in CHANGES:
            raise Refused(errno.EROFS)
        if self.mood == FULL and operation in GROWS:
            raise Refused(errno.ENOSPC)
        match operation:
            case Op.INIT:
                return struct.pack(
                    "<IIIIHHIIHHI7I", 7, 31, 0, 1 << 5, 16, 12, 1 << 17, 1, *[0] * 10
                )
            case Op.LOOKUP:
                return self._entry(self._child(node, body[:-1]))
            case Op.GETATTR:
                return NO_HANDLE + self._attributes(node)
            case Op.SETATTR:
                self._set(self._nodes[node], body)
                return NO_HANDLE + self._attributes(node)
            case Op.MKDIR:
                return self._entry(self._new(node, body[8:-1], stat.S_IFDIR | 0o755))
            case Op.CREATE:
                mode = stat.S_IFREG | struct.unpack_from("<I", body, 4)[0] & 0o777
                return self._entry(self._new(node, body[16:-1], mode)) + NO_HANDLE
            case Op.UNLINK | Op.RMDIR:
                self._child(node, body[:-1])
                del self._nodes[node].names[body[:-1]]
                return b""
            case Op.RENAME | Op.RENAME2:
                return self._rename(node, body, 8 if operation == Op.RENAME else 16)
            case Op.OPEN | Op.OPENDIR:
                return NO_HANDLE
            case Op.READ:
                _, offset, size = struct.unpack_from("<QQI", body)
                return bytes(self._nodes[node].data[offset : offset + size])
            case Op.WRITE:
                return self._write(self._nodes[node], body)
            case Op.READDIR:
                return self._listed(node, *struct.unpack_from("<QI", body, 8))
            case Op.STATFS:
                free = 0 if self.mood == FULL else 1 << 20
                sizes = (1 << 20, free, free, 1 << 20, 1 << 20, 4096, 255, 4096, 0)
                return struct.pack("<QQQQQIIII6I", *sizes, *[0] * 6)
            case Op.RELEASE | Op.FSYNC | Op.FLUSH | Op.RELEASEDIR | Op.FSYNCDIR | Op.DESTROY:
                return b""
            case _:
                raise Refused(errno.ENOSYS)

    def _child(self, node: int, name: bytes) -> int:
        found = self._nodes[node].names.get(name)
        if found is None:
            raise Refused(errno.ENOENT)
        return found

    def _new(self, node: int, name: bytes, mode: int) -> int:
        if name in self._nodes[node].names:
            raise Refused(errno.EEXIST)
        self._newest += 1
        self._nodes[self._newest] = Node(mode)
        self._nodes[node].names[name] = self._newest
        return self._newest

    def _rename(self, node: int, body: bytes, start: int) -> bytes:
        (other,) = struct.unpack_from("<Q", body)
        old, new = body[start:-1].split(b"\0")
        self._nodes[other].names[new] = self._child(node, old)
        if (node, old) != (other, new):
            del self._nodes[node].names[old]
        return b""

    def _write(self, file: Node, body: bytes) -> bytes:
        _, offset, size = struct.unpack_from("<QQI", body)
        file.data.extend(bytes(max(0, offset - len(file.data))))
        file.data[offset : offset + size] = body[40 : 40 + size]
        file.changed_ns = time.time_ns()
        return struct.pack("<II", size, 0)

    @staticmethod
    def _set(file: Node, body: bytes) -> None:
        (what,) = struct.unpack_from("<I", body)
        if what & 1:
            (mode,) = struct.unpack_from("<I", body, 68)
            file.mode = stat.S_IFMT(file.mode) | stat.S_IMODE(mode)
        if what & 8:
            (size,) = struct.unpack_from("<Q", body, 16)
            file.data.extend(bytes(max(0, size - len(file.data))))
            del file.data[size:]
            file.changed_ns = time.time_ns()

    def _entry(self, node: int) -> bytes:
        return struct.pack("<QQQQII", node, 0, 0, 0, 0, 0) + self._attributes(node)

    def _attributes(self, node: int) -> bytes:
        file = self._nodes[node]
        seconds, ns = divmod(file.changed_ns, 1_000_000_000)
        size, links = len(file.data), 2 if stat.S_ISDIR(file.mode) else 1
        times = (seconds, seconds, seconds, ns, ns, ns)
        numbers = (file.mode, links, os.getuid(), os.getgid(), 0, 4096, 0)
        return struct.pack("<QQQQQQIII7I", node, size, size // 512 + 1, *times, *numbers)

    def _listed(self, node: int, offset: int, size: int) -> bytes:
        found = b""
        for number, (name, child) in enumerate(list(self._nodes[node].names.items()), start=1):
            kind = stat.S_IFMT(self._nodes[child].mode) >> 12
            entry = struct.pack("<QQII", child, number, len(name), kind) + name
            entry += bytes(-len(entry) % 8)
            if number > offset and len(found) + len(entry) <= size:
                found += entry
        return found


def serve(folder: str) -> None:
    """Mount at the folder, and obey until standard input ends."""
    kernel = os.open("/dev/fuse", os.O_RDWR)
    libc = ctypes.CDLL(None, use_errno=True)
    options = f"fd={kernel},rootmode=40000,user_id={os.getuid()},group_id={os.getgid()}"
    if libc.mount(b"unwilling", folder.encode(), b"fuse", 6, options.encode()):
        sys.exit(os.strerror(ctypes.get_errno()))
    files = FileSystem()
    try:
        print("ready", flush=True)
        while True:
            # Unread, a request hangs so that whoever made it can still be killed, as with NFS.
            heard = [sys.stdin] if files.mood == HANGS else [sys.stdin, kernel]
            ready, _, _ = select.select(heard, [], [])
            if sys.stdin in ready:
                word = os.read(sys.stdin.fileno(), 100).decode().strip()
                if not word:
                    return
                files.mood = word.splitlines()[-1]
                print(files.mood, flush=True)
            elif kernel in ready:
                _reply(kernel, files, os.read(kernel, REQUEST_BYTES_MAX))
    finally:
        libc.umount2(folder.encode(), 2)


def _reply(kernel: int, files: FileSystem, request: bytes) -> None:
    _, operation, number, node, *_ = HEADER.unpack_from(request)
    if operation in UNANSWERED:
        return
    try:
        body, error = files.answer(operation, node, request[HEADER.size :]), 0
    except Refused as refused:
        body, error = b"", -refused.number
    try:
        os.write(kernel, ANSWER.pack(ANSWER.size + len(body), error, number) + body)
    except OSError as gone:
        # Whoever asked was killed meanwhile.
        if gone.errno != errno.ENOENT:
            raise


@dataclass(frozen=True, slots=True)
class UnwillingDisk:
    """A mounted disk, and a hand on it."""

    folder: Path
    process: subprocess.Popen[str]
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def that(self, mood: str) -> Iterator[None]:
        """Have it hang, be full, read only or fail for a while."""
        rescue = Timer(HANG_S_MAX, self.becomes, [WELL])
        rescue.daemon = True
        rescue.start()
        self.becomes(mood)
        try:
            yield
        finally:
            rescue.cancel()
            self.becomes(WELL)

    def becomes(self, mood: str) -> None:
        """Change its mood; returns when it is so."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        with self._lock:
            self.process.stdin.write(f"{mood}\n")
            self.process.stdin.flush()
            assert self.process.stdout.readline().strip() == mood


@contextmanager
def unwilling_disk(folder: Path) -> Iterator[UnwillingDisk]:
    """Mount a disk at a new folder; skips the test where that is not allowed."""
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unwilling_disk", str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        if process.stdout.readline().strip() != "ready":
            # Not above: the process that is the disk needs none of it, and starts often.
            import pytest

            pytest.skip("nobody may mount a file system here")
        yield UnwillingDisk(folder, process)
    finally:
        process.stdin.close()
        try:
            process.wait(READY_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


if __name__ == "__main__":
    serve(sys.argv[1])

"""Who watches which charge points: two fleets cannot each have the door of the same one.

A door opens when its charge point gets its power, which may be long after the start.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from cp_tui.rpc.paths import SocketPathError, default_socket
from cp_tui.rpc.server import make_folder


@contextmanager
def claimed(ids: Sequence[str]) -> Iterator[None]:
    """Keep the doors of charge points for this process; raises `SocketPathError`."""
    with ExitStack() as stack:
        # One that is named twice is meant once.
        for id_ in dict.fromkeys(ids):
            stack.enter_context(_claimed(id_))
        yield


@contextmanager
def _claimed(id_: str) -> Iterator[None]:
    path = default_socket(id_).with_suffix(".watched")
    try:
        make_folder(path.parent)
        # The file stays, or two fleets could lock two files of the same name.
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SocketPathError(f"--watch {id_}: {path}: {error.strerror}") from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise SocketPathError(f"--watch {id_}: another fleet that runs watches it") from None
    finally:
        os.close(file)

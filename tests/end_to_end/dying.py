"""Has a program kill itself, as a power cut would, at one step of its work: see test_security_kill.

Steps are what a cut can fall between: a transaction of the store, a file that is forced onto the
disk, renamed or deleted, a frame that leaves, and whatever comes to the mind. They are counted from
the moment on at which a certain message of the CSMS has come.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

DIES_AT = "DIES_AT"
"""The variable of the environment: which step, and after which message."""
DIED = "died before"


class _Steps:
    """Which step is next, once they are counted."""

    def __init__(self, dies_at: int, after: str) -> None:
        self.left = dies_at
        self.after = after
        self.is_counting = not after

    def take(self, name: str) -> None:
        """Go on to a step, or die before it."""
        if not self.is_counting:
            return
        self.left -= 1
        if self.left <= 0:
            os.write(2, f"{DIED} {name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    def hear(self, frame: str | bytes) -> None:
        """Begin to count where the message has come."""
        text = frame if isinstance(frame, str) else frame.decode(errors="replace")
        if not self.is_counting and f'"{self.after}"' in text and text.startswith("[2"):
            self.is_counting = True


def install(wanted: str) -> None:
    """Have this process die as `wanted` says, in the words of `dies_at`."""
    from cp_tui.charge_point import firmware
    from cp_tui.charge_point.events import FrameReceived, Tick
    from cp_tui.engine.backoff import Backoff
    from cp_tui.engine.connection import Connection
    from cp_tui.engine.inbox import Inbox
    from cp_tui.engine.store import Store

    # What takes long is no step: nobody looks at an installation, and each CSMS is there.
    firmware.INSTALLATION = timedelta(seconds=0.2)
    Backoff.next_delay_s = lambda self: 0.05  # type: ignore[method-assign]
    number, _, after = wanted.partition(" ")
    steps = _Steps(int(number), after)

    def came(inbox: Any, item: Any) -> None:
        if isinstance(item, FrameReceived):
            steps.hear(item.data)
        if not isinstance(item, Tick):
            steps.take(f"hearing {type(item).__name__}")
        add(inbox, item)

    add = Inbox._add
    setattr(Inbox, "_add", came)  # noqa: B010  # An assignment would have to be typed.
    for owner, name in (
        *((Store, "_commit"), (Connection, "send")),
        *((os, "fsync"), (os, "replace"), (os, "unlink")),
    ):
        setattr(owner, name, _counted(getattr(owner, name), name, steps))


def _counted(whole: Callable[..., Any], name: str, steps: _Steps) -> Callable[..., Any]:
    """Make each call a step, and what comes after it another one."""

    def counted(*args: Any, **keywords: Any) -> Any:
        steps.take(name)
        result = whole(*args, **keywords)
        steps.take(f"what follows {name}")
        return result

    return counted


def dies_at(step: int, after: str = "") -> dict[str, str]:
    """Give the environment of a program that dies at a step after a message, or after its start."""
    return {DIES_AT: f"{step} {after}"}

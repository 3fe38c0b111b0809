"""Files on a disk that may hang, such as one behind a network: who needs one waits with a limit.

Each call has a thread of its own, for nobody can call it back: it ends when the disk answers. It
is told what is still waited for. The store and the log have threads and words of their own.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import TypeVar

from cp_tui.engine.thread import AllHangError, BlockingCalls

T = TypeVar("T")

TOLD_S = 1.0
"""What takes longer is announced."""
GIVE_UP_S = 30.0
"""How long one call is waited for; a disk that answers later answers nobody."""
HANGING_MAX = 8
"""How many calls may be without an answer at a time."""
_calls = BlockingCalls(HANGING_MAX)


async def on_disk(
    work: Callable[[], T],
    doing: str,
    tell: Callable[[str], None] = lambda _: None,
    *,
    limit_s: float | None = None,
) -> T:
    """Do what needs a disk, beside the loop; `doing` says what that is (`reading FILE`).

    Raises what the work raises, and `OSError` where the disk does not answer in time.
    """
    limit_s = GIVE_UP_S if limit_s is None else limit_s
    telling = asyncio.get_running_loop().call_later(TOLD_S, tell, f"still {doing} ...")
    try:
        async with asyncio.timeout(limit_s) as limit:
            return await _calls.run(work)
    except AllHangError:
        words = f"The disk does not answer, nor did it before: {HANGING_MAX} calls hang"
        raise OSError(errno.EBUSY, words) from None
    except TimeoutError:
        if not limit.expired():
            raise
        raise _unanswered(limit_s) from None
    finally:
        telling.cancel()


def on_disk_without_loop(
    work: Callable[[], T],
    doing: str,
    tell: Callable[[str], None] = lambda _: None,
    *,
    limit_s: float | None = None,
) -> T:
    """Do the same where no loop runs, yet or any more; the one who waits can be interrupted."""
    answers: SimpleQueue[T | Exception] = SimpleQueue()

    def answer() -> None:
        try:
            answers.put(work())
        except Exception as error:
            answers.put(error)

    Thread(target=answer, daemon=True, name="blocking call").start()
    limit_s = GIVE_UP_S if limit_s is None else limit_s
    since = monotonic()
    try:
        found = answers.get(timeout=min(TOLD_S, limit_s))
    except Empty:
        tell(f"still {doing} ...")
        try:
            found = answers.get(timeout=max(0.0, since + limit_s - monotonic()))
        except Empty:
            raise _unanswered(limit_s) from None
    if isinstance(found, Exception):
        raise found
    return found


def _unanswered(seconds: float) -> OSError:
    return OSError(errno.ETIMEDOUT, f"The disk does not answer, for {seconds:g} s now")

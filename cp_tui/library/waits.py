"""Waiting in real time until something is so at a charge point."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from cp_tui.library.looks import Looks
from cp_tui.library.wait_failed import wait_failed

LOOK_S = 0.02
"""The time between two looks of a wait; news has it look at once."""

L = TypeVar("L", bound=Looks)


async def wait_until(
    charger: L, predicate: Callable[[L], object], news: asyncio.Event, timeout_s: float, what: str
) -> None:
    """Wait until `predicate(charger)` holds; raises `WaitFailed`."""
    ends_at = asyncio.get_running_loop().time() + timeout_s
    while True:
        news.clear()
        if predicate(charger):
            return
        left_s = ends_at - asyncio.get_running_loop().time()
        if left_s <= 0:
            break
        with suppress(TimeoutError):
            async with asyncio.timeout(min(LOOK_S, left_s)):
                await news.wait()
    raise wait_failed(charger, what or "what the test waits for", f"{timeout_s:g} s")

"""Cases that wait, side by side: all of them end, and those that fail are named."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(**cases: Coroutine[Any, Any, object]) -> None:
    """Run them at the same time; raises what went wrong in any of them, noted with its name."""
    results = await asyncio.gather(*cases.values(), return_exceptions=True)
    failures = {
        name: result
        for name, result in zip(cases, results, strict=True)
        if isinstance(result, BaseException)
    }
    for name, failure in failures.items():
        failure.add_note(f"in the case {name}")
    if failures:
        raise BaseExceptionGroup(f"failed: {', '.join(failures)}", [*failures.values()])

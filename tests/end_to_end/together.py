"""Several cases in one test: all of them are tried, and those that fail are named."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any

import pytest

Case = Coroutine[Any, Any, object]


async def together(**cases: Case) -> None:
    """Try cases that wait, side by side; raises what went wrong in any, noted with its name."""
    results = await asyncio.gather(*cases.values(), return_exceptions=True)
    _tell(dict(zip(cases, results, strict=True)))


async def in_turn(**cases: Case) -> None:
    """Try cases that keep the processor busy, one after the other; raises as `together` does."""
    results = {}
    for name, case in cases.items():
        (results[name],) = await asyncio.gather(case, return_exceptions=True)
    _tell(results)


def _tell(results: Mapping[str, object]) -> None:
    failures = {
        name: result for name, result in results.items() if isinstance(result, BaseException)
    }
    for name, failure in failures.items():
        failure.add_note(f"in the case {name}")
    skips = [each for each in failures.values() if isinstance(each, pytest.skip.Exception)]
    if failures and len(skips) == len(failures):
        raise skips[0]
    if failures:
        raise BaseExceptionGroup(f"failed: {', '.join(failures)}", [*failures.values()])

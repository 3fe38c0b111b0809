"""Files that a command cannot do without: on a disk that hangs it says so, and gives up at last."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cp_tui.cli.output import say

T = TypeVar("T")


def reading(path: Path, work: Callable[[], T]) -> T:
    """Do what reads a file or folder; raises what the work raises, and `OSError`."""
    return _patiently(f"reading {path}", work)


def writing(path: Path, work: Callable[[], T]) -> T:
    """Call `work`, which writes a file; raises as `reading` does."""
    return _patiently(f"writing {path}", work)


def _patiently(doing: str, work: Callable[[], T]) -> T:
    from cp_tui.engine.disk import on_disk_without_loop

    return on_disk_without_loop(work, doing, lambda words: say(f"cp-tui: {words}"))

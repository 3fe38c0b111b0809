"""What a format is to those that read logs: how to find entries, and what holds for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO

from msgspec import Struct

from cp_tui.traces.entry import LogEntry
from cp_tui.traces.lines import Line


class LogSource(Struct, frozen=True):
    """A log of a known format that can be read from its begin."""

    open: Callable[[], IO[bytes]]
    lines: Callable[[], Iterator[Line]]
    """Without what collectors have put around them."""


class TraceFormat(Struct, frozen=True):
    """A format of logs."""

    id: str
    entries: Callable[[LogSource], Iterator[LogEntry]]
    is_logged: bool = False
    """Whether two loggers of one program may write the same frame."""
    is_utc: bool = False
    """Whether the program writes UTC without saying so."""
    is_sorted: bool = False
    """Whether its rows have no order but that of their times."""

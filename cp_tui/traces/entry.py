"""What an importer finds at one place of a log: a frame or an event, as the log has it.

Who spoke, which charge point and when is completed for all formats alike, by `survey` and
`reading`.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cp_tui.traces.lines import Line
from cp_tui.traces.record import ChargerFrom, FrameDirection, LinkEvent


class LogEntry(Struct, gc=False, array_like=True):
    """One place of a log."""

    line: int | None = None
    last_line: int | None = None
    offset: int = 0
    pointer: str = ""
    text: str = ""
    """The frame as far as the log has it; empty: `link` or `elements` hold all there is."""
    elements: list[Any] | None = None
    """The frame taken apart; None: it could not be, or not yet."""
    is_settled: bool = False
    """Whether it was tried to take the text apart."""
    is_truncated: bool = False
    is_exact: bool = True
    is_placed: bool = True
    """Whether the place says that it is a frame, also where it cannot be read as one."""
    link: LinkEvent | None = None
    time: str = ""
    outer: str = ""
    """The time of a collector."""
    charger: str | None = None
    charger_from: ChargerFrom = ChargerFrom.STATED
    connection: str | None = None
    direction: FrameDirection | None = None
    """Where the format says it by itself."""
    token: str = ""
    """A word or an arrow that stands for the direction; the file decides which."""
    is_injected: bool = False
    note: str = ""
    """Id of a matter of the recording that shows here, such as `log.damaged`."""
    extra: dict[str, Any] | None = None


def entry_at(line: Line) -> LogEntry:
    """Begin an entry where a line stands."""
    return LogEntry(line.number, line.last, line.offset, outer=line.outer)

"""The diagnostics file: a zip of logs, variables and counts, bounded, without any secret.

Built off the event loop from a snapshot; the variables and the log hold no secret to begin with.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from cp_tui.charge_point.codec import encode
from cp_tui.engine.log import LOG_FILE, LOG_FILES_KEPT, log_files
from cp_tui.engine.pieces import pieces

if TYPE_CHECKING:
    import zipfile

PART_BYTES_MAX = 5_000_000
"""How long each file in the archive may be, unpacked: four logs and a dozen variables make some 30
MB at most, and much less when packed."""
_TIMESTAMP_LENGTH = len("2026-01-05T08:00:00.000Z")


class ArchiveSnapshot(Struct, frozen=True):
    """What the archive holds beside the logs."""

    taken_at: datetime
    variables: Mapping[str, object]
    streams: Mapping[str, Iterable[Struct]]
    links: tuple[Struct, ...]
    """The states that the link went through."""
    record_counts: Mapping[str, int]
    """Records in the store, by table."""


class LogPeriod(Struct, frozen=True):
    """Which log entries are wanted, in the clock of the machine."""

    start: datetime | None = None
    stop: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Say whether a moment is within."""
        return (self.start is None or at >= self.start) and (self.stop is None or at <= self.stop)


def build(path: Path, snapshot: ArchiveSnapshot, logs: Path, period: LogPeriod) -> None:
    """Write the archive; blocks."""
    # Imported late: a start cannot wait for it.
    import zipfile

    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with (
        os.fdopen(handle, "wb") as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        _add(archive, "summary.json", [_summary(snapshot, period)])
        for name, value in snapshot.variables.items():
            _add(archive, f"variables/{name}.json", pieces(value))
        _add(archive, "link_history.jsonl", _lines(snapshot.links))
        for name, events in snapshot.streams.items():
            wanted = (event for event in events if _is_wanted(event, period))
            _add(archive, f"streams/{name}.jsonl", _lines(wanted))
        for log in _log_files(logs):
            _add(archive, f"log/{log.name}", _log_lines(log, period))


def _add(archive: zipfile.ZipFile, name: str, texts: Iterable[str]) -> None:
    """Add a file, cut off where it becomes too long."""
    room = PART_BYTES_MAX
    with archive.open(name, "w") as part:
        for text in texts:
            data = text.encode("utf-8", "replace")
            part.write(data[:room])
            room -= len(data)
            if room <= 0:
                break


def _summary(snapshot: ArchiveSnapshot, period: LogPeriod) -> str:
    return json.dumps(
        {
            "taken_at": snapshot.taken_at.isoformat(),
            "log_from": period.start.isoformat() if period.start else None,
            "log_until": period.stop.isoformat() if period.stop else None,
            "records_in_store": dict(snapshot.record_counts),
        },
        indent=1,
    )


def _lines(events: Iterable[Struct]) -> Iterator[str]:
    return (f"{encode(each).decode()}\n" for each in events)


def _is_wanted(event: Struct, period: LogPeriod) -> bool:
    at = getattr(event, "time", None)
    return not isinstance(at, datetime) or period.holds(at)


def _log_files(folder: Path) -> list[Path]:
    """Give the log files that there are, oldest first."""
    return [path for path in log_files(folder / LOG_FILE, LOG_FILES_KEPT) if path.is_file()]


def _log_lines(path: Path, period: LogPeriod) -> Iterator[str]:
    """Give the lines within the period; one without a time belongs to the line before it."""
    is_wanted = period.start is None
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                at = _time_of(line)
                if at is not None:
                    is_wanted = period.holds(at)
                if is_wanted:
                    yield line
    except OSError as error:
        # It was rotated away meanwhile: what is left is still worth sending.
        yield f"{path.name} cannot be read: {error.strerror}\n"


def _time_of(line: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(line[:_TIMESTAMP_LENGTH])
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)

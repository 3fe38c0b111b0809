"""What a log that a charge point has delivered holds, in a line for people."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cp_tui.csms.file_server import DeliveredFile
from cp_tui.ocpp.plural import count

if TYPE_CHECKING:
    from pydantic import JsonValue

LINES_MAX = 100_000


def security_log_lines(content: bytes) -> list[dict[str, JsonValue]] | None:
    """Read a security log, one JSON object a line (W A04.FR.04); None: it is none."""
    found: list[dict[str, JsonValue]] = []
    for line in content.splitlines()[:LINES_MAX]:
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            return None
        if not isinstance(entry, dict):
            return None
        # One without a type tells of lines that are missing.
        if isinstance(entry.get("type"), str):
            found.append(entry)
    return found


def delivered_words(file: DeliveredFile) -> str:
    """Say what a file is that was delivered."""
    size = count(len(file.content), "byte")
    words = f"it has delivered {file.name}, {size}"
    lines = security_log_lines(file.content)
    if not lines:
        return words
    newest = lines[-1]
    return f"{words}: {count(len(lines), 'event')}, the newest {newest['type']}"

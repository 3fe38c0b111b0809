"""The folder that a demo lives in: where its sockets are."""

from __future__ import annotations

from pathlib import Path


def socket_path(folder: Path) -> Path:
    """Give the door of the demo's engine."""
    return folder / "door"


def csms_socket_path(folder: Path) -> Path:
    """Give the door of the demo's CSMS."""
    return folder / "csms"

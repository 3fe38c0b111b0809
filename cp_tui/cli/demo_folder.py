"""The folder that a demo lives in: where its sockets are, and how a second screen finds them."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cp_tui.engine.errors import CannotBegin
from cp_tui.rpc.paths import default_socket, is_answering

CHARGE_POINT_ID = "DEMO-1"
DOOR, CSMS_DOOR = "door", "csms"
DEMOS_MAX = 20
"""So many at once are found by an id; the next one by its socket."""


def socket_path(folder: Path) -> Path:
    """Give the door of the demo's engine."""
    return folder / DOOR


def csms_socket_path(folder: Path) -> Path:
    """Give the door of the demo's CSMS."""
    return folder / CSMS_DOOR


def csms_beside(socket: Path) -> Path | None:
    """Give the door of the CSMS that a demo has beside the door of its engine, if it is one."""
    door = socket.resolve()
    csms = door.with_name(CSMS_DOOR)
    return csms if door.name == DOOR and is_answering(csms) else None


@contextmanager
def found_by_id(folder: Path) -> Iterator[str]:
    """Let `cp-tui attach` find the demo while it runs; gives the command that shows it."""
    link = _linked(folder)
    try:
        if link is None:
            yield f"cp-tui attach --socket={shlex.quote(str(socket_path(folder)))}"
        else:
            yield f"cp-tui attach --id={link.stem}"
    finally:
        if link is not None and _leads_to(link, folder):
            link.unlink(missing_ok=True)


def _linked(folder: Path) -> Path | None:
    """Lead from the first id that is free to the door; None where that cannot be."""
    from cp_tui.rpc.server import make_folder

    names = (CHARGE_POINT_ID, *(f"{CHARGE_POINT_ID}.{n}" for n in range(2, DEMOS_MAX + 1)))
    try:
        for link in map(default_socket, names):
            make_folder(link.parent)
            if link.is_symlink() and not is_answering(link):
                # Of a demo that was killed.
                link.unlink(missing_ok=True)
            with suppress(FileExistsError):
                link.symlink_to(socket_path(folder))
                return link
    except (OSError, CannotBegin):
        # It runs all the same, and is found by its socket.
        return None
    return None


def _leads_to(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == socket_path(folder)
    except OSError:
        return False

"""Where the sockets of what runs are: the user's runtime folder, one per charge point or CSMS."""

from __future__ import annotations

import socket
import stat
import struct
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, unquote

from cp_tui.engine.errors import CannotBegin

SOCKET_PATH_BYTES_MAX = 103
"""A Unix socket address holds 108 bytes on Linux and 104 elsewhere, the closing zero included."""
PROBE_TIMEOUT_S = 1.0
"""How long a probe of a socket may take: a live engine accepts at once, for the kernel does it."""


FLEETS_MAX = 9
"""Fleets of the same ids that run at once."""
CREDENTIALS = struct.Struct("3i")
"""Process, user and group of the other end, as Linux gives them."""


CAN_TELL_WHO = hasattr(socket, "SO_PEERCRED")


class SocketPathError(CannotBegin):
    """The socket cannot be where it was asked for, or no engine answers there."""


def runtime_folder() -> Path:
    """Give the folder of the sockets of this user; it may not exist yet."""
    import platformdirs

    with warnings.catch_warnings():
        # Without XDG_RUNTIME_DIR it is a folder in /tmp, which the server checks; nothing to say.
        warnings.simplefilter("ignore")
        return platformdirs.user_runtime_path("cp-tui", appauthor=False)


def default_socket(charge_point_id: str) -> Path:
    """Give the socket of the engine of this charge point; any id makes a safe file name."""
    return runtime_folder() / f"{quote(charge_point_id, safe='')}.sock"


def fleet_sockets(first_id: str) -> Iterator[Path]:
    """Give where the socket of a fleet may be; the next where another one has the same first id."""
    name = quote(first_id, safe="")
    yield runtime_folder() / f"{name}.fleet"
    yield from (runtime_folder() / f"{name}-{n}.fleet" for n in range(2, FLEETS_MAX + 1))


def csms_socket(port: int) -> Path:
    """Give the socket of the small CSMS that listens on a port of loopback."""
    return runtime_folder() / f"{port}.csms"


def check_length(path: Path) -> None:
    """Refuse a path that does not fit into a socket address."""
    length = len(bytes(path))
    if length > SOCKET_PATH_BYTES_MAX:
        raise SocketPathError(
            f"socket path too long: {path} has {length} bytes, at most {SOCKET_PATH_BYTES_MAX} fit;"
            " choose a shorter one with --socket"
        )


def is_answering(path: Path) -> bool:
    """Tell whether a live engine accepts connections at the socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_TIMEOUT_S)
        try:
            probe.connect(str(path))
        except BlockingIOError:
            return True
        except OSError:
            return False
    return True


def who_answers(path: Path) -> int | None:
    """Give the process that listens at the socket, where `CAN_TELL_WHO`; None: nobody does."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(PROBE_TIMEOUT_S)
        try:
            probe.connect(str(path))
            credentials = probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
        except OSError:
            return None
    process_id: int = CREDENTIALS.unpack(credentials)[0]
    return process_id


def is_socket(path: Path) -> bool:
    """Tell whether there is a socket at the path, live or not."""
    try:
        return stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def running_engines() -> dict[str, Path]:
    """List the engines of this user that answer, by charge point id."""
    return _running("*.sock")


def running_fleets() -> dict[str, Path]:
    """List the fleets of this user that answer, by the id of the first charge point."""
    return _running("*.fleet")


def _running(pattern: str) -> dict[str, Path]:
    try:
        paths = sorted(runtime_folder().glob(pattern))
    except OSError:
        return {}
    return {unquote(path.stem): path for path in paths if is_socket(path) and is_answering(path)}


def sweep_dead_sockets() -> None:
    """Take away the sockets of charge points that ended without doing it themselves."""
    with suppress(OSError):
        for path in runtime_folder().glob("*.sock"):
            inode = path.stat().st_ino
            # Somebody may have begun to listen there meanwhile: that is another socket.
            if is_socket(path) and not is_answering(path) and path.stat().st_ino == inode:
                path.unlink()


def name_at(path: Path) -> str:
    """How people call what is at a socket: the charge point id, or the path where none is known."""
    return unquote(path.stem) if path.parent == runtime_folder() else str(path)


def find_engine(socket_path: Path | None, charge_point_id: str | None) -> Path:
    """Give the socket of the engine that is meant: by path, by id, or the one that runs."""
    if socket_path is not None or charge_point_id is not None:
        path = socket_path or default_socket(charge_point_id or "")
        check_length(path)
        if not is_answering(path):
            whose = "" if charge_point_id is None else f" with the id {charge_point_id}"
            raise SocketPathError(f"no charge point{whose} answers at {path}")
        return path
    engines = running_engines()
    if not engines and (fleets := running_fleets()):
        raise SocketPathError(f"no charge point runs, but fleets: {', '.join(fleets)}; add --fleet")
    if not engines:
        raise SocketPathError("no charge point runs; start one with `cp-tui serve` or `cp-tui run`")
    if len(engines) > 1:
        raise SocketPathError(
            f"several charge points run: {', '.join(engines)}; choose one with --id"
        )
    return next(iter(engines.values()))


def find_fleet(socket_path: Path | None, name: str | None) -> Path:
    """Give the socket of the fleet that is meant: by path, by its first id, or that which runs."""
    if socket_path is not None:
        check_length(socket_path)
        if not is_answering(socket_path):
            raise SocketPathError(f"no fleet answers at {socket_path}")
        return socket_path
    fleets = running_fleets()
    if not fleets:
        raise SocketPathError("no fleet runs; start one with `cp-tui fleet`")
    several = ", ".join(fleets)
    if name is not None and name not in fleets:
        raise SocketPathError(f"no fleet that begins with {name} runs; there are: {several}")
    if len(fleets) > 1 and name is None:
        raise SocketPathError(f"several fleets run: {several}; choose one with --fleet --id")
    return fleets[name] if name is not None else next(iter(fleets.values()))


def find_csms(socket_path: Path | None) -> Path:
    """Give the socket of the CSMS that is meant: by path, or the one that runs."""
    if socket_path is not None:
        check_length(socket_path)
        if not is_answering(socket_path):
            raise SocketPathError(f"no CSMS answers at {socket_path}")
        return socket_path
    found = [*_running("*.csms").values()]
    if not found:
        raise SocketPathError("no CSMS runs; start one with `cp-tui csms`")
    if len(found) > 1:
        several = ", ".join(map(str, found))
        raise SocketPathError(f"several CSMS run: {several}; choose one with --csms --socket")
    return found[0]

"""What this machine can carry, asked before the first charge point is switched on.

A run that is too large for it must not become a smaller one in silence: it does not begin.
"""

from __future__ import annotations

import errno
import resource
import socket
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from cp_tui.engine.errors import CannotBegin

SPARE_FILES = 64
"""File descriptors for everything that is no connection: report, ledger, loop, door."""
PORTS_USUAL = 28_000
"""Ports for outgoing connections, where the system does not say how many there are."""
BASE_KIB = 60 * 1024
PLAIN_KIB = 70
"""Of a charge point with its connection and some transactions behind it."""
TLS_KIB = 80
"""On top of it with TLS."""
_PORT_RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")
_MEMORY = Path("/proc/meminfo")
_CONTROL_GROUP = Path("/sys/fs/cgroup")
_KIB_PER_MIB = 1024


class Load(Struct, frozen=True):
    """What a run asks of the machine."""

    charge_points: int
    connections: int
    """More than charge points, where some of them have two."""
    is_secure: bool
    source_addresses: int
    """How many addresses it connects from; one where none was given."""


class Machine(Struct, frozen=True):
    """What there is of it."""

    files: int
    """Hard limit of file descriptors."""
    ports: int
    """For outgoing connections, from one address to one address and port."""
    memory_kib: int | None
    """Free for this process; None: unknown."""


def this_machine() -> Machine:
    """Ask the system."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return Machine(
        files=1 << 30 if hard == resource.RLIM_INFINITY else hard,
        ports=_ports(),
        memory_kib=_memory_kib(),
    )


def check_load(load: Load, machine: Machine) -> None:
    """Refuse what does not fit, with a line for each reason (`CannotBegin`)."""
    lines = []
    needed = load.connections + SPARE_FILES
    if needed > machine.files:
        lines.append(
            f"{load.connections:,} connections need {needed:,} file descriptors, and this process"
            f" may have {machine.files:,}: raise the hard limit (ulimit -Hn), or have fewer"
        )
    ports = machine.ports * load.source_addresses
    if load.connections > ports:
        more = -(-load.connections // machine.ports)
        lines.append(
            f"{load.connections:,} connections need as many ports, and there are {ports:,}:"
            f" give --source-address {more}-fold, on loopback 127.0.0.2 and so on"
        )
    kib = memory_kib(load)
    if machine.memory_kib is not None and kib > machine.memory_kib:
        lines.append(
            f"{load.charge_points:,} charge points need about {kib // _KIB_PER_MIB:,} MiB, and"
            f" {machine.memory_kib // _KIB_PER_MIB:,} MiB are free: have fewer, or more machines"
        )
    if lines:
        raise CannotBegin(*lines)


def check_sources(addresses: Iterable[str]) -> None:
    """Refuse addresses to connect from that are none of this machine (`CannotBegin`)."""
    lines = []
    for address in addresses:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        try:
            with socket.socket(family, socket.SOCK_STREAM) as sock:
                sock.bind((address, 0))
        except OSError as error:
            why = "no address of this machine"
            if error.errno != errno.EADDRNOTAVAIL:
                why = error.strerror or type(error).__name__
            lines.append(f"--source-address {address}: {why}")
    if lines:
        raise CannotBegin(*lines)


def memory_kib(load: Load) -> int:
    """Estimate the memory of a run, in KiB."""
    each = PLAIN_KIB + (TLS_KIB if load.is_secure else 0)
    return BASE_KIB + load.charge_points * each


def raise_files(connections: int) -> None:
    """Have the process allowed as many file descriptors as so many connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = connections + SPARE_FILES
    if soft != resource.RLIM_INFINITY and soft < needed:
        wanted = needed if hard == resource.RLIM_INFINITY else hard
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def resident_kib() -> int:
    """Give the memory that this process has now, or, where that is unknown, has had at most."""
    with suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() // 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _ports() -> int:
    with suppress(OSError, ValueError):
        first, last = map(int, _PORT_RANGE.read_text().split())
        return last - first + 1
    return PORTS_USUAL


def _memory_kib() -> int | None:
    found = []
    with suppress(OSError, ValueError, IndexError):
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        found.append(int(lines["MemAvailable"].split()[0]))
    with suppress(OSError, ValueError):
        limit = int((_CONTROL_GROUP / "memory.max").read_text())
        used = int((_CONTROL_GROUP / "memory.current").read_text())
        found.append((limit - used) // 1024)
    return min(found, default=None)

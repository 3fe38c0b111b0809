"""`cp-tui csms`: the small CSMS alone, on loopback, a line per event.

It has a door like a charge point: `ctl --csms` asks it, changes how it answers, and has it send.
"""

from __future__ import annotations

import asyncio
import shlex
import signal
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import platformdirs
from msgspec.structs import replace

from cp_tui.cli.output import complain, told_without_waiting
from cp_tui.csms.behaviour import ID_TAGS, Behaviour
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.errors import FolderDamaged
from cp_tui.csms.serve import serve_central_system
from cp_tui.demo.behaviour_words import DELAY, SILENT, BehaviourChange, changed
from cp_tui.demo.csms_rpc import CsmsRpc
from cp_tui.ocpp.datatypes import AuthorizationStatus, RegistrationStatus
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import number
from cp_tui.rpc.paths import SocketPathError, csms_socket
from cp_tui.rpc.server import RpcServer

ID_TAG_MAX = 20
"""Characters of an idTag (CiString20)."""
PENDING_INTERVAL_S = 10
"""How long a charge point that is told to wait waits before it asks again, at most."""


def run(options: Namespace) -> int:
    """Serve until a signal."""
    try:
        behaviour = behaviour_of(options)
    except ValueError as error:
        return complain(f"csms: {error}")
    try:
        asyncio.run(_serve(options, behaviour))
    except FolderDamaged as error:
        return complain(f"csms: {error}; --new-certificates makes everything there anew")
    except OSError as error:
        place = f"port {options.port}" if error.filename is None else str(error.filename)
        return complain(f"csms: {place}: {error.strerror}")
    return 0


def behaviour_of(options: Namespace) -> Behaviour:
    """Read how it is to answer; raises `ValueError` with the option, the value and what may be."""
    faults = {action: SILENT for action in options.silent}
    faults |= {action: f"{DELAY} {value}" for action, value in _pairs("--delay", options.delay)}
    faults |= dict(_pairs("--error", options.error))
    for tag in options.reject_tag:
        if not 0 < len(tag) <= ID_TAG_MAX:
            most = count(ID_TAG_MAX, "character")
            raise ValueError(f"--reject-tag {tag}: must have 1 to {most}")
    tags = {tag: AuthorizationStatus.INVALID for tag in options.reject_tag}
    behaviour = changed(Behaviour(), BehaviourChange(id_tags=tags or None, faults=faults or None))
    behaviour = replace(behaviour, id_tags={**ID_TAGS, **behaviour.id_tags})
    if options.pending is None:
        return behaviour
    interval_s = max(1, min(PENDING_INTERVAL_S, int(options.pending)))
    return replace(behaviour, registration_status=RegistrationStatus.PENDING, interval_s=interval_s)


def _pairs(option: str, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    for value in values:
        name, separator, text = value.partition("=")
        if not (separator and name and text):
            raise ValueError(f"{option} {value}: must be ACTION=VALUE")
        yield name, text


async def _serve(options: Namespace, behaviour: Behaviour) -> None:
    with told_without_waiting() as tell:
        serving = asyncio.create_task(
            serve_central_system(
                options.port,
                tell,
                profile=options.profile,
                folder=options.folder or default_folder(),
                anew=options.new_certificates,
                behaviour=behaviour,
                beside=partial(_beside, options),
            )
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, serving.cancel)
        with suppress(asyncio.CancelledError):
            await serving


@asynccontextmanager
async def _beside(options: Namespace, csms: CentralSystem) -> AsyncIterator[Sequence[str]]:
    """Open the door, and end the time in which charge points are told to wait."""
    path = options.socket or csms_socket(csms.port)
    rpc = CsmsRpc(csms)
    door = RpcServer(rpc, path)
    lines = []
    try:
        await door.start()
        asked = "--csms" if options.socket is None else f"--csms --socket={shlex.quote(str(path))}"
        lines.append(f"ask it, or have it send: cp-tui ctl {asked} METHOD ...")
    except SocketPathError as error:
        if options.socket is not None:
            raise
        lines.append(f"it has no door, so `cp-tui ctl --csms` does not find it: {error}")
    accepting = None
    if options.pending is not None:
        lines.append(f"answers Pending to BootNotification for {number(options.pending)} s")
        accepting = asyncio.get_running_loop().call_later(options.pending, rpc.end_pending)
    try:
        yield lines
    finally:
        if accepting is not None:
            accepting.cancel()
        await door.close()


def default_folder() -> Path:
    """Give where passwords and certificates are kept, unless told otherwise."""
    return platformdirs.user_data_path("cp-tui-csms", appauthor=False)

"""The small CSMS alone, for `cp-tui csms`: one printed line per event, until cancelled."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path

from pydantic import JsonValue

from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import (
    Called,
    Composed,
    Connected,
    Disconnected,
    Event,
    Malformed,
    Noted,
    Received,
    TurnedAway,
)
from cp_tui.csms.first_charge_point import CHARGE_POINT_ID, write_settings
from cp_tui.csms.provisioning import Provisioning
from cp_tui.csms.shown import shown
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.frame import CallError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.printable import clean

PORT_MAX = 65_535
TEXT_MAX = 300
"""How many characters of a message are printed; the rest is cut."""


@asynccontextmanager
async def _nothing(csms: CentralSystem) -> AsyncIterator[Sequence[str]]:
    yield ()


async def serve_central_system(
    port: int,
    report: Callable[[str], None],
    *,
    profile: int = 0,
    folder: Path | None = None,
    anew: bool = False,
    behaviour: Behaviour | None = None,
    beside: Callable[[CentralSystem], AbstractAsyncContextManager[Sequence[str]]] = _nothing,
) -> None:
    """Run a CSMS on loopback and report every event as a line, until cancelled.

    `profile` is the security profile that charge points need; from 1 on `folder` holds passwords
    and certificates. `beside` runs as long as the CSMS, and gives lines that are reported when it
    is there. `OSError` where the port is taken or the folder cannot be used, and `FolderDamaged`.
    """
    csms = CentralSystem(behaviour, profile=profile, folder=folder, anew=anew)
    csms.record.listen(lambda event: report(describe(event)))
    try:
        await csms.start(port=port)
        provisioning = await _provisioning(csms) if profile == 3 else None
        # All of it or nothing: a folder that cannot be used is the caller's to tell.
        welcome = [*_welcome(csms)]
        try:
            async with beside(csms) as said:
                for line in (*welcome, *said):
                    report(line)
                await asyncio.get_running_loop().create_future()
        finally:
            if provisioning is not None:
                await provisioning.close()
    finally:
        await csms.close()


async def _provisioning(csms: CentralSystem) -> Provisioning:
    """Open the door where charge points get the certificate that profile 3 wants."""
    port = csms.port + 1 if csms.port < PORT_MAX else 0
    try:
        csms.doors.reserve(2, port=port)
    except OSError:
        csms.doors.reserve(2)
    await csms.doors.open(2)
    csms.refuses_lower = True
    return Provisioning(csms)


def _welcome(csms: CentralSystem) -> Iterator[str]:
    """Say where it listens, what a charge point needs, and how to start one."""
    profile = csms.profile
    words = f", security profile {profile}" if profile else ""
    yield f"CSMS listens on {csms.url}/<charge point id>, subprotocol ocpp1.6{words}"
    if not profile:
        yield f"start a charge point: cp-tui serve --url={csms.url} --id={CHARGE_POINT_ID}"
        return
    file = write_settings(csms)
    needs = [f"AuthorizationKey as in {file}"]
    if profile >= 2:
        needs.append(f"root certificate {csms.security.folder.csms_root}")
    if profile == 3:
        needs.append(f"a certificate, which it gets in profile 2 on {csms.doors.url(2)}")
    yield f"a charge point needs: {'; '.join(needs)}"
    yield f"start a charge point: cp-tui serve --config={shlex.quote(str(file))}"


def describe(event: Event) -> str:
    """Tell an event in one printable line."""
    who = event.charge_point_id or "?"
    return clean(f"{event.at:%H:%M:%S} {who}  {_story(event)}")


def _story(event: Event) -> str:
    match event:
        case Connected():
            return f"connected: {event.security}" if event.security else "connected"
        case Disconnected():
            return f"disconnected ({event.close_code})"
        case TurnedAway():
            return f"turned away: {event.why}"
        case Noted():
            return event.words
        case Malformed():
            error = f"{event.code}: {event.description}"
            return f"sent what is no OCPP: {error}" if event.is_answered else f"bad answer: {error}"
        case Received():
            return f"-> {_request(event.request, event.at)}  = {_answer(event.answer, event.at)}"
        case Composed():
            text = _short(event.text, event.at)
            return f"<- composed {event.action} {text}  = {event.outcome.words}"
        case Called():
            answer = event.failure if event.response is None else _answer(event.response, event.at)
            return f"<- {_request(event.request, event.at)}  = {answer}"


def _request(request: WireModel, at: datetime) -> str:
    return f"{action_of(request)} {_short(request.to_payload(), at)}"


def _answer(answer: WireModel | CallError | None, at: datetime) -> str:
    match answer:
        case None:
            return "(silence)"
        case CallError():
            return f"{answer.code}: {answer.description}"
        case _:
            return _short(answer.to_payload(), at)


def _short(content: JsonValue, at: datetime) -> str:
    text = json.dumps(shown(content, at), ensure_ascii=False)
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"

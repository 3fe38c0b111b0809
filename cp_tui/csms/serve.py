"""The small CSMS alone, for `cp-tui csms`: one printed line per event, until cancelled."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from pydantic import JsonValue

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import (
    Called,
    Composed,
    Connected,
    Disconnected,
    Event,
    Malformed,
    Received,
    TurnedAway,
)
from cp_tui.ocpp.action import action_of
from cp_tui.ocpp.frame import CallError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.printable import clean

TEXT_MAX = 300
"""How many characters of a message are printed; the rest is cut."""


async def serve_central_system(port: int, report: Callable[[str], None]) -> None:
    """Run a CSMS on loopback and report every event as a line, until cancelled.

    `OSError` where the port is taken.
    """
    csms = CentralSystem()
    csms.record.listen(lambda event: report(describe(event)))
    await csms.start(port=port)
    try:
        report(f"CSMS listens on {csms.url}/<charge point id>, subprotocol ocpp1.6")
        await asyncio.get_running_loop().create_future()
    finally:
        await csms.close()


def describe(event: Event) -> str:
    """Tell an event in one printable line."""
    who = event.charge_point_id or "?"
    return clean(f"{event.at:%H:%M:%S} {who}  {_story(event)}")


def _story(event: Event) -> str:
    match event:
        case Connected():
            return "connected"
        case Disconnected():
            return f"disconnected ({event.close_code})"
        case TurnedAway():
            return f"turned away: {event.why}"
        case Malformed():
            error = f"{event.code}: {event.description}"
            return f"sent what is no OCPP: {error}" if event.is_answered else f"bad answer: {error}"
        case Received():
            return f"-> {_request(event.request)}  = {_answer(event.answer)}"
        case Composed():
            return f"<- composed {event.action} {_short(event.text)}  = {event.outcome.words}"
        case Called():
            answer = event.failure if event.response is None else _payload(event.response)
            return f"<- {_request(event.request)}  = {answer}"


def _request(request: WireModel) -> str:
    return f"{action_of(request)} {_payload(request)}"


def _answer(answer: WireModel | CallError | None) -> str:
    match answer:
        case None:
            return "(silence)"
        case CallError():
            return f"{answer.code}: {answer.description}"
        case _:
            return _payload(answer)


def _payload(message: WireModel) -> str:
    return _short(message.to_payload())


def _short(content: JsonValue) -> str:
    text = json.dumps(content, ensure_ascii=False)
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"

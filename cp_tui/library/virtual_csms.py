"""The CSMS at the other end of a virtual charge point: a function, or the small CSMS's rules."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cp_tui.csms.behaviour import Behaviour
from cp_tui.csms.responder import Responder
from cp_tui.ocpp import frame
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.validation import parse_request

CALL, CALL_RESULT, CALL_ERROR = 2, 3, 4
"""The types of a frame (J 4.1.3)."""
CsmsFunction = Callable[[str, Mapping[str, Any]], "Mapping[str, Any] | str | None"]
"""Action and payload -> the payload of the answer, the code of a CALLERROR, or None for silence."""


def friendly_csms(charge_point_id: str, clock: Callable[[], datetime]) -> CsmsFunction:
    """Give a correct CSMS that accepts every tag, with a Heartbeat each hour."""
    responder, behaviour = Responder(), Behaviour(interval_s=3_600)

    def answer(action: str, payload: Mapping[str, Any]) -> Mapping[str, Any] | str:
        try:
            request = parse_request(action, dict(payload), "")
            response = responder.answer(charge_point_id, request, behaviour, clock())
        except OcppError as error:
            return error.code
        found: Mapping[str, Any] = json.loads(frame.result_text("", response))[2]
        return found

    return answer


def answer_text(csms: CsmsFunction, text: str) -> str | None:
    """Give what the CSMS answers to a frame; None: it keeps silent, or the frame is an answer."""
    kind, message_id, *rest = json.loads(text)
    if kind != CALL:
        return None
    action, payload = rest
    answer = csms(action, payload)
    if answer is None:
        return None
    if isinstance(answer, str):
        return json.dumps([CALL_ERROR, message_id, answer, "", {}])
    return json.dumps([CALL_RESULT, message_id, dict(answer)])

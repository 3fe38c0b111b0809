"""Of which Action a frame is: an answer does not say so, its request has."""

from __future__ import annotations

import re

from cp_tui.network.weather import Way

ASKED_MAX = 1_000
"""Of how many requests the Action is kept, for their answers: a CALL is outstanding at a time."""
_CALL = re.compile(r'\s*\[\s*2\s*,\s*"([^"]*)"\s*,\s*"([^"]*)"')
_ANSWER = re.compile(r'\s*\[\s*[34]\s*,\s*"([^"]*)"')
_OPPOSITE = {Way.TO_CSMS: Way.TO_CHARGE_POINT, Way.TO_CHARGE_POINT: Way.TO_CSMS}


class FrameActions:
    """Remembers the requests of both sides until they are answered."""

    def __init__(self) -> None:
        self._asked: dict[tuple[Way, str], str] = {}
        """Action by the direction and the id of a request."""

    def action_of(self, way: Way, frame: str | bytes) -> str | None:
        """Give the Action of a request, or of the request that an answer belongs to."""
        if isinstance(frame, bytes):
            return None
        if (call := _CALL.match(frame)) is not None:
            self._asked[way, call[1]] = call[2]
            if len(self._asked) > ASKED_MAX:
                del self._asked[next(iter(self._asked))]
            return call[2]
        answer = _ANSWER.match(frame)
        return None if answer is None else self._asked.pop((_OPPOSITE[way], answer[1]), None)

"""OCPP-J frames: CALL, CALLRESULT and CALLERROR as JSON text (J 4.2).

Whatever a peer sends, `parse` returns a frame, returns None or raises OcppError. What the payload
means is for `validation`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii as _quoted
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec import field

from cp_tui.ocpp.discreet import Discreet
from cp_tui.ocpp.errors import UNREADABLE_ID, ErrorCode, OcppError
from cp_tui.ocpp.json_array import (
    DEPTH_MAX,
    harmless,
    is_deeper_than,
    load,
    load_quickly,
)
from cp_tui.ocpp.printable import is_unicode

if TYPE_CHECKING:
    from pydantic import JsonValue

    from cp_tui.ocpp.model import Payload, WireModel

SUBPROTOCOL = "ocpp1.6"
"""As the handshake of a WebSocket names OCPP 1.6 in JSON (J 3.1.2)."""
MESSAGE_ID_LENGTH_MAX = 36
"""J 4.1.4."""

_CALL, _CALL_RESULT, _CALL_ERROR = 2, 3, 4


class Call(Discreet, frozen=True):
    """A request."""

    HIDDEN = frozenset({"payload"})

    message_id: str
    action: str
    payload: dict[str, JsonValue]
    """Not in `repr`: it may hold the AuthorizationKey."""


class CallResult(Discreet, frozen=True):
    """The answer to a request."""

    HIDDEN = frozenset({"payload"})

    message_id: str
    payload: dict[str, JsonValue]


class CallError(Discreet, frozen=True):
    """The answer to a request that could not be handled."""

    HIDDEN = frozenset({"details"})

    message_id: str
    code: ErrorCode
    description: str = ""
    details: dict[str, JsonValue] = field(default_factory=dict)


Frame = Call | CallResult | CallError


class Unreadable(Discreet, frozen=True):
    """An answer of the wrong shape: only the id of its request counts."""

    HIDDEN = frozenset({"payload"})

    message_id: str
    payload: dict[str, JsonValue] | None = None
    """Of a CALLRESULT with more elements than it may have: it can be read, but is no answer."""


def call_error(error: OcppError) -> CallError:
    """Return the answer that tells a peer what is wrong with its CALL."""
    assert error.answerable, "an answer is never answered"
    return CallError(error.message_id, error.code, error.description)


def encode(frame: Frame) -> str:
    """Return the text for the wire: ASCII, and without blanks (J 4.1.2)."""
    match frame:
        case Call(message_id, action, payload):
            elements = [_CALL, message_id, action, payload]
        case CallResult(message_id, payload):
            elements = [_CALL_RESULT, message_id, payload]
        case CallError(message_id, code, description, details):
            elements = [_CALL_ERROR, message_id, code, description, details]
    return json.dumps(elements, separators=(",", ":"), allow_nan=False)


def call_text(message_id: str, action: str, request: WireModel) -> str:
    """Return the text of a CALL for the wire, as `encode` does."""
    assert len(message_id) <= MESSAGE_ID_LENGTH_MAX
    return f"[{_CALL},{_quoted(message_id)},{_quoted(action)},{request.to_json()}]"


def result_text(message_id: str, response: Payload) -> str:
    """Return the text of a CALLRESULT for the wire, as `encode` does."""
    return f"[{_CALL_RESULT},{_quoted(message_id)},{response.to_json()}]"


def parse(data: str | bytes) -> Frame | None:
    """Read a frame; None is a type of message that is to be ignored (J 4.1.3).

    Raises:
        OcppError: the only exception; `answerable` is False where the frame is an answer itself.
    """
    quick = load_quickly(data)
    elements = load(data) if quick is None else quick
    kind = elements[0] if elements else None
    # JSON `true` is 1 and `2.0` is 2 to Python, but neither is an integer on the wire.
    if type(kind) is int and kind not in _SHAPES:
        return None
    defect = shape_defect(elements) or ("" if quick is not None else _defect_within(elements))
    if defect:
        raise OcppError(
            ErrorCode.FORMATION_VIOLATION,
            defect,
            message_id=_message_id(elements),
            answerable=type(kind) is not int or kind == _CALL,
        )
    # Every element has the type of its shape by now; J 4.2.1 tolerates null as an empty payload.
    if kind == _CALL:
        return Call(elements[1], elements[2], elements[3] or {})
    if kind == _CALL_RESULT:
        return CallResult(elements[1], elements[2] or {})
    return CallError(elements[1], ErrorCode.of(elements[2]), elements[3], elements[4] or {})


def salvage(data: str | bytes) -> CallResult | CallError | Unreadable | None:
    """Read what can be read of an answer that `parse` refuses; None: it is no answer.

    The request that it answers is over whatever its shape (wire.md). A CALLRESULT of three
    elements with an object for a payload is an answer, and a CALLERROR one in any shape.
    """
    try:
        elements = load(data)
    except OcppError:
        elements = _head(data)
    kind, message_id, third = (*elements, None, None, None)[:3]
    if isinstance(message_id, int) and not isinstance(message_id, bool):
        message_id = str(message_id)
    # An integer names a type of message, and then not ours; anything else names none.
    is_other_type = type(kind) is int and kind not in (_CALL_RESULT, _CALL_ERROR)
    if not isinstance(message_id, str) or is_other_type:
        return None
    if type(kind) is int and kind == _CALL_ERROR:
        return _salvaged_error(message_id, elements)
    is_payload = third is None or isinstance(third, dict)
    if type(kind) is not int or len(elements) < 3 or not is_payload:
        return Unreadable(message_id)
    payload = harmless(third or {}, DEPTH_MAX)
    return (
        CallResult(message_id, payload) if len(elements) == 3 else Unreadable(message_id, payload)
    )


def call_id(text: str) -> str | None:
    """Read the message id of a CALL whose text is no JSON; None: it has none that can be used."""
    kind, message_id = (*_head(text), None, None)[:2]
    is_id = isinstance(message_id, str) and is_unicode(message_id)
    is_usable = kind == _CALL and is_id and 0 < len(message_id) <= MESSAGE_ID_LENGTH_MAX
    return message_id if is_usable else None


def _salvaged_error(message_id: str, elements: list[Any]) -> CallError:
    code, description, details = (*elements[2:], None, None, None)[:3]
    return CallError(
        message_id,
        ErrorCode.of(code) if isinstance(code, str) else ErrorCode.GENERIC_ERROR,
        harmless(description, 0) if isinstance(description, str) else "",
        harmless(details, DEPTH_MAX) if isinstance(details, dict) else {},
    )


_HEAD = re.compile(r'\s*\[\s*([234])\s*,\s*("(?:[^"\\]|\\.){0,200}"|-?\d{1,40})\s*[,\]]')


def _head(data: str | bytes) -> list[Any]:
    """Read the type and the id of a frame that is no JSON, or too deep to be read."""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else data
    found = _HEAD.match(text)
    try:
        # Three elements would be a CALLRESULT with an empty payload.
        return [int(found[1]), json.loads(found[2])] if found else []
    except ValueError:
        return []


_MESSAGE_ID = ("message id", str)
_SHAPES: Mapping[int, tuple[str, tuple[tuple[str, type], ...]]] = MappingProxyType(
    {
        _CALL: ("CALL", (_MESSAGE_ID, ("Action", str), ("payload", dict))),
        _CALL_RESULT: ("CALLRESULT", (_MESSAGE_ID, ("payload", dict))),
        _CALL_ERROR: (
            "CALLERROR",
            (_MESSAGE_ID, ("error code", str), ("description", str), ("details", dict)),
        ),
    }
)
"""Type of message -> its name and the elements that follow the type."""


def _message_id(elements: list[Any]) -> str:
    if len(elements) > 1 and isinstance(elements[1], str) and is_unicode(elements[1]):
        return elements[1]
    return UNREADABLE_ID


def shape_defect(elements: Sequence[Any]) -> str:
    """Say in words what keeps the elements from being a frame; empty when nothing does.

    A type of message that is a number, but none of the three, is no defect (J 4.1.3).
    """
    kind = elements[0] if elements else None
    if type(kind) is int and kind not in _SHAPES:
        return ""
    if type(kind) is not int:
        return "the first element must be the type of message, an integer"
    name, shape = _SHAPES[kind]
    if len(elements) != 1 + len(shape):
        return f"a {name} has {1 + len(shape)} elements, this has {len(elements)}"
    for element, (what, wanted) in zip(elements[1:], shape, strict=True):
        if wanted is str and not isinstance(element, str):
            return f"the {what} of a {name} must be a string"
        if wanted is dict and not (element is None or isinstance(element, dict)):
            return f"the {what} of a {name} must be an object"
    if len(elements[1]) > MESSAGE_ID_LENGTH_MAX:
        return f"the message id must have at most {MESSAGE_ID_LENGTH_MAX} characters"
    return ""


def _defect_within(elements: list[Any]) -> str:
    """Say in words what of the contents of a frame could not be walked through or written down."""
    if is_deeper_than(elements, DEPTH_MAX):
        return f"objects and lists must not be nested more than {DEPTH_MAX} deep"
    if not is_unicode(elements):
        return "text must be Unicode, without a lone surrogate"
    return ""

"""From JSON payloads to message models, and from their defects to CALLERROR codes.

Descriptions quote the values of enumerations, numbers and dates only, never free text: that may be
the AuthorizationKey.

The standard names ten codes and explains them with overlapping words; which one a defect gets is
our reading (wire.md), and it is one table (`_CODES`). A payload with several defects has one
answer, the code of the most basic of them, so that who mends one defect after the other goes from
structure to type to value and is never sent back.

A null is a defect that pydantic would let pass: an optional field that is null reads like one that
is not there, but on the wire it is another thing, and the schemas of the standard refuse it.
Payloads with a null are rare, so the text is searched for the word before the payload is walked
through.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from pydantic import ValidationError

from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.errors import UNREADABLE_ID, ErrorCode, OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.redaction import is_secret_key, shown_text

if TYPE_CHECKING:
    from pydantic import JsonValue
    from pydantic_core import ErrorDetails

_QUOTE_LENGTH_MAX = 60
_NULLS_MAX = 20
"""Named of one payload; a hostile one may have a million."""
_NULL = "is null; an unset field is left out"


def parse_request(
    action_name: str,
    payload: Mapping[str, JsonValue],
    message_id: str = UNREADABLE_ID,
    *,
    drops_foreign: bool = False,
) -> WireModel:
    """Return the request, or raise the OcppError that answers it.

    `drops_foreign` takes unknown fields and nulls for what is not there, as no standard does.
    """
    try:
        action = Action(action_name)
    except ValueError:
        action = None
    if action is None:
        raise OcppError(
            ErrorCode.NOT_IMPLEMENTED,
            f"there is no Action {quoted(action_name)} in OCPP 1.6",
            message_id=message_id,
        )
    model = SPEC[action].request
    if drops_foreign:
        with suppress(ValidationError):
            kept = model.model_validate(payload, by_alias=True, by_name=False, extra="ignore")
            payload = kept.to_payload()
    return _validate(model, payload, message_id, answerable=True)


def parse_response(
    action: Action, payload: Mapping[str, JsonValue], message_id: str = UNREADABLE_ID
) -> WireModel:
    """Return the response as the letter has it, or raise an OcppError that is not to be answered.

    For those who judge a peer; whoever needs an answer takes `answer.read_answer`.
    """
    return _validate(SPEC[action].response, payload, message_id, answerable=False)


class Defect(Struct, frozen=True):
    """One thing that is wrong with a payload."""

    kind: str
    """As pydantic names it; `null` where a field is null."""
    path: str
    """Where: `chargingSchedulePeriod[0].limit`."""
    code: ErrorCode
    words: str
    """What is wrong, with the place; free text of the peer's is never in it."""


def judge(
    model: type[WireModel], payload: Mapping[str, JsonValue]
) -> tuple[WireModel | None, tuple[Defect, ...]]:
    """Hold a payload against the letter; give the message where nothing is wrong, else all flaws.

    For those who judge what others have sent; a message to be answered goes to `parse_request`.
    """
    nulls = islice(_nulls(payload), _NULLS_MAX) if _may_hold_null(payload) else ()
    defects = tuple(
        Defect("null", path, ErrorCode.TYPE_CONSTRAINT_VIOLATION, f"{path} {_NULL}")
        for path in nulls
    )
    try:
        # The snake_case names are ours; on the wire they are unknown fields.
        message = model.model_validate(payload, by_alias=True, by_name=False)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    else:
        return (None, defects) if defects else (message, ())
    # Out here, so that nothing carries the values that it refuses.
    found = tuple(
        Defect(each["type"], path_of(each["loc"]), *defect_of(each))
        for each in errors
        if not is_consequence(each)
    )
    return None, found + defects


def _validate(
    model: type[WireModel],
    payload: Mapping[str, JsonValue],
    message_id: str,
    *,
    answerable: bool,
) -> WireModel:
    message, defects = judge(model, payload)
    if message is not None:
        return message
    worst = min(defects, key=lambda defect: _PRECEDENCE.index(defect.code))
    raise OcppError(worst.code, worst.words, message_id=message_id, answerable=answerable)


_PRECEDENCE = (
    ErrorCode.FORMATION_VIOLATION,
    ErrorCode.TYPE_CONSTRAINT_VIOLATION,
    ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
    ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
)
"""Of several defects the most basic one is reported: structure before type before value."""

_CODES: Mapping[str, ErrorCode] = MappingProxyType(
    {
        "missing": ErrorCode.FORMATION_VIOLATION,
        "extra_forbidden": ErrorCode.FORMATION_VIOLATION,
        "string_too_long": ErrorCode.TYPE_CONSTRAINT_VIOLATION,
        "too_short": ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
        "too_long": ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION,
        "enum": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "greater_than_equal": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "less_than_equal": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "string_pattern_mismatch": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "string_empty": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "string_unicode": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "decimal_value": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
        "date_time_value": ErrorCode.PROPERTY_CONSTRAINT_VIOLATION,
    }
)
"""Kind of defect -> code; every other kind is a wrong type."""


def is_consequence(error: ErrorDetails) -> bool:
    """Whether a list is only too short because its items were refused."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def defect_of(error: ErrorDetails) -> tuple[ErrorCode, str]:
    """Give the code of a defect, and the words that name it."""
    kind, value = error["type"], error["input"]
    if kind == "enum" and not isinstance(value, str):
        kind = "string_type"
    code = _CODES.get(kind, ErrorCode.TYPE_CONSTRAINT_VIOLATION)
    return code, _describe(kind, path_of(error["loc"]), error)


def _describe(kind: str, path: str, error: ErrorDetails) -> str:
    context, value = error.get("ctx", {}), error["input"]
    match kind:
        case "missing":
            return f"{path} is missing"
        case "extra_forbidden":
            return f"{path} is not a field of this message"
        case "string_too_long":
            most = count(context["max_length"], "character")
            return f"{path} must have at most {most}, has {len(value)}"
        case "too_short":
            return f"{path} must have at least {count(context['min_length'], 'entry', 'entries')}"
        case "enum":
            return f"{path} is {quoted(value)}, must be {context['expected']}"
        case "greater_than_equal" | "less_than_equal":
            return f"{path} is {quoted(value)}, must fit into 64 bits"
        case "string_pattern_mismatch":
            return f"{path} must be printable ASCII"
        case "decimal_value" | "date_time_value":
            return f"{path} is {quoted(value)}, {error['msg']}"
        case _:
            return f"{path} {_MUST_BE.get(kind, error['msg'])}"


_MUST_BE: Mapping[str, str] = MappingProxyType(
    {
        "int_type": "must be an integer",
        "bool_type": "must be true or false",
        "string_type": "must be a string",
        "string_unicode": "must be Unicode, without a lone surrogate",
        "tuple_type": "must be a list",
        "model_type": "must be an object",
    }
)


def path_of(location: tuple[str | int, ...]) -> str:
    """Write a place in a payload as `chargingSchedulePeriod[0].limit`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{cut_short(step)}" for step in location)
    return "".join(steps).removeprefix(".") or "the payload"


def quoted(value: object) -> str:
    """Write a value of the peer's as ASCII, cut to what still tells which one is meant."""
    return cut_short(value) if isinstance(value, int | float) else f'"{cut_short(value)}"'


def cut_short(value: object) -> str:
    """Write something of the peer's as ASCII, not much of it, and no secret."""
    text = str(value)
    if not is_secret_key(text):
        text = shown_text(text)
    ascii_text = json.dumps(text[: _QUOTE_LENGTH_MAX + 1])[1:-1]
    is_whole = len(text) <= _QUOTE_LENGTH_MAX and len(ascii_text) <= _QUOTE_LENGTH_MAX
    return ascii_text if is_whole else ascii_text[:_QUOTE_LENGTH_MAX] + "..."


def _may_hold_null(payload: Mapping[str, JsonValue]) -> bool:
    """Look for the word first: to walk through a payload takes ten times as long."""
    try:
        return b"null" in msgspec.json.encode(payload)
    except (ValueError, TypeError, RecursionError):
        return True


def _nulls(payload: Mapping[str, JsonValue]) -> Iterator[str]:
    """Name every null of a payload: an optional field is left out, it is never null."""
    waiting: list[tuple[tuple[str | int, ...], JsonValue]] = [((), dict(payload))]
    while waiting:
        location, value = waiting.pop()
        if value is None:
            yield path_of(location)
        elif isinstance(value, dict):
            waiting += [((*location, name), child) for name, child in value.items()]
        elif isinstance(value, list):
            waiting += [((*location, index), child) for index, child in enumerate(value)]

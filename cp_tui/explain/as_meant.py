"""A payload with flaws, read as far as it can be understood.

Its flaws are found and told elsewhere. What it says beside them must not be lost by them: a text
that is too long hides no status, and an unknown measurand no reading. A value that cannot be read
is left out, and where the rest would say something else without it, nothing is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from cp_tui.explain.payload import NUMBER_MAX
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.answer import Location, read_answer, reread
from cp_tui.ocpp.core import (
    BootNotificationRequest,
    StartTransactionResponse,
    StatusNotificationRequest,
)
from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.validation import is_consequence

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ROUNDS_MAX = 30
"""In each every field is mended once, and of each list one entry."""
TEXT_MAX = 500
"""Characters of a text that is longer than its field may be."""
ENTRIES_MAX = 1_000
"""Of a list that is mended; to look through a hostile one again and again would hold up others."""

_LOOSE = frozenset(
    {"sampledValue", "meterValue", "transactionData", "configurationKey", "unknownKey"}
)
"""Lists in which every entry says something by itself."""
_OF_LIMITS = frozenset({"csChargingProfiles", "chargingProfile", "chargingSchedule"})
"""What would limit otherwise if a part of it were left out."""
_TEXT_DEFECTS = frozenset({"string_too_long", "string_pattern_mismatch", "string_unicode"})
_NOTHING: Final = object()
"""In the place of a value: it is left out."""


class _Unreadable(Exception):
    """The rest would say something else."""


def as_meant(model: type[WireModel], payload: Mapping[str, Any]) -> WireModel | None:
    """Read a payload in which something is wrong; None: nothing of it is sure."""
    if model is StartTransactionResponse:
        # Whatever is said of the tag, the transaction has that id from now on.
        return read_answer(Action.START_TRANSACTION, payload)[0]
    texts: dict[str, str] = {}
    mended: Any = payload
    try:
        for _ in range(ROUNDS_MAX):
            try:
                message = model.model_validate(mended, by_alias=True, by_name=False, extra="ignore")
            except ValidationError as error:
                found = error.errors(include_url=False)
            else:
                return message.model_copy(update=texts) if texts else message
            for defect in found:
                if is_consequence(defect):
                    continue
                _keep_text(model, defect, texts)
                mended, has_moved = _mended(model, mended, defect)
                if has_moved:
                    break
    except _Unreadable:
        pass
    return None


def _keep_text(model: type[WireModel], defect: ErrorDetails, texts: dict[str, str]) -> None:
    """Keep what stands in a field of the message: of two tags that are cut, one may be neither."""
    location = defect["loc"]
    if defect["type"] in _TEXT_DEFECTS and len(location) == 1:
        name = next(name for name, each in model.model_fields.items() if each.alias == location[0])
        texts.setdefault(name, _as_unicode(defect["input"])[:TEXT_MAX])


def _as_unicode(text: str) -> str:
    return text.encode(errors="replace").decode()


def _mended(model: type[WireModel], payload: Any, defect: ErrorDetails) -> tuple[Any, bool]:
    """Give a payload with another value, or without it, in one place; say whether others moved."""
    location = defect["loc"]
    value = _value(model, payload, defect)
    if value is not _NOTHING:
        return _with(payload, location, value), False
    location = _to_leave_out(location, defect["type"] == "missing")
    return _with(payload, location, _NOTHING), isinstance(location[-1], int)


def _to_leave_out(location: Location, is_missing: bool) -> Location:
    """Give the least that can be left out where a value cannot be read, or is not there."""
    for depth in range(len(location) - 1, 0, -1):
        if isinstance(location[depth], int) and location[depth - 1] in _LOOSE:
            return location[: depth + 1]
    if not _OF_LIMITS.isdisjoint(location) and len(location) > 1:
        # What was asked for with a profile is asked for without it too.
        return location[:1]
    if is_missing:
        location = location[:-1]
    if not location or isinstance(location[-1], int):
        raise _Unreadable
    return location


def _value(model: type[WireModel], payload: Any, defect: ErrorDetails) -> Any:
    """Read a value as what it must mean."""
    value = defect["input"]
    match defect["type"]:
        case "missing":
            return _stand_in(model, payload, defect["loc"])
        case "string_too_long":
            return value[: defect["ctx"]["max_length"]]
        case "string_pattern_mismatch":
            return "".join(each if " " <= each <= "~" else "?" for each in value)
        case "string_unicode":
            return _as_unicode(value)
        case "decimal_value" | "decimal_type":
            return _limit(value)
        case "int_type" if isinstance(value, float) and abs(value) < NUMBER_MAX:
            return round(value)
        case "bool_type" if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower(), _NOTHING)
    read = reread(defect)
    if read is None and (model, defect["loc"]) == (StatusNotificationRequest, ("errorCode",)):
        # S 7.6: of an error that is none of the others.
        return ChargePointErrorCode.OTHER_ERROR
    return _NOTHING if read is None else read


def _stand_in(model: type[WireModel], payload: Any, location: Location) -> Any:
    """Give what stands for a required field without which the others say as much as before."""
    match model.__name__, location:
        case BootNotificationRequest.__name__, ("chargePointVendor" | "chargePointModel",):
            return ""
        case StatusNotificationRequest.__name__, ("errorCode",):
            is_faulted = payload.get("status") == ChargePointStatus.FAULTED
            code = ChargePointErrorCode
            return code.OTHER_ERROR if is_faulted else code.NO_ERROR
    return _NOTHING


def _limit(value: Any) -> Any:
    """Read a number of a schedule, to the tenth that the standard allows (S 7.14)."""
    try:
        return round(float(value), 1) if not isinstance(value, bool) else _NOTHING
    except (TypeError, ValueError, OverflowError):
        return _NOTHING


def _with(payload: Any, location: Location, value: Any) -> Any:
    """Give a copy in which another value stands in a place, or none any more."""
    step, *rest = location
    inner = _with(payload[step], tuple(rest), value) if rest else value
    if isinstance(payload, Mapping):
        others = {name: each for name, each in payload.items() if name != step}
        return others if inner is _NOTHING else {**others, step: inner}
    if len(payload) > ENTRIES_MAX:
        raise _Unreadable
    before, after = payload[: int(step)], payload[int(step) + 1 :]
    return [*before, *after] if inner is _NOTHING else [*before, inner, *after]

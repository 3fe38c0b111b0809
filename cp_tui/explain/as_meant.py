"""A payload with flaws, read as far as it can be understood.

Its flaws are found and told elsewhere. What it says beside them must not be lost by them: a text
that is too long hides no status, and an unknown measurand no reading. A value that cannot be read
is left out, and where the rest would say something else without it, nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
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
from cp_tui.ocpp.datatypes import (
    ChargePointErrorCode,
    ChargePointStatus,
    KeyValue,
    MeterValue,
    SampledValue,
)
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.validation import is_consequence

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

ROUNDS_MAX = 30
"""In each every field is mended once."""
TEXT_MAX = 500
"""Characters of a text that is longer than its field may be."""
ENTRIES_MAX = 1_000
"""Of a list that is mended; to look through a hostile one again and again would hold up others."""

_ENTRIES: Mapping[str | int, type[WireModel]] = MappingProxyType(
    {
        "sampledValue": SampledValue,
        "meterValue": MeterValue,
        "transactionData": MeterValue,
        "configurationKey": KeyValue,
    }
)
"""Lists in which every entry says something by itself."""
_NAMES = "unknownKey"
"""The list of which the same holds, and whose entries are texts."""
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
    try:
        message, _ = _settled(model, payload, texts)
    except _Unreadable:
        return None
    return message.model_copy(update=texts) if texts else message


def _settled(
    model: type[WireModel], payload: Any, texts: dict[str, str]
) -> tuple[WireModel, dict[str, Any]]:
    """Give the message, and the payload as the model takes it; raises `_Unreadable`."""
    for _ in range(ROUNDS_MAX):
        try:
            message = model.model_validate(payload, by_alias=True, by_name=False, extra="ignore")
        except ValidationError as error:
            found = error.errors(include_url=False)
        else:
            return message, payload
        for defect in found:
            if is_consequence(defect):
                continue
            if not defect["loc"]:
                raise _Unreadable
            place = _list_around(defect["loc"])
            if place is None:
                _keep_text(model, defect, texts)
                payload = _mended(model, payload, defect)
            else:
                payload = _with(payload, place, [*_entries(payload[place[0]], place[0])])
                break
    raise _Unreadable


def _list_around(location: Location) -> Location | None:
    """Give the list in an entry of which something is wrong; None: it is elsewhere."""
    return location[:1] if location[0] in _ENTRIES and len(location) > 1 else None


def _entries(entries: Any, name: str | int) -> Iterator[dict[str, Any]]:
    """Give the entries of a list as they can be read; all at once, for one may be as another."""
    if len(entries) > ENTRIES_MAX:
        raise _Unreadable
    for each in entries:
        with suppress(_Unreadable):
            yield _settled(_ENTRIES[name], each, {})[1]


def _keep_text(model: type[WireModel], defect: ErrorDetails, texts: dict[str, str]) -> None:
    """Keep what stands in a field of the message: of two tags that are cut, one may be neither."""
    location = defect["loc"]
    if defect["type"] in _TEXT_DEFECTS and len(location) == 1:
        name = next(name for name, each in model.model_fields.items() if each.alias == location[0])
        texts.setdefault(name, _as_unicode(defect["input"])[:TEXT_MAX])


def _as_unicode(text: str) -> str:
    return text.encode(errors="replace").decode()


def _mended(model: type[WireModel], payload: Any, defect: ErrorDetails) -> Any:
    """Give a payload with another value, or without it, in one place."""
    location = defect["loc"]
    value = _value(model, payload, defect)
    if value is not _NOTHING:
        return _with(payload, location, value)
    if model is SampledValue:
        # Without its unit or measurand a value is another one.
        raise _Unreadable
    return _with(payload, _to_leave_out(location, defect["type"] == "missing"), _NOTHING)


def _to_leave_out(location: Location, is_missing: bool) -> Location:
    """Give the least that can be left out where a value cannot be read, or is not there."""
    if not _OF_LIMITS.isdisjoint(location) and len(location) > 1:
        # What was asked for with a profile is asked for without it too.
        return location[:1]
    if is_missing:
        location = location[:-1]
    is_entry = bool(location) and isinstance(location[-1], int)
    if not location or (is_entry and location[0] != _NAMES):
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
    if rest and isinstance(payload, Mapping) and step not in payload:
        # It was left out already, for something else in it that is wrong.
        return payload
    inner = _with(payload[step], tuple(rest), value) if rest else value
    if isinstance(payload, Mapping):
        others = {name: each for name, each in payload.items() if name != step}
        return others if inner is _NOTHING else {**others, step: inner}
    if len(payload) > ENTRIES_MAX:
        raise _Unreadable
    before, after = payload[: int(step)], payload[int(step) + 1 :]
    return [*before, *after] if inner is _NOTHING else [*before, inner, *after]

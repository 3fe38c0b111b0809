"""The answers of a CSMS, read for what they hold.

Whatever is wrong with a CALLRESULT, the CSMS has processed the message: only a CALLERROR or silence
is a failure (S 3.7.1). So nothing here refuses an answer: what can be read is taken, what cannot is
left out or replaced, and each flaw is named in a sentence (wire.md). A text of an enumeration
counts in any case, everywhere: `accepted` is Accepted, and a flaw.

The strict reading is tried first, and nearly every answer ends there. The others are mended by what
pydantic says of them, round by round: a field of the wrong type is read as what it must mean, else
taken out; a required field that is missing then gets its fallback; and so on until the model takes
it. The bound on the rounds follows from that: three for a field, and three more for one within it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from copy import copy
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from cp_tui.ocpp.action import SPEC, Action
from cp_tui.ocpp.datatypes import IdTagInfo
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.validation import cut_short, defect_of, parse_response, path_of, quoted

if TYPE_CHECKING:
    from pydantic import JsonValue
    from pydantic_core import ErrorDetails

Location = tuple[str | int, ...]

FLAWS_MAX = 10
"""Sentences about one answer; one of a thousand fields has a thousand flaws."""
EXTRA_FIELDS_NAMED_MAX = 5
_ROUNDS_MAX = 6
"""A field is read, else taken out, else replaced: three rounds, and once more for one within."""
INTERVAL_S_MAX = 2**31 - 1
"""The longest interval of a BootNotification.conf that is taken: 68 years."""
_EXACT_MAX = 2**53
"""Up to here a JSON number with a point names one integer only."""

_Fallback = tuple["JsonValue", str]
"""What takes the place of a required field, and the words that say so."""

_REJECTED: _Fallback = ("Rejected", "it is taken as Rejected")
_TAG_STATUS: Location = ("idTagInfo", "status")
_FALLBACKS: Mapping[Location, _Fallback] = MappingProxyType(
    {
        ("idTagInfo",): ({}, "it says nothing about the tag"),
        _TAG_STATUS: ("Invalid", "it is taken as Invalid"),
        ("transactionId",): (None, "the transaction has no id, as if its start had been lost"),
        ("currentTime",): (None, "the clock stays as it is"),
        ("interval",): (None, "the interval stays our own"),
    }
)
_STATUS_FALLBACKS: Mapping[Action, _Fallback] = MappingProxyType(
    {
        Action.BOOT_NOTIFICATION: (None, "it is not taken as Accepted"),
        Action.DATA_TRANSFER: _REJECTED,
        Action.SIGN_CERTIFICATE: _REJECTED,
    }
)


def read_answer(
    action: Action, payload: Mapping[str, JsonValue]
) -> tuple[WireModel, tuple[str, ...]]:
    """Return the response to a request of the charge point, and what was wrong with it.

    Where a required field cannot be read, its fallback stands there: None, or for the status of a
    tag Invalid, and of a DataTransfer Rejected. Takes any payload that `frame` reads, and never
    raises.
    """
    flaws: tuple[str, ...] = ()
    try:
        response = parse_response(action, payload)
    except OcppError:
        response, flaws = _Reader(action, payload).read()
    return _without_absurd_interval(response, flaws)


def brings_id(action: Action | None, payload: Mapping[str, JsonValue]) -> bool:
    """Say whether a CALLRESULT with too many elements counts: else it is like a CALLERROR.

    Only a StartTransaction.conf does whose transactionId can be read. To start once more would give
    the same transaction a second id, and nobody would ever stop the first one; to repeat anything
    else does less harm than to believe half an answer (wire.md, S 3.7.1).
    """
    if action is not Action.START_TRANSACTION:
        return False
    response, _ = read_answer(action, payload)
    return getattr(response, "transaction_id", None) is not None


def _without_absurd_interval(
    response: WireModel, flaws: tuple[str, ...]
) -> tuple[WireModel, tuple[str, ...]]:
    """Take an interval that nobody can wait for as none; the schema has no range."""
    interval_s = vars(response).get("interval")
    if interval_s is None or 0 <= interval_s <= INTERVAL_S_MAX:
        return response, flaws
    _, words = _FALLBACKS["interval",]
    flaw = f"interval is {cut_short(interval_s)}, must be from 0 to {INTERVAL_S_MAX} s: {words}"
    return response.model_copy(update={"interval": None}), (*flaws, flaw)


class _Reader:
    """Mends a payload, defect by defect, until it is a response."""

    def __init__(self, action: Action, payload: Mapping[str, JsonValue]) -> None:
        self._action = action
        self._model = SPEC[action].response
        self._payload: dict[str, Any] = {
            name: dict(value) if isinstance(value, dict) else value
            for name, value in payload.items()
        }
        self._flaws: dict[Location, str] = {}
        self._extra: list[str] = []
        self._replaced: set[Location] = set()
        self._status_heard = ""

    def read(self) -> tuple[WireModel, tuple[str, ...]]:
        self._take_out_nulls((), self._payload)
        for _ in range(_ROUNDS_MAX):
            try:
                response = self._model.model_validate(self._payload, by_alias=True, by_name=False)
            except ValidationError as error:
                for details in error.errors(include_url=False):
                    self._mend(details)
            else:
                return self._without_invented_status(response), self._sentences()
        raise AssertionError(f"a {self._action}.conf is not mended")

    def _take_out_nulls(self, location: Location, values: dict[str, Any]) -> None:
        for name, value in list(values.items()):
            if value is None:
                del values[name]
                self._flaws[(*location, name)] = f"{path_of((*location, name))} is null"
            elif isinstance(value, dict):
                self._take_out_nulls((*location, name), value)

    def _mend(self, details: ErrorDetails) -> None:
        location, kind, value = details["loc"], details["type"], details["input"]
        parent = self._payload
        for step in location[:-1]:
            parent = parent[str(step)]
        name = str(location[-1])
        if kind == "extra_forbidden":
            del parent[name]
            self._extra.append(path_of(location))
            return
        _, defect = defect_of(details)
        if kind == "missing":
            value, words = self._fallback(location)
            parent[name] = copy(value)
            self._replaced.add(location)
            self._flaws[location] = f"{self._flaws.get(location, defect)}: {words}"
            return
        readable = None if location in self._flaws else reread(details)
        if readable is None:
            if location == _TAG_STATUS:
                self._status_heard = quoted(value)
            del parent[name]
            self._flaws.setdefault(location, defect)
        else:
            parent[name] = readable
            self._flaws[location] = f"{path_of(location)} is {_shown(value)}: it is read as " + (
                cut_short(readable)
            )

    def _fallback(self, location: Location) -> _Fallback:
        return _STATUS_FALLBACKS[self._action] if location == ("status",) else _FALLBACKS[location]

    def _without_invented_status(self, response: WireModel) -> WireModel:
        """Let `IdTagInfo.is_said` tell a status of the CSMS from one of our own."""
        info = getattr(response, "id_tag_info", None)
        if _TAG_STATUS not in self._replaced or not isinstance(info, IdTagInfo):
            return response
        known = {name: value for name, value in info if value is not None}
        invented = IdTagInfo.model_construct(_fields_set=set(known) - {"status"}, **known)
        invented._heard = self._status_heard
        return response.model_copy(update={"id_tag_info": invented})

    def _sentences(self) -> tuple[str, ...]:
        found = list(self._flaws.values())
        if self._extra:
            named = ", ".join(self._extra[:EXTRA_FIELDS_NAMED_MAX])
            more = len(self._extra) - EXTRA_FIELDS_NAMED_MAX
            rest = f" and {more} more" if more > 0 else ""
            found.append(f"not of this message, and ignored: {named}{rest}")
        if len(found) > FLAWS_MAX:
            found[FLAWS_MAX - 1 :] = [f"and {count(len(found) - FLAWS_MAX + 1, 'more flaw')}"]
        return tuple(found)


_INTEGER = re.compile(r"\s*[+-]?\d{1,19}\s*", re.ASCII)
_CHOICE = re.compile("'([^']*)'")


def reread(details: ErrorDetails) -> JsonValue:
    """Read a value of the wrong type or spelling as what it must mean; None: it means nothing."""
    value = details["input"]
    match details["type"]:
        case "int_type":
            return _integer(value)
        case "enum" if isinstance(value, str):
            choices = _CHOICE.findall(details["ctx"]["expected"])
            meant = [each for each in choices if each.lower() == value.strip().lower()]
            return meant[0] if meant else None
        case "date_time_value" if value != value.strip():
            return str(value.strip())
        case "string_type" if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        case "string_type" if details["loc"] == ("data",):
            # S 4.3: text without a form of its own; people put objects there.
            return json.dumps(value, ensure_ascii=False)
    return None


def _integer(value: object) -> int | None:
    match value:
        case str() if _INTEGER.fullmatch(value):
            return int(value)
        case float() if value.is_integer() and abs(value) <= _EXACT_MAX:
            return int(value)
    return None


def _shown(value: object) -> str:
    return quoted(value) if isinstance(value, str | int | float) else "no text"

"""The primitive field types of OCPP 1.6, as strict as JSON: an integer is no boolean and no 1.0.

Import them from `cp_tui.ocpp.datatypes`.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, TypeVar

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from cp_tui.ocpp.calendar import in_zone, later
from cp_tui.ocpp.printable import is_unicode

Integer = Annotated[int, Field(strict=True, ge=-(2**63), le=2**63 - 1)]
"""A JSON integer. The standard sets no range; the store holds signed 64 bit."""

Seconds = Annotated[Integer, Field(json_schema_extra={"unit": "s"})]
WattHours = Annotated[Integer, Field(json_schema_extra={"unit": "Wh"})]

Boolean = Annotated[bool, Strict()]

Item = TypeVar("Item")

Array = Annotated[tuple[Item, ...], Field(fail_fast=True)]
"""A JSON list. A hostile one may have a defect in each of a million items: the first will do."""

NonEmptyArray = Annotated[tuple[Item, ...], Field(fail_fast=True, min_length=1)]

# S 7: CiString holds printable ASCII only.
_PRINTABLE_ASCII = "^[ -~]*$"


def _to_unicode(text: str) -> str:
    if not is_unicode(text):
        raise PydanticCustomError("string_unicode", "must be Unicode")
    return text


def _to_filled(text: str) -> str:
    if not text:
        raise PydanticCustomError("string_empty", "must not be empty")
    return text


String = Annotated[str, Strict(), AfterValidator(_to_unicode)]
"""Any text. JSON can name lone surrogates, which neither the store nor a terminal can take."""
CiString20 = Annotated[str, StringConstraints(strict=True, max_length=20, pattern=_PRINTABLE_ASCII)]
CiString25 = Annotated[str, StringConstraints(strict=True, max_length=25, pattern=_PRINTABLE_ASCII)]
CiString50 = Annotated[str, StringConstraints(strict=True, max_length=50, pattern=_PRINTABLE_ASCII)]
CiString255 = Annotated[
    str, StringConstraints(strict=True, max_length=255, pattern=_PRINTABLE_ASCII)
]
CiString500 = Annotated[
    str, StringConstraints(strict=True, max_length=500, pattern=_PRINTABLE_ASCII)
]
String40 = Annotated[str, StringConstraints(strict=True, max_length=40)]
String50 = Annotated[str, StringConstraints(strict=True, max_length=50)]
String128 = Annotated[str, StringConstraints(strict=True, max_length=128)]
String255 = Annotated[str, StringConstraints(strict=True, max_length=255)]
String512 = Annotated[str, StringConstraints(strict=True, max_length=512)]
String800 = Annotated[str, StringConstraints(strict=True, max_length=800)]
FilledString800 = Annotated[String800, AfterValidator(_to_filled)]
"""A text that is no use without a character in it."""
String5500 = Annotated[str, StringConstraints(strict=True, max_length=5500)]
String10000 = Annotated[str, StringConstraints(strict=True, max_length=10_000)]

# ISO 8601 with date and time. Java leaves out seconds that are zero, so they are optional.
_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d+)?)?([Zz]|[+-]\d\d(:?\d\d)?)?", re.ASCII
)


_SECONDS = slice(16, 19)
"""Where the seconds of a date and time stand, with the colon before them."""


def parse_date_time(text: str) -> datetime:
    """Read an ISO 8601 instant as UTC; any fraction, any offset, no offset means UTC (S 3.14).

    What lies beyond an end of the calendar in UTC is that end, as in `calendar`.
    """
    if not _DATE_TIME.fullmatch(text):
        raise ValueError("not a date and time of ISO 8601")
    is_leap = text[_SECONDS] == ":60"
    usual = text[: _SECONDS.start] + ":59" + text[_SECONDS.stop :] if is_leap else text
    instant = datetime.fromisoformat(usual.upper())
    utc = in_zone(instant if instant.tzinfo else instant.replace(tzinfo=UTC), UTC)
    if not is_leap:
        return utc
    if (utc.hour, utc.minute) != (23, 59):
        raise ValueError("a leap second is the last one of a day in UTC")
    return later(utc, 1)


def format_date_time(instant: datetime) -> str:
    """Write an aware instant in UTC with `Z`, with milliseconds only where they are not zero."""
    utc = in_zone(instant, UTC).replace(tzinfo=None)
    has_milliseconds = utc.microsecond >= 1000
    return utc.isoformat(timespec="milliseconds" if has_milliseconds else "seconds") + "Z"


def _to_date_time(value: object) -> datetime:
    instant = _to_instant(value)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _to_instant(value: object) -> datetime:
    if isinstance(value, str):
        try:
            return parse_date_time(value)
        except ValueError:
            raise PydanticCustomError(
                "date_time_value", "must be a date and time such as 2026-01-05T08:00:00Z"
            ) from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return in_zone(value, UTC)
    raise PydanticCustomError("date_time_type", "must be text holding a date and time")


DateTime = Annotated[
    datetime,
    BeforeValidator(_to_date_time),
    PlainSerializer(format_date_time, return_type=str, when_used="json"),
]
"""An aware instant in UTC, in whole milliseconds: what is held is what is written and read back."""

DATE_TIME_FIELDS = frozenset(
    {
        *("timestamp", "currentTime", "expiryDate", "validFrom", "validTo", "startSchedule"),
        *("scheduleStart", "retrieveDate", "retrieveDateTime", "startTime", "stopTime"),
        *("oldestTimestamp", "latestTimestamp", "installDateTime"),
    }
)
"""Names of the fields of OCPP 1.6 and its security whitepaper that hold one."""

_TENTH = Decimal("0.1")
# Up to here a binary float, which is what most peers compute with, still tells tenths apart.
_LIMIT_MAX = Decimal(10) ** 14


def _to_limit(value: object) -> Decimal:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _limit_of(value)
    if isinstance(value, Decimal):
        return _tenths(value)
    raise PydanticCustomError("decimal_type", "must be a number")


# The limits of a schedule are few, and come again.
@lru_cache(1_024, typed=True)
def _limit_of(number: float) -> Decimal:
    # The shortest text that names a float is what the peer wrote: 8.1, not 8.0999999.
    return _tenths(Decimal(number if isinstance(number, int) else repr(number)))


def _tenths(number: Decimal) -> Decimal:
    if not number.is_finite() or abs(number) >= _LIMIT_MAX:
        raise PydanticCustomError("decimal_value", "must be a number below 10^14")
    tenths = number.quantize(_TENTH)
    if tenths != number:
        raise PydanticCustomError("decimal_value", "must have at most one decimal (S 7.14)")
    return tenths


@lru_cache(1_024)
def limit_number(limit: Decimal) -> int | float:
    """Give a limit as the number of JSON that it is on the wire."""
    whole = int(limit)
    return whole if whole == limit else float(limit)


Limit = Annotated[
    Decimal,
    BeforeValidator(_to_limit),
    PlainSerializer(limit_number, return_type=int | float, when_used="json"),
]
"""A charging rate with at most one decimal, exact."""

Rate = Annotated[Limit, Field(json_schema_extra={"unit": "A or W"})]
"""A limit in the unit that its schedule names."""

"""Times without their zone: each that a charge point sends, and nothing else of a frame."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from cp_tui.ocpp.action import SPEC, RequestDirection
from cp_tui.ocpp.local_time import FIELDS_WITH_TIME, without_offset

BERLIN = ZoneInfo("Europe/Berlin")


def instants(model: type[BaseModel]) -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        waiting: list[Any] = [field.annotation]
        while waiting:
            kind = waiting.pop()
            waiting += get_args(kind)
            if kind is datetime:
                found.add(field.alias or name)
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= instants(kind)
    return found


def test_the_fields_are_those_of_what_a_charge_point_sends() -> None:
    sent: set[str] = set()
    for spec in SPEC.values():
        if spec.direction is not RequestDirection.TO_CHARGE_POINT:
            sent |= instants(spec.request)
        if spec.direction is not RequestDirection.TO_CSMS:
            sent |= instants(spec.response)
    assert sent == set(FIELDS_WITH_TIME)


def test_a_time_is_that_of_the_wall_in_summer_and_winter() -> None:
    written = '{"timestamp":"2026-07-01T12:00:00Z","b":{"timestamp":"2026-01-01T12:00:00.250Z"}}'
    assert without_offset(written, BERLIN) == (
        '{"timestamp":"2026-07-01T14:00:00","b":{"timestamp":"2026-01-01T13:00:00.250"}}'
    )


def test_a_text_that_looks_like_a_field_stays() -> None:
    written = r'[2,"a","DataTransfer",{"data":"{\"timestamp\":\"2026-07-01T12:00:00Z\"}"}]'
    assert without_offset(written, BERLIN) == written

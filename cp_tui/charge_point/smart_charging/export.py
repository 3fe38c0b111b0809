"""Composite schedules as files: JSON for programs, CSV for spreadsheets. Text comes out, no file.

Instants are ISO 8601 in UTC; limits stand in the unit of their schedule.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import TYPE_CHECKING

from cp_tui.charge_point.smart_charging.schedule import (
    CompositePeriod,
    CompositeSchedule,
    LimitSource,
)
from cp_tui.ocpp.datatypes import format_date_time

if TYPE_CHECKING:
    from pydantic import JsonValue

CSV_COLUMNS = (
    "connector_id",
    "start",
    "end",
    "limit",
    "unit",
    "number_phases",
    "is_hypothetical",
    "source",
    "profile_id",
    "conversion",
    "losers",
)


def to_json(schedules: Iterable[CompositeSchedule]) -> str:
    """Write schedules as a JSON list, one object per connector."""
    return json.dumps([_schedule(each) for each in schedules], indent=2) + "\n"


def to_csv(schedules: Iterable[CompositeSchedule]) -> str:
    """Write schedules as CSV with a header, one line per period."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for schedule in schedules:
        writer.writerows(_rows(schedule))
    return out.getvalue()


def _schedule(schedule: CompositeSchedule) -> dict[str, JsonValue]:
    return {
        "connector_id": schedule.connector_id,
        "start": format_date_time(schedule.start),
        "duration_s": schedule.duration_s,
        "unit": schedule.unit.value,
        "is_truncated": schedule.is_truncated,
        "periods": [_period(each) for each in schedule.periods],
    }


def _period(period: CompositePeriod) -> dict[str, JsonValue]:
    source = period.source
    return {
        "start": format_date_time(period.start),
        "end": format_date_time(period.end),
        "limit": float(period.limit),
        "number_phases": period.number_phases,
        "is_hypothetical": source.is_hypothetical,
        "source": source.sentence,
        "profile_id": _profile_id(source),
        "conversion": source.conversion,
        "losers": [each.sentence for each in source.losers],
    }


def _rows(schedule: CompositeSchedule) -> Iterator[tuple[object, ...]]:
    for period in schedule.periods:
        source = period.source
        yield (
            schedule.connector_id,
            format_date_time(period.start),
            format_date_time(period.end),
            f"{period.limit:.1f}",
            schedule.unit.value,
            period.number_phases,
            "true" if source.is_hypothetical else "false",
            source.sentence,
            _profile_id(source),
            source.conversion,
            "; ".join(each.sentence for each in source.losers),
        )


def _profile_id(source: LimitSource) -> int | None:
    return None if source.winner is None else source.winner.profile_id

"""Dates, decimals and text on their way in and out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from pydantic import ValidationError

from cp_tui.charge_point.codec import decode, encode
from cp_tui.ocpp.action import SPEC
from cp_tui.ocpp.calendar import FIRST, LAST
from cp_tui.ocpp.core import (
    ChangeConfigurationRequest,
    DataTransferRequest,
    GetConfigurationRequest,
    HeartbeatResponse,
    StartTransactionRequest,
)
from cp_tui.ocpp.datatypes import (
    DATE_TIME_FIELDS,
    ChargingSchedulePeriod,
    format_date_time,
    parse_date_time,
)

EIGHT = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-01-05T08:00:00Z", EIGHT),
        ("2026-01-05T08:00:00", EIGHT),
        ("2026-01-05T08:00:00z", EIGHT),
        ("2026-01-05t08:00:00Z", EIGHT),
        ("2026-01-05 08:00:00Z", EIGHT),
        ("2026-01-05T08:00Z", EIGHT),
        ("2026-01-05T08:00:00.0000000000000Z", EIGHT),
        ("2026-01-05T08:00:00,5Z", EIGHT + timedelta(milliseconds=500)),
        ("2026-01-05T08:00:00.123456789Z", EIGHT + timedelta(microseconds=123_456)),
        ("2026-01-05T10:00:00+02:00", EIGHT),
        ("2026-01-05T10:00:00+0200", EIGHT),
        ("2026-01-05T10:00:00+02", EIGHT),
        ("2026-01-05T02:30:00.000-05:30", EIGHT),
    ],
)
def test_any_fraction_and_offset_is_read_as_utc(text: str, instant: datetime) -> None:
    """S 3.14, S 3.15; no offset means UTC."""
    assert parse_date_time(text) == instant
    held = HeartbeatResponse.model_validate({"currentTime": text})
    assert held.current_time == instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@pytest.mark.parametrize(
    "instant",
    [
        "9999-12-31T23:59:59.9999999Z",
        "0001-01-01T00:00:00.000001Z",
        datetime.max.replace(tzinfo=UTC),
        EIGHT + timedelta(microseconds=1_999),
    ],
)
def test_an_instant_is_held_as_it_is_written(instant: str | datetime) -> None:
    held = HeartbeatResponse.model_validate({"currentTime": instant})
    assert decode(HeartbeatResponse, encode(held).decode()) == held


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("0001-01-01T00:00:00+14:00", FIRST),
        ("0001-01-01T00:00:00.5+00:01", FIRST),
        ("0001-01-01T13:59:59+14:00", FIRST),
        ("0001-01-01T14:00:00+14:00", FIRST),
        ("9999-12-31T23:59:59-14:00", LAST),
        ("9999-12-31T23:59:59-0001", LAST),
        ("9999-12-31T10:00:00-14", LAST),
        ("9999-12-31T23:59:60Z", LAST),
    ],
)
def test_an_instant_beyond_the_calendar_is_its_end(text: str, instant: datetime) -> None:
    assert parse_date_time(text) == instant
    read = HeartbeatResponse.model_validate({"currentTime": text}).current_time
    assert read == instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@pytest.mark.parametrize(
    "text", ["2016-12-31T23:59:60Z", "2016-12-31T18:59:60-05:00", "2017-01-01T05:29:60,0+05:30"]
)
def test_a_leap_second_is_an_instant(text: str) -> None:
    """RFC 3339, section 5.7."""
    assert parse_date_time(text) == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-01-05",
        "20260105T080000Z",
        "2026-W01-1T08:00:00Z",
        "2026-01-05T08Z",
        "2026-02-30T08:00:00Z",
        "2026-01-05T25:00:00Z",
        "2026-01-05T08:00:00+25:00",
        "2026-01-05T08:00:00.Z",
        "0000-01-05T08:00:00Z",
        "2026-01-05T08:00:60Z",
        "2026-01-05T23:59:60+01:00",
        "2026-01-05T23:59:61Z",
        " 2026-01-05T08:00:00Z",
        "2026-01-05T08:00:00Z\n",
        "２０２６-01-05T08:00:00Z",
    ],
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date_time(text)
    with pytest.raises(ValidationError):
        HeartbeatResponse.model_validate({"currentTime": text})


def test_instants_are_sent_in_utc_with_milliseconds_only_where_there_are_some() -> None:
    assert format_date_time(EIGHT) == "2026-01-05T08:00:00Z"
    assert format_date_time(EIGHT + timedelta(microseconds=999)) == "2026-01-05T08:00:00Z"
    assert format_date_time(EIGHT + timedelta(milliseconds=20)) == "2026-01-05T08:00:00.020Z"
    kathmandu = timezone(timedelta(hours=5, minutes=45))
    assert format_date_time(EIGHT.astimezone(kathmandu)) == "2026-01-05T08:00:00Z"


def test_the_fields_that_hold_an_instant_are_known_by_name() -> None:
    held: set[str] = set()

    def look(schema: object) -> None:
        for name, child in schema.items() if isinstance(schema, dict) else ():
            kinds = [child, *child.get("anyOf", ())] if isinstance(child, dict) else ()
            if any(kind.get("format") == "date-time" for kind in kinds):
                held.add(name)
            look(child)

    for spec in SPEC.values():
        look(spec.request.model_json_schema())
        look(spec.response.model_json_schema())
    assert held == DATE_TIME_FIELDS


def test_an_instant_without_time_zone_is_a_bug_of_ours_and_refused() -> None:
    with pytest.raises(ValidationError):
        HeartbeatResponse(current_time=datetime(2026, 1, 5, 8))


@pytest.mark.parametrize("number", [8.1, 21.4, 0.1, 0.3, 6000.5, 1e13 + 0.1])
def test_a_binary_float_with_one_decimal_is_exact(number: float) -> None:
    period = ChargingSchedulePeriod(start_period=0, limit=number)
    assert period.limit == Decimal(repr(number))
    assert period.to_payload()["limit"] == number


@pytest.mark.parametrize(
    ("limit", "sent"),
    [(Decimal("16.00"), 16), (Decimal("1E+1"), 10), (Decimal("-0.5"), -0.5), (7, 7), (16.0, 16)],
)
def test_a_limit_is_sent_as_number_with_at_most_one_decimal(
    limit: Decimal | float, sent: float
) -> None:
    payload = ChargingSchedulePeriod(start_period=0, limit=limit).to_payload()
    assert payload == {"startPeriod": 0, "limit": sent}
    assert type(payload["limit"]) is type(sent)


@pytest.mark.parametrize(
    "limit",
    [
        8.15,
        Decimal("0.01"),
        Decimal("1E-999999"),
        Decimal("1E+999999"),
        10**14,
        pytest.param(10**5000, id="5001 digits"),
        float("inf"),
        float("nan"),
        Decimal("NaN"),
        Decimal("sNaN"),
        "8.1",
        True,
        None,
        [],
    ],
)
def test_what_is_no_limit_is_refused(limit: object) -> None:
    with pytest.raises(ValidationError):
        ChargingSchedulePeriod.model_validate({"startPeriod": 0, "limit": limit})


@pytest.mark.parametrize("value", [True, 1.0, "1", Decimal(1), 2**63, None])
def test_an_integer_is_a_json_integer_of_64_bits(value: object) -> None:
    with pytest.raises(ValidationError):
        ChargingSchedulePeriod.model_validate({"startPeriod": value, "limit": 1})


def test_text_that_is_no_unicode_is_refused() -> None:
    with pytest.raises(ValidationError):
        DataTransferRequest(vendor_id="com.example", data="\ud800")


def test_unset_fields_are_not_sent() -> None:
    assert GetConfigurationRequest().to_payload() == {}
    assert GetConfigurationRequest(key=[]).to_payload() == {"key": []}
    start = StartTransactionRequest(connector_id=1, id_tag="A", meter_start=0, timestamp=EIGHT)
    assert start.to_payload() == {
        "connectorId": 1,
        "idTag": "A",
        "meterStart": 0,
        "timestamp": "2026-01-05T08:00:00Z",
    }


def test_a_model_survives_the_store() -> None:
    period = ChargingSchedulePeriod(start_period=3, limit=Decimal("8.1"))
    assert decode(ChargingSchedulePeriod, encode(period).decode()) == period


def test_a_key_that_may_be_secret_is_in_no_repr_and_in_no_error() -> None:
    request = ChangeConfigurationRequest(key="AuthorizationKey", value="correct horse battery")
    assert "horse" not in repr(request)
    assert "horse" not in str(request)
    with pytest.raises(ValidationError) as caught:
        ChangeConfigurationRequest(key="AuthorizationKey", value="correct horse " * 50)
    assert "horse" not in str(caught.value)

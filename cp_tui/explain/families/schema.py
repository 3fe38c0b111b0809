"""Payloads against the schemas of the standard, and against the words beside them (S 6, S 7)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from cp_tui.explain.catalogue import found
from cp_tui.explain.exchange import Half, shown_action
from cp_tui.explain.families.ranges import out_of_range
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding
from cp_tui.explain.known import Known
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import MeterValuesRequest, StopTransactionRequest
from cp_tui.ocpp.datatypes import DATE_TIME_FIELDS, MeterValue, ValueFormat
from cp_tui.ocpp.errors import ErrorCode
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.validation import Defect, path_of, quoted
from cp_tui.traces.record import Record, RecordKind

_IDS: Mapping[str, str] = MappingProxyType(
    {
        "missing": "schema.missing_field",
        "extra_forbidden": "schema.unknown_field",
        "string_too_long": "schema.too_long",
        "enum": "schema.not_in_enum",
        "too_short": "schema.list_count",
        "too_long": "schema.list_count",
        "string_pattern_mismatch": "schema.bad_character",
        "string_unicode": "schema.bad_character",
        "null": "schema.null_value",
        "date_time_value": "schema.bad_time",
        "greater_than_equal": "schema.out_of_range",
        "less_than_equal": "schema.out_of_range",
        "decimal_value": "schema.out_of_range",
        "string_empty": "schema.out_of_range",
    }
)
"""Kind of defect -> id; every other kind is a wrong type."""

_NEEDS_EXACT = frozenset({"schema.null_value", "schema.wrong_type"})
"""A log that writes the frame anew may have made these itself."""
_MAY_BE_MASK = frozenset({"schema.wrong_type", "schema.not_in_enum", "schema.bad_time"})
"""What a mask in the place of a value looks like."""

_ZONELESS = re.compile(r'"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,12})?)?"')
_DECIMAL = re.compile(r"[+-]?(?:\d{1,60}(?:\.\d{0,60})?|\.\d{1,60})")
NODES_MAX = 100_000
"""Values of one payload that are looked through."""


class SchemaRules(Family):
    """Every payload by itself."""

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        if record.is_truncated or known.file.is_damaged:
            return
        exchange = known.exchange
        if record.kind is RecordKind.CALL:
            if exchange.action is None and record.action and not known.file.has_other_protocol:
                yield _unknown_action(record)
            half, name = exchange.call, f"{record.action}.req"
        elif record.kind is RecordKind.CALL_RESULT and exchange.call is not None:
            if known.calls.is_shared(record.pair):
                return
            half, name = exchange.answer, f"{record.action}.conf"
        else:
            return
        if half is None or exchange.action is None:
            return
        if half.defects:
            yield from _defects(half, name)
        payload = record.frame.payload if record.frame else None
        if not payload:
            return
        yield from _zoneless(record, name)
        if half.message is not None:
            yield from _beyond_schema(half.record, half.message, name)


def _unknown_action(record: Record) -> Finding:
    meant = next((each for each in Action if each.lower() == record.action.lower()), None)
    hint = f" {meant} is written so." if meant else ""
    return found(
        "schema.unknown_action",
        f"OCPP 1.6 has no action {shown_action(record)}.{hint}",
        record,
        matter=shown_action(record),
    )


def _defects(half: Half, name: str) -> Iterator[Finding]:
    nulls = {defect.path for defect in half.defects if defect.kind == "null"}
    for defect in half.defects:
        id_ = _id_of(defect)
        if defect.kind != "null" and defect.path in nulls:
            continue
        is_of_mask = id_ in _MAY_BE_MASK and half.record.is_masked
        is_of_log = id_ in _NEEDS_EXACT and not half.record.is_raw_exact
        if is_of_mask or (is_of_log and half.message is not None):
            continue
        words = " The log writes frames anew; what cannot be read may be of its making."
        yield found(
            "log.unread" if is_of_log else id_,
            f"{name}: {defect.words}.{words if is_of_log else ''}",
            half.record,
            effect=_effect(name, defect.path, id_),
            matter=f"{name} {re.sub('[0-9]+', '', defect.path)}",
            values={"message": name, "field": defect.path},
        )


def _id_of(defect: Defect) -> str:
    if defect.kind == "enum" and defect.code is ErrorCode.TYPE_CONSTRAINT_VIOLATION:
        return "schema.wrong_type"
    return _IDS.get(defect.kind, "schema.wrong_type")


def _effect(name: str, path: str, id_: str) -> str:
    if (name, path, id_) == ("BootNotification.conf", "interval", "schema.missing_field"):
        return "The charge point cannot know when to send Heartbeat."
    if (name, path) == ("BootNotification.conf", "heartbeatInterval"):
        return "That is the field of OCPP 1.5; in 1.6 it is interval."
    return ""


def _zoneless(record: Record, name: str) -> Iterator[Finding]:
    if not _ZONELESS.search(record.raw) or record.frame is None:
        return
    for path, text in _times_in(record.frame.payload):
        if _ZONELESS.fullmatch(f'"{text}"'):
            yield found(
                "schema.time_without_zone",
                f"{name}: {path} is {quoted(text)}, with neither Z nor an offset; S 3.14 advises"
                " UTC, and whoever reads it has to guess.",
                record,
                matter=f"{name} {re.sub('[0-9]+', '', path)}",
            )
            return


def _times_in(payload: object) -> Iterator[tuple[str, str]]:
    """Give the texts in the fields for times, with their places."""
    waiting: list[tuple[tuple[str | int, ...], object]] = [((), payload)]
    for _ in range(NODES_MAX):
        if not waiting:
            return
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [((*place, name), child) for name, child in value.items()]
        elif isinstance(value, list):
            waiting += [((*place, index), child) for index, child in enumerate(value)]
        elif isinstance(value, str) and place and place[-1] in DATE_TIME_FIELDS:
            yield path_of(place), value


def _beyond_schema(record: Record, message: WireModel, name: str) -> Iterator[Finding]:
    for path, value, wanted in out_of_range(message):
        yield found(
            "schema.out_of_range",
            f"{name}: {path} is {value}, must be {wanted}.",
            record,
            matter=f"{name} {path}",
        )
    for values in _meter_values(message):
        for sampled in values.sampled_value:
            is_raw = sampled.format is not ValueFormat.SIGNED_DATA
            if is_raw and not record.is_masked and not _DECIMAL.fullmatch(sampled.value):
                yield found(
                    "schema.value_not_decimal",
                    f"{name}: the value {quoted(sampled.value)} of"
                    f" {sampled.measurand or 'the register'} is no plain decimal number.",
                    record,
                    matter=f"{name} {sampled.measurand}",
                )


def _meter_values(message: WireModel) -> tuple[MeterValue, ...]:
    match message:
        case MeterValuesRequest(meter_value=values):
            return values
        case StopTransactionRequest(transaction_data=tuple(values)):
            return values
    return ()

"""What a log tells of a charge point and its CSMS, gathered before our own lives through it."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from cp_tui.explain.survey import CONNECTOR_MAX
from cp_tui.ocpp.action import Action
from cp_tui.traces.record import FrameDirection, Record, RecordKind

KEPT_MAX = 200_000
"""Answers and verdicts that are kept."""
_ACCEPTED: Mapping[str, Any] = {"status": "Accepted"}


class Lookahead:
    """Answers by their requests, verdicts by their tags, and what the charge point says it is."""

    def __init__(self) -> None:
        self._answers: dict[int, Mapping[str, Any] | str] = {}
        """Number of a CALL -> the payload of its answer, or the code of a CALLERROR."""
        self._tags: dict[tuple[str | None, str], Mapping[str, Any]] = {}
        self._calls: dict[int, str] = {}
        """Number of an Authorize or StartTransaction -> its tag."""
        self._starts: defaultdict[tuple[str | None, int], list[tuple[int, int]]]
        self._starts = defaultdict(list)
        """Charge point and connector -> place and number of its StartTransactions."""
        self._connectors: defaultdict[str | None, int] = defaultdict(lambda: 1)
        self._keys: defaultdict[str | None, dict[str, str]] = defaultdict(dict)

    def add(self, record: Record) -> None:
        """Take in the next record."""
        frame = record.frame
        if frame is None or record.truncated or len(self._answers) >= KEPT_MAX:
            return
        payload = frame.payload if isinstance(frame.payload, dict) else {}
        if record.kind is RecordKind.CALL:
            self._called(record, payload)
        elif record.pair is not None and record.pair not in self._answers:
            is_error = record.kind is RecordKind.CALL_ERROR
            self._answers[record.pair] = frame.code if is_error else payload
            self._answered(record, record.pair, payload)

    def _called(self, record: Record, payload: Mapping[str, Any]) -> None:
        connector = payload.get("connectorId")
        if type(connector) is int and 0 < connector <= CONNECTOR_MAX:
            is_own = record.direction is FrameDirection.TO_CSMS
            if is_own:
                known = self._connectors[record.charger]
                self._connectors[record.charger] = max(known, connector)
            if is_own and record.action == Action.START_TRANSACTION:
                self._starts[record.charger, connector].append((record.place, record.number))
        if record.action in (Action.AUTHORIZE, Action.START_TRANSACTION):
            self._calls[record.number] = str(payload.get("idTag"))

    def _answered(self, record: Record, call: int, payload: Mapping[str, Any]) -> None:
        info = payload.get("idTagInfo")
        tag = self._calls.get(call)
        if tag is not None and isinstance(info, dict):
            self._tags[record.charger, tag.lower()] = info
        if record.action == Action.GET_CONFIGURATION:
            self._configured(record.charger, payload)

    def _configured(self, charger: str | None, payload: Mapping[str, Any]) -> None:
        listed = payload.get("configurationKey")
        for each in listed if isinstance(listed, list) else ():
            name = each.get("key") if isinstance(each, dict) else None
            value = each.get("value") if isinstance(each, dict) else None
            if isinstance(name, str) and isinstance(value, str):
                # What was told first is nearest to what held at the begin.
                self._keys[charger].setdefault(name, value)

    def connectors(self, charger: str | None) -> int:
        """How many connectors it says to have, or names."""
        told = self._keys[charger].get("NumberOfConnectors", "")
        return int(told) if told.isdigit() and int(told) > 0 else self._connectors[charger]

    def keys(self, charger: str | None) -> Mapping[str, str]:
        """Its configuration, as it was told first."""
        return self._keys[charger]

    def answer(self, call: int) -> Mapping[str, Any] | str | None:
        """What was answered to a CALL: the payload, or the code of a CALLERROR; None: nothing."""
        return self._answers.get(call)

    def verdict(self, charger: str | None, tag: str) -> Mapping[str, Any]:
        """What the CSMS said of a tag."""
        return self._tags.get((charger, tag.lower()), _ACCEPTED)

    def transaction_id(self, charger: str | None, connector: int, since: int) -> int:
        """What the CSMS calls the next transaction of a connector, from this place on; 0: none.

        Ours may begin before the real one told of it: a remote start needs no record of that.
        """
        starts = self._starts[charger, connector]
        at = bisect_left(starts, (since, 0))
        answer = self._answers.get(starts[at][1]) if at < len(starts) else None
        found = answer.get("transactionId") if isinstance(answer, Mapping) else None
        return found if type(found) is int else 0

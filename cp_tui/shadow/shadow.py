"""A charge point of ours that lives through a log in virtual time, beside the real one.

It is given what the log tells: each request of the CSMS, the cables and tags that the messages of
the real one speak of, and the CSMS's answers. Where it answers a request otherwise, both answers
stand side by side, with our reason. What the log does not tell (what was installed before it, what
the hardware can) it does not know either, so another answer is no fault of anybody by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from cp_tui.charge_point.described import DESCRIBING_KEYS
from cp_tui.charge_point.smart_charging.conversion import limit_text
from cp_tui.charge_point.variables import Direction, MessageKind, MessageRecord
from cp_tui.engine.errors import CommandError
from cp_tui.explain.exchange import action_named
from cp_tui.explain.families.composite import difference
from cp_tui.explain.live import LiveExplainer
from cp_tui.explain.payload import fields, integer, text
from cp_tui.explain.survey import connector_in
from cp_tui.library.messages import Messages
from cp_tui.library.virtual_charger import BEGIN, VirtualCharger
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.configuration_key import STANDARD_KEYS
from cp_tui.ocpp.errors import OcppError
from cp_tui.ocpp.redaction import is_secret_key
from cp_tui.ocpp.smart_charging import GetCompositeScheduleRequest, GetCompositeScheduleResponse
from cp_tui.ocpp.validation import parse_request, parse_response
from cp_tui.settings.problem import SettingsError
from cp_tui.shadow.answer import OtherAnswer
from cp_tui.shadow.lookahead import COMPARED, Lookahead
from cp_tui.traces.record import FrameDirection, Record, RecordKind

PAUSE_MAX_S = 7 * 86_400.0
STEP_S = 1.0
"""Between two frames of a log without times."""
INTERVAL_S = 300
"""Between heartbeats, where BootNotification.conf tells no other."""
CONNECTORS_MAX = 100
SHADOWS_MAX = 100
"""Charge points of ours that live at once; what is asked of one more is not compared."""
MESSAGES_MAX = 100
"""Of its frames each remembers so many: enough for the answer that it has just given."""
_STANDARD = frozenset(spec.name for spec in STANDARD_KEYS)


def other_answers(records: Iterable[Record]) -> Iterator[OtherAnswer]:
    """Give the requests of a log that we would have answered otherwise; it is walked twice."""
    ahead = Lookahead()
    for record in records:
        ahead.add(record)
    shadows = Shadows(ahead)
    for record in records:
        yield from shadows.take(record)


class Shadows:
    """One of ours for each charge point of a log, for as long as something is asked of it."""

    def __init__(self, ahead: Lookahead) -> None:
        """`ahead` has looked through the log."""
        self._ahead = ahead
        self._living: dict[str | None, Shadow] = {}

    def take(self, record: Record) -> Iterator[OtherAnswer]:
        """Live through the next record of the log."""
        charger = record.charger
        shadow = self._living.get(charger)
        if not self._ahead.is_asked(charger, record.place):
            if shadow is not None and record.number:
                del self._living[charger]
        elif shadow is not None:
            yield from shadow.take(record)
        elif _is_accepted(record) and len(self._living) < SHADOWS_MAX:
            # Before that nobody knows in which state it is.
            self._living[charger] = Shadow(record, self._ahead)


def _is_accepted(record: Record) -> bool:
    """Whether the CSMS accepts a charge point that has booted."""
    frame = record.frame
    return (
        record.kind is RecordKind.CALL_RESULT
        and frame is not None
        and frame.action == Action.BOOT_NOTIFICATION
        and text(frame.payload, "status") == "Accepted"
    )


class Shadow:
    """Our charge point in the place of one of the log."""

    def __init__(self, accepted: Record, ahead: Lookahead) -> None:
        self._charger = accepted.charger
        self._ahead = ahead
        self._at = accepted.at
        self._has_reset = False
        self._plugged: set[int] = set()
        self._place = accepted.place
        """Of the record in hand."""
        told_s = integer(accepted.frame.payload if accepted.frame else None, "interval")
        self._interval_s = told_s if told_s and told_s > 0 else INTERVAL_S
        begin = accepted.at or BEGIN
        # Ours asks for the time while it is made, when there is nothing yet to ask.
        self._now: Callable[[], datetime] = lambda: begin
        self._ours = self._made(begin)
        self._now = lambda: self._ours.now
        self._ours.messages = Messages(MESSAGES_MAX)
        self._ours.after(seconds=5)
        self._told = LiveExplainer(self._charger)
        """What the log tells of the real one: its schedules follow from what that accepted."""

    def take(self, record: Record) -> Iterator[OtherAnswer]:
        """Live through a record of the log."""
        if self._ahead.is_schedule_asked(self._charger, record.place):
            self._told.learn(record)
        frame = record.frame
        if frame is None or record.is_truncated or record.kind is not RecordKind.CALL:
            return
        payload = fields(frame.payload)
        self._place = record.place
        self._let_pass(record)
        if record.direction is FrameDirection.TO_CSMS:
            # What the body cannot do now (a cable that is in already) is no matter here.
            with suppress(CommandError):
                self._act(frame.action, payload)
        elif record.direction is FrameDirection.TO_CHARGE_POINT:
            yield from self._asked(record, frame.action, payload)

    def _made(self, start: datetime) -> VirtualCharger:
        number = self._ahead.connectors(self._charger)
        keys = {
            name: value
            for name, value in self._ahead.keys(self._charger).items()
            if name in _STANDARD and not is_secret_key(name)
        }
        for given in (keys, _describing(keys), {}):
            with suppress(SettingsError):
                return VirtualCharger(
                    connectors=min(max(1, number), CONNECTORS_MAX),
                    csms=self._csms,
                    keys=given,
                    start=start,
                )
        raise AssertionError("without keys every charge point can be made")

    def _let_pass(self, record: Record) -> None:
        seconds = STEP_S
        if record.at is not None:
            seconds = 0.0 if self._at is None else (record.at - self._at).total_seconds()
            self._at = record.at
        self._ours.after(seconds=min(max(seconds, 0.0), PAUSE_MAX_S))

    def _csms(self, action: str, payload: Mapping[str, Any]) -> Mapping[str, Any] | str | None:
        """The CSMS of the log, as far as it is known."""
        match action:
            case Action.BOOT_NOTIFICATION:
                return {
                    "status": "Accepted",
                    "currentTime": self._now().isoformat(),
                    "interval": self._interval_s,
                }
            case Action.HEARTBEAT:
                return {"currentTime": self._now().isoformat()}
            case Action.AUTHORIZE:
                tag = str(payload.get("idTag"))
                return {"idTagInfo": self._ahead.verdict(self._charger, tag)}
            case Action.START_TRANSACTION:
                connector = int(payload.get("connectorId") or 0)
                id_ = self._ahead.transaction_id(self._charger, connector, self._place)
                info = self._ahead.verdict(self._charger, str(payload.get("idTag")))
                return {"transactionId": id_, "idTagInfo": info}
            case Action.DATA_TRANSFER:
                return {"status": "Accepted"}
            case _:
                return {}

    def _act(self, action: str, payload: Mapping[str, Any]) -> None:
        """Have happen to our body what the real one tells of its own."""
        connector = connector_in(payload)
        match action:
            case Action.BOOT_NOTIFICATION:
                if not self._has_reset:
                    self._ours.power_cycle()
                self._has_reset = False
                self._ours.after(seconds=2)
            case Action.STATUS_NOTIFICATION if connector:
                self._status(connector, payload)
            case Action.START_TRANSACTION if connector:
                self._start(connector, str(payload.get("idTag")))
            case Action.STOP_TRANSACTION:
                self._stop(payload)

    def _status(self, connector: int, payload: Mapping[str, Any]) -> None:
        match payload.get("status"):
            case "Preparing" | "Charging":
                self._plug_in(connector)
                if payload.get("status") == "Charging":
                    self._ours.resume_ev(connector)
            case "SuspendedEV":
                self._ours.suspend_ev(connector)
            case "Available" | "Reserved" if connector in self._plugged:
                self._plugged.discard(connector)
                self._ours.plug_out(connector)
            case "Faulted":
                self._ours.raise_error(connector, str(payload.get("errorCode")))
        if payload.get("status") != "Faulted":
            with suppress(CommandError):
                self._ours.clear_error(connector)

    def _plug_in(self, connector: int) -> None:
        if connector not in self._plugged:
            self._plugged.add(connector)
            self._ours.plug_in(connector)

    def _start(self, connector: int, tag: str) -> None:
        self._plug_in(connector)
        if self._ours.connector(connector).transaction is None:
            self._ours.swipe(tag, connector)
        self._ours.after(seconds=2)

    def _stop(self, payload: Mapping[str, Any]) -> None:
        id_ = payload.get("transactionId")
        for each in self._ours.get("connectors"):
            if each.connector_id and each.transaction is not None and each.transaction_id == id_:
                if payload.get("reason") == "EVDisconnected":
                    self._plugged.discard(each.connector_id)
                    self._ours.plug_out(each.connector_id)
                else:
                    self._ours.press_stop(each.connector_id)
                self._ours.after(seconds=2)

    def _asked(
        self, record: Record, action: str, payload: Mapping[str, Any]
    ) -> Iterator[OtherAnswer]:
        """Give our charge point a request of the CSMS, and compare the answers."""
        named = action_named(action)
        field = COMPARED.get(named) if named else None
        if field is None or record.is_masked:
            return
        if named is Action.CHANGE_CONFIGURATION and not _is_ours(payload):
            return
        theirs = self._ahead.answer(record.number)
        if theirs is None or _cannot(theirs):
            return
        if named is Action.RESET:
            self._has_reset = True
        with suppress(CommandError):
            self._ours.call(action, payload)
        answer = self._answer(action)
        if answer is None:
            return
        told = answer.payload.get(field) if isinstance(answer.payload, dict) else None
        ours = str(answer.result if told is None else told)
        said = theirs if isinstance(theirs, str) else str(theirs.get(field))
        if ours == said:
            if named is Action.GET_COMPOSITE_SCHEDULE and isinstance(theirs, Mapping):
                yield from self._composed(record, payload, theirs)
            return
        reason = answer.reason
        why = "" if reason is None else reason.text.removeprefix(f"{ours}: ")
        yield _other(record, said, ours, why, "" if reason is None else reason.rule)

    def _composed(
        self, record: Record, payload: Mapping[str, Any], theirs: Mapping[str, Any]
    ) -> Iterator[OtherAnswer]:
        """Hold a schedule that was told against the one that accepted profiles come to."""
        try:
            asked = parse_request(Action.GET_COMPOSITE_SCHEDULE, payload)
            told = parse_response(Action.GET_COMPOSITE_SCHEDULE, theirs)
        except OcppError:
            return
        assert isinstance(asked, GetCompositeScheduleRequest)
        assert isinstance(told, GetCompositeScheduleResponse)
        connector, start, schedule = asked.connector_id, told.schedule_start, told.charging_schedule
        if start is None or schedule is None:
            return
        unit = schedule.charging_rate_unit
        at_least = self._ahead.allows_at_least(record.charger, unit)
        found = difference(asked, told, self._told.known, at_least)
        if found is not None:
            end = later(start, schedule.duration or asked.duration)
            words = limit_text(found.told, unit), limit_text(found.period.limit, unit)
            yield replace(
                _other(record, *words, f"{found}", "S 5.7, 3.13"),
                connector=connector,
                holds_until=self._ahead.holds_until(record.charger, connector, record.place, end),
            )

    def _answer(self, action: str) -> MessageRecord | None:
        """Our newest answer to such a request; after a Reset the link that it went over is gone."""
        for each in reversed(self._ours.messages.all):
            if each.direction is Direction.OUT and each.action == action:
                return each if each.kind is not MessageKind.CALL else None
        return None


def _other(record: Record, theirs: str, ours: str, reason: str, rule: str) -> OtherAnswer:
    """Set both answers to a request beside each other."""
    return OtherAnswer(
        charger=record.charger,
        number=record.number,
        place=record.place,
        line=record.source.line,
        at=record.at,
        action=record.action,
        theirs=theirs,
        ours=ours,
        reason=reason,
        rule=rule,
    )


def _cannot(answer: Mapping[str, Any] | str) -> bool:
    """Whether the real one has no such feature or key, which is no other decision."""
    status = answer if isinstance(answer, str) else answer.get("status")
    return status in ("NotSupported", "NotImplemented")


def _is_ours(payload: Mapping[str, Any]) -> bool:
    """Whether a key is one of the standard: of others only the maker knows what is right."""
    key = payload.get("key")
    return isinstance(key, str) and key in _STANDARD and not is_secret_key(key)


def _describing(keys: Mapping[str, str]) -> dict[str, str]:
    names = {spec.name for spec in DESCRIBING_KEYS}
    return {name: value for name, value in keys.items() if name in names}

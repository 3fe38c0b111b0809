"""Security events: all go to the security log, and to the CSMS those that it has to know (W A04).

What is sent waits in the queue of the transaction messages, and so on the disk and in order; the
time in it is that at which it happened. Sent are the critical ones, and four others that the flows
of the whitepaper demand (W A02.FR.07, M05, L01.FR.02 and .03). In security profile 0 nothing is
sent unless somebody has set DisableSecurityEventNotifications to false: a CSMS without any security
need not know the message. One that says so is not asked again with the same event.

What comes again by itself is told once: the same fault of TLS until the link was open, or a day has
passed; an invalid message once a minute. Whoever sits between charge point and CSMS can make a new
fault each time, so of faults only so many are told an hour, and the queue keeps room for the
critical events.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from msgspec.structs import replace

from cp_tui.certificates.certificate_error import shortened
from cp_tui.charge_point.codec import JsonValue
from cp_tui.charge_point.config import EventNames
from cp_tui.charge_point.configuration import EVENTS_OFF, Configuration
from cp_tui.charge_point.effects import EmptySecurityLog, LogLevel, LogSecurityEvent, Table
from cp_tui.charge_point.outbox import Outbox
from cp_tui.charge_point.records import OutboxRecord, RebootRecord, SecurityEventRecord
from cp_tui.charge_point.reset import REBOOT_KEY
from cp_tui.charge_point.turn import Turn
from cp_tui.charge_point.variables import (
    LinkFault,
    SecurityEventEntry,
    SecurityEventState,
    SecurityEventsView,
    SecurityEventType,
)
from cp_tui.charge_point.variables.security import (
    OCPP_2_NAMES,
    WHITEPAPER_NAMES,
    SecurityLogLine,
)
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.printable import clean

KEPT_MAX = 50
"""How many of the newest events are kept for people to look at."""
WAITING_MAX = 500
"""How many may wait for the CSMS; one more is only logged."""
WAITING_LESS_MAX = WAITING_MAX // 2
"""The same for an event that is not critical."""
FAULT_AGAIN = timedelta(days=1)
"""How soon the same fault of a link that does not come up is an event again."""
FAULTS_MAX = 10
"""How many attempts to connect are told as events within `FAULTS_WITHIN`."""
FAULTS_WITHIN = timedelta(hours=1)
INVALID_AGAIN = timedelta(minutes=1)
"""How soon another invalid message is an event again."""
TECH_INFO_MAX = 255

_Kind = SecurityEventType
_NUMBER = re.compile(r"\d+")

CRITICAL = frozenset(
    {
        _Kind.FIRMWARE_UPDATED,
        _Kind.SETTING_SYSTEM_TIME,
        _Kind.STARTUP_OF_THE_DEVICE,
        _Kind.RESET_OR_REBOOT,
        _Kind.SECURITY_LOG_WAS_CLEARED,
        _Kind.MEMORY_EXHAUSTION,
        _Kind.TAMPER_DETECTION_ACTIVATED,
    }
)
SENT = CRITICAL | {
    _Kind.INVALID_CHARGE_POINT_CERTIFICATE,
    _Kind.INVALID_CSMS_CERTIFICATE,
    _Kind.INVALID_FIRMWARE_SIGNATURE,
    _Kind.INVALID_FIRMWARE_SIGNING_CERTIFICATE,
}
"""Those that the CSMS is told: the critical ones, and four that the whitepaper's flows demand."""

_OF_FAULT: Mapping[LinkFault, tuple[SecurityEventType, ...]] = MappingProxyType(
    {
        LinkFault.REFUSED_CREDENTIALS: (_Kind.FAILED_TO_AUTHENTICATE_AT_CSMS,),
        LinkFault.CLIENT_CERTIFICATE: (_Kind.FAILED_TO_AUTHENTICATE_AT_CSMS,),
        LinkFault.SERVER_CERTIFICATE: (
            _Kind.INVALID_CSMS_CERTIFICATE,
            _Kind.CSMS_FAILED_TO_AUTHENTICATE,
        ),
        LinkFault.TLS_VERSION: (_Kind.INVALID_TLS_VERSION,),
        LinkFault.CIPHER_SUITE: (_Kind.INVALID_TLS_CIPHER_SUITE,),
        LinkFault.OTHER: (),
    }
)


class SecurityEvents:
    """The newest security events, and how far each got."""

    def __init__(self, turn: Turn, configuration: Configuration, outbox: Outbox) -> None:
        self._turn = turn
        self._configuration = configuration
        self._outbox = outbox
        records = (record for _, record in turn.records(Table.SECURITY_EVENT, SecurityEventRecord))
        self._records = {each.sequence: each for each in sorted(records, key=lambda r: r.sequence)}
        self._sequence = max(self._records, default=0)
        self._told_faults: dict[tuple[LinkFault, str, str], datetime] = {}
        """When each was told, since the link was open last."""
        self._told_at: list[datetime] = []
        """When the newest faults were told, also before the link was open."""
        self._faults_more = 0
        self._invalid_at: datetime | None = None
        self._invalid_more = 0
        self._crowded_out = 0
        self._crowded_out_at: datetime | None = None
        self._log_bytes: int | None = None
        self._log_problem = ""

    def name(self, kind: SecurityEventType) -> str:
        """Give the name of an event on the wire."""
        is_whitepaper = self._turn.config.security.event_names is EventNames.WHITEPAPER
        return (WHITEPAPER_NAMES if is_whitepaper else OCPP_2_NAMES).get(kind, kind.value)

    def report(self, kind: SecurityEventType, tech_info: str = "") -> None:
        """Note that an event has happened: log it, and send it where the CSMS has to know."""
        info = shortened(clean(tech_info), TECH_INFO_MAX)
        why = self._why_not_sent(kind)
        record = SecurityEventRecord(
            sequence=self._sequence + 1,
            time=self._turn.time,
            type=self.name(kind),
            tech_info=info,
            is_critical=kind in CRITICAL,
            state=SecurityEventState.LOGGED if why else SecurityEventState.QUEUED,
            why=why,
            message=None if why else self._queue(kind, info),
        )
        self._sequence = record.sequence
        self._save(record)
        if len(self._records) > KEPT_MAX:
            oldest = next(iter(self._records))
            del self._records[oldest]
            self._turn.forget(Table.SECURITY_EVENT, _key(oldest))
        line = SecurityLogLine(
            time=record.time,
            type=record.type,
            tech_info=info,
            is_critical=record.is_critical,
            is_queued=not why,
        )
        self._turn.emit(LogSecurityEvent(line))

    def _why_not_sent(self, kind: SecurityEventType) -> str:
        if kind not in SENT:
            return "events of this type are only logged"
        if self._configuration.boolean(EVENTS_OFF):
            return f"{EVENTS_OFF} is true"
        most = WAITING_MAX if kind in CRITICAL else WAITING_LESS_MAX
        if self._waiting() >= most:
            if not self._crowded_out:
                # Whoever makes so many could fill the log as well.
                words = f"{most} security events wait: further ones are only in the security log"
                self._turn.log(LogLevel.WARNING, words)
            self._crowded_out += 1
            self._crowded_out_at = self._turn.time
            return f"{most} of them wait already"
        return ""

    def _queue(self, kind: SecurityEventType, tech_info: str) -> int:
        payload: dict[str, JsonValue] = {
            "type": self.name(kind),
            "timestamp": format_date_time(self._turn.time),
        }
        if tech_info:
            payload["techInfo"] = tech_info
        return self._outbox.add_payload(
            Action.SECURITY_EVENT_NOTIFICATION, payload, is_guaranteed=kind in CRITICAL
        )

    def powered_on(self, *, after_failure: bool) -> None:
        """Note the boot: with what it is for, where the charge point itself wanted it."""
        wanted = self._turn.record(Table.STATE, REBOOT_KEY, RebootRecord)
        if wanted is not None:
            self._turn.forget(Table.STATE, REBOOT_KEY)
            self.report(SecurityEventType.RESET_OR_REBOOT, wanted.why)
        elif after_failure:
            self.report(SecurityEventType.RESET_OR_REBOOT, "an error inside")
        else:
            self.report(SecurityEventType.STARTUP_OF_THE_DEVICE)

    def link_failed(self, fault: LinkFault, text: str, chain: Sequence[str] = ()) -> None:
        """Note why a connection was not made; `chain` is what the server has shown, PEM."""
        if fault is LinkFault.OTHER:
            return
        now = self._turn.now
        # Words about the same thing differ by the clock in them.
        cause = fault, _NUMBER.sub("0", text), chain[0] if chain else ""
        told_at = self._told_faults.get(cause)
        if told_at is not None and now - told_at < FAULT_AGAIN:
            return
        self._told_at = [at for at in self._told_at if now - at < FAULTS_WITHIN]
        if len(self._told_at) >= FAULTS_MAX:
            self._faults_more += 1
            return
        self._told_at.append(now)
        later = {each: at for each, at in self._told_faults.items() if now - at < FAULT_AGAIN}
        self._told_faults = later | {cause: now}
        more = f" (and {count(self._faults_more, 'other fault')} before, since the last event)"
        words = text + (more if self._faults_more else "")
        self._faults_more = 0
        for kind in _OF_FAULT[fault]:
            self.report(kind, words)

    def link_opened(self) -> None:
        """Note that a connection is made: the next fault is news."""
        self._told_faults.clear()

    def received_invalid(self, text: str) -> None:
        """Note a message that is none of OCPP; how many came since is told with the next one."""
        now = self._turn.now
        if self._invalid_at is not None and now - self._invalid_at < INVALID_AGAIN:
            self._invalid_more += 1
            return
        more = f" (and {self._invalid_more} before, since the last event)"
        words = text + (more if self._invalid_more else "")
        self._invalid_at, self._invalid_more = now, 0
        self.report(SecurityEventType.INVALID_MESSAGES, words)

    def clear_log(self) -> None:
        """Delete the lines of the security log; that it was done is its first line."""
        self._turn.emit(EmptySecurityLog())
        self.report(SecurityEventType.SECURITY_LOG_WAS_CLEARED, "by the operator")

    def log_changed(self, size_bytes: int, failure: str, *, has_dropped: bool) -> None:
        """Note how long the security log is, and that its oldest lines had to make room."""
        self._log_bytes, self._log_problem = size_bytes, failure
        self._turn.changed("security_events")
        if has_dropped:
            words = "the oldest lines made room for new ones"
            self.report(SecurityEventType.SECURITY_LOG_WAS_CLEARED, words)

    @property
    def log_bytes(self) -> int | None:
        """Size of the security log; None: not known yet."""
        return self._log_bytes

    def confirmed(self, message: OutboxRecord) -> None:
        """Note that the CSMS has taken an event."""
        self._settle(message, SecurityEventState.SENT, "")

    def lost(self, message: OutboxRecord, why: str) -> None:
        """Note that an event was given up."""
        self._settle(message, SecurityEventState.GIVEN_UP, why)

    def _settle(self, message: OutboxRecord, state: SecurityEventState, why: str) -> None:
        found = (each for each in self._records.values() if each.message == message.sequence)
        if record := next(found, None):
            self._save(replace(record, state=state, why=why, message=None))

    def _save(self, record: SecurityEventRecord) -> None:
        self._records[record.sequence] = record
        self._turn.save(Table.SECURITY_EVENT, _key(record.sequence), record)
        self._turn.changed("security_events")

    def _waiting(self) -> int:
        return self._outbox.waiting()[(None, Action.SECURITY_EVENT_NOTIFICATION)]

    def view(self) -> SecurityEventsView:
        """Give the variable `security_events`."""
        return SecurityEventsView(
            entries=tuple(
                SecurityEventEntry(
                    sequence=each.sequence,
                    time=each.time,
                    type=each.type,
                    tech_info=each.tech_info,
                    is_critical=each.is_critical,
                    state=each.state,
                    why=each.why or self._outbox.failure(each.message),
                )
                for each in reversed(self._records.values())
            ),
            types=tuple(self.name(kind) for kind in SecurityEventType),
            waiting=self._waiting(),
            crowded_out=self._crowded_out,
            crowded_out_at=self._crowded_out_at,
            log_bytes=self._log_bytes,
            log_problem=self._log_problem,
        )


def _key(sequence: int) -> str:
    return f"{sequence:012d}"


Report = Callable[[SecurityEventType, str], None]
"""`SecurityEvents.report`, for those who tell events."""

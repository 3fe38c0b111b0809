"""The security of a charge point that is watched: the events that it has told (W A04)."""

from __future__ import annotations

from collections import deque

from msgspec.structs import replace

from cp_tui.charge_point.security.events import CRITICAL, KEPT_MAX
from cp_tui.charge_point.variables import (
    LinkView,
    SecurityEventEntry,
    SecurityEventState,
    SecurityEventsView,
    SecurityEventType,
    SecurityView,
)
from cp_tui.explain.knowledge.keys import KnownKeys
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.redaction import shown_text
from cp_tui.ocpp.security import SecurityEventNotificationRequest
from cp_tui.traces.record import RecordKind


class FollowedSecurity:
    """The newest security events."""

    ACTIONS = frozenset({Action.SECURITY_EVENT_NOTIFICATION})

    def __init__(self) -> None:
        self._events: deque[tuple[int, SecurityEventEntry]] = deque(maxlen=KEPT_MAX)
        """With the numbers of their frames."""

    def learn(self, moment: Moment) -> None:
        """Take in an event, or that the CSMS has taken one."""
        request = moment.request
        if isinstance(request, SecurityEventNotificationRequest):
            number = moment.record.number
            event = SecurityEventEntry(
                sequence=number,
                time=request.timestamp,
                type=request.type,
                tech_info=shown_text(request.tech_info or ""),
                is_critical=_is_critical(request.type),
                state=SecurityEventState.QUEUED,
            )
            self._events.append((number, event))
        elif moment.record.kind is RecordKind.CALL_RESULT and moment.record.pair is not None:
            for place, (number, event) in enumerate(self._events):
                if number == moment.record.pair:
                    sent = replace(event, state=SecurityEventState.SENT)
                    self._events[place] = number, sent

    def events(self) -> SecurityEventsView:
        """Give the variable `security_events`."""
        entries = tuple(event for _, event in reversed(self._events))
        waiting = sum(each.state is SecurityEventState.QUEUED for each in entries)
        return SecurityEventsView(entries=entries, waiting=waiting)


def security_view(link: LinkView | None, keys: KnownKeys, url: str) -> SecurityView:
    """Give the variable `security`, as far as a handshake and the keys tell."""
    told = keys.integer("SecurityProfile")
    seen = link.security_profile if link else None
    return SecurityView(
        profile=told if told is not None else seen,
        url=url,
        authorization_key=link.authorization_key if link else "",
        cpo_name=shown_text(keys.value("CpoName") or ""),
        roots_max=keys.integer("CertificateStoreMaxLength"),
        has_root_check=bool(keys.boolean("AdditionalRootCertificateCheck")),
    )


def _is_critical(name: str) -> bool:
    try:
        return SecurityEventType(name) in CRITICAL
    except ValueError:
        return False

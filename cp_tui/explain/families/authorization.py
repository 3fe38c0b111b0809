"""Rules of who may start, and of what follows a refusal (S 3.4, S 3.5, S 4.1, S 4.8)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from cp_tui.charge_point.authorization_rules import same_tag, status_now
from cp_tui.explain.catalogue import found
from cp_tui.explain.family import Family
from cp_tui.explain.finding import Finding, FrameRef, Severity, ref
from cp_tui.explain.knowledge.connectors import CHARGES
from cp_tui.explain.knowledge.tags import TAGS_MAX, VerdictFrom
from cp_tui.explain.known import Known
from cp_tui.explain.limits import LIMITS
from cp_tui.explain.waits import Waits
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import later
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    AuthorizeResponse,
    BootNotificationResponse,
    HeartbeatResponse,
    RemoteStartTransactionRequest,
    RemoteStartTransactionResponse,
    StartTransactionRequest,
    StartTransactionResponse,
    StatusNotificationRequest,
    StopTransactionRequest,
    StopTransactionResponse,
)
from cp_tui.ocpp.datatypes import (
    AuthorizationStatus,
    ChargePointStatus,
    IdTagInfo,
    RemoteStartStopStatus,
    StopReason,
    format_date_time,
)
from cp_tui.traces.record import Record, RecordKind

_TAKES_NO_TAG = CHARGES | {ChargePointStatus.UNAVAILABLE, ChargePointStatus.FAULTED}
FREE_STARTS = 3
"""So many starts without any Authorize are a charge point that asks nobody for a tag."""


class _Refused(Struct, frozen=True):
    """A transaction whose tag the CSMS refused when it had begun."""

    connector: int
    id: int
    status: AuthorizationStatus
    stops: bool | None
    """StopTransactionOnInvalidId; None: not known."""


class _Asked(Struct, frozen=True):
    """An Authorize of a tag that has a transaction."""

    id_tag: str
    where: FrameRef
    breaks: int
    seconds: float
    """So soon the stop has to follow, else it was for something else."""


class AuthorizationRules(Family):
    """Tags of one charge point."""

    ACTIONS = frozenset(
        {
            Action.AUTHORIZE,
            Action.START_TRANSACTION,
            Action.STOP_TRANSACTION,
            Action.STATUS_NOTIFICATION,
            Action.BOOT_NOTIFICATION,
            Action.HEARTBEAT,
            Action.REMOTE_START_TRANSACTION,
        }
    )

    def __init__(self) -> None:
        self._accepted: set[str] = set()
        """Tags in small letters that Authorize.conf has accepted, or that nobody answered for."""
        self._unanswered: set[str] = set()
        """Those that were asked for, and not answered: they are judged without the CSMS."""
        self._remote: set[str] = set()
        """Those of a remote start that was Accepted."""
        self._own: dict[int, _Asked] = {}
        """Transaction -> the Authorize of its own tag."""
        self._refused: Waits[int, _Refused] = Waits(is_queued=True)
        self._csms_now: datetime | None = None
        """The last time that the CSMS told."""

    @property
    def is_waiting(self) -> bool:
        return bool(self._refused)

    def take(self, record: Record, known: Known) -> Iterable[Finding]:
        yield from self._not_stopped(known)
        match known.exchange.request if known.exchange.is_call else None:
            case StartTransactionRequest() as start:
                if not record.is_masked and known.transactions.start_of(start) is None:
                    yield from self._started(record, start, known)
            case AuthorizeRequest(id_tag=tag):
                # Where no answer comes, it decides for itself.
                _remember(self._accepted, tag)
                _remember(self._unanswered, tag)
                self._asked(record, tag, known)
            case StopTransactionRequest() as stop:
                self._refused.end(stop.transaction_id)
                yield from self._stopped(record, stop, known)
            case StatusNotificationRequest(connector_id=connector, status=status):
                self._told(connector, status)
        if not known.exchange.is_call:
            yield from self._answered(record, known)

    def at_end(self, known: Known) -> Iterable[Finding]:
        return self._not_stopped(known)

    def _started(
        self, record: Record, start: StartTransactionRequest, known: Known
    ) -> Iterator[Finding]:
        tag = start.id_tag.lower()
        if was_offline(record, start.timestamp, known) or tag in self._unanswered:
            return
        entry, verdict = known.local_list.entries.get(tag), known.tags.get(tag)
        if entry is not None and entry.status is AuthorizationStatus.ACCEPTED:
            return
        is_verdict = verdict is not None and verdict.source in (
            VerdictFrom.AUTHORIZE,
            VerdictFrom.START,
        )
        if verdict and verdict.info and is_verdict and not verdict.is_accepted:
            # A start that was under way when the verdict came did not know it.
            if verdict.at is None or not known.clock.is_surely_before(start.timestamp, verdict.at):
                yield found(
                    "auth.start_after_refusal",
                    f"A transaction was started on connector {start.connector_id} with a tag for "
                    f"which the CSMS had said {verdict.info.status} last. Only an Accepted tag may "
                    "start.",
                    record,
                    verdict.where,
                    effect="the session is not billed",
                )
            return
        if known.is_cold or known.keys.boolean("LocalPreAuthorize") is not False:
            return
        asks_remotely = known.keys.boolean("AuthorizeRemoteTxRequests")
        if tag in self._accepted or (tag in self._remote and not asks_remotely):
            return
        starts = known.survey.actions[Action.START_TRANSACTION]
        is_free = not known.survey.has(Action.AUTHORIZE) and starts >= FREE_STARTS
        yield found(
            "auth.start_without_authorize",
            f"A transaction was started on connector {start.connector_id} with a tag that nobody "
            "in the log has accepted: LocalPreAuthorize is false, so Authorize has to come first."
            + (" This charge point never asks; it may charge for free." if is_free else ""),
            record,
            severity=Severity.NOTE if is_free else None,
        )

    def _asked(self, record: Record, tag: str, known: Known) -> None:
        """Remember the Authorize of a tag that has a transaction, in case that is for its stop."""
        own = [
            each
            for each in known.transactions.running.values()
            if each.id_tag is not None and same_tag(each.id_tag, tag)
        ]
        if len(own) != 1 or own[0].id is None or own[0].breaks != known.breaks:
            return
        others = (known.survey.connectors | known.connectors.told) - {0, own[0].connector}
        # Without times nobody can tell a stop at once from one a while later.
        is_clear = not others or record.at is not None
        if is_clear and all(_takes_no_tag(connector, known) for connector in others):
            # Shown at another connector, it may be meant for what runs there.
            seconds = LIMITS.interval_least if others else LIMITS.not_stopped
            self._own[own[0].id] = _Asked(tag, ref(record), known.breaks, seconds)

    def _stopped(
        self, record: Record, stop: StopTransactionRequest, known: Known
    ) -> Iterator[Finding]:
        asked = self._own.pop(stop.transaction_id, None)
        if asked is None or stop.reason not in (None, StopReason.LOCAL):
            return
        is_other = stop.id_tag is not None and not same_tag(stop.id_tag, asked.id_tag)
        at = asked.where.at
        if is_other or (at is not None and known.clock.is_surely_before(stop.timestamp, at)):
            return
        if asked.breaks == known.breaks and not known.is_past(asked.where.at, asked.seconds):
            yield found(
                "auth.authorize_for_own_stop",
                f"The tag that had started transaction {stop.transaction_id} was authorized again, "
                "and stopped it. It stops its own transaction without Authorize.",
                asked.where,
                record,
            )

    def _told(self, connector: int, status: ChargePointStatus) -> None:
        """Let a refused transaction rest that gives no energy, where it need not be stopped."""
        for id_, wait in self._refused.items():
            is_withheld = status is ChargePointStatus.SUSPENDED_EVSE
            if wait.what.stops is None:
                # Energy that the vehicle does not take need not be withheld.
                is_withheld |= status is ChargePointStatus.SUSPENDED_EV
            if wait.what.connector == connector and wait.what.stops is not True and is_withheld:
                self._refused.end(id_)

    def _answered(self, record: Record, known: Known) -> Iterator[Finding]:
        request = known.exchange.request
        match known.exchange.response:
            case BootNotificationResponse(current_time=at) | HeartbeatResponse(current_time=at):
                self._csms_now = at
            case AuthorizeResponse(id_tag_info=info):
                yield from self._expired(record, info)
            case StartTransactionResponse(id_tag_info=info, transaction_id=int(id_)):
                yield from self._expired(record, info)
                if isinstance(request, StartTransactionRequest) and info.is_said:
                    self._confirmed(record, request.connector_id, id_, info.status, known)
            case StopTransactionResponse(id_tag_info=IdTagInfo() as info):
                yield from self._expired(record, info)
            case RemoteStartTransactionResponse(status=RemoteStartStopStatus.ACCEPTED):
                if isinstance(request, RemoteStartTransactionRequest):
                    _remember(self._remote, request.id_tag)
        if isinstance(request, AuthorizeRequest):
            if record.kind is RecordKind.CALL_RESULT:
                self._unanswered.discard(request.id_tag.lower())
            response = known.exchange.response
            is_refused = isinstance(response, AuthorizeResponse) and (
                response.id_tag_info.status is not AuthorizationStatus.ACCEPTED
            )
            # What a charge point makes of an answer that cannot be read is its own affair.
            if is_refused:
                self._accepted.discard(request.id_tag.lower())

    def _expired(self, record: Record, info: IdTagInfo) -> Iterator[Finding]:
        now = self._csms_now
        if record.at is not None:
            now = later(record.at, -LIMITS.csms_clock)
        is_accepted = info.status is AuthorizationStatus.ACCEPTED
        if not is_accepted or now is None or info.expiry_date is None:
            return
        if status_now(info, now) is AuthorizationStatus.EXPIRED:
            yield found(
                "auth.expired_accepted",
                f"The CSMS Accepted a tag with the expiryDate "
                f"{format_date_time(info.expiry_date)}, which had passed. Such a tag is Expired.",
                record,
                effect="a charge point that keeps the answer refuses the tag from then on",
            )

    def _confirmed(
        self, record: Record, connector: int, id_: int, status: AuthorizationStatus, known: Known
    ) -> None:
        if status is AuthorizationStatus.ACCEPTED or (
            (known.keys.integer("MaxEnergyOnInvalidId") or 0) > 0
        ):
            return
        stops = known.keys.boolean("StopTransactionOnInvalidId")
        refused = _Refused(connector, id_, status, stops)
        if id_ not in known.transactions.ended:
            self._refused.begin(id_, refused, LIMITS.not_stopped, record, known)

    def _not_stopped(self, known: Known) -> Iterator[Finding]:
        for wait in self._refused.over(known):
            refused, key = wait.what, "StopTransactionOnInvalidId"
            wanted = {
                True: f"{key} is true, so it has to be stopped",
                False: f"{key} is false, so its connector has to become SuspendedEVSE",
                None: "It has to be stopped, or its connector has to become SuspendedEVSE",
            }[refused.stops]
            yield found(
                "auth.not_stopped_on_invalid",
                f"The CSMS said {refused.status} for the tag of transaction {refused.id} on "
                f"connector {refused.connector}, and it went on. {wanted}.",
                wait.where,
                severity=Severity.WARNING if refused.stops is None else None,
                effect="energy is given to somebody who may not charge",
            )


def was_offline(record: Record, happened: datetime, known: Known) -> bool:
    """Whether what a message tells of seems to have happened while there was no connection."""
    if record.at is None:
        return False
    in_log = known.clock.in_log(happened)
    late_s = (record.at - in_log).total_seconds()
    broken = known.broken_at.at if known.broken_at else None
    is_before_break = broken is not None and in_log <= broken
    return late_s > LIMITS.late_delivery or is_before_break


def _remember(tags: set[str], tag: str) -> None:
    if len(tags) < TAGS_MAX:
        tags.add(tag.lower())


def _takes_no_tag(connector: int, known: Known) -> bool:
    """Whether no tag can start anything at a connector."""
    told = known.connectors.get(connector)
    return told is not None and told.status in _TAKES_NO_TAG

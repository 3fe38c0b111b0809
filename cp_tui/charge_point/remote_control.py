"""Requests that act on the connectors: remote start and stop, unlock, trigger (S 5.11 to 5.18)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from cp_tui.charge_point.calls import WAITING_MAX
from cp_tui.charge_point.components import Components
from cp_tui.charge_point.connector import Connector, PendingStart, StartAttempt
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.refusals import note_refusal
from cp_tui.ocpp.core import (
    RemoteStartTransactionRequest,
    RemoteStartTransactionResponse,
    RemoteStopTransactionRequest,
    RemoteStopTransactionResponse,
    UnlockConnectorRequest,
    UnlockConnectorResponse,
)
from cp_tui.ocpp.datatypes import (
    MessageTrigger,
    RemoteStartStopStatus,
    StopReason,
    TriggerMessageStatus,
    UnlockStatus,
)
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest, TriggerMessageResponse

AUTHORIZE_REMOTE = "AuthorizeRemoteTxRequests"

Then = Callable[[], None]
Answered = tuple[WireModel, Reason, Then | None]


class RemoteRequests:
    """What a CSMS does at a distance that people do at the connector."""

    def __init__(self, components: Components) -> None:
        self._components = components

    # --- RemoteStartTransaction -------------------------------------------------------------------

    def start(self, request: RemoteStartTransactionRequest) -> Answered:
        """Answer RemoteStartTransaction, then start as with a local tag (S 5.11)."""
        if not self._components.turn.config.has(FeatureProfile.SMART_CHARGING):
            # S 5.11: a profile is ignored where there is no smart charging.
            request = request.model_copy(update={"charging_profile": None})
        found = self._connector_to_start(request)
        if isinstance(found, Reason):
            self._note_refusal(request, found)
            status = RemoteStartStopStatus.REJECTED
            return RemoteStartTransactionResponse(status=status), found, None
        reason = because(
            "remote_start.accepted",
            "S 5.11",
            "{tag} starts on connector {connector}",
            tag=request.id_tag,
            connector=found.connector_id,
        )
        then = partial(self._start, found, request)
        status = RemoteStartStopStatus.ACCEPTED
        return RemoteStartTransactionResponse(status=status), reason, then

    def _note_refusal(self, request: RemoteStartTransactionRequest, reason: Reason) -> None:
        named = self._components.connector(request.connector_id or 0)
        scope = self._components.connectors[1:]
        if request.connector_id is not None:
            scope = (named,) if named and named.connector_id > 0 else ()
        note_refusal(self._components.turn, scope, reason, request.id_tag, is_remote=True)

    def _start(self, connector: Connector, request: RemoteStartTransactionRequest) -> None:
        """Start at the connector that is named; without one, where the cable is plugged in.

        Without connectorId the charge point chooses (S 5.11), and it does so when it sees a cable:
        until then the tag waits at `connector`, as one does at a reader for all connectors.
        """
        components, id_tag = self._components, request.id_tag
        parent = components.authorization.parent_of(id_tag)
        attempt = StartAttempt(
            id_tag,
            components.turn.now,
            is_named=request.connector_id is not None,
            is_remote=True,
            charging_profile=request.charging_profile,
        )
        # At a reserved connector the group may decide, and only Authorize tells it (S 5.13).
        must_ask = components.reservations.why_not(connector, id_tag, parent) is not None
        if must_ask or components.configuration.boolean(AUTHORIZE_REMOTE):
            components.attempts.begin(connector, attempt)
            return
        reason = because(
            "remote_start.authorizes",
            "S 5.11",
            "the CSMS asked to start with {tag}, and {key} is false",
            tag=id_tag,
            key=AUTHORIZE_REMOTE,
        )
        components.sessions.permit(
            connector, PendingStart(attempt, parent, reason, components.turn.now)
        )

    def _connector_to_start(self, request: RemoteStartTransactionRequest) -> Connector | Reason:
        if not self._components.registration.is_accepted:
            return _refused("not_accepted", "the CSMS has not accepted this charge point yet")
        if self._components.resetting.is_under_way:
            return _refused("resetting", "a reset is under way")
        if not request.id_tag.strip():
            return _refused("no_tag", "its idTag is empty, and that is nobody's tag")
        found = self._chosen(request.connector_id, request.id_tag)
        if isinstance(found, Reason):
            return found
        problem = self._why_not(found) or self._why_kept(found, request.id_tag)
        if problem is not None:
            return problem
        if request.charging_profile is not None:
            refusal = self._components.charging.check_remote_start(request.charging_profile)
            if refusal is not None:
                return refusal
        return found

    def _why_kept(self, connector: Connector, id_tag: str) -> Reason | None:
        """Say whether a reservation is against it; a group not known yet is asked for later."""
        authorization, reservations = self._components.authorization, self._components.reservations
        parent = authorization.parent_of(id_tag)
        kept = reservations.why_not(connector, id_tag, parent)
        can_learn = authorization.known(id_tag) is None
        if can_learn and reservations.depends_on_group(connector, id_tag):
            return None
        return kept

    def _chosen(self, connector_id: int | None, id_tag: str) -> Connector | Reason:
        connectors = self._components.connectors[1:]
        if connector_id is not None:
            connector = self._components.connector(connector_id)
            if connector is None or connector_id == 0:
                words = f"there is no connector {connector_id}, only 1 to {len(connectors)}"
                return _refused("unknown_connector", words)
            return connector
        parent = self._components.authorization.parent_of(id_tag)
        able = [c for c in connectors if self._why_not(c) is None]
        own = self._components.reservations.own_connector(id_tag, parent, able)
        if own is not None:
            return own
        allowed = [c for c in able if not self._components.reservations.why_not(c, id_tag, parent)]
        able = allowed or [c for c in able if self._why_kept(c, id_tag) is None]
        plugged = [c for c in able if c.is_plugged]
        if len(plugged) == 1 or (able and not plugged):
            return (plugged or able)[0]
        if plugged:
            return _refused("ambiguous", "no connectorId given, and several have a cable in")
        return _refused("none_free", "no connectorId given, and no connector is free")

    def _why_not(self, connector: Connector) -> Reason | None:
        connector_id = connector.connector_id
        if connector.transaction is not None:
            words = (
                f"a transaction of {connector.transaction.id_tag} runs on connector {connector_id}"
            )
            return _refused("occupied", words)
        if not connector.takes_starts:
            subject = "faulted" if connector.is_faulted else "unavailable"
            return _refused(subject, f"connector {connector_id} is {connector.state_words}")
        if connector.is_left_locked and connector.ended is not None:
            words = (
                f"the cable in connector {connector_id} is still locked after the transaction of"
                f" {connector.ended.id_tag}; its tag or UnlockConnector gives it back first"
            )
            return Reason(id="remote_start.left_locked", rule="E 3.5", text=words)
        waiting = connector.attempt or connector.pending_start
        if waiting is not None:
            words = f"{waiting.id_tag} is about to start on connector {connector_id}"
            return _refused("pending", words)
        return None

    # --- RemoteStopTransaction --------------------------------------------------------------------

    def stop(self, request: RemoteStopTransactionRequest) -> Answered:
        """Answer RemoteStopTransaction, then stop (S 5.12)."""
        components = self._components
        connector = components.transactions.find(request.transaction_id)
        if connector is None or not components.registration.is_accepted:
            running = ", ".join(str(r.transaction_id) for _, r in components.transactions.running())
            reason = because(
                "remote_stop.unknown",
                "S 5.12",
                "transaction {id} does not run here; running: {running}",
                id=request.transaction_id,
                running=running or "none",
            )
            status = RemoteStartStopStatus.REJECTED
            return RemoteStopTransactionResponse(status=status), reason, None
        reason = because(
            "remote_stop.accepted",
            "S 5.12",
            "transaction {id} on connector {connector} stops",
            id=request.transaction_id,
            connector=connector.connector_id,
        )
        then = partial(components.sessions.stop_remotely, connector)
        status = RemoteStartStopStatus.ACCEPTED
        return RemoteStopTransactionResponse(status=status), reason, then

    # --- UnlockConnector --------------------------------------------------------------------------

    def unlock(self, request: UnlockConnectorRequest) -> Answered:
        """Unlock, answer with the result, then end the transaction or the attempt (S 5.18)."""
        status, reason = self._unlock(request.connector_id)
        connector = self._components.connector(request.connector_id)
        if status is UnlockStatus.NOT_SUPPORTED or connector is None:
            return UnlockConnectorResponse(status=status), reason, None
        explanation = because(
            "unlock_connector.stop", "S 5.18", "the CSMS asked to unlock the connector"
        )
        sessions = self._components.sessions
        then = partial(sessions.abandon_attempt, connector, explanation)
        if connector.transaction is not None:
            then = partial(sessions.stop, connector, StopReason.UNLOCK_COMMAND, explanation)
        return UnlockConnectorResponse(status=status), reason, then

    def _unlock(self, connector_id: int) -> tuple[UnlockStatus, Reason]:
        connector = self._components.connector(connector_id)
        if connector is None or connector_id == 0:
            words = f"there is no connector {connector_id}"
            status = UnlockStatus.NOT_SUPPORTED
        elif connector.has_fixed_cable:
            words = f"connector {connector_id} has a fixed cable and no lock"
            status = UnlockStatus.NOT_SUPPORTED
        elif not self._components.sessions.unlock_if_possible(connector):
            words = f"the lock of connector {connector_id} is jammed"
            status = UnlockStatus.UNLOCK_FAILED
        else:
            words = f"connector {connector_id} is unlocked"
            status = UnlockStatus.UNLOCKED
        return status, Reason(id=f"unlock_connector.{status}", rule="S 5.18", text=words)

    # --- TriggerMessage ---------------------------------------------------------------------------

    def trigger(self, request: TriggerMessageRequest) -> Answered:
        """Answer TriggerMessage, then send what was asked for (S 5.17)."""
        kinds = MessageTrigger
        management = (
            kinds.FIRMWARE_STATUS_NOTIFICATION,
            kinds.DIAGNOSTICS_STATUS_NOTIFICATION,
        )
        has_management = self._components.turn.config.has(FeatureProfile.FIRMWARE_MANAGEMENT)
        if request.requested_message in management and not has_management:
            words = f"{request.requested_message} needs the profile FirmwareManagement"
            reason = Reason(id="trigger.no_profile", rule="S 5.17", text=words)
            status = TriggerMessageStatus.NOT_IMPLEMENTED
            return TriggerMessageResponse(status=status), reason, None
        found = self._room(request) or self._to_trigger(request)
        if isinstance(found, Reason):
            status = TriggerMessageStatus.REJECTED
            return TriggerMessageResponse(status=status), found, None
        reason = because(
            "trigger.accepted", "S 5.17", "{message} follows", message=request.requested_message
        )
        return TriggerMessageResponse(status=TriggerMessageStatus.ACCEPTED), reason, found

    def _to_trigger(self, request: TriggerMessageRequest) -> Then | Reason:
        components = self._components
        match request.requested_message:
            case MessageTrigger.BOOT_NOTIFICATION:
                if components.registration.is_accepted:
                    words = "the CSMS has accepted this charge point already"
                    return Reason(id="trigger.already_accepted", rule="E 3.35", text=words)
                return partial(components.registration.boot, is_triggered=True)
            case MessageTrigger.HEARTBEAT:
                return partial(components.registration.heartbeat, is_triggered=True)
            case MessageTrigger.STATUS_NOTIFICATION:
                return self._for_connectors(request.connector_id, first=0, send=self._statuses)
            case MessageTrigger.METER_VALUES:
                return self._for_connectors(request.connector_id, first=1, send=self._values)
            case MessageTrigger.FIRMWARE_STATUS_NOTIFICATION:
                return components.firmware.trigger
            case MessageTrigger.DIAGNOSTICS_STATUS_NOTIFICATION:
                return components.diagnostics.trigger

    def _room(self, request: TriggerMessageRequest) -> Reason | None:
        """Say why a message that is asked for would not go out, if so (S 5.17)."""
        components = self._components
        boot = MessageTrigger.BOOT_NOTIFICATION
        if components.registration.status is None and request.requested_message is not boot:
            words = "nothing but BootNotification may be sent until the CSMS has answered it"
            return Reason(id="trigger.not_registered", rule="S 4.2", text=words)
        count = 1 if request.connector_id is not None else len(components.connectors)
        if components.calls.room < count:
            words = f"{WAITING_MAX} messages wait already: this one would not go out"
            return Reason(id="trigger.no_room", rule="S 5.17", text=words)
        return None

    def _values(self, connectors: list[Connector]) -> None:
        self._components.sampling.trigger(connectors)
        for connector in connectors:
            # What was told must not be later than the end of the transaction if the power fails.
            self._components.transactions.seen(connector)

    def _statuses(self, connectors: list[Connector]) -> None:
        for connector in connectors:
            self._components.statuses.notify(connector, is_triggered=True)

    def _for_connectors(
        self, connector_id: int | None, *, first: int, send: Callable[[list[Connector]], None]
    ) -> Then | Reason:
        connectors = self._components.connectors
        if connector_id is None:
            return partial(send, list(connectors[first:]))
        connector = self._components.connector(connector_id)
        if connector is None or connector_id < first:
            return because(
                "trigger.unknown_connector",
                "S 5.17",
                "there is no connector {connector}, only {first} to {last}",
                connector=connector_id,
                first=first,
                last=len(connectors) - 1,
            )
        return partial(send, [connector])


def _refused(subject: str, words: str) -> Reason:
    return Reason(id=f"remote_start.{subject}", rule="S 5.11", text=words)

"""RemoteStartTransaction and RemoteStopTransaction: the CSMS acts like a tag (S 5.11, S 5.12)."""

from __future__ import annotations

from functools import partial

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.connector import Connector, PendingStart, StartAttempt
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.refusals import note_refusal
from cp_tui.charge_point.request_answer import RequestAnswer
from cp_tui.ocpp.core import (
    RemoteStartTransactionRequest,
    RemoteStartTransactionResponse,
    RemoteStopTransactionRequest,
    RemoteStopTransactionResponse,
)
from cp_tui.ocpp.datatypes import RemoteStartStopStatus
from cp_tui.ocpp.feature_profile import FeatureProfile

AUTHORIZE_REMOTE = "AuthorizeRemoteTxRequests"


class RemoteTransactions:
    """Starts and stops transactions that the CSMS asks for."""

    def __init__(self, components: Components) -> None:
        self._components = components

    def start(self, request: RemoteStartTransactionRequest) -> RequestAnswer:
        """Answer RemoteStartTransaction, then start as with a local tag (S 5.11)."""
        if not self._components.turn.config.has(FeatureProfile.SMART_CHARGING):
            # S 5.11: a profile is ignored where there is no smart charging.
            request = request.model_copy(update={"charging_profile": None})
        found = self._connector_to_start(request)
        if isinstance(found, Reason):
            self._note_refusal(request, found)
            status = RemoteStartStopStatus.REJECTED
            return RequestAnswer(RemoteStartTransactionResponse(status=status), found)
        reason = because(
            "remote_start.accepted",
            "S 5.11",
            "{tag} starts on connector {connector}",
            tag=request.id_tag,
            connector=found.connector_id,
        )
        then = partial(self._start, found, request)
        status = RemoteStartStopStatus.ACCEPTED
        return RequestAnswer(RemoteStartTransactionResponse(status=status), reason, then)

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

    def stop(self, request: RemoteStopTransactionRequest) -> RequestAnswer:
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
            return RequestAnswer(RemoteStopTransactionResponse(status=status), reason)
        reason = because(
            "remote_stop.accepted",
            "S 5.12",
            "transaction {id} on connector {connector} stops",
            id=request.transaction_id,
            connector=connector.connector_id,
        )
        then = partial(components.sessions.stop_remotely, connector)
        status = RemoteStartStopStatus.ACCEPTED
        return RequestAnswer(RemoteStopTransactionResponse(status=status), reason, then)


def _refused(subject: str, words: str) -> Reason:
    return Reason(id=f"remote_start.{subject}", rule="S 5.11", text=words)

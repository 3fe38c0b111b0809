"""Who was refused to start, as far as the answers tell it: the stream `refusals`.

Whom a charge point refuses by itself, by its list or for a fault, no frame tells.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

from cp_tui.charge_point.reason import because
from cp_tui.charge_point.variables import Refusal, RefusedBy
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    AuthorizeResponse,
    RemoteStartTransactionRequest,
    RemoteStartTransactionResponse,
    StartTransactionRequest,
    StartTransactionResponse,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo, RemoteStartStopStatus


class FollowedRefusals:
    """The answers that refuse a start."""

    ACTIONS = frozenset(
        {Action.AUTHORIZE, Action.START_TRANSACTION, Action.REMOTE_START_TRANSACTION}
    )

    def __init__(self) -> None:
        self.told: deque[Refusal] = deque()
        """Not told yet; whoever follows takes them."""

    def learn(self, moment: Moment, at: datetime) -> None:
        """Take in an answer."""
        match moment.answered:
            case AuthorizeRequest(id_tag=tag), AuthorizeResponse(id_tag_info=info):
                self._by_csms("Authorize", "S 4.1", tag, None, info, at)
            case (
                StartTransactionRequest(id_tag=tag, connector_id=connector),
                StartTransactionResponse(id_tag_info=info),
            ):
                self._by_csms("StartTransaction", "S 4.8", tag, connector, info, at)
            case (
                RemoteStartTransactionRequest(id_tag=tag, connector_id=connector),
                RemoteStartTransactionResponse(status=RemoteStartStopStatus.REJECTED),
            ):
                reason = because(
                    "follow.refused.remote_start",
                    "S 5.11",
                    "the charge point answered RemoteStartTransaction of {tag} with {status};"
                    " why is not told",
                    tag=tag,
                    status="Rejected",
                )
                refusal = Refusal(
                    at=at,
                    connector_id=connector,
                    id_tag=tag,
                    by=RefusedBy.CHARGE_POINT,
                    is_remote=True,
                    reason=reason,
                )
                self.told.append(refusal)

    def _by_csms(
        self,
        action: str,
        rule: str,
        tag: str,
        connector: int | None,
        info: IdTagInfo,
        at: datetime,
    ) -> None:
        if info.status is AuthorizationStatus.ACCEPTED or not info.is_said:
            return
        reason = because(
            "follow.refused.by_csms",
            rule,
            "the CSMS answered {action} of {tag} with {status}",
            action=action,
            tag=tag,
            status=info.status.value,
        )
        self.told.append(
            Refusal(at=at, connector_id=connector, id_tag=tag, by=RefusedBy.CSMS, reason=reason)
        )

"""What was said about each tag last, and by what (S 4.1, S 4.8)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from msgspec import Struct

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.core import (
    AuthorizeRequest,
    AuthorizeResponse,
    RemoteStartTransactionRequest,
    StartTransactionRequest,
    StartTransactionResponse,
    StopTransactionRequest,
    StopTransactionResponse,
)
from cp_tui.ocpp.datatypes import AuthorizationStatus, IdTagInfo

TAGS_MAX = 20_000


class VerdictFrom(Enum):
    """What said it."""

    AUTHORIZE = "Authorize.conf"
    START = "StartTransaction.conf"
    STOP = "StopTransaction.conf"
    REMOTE_START = "RemoteStartTransaction"


class KnownVerdict(Struct, frozen=True):
    """What was said about a tag."""

    info: IdTagInfo | None
    """None: a remote start, which needs no verdict."""
    source: VerdictFrom
    where: FrameRef
    at: datetime | None
    breaks: int

    @property
    def is_accepted(self) -> bool:
        return self.info is None or self.info.status is AuthorizationStatus.ACCEPTED


class KnownTags:
    """The last verdict on each tag; tags are the same in any case of their letters."""

    ACTIONS = frozenset(
        {
            Action.AUTHORIZE,
            Action.START_TRANSACTION,
            Action.STOP_TRANSACTION,
            Action.REMOTE_START_TRANSACTION,
        }
    )

    def __init__(self) -> None:
        self._verdicts: dict[str, KnownVerdict] = {}

    def get(self, id_tag: str) -> KnownVerdict | None:
        return self._verdicts.get(id_tag.lower())

    def learn(self, moment: Moment) -> None:
        match moment.answered:
            case AuthorizeRequest(id_tag=tag), AuthorizeResponse(id_tag_info=info):
                self._say(tag, info, VerdictFrom.AUTHORIZE, moment)
            case (
                StartTransactionRequest(id_tag=tag),
                StartTransactionResponse(id_tag_info=info),
            ) if info.is_said:
                self._say(tag, info, VerdictFrom.START, moment)
            case StopTransactionRequest(id_tag=str(tag)), StopTransactionResponse(
                id_tag_info=IdTagInfo() as info
            ):
                self._say(tag, info, VerdictFrom.STOP, moment)
        match moment.request:
            case RemoteStartTransactionRequest(id_tag=tag):
                self._say(tag, None, VerdictFrom.REMOTE_START, moment)

    def _say(self, tag: str, info: IdTagInfo | None, source: VerdictFrom, moment: Moment) -> None:
        if len(self._verdicts) >= TAGS_MAX and tag.lower() not in self._verdicts:
            del self._verdicts[next(iter(self._verdicts))]
        self._verdicts[tag.lower()] = KnownVerdict(
            info, source, moment.where, moment.at, moment.breaks
        )

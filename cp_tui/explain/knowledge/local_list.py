"""The local authorization list and its version (S 5.10, S 5.15)."""

from __future__ import annotations

from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.datatypes import IdTagInfo, UpdateStatus, UpdateType
from cp_tui.ocpp.local_auth_list_management import (
    GetLocalListVersionResponse,
    SendLocalListRequest,
    SendLocalListResponse,
)

ENTRIES_MAX = 50_000


class KnownLocalList:
    """What SendLocalList has left."""

    ACTIONS = frozenset({Action.GET_LOCAL_LIST_VERSION, Action.SEND_LOCAL_LIST})

    def __init__(self) -> None:
        self.version: int | None = None
        """None: not known."""
        self.where: FrameRef | None = None
        """The answer from which the version is known."""
        self.breaks = 0
        """How often the log had broken off when the version was told."""
        self.entries: dict[str, IdTagInfo] = {}
        """By the tag in small letters, as far as they are known."""
        self.spelt: dict[str, str] = {}
        """The tags as they were written last, by themselves in small letters."""
        self.are_all_known = False

    def learn(self, moment: Moment) -> None:
        match moment.answered:
            case _, GetLocalListVersionResponse(list_version=version):
                self.version, self.where = version, moment.where
                self.breaks = moment.breaks
            case (
                SendLocalListRequest() as request,
                SendLocalListResponse(status=UpdateStatus.ACCEPTED),
            ):
                self._update(request)
                self.where = moment.where
                self.breaks = moment.breaks

    def _update(self, request: SendLocalListRequest) -> None:
        entries = request.local_authorization_list or ()
        if request.update_type is UpdateType.FULL:
            self.entries.clear()
            self.spelt.clear()
            self.are_all_known = True
        for entry in entries:
            if entry.id_tag_info is None:
                self.entries.pop(entry.id_tag.lower(), None)
                self.spelt.pop(entry.id_tag.lower(), None)
            elif len(self.entries) < ENTRIES_MAX:
                self.entries[entry.id_tag.lower()] = entry.id_tag_info
                self.spelt[entry.id_tag.lower()] = entry.id_tag
            else:
                self.are_all_known = False
        is_emptied = request.update_type is UpdateType.FULL and not entries
        # S 5.10: the version of an empty list is 0.
        self.version = 0 if is_emptied else request.list_version

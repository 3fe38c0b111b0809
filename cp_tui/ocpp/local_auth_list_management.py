"""The messages of the LocalAuthListManagement profile (S 5.10, S 5.15)."""

from __future__ import annotations

from cp_tui.ocpp.datatypes import Array, AuthorizationData, Integer, UpdateStatus, UpdateType
from cp_tui.ocpp.model import WireModel


class GetLocalListVersionRequest(WireModel):
    """Which version of the local list is stored? (S 5.10)."""


class GetLocalListVersionResponse(WireModel):
    """Version of the local list."""

    list_version: Integer
    """0: the list is empty; -1: there is no local list."""


class SendLocalListRequest(WireModel):
    """Replace or patch the local list (S 5.15)."""

    list_version: Integer
    update_type: UpdateType
    local_authorization_list: Array[AuthorizationData] | None = None


class SendLocalListResponse(WireModel):
    """Result of SendLocalList."""

    status: UpdateStatus

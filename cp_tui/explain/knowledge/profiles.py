"""The charging profiles that are installed, as far as the log tells (S 5.5, S 5.16)."""

from __future__ import annotations

from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.profile_store import clear, end_transactions, install
from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST
from cp_tui.ocpp.core import RemoteStartTransactionRequest, RemoteStartTransactionResponse
from cp_tui.ocpp.datatypes import (
    ChargingProfile,
    ChargingProfileStatus,
    ClearChargingProfileStatus,
    RemoteStartStopStatus,
)
from cp_tui.ocpp.smart_charging import (
    ClearChargingProfileRequest,
    ClearChargingProfileResponse,
    SetChargingProfileRequest,
    SetChargingProfileResponse,
)

PROFILES_MAX = 2_000


class KnownProfiles:
    """What SetChargingProfile and ClearChargingProfile have left."""

    ACTIONS = frozenset(
        {
            Action.SET_CHARGING_PROFILE,
            Action.CLEAR_CHARGING_PROFILE,
            Action.REMOTE_START_TRANSACTION,
        }
    )

    def __init__(self) -> None:
        self.installed: tuple[InstalledProfile, ...] = ()
        self.are_all_known = False
        """Whether there is none beside these: everything was cleared once."""
        self.are_tx_profiles_known = True
        """Whether the log has every TxProfile of the transactions that began in it."""
        self.changed: FrameRef | None = None
        """The last answer that changed them."""

    def learn(self, moment: Moment) -> None:
        match moment.answered:
            case (
                SetChargingProfileRequest() as request,
                SetChargingProfileResponse(status=ChargingProfileStatus.ACCEPTED),
            ):
                self._install(moment, request)
            case (
                RemoteStartTransactionRequest(charging_profile=ChargingProfile()),
                RemoteStartTransactionResponse(status=RemoteStartStopStatus.ACCEPTED),
            ):
                # It is installed with a transaction that nobody can name yet.
                self.are_all_known = self.are_tx_profiles_known = False
            case ClearChargingProfileRequest() as request, ClearChargingProfileResponse() as answer:
                self._clear(moment, request, answer)

    def _install(self, moment: Moment, request: SetChargingProfileRequest) -> None:
        if len(self.installed) >= PROFILES_MAX:
            self.are_all_known = self.are_tx_profiles_known = False
            return
        new = InstalledProfile(
            request.connector_id, request.cs_charging_profiles, moment.at or FIRST
        )
        self.installed = install(self.installed, new).kept
        self.changed = moment.where

    def _clear(
        self,
        moment: Moment,
        request: ClearChargingProfileRequest,
        answer: ClearChargingProfileResponse,
    ) -> None:
        is_everything = not request.to_payload()
        if is_everything or answer.status is ClearChargingProfileStatus.ACCEPTED:
            self.installed = clear(self.installed, request).kept
            self.changed = moment.where
        self.are_all_known = self.are_all_known or is_everything

    def transaction_ended(self, connector: int) -> None:
        """The TxProfiles of a connector end with its transaction (S 3.13.1)."""
        self.installed = end_transactions(self.installed, (connector,)).kept

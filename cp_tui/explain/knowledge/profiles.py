"""The charging profiles that are installed, as far as the log tells (S 5.5, S 5.16)."""

from __future__ import annotations

from datetime import datetime

from cp_tui.charge_point.smart_charging.context import InstalledProfile
from cp_tui.charge_point.smart_charging.profile_store import clear, end_transactions, install
from cp_tui.explain.finding import FrameRef
from cp_tui.explain.knowledge.moment import Moment
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.calendar import FIRST, later
from cp_tui.ocpp.core import (
    RemoteStartTransactionRequest,
    RemoteStartTransactionResponse,
    StartTransactionRequest,
)
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
PROMISE_S = 600.0
"""A remote start whose cable did not come by then has led to nothing (ConnectionTimeOut)."""


class KnownProfiles:
    """What SetChargingProfile and ClearChargingProfile have left."""

    ACTIONS = frozenset(
        {
            Action.SET_CHARGING_PROFILE,
            Action.CLEAR_CHARGING_PROFILE,
            Action.REMOTE_START_TRANSACTION,
            Action.START_TRANSACTION,
        }
    )

    def __init__(self) -> None:
        self.installed: tuple[InstalledProfile, ...] = ()
        self.are_all_known = False
        """Whether there is none beside these: everything was cleared once."""
        self.are_tx_profiles_known = True
        """Whether the log has every TxProfile of the transactions that began in it."""
        self._promised: dict[str, tuple[RemoteStartTransactionRequest, datetime | None]] = {}
        """Tag in small letters -> the remote start whose profile goes with its transaction."""
        self.changed: FrameRef | None = None
        """The last answer that changed them."""

    def learn(self, moment: Moment) -> None:
        if isinstance(moment.request, StartTransactionRequest):
            self._bind(moment, moment.request)
        match moment.answered:
            case (
                SetChargingProfileRequest() as request,
                SetChargingProfileResponse(status=ChargingProfileStatus.ACCEPTED),
            ):
                self._install(moment, request)
            case (
                RemoteStartTransactionRequest() as start,
                RemoteStartTransactionResponse(status=RemoteStartStopStatus.ACCEPTED),
            ):
                self._promise(moment, start)
            case ClearChargingProfileRequest() as request, ClearChargingProfileResponse() as answer:
                self._clear(moment, request, answer)

    def _promise(self, moment: Moment, start: RemoteStartTransactionRequest) -> None:
        tag = start.id_tag.lower()
        self._promised.pop(tag, None)
        if start.charging_profile is None:
            return
        # It is installed with a transaction that nobody can name yet, and perhaps never.
        self.are_all_known = self.are_tx_profiles_known = False
        if len(self._promised) >= PROFILES_MAX:
            del self._promised[next(iter(self._promised))]
        self._promised[tag] = start, moment.at

    def _bind(self, moment: Moment, start: StartTransactionRequest) -> None:
        """A remote start has led to its transaction: its profile is the TxProfile (S 5.11)."""
        remote, at = self._promised.get(start.id_tag.lower(), (None, None))
        if remote is None or remote.connector_id not in (None, start.connector_id):
            return
        del self._promised[start.id_tag.lower()]
        is_late = at is not None and moment.at is not None and moment.at > later(at, PROMISE_S)
        if remote.charging_profile is not None and not is_late:
            self._put(start.connector_id, remote.charging_profile, moment)

    def _install(self, moment: Moment, request: SetChargingProfileRequest) -> None:
        self._put(request.connector_id, request.cs_charging_profiles, moment)
        self.changed = moment.where

    def _put(self, connector: int, profile: ChargingProfile, moment: Moment) -> None:
        has_periods = bool(profile.charging_schedule.charging_schedule_period)
        if len(self.installed) >= PROFILES_MAX or not has_periods:
            # What it makes of a schedule without a period (S 7.13 wants one) nobody knows.
            self.are_all_known = self.are_tx_profiles_known = False
            return
        new = InstalledProfile(connector, profile, moment.at or FIRST)
        self.installed = install(self.installed, new).kept

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

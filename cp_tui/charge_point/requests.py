"""The requests of the CSMS: each is answered first, then carried out (wire.md).

One method per action; what it decides comes from the part that the action concerns.

An answer that leads to messages, or to the end of the connection, must leave before them: a CSMS
that asked for a Reset hears `Accepted`, then StopTransaction, then nothing, and one that asked for
RemoteStartTransaction can match StartTransaction to it. So a method decides and returns, and what
is to be done waits in `RequestAnswer.then` until the answer is among the effects. It is done in the
same turn all the same: the records of both are saved together, before either leaves. Where the
answer itself depends on the act, the act comes first (UnlockConnector opens the lock, S 5.18).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

from cp_tui.charge_point.components import Components
from cp_tui.charge_point.configuration import ConfigurationAnswer
from cp_tui.charge_point.reason import Reason, because
from cp_tui.charge_point.remote_transactions import RemoteTransactions
from cp_tui.charge_point.request_answer import RequestAnswer
from cp_tui.charge_point.security.requests import SecurityRequests
from cp_tui.charge_point.smart_charging.wire import CompositeAnswer
from cp_tui.charge_point.trigger_message import TriggeredMessages
from cp_tui.charge_point.variables import KeySource
from cp_tui.ocpp.action import SPEC, Action, RequestDirection, action_of
from cp_tui.ocpp.core import (
    ChangeAvailabilityRequest,
    ChangeAvailabilityResponse,
    ChangeConfigurationRequest,
    ChangeConfigurationResponse,
    ClearCacheRequest,
    ClearCacheResponse,
    DataTransferRequest,
    DataTransferResponse,
    GetConfigurationRequest,
    RemoteStartTransactionRequest,
    RemoteStopTransactionRequest,
    ResetRequest,
    ResetResponse,
    UnlockConnectorRequest,
    UnlockConnectorResponse,
)
from cp_tui.ocpp.datatypes import (
    AvailabilityType,
    CancelReservationStatus,
    ChargingProfileStatus,
    ClearCacheStatus,
    ClearChargingProfileStatus,
    DataTransferStatus,
    GetCompositeScheduleStatus,
    ReservationStatus,
    ResetStatus,
    ResetType,
    StopReason,
    UnlockStatus,
    UpdateStatus,
)
from cp_tui.ocpp.errors import ErrorCode, OcppError
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.firmware_management import (
    GetDiagnosticsRequest,
    GetDiagnosticsResponse,
    UpdateFirmwareRequest,
    UpdateFirmwareResponse,
)
from cp_tui.ocpp.length import exact
from cp_tui.ocpp.local_auth_list_management import (
    GetLocalListVersionRequest,
    GetLocalListVersionResponse,
    SendLocalListRequest,
    SendLocalListResponse,
)
from cp_tui.ocpp.model import WireModel
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.remote_trigger import TriggerMessageRequest
from cp_tui.ocpp.reservation import (
    CancelReservationRequest,
    CancelReservationResponse,
    ReserveNowRequest,
    ReserveNowResponse,
)
from cp_tui.ocpp.security import (
    CertificateSignedRequest,
    DeleteCertificateRequest,
    ExtendedTriggerMessageRequest,
    GetInstalledCertificateIdsRequest,
    GetLogRequest,
    InstallCertificateRequest,
    SignedUpdateFirmwareRequest,
)
from cp_tui.ocpp.smart_charging import (
    ClearChargingProfileRequest,
    ClearChargingProfileResponse,
    GetCompositeScheduleRequest,
    SetChargingProfileRequest,
    SetChargingProfileResponse,
)


class Requests:
    """Answers every request that a CSMS may send."""

    def __init__(self, components: Components) -> None:
        self._components = components
        self._remote = RemoteTransactions(components)
        self._triggered = TriggeredMessages(components)
        self._security = SecurityRequests(components)

    def answer(self, request: WireModel) -> RequestAnswer:
        """Answer a valid request; raises OcppError where the answer is a CALLERROR."""
        action = action_of(request)
        spec = SPEC[action]
        if spec.direction is RequestDirection.TO_CSMS:
            raise OcppError(
                ErrorCode.NOT_SUPPORTED, f"{action} is sent by charge points, not to them"
            )
        config = self._components.turn.config
        if action in config.unsupported:
            words = f"this charge point does not support {action}: charge_point.unsupported"
            raise OcppError(ErrorCode.NOT_SUPPORTED, words)
        if not config.has(spec.feature_profile):
            return _without_profile(action, spec.feature_profile)
        return _HANDLERS[type(request)](self, request)

    def _change_availability(self, request: ChangeAvailabilityRequest) -> RequestAnswer:
        operative = request.type is AvailabilityType.OPERATIVE
        components = self._components
        status, reason, changed = components.availability.change(request.connector_id, operative)

        def then() -> None:
            for connector in changed:
                components.statuses.refresh(connector, f"ChangeAvailability {request.type}")
            for connector in components.connectors[1:]:
                if connector.is_leaving:
                    components.sessions.leave_service(connector)

        return RequestAnswer(ChangeAvailabilityResponse(status=status), reason, then)

    def _change_configuration(self, request: ChangeConfigurationRequest) -> RequestAnswer:
        change = self._components.configuration.change(request.key, request.value, KeySource.CSMS)

        def then() -> None:
            self._components.monitors.changed_by_csms(change)
            if change.is_stored and change.spec is not None:
                self._components.key_changed(change.spec.name)

        return RequestAnswer(ChangeConfigurationResponse(status=change.status), change.reason, then)

    def _get_configuration(self, request: GetConfigurationRequest) -> RequestAnswer:
        asked = request.key or ()
        asked_max = self._components.configuration.integer("GetConfigurationMaxKeys")
        # S 5.8: the limit is for keys that are asked for by name, not for the list of all.
        if len(asked) > asked_max:
            words = f"{count(len(asked), 'key')} asked for, GetConfigurationMaxKeys is {asked_max}"
            raise OcppError(ErrorCode.OCCURENCE_CONSTRAINT_VIOLATION, words)
        known, unknown = self._components.configuration.get(asked)
        return RequestAnswer(ConfigurationAnswer(known, unknown or None))

    def _clear_cache(self, request: ClearCacheRequest) -> RequestAnswer:
        if not self._components.authorization_cache.is_enabled:
            reason = because(
                "authorization.cache.disabled", "S 5.4", "AuthorizationCacheEnabled is false"
            )
            return RequestAnswer(ClearCacheResponse(status=ClearCacheStatus.REJECTED), reason)
        count = self._components.authorization_cache.clear()
        reason = because(
            "authorization.cache.cleared", "S 5.4", "{count:tag} forgotten", count=count
        )
        return RequestAnswer(ClearCacheResponse(status=ClearCacheStatus.ACCEPTED), reason)

    def _data_transfer(self, request: DataTransferRequest) -> RequestAnswer:
        reason = because(
            "data_transfer.unknown_vendor",
            "S 5.6",
            "this charge point has no extension of vendor {vendor}",
            vendor=request.vendor_id,
        )
        status = DataTransferStatus.UNKNOWN_VENDOR_ID
        return RequestAnswer(DataTransferResponse(status=status), reason)

    def _reset(self, request: ResetRequest) -> RequestAnswer:
        resetting = self._components.resetting
        if resetting.is_under_way:
            reason = because("reset.running", "S 5.14", "a reset is under way already")
            return RequestAnswer(ResetResponse(status=ResetStatus.REJECTED), reason)
        reason = because("reset.accepted", "S 5.14", "{type} reset", type=request.type)
        hard = request.type is ResetType.HARD
        return RequestAnswer(
            ResetResponse(status=ResetStatus.ACCEPTED),
            reason,
            lambda: resetting.begin(hard=hard),
        )

    def _unlock_connector(self, request: UnlockConnectorRequest) -> RequestAnswer:
        """Unlock, answer with the result, then end the transaction or the attempt (S 5.18)."""
        status, reason = self._try_to_unlock(request.connector_id)
        connector = self._components.connector(request.connector_id)
        if status is UnlockStatus.NOT_SUPPORTED or connector is None:
            return RequestAnswer(UnlockConnectorResponse(status=status), reason)
        explanation = because(
            "unlock_connector.stop", "S 5.18", "the CSMS asked to unlock the connector"
        )
        sessions = self._components.sessions
        then = partial(sessions.abandon_attempt, connector, explanation)
        if connector.transaction is not None:
            then = partial(sessions.stop, connector, StopReason.UNLOCK_COMMAND, explanation)
        return RequestAnswer(UnlockConnectorResponse(status=status), reason, then)

    def _try_to_unlock(self, connector_id: int) -> tuple[UnlockStatus, Reason]:
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

    def _update_firmware(self, request: UpdateFirmwareRequest) -> RequestAnswer:
        if not self._components.turn.config.security.unsigned_firmware:
            words = "only SignedUpdateFirmware is taken: security.unsigned_firmware is false"
            raise OcppError(ErrorCode.NOT_SUPPORTED, words)
        firmware = self._components.firmware
        then = partial(firmware.update, request)
        return RequestAnswer(UpdateFirmwareResponse(), firmware.explain(request), then)

    def _get_diagnostics(self, request: GetDiagnosticsRequest) -> RequestAnswer:
        diagnostics = self._components.diagnostics
        file_name = diagnostics.file_name()
        then = partial(diagnostics.upload, request, file_name)
        response = GetDiagnosticsResponse(file_name=file_name)
        return RequestAnswer(response, diagnostics.explain(request), then)

    def _send_local_list(self, request: SendLocalListRequest) -> RequestAnswer:
        status, reason = self._components.local_list.update(request)
        then = None
        if status is UpdateStatus.ACCEPTED:
            then = self._components.authorization.list_changed
        return RequestAnswer(SendLocalListResponse(status=status), reason, then)

    def _get_local_list_version(self, request: GetLocalListVersionRequest) -> RequestAnswer:
        local_list = self._components.local_list
        reason = None
        if not local_list.is_enabled:
            reason = because("local_list.disabled", "S 9.2.1", "LocalAuthListEnabled is false")
        return RequestAnswer(GetLocalListVersionResponse(list_version=local_list.version), reason)

    def _reserve_now(self, request: ReserveNowRequest) -> RequestAnswer:
        status, reason = self._components.reservations.reserve(request)
        return RequestAnswer(ReserveNowResponse(status=status), reason)

    def _cancel_reservation(self, request: CancelReservationRequest) -> RequestAnswer:
        status, reason = self._components.reservations.cancel(request.reservation_id)
        return RequestAnswer(CancelReservationResponse(status=status), reason)

    def _set_charging_profile(self, request: SetChargingProfileRequest) -> RequestAnswer:
        charging = self._components.charging
        profile = request.cs_charging_profiles
        refusal = charging.check(request.connector_id, profile)
        if refusal is not None:
            status = ChargingProfileStatus.REJECTED
            return RequestAnswer(SetChargingProfileResponse(status=status), refusal)
        reason = charging.set_profile(request.connector_id, profile).reason
        status = ChargingProfileStatus.ACCEPTED
        return RequestAnswer(
            SetChargingProfileResponse(status=status), reason, self._components.refresh_charging
        )

    def _clear_charging_profile(self, request: ClearChargingProfileRequest) -> RequestAnswer:
        count = len(self._components.charging.clear_profiles(request))
        status = (
            ClearChargingProfileStatus.ACCEPTED if count else ClearChargingProfileStatus.UNKNOWN
        )
        reason = because(
            "smart_charging.cleared",
            "S 5.5",
            "{count:profile} removed" if count else "no installed profile matches",
            count=count,
        )
        return RequestAnswer(
            ClearChargingProfileResponse(status=status), reason, self._components.refresh_charging
        )

    def _get_composite_schedule(self, request: GetCompositeScheduleRequest) -> RequestAnswer:
        charging = self._components.charging
        refusal = charging.check_composite(
            request.connector_id, request.duration, request.charging_rate_unit
        )
        if refusal is not None:
            return RequestAnswer(CompositeAnswer(GetCompositeScheduleStatus.REJECTED), refusal)
        response = charging.answer_composite(
            request.connector_id, request.duration, request.charging_rate_unit
        )
        reason, schedule = None, response.charging_schedule
        assert schedule is not None
        covered_s, count = schedule.duration, len(schedule.charging_schedule_period)
        periods_max = self._components.configuration.integer("ChargingScheduleMaxPeriods")
        if covered_s < request.duration:
            reason = because(
                "smart_charging.composite.cut",
                "S 9.4.3",
                "covers {covered} of {asked}: {count:period}, {key} is {maximum}"
                if count == periods_max
                else "covers {covered} of {asked}: it takes too long to look further",
                covered=exact(covered_s),
                asked=exact(request.duration),
                count=count,
                key="ChargingScheduleMaxPeriods",
                maximum=periods_max,
            )
        return RequestAnswer(response, reason)


_HANDLERS: Mapping[type[WireModel], Callable[..., RequestAnswer]] = MappingProxyType(
    {
        ChangeAvailabilityRequest: Requests._change_availability,
        ChangeConfigurationRequest: Requests._change_configuration,
        ClearCacheRequest: Requests._clear_cache,
        SendLocalListRequest: Requests._send_local_list,
        GetLocalListVersionRequest: Requests._get_local_list_version,
        ReserveNowRequest: Requests._reserve_now,
        CancelReservationRequest: Requests._cancel_reservation,
        DataTransferRequest: Requests._data_transfer,
        GetConfigurationRequest: Requests._get_configuration,
        ResetRequest: Requests._reset,
        RemoteStartTransactionRequest: lambda to, request: to._remote.start(request),
        RemoteStopTransactionRequest: lambda to, request: to._remote.stop(request),
        UnlockConnectorRequest: Requests._unlock_connector,
        TriggerMessageRequest: lambda to, request: to._triggered.trigger(request),
        UpdateFirmwareRequest: Requests._update_firmware,
        GetDiagnosticsRequest: Requests._get_diagnostics,
        SetChargingProfileRequest: Requests._set_charging_profile,
        ClearChargingProfileRequest: Requests._clear_charging_profile,
        GetCompositeScheduleRequest: Requests._get_composite_schedule,
        CertificateSignedRequest: lambda to, request: to._security.certificate_signed(request),
        DeleteCertificateRequest: lambda to, request: to._security.delete_certificate(request),
        ExtendedTriggerMessageRequest: lambda to, it: to._triggered.trigger_extended(it),
        GetInstalledCertificateIdsRequest: lambda to, it: to._security.installed_ids(it),
        GetLogRequest: lambda to, request: to._security.get_log(request),
        InstallCertificateRequest: lambda to, request: to._security.install_certificate(request),
        SignedUpdateFirmwareRequest: lambda to, it: to._security.signed_update_firmware(it),
    }
)


def _without_profile(action: Action, profile: FeatureProfile) -> RequestAnswer:
    """Answer a request of a profile that this charger does not have: in its own words if it can."""
    words = f"{action} needs the profile {profile}, which is not supported"
    response = _ANSWERS_WITHOUT_PROFILE.get(action)
    if response is None:
        raise OcppError(ErrorCode.NOT_SUPPORTED, words)
    return RequestAnswer(response(), Reason(id="requests.no_profile", rule="S 3.3", text=words))


_ANSWERS_WITHOUT_PROFILE: Mapping[Action, Callable[[], WireModel]] = MappingProxyType(
    {
        Action.RESERVE_NOW: lambda: ReserveNowResponse(status=ReservationStatus.REJECTED),
        Action.CANCEL_RESERVATION: lambda: CancelReservationResponse(
            status=CancelReservationStatus.REJECTED
        ),
        Action.SEND_LOCAL_LIST: lambda: SendLocalListResponse(status=UpdateStatus.NOT_SUPPORTED),
        # S 5.10: no local list.
        Action.GET_LOCAL_LIST_VERSION: lambda: GetLocalListVersionResponse(list_version=-1),
    }
)

"""The CSMS against a charge point that we did not write: the PyPI package `ocpp`.

The package checks every frame of both directions against the official JSON schemas.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.datatypes import MeterValue, SampledValue
from ocpp.v16.enums import Action as PeerAction, ChargePointErrorCode, ChargePointStatus
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from cp_tui.csms.central_system import CentralSystem
from cp_tui.csms.event_log import Called, Malformed, Noted
from cp_tui.ocpp import (
    core,
    datatypes as types,
    firmware_management,
    local_auth_list_management,
    remote_trigger,
    reservation,
    security,
    security_enumerations as secure,
    smart_charging,
)
from cp_tui.ocpp.action import SPEC, Action, RequestDirection, action_of
from cp_tui.ocpp.model import WireModel

AT = datetime(2026, 1, 5, 8, tzinfo=UTC)
PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
HASH_DATA = security.CertificateHashData(
    hash_algorithm=secure.HashAlgorithm.SHA256,
    issuer_name_hash="ab",
    issuer_key_hash="cd",
    serial_number="FFF",
)

ANSWERS: dict[Action, object] = {
    Action.CANCEL_RESERVATION: call_result.CancelReservation("Accepted"),
    Action.CERTIFICATE_SIGNED: call_result.CertificateSigned("Accepted"),
    Action.CHANGE_AVAILABILITY: call_result.ChangeAvailability("Scheduled"),
    Action.CHANGE_CONFIGURATION: call_result.ChangeConfiguration("RebootRequired"),
    Action.CLEAR_CACHE: call_result.ClearCache("Accepted"),
    Action.CLEAR_CHARGING_PROFILE: call_result.ClearChargingProfile("Unknown"),
    Action.DATA_TRANSFER: call_result.DataTransfer("UnknownVendorId"),
    Action.DELETE_CERTIFICATE: call_result.DeleteCertificate("NotFound"),
    Action.EXTENDED_TRIGGER_MESSAGE: call_result.ExtendedTriggerMessage("Accepted"),
    Action.GET_COMPOSITE_SCHEDULE: call_result.GetCompositeSchedule(
        "Accepted",
        connector_id=1,
        schedule_start="2026-01-05T08:00:00Z",
        charging_schedule={
            "chargingRateUnit": "A",
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 8.1}],
        },
    ),
    Action.GET_CONFIGURATION: call_result.GetConfiguration(
        configuration_key=[{"key": "HeartbeatInterval", "readonly": False, "value": "300"}],
        unknown_key=["Nope"],
    ),
    Action.GET_DIAGNOSTICS: call_result.GetDiagnostics("diagnostics.zip"),
    Action.GET_INSTALLED_CERTIFICATE_IDS: call_result.GetInstalledCertificateIds("NotFound"),
    Action.GET_LOCAL_LIST_VERSION: call_result.GetLocalListVersion(-1),
    Action.GET_LOG: call_result.GetLog("Accepted", filename="security.log"),
    Action.INSTALL_CERTIFICATE: call_result.InstallCertificate("Accepted"),
    Action.REMOTE_START_TRANSACTION: call_result.RemoteStartTransaction("Accepted"),
    Action.REMOTE_STOP_TRANSACTION: call_result.RemoteStopTransaction("Rejected"),
    Action.RESERVE_NOW: call_result.ReserveNow("Occupied"),
    Action.RESET: call_result.Reset("Accepted"),
    Action.SEND_LOCAL_LIST: call_result.SendLocalList("VersionMismatch"),
    Action.SET_CHARGING_PROFILE: call_result.SetChargingProfile("Accepted"),
    Action.SIGNED_UPDATE_FIRMWARE: call_result.SignedUpdateFirmware("InvalidCertificate"),
    Action.TRIGGER_MESSAGE: call_result.TriggerMessage("NotImplemented"),
    Action.UNLOCK_CONNECTOR: call_result.UnlockConnector("UnlockFailed"),
    Action.UPDATE_FIRMWARE: call_result.UpdateFirmware(),
}

PROFILE = types.ChargingProfile(
    charging_profile_id=1,
    stack_level=0,
    charging_profile_purpose=types.ChargingProfilePurposeType.TX_DEFAULT_PROFILE,
    charging_profile_kind=types.ChargingProfileKindType.RECURRING,
    recurrency_kind=types.RecurrencyKindType.DAILY,
    charging_schedule=types.ChargingSchedule(
        charging_rate_unit=types.ChargingRateUnitType.A,
        start_schedule=AT,
        charging_schedule_period=(
            types.ChargingSchedulePeriod(start_period=0, limit=Decimal("16.5"), number_phases=3),
        ),
    ),
)

REQUESTS: tuple[WireModel, ...] = (
    core.ChangeAvailabilityRequest(connector_id=0, type=types.AvailabilityType.INOPERATIVE),
    core.ChangeConfigurationRequest(key="HeartbeatInterval", value="600"),
    core.ClearCacheRequest(),
    core.DataTransferRequest(vendor_id="com.example", message_id="x", data="{}"),
    core.GetConfigurationRequest(key=("HeartbeatInterval", "Nope")),
    core.RemoteStartTransactionRequest(id_tag="APP", connector_id=1),
    core.RemoteStopTransactionRequest(transaction_id=7),
    core.ResetRequest(type=types.ResetType.SOFT),
    core.UnlockConnectorRequest(connector_id=1),
    firmware_management.GetDiagnosticsRequest(location="ftp://logs.example/in", retries=2),
    firmware_management.UpdateFirmwareRequest(location="https://fw.example/1", retrieve_date=AT),
    local_auth_list_management.GetLocalListVersionRequest(),
    local_auth_list_management.SendLocalListRequest(
        list_version=2,
        update_type=types.UpdateType.DIFFERENTIAL,
        local_authorization_list=(types.AuthorizationData(id_tag="OLD"),),
    ),
    reservation.CancelReservationRequest(reservation_id=7),
    reservation.ReserveNowRequest(
        connector_id=1, expiry_date=AT, id_tag="DRIVER", reservation_id=7
    ),
    smart_charging.ClearChargingProfileRequest(stack_level=0),
    smart_charging.GetCompositeScheduleRequest(connector_id=1, duration=600),
    smart_charging.SetChargingProfileRequest(connector_id=0, cs_charging_profiles=PROFILE),
    remote_trigger.TriggerMessageRequest(requested_message=types.MessageTrigger.HEARTBEAT),
    security.CertificateSignedRequest(certificate_chain=PEM),
    security.DeleteCertificateRequest(certificate_hash_data=HASH_DATA),
    security.ExtendedTriggerMessageRequest(
        requested_message=secure.ExtendedMessageTrigger.HEARTBEAT
    ),
    security.GetInstalledCertificateIdsRequest(
        certificate_type=secure.CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE
    ),
    security.GetLogRequest(
        log=security.LogParameters(remote_location="https://logs.example"),
        log_type=secure.LogType.SECURITY_LOG,
        request_id=5,
    ),
    security.InstallCertificateRequest(
        certificate_type=secure.CertificateUse.CENTRAL_SYSTEM_ROOT_CERTIFICATE, certificate=PEM
    ),
    security.SignedUpdateFirmwareRequest(
        request_id=9,
        firmware=security.FirmwareImage(
            location="https://fw.example/2",
            retrieve_date_time=AT,
            signing_certificate=PEM,
            signature="MEUCIQ==",
        ),
    ),
)


def _route(action: Action) -> Callable[..., object]:
    def answer(_: ChargePoint, **__: object) -> object:
        return ANSWERS[action]

    # The package finds its routes by the names of the functions.
    answer.__name__ = f"on_{action.name.lower()}"
    route: Callable[..., object] = on(PeerAction(str(action)))(answer)
    return route


def peer_class() -> type:
    """Build a charge point of the package with a route for every CALL of a CSMS."""
    routes = {f"on_{action.name.lower()}": _route(action) for action in ANSWERS}
    return type("Peer", (ChargePoint,), routes)


@pytest.fixture
async def peer(csms: CentralSystem) -> AsyncIterator[ChargePoint]:
    """The foreign charge point, connected and listening."""
    async with connect(
        f"{csms.url}/PEER", subprotocols=[Subprotocol("ocpp1.6")], proxy=None
    ) as websocket:
        charge_point = peer_class()("PEER", websocket, response_timeout=30)
        listening = asyncio.create_task(charge_point.start())
        yield charge_point
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


def test_every_call_of_a_csms_is_tried_here() -> None:
    to_charge_point = {
        action for action, spec in SPEC.items() if spec.direction is not RequestDirection.TO_CSMS
    }
    assert {action_of(request) for request in REQUESTS} == to_charge_point == ANSWERS.keys()


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: str(action_of(request)))
async def test_the_peer_takes_and_answers(
    csms: CentralSystem, peer: ChargePoint, request_: WireModel
) -> None:
    response = await csms.call("PEER", request_, timeout_s=30)
    assert type(response) is SPEC[action_of(request_)].response
    # What the CSMS makes of the answer is noted behind it.
    seen = [event for event in csms.record.events if not isinstance(event, Noted)]
    assert isinstance(seen[-1], Called)


async def test_a_session_of_the_peer(csms: CentralSystem, peer: ChargePoint) -> None:
    async def ask(request: object) -> object:
        answer: object = await peer.call(request, suppress=False)
        return answer

    boot = await ask(call.BootNotification(charge_point_model="M", charge_point_vendor="V"))
    assert isinstance(boot, call_result.BootNotification)
    assert (boot.status, boot.interval) == ("Accepted", 300)
    await ask(
        call.StatusNotification(1, ChargePointErrorCode.no_error, ChargePointStatus.preparing)
    )
    authorized = await ask(call.Authorize("FAMILY-1"))
    assert authorized == call_result.Authorize(
        id_tag_info={"status": "Accepted", "parent_id_tag": "FAMILY"}
    )
    started = await ask(call.StartTransaction(1, "FAMILY-1", 100, AT.isoformat()))
    assert isinstance(started, call_result.StartTransaction)
    assert started.transaction_id == 1
    sample = MeterValue(timestamp=AT.isoformat(), sampled_value=[SampledValue(value="150")])
    await ask(call.MeterValues(1, [sample], transaction_id=1))
    await ask(call.Heartbeat())
    await ask(call.StopTransaction(200, AT.isoformat(), 1, id_tag="FAMILY-2"))
    await ask(call.DataTransfer(vendor_id="cp-tui", message_id="echo", data="x"))
    await ask(call.SecurityEventNotification("StartupOfTheDevice", AT.isoformat(), "x"))
    await ask(call.SignCertificate("csr"))
    transaction = csms.transactions[1]
    assert transaction.start.timestamp == AT
    assert transaction.stop is not None
    assert not [event for event in csms.record.events if isinstance(event, Malformed)]

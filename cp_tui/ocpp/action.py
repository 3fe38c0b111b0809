"""Every Action of OCPP 1.6 with its messages, who sends it and where it belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import Enum, StrEnum
from functools import cache
from importlib import import_module
from types import MappingProxyType

from msgspec import Struct

from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.model import WireModel


class Action(StrEnum):
    """Name of a request on the wire."""

    AUTHORIZE = "Authorize"
    BOOT_NOTIFICATION = "BootNotification"
    CANCEL_RESERVATION = "CancelReservation"
    CHANGE_AVAILABILITY = "ChangeAvailability"
    CHANGE_CONFIGURATION = "ChangeConfiguration"
    CLEAR_CACHE = "ClearCache"
    CLEAR_CHARGING_PROFILE = "ClearChargingProfile"
    DATA_TRANSFER = "DataTransfer"
    DIAGNOSTICS_STATUS_NOTIFICATION = "DiagnosticsStatusNotification"
    FIRMWARE_STATUS_NOTIFICATION = "FirmwareStatusNotification"
    GET_COMPOSITE_SCHEDULE = "GetCompositeSchedule"
    GET_CONFIGURATION = "GetConfiguration"
    GET_DIAGNOSTICS = "GetDiagnostics"
    GET_LOCAL_LIST_VERSION = "GetLocalListVersion"
    HEARTBEAT = "Heartbeat"
    METER_VALUES = "MeterValues"
    REMOTE_START_TRANSACTION = "RemoteStartTransaction"
    REMOTE_STOP_TRANSACTION = "RemoteStopTransaction"
    RESERVE_NOW = "ReserveNow"
    RESET = "Reset"
    SEND_LOCAL_LIST = "SendLocalList"
    SET_CHARGING_PROFILE = "SetChargingProfile"
    START_TRANSACTION = "StartTransaction"
    STATUS_NOTIFICATION = "StatusNotification"
    STOP_TRANSACTION = "StopTransaction"
    TRIGGER_MESSAGE = "TriggerMessage"
    UNLOCK_CONNECTOR = "UnlockConnector"
    UPDATE_FIRMWARE = "UpdateFirmware"
    CERTIFICATE_SIGNED = "CertificateSigned"
    DELETE_CERTIFICATE = "DeleteCertificate"
    EXTENDED_TRIGGER_MESSAGE = "ExtendedTriggerMessage"
    GET_INSTALLED_CERTIFICATE_IDS = "GetInstalledCertificateIds"
    GET_LOG = "GetLog"
    INSTALL_CERTIFICATE = "InstallCertificate"
    LOG_STATUS_NOTIFICATION = "LogStatusNotification"
    SECURITY_EVENT_NOTIFICATION = "SecurityEventNotification"
    SIGN_CERTIFICATE = "SignCertificate"
    SIGNED_FIRMWARE_STATUS_NOTIFICATION = "SignedFirmwareStatusNotification"
    SIGNED_UPDATE_FIRMWARE = "SignedUpdateFirmware"


class RequestDirection(Enum):
    """Which way the request goes."""

    TO_CSMS = "charge point -> CSMS"
    TO_CHARGE_POINT = "CSMS -> charge point"
    BOTH = "both ways"


class ActionSpec(Struct, frozen=True):
    """What the standard fixes about an Action."""

    action: Action
    direction: RequestDirection
    feature_profile: FeatureProfile

    @property
    def request(self) -> type[WireModel]:
        """The model of its request."""
        return _model(self.feature_profile, self.action + "Request")

    @property
    def response(self) -> type[WireModel]:
        """The model of its response."""
        return _model(self.feature_profile, self.action + "Response")


@cache
def _model(feature_profile: FeatureProfile, name: str) -> type[WireModel]:
    # Each profile has its module, where messages bear the name of their Action. They are found
    # by name because a boot needs Core alone, and the rest would hold it up.
    module = import_module(f"cp_tui.ocpp.{feature_profile.name.lower()}")
    model: type[WireModel] = getattr(module, name)
    return model


def _specs(
    feature_profile: FeatureProfile, direction: RequestDirection, *actions: Action
) -> Iterator[ActionSpec]:
    return (ActionSpec(action, direction, feature_profile) for action in actions)


_SPECS = (
    *_specs(
        FeatureProfile.CORE,
        RequestDirection.TO_CSMS,
        Action.AUTHORIZE,
        Action.BOOT_NOTIFICATION,
        Action.HEARTBEAT,
        Action.METER_VALUES,
        Action.START_TRANSACTION,
        Action.STATUS_NOTIFICATION,
        Action.STOP_TRANSACTION,
    ),
    *_specs(
        FeatureProfile.CORE,
        RequestDirection.TO_CHARGE_POINT,
        Action.CHANGE_AVAILABILITY,
        Action.CHANGE_CONFIGURATION,
        Action.CLEAR_CACHE,
        Action.GET_CONFIGURATION,
        Action.REMOTE_START_TRANSACTION,
        Action.REMOTE_STOP_TRANSACTION,
        Action.RESET,
        Action.UNLOCK_CONNECTOR,
    ),
    *_specs(
        FeatureProfile.CORE,
        RequestDirection.BOTH,
        Action.DATA_TRANSFER,
    ),
    *_specs(
        FeatureProfile.FIRMWARE_MANAGEMENT,
        RequestDirection.TO_CSMS,
        Action.DIAGNOSTICS_STATUS_NOTIFICATION,
        Action.FIRMWARE_STATUS_NOTIFICATION,
    ),
    *_specs(
        FeatureProfile.FIRMWARE_MANAGEMENT,
        RequestDirection.TO_CHARGE_POINT,
        Action.GET_DIAGNOSTICS,
        Action.UPDATE_FIRMWARE,
    ),
    *_specs(
        FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
        RequestDirection.TO_CHARGE_POINT,
        Action.GET_LOCAL_LIST_VERSION,
        Action.SEND_LOCAL_LIST,
    ),
    *_specs(
        FeatureProfile.RESERVATION,
        RequestDirection.TO_CHARGE_POINT,
        Action.CANCEL_RESERVATION,
        Action.RESERVE_NOW,
    ),
    *_specs(
        FeatureProfile.SMART_CHARGING,
        RequestDirection.TO_CHARGE_POINT,
        Action.CLEAR_CHARGING_PROFILE,
        Action.GET_COMPOSITE_SCHEDULE,
        Action.SET_CHARGING_PROFILE,
    ),
    *_specs(
        FeatureProfile.REMOTE_TRIGGER,
        RequestDirection.TO_CHARGE_POINT,
        Action.TRIGGER_MESSAGE,
    ),
    *_specs(
        FeatureProfile.SECURITY,
        RequestDirection.TO_CSMS,
        Action.LOG_STATUS_NOTIFICATION,
        Action.SECURITY_EVENT_NOTIFICATION,
        Action.SIGN_CERTIFICATE,
        Action.SIGNED_FIRMWARE_STATUS_NOTIFICATION,
    ),
    *_specs(
        FeatureProfile.SECURITY,
        RequestDirection.TO_CHARGE_POINT,
        Action.CERTIFICATE_SIGNED,
        Action.DELETE_CERTIFICATE,
        Action.EXTENDED_TRIGGER_MESSAGE,
        Action.GET_INSTALLED_CERTIFICATE_IDS,
        Action.GET_LOG,
        Action.INSTALL_CERTIFICATE,
        Action.SIGNED_UPDATE_FIRMWARE,
    ),
)

SPEC: Mapping[Action, ActionSpec] = MappingProxyType({spec.action: spec for spec in _SPECS})
"""Action -> its messages; one for each Action."""


def action_of(request: WireModel) -> Action:
    """Return the action of a request."""
    return _action_of(type(request))


@cache
def _action_of(request: type[WireModel]) -> Action:
    return Action(request.__name__.removesuffix("Request"))

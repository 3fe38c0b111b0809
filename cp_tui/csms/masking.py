"""Keeps secrets out of what the CSMS records and prints."""

from __future__ import annotations

from cp_tui.charge_point.redaction import shown_location
from cp_tui.ocpp.core import ChangeConfigurationRequest, GetConfigurationResponse
from cp_tui.ocpp.datatypes import KeyValue
from cp_tui.ocpp.firmware_management import GetDiagnosticsRequest, UpdateFirmwareRequest
from cp_tui.ocpp.model import WireModel

MASK = "***"
AUTHORIZATION_KEY = "authorizationkey"
"""The one secret of OCPP 1.6, in lower case: keys compare without regard to case."""


def without_secrets(message: WireModel) -> WireModel:
    """Return the message without the value of an AuthorizationKey and the password of a URL."""
    match message:
        case ChangeConfigurationRequest() if _is_secret(message.key):
            return message.model_copy(update={"value": MASK})
        case GetConfigurationResponse() if message.configuration_key:
            keys = tuple(_without_secret(key) for key in message.configuration_key)
            return message.model_copy(update={"configuration_key": keys})
        case UpdateFirmwareRequest() | GetDiagnosticsRequest():
            return message.model_copy(update={"location": shown_location(message.location)})
        case _:
            return message


def _is_secret(key: str) -> bool:
    return key.strip().lower() == AUTHORIZATION_KEY


def _without_secret(key: KeyValue) -> KeyValue:
    if key.value is None or not _is_secret(key.key):
        return key
    return key.model_copy(update={"value": MASK})

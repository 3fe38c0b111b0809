"""Sensible values for the fields of a request, from what is known of the charge point. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta

from cp_tui.charge_point.variables import ConnectorView
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.datatypes import format_date_time
from cp_tui.tui.actions.model_form import FieldKind, ModelField, action_fields
from cp_tui.tui.state.store import Snapshot
from cp_tui.tui.text.safe_text import drawn
from cp_tui.tui.text.words import Clock

LATER = timedelta(hours=1)

_BY_NAME: Mapping[str, str] = {
    "vendorId": "com.example",
    "chargingProfileId": "1",
    "stackLevel": "0",
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingSchedulePeriod": '[{"startPeriod": 0, "limit": 16}]',
    "reservationId": "1",
    "duration": "3600",
    "listVersion": "1",
    "updateType": "Full",
    "requestId": "1",
    "requestedMessage": "Heartbeat",
    "errorCode": "NoError",
    "location": "ftp://files.example.com/",
    "remoteLocation": "ftp://files.example.com/",
    "localAuthorizationList": '[{"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}]',
}
"""By the name of a field that is required, or named in `_WANTED`."""

_OF_ACTION: Mapping[Action, Mapping[str, str]] = {
    Action.CHANGE_CONFIGURATION: {"key": "HeartbeatInterval", "value": "300"},
    Action.DATA_TRANSFER: {"messageId": "hello", "data": "hello"},
    Action.RESET: {"type": "Soft"},
    Action.CHANGE_AVAILABILITY: {"type": "Operative"},
    Action.SECURITY_EVENT_NOTIFICATION: {"type": "StartupOfTheDevice"},
    Action.UPDATE_FIRMWARE: {"location": "{firmware url}"},
    Action.GET_DIAGNOSTICS: {"location": "{log url}"},
    Action.GET_LOG: {"log.remoteLocation": "{log url}", "logType": "SecurityLog"},
    Action.INSTALL_CERTIFICATE: {"certificate": "{csms root}"},
    Action.DELETE_CERTIFICATE: {
        "certificateHashData.issuerNameHash": "{issuer name hash}",
        "certificateHashData.issuerKeyHash": "{issuer key hash}",
        "certificateHashData.serialNumber": "{serial number}",
    },
    Action.CERTIFICATE_SIGNED: {"certificateChain": "{certificate}"},
    Action.SIGNED_UPDATE_FIRMWARE: {
        "firmware.location": "{firmware url}",
        "firmware.signingCertificate": "{signing certificate}",
        "firmware.signature": "{signature}",
    },
    Action.FIRMWARE_STATUS_NOTIFICATION: {"status": "Idle"},
    Action.DIAGNOSTICS_STATUS_NOTIFICATION: {"status": "Idle"},
}

_WANTED = frozenset(
    {"localAuthorizationList", "firmwareVersion", "chargeBoxSerialNumber", "reason", "messageId"}
)
"""Optional fields that an example has all the same."""


def example(action: Action, snapshot: Snapshot, clock: Clock) -> dict[str, str]:
    """Texts for the fields of an action, so that it can be sent at once."""
    connector = _connector(snapshot)
    known = _from_snapshot(action, snapshot, clock, connector)
    texts: dict[str, str] = {}
    for field in action_fields(action):
        is_needed = field.is_required and not field.is_in_optional
        own = known.get(field.name) or _OF_ACTION.get(action, {}).get(field.name)
        text = own if own is not None else _BY_NAME.get(field.label, "")
        if is_needed:
            texts[field.name] = text or _first(field)
        elif own is not None or field.label in _WANTED:
            texts[field.name] = text
    # What came from outside must neither steer the terminal nor be silently another text.
    return {name: text for name, text in texts.items() if text and drawn(text) == text}


def known_values(snapshot: Snapshot) -> Mapping[str, tuple[str, ...]]:
    """What a field may well hold, by its own name; of what came from outside only what shows it."""
    tags = [c.transaction.id_tag for c in snapshot.running if c.transaction is not None]
    tags += [transaction.id_tag for transaction in snapshot.transactions]
    numbers = [each.transaction_id for each in snapshot.transactions]
    known: Mapping[str, Sequence[object]] = {
        "connectorId": [connector.connector_id for connector in snapshot.connectors],
        "idTag": tags,
        "key": [entry.key for entry in snapshot.configuration],
        "transactionId": [number for number in numbers if number is not None],
        "chargingProfileId": [each.profile.charging_profile_id for each in snapshot.profiles],
    }
    texts = {name: dict.fromkeys(map(str, values)) for name, values in known.items()}
    return {name: tuple(t for t in found if drawn(t) == t) for name, found in texts.items()}


def _first(field: ModelField) -> str:
    if field.choices:
        return field.choices[0]
    return {FieldKind.INTEGER: "1", FieldKind.NUMBER: "1", FieldKind.BOOLEAN: "true"}.get(
        field.kind, ""
    )


def _connector(snapshot: Snapshot) -> ConnectorView | None:
    """The selected connector, or one that charges, or the first."""
    selected = snapshot.selected
    if selected is not None and selected.connector_id > 0:
        return selected
    return next(iter(snapshot.running), snapshot.connector(1))


def _from_snapshot(
    action: Action, snapshot: Snapshot, clock: Clock, connector: ConnectorView | None
) -> dict[str, str]:
    now = snapshot.schedule_time(clock.now)
    instant = format_date_time(now.replace(microsecond=0))
    transaction = connector.transaction if connector else None
    register = connector.measurement.register_wh if connector and connector.measurement else 0
    tag = transaction.id_tag if transaction else "TAG-1"
    known = {
        "connectorId": str(connector.connector_id if connector else 1),
        "idTag": tag,
        "timestamp": instant,
        "retrieveDate": instant,
        "firmware.retrieveDateTime": instant,
        "expiryDate": format_date_time(now.replace(microsecond=0) + LATER),
        "meterStart": str(register),
        "meterStop": str(register),
        "transactionId": _transaction_id(snapshot, connector),
        "meterValue": json.dumps(
            [{"timestamp": instant, "sampledValue": [{"value": str(register)}]}]
        ),
    }
    if action is Action.STATUS_NOTIFICATION and connector is not None:
        known |= {"status": f"{connector.status or ''}", "errorCode": connector.error_code.value}
    if action is Action.BOOT_NOTIFICATION and snapshot.identity is not None:
        identity = snapshot.identity
        known |= {
            "chargePointVendor": identity.vendor,
            "chargePointModel": identity.model,
            "firmwareVersion": identity.firmware_version or "",
            "chargeBoxSerialNumber": identity.charge_box_serial_number or "",
        }
    if action is Action.STOP_TRANSACTION:
        known["reason"] = "Local"
    if action in (Action.TRIGGER_MESSAGE, Action.EXTENDED_TRIGGER_MESSAGE):
        # The example is a Heartbeat, which has no connector.
        del known["connectorId"]
    if action is Action.CLEAR_CHARGING_PROFILE:
        # One filter is example enough: without any, every profile would go.
        known = {"chargingProfilePurpose": "TxDefaultProfile"}
    return known


def _transaction_id(snapshot: Snapshot, connector: ConnectorView | None) -> str:
    """The running transaction here, else the newest that the CSMS has numbered."""
    running = connector.transaction if connector else None
    if running is not None and running.transaction_id is not None:
        return str(running.transaction_id)
    numbered = (t.transaction_id for t in snapshot.transactions if t.transaction_id is not None)
    return str(next(numbered, 1))


def sent_by(direction: RequestDirection) -> tuple[Action, ...]:
    """The actions that one side sends, in the order of the profiles."""
    return tuple(
        a for a, spec in SPEC.items() if spec.direction in (direction, RequestDirection.BOTH)
    )

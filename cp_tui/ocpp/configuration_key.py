"""The configuration keys of OCPP 1.6: what each one allows and does.

The keys of the standard are in `standard_core_keys` and `standard_keys`, our own here; values are
kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from cp_tui.ocpp.authorization_key import authorization_key_bytes, authorization_key_form
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.key_items import parse_measurand, parse_phase_rotation
from cp_tui.ocpp.key_spec import INTEGER_MAX, Access, KeySpec, KeyType, Rule
from cp_tui.ocpp.standard_core_keys import CORE_KEYS
from cp_tui.ocpp.standard_keys import OTHER_KEYS, SECURITY_KEYS

__all__ = [
    "INTEGER_MAX",
    "KEYS",
    "STANDARD_KEYS",
    "VENDOR_KEYS",
    "Access",
    "KeySpec",
    "KeyType",
    "Rule",
    "authorization_key_bytes",
    "authorization_key_form",
    "find",
    "parse_measurand",
    "parse_phase_rotation",
]

STANDARD_KEYS: tuple[KeySpec, ...] = (*CORE_KEYS, *OTHER_KEYS, *SECURITY_KEYS)
"""The keys of the standard and of its security extension, in their order."""

VENDOR_KEYS: tuple[KeySpec, ...] = (
    KeySpec(
        "TxProfileFallback",
        KeyType.BOOLEAN,
        default="false",
        profile=FeatureProfile.SMART_CHARGING,
        effect="true: where a TxProfile gives no limit, TxDefaultProfile does",
    ),
    KeySpec(
        "BootOnReconnect",
        KeyType.BOOLEAN,
        default="false",
        effect="true: send BootNotification after each reconnect, not only after a boot",
    ),
    KeySpec(
        "ReservationEnabled",
        KeyType.BOOLEAN,
        default="true",
        profile=FeatureProfile.RESERVATION,
        effect="false: ReserveNow is Rejected; the reservations there are stay in force",
    ),
    KeySpec(
        "StopTransactionOnFault",
        KeyType.BOOLEAN,
        default="false",
        effect="true: a fault ends the transaction; false: it goes on when the fault is gone",
    ),
    KeySpec(
        "DisableSecurityEventNotifications",
        KeyType.BOOLEAN,
        default="false",
        profile=FeatureProfile.SECURITY,
        effect="true: security events are only logged; so they are in profile 0 until this is set",
    ),
    KeySpec(
        "WaitingMeterValuesMax",
        KeyType.INTEGER,
        minimum=10,
        maximum=1_000_000,
        default="10000",
        effect="how many MeterValues may wait for the CSMS; then every second one is dropped",
    ),
)
"""Keys of our own, for backends that read the standard in another way."""

KEYS: tuple[KeySpec, ...] = (*STANDARD_KEYS, *VENDOR_KEYS)

_BY_NAME: Mapping[str, KeySpec] = MappingProxyType({spec.name.lower(): spec for spec in KEYS})


def find(name: str) -> KeySpec | None:
    """Return the key with this name in any case (S 9), None for one that is not ours."""
    return _BY_NAME.get(name.lower())

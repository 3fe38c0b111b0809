"""Which configuration keys this charge point has, and the values that are fixed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cp_tui.charge_point.config import FEATURE_PROFILES, ChargePointConfig
from cp_tui.charge_point.measurands import SUPPORTED_MEASURANDS
from cp_tui.charge_point.transaction_data import TRANSACTION_DATA_MAX
from cp_tui.ocpp.configuration_key import STANDARD_KEYS, VENDOR_KEYS, Access, KeySpec

FILE_TRANSFER_PROTOCOLS = ("FTP", "FTPS", "HTTP", "HTTPS")

MAX_STACK_LEVEL = 10
MAX_PERIODS = 100
MAX_PROFILES_INSTALLED = 50
MAX_KEYS_ASKED = 100
LOCAL_LIST_MAX = 10_000
SEND_LOCAL_LIST_MAX = 1_000

_WITHOUT_FUNCTION = frozenset(
    {
        "BlinkRepeat",
        "LightIntensity",
        "ConnectorSwitch3to1PhaseSupported",
    }
)
"""Optional keys whose function is not there; a listed key says that its function exists (S 9)."""

_SECURITY_KEYS = frozenset({"AuthorizationKey", "SecurityProfile"})


def listed_keys(config: ChargePointConfig) -> tuple[KeySpec, ...]:
    """Give the standard keys and ours that this charge point has."""
    listed = (
        spec
        for spec in (*STANDARD_KEYS, *VENDOR_KEYS)
        if (spec.profile is None or config.has(spec.profile) or spec.name in _SECURITY_KEYS)
        and spec.name not in _WITHOUT_FUNCTION
    )
    return tuple(_for_station(spec, config) for spec in listed)


def station_values(config: ChargePointConfig) -> Mapping[str, str]:
    """Give the values that are known only here, by key."""
    count = len(config.connectors)
    measurands = str(len(SUPPORTED_MEASURANDS))
    rotation = (
        f"{n}.{'RST' if c.phases == 3 else 'NotApplicable'}"
        for n, c in enumerate(config.connectors, 1)
    )
    has_password = any(key.lower() == "authorizationkey" for key in config.keys)
    tls_profile = 2 if config.url.startswith("wss:") else 1
    return {
        "NumberOfConnectors": str(count),
        "ConnectorPhaseRotation": ",".join(rotation),
        "ConnectorPhaseRotationMaxLength": str(count + 1),
        "GetConfigurationMaxKeys": str(MAX_KEYS_ASKED),
        "MeterValuesAlignedDataMaxLength": measurands,
        "MeterValuesSampledDataMaxLength": measurands,
        "StopTxnAlignedDataMaxLength": measurands,
        "StopTxnSampledDataMaxLength": measurands,
        "StopTransactionMaxMeterValues": str(TRANSACTION_DATA_MAX),
        "SupportedFeatureProfiles": ",".join(each for each in FEATURE_PROFILES if config.has(each)),
        "SupportedFeatureProfilesMaxLength": str(len(FEATURE_PROFILES)),
        "SupportedFileTransferProtocols": ",".join(FILE_TRANSFER_PROTOCOLS),
        "UnlockConnectorOnEVSideDisconnect": "false" if _has_no_lock(config) else "true",
        "LocalAuthListMaxLength": str(LOCAL_LIST_MAX),
        "SendLocalListMaxLength": str(SEND_LOCAL_LIST_MAX),
        "ReserveConnectorZeroSupported": "true",
        "ChargeProfileMaxStackLevel": str(MAX_STACK_LEVEL),
        "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
        "ChargingScheduleMaxPeriods": str(MAX_PERIODS),
        "MaxChargingProfilesInstalled": str(MAX_PROFILES_INSTALLED),
        # With a password from the file the connection uses it; without one it is open.
        "SecurityProfile": str(tls_profile if has_password else 0),
    }


def _for_station(spec: KeySpec, config: ChargePointConfig) -> KeySpec:
    if spec.name == "UnlockConnectorOnEVSideDisconnect" and _has_no_lock(config):
        return replace(spec, access=Access.READ_ONLY)
    return spec


def _has_no_lock(config: ChargePointConfig) -> bool:
    return all(connector.fixed_cable for connector in config.connectors)

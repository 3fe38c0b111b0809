"""Which configuration keys this charge point has, and the values that are fixed here.

Charge points of one kind share them: there are dozens, and may be many charge points.

A key is listed only if its function is there: a CSMS that finds it may rely on it (S 9). So keys of
a feature profile go with the profile, and optional ones without a function here are left out, which
is another thing than to list them and refuse every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.config import (
    FEATURE_PROFILES,
    ChargePointConfig,
    ConnectorConfig,
    CustomKey,
)
from cp_tui.charge_point.described import (
    FILE_TRANSFER_PROTOCOLS,
    LOCAL_LIST_MAX,
    MAX_KEYS_ASKED,
    MAX_PERIODS,
    MAX_PROFILES_INSTALLED,
    MAX_STACK_LEVEL,
    SEND_LOCAL_LIST_MAX,
)
from cp_tui.charge_point.measurands import SUPPORTED_MEASURANDS
from cp_tui.charge_point.transaction_data import TRANSACTION_DATA_MAX
from cp_tui.charge_point.variables import KeySource
from cp_tui.ocpp.configuration_key import STANDARD_KEYS, VENDOR_KEYS, Access, KeySpec
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.redaction import is_secret_key

_WITHOUT_FUNCTION = frozenset(
    {
        "BlinkRepeat",
        "LightIntensity",
        "ConnectorSwitch3to1PhaseSupported",
    }
)
"""Optional keys whose function is not there; a listed key says that its function exists (S 9)."""

KINDS_MAX = 16
"""How many kinds of charge points have their keys kept for the next one of their kind."""


class KeyState(Struct, frozen=True):
    """The value of a key and where it came from."""

    value: str | None
    source: KeySource
    changed_at: datetime | None = None
    old_value: str | None = None
    """Before that change, as it may be shown."""


class StationKeys(Struct, frozen=True):
    """The keys of a kind of charge point, by their name in lower case: standard ones first."""

    specs: Mapping[str, KeySpec]
    states: Mapping[str, KeyState]
    """Until somebody sets them."""
    custom: frozenset[str]
    """The operator's own."""


def station_keys(config: ChargePointConfig) -> StationKeys:
    """Give the keys that a charge point has, and their values at first."""
    profiles = tuple(each for each in FEATURE_PROFILES if config.has(each))
    has_password = any(map(is_secret_key, config.keys))
    # With a password from the file the connection uses it; without one it is open.
    security_profile = (2 if config.url.startswith("wss:") else 1) if has_password else 0
    security = (
        ("SecurityProfile", str(security_profile)),
        ("AdditionalRootCertificateCheck", "true" if config.security.root_check else "false"),
        ("CertificateSignedMaxChainSize", str(config.security.chain_size_max)),
        ("CertificateStoreMaxLength", str(config.security.roots_max)),
    )
    described = tuple(sorted(config.described.items()))
    return _of_kind(profiles, config.connectors, config.custom_keys, security, described)


@lru_cache(KINDS_MAX)
def _of_kind(
    profiles: tuple[FeatureProfile, ...],
    connectors: tuple[ConnectorConfig, ...],
    custom_keys: tuple[CustomKey, ...],
    security: tuple[tuple[str, str], ...],
    described: tuple[tuple[str, str], ...],
) -> StationKeys:
    told = dict(described)
    listed = [
        _for_station(spec, connectors)
        for spec in (*STANDARD_KEYS, *VENDOR_KEYS)
        if spec.profile in (None, FeatureProfile.SECURITY, *profiles)
        and (spec.name not in _WITHOUT_FUNCTION or spec.name in told)
    ]
    fixed = _fixed_values(profiles, connectors) | dict(security) | told
    states = {
        spec.name.lower(): KeyState(
            _short_enough(spec, fixed.get(spec.name, spec.default), told),
            KeySource.HARDWARE if spec.is_read_only else KeySource.DEFAULT,
        )
        for spec in listed
    }
    custom = {each.spec.name.lower(): KeyState(each.value, KeySource.FILE) for each in custom_keys}
    specs = {spec.name.lower(): spec for spec in (*listed, *(each.spec for each in custom_keys))}
    return StationKeys(specs, states | custom, frozenset(custom))


def _short_enough(spec: KeySpec, value: str | None, told: Mapping[str, str]) -> str | None:
    """Cut a list to as many items as the charge point says that it may hold."""
    items_max = told.get(spec.max_length_key or "")
    if not value or items_max is None:
        return value
    return ",".join(value.split(",")[: int(items_max)])


def _fixed_values(
    profiles: tuple[FeatureProfile, ...], connectors: tuple[ConnectorConfig, ...]
) -> dict[str, str]:
    """Give the values that are known only here, by key."""
    count = len(connectors)
    measurands = str(len(SUPPORTED_MEASURANDS))
    rotation = (
        f"{n}.{'RST' if c.phases == 3 else 'NotApplicable'}" for n, c in enumerate(connectors, 1)
    )
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
        "SupportedFeatureProfiles": ",".join(profiles),
        "SupportedFeatureProfilesMaxLength": str(len(FEATURE_PROFILES)),
        "SupportedFileTransferProtocols": ",".join(FILE_TRANSFER_PROTOCOLS),
        "UnlockConnectorOnEVSideDisconnect": "false" if _has_no_lock(connectors) else "true",
        "LocalAuthListMaxLength": str(LOCAL_LIST_MAX),
        "SendLocalListMaxLength": str(SEND_LOCAL_LIST_MAX),
        "ReserveConnectorZeroSupported": "true",
        "ChargeProfileMaxStackLevel": str(MAX_STACK_LEVEL),
        "ChargingScheduleAllowedChargingRateUnit": "Current,Power",
        "ChargingScheduleMaxPeriods": str(MAX_PERIODS),
        "MaxChargingProfilesInstalled": str(MAX_PROFILES_INSTALLED),
    }


def _for_station(spec: KeySpec, connectors: tuple[ConnectorConfig, ...]) -> KeySpec:
    if spec.name == "UnlockConnectorOnEVSideDisconnect" and _has_no_lock(connectors):
        return replace(spec, access=Access.READ_ONLY)
    return spec


def _has_no_lock(connectors: tuple[ConnectorConfig, ...]) -> bool:
    return all(connector.fixed_cable for connector in connectors)

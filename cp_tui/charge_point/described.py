"""The keys that describe a charge point, and how far this program can be what they say (S 9).

A CSMS reads them and never writes them. Whoever plays another charge point sets them before it
starts: from then on they hold, and so does what they promise. What is beyond the ranges here this
program cannot be.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import replace

from cp_tui.charge_point.config import FEATURE_PROFILES
from cp_tui.charge_point.measurands import SUPPORTED_MEASURANDS
from cp_tui.charge_point.transaction_data import TRANSACTION_DATA_MAX
from cp_tui.ocpp.configuration_key import STANDARD_KEYS
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.key_spec import KeySpec

FILE_TRANSFER_PROTOCOLS = ("FTP", "FTPS", "HTTP", "HTTPS")

MAX_STACK_LEVEL = 10
MAX_PERIODS = 100
MAX_PROFILES_INSTALLED = 50
MAX_KEYS_ASKED = 100
LOCAL_LIST_MAX = 10_000
SEND_LOCAL_LIST_MAX = 1_000
CONNECTORS_MAX = 100


class Span(Struct, frozen=True):
    """From which number to which a key may be set."""

    minimum: int
    maximum: int


_MEASURANDS = Span(1, len(SUPPORTED_MEASURANDS))

SPANS: Mapping[str, Span] = MappingProxyType(
    {
        "ConnectorPhaseRotationMaxLength": Span(1, CONNECTORS_MAX + 1),
        "GetConfigurationMaxKeys": Span(1, MAX_KEYS_ASKED),
        "MeterValuesAlignedDataMaxLength": _MEASURANDS,
        "MeterValuesSampledDataMaxLength": _MEASURANDS,
        "NumberOfConnectors": Span(1, CONNECTORS_MAX),
        # The first set of values and the last one are never dropped (E 3.91).
        "StopTransactionMaxMeterValues": Span(2, TRANSACTION_DATA_MAX),
        "StopTxnAlignedDataMaxLength": _MEASURANDS,
        "StopTxnSampledDataMaxLength": _MEASURANDS,
        "SupportedFeatureProfilesMaxLength": Span(1, len(FEATURE_PROFILES)),
        "LocalAuthListMaxLength": Span(1, LOCAL_LIST_MAX),
        "SendLocalListMaxLength": Span(1, SEND_LOCAL_LIST_MAX),
        "ChargeProfileMaxStackLevel": Span(0, MAX_STACK_LEVEL),
        "ChargingScheduleMaxPeriods": Span(1, MAX_PERIODS),
        "MaxChargingProfilesInstalled": Span(1, MAX_PROFILES_INSTALLED),
        "CertificateSignedMaxChainSize": Span(1_000, 10_000),
        "CertificateStoreMaxLength": Span(1, 100),
    }
)
"""Of the keys that are numbers: what lies beyond is more than there is, or leaves nothing."""

DESCRIBING_KEYS: tuple[KeySpec, ...] = tuple(spec for spec in STANDARD_KEYS if spec.is_read_only)


def check_described(spec: KeySpec, value: str) -> str:
    """Give a value of a describing key in its canonical text; ValueError says what is allowed."""
    if (span := SPANS.get(spec.name)) is not None:
        spec = replace(spec, minimum=span.minimum, maximum=span.maximum)
    canonical = spec.check(value)
    refusal = f'"{canonical}" is refused; must be '
    if spec.name == "ConnectorSwitch3to1PhaseSupported" and canonical == "true":
        raise ValueError(f"{refusal}false: phases are not switched while a vehicle charges")
    if spec.name == "SupportedFeatureProfiles":
        return _profiles(canonical, refusal)
    if spec.choices and not canonical:
        raise ValueError(f"{refusal}{spec.constraint}, at least one")
    return canonical


def described_profiles(described: Mapping[str, str]) -> frozenset[FeatureProfile] | None:
    """Give the feature profiles that checked values name; None: they name none."""
    text = described.get("SupportedFeatureProfiles")
    return None if text is None else frozenset(map(FeatureProfile, text.split(",")))


def _profiles(canonical: str, refusal: str) -> str:
    """Give feature profiles in the order of the standard; Core is always among them (S 3.3)."""
    items = canonical.split(",")
    if FeatureProfile.CORE not in items:
        allowed = ", ".join(FEATURE_PROFILES)
        raise ValueError(f"{refusal}a comma-separated list of {allowed}; Core is always there")
    return ",".join(profile for profile in FEATURE_PROFILES if profile in items)


def why_no_transfer(location: str, described: Mapping[str, str]) -> str | None:
    """Say why a charge point that is so described moves no file from or to a location.

    None where SupportedFileTransferProtocols allows it, or where the location names no protocol
    that this program knows: whoever carries the file finds better words for that.
    """
    protocols = described.get("SupportedFileTransferProtocols")
    try:
        protocol = urlsplit(location).scheme.upper()
    except ValueError:
        return None
    if protocols is None or protocol not in FILE_TRANSFER_PROTOCOLS:
        return None
    if protocol in protocols.split(","):
        return None
    return f"{protocol} is not among the SupportedFileTransferProtocols: {protocols}"

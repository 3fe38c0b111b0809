"""What is fixed while the charge point runs: identity, connectors, first values of the keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field

from cp_tui.certificates.facts import KeyKind
from cp_tui.charge_point.quirks import Quirks
from cp_tui.ocpp.action import Action
from cp_tui.ocpp.configuration_key import KeySpec
from cp_tui.ocpp.discreet import Discreet
from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.plural import count

FEATURE_PROFILES = (
    FeatureProfile.CORE,
    FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
    FeatureProfile.RESERVATION,
    FeatureProfile.FIRMWARE_MANAGEMENT,
    FeatureProfile.SMART_CHARGING,
    FeatureProfile.REMOTE_TRIGGER,
)
"""The feature profiles that this program has, in the order of SupportedFeatureProfiles."""


class CurrentKind(StrEnum):
    """What flows to the vehicle."""

    AC = "AC"
    DC = "DC"


class ConnectorConfig(Struct, frozen=True):
    """The hardware of one connector."""

    kind: CurrentKind = CurrentKind.AC
    voltage_v: int = 230
    """Nominal, phase to neutral; of the output for DC."""
    phases: int = 3
    max_current_a: Decimal = Decimal(32)
    """Per phase: the hardware limit."""
    fixed_cable: bool = False
    """A fixed cable cannot be unlocked; a socket locks the cable while it charges."""

    @property
    def words(self) -> str:
        """Say what it is, such as `AC, 230 V, 3 phases, 32 A, no fixed cable`."""
        phases = count(self.phases, "phase")
        cable = "fixed cable" if self.fixed_cable else "no fixed cable"
        return f"{self.kind}, {self.voltage_v} V, {phases}, {self.max_current_a:f} A, {cable}"


class EventNames(StrEnum):
    """How security events are called on the wire."""

    WHITEPAPER = "whitepaper"
    OCPP_2 = "OCPP 2.0.1"


class SecurityConfig(Struct, frozen=True):
    """What the table `[security]` of the settings says (W A00 to A05)."""

    key_type: KeyKind = KeyKind.EC_P256
    """Of the keys that are made here."""
    serial: str | None = None
    """Subject of the certificates of the charge point; None: its serial number (W A00.FR.404)."""
    profile_tries: int = 3
    """Attempts to connect with a new security profile before the old one is tried (W A05.FR.08)."""
    urls: Mapping[int, str] = field(default_factory=dict)
    """Where to connect to in a security profile, with the id; else the scheme alone changes."""
    strict_x509: bool = False
    """Whether certificates are held to every rule of RFC 5280."""
    pss_only: bool = False
    """Whether firmware has to be signed with RSA-PSS where the key is RSA (W L01)."""
    unsigned_firmware: bool = True
    """Whether UpdateFirmware is carried out (W L01.FR.20 would have it refused)."""
    event_names: EventNames = EventNames.WHITEPAPER
    check_subject: bool = True
    """Whether a certificate with another subject than was asked for is refused (W A02.FR.06)."""
    root_check: bool = False
    """AdditionalRootCertificateCheck."""
    roots_max: int = 10
    """CertificateStoreMaxLength."""
    chain_size_max: int = 10_000
    """CertificateSignedMaxChainSize, in characters."""
    csms_roots: str = ""
    """What `csms.ca_file` holds, PEM: they count as installed."""
    manufacturer_roots: str = ""
    """The same of the manufacturer, for firmware."""


class CustomKey(Struct, frozen=True):
    """A configuration key of the operator's own, with its first value."""

    spec: KeySpec
    value: str


class ChargePointConfig(Discreet, frozen=True):
    """Everything that the charge point is told once."""

    HIDDEN = frozenset({"keys"})

    charge_point_id: str
    url: str
    """Where it connects to, with the id, without credentials; only shown."""
    data_folder: str = ""
    """Where its state is kept; only shown."""
    started_at: datetime | None = None
    """When its process was started; only shown."""
    vendor: str = "cp-tui"
    model: str = "cp-tui"
    charge_point_serial_number: str | None = None
    charge_box_serial_number: str | None = None
    firmware_version: str | None = None
    meter_type: str | None = None
    meter_serial_number: str | None = None
    connectors: tuple[ConnectorConfig, ...] = (ConnectorConfig(), ConnectorConfig())
    keys: Mapping[str, str] = field(default_factory=dict)
    """First values of standard keys, from file or options; a value changed later wins."""
    custom_keys: tuple[CustomKey, ...] = ()
    security: SecurityConfig = field(default_factory=SecurityConfig)
    feature_profiles: frozenset[FeatureProfile] = frozenset(FEATURE_PROFILES)
    """What this charger has; Core is always there (S 3.3), and security, which is no item here."""
    described: Mapping[str, str] = field(default_factory=dict)
    """Values of keys that describe it and differ from what this program can at most (S 9): they
    are checked (`described.py`), in canonical spelling, and what they promise holds."""
    preset: str = ""
    """The kind of charge point that was asked for."""
    preset_about: str = ""
    """What such a one does, in a sentence."""
    quirks: Quirks = Quirks()
    unsupported: frozenset[Action] = frozenset()
    """Requests of the CSMS that it does not know: they are answered NotSupported."""

    def has(self, profile: FeatureProfile) -> bool:
        """Say whether the charger has a feature profile."""
        if profile in (FeatureProfile.CORE, FeatureProfile.SECURITY):
            return True
        return profile in self.feature_profiles and profile in FEATURE_PROFILES

"""The variables `security` and `security_events`, and the lines of the security log (W A00 to A05).

Certificates are told by what is in them; their PEM is asked for one by one. No key is among it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from cp_tui.certificates.facts import CertificateFacts, HashData
from cp_tui.charge_point.codec import Value
from cp_tui.charge_point.reason import Reason


class RootUse(StrEnum):
    """What an installed root certificate is for (W 6.4)."""

    CSMS = "CentralSystemRootCertificate"
    MANUFACTURER = "ManufacturerRootCertificate"


class RootOrigin(StrEnum):
    """Who installed a root certificate."""

    SETTINGS = "settings"
    """It is in `csms.ca_file` or `security.manufacturer_roots`."""
    CSMS = "CSMS"
    OPERATOR = "operator"


class RootState(StrEnum):
    """How far a root certificate counts."""

    ACTIVE = "active"
    FALLBACK = "fallback"
    """A new one that it has signed has taken its place, and has not proved itself yet (W M05)."""
    DELETED = "deleted"
    """It is still in the settings, and counts no more."""


class InstalledRoot(Value, frozen=True, kw_only=True):
    """A root certificate that counts."""

    use: RootUse
    origin: RootOrigin
    state: RootState
    since: datetime | None = None
    """When it was installed; None: it is in the settings."""
    facts: CertificateFacts
    hash_data: HashData | None = None
    """By what the CSMS knows it, with SHA-256; None: its issuer is not here, so it has none."""
    is_in_use: bool = False
    """It stands for the certificate that the CSMS shows now."""
    why_kept: str = ""
    """Why it cannot be deleted now; empty: it can be."""


class OwnCertificate(Value, frozen=True, kw_only=True):
    """A certificate of the charge point."""

    facts: CertificateFacts
    issuers: tuple[CertificateFacts, ...] = ()
    """What is sent with it, the nearest first."""
    since: datetime
    """When the CSMS delivered it."""
    is_in_use: bool = False
    """The next connection in security profile 3 is made with it."""
    problem: str = ""
    """Why it is not used; empty: it can be, or is older than another one."""


class PendingCertificate(Value, frozen=True, kw_only=True):
    """A request for a certificate that the CSMS has not answered with one."""

    since: datetime
    common_name: str
    organization: str
    key: str
    """Kind of the key, such as `EC P-256`."""
    is_taken: bool
    """The CSMS has said that it passes the request on."""


class SecurityProfileChange(Value, frozen=True, kw_only=True):
    """A change of the security profile that has not proved itself yet."""

    wanted: int
    fallback: int
    """What is gone back to."""
    is_back: bool
    """The wanted one did not come up: the other one is tried now."""
    tries_left: int
    """Attempts to connect before the other one is tried."""
    since: datetime
    by: str
    """Who wanted it: `CSMS` or `operator`."""


class SecurityView(Value, frozen=True, kw_only=True):
    """How the charge point proves itself, whom it trusts, and what is about to change."""

    profile: int | None
    """SecurityProfile that is in force; None: of a charge point that is only watched, not told."""
    url: str
    """Where it connects to, with the id, without credentials."""
    profile_tries: int = 1
    """Attempts that a new profile has to come up."""
    change: SecurityProfileChange | None = None
    last_change: Reason | None = None
    """What became of the newest change of the profile, since the boot."""
    authorization_key: str = "not set"
    """Length and form, such as `20 bytes (hex)`; never the key."""
    serial: str = ""
    """What a certificate of the charge point has to name as its subject; empty: none is set."""
    cpo_name: str = ""
    why_no_request: str = ""
    """Why no certificate of the charge point can be asked for, and who sets what is missing."""
    lacks: tuple[str, ...] = ()
    """What each security profile lacks here, profile 0 first; empty: nothing."""
    roots: tuple[InstalledRoot, ...] = ()
    roots_max: int | None
    """CertificateStoreMaxLength; None: not told."""
    has_root_check: bool = False
    """AdditionalRootCertificateCheck."""
    certificates: tuple[OwnCertificate, ...] = ()
    """Of the charge point, the one in use first."""
    pending: PendingCertificate | None = None
    renewal: Reason | None = None
    """What became of the newest request for a certificate, since the boot."""
    server: tuple[CertificateFacts, ...] = ()
    """What the CSMS has shown on the open connection, its own certificate first."""
    shown: tuple[CertificateFacts, ...] = ()
    """What the CSMS has shown last, trusted or not, since the boot: also when the connection ends.
    """
    is_refused: bool = False
    """What is in `shown` is not trusted."""
    server_problem: Reason | None = None
    """Why the last attempt was in vain, or the connection ended, where it is about security."""


class SecurityEventType(StrEnum):
    """The security events of the whitepaper (W A04), by names that no setting changes."""

    FIRMWARE_UPDATED = "FirmwareUpdated"
    FAILED_TO_AUTHENTICATE_AT_CSMS = "FailedToAuthenticateAtCsms"
    CSMS_FAILED_TO_AUTHENTICATE = "CsmsFailedToAuthenticate"
    SETTING_SYSTEM_TIME = "SettingSystemTime"
    STARTUP_OF_THE_DEVICE = "StartupOfTheDevice"
    RESET_OR_REBOOT = "ResetOrReboot"
    SECURITY_LOG_WAS_CLEARED = "SecurityLogWasCleared"
    RECONFIGURATION_OF_SECURITY_PARAMETERS = "ReconfigurationOfSecurityParameters"
    MEMORY_EXHAUSTION = "MemoryExhaustion"
    INVALID_MESSAGES = "InvalidMessages"
    ATTEMPTED_REPLAY_ATTACKS = "AttemptedReplayAttacks"
    TAMPER_DETECTION_ACTIVATED = "TamperDetectionActivated"
    INVALID_FIRMWARE_SIGNATURE = "InvalidFirmwareSignature"
    INVALID_FIRMWARE_SIGNING_CERTIFICATE = "InvalidFirmwareSigningCertificate"
    INVALID_CSMS_CERTIFICATE = "InvalidCsmsCertificate"
    INVALID_CHARGE_POINT_CERTIFICATE = "InvalidChargePointCertificate"
    INVALID_TLS_VERSION = "InvalidTlsVersion"
    INVALID_TLS_CIPHER_SUITE = "InvalidTlsCipherSuite"

    @classmethod
    def _missing_(cls, value: object) -> SecurityEventType | None:
        """Take a name by which people see an event, of the whitepaper or of OCPP 2.0.1."""
        shown = (*WHITEPAPER_NAMES.items(), *OCPP_2_NAMES.items())
        return next((kind for kind, name in shown if name == value), None)


WHITEPAPER_NAMES: Mapping[SecurityEventType, str] = MappingProxyType(
    {
        SecurityEventType.FAILED_TO_AUTHENTICATE_AT_CSMS: "FailedToAuthenticationAtCentralSystem",
        SecurityEventType.CSMS_FAILED_TO_AUTHENTICATE: "CentralSystemFailedToAuthentication",
        SecurityEventType.INVALID_CSMS_CERTIFICATE: "InvalidCentralSystemCertificate",
        SecurityEventType.INVALID_TLS_VERSION: "InvalidTLSVersion",
        SecurityEventType.INVALID_TLS_CIPHER_SUITE: "InvalidTLSCipherSuite",
    }
)
"""Where the whitepaper prints another name."""
OCPP_2_NAMES: Mapping[SecurityEventType, str] = MappingProxyType(
    {
        SecurityEventType.INVALID_CHARGE_POINT_CERTIFICATE: "InvalidChargingStationCertificate",
        SecurityEventType.INVALID_TLS_VERSION: "InvalidTLSVersion",
        SecurityEventType.INVALID_TLS_CIPHER_SUITE: "InvalidTLSCipherSuite",
    }
)
"""Where OCPP 2.0.1 does."""


class SecurityEventState(StrEnum):
    """How far a security event got."""

    QUEUED = "queued"
    SENT = "sent"
    LOGGED = "logged"
    """It is in the security log alone."""
    GIVEN_UP = "given up"
    """The CSMS did not take it; it is in the security log."""


class SecurityEventEntry(Value, frozen=True, kw_only=True):
    """A security event."""

    sequence: int
    time: datetime
    """In the clock of the charge point."""
    type: str
    """As it is called on the wire."""
    tech_info: str = ""
    is_critical: bool
    state: SecurityEventState
    why: str = ""
    """Why it was not sent, or given up; of one that waits, what became of its newest attempt."""


class SecurityEventsView(Value, frozen=True, kw_only=True):
    """The newest security events.

    The security log, which GetLog uploads, has each of them as a line of JSON: `time`, `type`,
    `tech_info`, `is_critical` and `is_queued`. That one is true where the event goes to the CSMS as
    well; it is written before that, so what became of it is only told here, by `state`.
    """

    entries: tuple[SecurityEventEntry, ...] = ()
    """Newest first."""
    types: tuple[str, ...] = ()
    """Every type that there is, as it is called on the wire."""
    waiting: int = 0
    """How many wait for the CSMS."""
    crowded_out: int = 0
    """Of those that the CSMS has to know, how many were only logged since the boot: too many waited
    already."""
    crowded_out_at: datetime | None = None
    """When that was the last time."""
    log_bytes: int | None = None
    """Size of the security log; None: not known yet."""
    log_problem: str = ""
    """Why it takes no lines."""


class SecurityLogLine(Value, frozen=True, kw_only=True):
    """A line of the security log, which is JSON (W A04.FR.04)."""

    time: datetime
    """In the clock of the charge point."""
    type: str
    """As it is called on the wire."""
    tech_info: str = ""
    is_critical: bool
    is_queued: bool
    """It goes to the CSMS as well, in its turn. The line is written before that, so it does not say
    whether the CSMS has it: `security_events` does."""

"""The configuration keys of the other profiles (S 9.2 to S 9.4) and of security (W 7)."""

from __future__ import annotations

from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.key_items import AUTHORIZATION_KEY_RULE
from cp_tui.ocpp.key_spec import Access, KeySpec, KeyType


def _read_only_number(
    name: str,
    profile: FeatureProfile,
    source: str,
    effect: str,
    *,
    default: str,
    required: bool = True,
    maximum: int | None = None,
) -> KeySpec:
    return KeySpec(
        name,
        KeyType.INTEGER,
        access=Access.READ_ONLY,
        profile=profile,
        is_required=required,
        default=default,
        minimum=0,
        maximum=maximum,
        effect=effect,
        source=source,
    )


OTHER_KEYS: tuple[KeySpec, ...] = (
    KeySpec(
        "LocalAuthListEnabled",
        KeyType.BOOLEAN,
        profile=FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
        is_required=True,
        default="true",
        effect="the local authorization list is used",
        source="S 9.2.1",
    ),
    _read_only_number(
        "LocalAuthListMaxLength",
        FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
        "S 9.2.2",
        "how many tags the local list may hold",
        default="1000",
    ),
    _read_only_number(
        "SendLocalListMaxLength",
        FeatureProfile.LOCAL_AUTH_LIST_MANAGEMENT,
        "S 9.2.3",
        "how many tags one SendLocalList may hold",
        default="250",
    ),
    KeySpec(
        "ReserveConnectorZeroSupported",
        KeyType.BOOLEAN,
        access=Access.READ_ONLY,
        profile=FeatureProfile.RESERVATION,
        default="true",
        effect="a reservation need not name a connector",
        source="S 9.3.1",
    ),
    _read_only_number(
        "ChargeProfileMaxStackLevel",
        FeatureProfile.SMART_CHARGING,
        "S 9.4.1",
        "highest stack level of a charging profile",
        default="10",
    ),
    KeySpec(
        "ChargingScheduleAllowedChargingRateUnit",
        KeyType.LIST,
        access=Access.READ_ONLY,
        profile=FeatureProfile.SMART_CHARGING,
        is_required=True,
        default="Current,Power",
        choices=("Current", "Power"),
        effect="units of charging schedules: Current is A, Power is W",
        source="S 9.4.2",
    ),
    _read_only_number(
        "ChargingScheduleMaxPeriods",
        FeatureProfile.SMART_CHARGING,
        "S 9.4.3",
        "how many periods a charging schedule may hold",
        default="24",
    ),
    KeySpec(
        "ConnectorSwitch3to1PhaseSupported",
        KeyType.BOOLEAN,
        access=Access.READ_ONLY,
        profile=FeatureProfile.SMART_CHARGING,
        effect="three phases can become one within a transaction",
        source="S 9.4.4",
    ),
    _read_only_number(
        "MaxChargingProfilesInstalled",
        FeatureProfile.SMART_CHARGING,
        "S 9.4.5",
        "how many charging profiles are kept",
        default="50",
    ),
    KeySpec(
        "SupportedFileTransferProtocols",
        KeyType.LIST,
        access=Access.READ_ONLY,
        profile=FeatureProfile.FIRMWARE_MANAGEMENT,
        choices=("FTP", "FTPS", "HTTP", "HTTPS"),
        effect="how files are fetched and delivered",
        source="E 3.90",
    ),
)

SECURITY_KEYS: tuple[KeySpec, ...] = (
    KeySpec(
        "AdditionalRootCertificateCheck",
        KeyType.BOOLEAN,
        access=Access.READ_ONLY,
        profile=FeatureProfile.SECURITY,
        is_required=True,
        default="false",
        effect="a new CSMS root must be signed by the present one",
        source="W 7",
    ),
    KeySpec(
        "AuthorizationKey",
        KeyType.STRING,
        access=Access.WRITE_ONLY,
        profile=FeatureProfile.SECURITY,
        is_required=True,
        rule=AUTHORIZATION_KEY_RULE,
        effect="password of the charge point at the CSMS; can be written, never read",
        source="W 7.2",
    ),
    _read_only_number(
        "CertificateSignedMaxChainSize",
        FeatureProfile.SECURITY,
        "W 7",
        "length of the certificate chain that CertificateSigned may bring",
        default="10000",
        required=False,
        maximum=10_000,
    ),
    _read_only_number(
        "CertificateStoreMaxLength",
        FeatureProfile.SECURITY,
        "W 7",
        "how many root certificates can be installed",
        default="10",
        required=False,
    ),
    KeySpec(
        "CpoName",
        KeyType.STRING,
        profile=FeatureProfile.SECURITY,
        default="",
        effect="organisation in the certificate request of the charge point",
        source="W 7",
    ),
    KeySpec(
        "SecurityProfile",
        KeyType.INTEGER,
        profile=FeatureProfile.SECURITY,
        is_required=True,
        default="0",
        minimum=0,
        maximum=3,
        effect="0 plain, 1 password, 2 TLS and password, 3 TLS and certificate; only upwards",
        source="W 7",
    ),
)

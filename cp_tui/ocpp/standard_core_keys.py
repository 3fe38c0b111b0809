"""The configuration keys of the Core profile (S 9.1), in the order of the standard."""

from __future__ import annotations

from cp_tui.ocpp.feature_profile import FeatureProfile
from cp_tui.ocpp.key_items import MEASURAND_RULE, PHASE_ROTATION_RULE
from cp_tui.ocpp.key_spec import Access, KeySpec, KeyType

_SECONDS_A_DAY = 86_400


def _boolean(name: str, source: str, effect: str, *, default: str, required: bool) -> KeySpec:
    return KeySpec(
        name,
        KeyType.BOOLEAN,
        profile=FeatureProfile.CORE,
        is_required=required,
        default=default,
        effect=effect,
        source=source,
    )


def _integer(
    name: str,
    source: str,
    effect: str,
    *,
    unit: str | None = None,
    default: str | None = None,
    minimum: int = 0,
    maximum: int | None = None,
    required: bool = False,
    read_only: bool = False,
) -> KeySpec:
    return KeySpec(
        name,
        KeyType.INTEGER,
        access=Access.READ_ONLY if read_only else Access.READ_WRITE,
        profile=FeatureProfile.CORE,
        is_required=required,
        default=default,
        unit=unit,
        minimum=minimum,
        maximum=maximum,
        effect=effect,
        source=source,
    )


def _measurands(name: str, source: str, effect: str, *, default: str) -> KeySpec:
    return KeySpec(
        name,
        KeyType.LIST,
        profile=FeatureProfile.CORE,
        is_required=True,
        default=default,
        rule=MEASURAND_RULE,
        max_length_key=f"{name}MaxLength",
        effect=effect,
        source=source,
    )


def _max_length(name: str, source: str) -> KeySpec:
    effect = f"how many items {name} may hold"
    return _integer(f"{name}MaxLength", source, effect, unit="items", read_only=True)


CORE_KEYS: tuple[KeySpec, ...] = (
    _boolean(
        "AllowOfflineTxForUnknownId",
        "S 9.1.1",
        "offline: a tag that nobody knows may charge",
        default="false",
        required=False,
    ),
    _boolean(
        "AuthorizationCacheEnabled",
        "S 9.1.2",
        "tags that the CSMS has judged are remembered",
        default="true",
        required=False,
    ),
    _boolean(
        "AuthorizeRemoteTxRequests",
        "S 9.1.3",
        "a remote start authorizes the tag first, as a local swipe does",
        default="true",
        required=True,
    ),
    _integer("BlinkRepeat", "S 9.1.4", "how often the lights blink as a signal", unit="times"),
    _integer(
        "ClockAlignedDataInterval",
        "S 9.1.5",
        "time between meter values aligned to midnight; 0: none",
        unit="s",
        default="0",
        maximum=_SECONDS_A_DAY,
        required=True,
    ),
    _integer(
        "ConnectionTimeOut",
        "S 9.1.6",
        "how long a started attempt waits for the cable or the tag",
        unit="s",
        default="60",
        required=True,
    ),
    KeySpec(
        "ConnectorPhaseRotation",
        KeyType.LIST,
        profile=FeatureProfile.CORE,
        is_required=True,
        rule=PHASE_ROTATION_RULE,
        allows_empty=False,
        max_length_key="ConnectorPhaseRotationMaxLength",
        effect="how the phases are wired, per connector; 0 is the grid to the main meter",
        source="S 9.1.7",
    ),
    _max_length("ConnectorPhaseRotation", "S 9.1.8"),
    _integer(
        "GetConfigurationMaxKeys",
        "S 9.1.9",
        "how many keys one GetConfiguration may ask for",
        unit="keys",
        default="100",
        required=True,
        read_only=True,
    ),
    _integer(
        "HeartbeatInterval",
        "S 9.1.10",
        "silence after which a Heartbeat is sent",
        unit="s",
        default="300",
        minimum=1,
        required=True,
    ),
    _integer("LightIntensity", "S 9.1.11", "brightness of the lights", unit="%", maximum=100),
    _boolean(
        "LocalAuthorizeOffline",
        "S 9.1.12",
        "offline: tags of the local list and the cache may charge",
        default="true",
        required=True,
    ),
    _boolean(
        "LocalPreAuthorize",
        "S 9.1.13",
        "online: tags of the local list and the cache charge without asking the CSMS",
        default="false",
        required=True,
    ),
    _integer(
        "MaxEnergyOnInvalidId",
        "S 9.1.14",
        "energy still given after the CSMS refused the tag",
        unit="Wh",
        default="0",
    ),
    _integer(
        "MessageTimeout",
        "E 3.83",
        "how long an answer of the CSMS is waited for",
        unit="s",
        default="30",
        minimum=1,
    ),
    _measurands(
        "MeterValuesAlignedData",
        "S 9.1.15",
        "what clock-aligned meter values hold",
        default="Energy.Active.Import.Register",
    ),
    _max_length("MeterValuesAlignedData", "S 9.1.16"),
    _measurands(
        "MeterValuesSampledData",
        "S 9.1.17",
        "what periodic and triggered meter values hold",
        default="Energy.Active.Import.Register",
    ),
    _max_length("MeterValuesSampledData", "S 9.1.18"),
    _integer(
        "MeterValueSampleInterval",
        "S 9.1.19",
        "time between meter values within a transaction; 0: none",
        unit="s",
        default="60",
        required=True,
    ),
    _integer(
        "MinimumStatusDuration",
        "S 9.1.20",
        "how long a status must last before it is notified",
        unit="s",
        default="0",
    ),
    _integer(
        "NumberOfConnectors",
        "S 9.1.21",
        "connectors, without connector 0",
        required=True,
        read_only=True,
    ),
    _integer(
        "ResetRetries",
        "S 9.1.22",
        "how often a failed reset is tried again",
        unit="times",
        default="2",
        required=True,
    ),
    _integer(
        "StopTransactionMaxMeterValues",
        "E 3.91",
        "how many meter values StopTransaction holds at most",
        default="200",
        read_only=True,
    ),
    _boolean(
        "StopTransactionOnEVSideDisconnect",
        "S 9.1.23",
        "unplugging at the vehicle ends the transaction",
        default="true",
        required=False,
    ),
    _boolean(
        "StopTransactionOnInvalidId",
        "S 9.1.24",
        "a tag refused by StartTransaction: true ends the transaction, false only the energy",
        default="true",
        required=True,
    ),
    _measurands(
        "StopTxnAlignedData",
        "S 9.1.25",
        "what is collected for StopTransaction at aligned times",
        default="",
    ),
    _max_length("StopTxnAlignedData", "S 9.1.26"),
    _measurands(
        "StopTxnSampledData",
        "S 9.1.27",
        "what is collected for StopTransaction at each sample",
        default="",
    ),
    _max_length("StopTxnSampledData", "S 9.1.28"),
    KeySpec(
        "SupportedFeatureProfiles",
        KeyType.LIST,
        access=Access.READ_ONLY,
        profile=FeatureProfile.CORE,
        is_required=True,
        choices=tuple(profile for profile in FeatureProfile if profile != FeatureProfile.SECURITY),
        max_length_key="SupportedFeatureProfilesMaxLength",
        effect="what this charge point can do",
        source="S 9.1.29",
    ),
    _max_length("SupportedFeatureProfiles", "S 9.1.30"),
    _integer(
        "TransactionMessageAttempts",
        "S 9.1.31",
        "how often a transaction message is sent that the CSMS fails to process",
        unit="times",
        default="3",
        minimum=1,
        required=True,
    ),
    _integer(
        "TransactionMessageRetryInterval",
        "S 9.1.32",
        "wait before such a message is sent again, times the sends so far",
        unit="s",
        default="60",
        required=True,
    ),
    KeySpec(
        "UnlockConnectorOnEVSideDisconnect",
        KeyType.BOOLEAN,
        profile=FeatureProfile.CORE,
        is_required=True,
        effect="unplugging at the vehicle unlocks the cable; never for a fixed cable",
        source="S 9.1.33",
    ),
    _integer(
        "WebSocketPingInterval",
        "S 9.1.34",
        "time between pings of the WebSocket; 0: none",
        unit="s",
        default="60",
    ),
)

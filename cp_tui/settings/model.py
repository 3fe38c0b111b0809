"""The shape of `cp-tui.toml`, of the variables `CP_TUI_...` and of the options.

Each field reads like a line of the manual. Whether a configuration key exists is not known here.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    field_validator,
)
from pydantic_core import PydanticCustomError

from cp_tui.certificates.facts import KeyKind
from cp_tui.certificates.subject import NAME_MAX
from cp_tui.charge_point.command_fields import Seed
from cp_tui.charge_point.config import CurrentKind, EventNames
from cp_tui.engine.endpoint import EndpointError, endpoint
from cp_tui.network.reading import WeatherTable
from cp_tui.network.weathers import FAIR
from cp_tui.network.written_table import WrittenTable
from cp_tui.ocpp.datatypes import CiString20, CiString25, CiString50
from cp_tui.ocpp.key_spec import KeyType
from cp_tui.ocpp.printable import is_clean
from cp_tui.settings.zone import zone_of

ENVIRONMENT_PREFIX = "CP_TUI_"
CONNECTORS_MAX = 100
ID_LENGTH_MAX = 255
"""OCPP 1.6 sets no limit; it must still fit into a URL and a file name."""


def _key_text(value: object) -> str:
    """Take a value of a configuration key as TOML writes it; every value is text in OCPP."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise PydanticCustomError("key_text", "must be text, an integer, true or false")


KeyText = Annotated[str, BeforeValidator(_key_text)]


def _endpoint_url(url: str) -> str:
    """Check that a charge point can connect to it."""
    # First, because no other message may repeat a URL that holds a password.
    if "@" in url.partition("://")[2].partition("/")[0]:
        raise PydanticCustomError(
            "url", "must not hold credentials; set AuthorizationKey under [keys] instead"
        )
    if not is_clean(url) or any(map(str.isspace, url)):
        raise PydanticCustomError("url", "must not hold blanks or control characters")
    try:
        endpoint(url, "any")
    except EndpointError as error:
        raise PydanticCustomError("url", "{text}", {"text": str(error)}) from None
    return url


EndpointUrl = Annotated[str, AfterValidator(_endpoint_url)]


class CsmsSettings(WrittenTable):
    """Where the CSMS is."""

    url: EndpointUrl | None = None
    """`ws://` or `wss://`; the charge point id is appended, percent-encoded."""
    ca_file: Path | None = None
    """PEM file with the roots that are trusted; default: the system's."""
    check_hostname: bool = True
    """Whether the server certificate must name the host of the URL."""


class ChargePointSettings(WrittenTable):
    """Who the charge point says it is."""

    id: Annotated[str, Field(min_length=1, max_length=ID_LENGTH_MAX)] | None = None
    """The last part of the connection URL."""
    vendor: CiString20 = "cp-tui"
    model: CiString20 = "cp-tui"
    charge_point_serial_number: CiString25 | None = None
    charge_box_serial_number: CiString25 | None = None
    firmware_version: CiString50 | None = None
    meter_type: CiString25 | None = None
    """Of the main electrical meter."""
    meter_serial_number: CiString25 | None = None
    preset: str | None = None
    """A kind of charge point: a name that `cp-tui presets` lists, or the path of a file."""
    unsupported: list[str] = Field(default=[])
    """Actions of the CSMS that are answered NotSupported, such as `["GetLog"]`."""

    @field_validator("id")
    @classmethod
    def _must_be_printable(cls, charge_point_id: str) -> str:
        if not is_clean(charge_point_id):
            raise PydanticCustomError("id", "must not hold control characters")
        return charge_point_id


class QuirksSettings(WrittenTable):
    """Habits of charge points in the field that are not as the standard wants them."""

    meter_values_without_transaction: bool = False
    """MeterValues name no transaction."""
    whole_amperes: bool = False
    """Limits are cut to whole amperes."""
    ignores_phases: bool = False
    """`numberPhases` of a charging profile counts for nothing."""
    no_suspended_ev: bool = False
    """Charging is told although the vehicle takes nothing."""
    takes_foreign_fields: bool = False
    """Unknown fields and nulls of requests are dropped, and the rest is carried out."""
    forgets_profiles: bool = False
    """Charging profiles are gone after a boot."""
    meter_per_transaction: bool = False
    """The energy register begins at 0 with each transaction."""
    no_connector_0: bool = False
    """StatusNotification never tells of connector 0."""
    answers_late_s: Annotated[float, Field(ge=0, le=300)] = 0
    """Answers and requests leave so many seconds late."""
    local_time: str = ""
    """Times are written as the clocks of this zone show them, without the zone: `Europe/Berlin`, or
    `+02:00`."""

    @field_validator("local_time")
    @classmethod
    def _must_be_known(cls, name: str) -> str:
        zone_of(name)
        return name


class ConnectorSettings(WrittenTable):
    """The hardware of a connector; what is left out is taken from `[station]`, then the kind."""

    kind: CurrentKind | None = None
    """`AC` (default) or `DC`."""
    voltage: Annotated[int, Field(ge=1, le=1500)] | None = None
    """V, nominal, phase to neutral (default 230); of the output for DC (default 400)."""
    phases: Annotated[int, Field(ge=1, le=3)] | None = None
    """Default 3; DC has one, whatever this says."""
    max_current: Annotated[Decimal, Field(gt=0, le=1000, allow_inf_nan=False)] | None = None
    """A per phase, the hardware limit: 32 for AC, 125 for DC."""
    fixed_cable: bool | None = None
    """Default: false for AC, true for DC."""


class StationSettings(ConnectorSettings):
    """All connectors: how many, and the defaults of each."""

    connectors: Annotated[int, Field(ge=1, le=CONNECTORS_MAX)] = 2
    connector: list[ConnectorSettings] = Field(default=[])
    """`[[station.connector]]` tables, one connector each, in order; an empty one says nothing. Each
    takes `kind`, `voltage`, `phases`, `max_current` and `fixed_cable`."""


class CustomKeySettings(WrittenTable):
    """A configuration key of the operator's own."""

    type: KeyType = KeyType.STRING
    value: KeyText | None = None
    min: int | None = None
    max: int | None = None
    choices: list[str] = Field(default=[])
    read_only: bool = False
    reboot_required: bool = False
    """Answer RebootRequired: a new value works after the next reboot."""
    unit: str | None = None


def _key_names(value: object) -> object:
    """One key is a list of one; `screen.zoom = "f7"` without quotes is a table within a table."""
    if not isinstance(value, dict):
        return value
    flat: dict[str, object] = {}
    for name, keys in value.items():
        within = keys if isinstance(keys, dict) else {"": keys}
        for rest, key in within.items():
            flat[f"{name}.{rest}".rstrip(".")] = [key] if isinstance(key, str) else key
    return flat


class SecuritySettings(WrittenTable):
    """Security profiles, certificates and events (security whitepaper)."""

    key_type: Annotated[KeyKind, Field(strict=False)] = KeyKind.EC_P256
    """Of the keys that the charge point makes for itself."""
    serial: Annotated[str, Field(min_length=1, max_length=NAME_MAX)] | None = None
    """Subject of its certificates; default: charge_box_serial_number, else that of the charge
    point."""
    profile_tries: Annotated[int, Field(ge=1, le=100)] = 3
    """Attempts to connect with a new security profile before the old one is in force again."""
    url_profile_1: EndpointUrl | None = None
    """Where to connect to in security profile 1; default: `csms.url` with `ws`."""
    url_profile_2: EndpointUrl | None = None
    """The same in 2; default: with `wss`."""
    url_profile_3: EndpointUrl | None = None
    """The same in 3; default: with `wss`."""
    root_check: bool = False
    """AdditionalRootCertificateCheck: a new CSMS root must be signed by the present one."""
    roots_max: Annotated[int, Field(ge=1, le=100)] = 10
    """CertificateStoreMaxLength: how many root certificates can be installed."""
    chain_size_max: Annotated[int, Field(ge=1_000, le=10_000)] = 10_000
    """CertificateSignedMaxChainSize: characters that a delivered certificate chain may have."""
    manufacturer_roots: Path | None = None
    """PEM file with the roots that may sign for firmware."""
    strict_x509: bool = False
    """Hold certificates to every rule of RFC 5280; many that are in use break one."""
    pss_only: bool = False
    """Take no firmware that is signed with RSA in the old way (PKCS#1 v1.5)."""
    unsigned_firmware: bool = True
    """Take UpdateFirmware, whose firmware nobody has signed; false: answer NotSupported."""
    event_names: EventNames = EventNames.WHITEPAPER
    """How security events are called: as the `whitepaper` prints them, or as in `OCPP 2.0.1`."""
    check_subject: bool = True
    """Refuse a certificate for another subject than was asked for; false: only log it."""


class TraceSettings(WrittenTable):
    """The trace: frames and events that are kept on the disk, for after a restart and support."""

    keep_mb: Annotated[int, Field(ge=0, le=10_000)] = 20
    """Megabytes of frames that are kept, the newest; 0: nothing is kept."""
    mask_id_tags: bool = False
    """Write stand-ins for tags, and no words that may name one: in trace, log and bundle."""


class NetworkSettings(WrittenTable):
    """What the network between the charge point and its CSMS does wrong on purpose."""

    weather: str = FAIR.name
    """A name that `cp-tui weathers` lists, or one of your own."""
    seed: Seed | None = None
    """What all its chance comes from; default: another one at each start, which is shown."""
    weathers: dict[str, WeatherTable] = Field(default={})
    """Weathers of your own, by name: `about` and `faults`."""


class ScreenColors(StrEnum):
    """How many colours a terminal is sent."""

    AUTO = "auto"
    TRUE = "truecolor"
    PALETTE = "256"
    SIXTEEN = "16"
    NONE = "none"


def _as_text(value: object) -> object:
    """A number of colours is a word, however it is written."""
    return f"{value}" if type(value) is int else value


class ScreenSettings(WrittenTable):
    """How the screen looks and which keys it knows; the charge point itself has no use for it."""

    theme: str | None = None
    """Default: the one chosen last in the menu, else `cp-dark`."""
    colors: Annotated[ScreenColors, BeforeValidator(_as_text)] | None = None
    """How many the terminal is sent. Default, and `auto`: what NO_COLOR, COLORTERM or TERM say."""
    ascii: bool = False
    """Draw with ASCII alone."""
    bell: bool | None = None
    """Ring the terminal's bell when the alarm line becomes worse or another connector is Faulted.
    Default: as chosen last in the menu, at first not."""
    updates_per_second: Annotated[float, Field(ge=0.2, le=20, allow_inf_nan=False)] = 4.0
    """Hz: how often changes reach the screen at most; less is lighter on a bad line."""
    keymap: Annotated[dict[str, list[str]], BeforeValidator(_key_names)] = Field(default={})
    """Action id -> key or list of keys, instead of its own; an empty list is no key."""


def _custom_key(value: object) -> object:
    """A plain value is short for a table with nothing else in it."""
    return value if isinstance(value, dict | CustomKeySettings) else {"value": value}


CustomKey = Annotated[CustomKeySettings, BeforeValidator(_custom_key)]


class Settings(WrittenTable):
    """Everything that can be set."""

    csms: CsmsSettings = Field(default_factory=CsmsSettings)
    charge_point: ChargePointSettings = Field(default_factory=ChargePointSettings)
    station: StationSettings = Field(default_factory=StationSettings)
    quirks: QuirksSettings = Field(default_factory=QuirksSettings)
    # The values stay out of every representation: one of them is AuthorizationKey.
    keys: Annotated[dict[str, KeyText], Field(repr=False)] = Field(default={})
    """First values of standard keys; a value changed later wins."""
    security: SecuritySettings = Field(default_factory=SecuritySettings)
    trace: TraceSettings = Field(default_factory=TraceSettings)
    network: NetworkSettings = Field(default_factory=NetworkSettings)
    custom_keys: dict[str, Annotated[CustomKeySettings, BeforeValidator(_custom_key)]] = Field(
        default={}
    )
    """The operator's own keys: text, or a table."""
    screen: ScreenSettings = Field(default_factory=ScreenSettings)
    data_dir: Path | None = None
    """Default: the user's data folder, one folder per charge point id."""
    socket: Path | None = None
    """Default: the user's runtime folder, named by the charge point id."""

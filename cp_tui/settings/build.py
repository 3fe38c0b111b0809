"""Turns settings that are right field by field into what the engine wants, if they fit together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote

import platformdirs

from cp_tui.charge_point.config import (
    FEATURE_PROFILES,
    ChargePointConfig,
    ConnectorConfig,
    CurrentKind,
    SecurityConfig,
)
from cp_tui.charge_point.described import DESCRIBING_KEYS, described_profiles
from cp_tui.charge_point.quirks import Quirks
from cp_tui.engine.config import EngineConfig, NetworkConfig, TraceConfig
from cp_tui.engine.endpoint import endpoint
from cp_tui.network.weather import Weather
from cp_tui.network.weathers import FAIR, WEATHERS
from cp_tui.ocpp.action import SPEC, Action, RequestDirection
from cp_tui.ocpp.discreet import Discreet
from cp_tui.ocpp.plural import count
from cp_tui.rpc.paths import default_socket
from cp_tui.settings.keys import check_custom_keys, check_keys
from cp_tui.settings.model import (
    ConnectorSettings,
    NetworkSettings,
    QuirksSettings,
    SecuritySettings,
    Settings,
    StationSettings,
)
from cp_tui.settings.problem import Problem, unknown
from cp_tui.settings.zone import zone_of

WEATHER_NAME = re.compile(r"[\w-]{1,40}", re.ASCII)
_NUMBER = "NumberOfConnectors"
_SETTINGS_OF_KEYS = {
    _NUMBER: ("station", "connectors"),
    "AdditionalRootCertificateCheck": ("security", "root_check"),
    "CertificateStoreMaxLength": ("security", "roots_max"),
    "CertificateSignedMaxChainSize": ("security", "chain_size_max"),
}
"""Describing keys with a setting of their own: either says it, and both may if they agree."""


class ServeSettings(Discreet, frozen=True):
    """All that `serve` must know."""

    HIDDEN = frozenset({"engine"})

    # Its configuration keys may hold AuthorizationKey, which no representation may show.
    engine: EngineConfig
    data_dir: Path
    socket: Path

    @property
    def charge_point_id(self) -> str:
        """The id by which the engine is found."""
        return self.engine.charge_point.charge_point_id


def build(settings: Settings, file: Path, preset_about: str = "") -> ServeSettings | list[Problem]:
    """Check what no field can check alone, and build.

    `file` is the configuration file, and `preset_about` what the preset says of itself.
    """
    identity, csms = settings.charge_point, settings.csms
    # As seen from the file, so that a service finds it whatever its working folder is.
    ca_file = csms.ca_file and file.expanduser().parent / csms.ca_file.expanduser()
    keys, key_problems = check_keys(settings)
    custom_keys, custom_key_problems = check_custom_keys(settings)
    weathers = {**WEATHERS, **{n: of.weather(n) for n, of in settings.network.weathers.items()}}
    problems = [
        *_missing(settings, file),
        *_contradictions(settings, ca_file, _manufacturer_roots(settings, file)),
        *key_problems,
        *custom_key_problems,
        *_described_twice(settings, keys),
        *_unknown_weather(settings.network, weathers),
        *_not_asked_by_csms(settings.charge_point.unsupported),
    ]
    if problems or csms.url is None or identity.id is None:
        return problems
    described = {spec.name: keys[spec.name] for spec in DESCRIBING_KEYS if spec.name in keys}
    connectors = int(described.get(_NUMBER, settings.station.connectors))
    station = settings.station.model_copy(update={"connectors": connectors})
    charge_point = ChargePointConfig(
        charge_point_id=identity.id,
        url=endpoint(csms.url, identity.id).uri,
        vendor=identity.vendor,
        model=identity.model,
        charge_point_serial_number=identity.charge_point_serial_number,
        charge_box_serial_number=identity.charge_box_serial_number,
        firmware_version=identity.firmware_version,
        meter_type=identity.meter_type,
        meter_serial_number=identity.meter_serial_number,
        connectors=_connectors(station),
        keys={name: value for name, value in keys.items() if name not in described},
        described=described,
        feature_profiles=described_profiles(described) or frozenset(FEATURE_PROFILES),
        quirks=_quirks(settings.quirks),
        preset=identity.preset or "",
        preset_about=preset_about,
        unsupported=frozenset(map(Action, identity.unsupported)),
        custom_keys=custom_keys,
        security=_security(settings.security, identity.id),
    )
    return ServeSettings(
        EngineConfig(
            charge_point,
            csms.url,
            ca_file,
            csms.check_hostname,
            _manufacturer_roots(settings, file),
            TraceConfig(settings.trace.keep_mb * 1_000_000, settings.trace.mask_id_tags),
            NetworkConfig(settings.network.weather, settings.network.seed, weathers),
        ),
        data_dir=settings.data_dir or default_data_dir(identity.id),
        socket=settings.socket or default_socket(identity.id),
    )


def _quirks(settings: QuirksSettings) -> Quirks:
    return Quirks(**{**settings.model_dump(), "local_time": zone_of(settings.local_time)})


def _described_twice(settings: Settings, keys: Mapping[str, str]) -> list[Problem]:
    """Name the describing keys that a setting of their own contradicts, where both are given."""
    problems = []
    for key, (table, name) in _SETTINGS_OF_KEYS.items():
        section = getattr(settings, table)
        told = f"{getattr(section, name)}".lower()
        if name in section.model_fields_set and keys.get(key, told) != told:
            text = f"is {keys[key]}, and {table}.{name} says {told}: give one of them"
            problems.append(Problem(("keys", key), text))
    number, tables = keys.get(_NUMBER), len(settings.station.connector)
    if number is not None and tables > int(number):
        text = f"{count(tables, 'table')} under [[station.connector]] for {number}"
        problems.append(Problem(("keys", _NUMBER), text))
    return problems


def _unknown_weather(network: NetworkSettings, weathers: Mapping[str, Weather]) -> list[Problem]:
    """Name a weather that there is not, and those of one's own that cannot be called so."""
    problems = [
        Problem(("network", "weathers", name), "is no name: letters, digits, _ and - make one")
        for name in network.weathers
        if not WEATHER_NAME.fullmatch(name)
    ]
    if FAIR.name in network.weathers:
        text = "is the network as it is; give yours another name"
        problems.append(Problem(("network", "weathers", FAIR.name), text))
    if network.weather not in weathers:
        text = unknown(network.weather, weathers, what="weather")
        problems.append(Problem(("network", "weather"), text))
    return problems


def _not_asked_by_csms(actions: Sequence[str]) -> list[Problem]:
    """Name what cannot be unsupported, for no CSMS asks it of a charge point."""
    allowed = sorted(
        each for each, spec in SPEC.items() if spec.direction is not RequestDirection.TO_CSMS
    )
    return [
        Problem(("charge_point", "unsupported"), unknown(each, allowed, what="Action of a CSMS"))
        for each in actions
        if each not in allowed
    ]


def default_data_dir(charge_point_id: str) -> Path:
    """Give the data folder of a charge point; any id makes a safe folder name."""
    name = quote(charge_point_id, safe="").replace(".", "%2E")
    return platformdirs.user_data_path("cp-tui", appauthor=False) / name


def _security(settings: SecuritySettings, charge_point_id: str) -> SecurityConfig:
    urls = enumerate((settings.url_profile_1, settings.url_profile_2, settings.url_profile_3), 1)
    return SecurityConfig(
        key_type=settings.key_type,
        serial=settings.serial,
        profile_tries=settings.profile_tries,
        urls={n: endpoint(url, charge_point_id).uri for n, url in urls if url is not None},
        strict_x509=settings.strict_x509,
        pss_only=settings.pss_only,
        unsigned_firmware=settings.unsigned_firmware,
        event_names=settings.event_names,
        check_subject=settings.check_subject,
        root_check=settings.root_check,
        roots_max=settings.roots_max,
        chain_size_max=settings.chain_size_max,
    )


def _manufacturer_roots(settings: Settings, file: Path) -> Path | None:
    path = settings.security.manufacturer_roots
    return path and file.expanduser().parent / path.expanduser()


def _missing(settings: Settings, file: Path) -> list[Problem]:
    """Say what has no default and is not given."""
    problems = []
    if settings.csms.url is None:
        text = (
            f"no CSMS URL: give --url, or url under [csms] in {file};"
            " where there is no such file, `cp-tui run` asks and writes it"
        )
        problems.append(Problem(("csms", "url"), text, is_missing=True))
    if settings.charge_point.id is None:
        text = f"no charge point id: give --id, or id under [charge_point] in {file}"
        problems.append(Problem(("charge_point", "id"), text, is_missing=True))
    return problems


def _contradictions(
    settings: Settings, ca_file: Path | None, manufacturer_roots: Path | None
) -> list[Problem]:
    problems = []
    tables, connectors = len(settings.station.connector), settings.station.connectors
    if tables > connectors:
        text = f"{count(tables, 'table')} for {count(connectors, 'connector')}"
        problems.append(Problem(("station", "connector", connectors), text))
    if ca_file is not None and not ca_file.is_file():
        problems.append(Problem(("csms", "ca_file"), f"no such file: {ca_file}"))
    if manufacturer_roots is not None and not manufacturer_roots.is_file():
        text = f"no such file: {manufacturer_roots}"
        problems.append(Problem(("security", "manufacturer_roots"), text))
    for number in (2, 3):
        url = getattr(settings.security, name := f"url_profile_{number}")
        if url is not None and not url.startswith("wss:"):
            text = f"must begin with wss:, for security profile {number} is TLS"
            problems.append(Problem(("security", name), text))
    return problems


_AC = ConnectorConfig()
_DC = ConnectorConfig(
    kind=CurrentKind.DC,
    voltage_v=400,
    phases=1,
    max_current_a=Decimal(125),
    fixed_cable=True,
)


def _connectors(station: StationSettings) -> tuple[ConnectorConfig, ...]:
    own = [*station.connector, *[ConnectorSettings()] * station.connectors]
    return tuple(_connector(station, connector) for connector in own[: station.connectors])


def _connector(station: StationSettings, own: ConnectorSettings) -> ConnectorConfig:
    """Fill what the connector's table leaves out from the station's, and that from the kind."""
    defaults = _DC if (own.kind or station.kind) is CurrentKind.DC else _AC
    fixed_cable = station.fixed_cable if own.fixed_cable is None else own.fixed_cable
    return ConnectorConfig(
        kind=defaults.kind,
        voltage_v=own.voltage or station.voltage or defaults.voltage_v,
        phases=1 if defaults is _DC else own.phases or station.phases or defaults.phases,
        max_current_a=own.max_current or station.max_current or defaults.max_current_a,
        fixed_cable=defaults.fixed_cable if fixed_cable is None else fixed_cable,
    )

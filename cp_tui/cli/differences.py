"""Whether the charge point that answers at a socket runs with the settings that are asked for.

It is asked at its door what it was started with; a value that the CSMS or the operator has set
since then counts on both sides, as it would after a new start. The AuthorizationKey is compared
without being sent: with a random number the charge point gives a digest that only the key leads to.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import ValidationError

from cp_tui import __version__
from cp_tui.charge_point.codec import JsonValue, converted
from cp_tui.charge_point.configuration import AUTHORIZATION_KEY
from cp_tui.charge_point.station_keys import station_keys
from cp_tui.charge_point.variables import (
    VARIABLES,
    ConfigurationView,
    Identity,
    KeySource,
    LinkView,
    NetworkView,
)
from cp_tui.engine.config import EngineConfig
from cp_tui.engine.tls import INSTALLED, trust_words
from cp_tui.network.weathers import FAIR
from cp_tui.ocpp.authorization_key import authorization_key_digest
from cp_tui.rpc.script import EngineGone, lines
from cp_tui.settings.build import ServeSettings

_FIRST_VALUES = (KeySource.DEFAULT, KeySource.FILE)
"""Sources of a value that nobody has changed since the start."""
_TOLD_BY_CONNECTORS = ("NumberOfConnectors", "ConnectorPhaseRotationMaxLength")
NONCE_BYTES = 32


def differences(settings: ServeSettings) -> list[str]:
    """Name each setting that is another there, with both values; raises `EngineGone`."""
    identity: Identity = _read(settings.socket, "identity")
    link: LinkView = _read(settings.socket, "link")
    configuration: ConfigurationView = _read(settings.socket, "configuration")
    return [
        *_of_identity(settings, identity, link),
        *_of_folder(settings, identity),
        *_of_connectors(settings, identity),
        *_of_keys(settings, configuration),
        *_of_network(settings),
    ]


def _read(path: Path, variable: str) -> Any:
    try:
        return converted(VARIABLES[variable], _ask(path, variable))
    except ValidationError:
        value = _ask(path, "identity")
        there = value.get("cp_tui_version") if isinstance(value, dict) else None
        which = f"cp-tui {there}" if there not in (None, __version__) else "another build of cp-tui"
        raise EngineGone(
            f"the charge point at {path} runs {which}, and this is cp-tui {__version__}:"
            f" its {variable} cannot be read; `cp-tui ctl --socket={path} shutdown` ends it"
        ) from None


def _ask(path: Path, variable: str) -> JsonValue:
    """Give the value of a variable as the door tells it."""
    answer = next(lines(path, "get", {"variable": variable}))
    if "error" in answer:
        raise EngineGone(f"the charge point at {path} does not tell {variable}: {answer['error']}")
    return answer["result"]


def _of_identity(settings: ServeSettings, there: Identity, link: LinkView) -> Iterator[str]:
    here, engine = settings.engine.charge_point, settings.engine
    pairs = (
        ("charge point id", there.charge_point_id, here.charge_point_id),
        ("URL", there.url, here.url),
        ("preset", there.preset, here.preset),
        ("habits", "; ".join(there.habits), "; ".join(here.quirks.habits)),
        ("vendor", there.vendor, here.vendor),
        ("model", there.model, here.model),
        ("serial number", there.charge_point_serial_number, here.charge_point_serial_number),
        ("charge box serial number", there.charge_box_serial_number, here.charge_box_serial_number),
        ("meter type", there.meter_type, here.meter_type),
        ("meter serial number", there.meter_serial_number, here.meter_serial_number),
        ("trust in the certificate of the CSMS", link.trust, trust_asked(engine, link.trust)),
    )
    for name, running, asked in pairs:
        if running != asked:
            yield f"{name}: {running or 'none'} there, {asked or 'none'} here"


def trust_asked(engine: EngineConfig, running: str) -> str:
    """Say what the settings would hold the certificate of the CSMS against."""
    # Without TLS there is none; and roots that were installed since are in no settings.
    if not running or running.startswith(INSTALLED):
        return running
    return trust_words(engine.ca_file, engine.check_hostname)


def _of_folder(settings: ServeSettings, there: Identity) -> Iterator[str]:
    """Compare where the state is kept; an older charge point does not tell it."""
    running, asked = Path(there.data_folder), settings.data_dir.absolute()
    if there.data_folder and running.resolve() != asked.resolve():
        yield f"data folder: {running} there, {asked} here"


def _of_connectors(settings: ServeSettings, there: Identity) -> Iterator[str]:
    connectors = settings.engine.charge_point.connectors
    if there.connectors != len(connectors):
        yield f"connectors: {there.connectors} there, {len(connectors)} here"
        return
    for number, (running, connector) in enumerate(zip(there.hardware, connectors, strict=True), 1):
        if running != (asked := connector.words):
            yield f"connector {number}: {running} there, {asked} here"


def _of_keys(settings: ServeSettings, there: ConfigurationView) -> Iterator[str]:
    config = settings.engine.charge_point
    asked = {custom.spec.name.casefold(): custom.value for custom in config.custom_keys}
    asked |= {name.casefold(): value for name, value in config.keys.items()}
    unknown = {custom.spec.name.casefold(): custom.spec.name for custom in config.custom_keys}
    described = station_keys(config).states
    for entry in there:
        name = entry.key.casefold()
        if entry.source is KeySource.HARDWARE and entry.key not in _TOLD_BY_CONNECTORS:
            state = described.get(name)
            if state is not None and state.value != entry.value:
                yield f"{entry.key}: {_value(entry.value)} there, {_value(state.value)} here"
        unknown.pop(name, None)
        if entry.source not in _FIRST_VALUES:
            continue
        if entry.is_custom and name not in asked:
            yield f"{entry.key}: a custom key there, none here"
        elif entry.key == AUTHORIZATION_KEY:
            # Its value is told to nobody; whether there is one is no secret.
            if (entry.source is KeySource.FILE) != (name in asked):
                yield f"{entry.key}: {'not set' if name in asked else 'set'} there"
            elif name in asked and not _is_same_key(settings.socket, asked[name]):
                yield f"{entry.key}: another value there"
        elif (expected := asked.get(name, entry.default)) != entry.value:
            yield f"{entry.key}: {_value(entry.value)} there, {_value(expected)} here"
    for name in unknown.values():
        yield f"{name}: no key of this name there, a custom key here"


def _of_network(settings: ServeSettings) -> Iterator[str]:
    """Compare the weather where one is asked for; else whoever set the one that is there is right.

    An older charge point has none.
    """
    asked = settings.engine.network
    if asked.weather == FAIR.name:
        return
    running: NetworkView = _read(settings.socket, "network")
    if running.weather != asked.weather or asked.seed not in (None, running.seed):
        there, here = (
            each.weather + (f", seed {each.seed}" if each.seed is not None else "")
            for each in (running, asked)
        )
        yield f"weather of the network: {there} there, {here} here"


def _is_same_key(path: Path, key: str) -> bool:
    """Compare without telling: whoever listens at the socket learns a random number."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    answer = next(lines(path, "digest_authorization_key", {"nonce": nonce.hex()}))
    digest = answer.get("result")
    # A charge point of an older version knows no such method, and no difference is known.
    return not isinstance(digest, str) or hmac.compare_digest(
        digest.encode(), authorization_key_digest(key, nonce).encode()
    )


def _value(value: str | None) -> str:
    return value or "empty"

"""What the engine is told at start, beyond what the charge point itself must know."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.network.weather import Weather
from cp_tui.network.weathers import FAIR, WEATHERS


class TraceConfig(Struct, frozen=True):
    """What is kept of frames and events on the disk."""

    keep_bytes: int = 20_000_000
    """For frames, about; events get an eighth of it besides. 0: nothing is kept."""
    masks_id_tags: bool = False
    """Tags are replaced by stand-ins."""


class NetworkConfig(Struct, frozen=True):
    """What the network to the CSMS is like at first."""

    weather: str = FAIR.name
    seed: int | None = None
    """What its chance comes from; None: it is drawn."""
    weathers: Mapping[str, Weather] = WEATHERS
    """All that can be set, by name."""


class EngineConfig(Struct, frozen=True):
    """The charge point, and the way to its CSMS."""

    charge_point: ChargePointConfig
    url: str
    """Endpoint of the CSMS, `ws` or `wss`, without the charge point id."""
    ca_file: Path | None = None
    """PEM file with the roots that are trusted; None: those of the system."""
    check_hostname: bool = True
    """Whether the server certificate must name the host of the URL."""
    manufacturer_roots: Path | None = None
    """PEM file with the roots that may sign for firmware."""
    trace: TraceConfig = TraceConfig()
    network: NetworkConfig = NetworkConfig()

"""The weathers that have a name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec.structs import replace

from cp_tui.network.weather import FaultKind, NetworkFault, Way, Weather

FAIR = Weather(name="fair", about="Nothing goes wrong.")

_OUTAGE = NetworkFault(kind=FaultKind.RESET, begins_s=60.0, every_s=600.0, lasts_s=90.0)


def _outage(name: str, about: str, kind: FaultKind) -> Weather:
    """Make a weather that breaks the connection at times, and lets none be made for a while."""
    return Weather(name=name, about=about, faults=(_OUTAGE, replace(_OUTAGE, kind=kind)))


_ALL = (
    FAIR,
    Weather(
        name="train_tunnel",
        about="Every now and then nothing gets through for a while; in long tunnels connections"
        " die unnoticed.",
        faults=(
            NetworkFault(kind=FaultKind.DELAY, latency_s=0.08, jitter_s=0.3),
            NetworkFault(kind=FaultKind.HOLD, probability=0.2, shortest_s=15.0),
            NetworkFault(kind=FaultKind.SILENCE, probability=0.05, shortest_s=40.0),
        ),
    ),
    Weather(
        name="overloaded_backend",
        about="Answers take long and come in bunches, connections are slow to come, refused or"
        " closed.",
        faults=(
            NetworkFault(
                kind=FaultKind.DELAY, direction=Way.TO_CHARGE_POINT, latency_s=1.0, jitter_s=6.0
            ),
            NetworkFault(
                kind=FaultKind.HOLD,
                probability=0.15,
                shortest_s=20.0,
                direction=Way.TO_CHARGE_POINT,
            ),
            NetworkFault(kind=FaultKind.SLOW_HANDSHAKE, latency_s=1.0, jitter_s=4.0),
            NetworkFault(kind=FaultKind.REFUSED, probability=0.3),
            NetworkFault(
                kind=FaultKind.CLOSE,
                probability=0.05,
                shortest_s=60.0,
                code=1013,
                reason="try again later",
            ),
        ),
    ),
    Weather(
        name="flapping_lte",
        about="The connection breaks about every two minutes, and some attempts to connect are"
        " not answered.",
        faults=(
            NetworkFault(kind=FaultKind.DELAY, latency_s=0.05, jitter_s=0.4),
            NetworkFault(kind=FaultKind.RESET, probability=0.25, shortest_s=30.0),
            NetworkFault(kind=FaultKind.TIMEOUT, probability=0.2),
        ),
    ),
    _outage(
        "captive_portal",
        "At times the connection breaks, and a web page answers in place of the CSMS.",
        FaultKind.CAPTIVE,
    ),
    Weather(
        name="lossy",
        about="One frame in ten gets lost, in both directions.",
        faults=(NetworkFault(kind=FaultKind.LOSS, probability=0.1),),
    ),
    Weather(
        name="doubling_proxy",
        about="One frame in five arrives twice, in both directions.",
        faults=(NetworkFault(kind=FaultKind.DOUBLE, probability=0.2),),
    ),
    Weather(
        name="half_open",
        about="Every five minutes the connection stays open, but what the CSMS sends no longer"
        " arrives.",
        faults=(
            NetworkFault(
                kind=FaultKind.SILENCE,
                direction=Way.TO_CHARGE_POINT,
                begins_s=60.0,
                every_s=300.0,
                lasts_s=30.0,
            ),
        ),
    ),
    Weather(
        name="deaf",
        about="Nothing that the CSMS sends arrives, until the weather is another one.",
        faults=(NetworkFault(kind=FaultKind.HOLD, direction=Way.TO_CHARGE_POINT),),
    ),
    Weather(
        name="slow_lte",
        about="Frames take a second, and long ones several: 2000 bytes a second get through.",
        faults=(
            NetworkFault(kind=FaultKind.DELAY, latency_s=0.4, jitter_s=0.8),
            NetworkFault(kind=FaultKind.BANDWIDTH, bytes_per_s=2_000.0),
            NetworkFault(kind=FaultKind.SLOW_HANDSHAKE, latency_s=1.0, jitter_s=2.0),
        ),
    ),
    _outage(
        "dns_down",
        "At times the connection breaks, and the name of the CSMS is not found for a while.",
        FaultKind.DNS,
    ),
    _outage(
        "expired_tls",
        "At times the connection breaks, and the TLS handshake fails for a while.",
        FaultKind.TLS,
    ),
)

WEATHERS: Mapping[str, Weather] = MappingProxyType({weather.name: weather for weather in _ALL})
"""By their names, the fair one first."""


def find_weather(name: str, own: Mapping[str, Weather] = MappingProxyType({})) -> Weather:
    """Find a weather, one's own first; raises `ValueError` that says which there are."""
    found = own.get(name) or WEATHERS.get(name)
    if found is None:
        raise ValueError(unknown_name(name, {**WEATHERS, **own}, "weather"))
    return found


def unknown_name(name: str, known: Iterable[str], what: str) -> str:
    """Say that there is no such name, and which one may be meant, or else what there is."""
    from difflib import get_close_matches

    names = sorted(known)
    nearest = get_close_matches(name, names, n=1)
    if nearest:
        return f'no {what} "{name}"; did you mean "{nearest[0]}"?'
    return f'no {what} "{name}"; there are: {", ".join(names)}'

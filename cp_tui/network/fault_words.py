"""What a fault does, in words."""

from __future__ import annotations

from cp_tui.network.weather import FaultKind, NetworkFault, Way

_DIALS = {
    FaultKind.DNS: "the name of the CSMS is not found",
    FaultKind.REFUSED: "connections are refused",
    FaultKind.TIMEOUT: "attempts to connect are not answered",
    FaultKind.TLS: "the TLS handshake fails",
    FaultKind.CAPTIVE: "a web page answers in place of the CSMS",
}
_DIRECTIONS = {Way.TO_CSMS: " to the CSMS", Way.TO_CHARGE_POINT: " from the CSMS", None: ""}


def words_of(fault: NetworkFault) -> str:
    """Say in a few words what it does while it is there."""
    if fault.kind in _DIALS:
        return _DIALS[fault.kind] + ("" if _is_all(fault) else f" ({_share(fault, 'attempts')})")
    where = _DIRECTIONS[fault.direction]
    frames = _share(fault, " and ".join(fault.actions) or "frames") + where
    match fault.kind:
        case FaultKind.LOSS:
            return f"{frames} get lost"
        case FaultKind.DOUBLE:
            return f"{frames} arrive twice"
        case FaultKind.DELAY:
            return f"{frames} take {_range(fault)} longer"
        case FaultKind.BANDWIDTH:
            return f"{frames} share {fault.bytes_per_s:g} B/s"
        case FaultKind.HOLD:
            return f"{frames} are held back"
        case FaultKind.SILENCE:
            return silence_words(fault.direction)
        case FaultKind.SLOW_HANDSHAKE:
            return f"to connect takes {_range(fault)} longer"
        case _:
            return f"{frames} break the connection"


def silence_words(way: Way | None) -> str:
    """Say that a connection is open and carries nothing in a direction; None: in both."""
    return f"nothing gets through{_DIRECTIONS[way]}"


def _is_all(fault: NetworkFault) -> bool:
    """Whether it is there for all, and not drawn for each."""
    return fault.probability == 1 or fault.shortest_s > 0


def _share(fault: NetworkFault, what: str) -> str:
    return what if _is_all(fault) else f"{fault.probability * 100:g} % of {what}"


def _range(fault: NetworkFault) -> str:
    if not fault.jitter_s:
        return f"{fault.latency_s:g} s"
    return f"{fault.latency_s:g} to {fault.latency_s + fault.jitter_s:g} s"

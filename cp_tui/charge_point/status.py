"""The nine states of a connector and the transitions that the standard allows (S 4.9)."""

from __future__ import annotations

from msgspec import Struct

from cp_tui.ocpp.datatypes import ChargePointErrorCode, ChargePointStatus

_ORDER = (
    ChargePointStatus.AVAILABLE,
    ChargePointStatus.PREPARING,
    ChargePointStatus.CHARGING,
    ChargePointStatus.SUSPENDED_EV,
    ChargePointStatus.SUSPENDED_EVSE,
    ChargePointStatus.FINISHING,
    ChargePointStatus.RESERVED,
    ChargePointStatus.UNAVAILABLE,
    ChargePointStatus.FAULTED,
)

_BETWEEN = (ChargePointStatus.PREPARING, *_ORDER)
"""A session begins with Preparing, so that is the way where there are several."""

_LEGAL = {
    "A": "2345789",
    "B": "134569",
    "C": "145689",
    "D": "135689",
    "E": "134689",
    "F": "1289",
    "G": "1289",
    "H": "123459",
    "I": "12345678",
}
"""Letter of the old state -> digits of the states that may follow (S 4.9)."""

WARNINGS = frozenset(
    {
        ChargePointErrorCode.WEAK_SIGNAL,
        ChargePointErrorCode.LOCAL_LIST_CONFLICT,
        ChargePointErrorCode.EV_COMMUNICATION_ERROR,
        ChargePointErrorCode.NO_ERROR,
    }
)
"""Error codes that leave charging possible (status.md)."""

WITH_EV_COMMUNICATION_ERROR = frozenset(
    {
        ChargePointStatus.PREPARING,
        ChargePointStatus.SUSPENDED_EV,
        ChargePointStatus.SUSPENDED_EVSE,
        ChargePointStatus.FINISHING,
    }
)
"""The only states that EVCommunicationError is notified with (S 7.6)."""


def transition_code(old: ChargePointStatus, new: ChargePointStatus) -> str:
    """Name a transition as the standard does, such as `B3`."""
    return f"{'ABCDEFGHI'[_ORDER.index(old)]}{_ORDER.index(new) + 1}"


def is_legal(old: ChargePointStatus, new: ChargePointStatus) -> bool:
    """Say whether a connector may go straight from one state to the other."""
    code = transition_code(old, new)
    return code[1] in _LEGAL[code[0]]


def way_round(old: ChargePointStatus, new: ChargePointStatus) -> ChargePointStatus:
    """Return the status between two that may not follow each other."""
    return next(each for each in _BETWEEN if is_legal(old, each) and is_legal(each, new))


class Facts(Struct, frozen=True):
    """Everything that the status of a connector follows from."""

    is_faulted: bool = False
    is_operative: bool = True
    has_transaction: bool = False
    is_withheld: bool = False
    """The charge point gives no energy: limit below the minimum, or the tag was refused."""
    is_ev_suspended: bool = False
    """The vehicle takes no energy, or is unplugged while its transaction goes on."""
    is_session_over: bool = False
    """The transaction or the attempt has ended and the cable is still in."""
    is_preparing: bool = False
    """Somebody has begun: a cable, or a tag that may start."""
    is_reserved: bool = False


def status_of(facts: Facts) -> ChargePointStatus:
    """Choose the status by the order of status.md."""
    if facts.is_faulted:
        return ChargePointStatus.FAULTED
    if not facts.is_operative:
        return ChargePointStatus.UNAVAILABLE
    if facts.has_transaction:
        if facts.is_withheld:
            return ChargePointStatus.SUSPENDED_EVSE
        if facts.is_ev_suspended:
            return ChargePointStatus.SUSPENDED_EV
        return ChargePointStatus.CHARGING
    if facts.is_session_over:
        return ChargePointStatus.FINISHING
    if facts.is_preparing:
        return ChargePointStatus.PREPARING
    if facts.is_reserved:
        return ChargePointStatus.RESERVED
    return ChargePointStatus.AVAILABLE

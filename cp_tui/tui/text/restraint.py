"""Why a connector draws the power that it draws, in words: of all limits, the one that binds."""

from __future__ import annotations

from cp_tui.charge_point.variables import ConnectorView, Restraint, RestraintKind
from cp_tui.ocpp.plural import count
from cp_tui.ocpp.units import amps, power
from cp_tui.tui.text.words import Clock, percent

NEAR = 0.05
"""Of the limit, in A: nearer to it than the meter is exact, the vehicle follows it."""


def restraint_words(restraint: Restraint, clock: Clock) -> str:
    """The limit that binds, and what belongs to it: until when, where it began, on what phases."""
    words = _kind_words(restraint, clock)
    if restraint.until is None or restraint.kind is RestraintKind.RAMP:
        return words
    return f"{words}; the vehicle ramps down until {clock.time(restraint.until)}"


def _kind_words(restraint: Restraint, clock: Clock) -> str:
    match restraint.kind:
        case RestraintKind.LIMIT:
            return "the vehicle takes all that the limit allows"
        case RestraintKind.RAMP:
            until = f" until {clock.time(restraint.until)}" if restraint.until else ""
            return f"the vehicle ramps{until}"
        case RestraintKind.TAPER:
            begin, now = (
                percent(restraint.from_soc_percent or 0),
                percent(restraint.soc_percent or 0),
            )
            return f"the battery tapers from {begin} on, at {now} it takes {_watts(restraint)}"
        case RestraintKind.FULL:
            return "the battery is full"
        case RestraintKind.PAUSED:
            return "the vehicle has paused"
        case RestraintKind.CHARGER_CURRENT:
            return f"the on-board charger takes at most {_amps(restraint)}{_phases(restraint)}"
        case RestraintKind.VEHICLE_POWER:
            return f"the vehicle takes at most {_watts(restraint)}"
        case RestraintKind.CABLE:
            return f"the cable carries at most {_amps(restraint)}{_phases(restraint)}"
        case RestraintKind.PHASES:
            return f"the vehicle charges{_phases(restraint)}"
        case RestraintKind.BELOW_MINIMUM:
            return f"the limit is below {_amps(restraint)}, the least that can be offered"
        case RestraintKind.ZERO:
            return "the limit is 0"
        case RestraintKind.FAULT:
            return "an error forbids charging"
        case RestraintKind.UNPLUGGED:
            return "the cable is pulled at the vehicle"
        case RestraintKind.SILENT:
            return "the vehicle does not answer (EVCommunicationError)"
        case RestraintKind.REFUSED:
            return "the CSMS refused the tag: no more energy for it"


def short_restraint(restraint: Restraint) -> str:
    """The same in few words, without values that go on; empty where a limit is what binds."""
    match restraint.kind:
        case RestraintKind.TAPER:
            return "battery tapers"
        case RestraintKind.FULL:
            return "battery full"
        case RestraintKind.PAUSED:
            return "vehicle paused"
        case RestraintKind.CHARGER_CURRENT:
            return f"on-board charger {_amps(restraint)}"
        case RestraintKind.VEHICLE_POWER:
            return f"vehicle takes {_watts(restraint)}"
        case RestraintKind.CABLE:
            return f"cable {_amps(restraint)}"
        case RestraintKind.PHASES:
            return _phases(restraint).removeprefix(" ")
        case RestraintKind.BELOW_MINIMUM:
            return f"below {_amps(restraint)}"
        case RestraintKind.FAULT:
            return "error"
        case RestraintKind.UNPLUGGED:
            return "pulled at the vehicle"
        case RestraintKind.SILENT:
            return "vehicle silent"
        case RestraintKind.REFUSED:
            return "tag refused"
        case RestraintKind.LIMIT | RestraintKind.RAMP | RestraintKind.ZERO:
            return ""


def draws_words(connector: ConnectorView, clock: Clock) -> str:
    """What flows against what is allowed, and why; empty where the limit is what binds."""
    restraint, limit, reading = connector.restraint, connector.limit, connector.measurement
    if restraint is None or limit is None or reading is None:
        return ""
    if restraint.kind is RestraintKind.LIMIT:
        if not _phases(restraint):
            return ""
        return f"only {power(reading.power_w)}: the limit is for{_phases(restraint)[3:]}"
    why = restraint_words(restraint, clock)
    most_a, most_w = float(limit.limit_a), float(limit.limit_w)
    if reading.current_a is None:
        return ""
    if reading.power_w == 0:
        return f"nothing: {why}"
    if reading.current_a > most_a + NEAR:
        return f"still {amps(reading.current_a)}, and {amps(most_a)} are allowed: {why}"
    if restraint.kind is RestraintKind.PHASES or reading.current_a >= most_a - NEAR:
        return f"only {power(reading.power_w)} of the {power(most_w)} offered: {why}"
    return f"only {amps(reading.current_a)} of the {amps(most_a)} offered: {why}"


def _amps(restraint: Restraint) -> str:
    return amps(restraint.current_a or 0)


def _watts(restraint: Restraint) -> str:
    return power(restraint.power_w or 0)


def _phases(restraint: Restraint) -> str:
    """On fewer phases than there are; where it is on all, there is nothing to say."""
    if restraint.phases is None or restraint.phases == restraint.phases_offered:
        return ""
    return f" on {restraint.phases} of {count(restraint.phases_offered or 0, 'phase')}"

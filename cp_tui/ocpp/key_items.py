"""The values with a form of their own: measurands with a phase, and the rotation of phases."""

from __future__ import annotations

import re

from cp_tui.ocpp.authorization_key import KEY_WORDS, check_authorization_key
from cp_tui.ocpp.datatypes import Measurand, Phase
from cp_tui.ocpp.key_spec import Rule

_ROTATIONS = ("NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR")
_PHASE_ROTATION = re.compile(r"(0|[1-9][0-9]{0,3})\.(" + "|".join(_ROTATIONS) + ")")


def parse_measurand(item: str) -> tuple[Measurand, Phase | None]:
    """Read an item of a measurand list: `Voltage`, or with its phase `Voltage.L1` (S 9.1.17)."""
    # Names of measurands hold dots as well, so a whole name comes first.
    if item in _MEASURANDS:
        return Measurand(item), None
    name, _, phase = item.rpartition(".")
    if name in _MEASURANDS and phase in _PHASES:
        return Measurand(name), Phase(phase)
    raise ValueError(f"no measurand: {item}")


_MEASURANDS = frozenset(Measurand)
_PHASES = frozenset(Phase)


def parse_phase_rotation(item: str) -> tuple[int, str]:
    """Read an item of ConnectorPhaseRotation, `1.RST`, as connector and order (S 9.1.7)."""
    match = _PHASE_ROTATION.fullmatch(item)
    if match is None:
        raise ValueError(f"no connector with its order of phases: {item}")
    return int(match[1]), match[2]


def _check_measurand(item: str) -> str:
    parse_measurand(item)
    return item


def _check_phase_rotation(item: str) -> str:
    parse_phase_rotation(item)
    return item


MEASURAND_RULE = Rule("measurands, each with a phase or without (Voltage.L1)", _check_measurand)

PHASE_ROTATION_RULE = Rule(
    f"connector.order, such as 1.RST; order is one of {', '.join(_ROTATIONS)}",
    _check_phase_rotation,
    identity=lambda item: f"connector {parse_phase_rotation(item)[0]}",
)

AUTHORIZATION_KEY_RULE = Rule(KEY_WORDS, check_authorization_key)

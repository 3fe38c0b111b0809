"""The parameters of commands as people read and type them: a label, a unit, a value in it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from cp_tui.ocpp.units import KILO, number

LABELS: Mapping[str, str] = {
    "cable_max_current_a": "Cable",
    "connector_id": "Connector",
    "dc_max_power_w": "Power DC",
    "id_tag": "Tag",
    "max_current_a": "Current",
    "max_power_w": "Power AC",
    "soc_percent": "SoC",
    "vendor_error_code": "Vendor code",
}
"""Of those whose name reads badly as it is."""

UNITS: Mapping[str, tuple[str, int]] = {
    "wh": ("kWh", KILO),
    "w": ("kW", KILO),
    "a": ("A", 1),
    "s": ("s", 1),
    "percent": ("%", 1),
}
"""By the end of a name: the unit for people, and how many of those of the command it is."""


def label_of(name: str) -> str:
    """The name of a parameter in words, without its unit."""
    words = name.rpartition("_")[0] if unit_of(name)[0] else name
    return LABELS.get(name) or words.replace("_", " ").capitalize()


def unit_of(name: str) -> tuple[str, int]:
    """The unit in which people type a parameter, and how many of the command's units it is."""
    return UNITS.get(name.rpartition("_")[2], ("", 1))


def with_unit(name: str, value: JsonValue) -> str:
    """The value of a parameter in the unit of people."""
    unit, factor = unit_of(name)
    return (
        f"{number(value / factor)} {unit}"
        if unit and isinstance(value, int | float)
        else f"{value}"
    )

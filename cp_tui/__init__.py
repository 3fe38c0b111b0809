"""cp-tui: an OCPP 1.6J charge point with a terminal of its own.

Tests and programs get a charge point of their own from here: `from cp_tui import Charger`. Each
name is imported when it is first asked for, so that nobody waits for what he does not use; what the
types are, says `__init__.pyi`.
"""

from __future__ import annotations

__version__ = "0.1.0"

_HOMES = {
    "CentralSystem": ("cp_tui.csms.central_system", "CentralSystem"),
    "Charger": ("cp_tui.library.charger", "LiveCharger"),
    "Client": ("cp_tui.library.client", "DoorClient"),
    "CommandError": ("cp_tui.engine.errors", "CommandError"),
    "VirtualCharger": ("cp_tui.library.virtual_charger", "VirtualCharger"),
    "WaitFailed": ("cp_tui.library.wait_failed", "WaitFailed"),
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    module, inside = _HOMES[name]
    value: object = getattr(import_module(module), inside)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])

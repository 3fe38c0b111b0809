"""What the methods of the library are given and give, as the table of commands wants it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cp_tui.charge_point.codec import builtins_of, converted


def parameters(given: Mapping[str, object]) -> dict[str, Any]:
    """Write what was given as JSON has it; what is None was not given."""
    return {name: _plain(value) for name, value in given.items() if value is not None}


def result(kind: Any, found: object) -> Any:
    """Read a result as what `kind` says; None: there is none."""
    return None if kind is None else converted(kind, builtins_of(found))


def _plain(value: object) -> Any:
    return value.isoformat() if isinstance(value, datetime) else builtins_of(value)

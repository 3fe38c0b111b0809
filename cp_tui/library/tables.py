"""The arguments of a charge point as tables of the settings."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any


def tables_of(
    url: str | None,
    id: str,
    connectors: int | None,
    keys: Mapping[str, str],
    settings: Mapping[str, object] | Path | None,
    *,
    preset: str | None,
    weather: str | None,
    seed: int | None,
) -> tuple[dict[str, Any], Path | None]:
    """Give the tables, and the file that they lie over; what is not given is not in them."""
    file = settings if isinstance(settings, Path) else None
    tables: dict[str, Any] = {} if isinstance(settings, Path | None) else _copied(settings)
    _put(tables, "csms", url=url)
    _put(tables, "charge_point", id=id, preset=preset)
    _put(tables, "station", connectors=connectors)
    _put(tables, "keys", **keys)
    if weather is not None:
        _put(tables, "network", weather=weather, seed=seed)
    return tables, file


def _copied(settings: Mapping[str, object]) -> dict[str, Any]:
    return {
        name: dict(value) if isinstance(value, Mapping) else value
        for name, value in settings.items()
    }


def _put(tables: dict[str, Any], name: str, **values: object) -> None:
    """Put values into a table; one that is no table is left for the settings to refuse."""
    given = {key: value for key, value in values.items() if value is not None}
    table = tables.setdefault(name, {}) if given else None
    if isinstance(table, dict):
        table.update(given)

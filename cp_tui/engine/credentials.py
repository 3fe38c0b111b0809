"""The credentials that an engine on a data folder would use, without starting one.

The CSMS may have changed the AuthorizationKey since it was written into the settings; that value
wins, and only the store knows it. It is read here and never written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from random import Random

from cp_tui.charge_point.config import ChargePointConfig
from cp_tui.charge_point.configuration import Configuration
from cp_tui.charge_point.effects import SetCredentials, Table
from cp_tui.charge_point.turn import Turn
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.store import DATABASE_FILE
from cp_tui.station.station import Station

READ_TIMEOUT_S = 2.0


def credentials(config: ChargePointConfig, data_dir: Path) -> SetCredentials:
    """Give what the link would be told at start; raises `EngineStartError`."""
    stored = {Table.KEY: _stored_keys(data_dir / DATABASE_FILE)}
    # The body plays no part in the keys; the core wants one all the same.
    core = Turn(config, Station(config.connectors), stored, Random(0))
    return Configuration(core).credentials()


def _stored_keys(path: Path) -> Mapping[str, str]:
    if not path.exists():
        return {}
    query = "SELECT key, value FROM record WHERE kind = ?"
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=READ_TIMEOUT_S)) as database:
            return dict(database.execute(query, (Table.KEY.value,)).fetchall())
    except sqlite3.Error as error:
        raise EngineStartError(f"cannot read {path}: {error}") from None

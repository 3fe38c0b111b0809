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
from cp_tui.charge_point.security.credentials import credentials as security_credentials
from cp_tui.charge_point.security.own_certificates import OwnCertificates
from cp_tui.charge_point.security.store import CertificateStore
from cp_tui.charge_point.turn import Turn
from cp_tui.engine.errors import EngineStartError
from cp_tui.engine.store import DATABASE_FILE
from cp_tui.station.station import Station

READ_TIMEOUT_S = 2.0
_TABLES = Table.KEY, Table.ROOT_CERTIFICATE, Table.CHARGE_POINT_CERTIFICATE


def credentials(config: ChargePointConfig, data_dir: Path) -> SetCredentials:
    """Give what the link would be told at start; raises `EngineStartError`."""
    path = data_dir / DATABASE_FILE
    stored = {table: _stored(path, table) for table in _TABLES}
    # The body plays no part in the keys; the core wants one all the same.
    core = Turn(config, Station(config.connectors), stored, Random(0))
    configuration = Configuration(core)
    certificates = OwnCertificates(core)
    roots = CertificateStore(
        core,
        configuration,
        report=lambda *_: None,
        own_certificates=certificates.chains,
        on_changed=lambda: None,
    )
    return security_credentials(config, configuration, roots, certificates)


def _stored(path: Path, table: Table) -> Mapping[str, str]:
    if not path.exists():
        return {}
    query = "SELECT key, value FROM record WHERE kind = ?"
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=READ_TIMEOUT_S)) as database:
            return dict(database.execute(query, (table.value,)).fetchall())
    except sqlite3.Error as error:
        raise EngineStartError(f"cannot read {path}: {error}") from None
